"""Signals that end a command: an exception where the program stands, but never in the middle of an import."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NoReturn

IMPORTING = "<frozen importlib._bootstrap>"  # the file of a frame in which Python imports a module
RETRY = 0.02  # seconds until an import that was not interrupted is looked at again

Stop = Callable[[], NoReturn]


def interrupt() -> NoReturn:
    """End the program as Ctrl-C does."""
    raise KeyboardInterrupt


@contextlib.contextmanager
def stopped_by(number: signal.Signals, stop: Stop) -> Iterator[None]:
    """Have a signal call ``stop``, which raises; during an import only when that has ended.

    Python and its extensions discard exceptions at some points of an import, so that a Ctrl-C there would be lost. A
    second signal does not wait. Nothing changes where the signal is ignored, as in a script's background job, and
    outside the main thread, which alone receives signals.
    """
    if not receives(number):
        yield
        return
    handler = _AfterImports(stop)
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
        was_waiting = handler.end()
    if was_waiting:  # the block has ended before the next look
        stop()


def receives(number: signal.Signals) -> bool:
    """Return whether a signal reaches this thread."""
    return threading.current_thread() is threading.main_thread() and signal.getsignal(number) is not signal.SIG_IGN


class _AfterImports:
    """A handler of signals that waits until no module is being imported."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self.is_waiting = False
        self._alarm: Any = None  # the handler of the timer's signal from before

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.end() or not _is_importing(frame) or not hasattr(signal, "setitimer"):
            self.stop()
        self.is_waiting = True
        self._alarm = signal.signal(signal.SIGALRM, self._again)
        signal.setitimer(signal.ITIMER_REAL, RETRY)

    def _again(self, number: int, frame: FrameType | None) -> None:
        if not self.is_waiting:  # it was sent just before the wait ended
            return
        if _is_importing(frame):
            signal.setitimer(signal.ITIMER_REAL, RETRY)
            return
        self.end()
        self.stop()

    def end(self) -> bool:
        """Wait no longer, so that a program is not stopped again while it ends; return True if this has waited."""
        was_waiting, self.is_waiting = self.is_waiting, False
        if was_waiting:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._alarm)
        return was_waiting


def _is_importing(frame: FrameType | None) -> bool:
    """Return whether any of the calls that led to a frame imports a module."""
    while frame:
        if frame.f_code.co_filename == IMPORTING:
            return True
        frame = frame.f_back
    return False
