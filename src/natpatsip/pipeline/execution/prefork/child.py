"""The build's side of one notebook's process."""

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
from nbclient.exceptions import DeadKernelError

from natpatsip.errors import NotebookError
from natpatsip.pipeline.execution.prefork import server
from natpatsip.pipeline.execution.prefork.forking import NUMBER, WHERE
from natpatsip.pipeline.execution.time_limits import Overrun

GRACE = 3.0  # seconds between the interrupt, which tells where a cell hangs, and the kill; a busy machine needs some
CELL = re.compile(r'  File "[^"]*ipykernel_\d+[/\\]\d+\.py"')
Hear = Callable[[str, dict[str, Any]], None]
_unpack = Session().unpack


class ForkedShell:
    """A shell in a process of its own: forked when made, ended when left.

    Parameters
    ----------
    folder : str
        Its working folder.
    environment : mapping
        Its environment.
    start_limit : float
        How long it may take to be ready, in seconds; the first waits for the imports of the warm process.

    Raises
    ------
    WarmError
        Where the warm process could not import the helpers.
    NotebookError
        Where the fork was not ready in time.
    DeadKernelError
        Where it died before it was ready.
    """

    def __init__(self, folder: str, environment: Mapping[str, str], *, start_limit: float = 60) -> None:
        warm = server.start()
        ours, theirs = socket.socketpair()
        told, telling = os.pipe()
        self._pipe, self._told = Connection(ours.detach()), Connection(told, writable=False)
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 — open until the end
        self._ending: int | None = None
        self._is_ready = False  # and has a group of its own
        self._process = 0
        try:
            try:
                warm.fork(messages=theirs.fileno(), told=telling, words=self._words.fileno())
            finally:
                theirs.close()  # so that the end of the fork is the end of the pipe
                os.close(telling)
            if not wait([self._told], start_limit):
                raise Overrun
            self._process = self._number() or 0
            if not self._process:
                raise warm.failure()
            self._pipe.send_bytes(json.dumps({"folder": folder, "environment": dict(environment)}).encode())
            self._hear_until("ready", start_limit, _ignore)
            self._is_ready = True
        except Overrun:
            self.end()
            raise NotebookError(f"its process was not ready after {start_limit:g} s") from None
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> ForkedShell:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: TracebackType | BaseException | None) -> None:
        self.end(gently=kind is None)

    def execute(self, source: str, *, limit: float | None, hear: Hear) -> dict[str, Any]:
        """Run a cell and return the kernel's reply, after `hear` has had each message."""
        reply: dict[str, Any] = self._ask("execute", source, limit, hear)
        return reply

    def evaluate(self, expressions: Mapping[str, str], *, limit: float | None) -> dict[str, Any]:
        """Return the results of expressions as the Jupyter protocol gives them."""
        results: dict[str, Any] = self._ask("evaluate", dict(expressions), limit, _ignore)
        return results

    def end(self, *, gently: bool = False) -> None:
        """End the process: gently, with its own last acts, or at once."""
        self._pipe.close()
        if self._process and self._ending is None and not (gently and wait([self._told], GRACE)):
            self._signal(signal.SIGKILL)
        self._told.close()
        self._words.close()

    def kill(self) -> None:
        """End the process and all that it has started, whatever it does; another thread may ask for it."""
        self._signal(signal.SIGKILL)

    def _ask(self, request: str, payload: Any, limit: float | None, hear: Hear) -> Any:
        with contextlib.suppress(OSError):  # it has died: what it said before is still to be heard
            self._pipe.send_bytes(json.dumps([request, payload]).encode())
        return self._hear_until("done", limit, hear)

    def _hear_until(self, awaited: str, limit: float | None, hear: Hear) -> Any:
        deadline = None if limit is None else time.monotonic() + limit
        overrun: Overrun | None = None
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = wait([self._pipe, self._told], left)
            if not ready:
                if overrun:
                    overrun.traceback = self._last_words()
                    raise overrun
                overrun = Overrun()
                deadline = time.monotonic() + GRACE
                self._signal(WHERE, also_its_own=False)
                self._signal(signal.SIGINT)
                continue
            try:
                if self._pipe not in ready:  # nothing is left to be heard
                    raise EOFError
                kind, content = _unpack(self._pipe.recv_bytes())
            except (EOFError, OSError):
                self._raise_death(overrun)
            if overrun and kind == "error":
                overrun.traceback = content["traceback"]
            elif kind != awaited:
                hear(kind, content)
            elif overrun:
                raise overrun
            else:
                return content

    def _raise_death(self, overrun: Overrun | None) -> NoReturn:
        self._ending = self._number() if wait([self._told], GRACE) else None
        error: Any = overrun or DeadKernelError(_described(self._ending))
        error.traceback = getattr(error, "traceback", None) or self._last_words()
        raise error

    def _last_words(self) -> list[str]:
        """Return what the process wrote down of where it was; of frames those of the notebook, the newest last."""
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").splitlines()
        if not any("most recent call first" in line for line in lines):
            return lines
        frames = [CELL.sub("  A cell", line) for line in lines if line.startswith('  File "')]
        frames = list(takewhile(lambda frame: "interactiveshell.py" not in frame, frames))
        return [line for line in lines[:1] if line.startswith("Fatal")] + frames[::-1]

    def _signal(self, number: signal.Signals, *, also_its_own: bool = True) -> None:
        """Send a signal to the process, and to all that it has started."""
        if self._ending is None and not wait([self._told], 0):  # else its number may be another's
            with contextlib.suppress(ProcessLookupError):
                send = os.killpg if also_its_own and self._is_ready else os.kill
                send(self._process, number)

    def _number(self) -> int | None:
        """Return the next number that the warm process tells of this one; None where that has ended itself."""
        told = os.read(self._told.fileno(), NUMBER.size)
        return NUMBER.unpack(told)[0] if told else None


def _described(status: int | None) -> str:
    if status is None:
        return "the notebook's process ended, and the process it was forked from with it"
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"the notebook's process ended with status {code}"
    hint = ", as when memory runs out" if code == -signal.SIGKILL else ""
    return f"the notebook's process was ended by {signal.Signals(-code).name}{hint}"


def _ignore(*_: Any) -> None:
    pass
