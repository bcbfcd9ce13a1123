"""The build's side of a Dask cluster."""

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

from natpatsip.errors import NotebookError, ReportError, UsageError, together
from natpatsip.pipeline.caching.run_cache import Facts
from natpatsip.pipeline.execution.cluster import ClusterError, versions, worker
from natpatsip.pipeline.execution.scheduler import Ran
from natpatsip.pipeline.notebook import Notebook
from natpatsip.pipeline.plan import Plan

ANSWER = 5.0  # seconds in which a scheduler must answer
ARRIVAL = 60.0  # seconds that the build waits for a first worker, or for another one after the last was lost
ANSWERS = 30.0  # seconds in which every worker must say its versions, and the scheduler which workers it has
LOOK = 2.0  # seconds between two looks at whether there are workers
Log = Callable[[str], None]


@dataclass(frozen=True)
class Cluster:
    """A cluster whose workers are like this machine."""

    address: str
    client: Any
    executor: concurrent.futures.Executor
    versions: dict[str, str]

    def run(self, plan: Plan, notebook: Notebook, facts: Facts, *, kernels: str, is_watched: bool) -> Ran:
        """Run a notebook on some worker, as `natpatsip.pipeline.execution.scheduler.run` does here.

        Raises
        ------
        NotebookError
            Where the notebook failed, or ended every worker that it was given to.
        ClusterError
            Where the cluster was lost.
        """
        task = worker.Task(
            notebook.name,
            str(plan.quarter),
            plan.edition,
            worker.luggage(plan.project),
            facts,
            is_watched,
            kernels,
            self.versions,
        )
        brought = self._result(notebook, self.executor.submit(worker.perform, task))
        output = plan.workplace / "notebooks" / notebook.path.name
        if brought.notebook:
            content = nbformat.reads(brought.notebook.decode(), as_version=4)  # type: ignore[no-untyped-call]
            content.metadata.papermill |= {"input_path": str(notebook.path), "output_path": str(output)}
            output.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(content, output)  # type: ignore[no-untyped-call]
        if brought.error:
            raise brought.error
        return Ran(content, brought.seconds, brought.heard)

    def stop(self) -> None:
        """Give up what has not been brought back."""
        self.executor.shutdown(wait=False)

    def _result(self, notebook: Notebook, future: concurrent.futures.Future[worker.Brought]) -> worker.Brought:
        from distributed.scheduler import KilledWorker

        self._await(future)
        where = f"notebooks/{notebook.path.name}"
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise self._lost("the connection to its scheduler broke off") from None
        except KilledWorker:
            raise NotebookError(
                f"{where}: each worker that ran it was lost, as when memory runs out. "
                "Run it here (natpatsip build without --cluster), or give the workers more memory."
            ) from None
        except Exception as error:  # of the worker, not of the notebook: that comes back as a part of the result
            raise NotebookError(
                f"{where}: a worker could not run it: {type(error).__name__}: {error}. Look at the worker's log, or "
                "run it here (natpatsip build without --cluster)."
            ) from error

    def _await(self, future: concurrent.futures.Future[worker.Brought]) -> None:
        """Wait until a task is done, as long as there are workers that may do it."""
        left_at = None
        while not future.done():
            with contextlib.suppress(TimeoutError, concurrent.futures.CancelledError):
                future.exception(LOOK)  # unlike its result, it raises no TimeoutError of the task's own
            if future.done() or self._has_workers():
                left_at = None
                continue
            left_at = left_at or time.monotonic()
            if time.monotonic() - left_at > ARRIVAL:
                raise self._lost(f"its workers were lost, and none came back in {ARRIVAL:g} s")

    def _has_workers(self) -> bool:
        try:
            return bool(_within(ANSWERS, self.client.scheduler_info)["workers"])
        except OSError:  # TimeoutError is one
            raise self._lost("its scheduler does not answer any more") from None

    def _lost(self, how: str) -> ClusterError:
        return ClusterError(f"--cluster {self.address}: {how}. Look at the cluster, and build again.")


@contextmanager
def connect(address: str, *, log: Log, kernels: str = "") -> Iterator[Cluster]:
    """Connect to a cluster, and leave it when the block ends.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://10.0.0.5:8786``.
    log : callable
        Is given a line about what was found.
    kernels : str
        As for `natpatsip.pipeline.execution.scheduler.execute`.

    Raises
    ------
    UsageError
        Where it is no address.
    ClusterError
        Where ``distributed`` is not installed, nobody answers, there is no worker, or a worker has other versions.
    """
    client = _reach(address)
    try:
        count = _await_workers(client, address, log)
        ours = versions.found(versions.packages())
        _compare(client, address, ours, kernels)
        log(f"{address}: {count} worker{'s' if count != 1 else ''}")
        yield Cluster(address, client, client.get_executor(), ours)
    finally:
        with contextlib.suppress(TimeoutError):  # it would wait for a scheduler that has fallen silent
            _within(ANSWER, client.close)


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
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it says of lost connections, we say
    if address.startswith("tls://"):
        _need_certificates(address)
    try:
        scheme, place = parse_address(address)
        get_backend(scheme)  # as the next line, before a client is begun, which takes ten seconds to be given up
        parse_host_port(place)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: `_compare` says so, and stops
            reach = partial(distributed.Client, address, timeout=ANSWER, set_as_default=False)
            return _within(ANSWER + 1, reach)
    except OSError:
        raise ClusterError(
            f"--cluster {address}: no Dask scheduler answers there within {ANSWER:g} s. Start one (dask scheduler), "
            "or mend the address: tls:// and trusted certificates where the scheduler asks for them, else tcp://."
        ) from None
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"--cluster {address}: is no address of a scheduler: {error}. Write it like tcp://10.0.0.5:8786."
        ) from None


def _need_certificates(address: str) -> None:
    """Refuse to begin without the certificates of Dask's configuration, whose words on it are of its inside."""
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
            client.wait_for_workers(1, timeout=ARRIVAL)
        except TimeoutError:
            raise ClusterError(
                f"--cluster {address}: has no worker, and none came in {ARRIVAL:g} s. Start some: dask worker {address}"
            ) from None
    return len(client.scheduler_info()["workers"])


def _compare(client: Any, address: str, ours: dict[str, str], kernels: str) -> None:
    """Refuse a cluster in which a worker could give other numbers than this machine."""
    names = versions.packages()
    try:
        answers = _within(ANSWERS, lambda: client.run(worker.prepare, names, kernels, on_error="return"))
    except TimeoutError:
        raise ClusterError(
            f"--cluster {address}: a worker did not say its versions within {ANSWERS:g} s. Restart the workers."
        ) from None
    wrong: list[ReportError] = []
    for place, theirs in answers.items():
        if isinstance(theirs, BaseException):
            reason = f"{type(theirs).__name__}: {theirs}"
            wrong.append(
                ClusterError(f"worker {place} cannot run notebooks: {reason}. Install natpatsip there, as it is here.")
            )
        elif differing := list(versions.differences(ours, theirs)):
            wrong.append(ClusterError(f"worker {place}: {versions.advice(differing)}"))
    together(wrong)


def _within(seconds: float, action: Callable[[], Any]) -> Any:
    """Return what an action returns, or raise TimeoutError: Dask's own limits do not hold where a peer falls silent."""
    future: concurrent.futures.Future[Any] = concurrent.futures.Future()

    def act() -> None:
        try:
            future.set_result(action())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=act, daemon=True).start()  # so that the process may end while it still waits
    return future.result(seconds)
