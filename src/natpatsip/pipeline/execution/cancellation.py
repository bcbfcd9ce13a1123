"""What ends a notebook before it is done: its time limits, and the build's cancellation."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from natpatsip.errors import ReportError


class TimeLimitExceeded(Exception):  # noqa: N818 — an event, until it is known which limit was exceeded
    """A cell or an expression took too long; ``traceback`` says where it was, if that is known."""

    traceback: list[str] | None = None


@dataclass(frozen=True)
class TimeLimits:
    """The limits of a notebook that begins now, in seconds; None is no limit."""

    cell: float | None = None
    notebook: float | None = None
    begun: float = field(default_factory=time.monotonic)

    def left(self) -> float | None:
        """Return how long the next cell may run."""
        if self.notebook is None:
            return self.cell
        left = max(0.001, self.begun + self.notebook - time.monotonic())
        return left if self.cell is None else min(left, self.cell)

    def message(self) -> str:
        """Return which time limit of a notebook was exceeded, after one was.

        Examples
        --------
        >>> TimeLimits(cell=120, notebook=600).message()
        'not done after 120 s, the limit for a cell (limits.cell in the params)'
        """
        if self.notebook is not None and time.monotonic() >= self.begun + self.notebook:
            return f"the notebook was not done after {self.notebook:g} s, its limit (limits.notebook in the params)"
        return f"not done after {self.cell:g} s, the limit for a cell (limits.cell in the params)"


class CancelledError(ReportError):
    """The build was cancelled before a notebook ran."""


class CancelToken:
    """Ends running notebooks at once, from any thread, and lets no other begin.

    Examples
    --------
    >>> token = CancelToken()
    >>> with token.register(lambda: print("ended")):
    ...     token.cancel()
    ended
    >>> with token.register(print):
    ...     pass
    Traceback (most recent call last):
        ...
    natpatsip.pipeline.execution.cancellation.CancelledError: cancelled before it began
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], None]] = []
        self.is_cancelled = False

    @contextlib.contextmanager
    def register(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call `callback` on cancellation within the block; it is never called after.

        Raises
        ------
        CancelledError
            If the token is already cancelled.
        """
        with self._lock:
            if self.is_cancelled:
                raise CancelledError("cancelled before it began")
            self._callbacks.append(callback)
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)

    def cancel(self) -> None:
        """End all notebooks that run, and let none begin."""
        with self._lock:
            self.is_cancelled = True
            for callback in self._callbacks:
                callback()
