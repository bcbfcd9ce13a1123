"""Notebooks on a Dask cluster, from the build's side: connects, compares workers with this machine, hands out tasks.

The build decides the order of the notebooks here, and each runs on whichever worker is free. No disk is shared: a task
carries in what its notebook may read, and carries the executed notebook out.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import nbformat
from nbformat import NotebookNode

from natpatsip.errors import NotebookError, ReportError, UsageError, together
from natpatsip.pipeline.caching.run_cache import Facts
from natpatsip.pipeline.execution import dask_worker
from natpatsip.pipeline.execution.dask_worker import ClusterError, Task, TaskResult
from natpatsip.pipeline.execution.notebook_run import ERROR_MARKER, NotebookRun, output_of
from natpatsip.pipeline.notebook import Notebook, numbered, source_of
from natpatsip.pipeline.options import Log
from natpatsip.pipeline.plan import Plan

CONNECT_LIMIT = 5.0  # seconds in which a scheduler must answer
ARRIVAL_LIMIT = 60.0  # seconds that the build waits for a first worker, or for another one after the last was lost
REPLY_LIMIT = 30.0  # seconds in which every worker must report its versions, and the scheduler its workers
POLL = 2.0  # seconds between two checks that there are workers
NO_ANSWER = "its scheduler does not answer any more"  # one cause, which notebooks may see in several ways


@dataclass(frozen=True)
class Cluster:
    """A cluster whose workers have the same environment as this machine."""

    address: str
    client: Any
    executor: concurrent.futures.Executor

    def run(self, plan: Plan, notebook: Notebook, facts: Facts, *, kernels: str, is_traced: bool) -> NotebookRun:
        """Run a notebook on a worker, as `natpatsip.pipeline.execution.notebook_run.run` does here.

        Raises
        ------
        NotebookError
            If the notebook fails, or ends every worker that runs it.
        ClusterError
            If the cluster is lost.
        """
        files, environment = dask_worker.pack_project(plan.project), dask_worker.environment()
        task = Task(notebook.name, str(plan.quarter), plan.edition, files, facts, is_traced, kernels, environment)
        result = self._result(notebook, self.executor.submit(dask_worker.run_task, task))
        output = output_of(plan, notebook)
        if result.notebook:
            content = _executed(plan, notebook, result.notebook)
            content.metadata.papermill |= {"input_path": str(notebook.path), "output_path": str(output)}
            nbformat.write(content, output)  # type: ignore[no-untyped-call]
        if result.error:
            raise result.error
        if not result.notebook:
            raise _not_this_run(notebook)
        return NotebookRun(content, result.seconds, result.reads)

    def stop(self) -> None:
        """Give up the tasks that the cluster has not done."""
        self.executor.shutdown(wait=False)

    def _result(self, notebook: Notebook, future: concurrent.futures.Future[TaskResult]) -> TaskResult:
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        self._await(future)
        where = f"notebooks/{notebook.path.name}"
        try:
            result = future.result()
            if not isinstance(result, TaskResult):
                raise _not_this_run(notebook)
            return result
        except ReportError:
            raise
        except (concurrent.futures.CancelledError, CommClosedError):
            raise self._lost(NO_ANSWER) from None
        except KilledWorker:
            raise NotebookError(
                f"{where}: each worker that ran it was lost, as when memory runs out. "
                "Run it here (natpatsip build without --cluster), or give the workers more memory."
            ) from None
        except Exception as error:  # the worker's own; an error of the notebook is part of the result
            raise NotebookError(
                f"{where}: a worker could not run it: {type(error).__name__}: {error}. Look at the worker's log, or "
                "run it here (natpatsip build without --cluster)."
            ) from error

    def _await(self, future: concurrent.futures.Future[TaskResult]) -> None:
        """Wait until a task is done, as long as there are workers that may do it."""
        left_at = None
        while not future.done():
            with contextlib.suppress(TimeoutError, concurrent.futures.CancelledError):
                future.exception(POLL)  # result() could raise a TimeoutError of the task itself
            if future.done() or self._has_workers():
                left_at = None
                continue
            left_at = left_at or time.monotonic()
            if time.monotonic() - left_at > ARRIVAL_LIMIT:
                raise self._lost(f"its workers were lost, and none came back in {ARRIVAL_LIMIT:g} s")

    def _has_workers(self) -> bool:
        try:
            return bool(_within(REPLY_LIMIT, self.client.scheduler_info)["workers"])
        except OSError:  # TimeoutError is one
            raise self._lost(NO_ANSWER) from None

    def _lost(self, how: str) -> ClusterError:
        return ClusterError(f"--cluster {self.address}: {how}. Look at the cluster, and build again.")


def _executed(plan: Plan, notebook: Notebook, written: bytes) -> NotebookNode:
    """Return a notebook that a worker has returned, if it is the one that it was sent, run for the same quarter."""
    try:
        content: NotebookNode = nbformat.reads(written.decode(), as_version=4)  # type: ignore[no-untyped-call]
        sent = [(cell.get("id"), source_of(cell)) for _, cell in numbered(notebook.content.cells)]
        ran = [(cell.get("id"), source_of(cell)) for _, cell in numbered(content.cells) if not _is_marker(cell)]
        parameters = content.metadata.papermill["parameters"]
    except (nbformat.ValidationError, ValueError, LookupError, TypeError, AttributeError):
        raise _not_this_run(notebook) from None
    if ran != sent or parameters != {"quarter": str(plan.quarter), "edition": plan.edition}:
        raise _not_this_run(notebook)
    return content


def _is_marker(cell: NotebookNode) -> bool:
    return ERROR_MARKER in cell.metadata.get("tags", [])


def _not_this_run(notebook: Notebook) -> NotebookError:
    return NotebookError(
        f"notebooks/{notebook.path.name}: a worker returned something else than this notebook as it ran. Restart the "
        "workers, or run it here (natpatsip build without --cluster)."
    )


@contextmanager
def connect(
    address: str,  # the scheduler's, such as ``tcp://10.0.0.5:8786``; empty if notebooks run here
    *,
    log: Log,  # receives a line about the workers
    kernels: str = "",  # what notebooks run on: "warm", "stock" or "auto", which leaves it to each worker
) -> Iterator[Cluster | None]:
    """Connect to a cluster if one is asked for, and leave it when the block ends.

    Raises
    ------
    UsageError
        If it is not an address.
    ClusterError
        If ``distributed`` is not installed, nobody answers, there is no worker, or a worker has other versions.
    """
    if not address:
        yield None
        return
    client = _reach(address)
    try:
        count = _await_workers(client, address, log)
        _check_environments(client, address, kernels)
        log(f"{address}: {count} worker{'s' if count != 1 else ''}")
        yield Cluster(address, client, client.get_executor())
    finally:
        with contextlib.suppress(TimeoutError):  # it would wait for a scheduler that does not answer any more
            _within(CONNECT_LIMIT, client.close)


def _reach(address: str) -> Any:
    try:
        import distributed
        from distributed.comm.addressing import parse_address, parse_host_port
        from distributed.comm.registry import get_backend
    except ImportError:
        raise ClusterError(
            "--cluster: distributed is not installed. Install the extra: uv sync --extra cluster (or pip install "
            '"natpatsip[cluster]", or conda install distributed).'
        ) from None
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # lost connections are reported by our own errors
    if address.startswith("tls://"):
        _need_certificates(address)
    try:
        scheme, place = parse_address(address)
        get_backend(scheme)  # checked here, as the next line is: a client takes ten seconds to give up on either
        parse_host_port(place)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: `_check_environments` stops for them
            reach = partial(distributed.Client, address, timeout=CONNECT_LIMIT, set_as_default=False)
            return _within(CONNECT_LIMIT + 1, reach)
    except OSError:
        raise ClusterError(
            f"--cluster {address}: no Dask scheduler answers there within {CONNECT_LIMIT:g} s. Start one (dask "
            "scheduler), or correct the address: tls:// and trusted certificates if the scheduler asks for them, else "
            "tcp://."
        ) from None
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"--cluster {address}: is not the address of a scheduler: {error}. Write it like tcp://10.0.0.5:8786."
        ) from None


def _need_certificates(address: str) -> None:
    """Refuse to begin without the certificates of Dask's configuration; Dask's own message does not name them."""
    from distributed.security import Security

    try:
        security: Any = Security  # untyped
        found = security().get_connection_args("client").get("ssl_context")
    except OSError as error:  # SSLError is one
        reason = f"its certificates cannot be read: {error}"
    else:
        if found is not None:
            return
        reason = "asks for certificates, and Dask's configuration names none"
    names = "CA_FILE, CLIENT__CERT and CLIENT__KEY"
    raise ClusterError(
        f"--cluster {address}: {reason}. Name their files in the environment: DASK_DISTRIBUTED__COMM__TLS__ before "
        f"each of {names}."
    )


def _await_workers(client: Any, address: str, log: Log) -> int:
    if not client.scheduler_info()["workers"]:
        log(f"{address}: waiting for a worker")
        try:
            client.wait_for_workers(1, timeout=ARRIVAL_LIMIT)
        except TimeoutError:
            raise ClusterError(
                f"--cluster {address}: has no worker, and none came in {ARRIVAL_LIMIT:g} s. Start some: "
                f"dask worker {address}"
            ) from None
    return len(client.scheduler_info()["workers"])


def _check_environments(client: Any, address: str, kernels: str) -> None:
    """Refuse a cluster in which a worker could give other numbers than this machine.

    Dask's own get_versions knows nothing of the engine's source, and only warns.
    """
    try:
        answers = _within(REPLY_LIMIT, lambda: client.run(dask_worker.prepare, kernels, on_error="return"))
    except TimeoutError:
        raise ClusterError(
            f"--cluster {address}: a worker did not report its versions within {REPLY_LIMIT:g} s. Restart the workers."
        ) from None
    wrong: list[ReportError] = []
    for place, theirs in answers.items():
        if isinstance(theirs, BaseException):
            reason = f"{type(theirs).__name__}: {theirs}"
            wrong.append(
                ClusterError(f"worker {place} cannot run notebooks: {reason}. Install natpatsip there, as it is here.")
            )
        elif differing := dask_worker.compare_environments(dask_worker.environment(), theirs):
            wrong.append(ClusterError(f"worker {place}: {differing}"))
    together(wrong)


def _within(seconds: float, action: Callable[[], Any]) -> Any:
    """Return what an action returns, or raise TimeoutError: Dask's own limits do not hold if a peer stops answering."""
    future: concurrent.futures.Future[Any] = concurrent.futures.Future()

    def act() -> None:
        try:
            future.set_result(action())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=act, daemon=True).start()  # so that the process may end while it still waits
    return future.result(seconds)
