"""What the checks read: a quarter's plan, its executed notebooks and what they hold, each gathered once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip import params
from natpatsip.checks import code_cells
from natpatsip.checks.numbers import allowed_numbers
from natpatsip.checks.outcome import Finding, Place
from natpatsip.checks.relations import Operand, Rules
from natpatsip.checks.sentences import Sentence, sentences_of
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.validation import examine, raise_faults
from natpatsip.facts.fact import Fact, parse_value, printed
from natpatsip.facts.fact_descriptions import named
from natpatsip.facts.fact_labels import labels_of
from natpatsip.facts.facts_in_code import published_in, source_of
from natpatsip.facts.publishing import REPORTED as REPORTED_FACTS
from natpatsip.facts.publishing import REPORTED_FILE
from natpatsip.files import memory
from natpatsip.files.csv_files import from_csv
from natpatsip.files.memory import Same
from natpatsip.pipeline.caching.saved_results import SavedResults
from natpatsip.pipeline.notebook import appears_in, numbered
from natpatsip.pipeline.notebook_outputs import Outputs, collect_facts, gather
from natpatsip.pipeline.plan import GLOSSARY, TERM, Plan
from natpatsip.quarter import FORM, Quarter
from natpatsip.settings import Settings

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ALL_COLUMNS, _IN_QUARTER = "*", " (quarter)"
_Rows = dict[tuple[str, str], tuple[int, dict[str, str]]]


@dataclass(frozen=True)
class KnownFact:
    """A fact's value with its place: a cell of a notebook, or a line of a file."""

    id: str
    period: str
    name: str  # what messages call it: its label and its period in words
    value: float
    text: str
    where: str
    place: Place | None = None

    @property
    def operand(self) -> Operand:
        """The fact as relations see it."""
        return Operand(self.name, self.value, self.text, self.where)

    def finding(self, check: str, message: str, *, found: str, expected: str) -> Finding:
        """Return a finding about it, at its place."""
        if self.place:
            return self.place.finding(check, message, fact=self.id, found=found, expected=expected)
        return Finding(check, message, self.where, fact=self.id, found=found, expected=expected)


def _sentences(cell: Any, place: Place) -> list[Sentence]:
    return memory.once(partial(sentences_of, cell, place), "sentences", Same(cell), place)


