"""Files that are written whole or not at all, so that nobody ever reads half of one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_atomically(file: Path, content: bytes) -> None:
    """Write a file in one step; one that is replaced keeps its mode, and a link stays a link."""
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        if file.exists():
            shutil.copymode(file, unfinished)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
