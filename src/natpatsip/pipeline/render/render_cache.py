"""What earlier builds have rendered, by all that it was rendered from."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from natpatsip.files.digests import key, sha256_of
from natpatsip.pipeline.caching.store import Cache

FIGURE = re.compile(r"(?:figures|drawings)/[\w.-]+")


@dataclass(frozen=True)
class RenderCache:
    """The rendered parts of earlier builds."""

    root: Path  # the staged project, whose figures the parts show
    cache: Cache | None = None  # where they are stored; without it, everything is rendered
    toolchain: str = ""  # the hash of what renders: the code, the packages, the look
    _hashes: dict[str, str] = field(
        default_factory=dict
    )  # of figures: they stay as they are while a report is rendered

    def file(self, kind: str, output: Path, *parts: object, make: Callable[[], object]) -> None:
        """Write a file from the cache; `make` writes it if it was not made of the same parts before."""

        def made() -> bytes:
            make()
            return output.read_bytes()

        output.write_bytes(self._once(kind, parts, made))

    def folder(self, kind: str, output: Path, *parts: object, make: Callable[[], object]) -> None:
        """Write a folder from the cache; `make` writes it if it was not made of the same parts before."""

        def made() -> bytes:
            make()
            packed = io.BytesIO()
            with tarfile.open(fileobj=packed, mode="w") as archive:
                archive.add(output, arcname=".")
            return packed.getvalue()

        with tarfile.open(fileobj=io.BytesIO(self._once(kind, parts, made))) as archive:
            archive.extractall(output, filter="data")

    def name(self, kind: str, parts: Iterable[object], *, has_figures: bool = True) -> str:
        """Return the name of the entry of what is made of `parts`; empty if nothing is kept."""
        return self._key(kind, parts, has_figures=has_figures) if self.cache else ""

    def found(self, kind: str, name: str) -> str | None:
        """Return the text of an entry, None if there is none."""
        found = self.cache.get(kind, name) if self.cache else None
        return None if found is None else found.decode()

    def keep(self, kind: str, name: str, text: str) -> None:
        """Save a text as an entry."""
        if self.cache:
            self.cache.put(kind, name, text.encode())

    def _once(self, kind: str, parts: Iterable[object], make: Callable[[], bytes]) -> bytes:
        if self.cache is None:
            return make()
        name = self._key(kind, parts, has_figures=True)
        found = self.cache.get(kind, name)
        if found is None:
            found = make()
            self.cache.put(kind, name, found)
        return found

    def _key(self, kind: str, parts: Iterable[object], *, has_figures: bool) -> str:
        texts = [part if isinstance(part, bytes | str) else json.dumps(part, sort_keys=True) for part in parts]
        return key(kind, self.toolchain, *texts, *(self._figures(texts) if has_figures else ()))

    def _figures(self, texts: Iterable[Any]) -> list[str]:
        """Return each figure that the texts show, with its hash."""
        named = {name for text in texts if isinstance(text, str) for name in FIGURE.findall(text)}
        for name in named - self._hashes.keys():
            self._hashes[name] = sha256_of(self.root / name)
        return [f"{name} {self._hashes[name]}" for name in sorted(named)]
