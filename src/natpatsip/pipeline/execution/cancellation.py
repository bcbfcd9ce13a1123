"""What stops notebooks from outside: those that run end, and those that are about to start do not."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from natpatsip.errors import ReportError


class StoppedError(ReportError):
    """The notebook was to start after the brake was pulled; nobody waits for it any more."""


class Brake:
    """Ends notebooks at once, from any thread.

    Examples
    --------
    >>> brake = Brake()
    >>> with brake.held(lambda: print("ended")):
    ...     brake.pull()
    ended
    >>> with brake.held(print):
    ...     pass
    Traceback (most recent call last):
        ...
    natpatsip.pipeline.execution.cancellation.StoppedError: stopped before it began
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._endings: list[Callable[[], None]] = []
        self._is_pulled = False

    @contextlib.contextmanager
    def held(self, end: Callable[[], None]) -> Iterator[None]:
        """Have `end` called if the brake is pulled meanwhile; it is never called after.

        Raises
        ------
        StoppedError
            Where the brake was pulled before.
        """
        with self._lock:
            if self._is_pulled:
                raise StoppedError("stopped before it began")
            self._endings.append(end)
        try:
            yield
        finally:
            with self._lock:
                self._endings.remove(end)

    def pull(self) -> None:
        """End all that runs, and let nothing begin."""
        with self._lock:
            self._is_pulled = True
            for end in self._endings:
                end()
