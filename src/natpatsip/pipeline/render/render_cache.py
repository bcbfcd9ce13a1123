"""What earlier builds have rendered, by all that it was rendered from."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from natpatsip.files.digests import key, sha256_of
from natpatsip.pipeline.caching.saved_results import SavedResults
from natpatsip.pipeline.caching.store import Cache

FIGURE = re.compile(r"(?:figures|drawings)/[\w.-]+")


@dataclass(frozen=True)
class MadeOf:
    """What a result is made of: the digest of all texts, and the figures that they show, by their files."""

    digest: str
    figures: tuple[str, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[object], *, has_figures: bool = True) -> MadeOf:
        """Return what a rendered result is made of; what is not text counts as its JSON."""
        texts = [part if isinstance(part, bytes | str) else json.dumps(part, sort_keys=True) for part in parts]
        shown = (FIGURE.findall(text) for text in texts if isinstance(text, str)) if has_figures else ()
        return cls(key(*texts), tuple(sorted({name for names in shown for name in names})))


@dataclass(frozen=True)
class RenderCache:
    """The rendered parts of earlier builds."""

    root: Path  # the staged project, whose figures the parts show
    cache: Cache | None = None  # where they are stored; without it, everything is rendered
    toolchain: str = ""  # the hash of what renders: the code, the packages, the look
    results: SavedResults | None = None  # what the build before has found in the chapters
    _hashes: dict[str, str] = field(
        default_factory=dict
    )  # of figures: they stay as they are while a report is rendered

    def file(self, kind: str, output: Path, *parts: object, make: Callable[[], object]) -> None:
        """Write a rendered file from the cache; `make` writes it if it was not made of the same parts before."""

        def made() -> bytes:
            make()
            return output.read_bytes()

        output.write_bytes(self._once(kind, parts, made))

    def folder(self, kind: str, output: Path, *parts: object, make: Callable[[], object]) -> None:
        """Write a rendered folder from the cache; `make` writes it if it was not made of the same parts before."""

        def made() -> bytes:
            make()
            packed = io.BytesIO()
            with tarfile.open(fileobj=packed, mode="w") as archive:
                archive.add(output, arcname=".")
            return packed.getvalue()

        with tarfile.open(fileobj=io.BytesIO(self._once(kind, parts, made))) as archive:
            archive.extractall(output, filter="data")

    def name(self, kind: str, made_of: MadeOf) -> str:
        """Return the name of the entry of a rendered result; empty if nothing is kept."""
        figures = (f"{name} {self._hash(name)}" for name in made_of.figures)
        return key(kind, self.toolchain, made_of.digest, *figures) if self.cache else ""

    def found(self, kind: str, name: str) -> str | None:
        """Return the rendered text of an entry, None if there is none."""
        found = self.cache.get(kind, name) if self.cache else None
        return None if found is None else found.decode()

    def keep(self, kind: str, name: str, text: str) -> None:
        """Save a rendered text as an entry."""
        if self.cache:
            self.cache.put(kind, name, text.encode())

    def _once(self, kind: str, parts: Iterable[object], make: Callable[[], bytes]) -> bytes:
        """Return what was rendered of these parts before, or render and save it."""
        if self.cache is None:
            return make()
        name = self.name(kind, MadeOf.of(parts))
        found = self.cache.get(kind, name)
        if found is None:
            found = make()
            self.cache.put(kind, name, found)
        return found

    def _hash(self, name: str) -> str:
        if name not in self._hashes:
            self._hashes[name] = sha256_of(self.root / name)
        return self._hashes[name]
