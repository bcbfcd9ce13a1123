"""The cache: results of earlier builds, by the digest of everything that they were made of.

An entry also carries the digest of its own content: one that is half written, damaged or of another layout counts as
missing. A cache that cannot be written costs time, never a report.

Every build imports this module before it knows whether there is anything to do, so it imports little.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from natpatsip.files.digests import remember_in, sha256

LAYOUT = b"natpatsip cache 1 "
VARIABLE = "NATPATSIP_CACHE_MB"
TRACES = "traces"  # the kind of entries by which runs of notebooks are found
LIMIT = 512  # MB, unless the environment variable sets another
_sizes: dict[Path, int] = {}  # of caches, in bytes, as far as this process knows
TARGET = 0.8  # of the limit, after making room: so that not every build has to


@dataclass
class Cache:
    """Entries by kind and key, in a folder."""

    folder: Path  # created when first needed
    # whether entries of earlier builds count; with ``--fresh`` they do not; new entries are saved either way
    is_read: bool = True
    error: str = field(default="", init=False)
    """Why the cache could not be written; empty if it could."""
    _has_grown: bool = field(default=False, init=False)
    _written: int = field(default=0, init=False)
    _own: set[tuple[str, str]] = field(default_factory=set, init=False)
    _new: list[tuple[str, str]] = field(default_factory=list, init=False)

    def get(self, kind: str, name: str) -> bytes | None:
        """Return an entry, or None if there is no undamaged one."""
        file = self._file(kind, name)
        if not self.is_read and (kind, name) not in self._own:
            return None
        try:
            head, _, content = file.read_bytes().partition(b"\n")
        except OSError:
            return None
        if head != _head(kind, name, content):
            with contextlib.suppress(OSError):
                file.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(file)  # the least recently used entry is removed first
        return content

    def text(self, kind: str, name: str, make: Callable[[], str]) -> str:
        """Return the text of an entry, which `make` makes if there is none."""
        found = self.get(kind, name)
        if found is not None:
            return found.decode()
        text = make()
        self.put(kind, name, text.encode())
        return text

    def holds(self, kind: str) -> bool:
        """Return True if entries of a kind may be found."""
        return self.is_read and (self.folder / kind).is_dir()

    def put(self, kind: str, name: str, content: bytes) -> None:
        """Save an entry, whole or not at all."""
        file = self._file(kind, name)
        unfinished = None
        try:
            handle, unfinished = _temporary(file.parent)
            with open(handle, "wb") as lines:  # noqa: PTH123 — a descriptor
                lines.write(_head(kind, name, content) + b"\n" + content)
            Path(unfinished).replace(file)
            self._new.append((kind, name))
            self._own.add((kind, name))
            self._written += len(content)
        except OSError as error:
            self.error = self.error or f"{error.strerror or error} ({file.parent})"
            if unfinished:
                with contextlib.suppress(OSError):
                    Path(unfinished).unlink()

    def adopt(self, entries: Iterable[tuple[str, str]]) -> None:
        """Count entries that another process of this build has saved as this build's own."""
        found = set(entries)
        self._own |= found
        self._has_grown = self._has_grown or bool(found)

    def forget(self) -> None:
        """Remove all that this build saved: the entries may not match their keys."""
        for kind, name in self._own:
            with contextlib.suppress(OSError):
                self._file(kind, name).unlink()
        self._own.clear()
        self._new.clear()

    def new(self) -> list[tuple[str, str]]:
        """Return the kinds and keys of the entries saved since the last call."""
        new, self._new = self._new, []
        return new

    def make_room(self) -> None:
        """If the cache has grown over its limit, remove the least recently used entries."""
        written, self._written = self._written, 0
        if not self._has_grown and not written:
            return
        limit = limit_in_bytes()
        known = _sizes.pop(self.folder, None)  # a process that stays has looked at all entries before
        if known is not None and not self._has_grown and known + written <= limit:
            _sizes[self.folder] = known + written
            return
        found = sorted(_entries(self.folder), reverse=True)
        total = sum(size for _, size, _ in found)
        if total <= limit:
            _sizes[self.folder] = total
            return
        while found and total > TARGET * limit:
            _, size, file = found.pop()
            with contextlib.suppress(OSError):
                file.unlink()
            total -= size

    def _file(self, kind: str, name: str) -> Path:
        return self.folder / kind / name[:2] / name[2:]


def _temporary(folder: Path) -> tuple[int, str]:
    """Return a new file in a folder, which is made if need be; two builds may save the same entry."""
    for _ in range(3):
        with contextlib.suppress(FileNotFoundError):  # `clean` has just moved the folder away
            folder.mkdir(parents=True, exist_ok=True)
            return tempfile.mkstemp(prefix=".", dir=folder)
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.mkstemp(prefix=".", dir=folder)


def limit_in_bytes() -> int:
    """Return how large a cache may be."""
    megabytes = os.environ.get(VARIABLE, "")
    return 1_000_000 * (int(megabytes) if megabytes.isdecimal() else LIMIT)


def _head(kind: str, name: str, content: bytes) -> bytes:
    return LAYOUT + sha256(b"%s %s\n" % (kind.encode(), name.encode()) + content).encode()


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield the files of a cache: when each was last used, its size, its path."""
    for place, _, names in os.walk(folder):
        for name in names:
            file = Path(place, name)
            try:
                found = file.stat()
            except OSError:  # another build removed it
                continue
            yield found.st_mtime, found.st_size, file


def of(project: Path, *, is_fresh: bool = False) -> Cache:
    """Return a project's cache, which all of its quarters share."""
    remember_in(project / "build" / "digests.json")
    return Cache(project / "build" / "cache", is_read=not is_fresh)
