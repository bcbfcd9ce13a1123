"""One side of a comparison: a quarter's report, read from its folder or taken from a build that is running."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.errors import ReportError, UsageError
from natpatsip.facts.fact import Fact, with_inputs
from natpatsip.files.csv_files import from_csv
from natpatsip.pipeline import notebook_file
from natpatsip.pipeline.notebook import TITLE, appears_in
from natpatsip.pipeline.notebook_outputs import Outputs, gather
from natpatsip.pipeline.staging.markdown import BETWEEN, Heading, path_of, pieces
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode


class CompareError(ReportError):
    """A report that is to be compared has not been built, or is incomplete."""


@dataclass(frozen=True)
class Figure:
    """A figure of a report, with its place: chapter, section and cell."""

    id: str
    number: int
    chapter: str
    section: str
    cell: str
    title: str
    data: str
    alt: str = ""


@dataclass(frozen=True)
class BuiltReport:
    """A quarter's facts, and its executed notebooks in reading order."""

    quarter: Quarter
    facts: tuple[Fact, ...]
    notebooks: Mapping[str, NotebookNode]
    name: str = ""  # what tells it from another build of its quarter
    units: Mapping[str, str] = field(default_factory=dict)  # what the report calls the units of the data

    @property
    def label(self) -> str:
        """What the report is called beside another one."""
        return f"{self.quarter.label} ({self.name})" if self.name else self.quarter.label

    @classmethod
    def read(
        cls, folder: Path, quarter: Quarter, *, name: str = "", units: Mapping[str, str] | None = None
    ) -> BuiltReport:
        """Read a report that is to be compared from its folder.

        Raises
        ------
        CompareError
            If it has not been built, or part of it is missing or damaged.
        """
        if not (folder / "manifest.json").is_file():
            raise CompareError(f"{folder}: {quarter.label} has not been built. Run: natpatsip build {quarter}")
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            names = [Path(name).stem for name in manifest["sources"] if name.endswith(".ipynb")]
            notebooks = {
                name: notebook_file.reads((folder / "notebooks" / f"{name}.ipynb").read_text("utf-8")) for name in names
            }
            facts = tuple(map(Fact.from_row, from_csv((folder / "facts.csv").read_bytes().decode())))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
            cause = f"{type(error).__name__}: {error}"
            raise CompareError(f"{folder}: is incomplete ({cause}). Run: natpatsip build {quarter}") from error
        return cls(quarter, tuple(_with_kinds(facts, notebooks)), notebooks, name, units or {})

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of the compared report's chapters."""
        found = {name: TITLE.search(content.cells[0].source) for name, content in self.notebooks.items()}
        return {name: match[1].strip() if match else name for name, match in found.items()}

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The compared report's figures by id, numbered in reading order."""
        found: dict[str, Figure] = {}
        for chapter in self.notebooks:
            for each in self._outputs[chapter].figures:
                number, section = len(found) + 1, self.section_of(chapter, each.cell.id)
                texts = (str(each.record["title"]), str(each.record["data"]), str(each.record.get("alt", "")))
                found[each.id] = Figure(each.id, number, chapter, section, each.cell.id, *texts)
        return found

    def place_of_cell(self, chapter: str, cell: str) -> str:
        """Return the place of a cell of the compared report as a reader finds it."""
        return self.place(chapter, self.section_of(chapter, cell))

    def cell(self, chapter: str, cell: str) -> NotebookNode | None:
        """Return a cell of the compared report by its id; None if there is none."""
        content = self.notebooks.get(chapter)
        return next((each for each in content.cells if each.get("id") == cell), None) if content else None

    def section_of(self, chapter: str, cell: str) -> str:
        """Return the headings that a cell of the compared report ends under, the highest first."""
        return self._sections.get(chapter, {}).get(cell, "")

    def place(self, chapter: str, section: str) -> str:
        """Return a place of a change as a reader finds it: the title of the chapter, and the section."""
        return BETWEEN.join(part for part in (self.titles.get(chapter, chapter), section) if part)

    def chapter_of(self, fact: str) -> str:
        """Return the chapter under which changes of a fact, by its id, are listed; empty if none uses it.

        It is the one that publishes it. A reported number belongs to the first chapter that uses it and cites no number
        of another chapter: one that does sums up what others say.
        """
        return self._chapters_of_facts.get(fact, "")

    @cached_property
    def _outputs(self) -> dict[str, Outputs]:
        return {chapter: Outputs.of(chapter, content) for chapter, content in self.notebooks.items()}

    @cached_property
    def _chapters_of_facts(self) -> dict[str, str]:
        """The chapter of each fact of the compared report by id: the one that publishes it, else one that uses it."""
        found = {fact.id: fact.section for fact in self.facts if fact.section in self.notebooks}
        used = {chapter: [fact for _, fact in own.uses] for chapter, own in self._outputs.items()}
        sums_up = {chapter: any(fact.section not in ("", chapter) for fact in own) for chapter, own in used.items()}
        for chapter in sorted(used, key=lambda each: sums_up[each]):  # stable: in reading order
            for fact in used[chapter]:
                found.setdefault(fact.id, chapter)
        return found

    @cached_property
    def _sections(self) -> dict[str, dict[str, str]]:
        return {chapter: dict(self._walk(chapter)) for chapter in self.notebooks}

    def _walk(self, chapter: str) -> Iterator[tuple[str, str]]:
        """Yield each cell of the compared report in its quarter, with the headings that it ends under."""
        path: list[Heading] = []
        for cell in self.notebooks[chapter].cells[1:]:
            if not appears_in(cell, self.quarter):
                continue
            if cell.cell_type == "markdown":
                for piece in pieces(cell.source):
                    if isinstance(piece, Heading):
                        path = [*(each for each in path if each.level < piece.level), piece]
            yield cell.id, path_of([heading.text for heading in path])


def _with_kinds(facts: Iterable[Fact], notebooks: Mapping[str, NotebookNode]) -> Iterator[Fact]:
    """Yield the facts of a compared report's ``facts.csv`` as the kinds of number that its notebooks say they are."""
    used = (fact for each in gather(notebooks).values() for fact in (*each.published, *each.printed))
    known = {each.key: each for fact in used for each in with_inputs(fact)}
    for fact in facts:
        own = known.get(fact.key, fact)
        yield replace(fact, kind=own.kind, is_estimate=own.is_estimate, is_illustrative=own.is_illustrative)
