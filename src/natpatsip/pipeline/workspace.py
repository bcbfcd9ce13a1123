"""The folders in ``build/`` that builds work in: one build at a time uses each, and `clean` removes them."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip import git
from natpatsip.errors import ReportError
from natpatsip.pipeline.options import Log

if TYPE_CHECKING:
    from filelock import BaseFileLock

ARCHIVED = "archived"  # in a quarter's working folder: the worktree that it is built in if it is archived in git
RETRY = 0.05  # seconds between two tries for a lock that another build holds
_REMOVED = ".removed-"  # folders in build/ that `clean` has moved aside


@contextmanager
def locked(workspace: Path, log: Log) -> Iterator[None]:
    """Wait until no other build uses a working folder, and keep others out until the block ends."""
    lock = _acquired(workspace)
    if lock is None:
        log(f"waiting for another build, which holds {workspace / '.lock'}")
        lock = _acquired(workspace, timeout=-1)
    try:
        yield
    finally:
        if lock:
            lock.release()


@contextmanager
def try_locked(workspace: Path) -> Iterator[bool]:
    """Yield True and keep other builds out of a working folder until the block ends; yield False if it is in use."""
    lock = _acquired(workspace)
    try:
        yield lock is not None
    finally:
        if lock:
            lock.release()


def _acquired(workspace: Path, *, timeout: float = 0) -> BaseFileLock | None:
    """Return the lock of a working folder, acquired; None if another build has held it for `timeout` seconds.

    The gate keeps `clean` from moving the folder away between its making and its locking.
    """
    from filelock import FileLock, Timeout

    while True:
        with _gate(workspace):
            lock = FileLock(workspace / ".lock")
            workspace.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=0)
                return lock
        if timeout == 0:
            return None
        time.sleep(RETRY)


@contextmanager
def _gate(folder: Path) -> Iterator[None]:
    """Let one process at a time make, lock or move working folders of a project: a lock on the project's folder."""
    project = next((each.parent for each in (folder, *folder.parents) if each.name == "build"), None)
    try:
        import fcntl
    except ImportError:  # on Windows, which moves no folder in use
        project = None
    if project is None or not project.is_dir():
        yield
        return
    descriptor = os.open(project, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def clean(project: Path) -> int:
    """Remove ``build/``, the cache and working files, and return how many bytes that frees.

    Everything is moved aside while no build holds a lock, and removed then: a build that begins or waits meanwhile
    finds no folder, and makes its own.

    Raises
    ------
    ReportError
        If a build is using it, or a file cannot be removed.
    """
    from filelock import FileLock, Timeout

    folder = project / "build"
    if not folder.is_dir():
        return 0
    with contextlib.ExitStack() as held:
        held.enter_context(_gate(folder))
        for lock in sorted(folder.rglob(".lock")):
            if lock.relative_to(folder).parts[0].startswith(_REMOVED):
                continue
            mine = FileLock(lock)
            try:
                held.enter_context(mine.acquire(timeout=0))
            except Timeout:
                raise ReportError(
                    f"{lock.parent.relative_to(project).as_posix()}: a build is using it. Wait until it has ended."
                ) from None
        for worktrees in folder.glob(f"*/{ARCHIVED}"):
            git.remove_worktrees(project, worktrees)
        if os.name != "posix":
            held.close()  # Windows moves no folder that holds an open file
        aside = Path(tempfile.mkdtemp(prefix=_REMOVED, dir=folder))
        for each in list(folder.iterdir()):
            if not each.name.startswith(_REMOVED):
                with _named_if_in_use(each), contextlib.suppress(FileNotFoundError):
                    each.rename(aside / each.name)
    freed = 0
    for removed in folder.glob(f"{_REMOVED}*"):  # those of a `clean` that was killed, too
        with contextlib.suppress(FileNotFoundError):  # another `clean` removes it
            freed += sum(file.lstat().st_size for file in removed.rglob("*") if file.is_file())
        with _named_if_in_use(removed), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(removed)
    with contextlib.suppress(OSError):  # a build has begun
        folder.rmdir()
    return freed


@contextmanager
def _named_if_in_use(path: Path) -> Iterator[None]:
    """Raise a ReportError for a working file that cannot be removed."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ReportError(f"{error.filename or path}: cannot be removed: {error.strerror}.") from error
