"""Digests: SHA-256 of content, files and folders, and the keys by which saved results are found.

Every build imports this module before it knows whether there is anything to do, so it imports little.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

NOT_SOURCES = ("__pycache__", "node_modules", ".ipynb_checkpoints")  # programs leave them behind


def sha256(content: bytes | str) -> str:
    """Return the SHA-256 of content, as hexadecimal digits."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names in a folder; empty if there is neither."""
    with suppress(OSError), path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
    with suppress(OSError):  # a folder: POSIX and Windows raise different errors when one is opened
        return key(*sorted(set(os.listdir(path)) - set(NOT_SOURCES)))  # noqa: PTH208 — names alone
    return ""


def sha256_of_folder(folder: Path) -> str:
    """Return the SHA-256 of the names and content of a folder's files, except hidden ones."""
    files = sorted(files_in(folder))
    return key(*(f"{file.relative_to(folder).as_posix()} {sha256_of(file)}" for file in files))


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and the folders in it, except hidden ones and what programs leave behind."""
    for place, inner, names in os.walk(folder, followlinks=True):
        inner[:] = [name for name in inner if name not in NOT_SOURCES and not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                yield Path(place, name)


def key(*parts: object) -> str:
    """Return the SHA-256 of several parts, each preceded by its length.

    Examples
    --------
    >>> key("ab", "c") == key("a", "bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else str(part).encode()
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()
