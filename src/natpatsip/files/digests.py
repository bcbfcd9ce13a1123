"""Digests: SHA-256 of content, files and folders, and the keys by which saved results are found.

Every build imports this module before it knows whether there is anything to do, so it imports little.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any

from natpatsip.errors import ReportError

REMEMBERED_FROM = 1_000_000  # bytes
SETTLED_NS = 2_000_000_000
NOT_SOURCES = ("__pycache__", "node_modules", ".ipynb_checkpoints")  # programs leave them behind


def sha256(content: bytes | str) -> str:
    """Return the SHA-256 of content, as hexadecimal digits."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names in a folder; empty if there is neither."""
    with suppress(OSError):
        if (known := _known(path, os.stat(path))) is not None:  # noqa: PTH116 — for every file of a project
            return known
    with suppress(OSError), path.open("rb") as content:
        found = os.fstat(content.fileno())
        if not stat.S_ISREG(found.st_mode):
            return hashlib.file_digest(content, "sha256").hexdigest()
        return _remembered(path, found, content)
    with suppress(OSError):  # a folder: POSIX and Windows raise different errors when one is opened
        return key(*sorted(set(os.listdir(path)) - set(NOT_SOURCES)))  # noqa: PTH208 — names alone
    return ""


def remember_in(file: Path) -> None:
    """Name the file in which the digests of large files are remembered from one command to the next."""
    _memory.file, _memory.digests = file, None


class _Memory:
    """The digests of large files: hashing 1 GB takes a second at every command."""

    file: Path | None = None
    digests: dict[str, list[Any]] | None = None

    def __init__(self) -> None:
        self.small: dict[str, tuple[list[int], str]] = {}

    def read(self) -> dict[str, list[Any]]:
        """Return the digests by path, each after what the file looked like; none if they cannot be read."""
        if self.digests is None:
            self.digests = {}
            with suppress(OSError, ValueError):
                content = json.loads(self.file.read_bytes()) if self.file else {}
                self.digests = content if isinstance(content, dict) else {}
        return self.digests

    def write(self) -> None:
        """Save the digests, whole or not at all; without them the next command only takes longer."""
        if self.file is None:
            return
        unfinished = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(self.read()), encoding="utf-8")
            unfinished.replace(self.file)


_memory = _Memory()


def _remembered(path: Path, found: os.stat_result, content: BufferedReader) -> str:
    """Return the digest of a large file: from memory if its size, times and inode are as they were, else hashed.

    A file that changed less than two seconds before it was hashed is not remembered: it may change again without
    another time, since file systems record times as coarsely as that. Only large files are remembered by the next
    command, too.
    """
    name, looks = str(path.absolute()), _looks(found)
    is_large = found.st_size >= REMEMBERED_FROM
    known = _memory.read().get(name) if is_large else None
    if isinstance(known, list) and known[:-1] == looks and isinstance(known[-1], str):
        return known[-1]
    start = time.time_ns()
    digest = hashlib.file_digest(content, "sha256").hexdigest()
    after = os.fstat(content.fileno())
    if _looks(after) == looks and start - max(found.st_mtime_ns, found.st_ctime_ns) > SETTLED_NS:
        if is_large:
            _memory.read()[name] = [*looks, digest]
            _memory.write()
        else:
            _memory.small[str(path)] = (looks, digest)
    return digest


def _looks(found: os.stat_result) -> list[int]:
    """Return what the digest of a file is remembered by: its size, times and inode."""
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _known(path: Path, found: os.stat_result) -> str | None:
    """Return the digest of a small file that this process has hashed; None if it may be another by now."""
    looks, digest = _memory.small.get(str(path), ([], None))
    return digest if path.is_absolute() and looks == _looks(found) else None


def sha256_of_folder(folder: Path) -> str:
    """Return the SHA-256 of the names and content of a folder's files, except hidden ones."""
    files = sorted(files_in(folder))
    return key(*(f"{file.relative_to(folder).as_posix()} {sha256_of(file)}" for file in files))


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and the folders in it, except hidden ones and what programs leave behind.

    Raises
    ------
    ReportError
        If a name is not UTF-8, as some are that come out of an old archive: no record could hold it.
    """
    for place, inner, names in os.walk(folder, followlinks=True):
        inner[:] = [name for name in inner if name not in NOT_SOURCES and not name.startswith(".")]
        for name in (*inner, *names):
            if not name.isascii() and name.encode(errors="replace").decode() != name:
                shown = Path(place).relative_to(folder.parent) / name.encode(errors="replace").decode()
                raise ReportError(f"{shown.as_posix()}: has a name that is not UTF-8, shown here with ?. Rename it.")
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
