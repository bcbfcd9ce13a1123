"""The cache: what a build made before, by what it was made of.

An entry is found by the hash of everything that went into it, and carries the hash of its own content: one that is
half written, damaged or of another layout is not there. A cache that cannot be written costs time, never a report.

Read with every build, before anything else is imported: this module imports little.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

LAYOUT = b"natpatsip cache 1 "
VARIABLE = "NATPATSIP_CACHE_MB"
MOST = 512  # MB, unless the environment variable says otherwise
KEPT = 0.8  # of the most, after making room


def key(*parts: object) -> str:
    """Return the hash of parts, each told from the next.

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


@dataclass
class Cache:
    """Entries by kind and key, in a folder.

    Parameters
    ----------
    folder : Path
        Where; it is made when first needed.
    is_read : bool
        Whether entries of earlier builds count; ``--fresh`` says no. What is made is kept all the same.
    """

    folder: Path
    is_read: bool = True
    trouble: str = field(default="", init=False)
    """Why it could not be written, once it could not."""
    _has_grown: bool = field(default=False, init=False)
    _own: set[tuple[str, str]] = field(default_factory=set, init=False)
    _new: list[tuple[str, str]] = field(default_factory=list, init=False)

    def get(self, kind: str, name: str) -> bytes | None:
        """Return an entry, or None where there is no sound one."""
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
            os.utime(file)  # the least lately used goes first
        return content

    def put(self, kind: str, name: str, content: bytes) -> None:
        """Keep an entry, whole or not at all."""
        file = self._file(kind, name)
        unfinished = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, unfinished = tempfile.mkstemp(prefix=".", dir=file.parent)
            with open(handle, "wb") as lines:  # noqa: PTH123 — a descriptor
                lines.write(_head(kind, name, content) + b"\n" + content)
            Path(unfinished).replace(file)
            self._new.append((kind, name))
            self.adopt([(kind, name)])
        except OSError as error:
            self.trouble = self.trouble or f"{error.strerror or error} ({file.parent})"
            if unfinished:
                with contextlib.suppress(OSError):
                    Path(unfinished).unlink()

    def adopt(self, entries: Iterable[tuple[str, str]]) -> None:
        """Take entries that another process has put there for its own."""
        self._own.update(entries)
        self._has_grown = True

    def forget(self) -> None:
        """Let go of all that was put and adopted: it may not be what its key says."""
        for kind, name in self._own:
            with contextlib.suppress(OSError):
                self._file(kind, name).unlink()
        self._own.clear()
        self._new.clear()

    def new(self) -> list[tuple[str, str]]:
        """Return the kinds and keys of what was put since this was last asked."""
        new, self._new = self._new, []
        return new

    def make_room(self) -> None:
        """Where it has grown beyond its limit, let go of what was not used for longest."""
        if not self._has_grown:
            return
        limit = limit_in_bytes()
        found = sorted(_entries(self.folder), reverse=True)
        total = sum(size for _, size, _ in found)
        if total <= limit:
            return
        while found and total > KEPT * limit:
            _, size, file = found.pop()
            with contextlib.suppress(OSError):
                file.unlink()
            total -= size

    def _file(self, kind: str, name: str) -> Path:
        return self.folder / kind / name[:2] / name[2:]


def limit_in_bytes() -> int:
    """Return how large a cache may be."""
    said = os.environ.get(VARIABLE, "")
    return 1_000_000 * (int(said) if said.isdecimal() else MOST)


def _head(kind: str, name: str, content: bytes) -> bytes:
    return LAYOUT + hashlib.sha256(b"%s %s\n" % (kind.encode(), name.encode()) + content).hexdigest().encode()


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Go through the files of a cache: when each was last used, its size, its path."""
    for place, _, names in os.walk(folder):
        for name in names:
            file = Path(place, name)
            try:
                found = file.stat()
            except OSError:  # another build let go of it
                continue
            yield found.st_mtime, found.st_size, file


def of(project: Path, *, is_fresh: bool = False) -> Cache:
    """Return a project's cache, which all of its quarters share."""
    return Cache(project / "build" / "cache", is_read=not is_fresh)
