"""The working folder of a quarter, ``build/<quarter>``, which one process uses at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from natpatsip.pipeline.options import Log


@contextmanager
def locked(workplace: Path, log: Log) -> Iterator[None]:
    """Wait until no other process uses the working folder, and keep others out."""
    from filelock import FileLock, Timeout

    workplace.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workplace / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log(f"waiting for another build, which holds {lock.lock_file}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
