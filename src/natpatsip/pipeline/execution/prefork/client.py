"""The build's side of a notebook's process, and the papermill engine ``natpatsip-warm`` over it.

Cells are run in order, and messages made into outputs, by the code of the stock engine. Papermill imports this module
with every command of its own, so it imports little.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import takewhile
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, NoReturn

from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NotebookExecutionManager

from natpatsip.errors import NotebookError, how_it_ended
from natpatsip.pipeline.execution.cancellation import TimeLimitExceeded
from natpatsip.pipeline.execution.engine import InlineClient, NatpatsipEngine
from natpatsip.pipeline.execution.prefork import server
from natpatsip.pipeline.execution.prefork.server import NUMBER, STACK_SIGNAL
from natpatsip.pipeline.notebook import language_of

GRACE = 3.0  # seconds between the interrupt, which shows where a cell hangs, and the kill; a busy machine needs some
CELL = re.compile(r'  File "[^"]*ipykernel_\d+[/\\]\d+\.py"')
OnMessage = Callable[[str, dict[str, Any]], None]
_unpack = Session().unpack


def _ignore(*_: Any) -> None:
    pass


class ForkedKernel:
    """A kernel in a process of its own, with a folder and an environment: forked when created, ended when left.

    The first waits for the imports of the fork server; if they fail, ForkServerError is raised.
    """

    def __init__(self, folder: str, environment: Mapping[str, str], *, start_limit: float) -> None:
        fork_server = server.start()
        ours, theirs = socket.socketpair()
        status, their_status = os.pipe()
        self._pipe, self._status = Connection(ours.detach()), Connection(status, writable=False)
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115 — open until the end
        self._exit_status: int | None = None
        self._is_ready = False  # and has a group of its own
        self._process = 0
        try:
            try:
                descriptors = {"status": their_status, "last_words": self._last_words.fileno()}
                fork_server.fork(messages=theirs.fileno(), **descriptors)
            finally:
                theirs.close()  # so that the end of the fork is the end of the pipe
                os.close(their_status)
            if not wait([self._status], start_limit):
                raise TimeLimitExceeded
            self._process = self._number() or 0
            if not self._process:
                raise fork_server.failure()
            self._pipe.send_bytes(json.dumps({"folder": folder, "environment": dict(environment)}).encode())
            self.language_info = self._receive_until("ready", start_limit, _ignore)
            self._is_ready = True
        except TimeLimitExceeded:
            self.end()
            raise NotebookError(f"its process was not ready after {start_limit:g} s") from None
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> ForkedKernel:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: TracebackType | BaseException | None) -> None:
        self.end(gently=kind is None)

    def ask(self, request: str, payload: Any, limit: float | None, on_message: OnMessage = _ignore) -> dict[str, Any]:
        """Have a cell executed or expressions evaluated, and return the reply; `on_message` gets what comes before."""
        with contextlib.suppress(OSError):  # it has died: its messages from before are still to be received
            self._pipe.send_bytes(json.dumps([request, payload]).encode())
        reply: dict[str, Any] = self._receive_until("done", limit, on_message)
        return reply

    def end(self, *, gently: bool = False) -> None:
        """End the forked process: gently, so that it may clean up, or at once."""
        self._pipe.close()
        if self._process and self._exit_status is None and not (gently and wait([self._status], GRACE)):
            self._signal(signal.SIGKILL)
        self._status.close()
        self._last_words.close()

    def kill(self) -> None:
        """End the forked process and all that it has started, whatever it is doing; any thread may call this."""
        self._signal(signal.SIGKILL)

    def _receive_until(self, awaited: str, limit: float | None, on_message: OnMessage) -> Any:
        """Receive messages of the forked process until the awaited one, and return that.

        A cell that takes too long is interrupted first, and its traceback waited for; it is killed only if it goes on
        after that. Whichever way it ends, the first reason is the one that is raised.
        """
        deadline = None if limit is None else time.monotonic() + limit
        exceeded: TimeLimitExceeded | None = None
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = wait([self._pipe, self._status], left)
            if not ready:
                if exceeded:
                    exceeded.traceback = self._stack()
                    raise exceeded
                exceeded = TimeLimitExceeded()
                deadline = time.monotonic() + GRACE
                self._signal(STACK_SIGNAL, to_group=False)
                self._signal(signal.SIGINT)
                continue
            try:
                if self._pipe not in ready:  # it has ended, and nothing is left to receive
                    raise EOFError
                kind, content = _unpack(self._pipe.recv_bytes())
            except (EOFError, OSError):
                self._raise_death(exceeded)
            if exceeded and kind == "error":
                exceeded.traceback = content["traceback"]
            elif kind != awaited:
                on_message(kind, content)
            elif exceeded:
                raise exceeded
            else:
                return content

    def _raise_death(self, exceeded: TimeLimitExceeded | None) -> NoReturn:
        self._exit_status = self._number() if wait([self._status], GRACE) else None
        error: Any = exceeded or DeadKernelError(_described(self._exit_status))
        error.traceback = getattr(error, "traceback", None) or self._stack()
        raise error

    def _stack(self) -> list[str]:
        """Return the faulthandler's traceback, notebook frames only, most recent last; else all that it wrote."""
        self._last_words.seek(0)
        lines = self._last_words.read().decode(errors="replace").splitlines()
        if not any("most recent call first" in line for line in lines):
            return lines
        frames = [CELL.sub("  A cell", line) for line in lines if line.startswith('  File "')]
        frames = list(takewhile(lambda frame: "interactiveshell.py" not in frame, frames))
        return [line for line in lines[:1] if line.startswith("Fatal")] + frames[::-1]

    def _signal(self, number: signal.Signals, *, to_group: bool = True) -> None:
        """Send a signal to the forked process, and to all that it has started."""
        if self._exit_status is None and not wait([self._status], 0):  # else another process may have its number
            with contextlib.suppress(ProcessLookupError):
                send = os.killpg if to_group and self._is_ready else os.kill
                send(self._process, number)

    def _number(self) -> int | None:
        """Return the next number from the fork server about this process; None if the server has ended."""
        received = os.read(self._status.fileno(), NUMBER.size)
        return NUMBER.unpack(received)[0] if received else None


