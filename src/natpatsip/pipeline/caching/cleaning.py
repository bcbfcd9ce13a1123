"""Removing what builds leave in ``build/``: the cache and working files."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from natpatsip.errors import ReportError


def clean(project: Path) -> int:
    """Remove ``build/`` and return how many bytes that frees.

    Raises
    ------
    ReportError
        Where a build is using it, or a file cannot be removed.
    """
    folder = project / "build"
    if not folder.is_dir():
        return 0
    with contextlib.ExitStack() as held:
        for lock in sorted(folder.rglob(".lock")):
            try:
                held.enter_context(FileLock(lock).acquire(timeout=0))
            except Timeout:
                raise ReportError(f"build/{lock.parent.name}: a build is using it. Wait until it has ended.") from None
        freed = sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ReportError(f"{error.filename}: cannot be removed: {error.strerror}.") from error
    return freed
