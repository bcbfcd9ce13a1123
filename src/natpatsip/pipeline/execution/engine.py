"""The papermill engine ``natpatsip``: a stock kernel, and the inline expressions of markdown cells besides.

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
from natpatsip.pipeline.execution.cancellation import Brake
from natpatsip.pipeline.execution.time_limits import Limits, Overrun
from natpatsip.pipeline.inline_code import expressions, store
from natpatsip.pipeline.notebook import appears_in
from natpatsip.quarter import Quarter


class InlineClient(PapermillNotebookClient):  # type: ignore[misc]
    """Runs code cells as papermill does, and evaluates inline code where it stands."""

    brake: Brake
    quarter: Quarter | None = None
    limits = Limits()
    heard: dict[str, Any] | None = None
    project = ""

    def execute(self, *, cwd: str | None = None, env: Mapping[str, str] | None = None) -> NotebookNode:
        """Execute the notebook on a kernel in a folder and an environment; by default in this process's."""
        if sys.platform == "win32":  # as papermill does: its kernels' sockets need it
            asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
        self.reset_execution_trackers()
        options = {"cwd": cwd, "env": env}
        with (
            self.brake.held(self._kill),  # a kernel may be long in starting
            self.setup_kernel(**{name: value for name, value in options.items() if value is not None}),
            self.brake.held(self._kill),  # or have started just after the brake was pulled
        ):
            reply = self.wait_for_reply(self.kc.kernel_info())  # now, since a kernel that hangs gives no answer
            self.nb.metadata["language_info"] = reply["content"]["language_info"]
            self.papermill_execute_cells()
            self.set_widgets_metadata()
        executed: NotebookNode = self.nb
        return executed

    def _kill(self) -> None:
        """End the kernel at once: it has a process group of its own, and does not hear Ctrl-C."""
        if self.km and self.km.provisioner:
            run_sync(self.km.provisioner.kill)()

    def papermill_execute_cells(self) -> None:
        """Run the cells of the quarter in order; stop at the first that fails, takes too long or kills the kernel."""
        self._watch("begin()")
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
                    raise NotebookError(_ended_early(cell)) from None
                break
            finally:
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
        else:
            if self.heard is not None:
                self.heard.update(json.loads(self._watch(f"told({self.project!r})") or "{}"))

    def _watch(self, call: str) -> str:
        """Ask the notebook's process what the notebook reads; nothing where it cannot tell, as in another language."""
        if self.heard is None:
            return ""
        expression = f"__import__('natpatsip.pipeline.caching.tracing', fromlist=['watch']).{call}"
        try:
            result = self.evaluate({"watch": expression})["watch"]
        except (CellTimeoutError, DeadKernelError, Overrun):  # the cell that follows says so, by its name
            return ""
        text = result["data"]["text/plain"] if result.get("status") == "ok" else "None"
        return ast.literal_eval(text) or ""

    def _execute(self, cell: NotebookNode, index: int) -> None:
        try:
            self.execute_cell(cell, index)
        except (CellTimeoutError, DeadKernelError, Overrun) as error:
            kind, reason = self._given_up(error)
            cell.execution_count = self.code_cells_executed
            traceback = [*(getattr(error, "traceback", None) or []), f"{kind}: {reason}"]
            report = {"ename": kind, "evalue": reason, "traceback": traceback}
            cell.outputs.append(v4.new_output("error", **report))  # type: ignore[no-untyped-call]
            raise CellExecutionError.from_cell_and_msg(cell, report) from None

    def _store(self, cell: NotebookNode, asked: Mapping[str, str]) -> None:
        try:
            store(cell, asked, self.evaluate(asked))
        except (CellTimeoutError, DeadKernelError, Overrun) as error:
            texts = ", ".join(f"`{{python}} {text}`" for text in asked.values())
            identity = cell.get("id", "")
            raise NotebookError(f'cell "{identity}", inline expression {texts}: {self._given_up(error)[1]}') from None

    def _given_up(self, error: Exception) -> tuple[str, str]:
        """Give the kernel up, and return the kind of the failure and what to say of it, the same for every engine."""
        self.shutdown_kernel = "immediate"  # there is nobody left to ask
        if isinstance(error, DeadKernelError):
            return "DeadKernelError", str(error)
        return "CellTimeoutError", self.limits.broken()

    def evaluate(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return the results of expressions, by the keys they are asked with."""
        message = self.kc.execute("", silent=True, store_history=False, user_expressions=dict(asked))
        waiting = asyncio.wait_for(self.async_wait_for_reply(message), self.limits.left())
        try:
            results: dict[str, Any] = run_sync(_awaited)(waiting)["content"]["user_expressions"]
        except TimeoutError:
            raise Overrun from None
        return results

    def output(self, outs: list[NotebookNode], *message: Any) -> Any:
        """Add an output; text that follows text of the same stream joins it, however often the kernel sent it."""
        before = len(outs)
        added = super().output(outs, *message)
        if before and len(outs) == before + 1 and _are_one_stream(*outs[-2:]):
            outs[-2].text += outs.pop().text
        return added


def _ended_early(cell: NotebookNode) -> str:
    return (
        f'cell "{cell.get("id", "")}" ended the notebook (SystemExit), so the report would lack what follows. '
        "Take the exit out; raise an error where something is wrong."
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
        kept: str | None = None,
        heard: dict[str, Any] | None = None,
        project: str = "",
        brake: Brake | None = None,
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
            How long a cell, the whole notebook, and the start of the kernel may take, in seconds.
        folder : str
            The kernel's working folder; papermill's own setting would change the folder of the whole process.
        env : mapping
            The kernel's environment; by default this process's.
        kept : str
            Where the notebook as far as it ran is written where an inline expression fails. (Papermill writes it
            where a cell fails.)
        heard : dict
            Is filled with what the notebook has read, as `natpatsip.pipeline.caching.tracing` tells it. Left out,
            nobody listens.
        project : str
            The project's folder, for that.
        brake : Brake
            What can end it before it is done.
        """
        limits = Limits(execution_timeout, notebook_timeout)
        client = cls.client(
            nb_man,
            kernel_name=kernel_name,
            timeout_func=lambda _: limits.left(),
            record_timing=False,  # papermill does
            startup_timeout=int(start_timeout),
            # It warns that it listens on loopback, and calls it an error to be interrupted before its end, as each is.
            extra_arguments=["--IPKernelApp.log_level=50"],
        )
        client.limits, client.heard, client.project, client.brake = limits, heard, project, brake or Brake()
        quarter = nb_man.nb.metadata.get("papermill", {}).get("parameters", {}).get("quarter")
        client.quarter = Quarter.parse(quarter) if quarter else None
        try:
            return client.execute(cwd=folder, env=None if env is None else dict(env))
        except NotebookError:
            if kept:
                write_ipynb(nb_man.nb, kept)
            raise
