"""The papermill engine ``natpatsip``: a stock kernel, which also evaluates the inline code of markdown cells.

Papermill imports this module with every command of its own, so it imports little.
"""

from __future__ import annotations

import ast
import asyncio
import json
import symtable
import sys
from collections.abc import Awaitable, Collection, Mapping
from functools import partial
from typing import Any, ClassVar

from jupyter_client.client import KernelClient
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, v4
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.iorw import write_ipynb

from natpatsip.context import NOT_SHOWN, OPENED, digest_of
from natpatsip.errors import NotebookError, how_it_ended
from natpatsip.pipeline.execution import missing_column
from natpatsip.pipeline.execution.cancellation import CancelledError, CancelToken, TimeLimitExceeded, TimeLimits
from natpatsip.pipeline.inline_code import expressions, printing, store
from natpatsip.pipeline.notebook import advice_on_name, appears_in, language_of, place_of
from natpatsip.quarter import Quarter

CONTEXT = ("quarter", "edition")  # the parameters of every notebook
EXITS = (
    "ended the notebook (SystemExit), so the report would lack the cells after it. "
    "Remove the exit; raise an error if something is wrong."
)
UNRECORDED = (
    "what the notebook reads and makes could not be recorded, so the checks would miss it. Change what this error of "
    "natpatsip names, and report the error:"
)


