"""The chapters that earlier builds have staged, by all that each was made of."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from natpatsip.files.digests import key
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.staging.markdown import Place

KIND, FILES = "staged-chapters", "staged-files"


@dataclass(frozen=True)
class StagedChapter:
    """A chapter's text, which cells its lines are from, and the images that were pasted into these, by file."""

    text: str
    places: list[Place]
    pasted: Mapping[str, bytes] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the staged chapter as text."""
        images = {name: base64.b64encode(content).decode() for name, content in self.pasted.items()}
        return json.dumps([self.text, self.places, images])

    @classmethod
    def from_json(cls, saved: str) -> StagedChapter:
        """Return the staged chapter that `to_json` made a text of."""
        text, places, images = json.loads(saved)
        pasted = {name: base64.b64decode(content) for name, content in images.items()}
        return cls(text, [Place(*place) for place in places], pasted)


@dataclass(frozen=True)
class SavedChapters:
    """The staged chapters in a project's cache."""

    cache: Cache
    toolchain: str  # the digest of what stages
    digests: Mapping[str, str]  # of the executed notebooks, by name; empty where nobody can tell what else one reads

    def once(self, name: str, shared: Sequence[object], make: Callable[[], StagedChapter]) -> StagedChapter:
        """Return a staged chapter, which `make` makes if none was made of the same.

        Parameters
        ----------
        shared : sequence
            What it is made of besides its notebook.
        """
        if not self.digests.get(name):
            return make()
        entry = key(self.toolchain, name, self.digests[name], json.dumps(shared))
        if (found := self.cache.get(KIND, entry)) is not None:
            return StagedChapter.from_json(found.decode())
        made = make()
        self.cache.put(KIND, entry, made.to_json().encode())
        return made

    def write_file(self, file: Path, made_of: str, make: Callable[[], object]) -> None:
        """Write a staged file, which `make` writes if none was made of the same."""
        entry = key(self.toolchain, file.name, made_of)
        if (found := self.cache.get(FILES, entry)) is not None:
            file.write_bytes(found)
            return
        make()
        self.cache.put(FILES, entry, file.read_bytes())
