"""The folder in which a quarter is built: one build at a time uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from natpatsip.pipeline.options import Log


@contextmanager
def locked(workspace: Path, log: Log) -> Iterator[None]:
    """Wait until no other build uses a working folder, and keep others out until the block ends."""
    from filelock import FileLock, Timeout

    workspace.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workspace / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log(f"waiting for another build, which holds {lock.lock_file}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