class InlineClient(PapermillNotebookClient):  # type: ignore[misc]
    """Runs code cells as papermill does, and evaluates inline code at its place among them."""

    cancel: CancelToken
    quarter: Quarter | None = None
    limits = TimeLimits()
    reads: dict[str, Any] | None = None
    project = ""
    _has_parameters = False

    def execute(self, *, cwd: str | None = None, env: Mapping[str, str] | None = None) -> NotebookNode:
        """Execute the notebook on a kernel in a folder and an environment; by default in this process's."""
        if sys.platform == "win32":  # as papermill does: its kernels' sockets need it
            asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
        self.reset_execution_trackers()
        options = {"cwd": cwd, "env": env}
        with (
            self.cancel.register(self._kill),  # a kernel may take long to start
            self.setup_kernel(**{name: value for name, value in options.items() if value is not None}),
        ):
            reply = self.wait_for_reply(self.kc.kernel_info())  # now: a kernel that hangs later gives no answer
            self.nb.metadata["language_info"] = reply["content"]["language_info"]
            self.papermill_execute_cells()
            self.set_widgets_metadata()
        executed: NotebookNode = self.nb
        return executed

    def start_new_kernel_client(self) -> KernelClient:
        """Wait until the kernel is ready, unless the build was cancelled before there was a process to end."""
        if self.cancel.is_cancelled:
            self._kill()
            self._cleanup_kernel()
            raise CancelledError("cancelled while its kernel was started")
        client: KernelClient = super().start_new_kernel_client()
        return client

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
                    self._record_opened(cell, "\n".join(asked.values()))
                elif cell.cell_type == "code" and self._is_python:
                    self._reject_setting(cell, self._parameters.keys() & assigned(cell.source))
                    self._execute(cell, index)
                    self._has_parameters |= "injected-parameters" in cell.metadata.get("tags", [])
                    self._look_after(cell)
                    self._record_opened(cell, cell.source)
                else:
                    self._execute(cell, index)
            except CellExecutionError as error:
                self._explain(cell)
                self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
                if error.ename == "SystemExit":  # papermill lets it pass, and with it a report that lacks the rest
                    raise NotebookError(f"{self._place(cell)} {EXITS}") from None
                break
            finally:
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
        else:
            if self.reads is not None:
                self.reads.update(json.loads(self._trace(f"report({self.project!r})") or "{}"))

    @property
    def _is_python(self) -> bool:
        return language_of(self.nb.metadata) == "python"

    def _place(self, cell: NotebookNode) -> str:
        return place_of(self.nb.cells, cell)

    def _look_after(self, cell: NotebookNode) -> None:
        """Reject a cell that has changed the quarter or the edition; note what it has made and not shown."""
        after = json.loads(self._ask("natpatsip.context", "after_cell()", cell) or "{}")
        given = self._parameters if after else {}
        self._reject_setting(cell, [name for name, value in given.items() if after["names"].get(name) != value])
        shown = {digest_of(output.get("data", {})) for output in cell.outputs}
        if not_shown := [made for made in after.get("made", ()) if made["digest"] not in shown]:
            cell.metadata[NOT_SHOWN] = not_shown

    def _record_opened(self, cell: NotebookNode, source: str) -> None:
        """Record in a cell which files its code has opened by itself."""
        call = f"opened({self.project!r}, {source!r})"
        if self._is_python and (opened := json.loads(self._trace(call, cell) or "[]")):
            cell.metadata[OPENED] = opened

    @property
    def _parameters(self) -> dict[str, Any]:
        """The parameters that the build has set, once the cell that holds them has run."""
        given: dict[str, Any] = self.nb.metadata.get("papermill", {}).get("parameters", {})
        return {name: given[name] for name in CONTEXT if name in given} if self._has_parameters else {}

    def _reject_setting(self, cell: NotebookNode, names: Collection[str]) -> None:
        if names:
            listed = " and ".join(f"`{name}`" for name in sorted(names))
            raise NotebookError(
                f"{self._place(cell)} sets {listed}, which the build sets, so the rest would report on something else. "
                "Use another name; only the cell tagged parameters sets them."
            )

    def _trace(self, call: str, cell: NotebookNode | None = None) -> str:
        """Call the tracer in the notebook's process; return nothing if nothing is traced."""
        return "" if self.reads is None else self._ask("natpatsip.pipeline.caching.tracing", f"tracer.{call}", cell)

    def _ask(self, module: str, call: str, cell: NotebookNode | None = None) -> str:
        """Return the text that a call in the notebook's process returns, after a cell; nothing if it has no engine."""
        name = call.partition(".")[0].partition("(")[0]
        try:
            result = self.evaluate({"": f"__import__({module!r}, fromlist=[{name!r}]).{call}"})[""]
        except (CellTimeoutError, DeadKernelError, TimeLimitExceeded):  # the next cell fails with it, and is named
            return ""
        if result.get("status") == "ok":
            return ast.literal_eval(result["data"]["text/plain"]) or ""
        if self._is_python and result["ename"] != "ModuleNotFoundError":  # of natpatsip, where that is not installed
            where = f"{self._place(cell)}: " if cell else ""
            raise NotebookError(f"{where}{UNRECORDED} {result['ename']}: {result['evalue']}")
        return ""

    def _explain(self, cell: NotebookNode) -> None:
        """Add which columns a frame has to the error of a cell that asked it for another."""
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and (advice := self._advice_on_column(output.ename, output.evalue)):
                output.evalue = f"{output.evalue}. {advice}"

    def _advice_on_column(self, kind: str, message: str) -> str:
        if kind not in missing_column.KINDS:
            return ""
        return self._ask("natpatsip.pipeline.execution.missing_column", f"advice({message!r})")

    def _execute(self, cell: NotebookNode, index: int) -> None:
        """Run a cell; one that takes too long, or kills the kernel, fails with an error among its outputs."""
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
        """Evaluate the inline code of a cell on the kernel, and store its results in the cell."""
        place = self._place(cell)
        wrapped = printing(cell) if self._is_python else asked
        try:
            store(cell, asked, self.evaluate(wrapped), place=place, advise=partial(self._advise, cell))
        except (CellTimeoutError, DeadKernelError, TimeLimitExceeded) as error:
            texts = ", ".join(f"`{{python}} {text}`" for text in asked.values())
            raise NotebookError(f"{place}, inline expression {texts}: {self._give_up(error)[1]}") from None

    def _advise(self, cell: NotebookNode, kind: str, message: str) -> str:
        return advice_on_name(self.nb.cells, cell, kind, message) or self._advice_on_column(kind, message)

    def _give_up(self, error: Exception) -> tuple[str, str]:
        """Give the kernel up, and return the kind of failure and its message, the same for every engine."""
        self.shutdown_kernel = "immediate"  # it would not answer
        if isinstance(error, DeadKernelError):
            # of jupyter_client's own provisioner; a fork says by itself how it ended
            process = getattr(getattr(self.km, "provisioner", None), "process", None)
            status = process.poll() if process else None
            words = str(error) if status is None else f"the notebook's process {how_it_ended(status)}"
            return "DeadKernelError", words
        return "CellTimeoutError", self.limits.message()

    def evaluate(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return the kernel's results of expressions, by the same keys."""
        message = self.kc.execute("", silent=True, store_history=False, user_expressions=dict(asked))
        waiting = asyncio.wait_for(self.async_wait_for_reply(message), self.limits.left())
        try:
            results: dict[str, Any] = run_sync(_awaited)(waiting)["content"]["user_expressions"]
        except TimeoutError:
            raise TimeLimitExceeded from None
        return results

    def output(self, outs: list[NotebookNode], *message: Any) -> Any:
        """Add an output to the cell that runs; text joins that of the same stream, however many messages it came in."""
        before = len(outs)
        added = super().output(outs, *message)
        if before and len(outs) == before + 1 and _are_one_stream(*outs[-2:]):
            outs[-2].text += outs.pop().text
        return added


def assigned(source: str) -> set[str]:
    """Return the names that a cell which runs binds for the cells after it; none if it is not plain Python.

    Examples
    --------
    >>> sorted(assigned("import a; b: int = 1; [c for c in x]; [d := 1 for _ in x]")), assigned("!ls")
    (['a', 'b', 'd'], set())
    """
    lines = ["" if line.startswith(("%", "!", "?")) else line for line in source.splitlines()]
    try:
        tables = [symtable.symtable("\n".join(lines), "cell", "exec")]
    except SyntaxError:
        return set()
    found = {each.get_name() for each in tables[0].get_symbols() if each.is_assigned() or each.is_imported()}
    for table in tables:
        tables += table.get_children()
        found |= {each.get_name() for each in table.get_symbols() if each.is_declared_global() and each.is_assigned()}
    return found


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
        nb_man: NotebookExecutionManager,  # Papermill's own
        kernel_name: str,  # the kernel to start
        *,
        # the most seconds that a cell, the whole notebook, and the start of the kernel may take
        execution_timeout: float | None = None,
        notebook_timeout: float | None = None,
        start_timeout: float = 60,
        # the kernel's working folder; papermill's own option would change that of this process
        folder: str | None = None,
        env: Mapping[str, str] | None = None,  # the kernel's environment; by default this process's
        # the file that receives the notebook as far as it ran if an inline expression fails; if a cell fails,
        # papermill writes it
        failed_path: str | None = None,
        # receives what `natpatsip.pipeline.caching.tracing` reports that the notebook has read; if left out, nothing
        # is traced
        reads: dict[str, Any] | None = None,
        project: str = "",  # the project's folder, for that
        source: str = "",  # the notebook's own file, if papermill was given a copy of it
        cancel: CancelToken | None = None,  # what can end it before it is done
        **_: Any,
    ) -> NotebookNode:
        """Execute a notebook that papermill manages."""
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
        if source:
            nb_man.nb.metadata.papermill["input_path"] = source
        quarter = nb_man.nb.metadata.get("papermill", {}).get("parameters", {}).get("quarter")
        client.quarter = Quarter.parse(quarter) if quarter else None
        try:
            return client.execute(cwd=folder, env=None if env is None else dict(env))
        except NotebookError:
            if failed_path:
                write_ipynb(nb_man.nb, failed_path)
            raise
