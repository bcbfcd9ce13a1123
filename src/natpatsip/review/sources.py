"""The notebooks as they are now, beside what their expressions printed when the report was built."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any

from natpatsip.compare import BuiltReport
from natpatsip.facts.fact import CITED, Fact
from natpatsip.pipeline.inline_code import KEPT
from natpatsip.pipeline.notebook import Notebook, source_of
from natpatsip.pipeline.notebook_outputs import tables_of
from natpatsip.pipeline.review_notes import Note, note_of
from natpatsip.pipeline.staging.output_texts import inline_markdown
from natpatsip.review.changed_source import Refusal, Splice
from natpatsip.review.source_text import blocks_of

ELSEWHERE = re.compile(r"[/\\:\x00]")  # a sign that no name of a notebook has, and paths have


@dataclass
class Sources:
    """The notebooks as they are now, and what their expressions printed when the report was built."""

    folder: Path
    report: BuiltReport | None
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def cell(self, notebook: str, cell: str) -> dict[str, Any]:
        """Return a cell that was reviewed as it is now.

        Raises
        ------
        Refusal
            If it is not there any more.
        NotebookError
            If its notebook cannot be read, as during a merge.
        """
        if notebook not in self.contents:
            file = self.folder / "notebooks" / f"{notebook}.ipynb"
            # Names come from files that others have sent: none may lead out of the folder.
            if ELSEWHERE.search(notebook) or not file.is_file():
                raise Refusal(f"notebooks/{notebook}.ipynb is not there any more")
            Notebook.read(file)
            self.contents[notebook] = json.loads(file.read_text(encoding="utf-8-sig"))
        for each in self.contents[notebook].get("cells", []):
            if each.get("id") == cell:
                return dict(each)
        raise Refusal(f'notebooks/{notebook}.ipynb has no cell "{cell}" any more')

    def values(self, notebook: str, cell: str) -> dict[str, str]:
        """Return what the expressions of a cell, and references to figures and tables, print."""
        found = dict(self._references)
        for result in self._results(notebook, cell):
            found[result["expression"]] = _plain(inline_markdown(result["result"]["data"]))
        return found

    def owner(self, notebook: str, cell: str, expression: str, *, is_deleted: bool = False) -> str:
        """Return who decides what an expression prints, for the reason why it stays as it is."""
        reason = self._owner(notebook, cell, expression)
        return f"{reason}; if the words are to go, delete them in the notebook" if is_deleted else reason

    def _owner(self, notebook: str, cell: str, expression: str) -> str:
        """Return why reviewers cannot change what an expression prints, and where to change it."""
        if expression.startswith("@"):
            return f"{self.values(notebook, cell)[expression]} is numbered by the build"
        data: Mapping[str, Any] = next(
            (each["result"]["data"] for each in self._results(notebook, cell) if each["expression"] == expression), {}
        )
        shown = self.values(notebook, cell).get(expression, "")
        if CITED not in data:
            return f"“{shown.strip()}” is what `{{python}} {expression}` prints: change it in the code"
        fact = Fact.from_record(data[CITED])
        own = next((each for each in self.report.facts if each.key == fact.key), fact) if self.report else fact
        where = f'notebooks/{own.section}.ipynb, cell "{own.cell}"' if own.section else own.rows or own.source
        return (
            f"{shown.strip()} is the fact {fact.id} ({fact.period}), which has its value from {where}: change it there"
        )

    def _results(self, notebook: str, cell: str) -> Sequence[Mapping[str, Any]]:
        found = self.report.cell(notebook, cell) if self.report else None
        return found.metadata.get(KEPT, []) if found else []

    @cached_property
    def _references(self) -> dict[str, str]:
        """What the references to figures and tables in reviewed cells print."""
        if self.report is None:
            return {}
        tables = tables_of(self.report.notebooks, self.report.quarter)
        figures = {f"@{figure.id}": f"Figure {figure.number}" for figure in self.report.figures.values()}
        return figures | {f"@{name}": f"Table {number}" for name, (number, _) in tables.items()}

    def splice(self, splices: Sequence[Splice]) -> None:
        """Make reviewers' changes in the sources of cells, and nowhere else."""
        by_cell = defaultdict(list)
        for splice in splices:
            by_cell[splice.notebook, splice.cell].append(splice)
        for (notebook, name), found in by_cell.items():
            cell = next(each for each in self.contents[notebook]["cells"] if each.get("id") == name)
            source = source_of(cell)
            ends = source[len(source.rstrip("\n")) :]
            for splice in sorted(found, key=lambda each: each.start, reverse=True):
                source = source[: splice.start] + splice.text + source[splice.end :]
            source = source.rstrip("\n") + ends  # without what stood between its last paragraph and one deleted below
            cell["source"] = source.splitlines(keepends=True)
            self.changed.add(notebook)

    def all_cells(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield each cell of each notebook that can be read, with the notebook's name."""
        for file in sorted((self.folder / "notebooks").glob("[!.]*.ipynb")):
            try:
                cells = json.loads(file.read_bytes()).get("cells", [])
            except (ValueError, AttributeError):  # the build names what is wrong with it
                continue
            yield from ((file.stem, cell) for cell in cells)

    def put_note(self, notebook: str, note: Note, before: str = "") -> str:
        """Put a reviewer's comment below the cell that it is about, or in the place of a cell; return its cell's id.

        Raises
        ------
        Refusal
            If the notebook, or the cell, is not there any more.
        """
        self.cell(notebook, before or note.about)
        cells = self.contents[notebook]["cells"]
        at = next(place for place, each in enumerate(cells) if each.get("id") == (before or note.about))
        if before:
            del cells[at]
        else:
            at += 1
            while at < len(cells) and note_of(cells[at]) is not None:
                at += 1
        name = free_id(note.id, {str(each.get("id", "")) for each in cells})
        cells.insert(at, note.cell() | {"id": name})
        self.changed.add(notebook)
        return name

    def drop_note(self, notebook: str, name: str) -> None:
        """Take out a reviewer's comment by the id of its cell."""
        self.cell(notebook, name)
        content = self.contents[notebook]
        content["cells"] = [each for each in content["cells"] if each.get("id") != name]
        self.changed.add(notebook)

    def save(self) -> list[str]:
        """Write the notebooks that were changed, as Jupyter does, and return their files."""
        for notebook in self.changed:
            file = self.folder / "notebooks" / f"{notebook}.ipynb"
            text = json.dumps(self.contents[notebook], indent=1, ensure_ascii=False) + "\n"
            if text != file.read_text(encoding="utf-8-sig"):
                file.write_text(text, encoding="utf-8", newline="\n")
        return [f"notebooks/{notebook}.ipynb" for notebook in sorted(self.changed)]


def free_id(wanted: str, taken: Collection[str]) -> str:
    """Return an id for a comment's cell, with a number after it if it is taken.

    Examples
    --------
    >>> free_id("waits", []), free_id("waits", ["waits", "waits-2"])
    ('waits', 'waits-3')
    """
    numbered = (f"{wanted}-{number}" for number in count(2))
    return next(each for each in chain([wanted], numbered) if each not in taken)


def _plain(markdown: str) -> str:
    """Return what markdown prints in a line for a reviewer; the space around it is part of it."""
    text = " ".join(block.text for block in blocks_of(markdown, {}))
    return f"{' ' * markdown.startswith(' ')}{text}{' ' * (markdown.endswith(' ') and bool(text))}"
