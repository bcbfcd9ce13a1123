"""The lock of scheduled runs: one at a time; a run that finds it taken names its holder.

The operating system holds the lock for the process and frees it when the process ends, however it ends. So a lock is
never stale; what can be left behind is the note of who held it, by which the next run knows that one was cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from natpatsip.files.atomic_write import write_atomically
from natpatsip.pipeline.workspace import try_locked

FOLDER = Path("build", "schedule")
NOTE = "holder.json"


@dataclass(frozen=True)
class Holder:
    """The process that runs, or ran, the schedule."""

    pid: int
    host: str
    since: str  # local time with its offset, 2025-01-20T06:30:00+00:00

    @classmethod
    def this(cls, now: datetime) -> Holder:
        """Return the note of this process."""
        return cls(os.getpid(), platform.node(), now.isoformat(timespec="seconds"))

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


@dataclass(frozen=True)
class Lock:
    """The result of asking for the lock."""

    is_held: bool  # by this process
    other: Holder | None  # who holds it, or who held it and was cut off; None if nobody says


@contextlib.contextmanager
def lock(project: Path, now: datetime) -> Iterator[Lock]:
    """Hold the lock until the block ends, if no other process holds it."""
    note = project / FOLDER / NOTE
    with try_locked(project / FOLDER) as is_free:
        before = _read(note)
        if not is_free:
            yield Lock(False, before)
            return
        write_atomically(note, json.dumps(asdict(Holder.this(now))).encode())
        try:
            yield Lock(True, before)
        finally:
            note.unlink(missing_ok=True)


def _read(note: Path) -> Holder | None:
    try:
        return Holder(**json.loads(note.read_bytes()))
    except (OSError, ValueError, TypeError):  # there is none, or it is only half written
        return None
