"""The papermill engine ``natpatsip``: a stock kernel, and the inline expressions of markdown cells besides.

Papermill imports this module with every command of its own, so it imports little.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager

from helpers.build.inline import expressions, store
from helpers.build.notebook import appears_in
from helpers.errors import NotebookError
from helpers.quarter import Quarter


class InlineClient(PapermillNotebookClient):  # type: ignore[misc]
    """Runs code cells as papermill does, and evaluates inline code where it stands."""

    quarter: Quarter | None = None

    def papermill_execute_cells(self) -> None:
        """Run the cells of the quarter in order; stop at the first that fails."""
        for index, cell in enumerate(self.nb.cells):
            if self.quarter and not appears_in(cell, self.quarter):
                continue
            self.nb_man.cell_start(cell, index)
            try:
                if asked := expressions(cell):
                    store(cell, asked, self._evaluate(asked))
                else:
                    self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
                break
            finally:
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)

    def _evaluate(self, asked: Mapping[str, str]) -> dict[str, Any]:
        message = self.kc.execute("", silent=True, store_history=False, user_expressions=dict(asked))
        waiting = asyncio.wait_for(self.async_wait_for_reply(message), self.timeout)
        try:
            results: dict[str, Any] = run_sync(_awaited)(waiting)["content"]["user_expressions"]
        except TimeoutError:
            texts = ", ".join(f"`{{python}} {text}`" for text in asked.values())
            raise NotebookError(f"inline expression {texts}: not done after {self.timeout} s") from None
        return results


async def _awaited(waiting: Awaitable[Any]) -> Any:
    return await waiting


class NatpatsipEngine(Engine):  # type: ignore[misc]
    """Executes a notebook on a kernel of its own, in a given folder and environment."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        start_timeout: float = 60,
        folder: str | None = None,
        env: Mapping[str, str] | None = None,
        **_: Any,
    ) -> NotebookNode:
        """Execute a notebook that papermill manages.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
            Papermill's own.
        kernel_name : str
            The kernel to start.
        execution_timeout, start_timeout : float
            How long a cell, and the start of the kernel, may take, in seconds.
        folder : str
            The kernel's working folder; papermill's own setting would change the folder of the whole process.
        env : mapping
            The kernel's environment; by default this process's.
        """
        client = InlineClient(
            nb_man,
            kernel_name=kernel_name,
            timeout=int(execution_timeout) if execution_timeout else None,
            startup_timeout=int(start_timeout),
            extra_arguments=[
                "--IPKernelApp.log_level=40"
            ],  # the kernel listens on loopback; a warning says so each time
        )
        quarter = nb_man.nb.metadata.get("papermill", {}).get("parameters", {}).get("quarter")
        client.quarter = Quarter.parse(quarter) if quarter else None
        options: dict[str, Any] = {"env": dict(env)} if env is not None else {}
        if folder:
            options["cwd"] = folder
        executed: NotebookNode = client.execute(**options)
        return executed
