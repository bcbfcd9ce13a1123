"""The papermill engine ``natpatsip``: a stock kernel, which also evaluates the inline code of markdown cells.

Papermill imports this module with every command of its own, so it imports little.
"""

from __future__ import annotations

import ast
import asyncio
import json
import sys
from collections.abc import Awaitable, Mapping
from typing import Any, ClassVar

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, v4
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.iorw import write_ipynb

from natpatsip.errors import NotebookError
from natpatsip.pipeline.execution.cancellation import CancelToken, TimeLimitExceeded, TimeLimits
from natpatsip.pipeline.inline_code import expressions, store
from natpatsip.pipeline.notebook import appears_in
from natpatsip.quarter import Quarter


class InlineClient(PapermillNotebookClient):  # type: ignore[misc]
    """Runs code cells as papermill does, and evaluates inline code at its place among them."""

    cancel: CancelToken
    quarter: Quarter | None = None
    limits = TimeLimits()
    reads: dict[str, Any] | None = None
    project = ""

    def execute(self, *, cwd: str | None = None, env: Mapping[str, str] | None = None) -> NotebookNode:
        """Execute the notebook on a kernel in a folder and an environment; by default in this process's."""
        if sys.platform == "win32":  # as papermill does: its kernels' sockets need it
            asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
        self.reset_execution_trackers()
        options = {"cwd": cwd, "env": env}
        with (
            self.cancel.register(self._kill),  # a kernel may take long to start
            self.setup_kernel(**{name: value for name, value in options.items() if value is not None}),
            self.cancel.register(self._kill),  # or have started just after the cancellation
        ):
            reply = self.wait_for_reply(self.kc.kernel_info())  # now: a kernel that hangs later gives no answer
            self.nb.metadata["language_info"] = reply["content"]["language_info"]
            self.papermill_execute_cells()
            self.set_widgets_metadata()
        executed: NotebookNode = self.nb
        return executed

    def _kill(self) -> None:
        """End the kernel at once: it has a process group of its own, which Ctrl-C does not reach."""
        if self.km and self.km.provisioner:
            run_sync(self.km.provisioner.kill)()

    def papermill_execute_cells(self) -> None:
        """Run the cells of the quarter in order; stop at the first that fails, takes too long or kills the kernel."""
        self._trace("begin()")
        for index, cell in enumerate(self.nb.cells):
            if self.quarter and not appears_in(cell, self.quarter):
                continue
            self.nb_man.cell_start(cell, index)
            try:
                if asked := expressions(cell):
                    self._store(cell, asked)
                else:
                    self._execute(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
                if error.ename == "SystemExit":  # papermill lets it pass, and with it a report that lacks the rest
                    raise NotebookError(_exits(cell)) from None
                break
            finally:
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
        else:
            if self.reads is not None:
                self.reads.update(json.loads(self._trace(f"report({self.project!r})") or "{}"))

    def _trace(self, call: str) -> str:
        """Call the tracer in the notebook's process; return nothing if there is none, as in another language."""
        if self.reads is None:
            return ""
        expression = f"__import__('natpatsip.pipeline.caching.tracing', fromlist=['tracer']).tracer.{call}"
        try:
            result = self.evaluate({"trace": expression})["trace"]
        except (CellTimeoutError, DeadKernelError, TimeLimitExceeded):  # the next cell fails with it, and is named
            return ""
        text = result["data"]["text/plain"] if result.get("status") == "ok" else "None"
        return ast.literal_eval(text) or ""

    def _execute(self, cell: NotebookNode, index: int) -> None:
        try:
            self.execute_cell(cell, index)
        except (CellTimeoutError, DeadKernelError, TimeLimitExceeded) as error:
            kind, reason = self._give_up(error)
            cell.execution_count = self.code_cells_executed
            traceback = [*(getattr(error, "traceback", None) or []), f"{kind}: {reason}"]
            report = {"ename": kind, "evalue": reason, "traceback": traceback}
            cell.outputs.append(v4.new_output("error", **report))  # type: ignore[no-untyped-call]
            raise CellExecutionError.from_cell_and_msg(cell, report) from None

    def _store(self, cell: NotebookNode, asked: Mapping[str, str]) -> None:
        try:
            store(cell, asked, self.evaluate(asked))
        except (CellTimeoutError, DeadKernelError, TimeLimitExceeded) as error:
            texts = ", ".join(f"`{{python}} {text}`" for text in asked.values())
            identity = cell.get("id", "")
            raise NotebookError(f'cell "{identity}", inline expression {texts}: {self._give_up(error)[1]}') from None

    def _give_up(self, error: Exception) -> tuple[str, str]:
        """Give the kernel up, and return the kind of failure and its message, the same for every engine."""
        self.shutdown_kernel = "immediate"  # it would not answer
        if isinstance(error, DeadKernelError):
            return "DeadKernelError", str(error)
        return "CellTimeoutError", self.limits.message()

    def evaluate(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return the results of expressions, by the same keys."""
        message = self.kc.execute("", silent=True, store_history=False, user_expressions=dict(asked))
        waiting = asyncio.wait_for(self.async_wait_for_reply(message), self.limits.left())
        try:
            results: dict[str, Any] = run_sync(_awaited)(waiting)["content"]["user_expressions"]
        except TimeoutError:
            raise TimeLimitExceeded from None
        return results

    def output(self, outs: list[NotebookNode], *message: Any) -> Any:
        """Add an output; text joins the text of the same stream before it, however many messages the kernel sent."""
        before = len(outs)
        added = super().output(outs, *message)
        if before and len(outs) == before + 1 and _are_one_stream(*outs[-2:]):
            outs[-2].text += outs.pop().text
        return added


def _exits(cell: NotebookNode) -> str:
    return (
        f'cell "{cell.get("id", "")}" ended the notebook (SystemExit), so the report would lack the cells after it. '
        "Remove the exit; raise an error if something is wrong."
    )


def _are_one_stream(first: NotebookNode, second: NotebookNode) -> bool:
    return bool(first.output_type == second.output_type == "stream" and first.name == second.name)


async def _awaited(waiting: Awaitable[Any]) -> Any:
    return await waiting


class NatpatsipEngine(Engine):  # type: ignore[misc]
    """Executes a notebook on a kernel of its own, in a given folder and environment."""

    client: ClassVar[type[InlineClient]] = InlineClient

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        notebook_timeout: float | None = None,
        start_timeout: float = 60,
        folder: str | None = None,
        env: Mapping[str, str] | None = None,
        failed_path: str | None = None,
        reads: dict[str, Any] | None = None,
        project: str = "",
        cancel: CancelToken | None = None,
        **_: Any,
    ) -> NotebookNode:
        """Execute a notebook that papermill manages.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
            Papermill's own.
        kernel_name : str
            The kernel to start.
        execution_timeout, notebook_timeout, start_timeout : float
            The most seconds that a cell, the whole notebook, and the start of the kernel may take.
        folder : str
            The kernel's working folder; papermill's own option would change that of this process.
        env : mapping
            The kernel's environment; by default this process's.
        failed_path : str
            The file that receives the notebook as far as it ran if an inline expression fails. (If a cell fails,
            papermill writes it.)
        reads : dict
            Receives what `natpatsip.pipeline.caching.tracing` reports that the notebook has read. If left out, nothing
            is traced.
        project : str
            The project's folder, for that.
        cancel : CancelToken
            What can end it before it is done.
        """
        limits = TimeLimits(execution_timeout, notebook_timeout)
        client = cls.client(
            nb_man,
            kernel_name=kernel_name,
            timeout_func=lambda _: limits.left(),
            record_timing=False,  # papermill does
            startup_timeout=int(start_timeout),
            # ipykernel warns that it listens on loopback, and logs an error when it is ended, as each kernel is.
            extra_arguments=["--IPKernelApp.log_level=50"],
        )
        client.limits, client.reads, client.project, client.cancel = limits, reads, project, cancel or CancelToken()
        quarter = nb_man.nb.metadata.get("papermill", {}).get("parameters", {}).get("quarter")
        client.quarter = Quarter.parse(quarter) if quarter else None
        try:
            return client.execute(cwd=folder, env=None if env is None else dict(env))
        except NotebookError:
            if failed_path:
                write_ipynb(nb_man.nb, failed_path)
            raise
