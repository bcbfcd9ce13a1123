"""The staged project as a whole: what its ``_quarto.yml`` says, and how it is to be rendered.

Staging writes that file from the project's own, which `natpatsip.settings` checks before anything runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from natpatsip.look import EXTENSION, brand
from natpatsip.pipeline.options import Log
from natpatsip.pipeline.staging.markdown import PLACES, Place
from natpatsip.project import MARK
from natpatsip.settings import OWN, Settings, bibliography_of, chapter_names, settings_of

if TYPE_CHECKING:
    from natpatsip.pipeline.render.render_cache import RenderCache
    from natpatsip.pipeline.render.renderer import Renderer

STATEMENT = "accessibility.qmd"  # written as the report is rendered, from what was found in the other chapters


@dataclass(frozen=True)
class Report:
    """The report's title page and the order of its chapters."""

    root: Path  # the staged project
    title: str  # as it is printed, like what follows
    subtitle: str
    date: str
    lang: str
    status: str  # "Draft" or "Final"
    label: str  # the quarter as it is printed: ``Q2 2024/25``
    is_illustrative: bool  # whether any of the data are illustrative
    chapters: tuple[str, ...]  # file names of the chapters (``index.qmd`` first), in reading order
    settings: Settings  # what the project's ``_quarto.yml`` says under ``natpatsip:``
    metadata: Mapping[str, Any]  # what the templates read: title, subtitle, date, lang and the ``natpatsip`` map
    places: Mapping[str, Sequence[Place]]  # which cell each part of a chapter is from
    bibliography: tuple[str, ...] = ()  # the files of the works that chapters may cite, in the staged project
    published: str = ""  # when it is published and as which version; empty if that is not set
    look: Path | None = None  # the look of a project that is not staged yet

    @property
    def extension(self) -> Path:
        """The look, which the staged project has a copy of."""
        return self.look or self.root / EXTENSION

    @property
    def is_draft(self) -> bool:
        """Whether the staged report is a draft, and not a final edition."""
        return self.status == "Draft"

    def in_print(self, name: str) -> bool:
        """Return True if a chapter (``ward.qmd``) is also in the PDF and the Word file."""
        return name.removesuffix(".qmd") not in self.settings.html_only

    def is_programme(self, name: str) -> bool:
        """Return True if a chapter is a programme's, and not of the front or the end of the report."""
        return self.in_print(name) and name.removesuffix(".qmd") not in self.settings.not_programmes

    @property
    def font(self) -> str:
        """The family name of the report's typeface."""
        return str(brand(self.extension)["typography"]["base"]["family"])


@dataclass(frozen=True)
class RenderJob:
    """A report that is rendered, and how: see `natpatsip.pipeline.render.render`."""

    report: Report
    output: Path
    formats: tuple[str, ...]
    renderer: Renderer
    timestamp: int
    jobs: int
    with_single_page: bool
    cache: RenderCache
    log: Log = lambda _: None  # receives what Quarto warns of


def read_report(root: Path) -> Report:
    """Return what the staged ``_quarto.yml`` in `root` says."""
    content = yaml.safe_load((root / MARK).read_text(encoding="utf-8"))
    book, own, settings = content["book"], content[OWN], settings_of(content, MARK, staged=True)
    texts: dict[str, Any] = {name: str(book.get(name) or "") for name in ("title", "subtitle", "date")}
    texts["lang"] = str(content.get("lang", "en-GB"))
    places = root / PLACES
    return Report(
        root=root,
        places=_places(places) if places.is_file() else {},
        **texts,
        status=str(own.get("status") or ""),
        published=str(own.get("published") or ""),
        label=str(own["label"]),
        is_illustrative=bool(own.get("illustrative")),
        chapters=tuple(f"{name}.qmd" for name in chapter_names(content)),
        settings=settings,
        bibliography=tuple(bibliography_of(content)),
        metadata={**texts, OWN: {**own, **settings.staged(), "date": texts["date"]}},
    )


def _places(file: Path) -> dict[str, list[Place]]:
    content = json.loads(file.read_text(encoding="utf-8"))
    return {chapter: [Place(*place) for place in places] for chapter, places in content.items()}