def _described(status: int | None) -> str:
    if status is None:
        return "the notebook's process ended, and the process it was forked from with it"
    return f"the notebook's process {how_it_ended(os.waitstatus_to_exitcode(status))}"


class WarmClient(InlineClient):
    """Runs cells in a fork of the fork server."""

    kernel: ForkedKernel

    def execute(self, *, cwd: str | None = None, env: Mapping[str, str] | None = None) -> NotebookNode:
        """Execute the notebook in a fork, in a folder and an environment; by default in this process's."""
        self.reset_execution_trackers()
        self.comm_open_handlers = {"jupyter.widget": lambda _: None}  # a widget's state is saved; it gets no answers
        folder, environment = cwd or os.getcwd(), os.environ if env is None else env  # noqa: PTH109
        with (
            ForkedKernel(folder, environment, start_limit=self.startup_timeout) as self.kernel,
            self.cancel.register(self.kernel.kill),
        ):
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = self.kernel.language_info
        self.set_widgets_metadata()
        executed: NotebookNode = self.nb
        return executed

    def execute_cell(self, cell: NotebookNode, cell_index: int) -> NotebookNode:
        """Run a cell in the fork, as nbclient's method of this name does."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        self.code_cells_executed += 1
        cell.outputs, self.clear_before_next_output = [], False

        def process(kind: str, content: dict[str, Any]) -> None:
            header = {"msg_id": "", "msg_type": kind}
            message = {"msg_type": kind, "header": header, "parent_header": header, "content": content}
            self.process_message(message, cell, cell_index)

        reply = self.kernel.ask("execute", cell.source, self.limits.left(), process)
        if reply["status"] == "error" and "raises-exception" not in tags:
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return cell

    def evaluate(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return the fork's results of expressions, by the same keys."""
        return self.kernel.ask("evaluate", dict(asked), self.limits.left())


class WarmEngine(NatpatsipEngine):
    """Executes a notebook in a fork of the fork server; one in another language than Python on its own kernel."""

    client = WarmClient

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any) -> Any:
        """Execute a notebook that papermill manages, with the options of the stock engine."""
        if language_of(nb_man.nb.metadata) != "python":
            return NatpatsipEngine.execute_managed_notebook(nb_man, kernel_name, **options)
        return super().execute_managed_notebook(nb_man, kernel_name, **options)
