"""Writing several files: all of them, or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_all(files: Mapping[Path, str]) -> None:
    """Write files, all or none: each is written beside its place first, then all are moved into place.

    Where a move fails, those that were moved before are put back as they were.

    Raises
    ------
    OSError
        Where a file could not be written; nothing is changed then.
    """
    ready: dict[Path, Path] = {}
    moved: dict[Path, bytes | None] = {}
    try:
        for target, text in files.items():
            ready[target] = _beside(target, text)
        for target, file in ready.items():
            moved[target] = target.read_bytes() if target.exists() else None
            file.replace(target)
    except BaseException:
        for target, before in moved.items():
            if before is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(before)
        raise
    finally:
        for file in ready.values():
            file.unlink(missing_ok=True)


def _beside(target: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    file = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        file.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return file
