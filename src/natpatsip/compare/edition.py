"""One side of a comparison: a quarter's report, read from where it was built or from a build that is under way."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode, v4

from natpatsip.errors import ReportError, UsageError
from natpatsip.facts import Fact
from natpatsip.pipeline.notebook import TITLE, appears_in
from natpatsip.pipeline.outputs import Outputs
from natpatsip.pipeline.staging.markdown import Heading, pieces
from natpatsip.quarter import Quarter

PATH = " › "  # between the headings that something stands under


class CompareError(ReportError):
    """A report that is to be compared is not built, or is not whole."""


@dataclass(frozen=True)
class Figure:
    """A figure of an edition, with its place: chapter, section and cell."""

    id: str
    number: int
    chapter: str
    section: str
    cell: str
    title: str
    data: str


@dataclass(frozen=True)
class Edition:
    """A quarter's report: its facts, and its executed notebooks in reading order."""

    quarter: Quarter
    facts: tuple[Fact, ...]
    notebooks: Mapping[str, NotebookNode]

    @classmethod
    def read(cls, report: Path, quarter: Quarter) -> Edition:
        """Read a report as it was built.

        Raises
        ------
        CompareError
            Where it is not built, or lacks a part.
        """
        if not (report / "manifest.json").is_file():
            raise CompareError(f"{report}: {quarter.label} is not built. Run: natpatsip build {quarter}")
        try:
            manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
            names = [Path(name).stem for name in manifest["sources"] if name.endswith(".ipynb")]
            notebooks = {
                name: v4.reads((report / "notebooks" / f"{name}.ipynb").read_text("utf-8"))  # type: ignore[no-untyped-call]
                for name in names
            }
            with (report / "facts.csv").open(encoding="utf-8", newline="") as lines:
                facts = tuple(Fact.from_row(row) for row in csv.DictReader(lines))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
            what = f"{type(error).__name__}: {error}"
            raise CompareError(f"{report}: is not whole ({what}). Run: natpatsip build {quarter}") from error
        return cls(quarter, facts, notebooks)

    @classmethod
    def of(cls, quarter: Quarter, facts: Iterable[Fact], notebooks: Mapping[str, NotebookNode]) -> Edition:
        """Return the edition that a running build makes."""
        return cls(quarter, tuple(facts), notebooks)

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of its chapters."""
        found = {name: TITLE.search(content.cells[0].source) for name, content in self.notebooks.items()}
        return {name: match[1].strip() if match else name for name, match in found.items()}

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Its figures by id, numbered in reading order."""
        found: dict[str, Figure] = {}
        for chapter, content in self.notebooks.items():
            for each in Outputs.of(chapter, content).figures:
                number, section = len(found) + 1, self.section_of(chapter, each.cell.id)
                texts = (str(each.record["title"]), str(each.record["data"]))
                found[each.id] = Figure(each.id, number, chapter, section, each.cell.id, *texts)
        return found

    @cached_property
    def sections(self) -> dict[str, dict[str, str]]:
        """The headings that each cell of a chapter ends under, the highest first, by chapter and cell."""
        return {chapter: dict(self._walk(chapter)) for chapter in self.notebooks}

    def _walk(self, chapter: str) -> Iterator[tuple[str, str]]:
        path: list[Heading] = []
        for cell in self.notebooks[chapter].cells[1:]:
            if not appears_in(cell, self.quarter):
                continue
            if cell.cell_type == "markdown":
                for piece in pieces(cell.source):
                    if isinstance(piece, Heading):
                        path = [*(each for each in path if each.level < piece.level), piece]
            yield cell.id, PATH.join(heading.text for heading in path)

    def section_of(self, chapter: str, cell: str) -> str:
        """Return the headings that a cell of a chapter ends under."""
        return self.sections.get(chapter, {}).get(cell, "")