@dataclass(frozen=True)
class CheckContext:
    """A quarter as the checks see it: its plan, and its executed notebooks by name."""

    plan: Plan
    executed: Mapping[str, NotebookNode]
    saved: SavedResults = field(default_factory=SavedResults)
    """What an earlier build has found in cells and sentences."""

    @property
    def quarter(self) -> Quarter:
        """The quarter that is checked."""
        return self.plan.quarter

    @property
    def project(self) -> Path:
        """The folder of the project that is checked."""
        return self.plan.project

    @property
    def settings(self) -> Settings:
        """The settings of the report that is checked, under ``natpatsip:`` in ``_quarto.yml``."""
        return self.plan.settings

    # Cells and sentences

    def cells(self, notebook: str = "", *, all_quarters: bool = False) -> Iterator[tuple[Place, Any]]:
        """Yield the cells that appear in the quarter, or all of them; without each first cell, the analyst's own."""
        for place, cell, is_shown in self._cells:
            if place.position > 1 and (is_shown or all_quarters) and notebook in ("", place.notebook):
                yield place, cell

    @cached_property
    def _cells(self) -> list[tuple[Place, Any, bool]]:
        return [
            (Place.of(name, number, cell), cell, appears_in(cell, self.quarter))
            for name, content in self.executed.items()
            for number, cell in numbered(content.cells)
        ]

    @cached_property
    def places(self) -> dict[tuple[str, str], Place]:
        """The places of all cells that findings can lead to, by notebook and cell id."""
        return {(place.notebook, place.cell): place for place, _, _ in self._cells}

    @cached_property
    def prose(self) -> tuple[Sentence, ...]:
        """The chapters' titles (published, unlike the rest of first cells), and the sentences of markdown cells."""
        titles = [
            Sentence(self.plan.notebooks[place.notebook].title, place, "heading")
            for place, _, _ in self._cells
            if place.position == 1
        ]
        markdown = [(place, cell) for place, cell in self.cells() if cell.cell_type == "markdown"]
        return (*titles, *(each for place, cell in markdown for each in _sentences(cell, place)))

    @cached_property
    def narrative(self) -> tuple[Sentence, ...]:
        """All that the checks take for words to readers: prose, and the strings that code shows."""
        coded = [
            each
            for place, cell in self.cells()
            if cell.cell_type == "code" and {"parameters", "injected-parameters"}.isdisjoint(place.tags)
            for each in memory.once(
                partial(code_cells.sentences_in_code, cell.source, place), "sentences in code", cell.source, place
            )
        ]
        return (*self.prose, *coded)

    @cached_property
    def code(self) -> dict[str, dict[str, str]]:
        """The source to check of each notebook's code cells that appear in the quarter, by cell."""
        found: dict[str, dict[str, str]] = {name: {} for name in self.executed}
        for place, cell in self.cells():
            if cell.cell_type == "code":
                found[place.notebook][place.cell] = cell.source
        return found

    # Figures and the glossary

    @cached_property
    def outputs(self) -> Mapping[str, Outputs]:
        """What the checked notebooks publish, print and show, by notebook."""
        return gather(self.executed)

    @cached_property
    def figures(self) -> dict[str, tuple[Place, Mapping[str, Any]]]:
        """The checked figures by id, each with its cell and record."""
        places = {id(cell): place for place, cell, _ in self._cells}
        figures = [figure for each in self.outputs.values() for figure in each.figures]
        return {figure.id: (places[id(figure.cell)], figure.record) for figure in figures}

    @cached_property
    def terms(self) -> dict[str, tuple[Place, str]]:
        """The glossary's terms to check, each with the cell of its table and its meaning; empty if it lacks one."""
        found: dict[str, tuple[Place, str]] = {}
        for term, place, meaning in self.rows_of_terms:
            if meaning or term not in found:
                found[term] = place, meaning
        return found

    @cached_property
    def rows_of_terms(self) -> list[tuple[str, Place, str]]:
        """The rows of the glossary, each with its term, the cell of its table and its meaning."""
        found: list[tuple[str, Place, str]] = []
        for place, cell in self.cells(GLOSSARY):
            if cell.cell_type == "markdown":
                for row in dict.fromkeys(each.block for each in _sentences(cell, place) if each.kind == "row"):
                    term, _, meaning = (part.strip(" *`|") for part in row.strip(" |").partition("|"))
                    if term and term != TERM:
                        found.append((term, place, meaning))
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names with digits, which are not typed numbers: the glossary's terms and what they stand for."""
        found = list(self.terms)
        for term, (_, meaning) in self.terms.items():
            digits = set(re.findall(r"\d+", term))
            found += [meaning] if digits and set(re.findall(r"\d+", meaning)) <= digits else []
        return tuple(found)

    @cached_property
    def allowed_numbers(self) -> Mapping[str, re.Pattern[str]]:
        """The patterns of numbers that may be typed, with the words that the report's settings add."""
        return allowed_numbers(self.settings.checks.nouns, self.settings.checks.documents)

    @cached_property
    def protected(self) -> tuple[str, ...]:
        """The datasets that notebooks have read and whose disclosure policy protects counts."""
        read = {record["file"] for each in self.outputs.values() for record in each.datasets}
        policies = {
            each.name: each.natpatsip.disclosure for each in declared(self.project).resources if each.file in read
        }
        return tuple(name for name, policy in policies.items() if policy and policy.counts)

    # Facts

    @cached_property
    def rules(self) -> Rules:
        """The relations that must hold between the facts."""
        return Rules.read(self.project, self.quarter, known=self._fact_ids)

    @cached_property
    def _fact_ids(self) -> set[str]:
        """The ids of all facts that a check may meet: reported, decided, or published by any notebook."""
        ids = {row["fact_id"] for row in self.reported_rows.values()} | set(self.plan.params.values)
        chapters = self.plan.notebooks
        sources = [notebook.source for notebook in chapters.values()]
        others = (file for file in (self.project / "notebooks").glob("*.ipynb") if file.stem not in chapters)
        return ids.union(*(published_in(text, self.project) for text in (*sources, *map(source_of, others))))

    @cached_property
    def facts(self) -> dict[tuple[str, str], Fact]:
        """Every fact to check: those that the report publishes, prints or rests on."""
        return {fact.key: fact for fact in collect_facts(self.outputs)}

    @cached_property
    def bound(self) -> dict[str, dict[str, list[code_cells.FactCall]]]:
        """The facts that names are bound to, by notebook."""
        return {name: code_cells.facts_by_name(cells) for name, cells in self.code.items()}

    def fact(self, name: str, period: str) -> KnownFact | None:
        """Return a fact to check whose value is a number, wherever it is from; None if nothing gives it for the period.

        It is looked up in the executed notebooks, the reported data, the params and the builds of earlier quarters.
        """
        return (
            self._published(name, period)
            or self._reported(name, period)
            or self._decided(name, period)
            or self._built(name, period)
        )

    def new_facts(self) -> list[KnownFact]:
        """Return the facts that are new in the checked quarter: rows reported in it, and values of its params."""
        now = str(self.quarter)
        rows = [key for key, (_, row) in self._newest_rows.items() if row["as_of"] == now]
        decided = [(name, value.period) for name, value in self.plan.params.values.items()]
        return [known for key in (*rows, *decided) if (known := self._reported(*key) or self._decided(*key))]

    def reported_before(self, name: str, period: str) -> KnownFact | None:
        """Return what was reported of a fact in the quarter before this one."""
        key = name, str(self.quarter.previous()), period
        for line, row in self.reported_rows.items():
            if (row["fact_id"], row["as_of"], row["period"]) == key:
                return self._known_from_row(name, period, row, f"{REPORTED_FILE}, row {line}")
        return None

    @cached_property
    def reported_rows(self) -> dict[int, dict[str, str]]:
        """The rows of ``data/reported.csv`` by line, as findings name it; none if it is not declared.

        A file that is not as it is declared stops what needs it, with all its faults.
        """
        if REPORTED_FACTS not in declared(self.project).by_name:
            return {}
        table = examine(REPORTED_FACTS, self.project)
        raise_faults(table)
        rows = zip(*table.texts.values(), strict=True)
        found = {line: dict(zip(table.texts, row, strict=True)) for line, row in zip(table.lines, rows, strict=True)}
        return {line: row for line, row in found.items() if row["value"]}

    @cached_property
    def _newest_rows(self) -> _Rows:
        """The newest reported row of each fact and period, as of the checked quarter, with its line in the file."""
        found: _Rows = {}
        for line, row in self.reported_rows.items():
            key = row["fact_id"], row["period"]
            if row["as_of"] <= str(self.quarter) and (key not in found or found[key][1]["as_of"] <= row["as_of"]):
                found[key] = line, row
        return found

    def _published(self, name: str, period: str) -> KnownFact | None:
        fact = self.facts.get((name, period))
        if fact is None or not fact.section or not isinstance(fact.value, int | float):
            return None
        place = self.places.get((fact.section, fact.cell))
        where = place.where if place else f"notebooks/{fact.section}.ipynb"
        return KnownFact(name, period, named(fact, self.quarter), float(fact.value), fact.text, where, place)

    def _reported(self, name: str, period: str) -> KnownFact | None:
        line, row = self._newest_rows.get((name, period), (0, {}))
        return self._known_from_row(name, period, row, f"{REPORTED_FILE}, row {line}") if row else None

    def _decided(self, name: str, period: str) -> KnownFact | None:
        decided = self.plan.params.values.get(name)
        if decided is None or decided.period != period:
            return None
        part = "model" if name in self.plan.params.model else "targets"
        where = params.place(self.quarter, self.plan.project, part, name)
        row = {"value": decided.value, "unit": decided.unit}
        return self._known_from_row(name, period, row, where)

    def _built(self, name: str, period: str) -> KnownFact | None:
        if not FORM.fullmatch(period) or period >= str(self.quarter):  # a later quarter changes no earlier one
            return None
        file = f"reports/{period}/facts.csv"
        if file not in self._built_rows:
            built = self.project / file
            rows = from_csv(built.read_bytes().decode()) if built.is_file() else []
            self._built_rows[file] = {(row["id"], row["period"]): (n, row) for n, row in enumerate(rows, start=2)}
        line, row = self._built_rows[file].get((name, period), (0, {}))
        return self._known_from_row(name, period, row, f"{file}, row {line}") if row else None

    def _known_from_row(self, name: str, period: str, row: Mapping[str, Any], where: str) -> KnownFact | None:
        """Return the fact that a row of a file gives, if its value is a number; a built report has its label."""
        value = parse_value(row["value"], row["unit"])
        if not isinstance(value, int | float):
            return None
        label = str(row.get("label") or self.labels.get(name, ""))
        fact = Fact(name, period, value, row["unit"], "", label=label)
        return KnownFact(name, period, named(fact, self.quarter), float(value), fact.text, where)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The labels by which findings name facts: of ``data/fact_labels.csv``, and those that notebooks gave."""
        published = {fact.id: fact.label for each in self.outputs.values() for fact in each.published if fact.label}
        return {**labels_of(self.project), **published}

    @cached_property
    def _built_rows(self) -> dict[str, _Rows]:
        return {}

    def charted(self, figure: str, column: str) -> Operand | None:
        """Return what a chart shows in its last row: a column, or the sum of all its numbers with ``*``.

        A column with `` (quarter)`` after it is summed over the last three rows, the months of the quarter.
        """
        if figure not in self.figures:
            return None
        place, record = self.figures[figure]
        rows = list(csv.DictReader(io.StringIO(record["data"], newline="")))
        name = column.removesuffix(_IN_QUARTER)
        if not rows or (name != _ALL_COLUMNS and name not in rows[0]):
            return None
        shown = rows[-3:] if column.endswith(_IN_QUARTER) else rows[-1:]
        texts = [text for row in shown for key, text in row.items() if name in (_ALL_COLUMNS, key)]
        total = sum(number for text in texts if (number := _number(text)) is not None)
        return Operand(f"{figure}: {column}", total, printed(total, ""), place.where)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
