"""What earlier builds have rendered, by all that it was rendered from."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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

    def text(self, kind: str, *parts: object, make: Callable[[], str], has_figures: bool = True) -> str:
        """Return a text that is made of `parts` and, unless told otherwise, of the figures that they name."""
        return self._once(kind, parts, lambda: make().encode(), has_figures=has_figures).decode()

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

    def _once(
        self, kind: str, parts: Iterable[object], make: Callable[[], bytes], *, has_figures: bool = True
    ) -> bytes:
        if self.cache is None:
            return make()
        name = self._key(kind, parts, has_figures=has_figures)
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
        return [f"{name} {sha256_of(self.root / name)}" for name in sorted(named)]
