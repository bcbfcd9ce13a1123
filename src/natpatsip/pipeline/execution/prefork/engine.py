"""The papermill engine ``natpatsip-warm``: the engine ``natpatsip`` without a kernel to start.

Cells are gone through, and messages made into outputs, by the code of the stock engine. Papermill imports this module
with every command of its own, so it imports little.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from typing import Any

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from papermill.engines import NotebookExecutionManager

from natpatsip.pipeline.execution.engine import InlineClient, NatpatsipEngine
from natpatsip.pipeline.execution.prefork.child import ForkedShell

LANGUAGE = {  # what a kernel says of itself
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}


class WarmClient(InlineClient):
    """Runs cells in a fork of the warm process."""

    shell: ForkedShell

    def execute(self, *, cwd: str | None = None, env: Mapping[str, str] | None = None) -> NotebookNode:
        """Execute the notebook in a folder and an environment; by default in this process's."""
        self.reset_execution_trackers()
        self.comm_open_handlers = {"jupyter.widget": lambda _: None}  # a widget's state is kept; it gets no answers
        folder, environment = cwd or os.getcwd(), os.environ if env is None else env  # noqa: PTH109
        with (
            ForkedShell(folder, environment, start_limit=self.startup_timeout) as self.shell,
            self.brake.held(self.shell.kill),
        ):
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = LANGUAGE
        self.set_widgets_metadata()
        executed: NotebookNode = self.nb
        return executed

    def execute_cell(self, cell: NotebookNode, cell_index: int) -> NotebookNode:
        """Run a cell, as nbclient's method of this name does."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        self.code_cells_executed += 1
        cell.outputs, self.clear_before_next_output = [], False

        def hear(kind: str, content: dict[str, Any]) -> None:
            header = {"msg_id": "", "msg_type": kind}
            message = {"msg_type": kind, "header": header, "parent_header": header, "content": content}
            self.process_message(message, cell, cell_index)

        reply = self.shell.execute(cell.source, limit=self.limits.left(), hear=hear)
        if reply["status"] == "error" and "raises-exception" not in tags:
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return cell

    def evaluate(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return the results of expressions."""
        return self.shell.evaluate(asked, limit=self.limits.left())


class WarmEngine(NatpatsipEngine):
    """Executes a notebook in a fork of the warm process; one in another language than Python on its own kernel."""

    client = WarmClient

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any) -> Any:
        """Execute a notebook that papermill manages, with the options of the stock engine."""
        language = nb_man.nb.metadata.get("kernelspec", {}).get("language", "python")
        if language != "python":
            return NatpatsipEngine.execute_managed_notebook(nb_man, kernel_name, **options)
        return super().execute_managed_notebook(nb_man, kernel_name, **options)
