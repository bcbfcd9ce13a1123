"""What the checks read: a quarter's plan, its executed notebooks, and what they hold, each gathered once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from natpatsip.checks import code_cells
from natpatsip.checks.fact_index import Known
from natpatsip.checks.findings import Finding
from natpatsip.checks.places import Place, numbered, place_of
from natpatsip.checks.rules import Rules
from natpatsip.checks.sentences import Sentence, sentences_of
from natpatsip.facts import Fact
from natpatsip.pipeline.notebook import appears_in
from natpatsip.pipeline.outputs import Outputs, collect_facts, gather
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode

GLOSSARY = "glossary"
HEADER = "Term"  # of the tables that explain terms


@dataclass(frozen=True)
class Material:
    """A quarter as the checks see it.

    Parameters
    ----------
    plan : Plan
        What the quarter is built from.
    executed : mapping
        The executed notebooks by name.
    noted : dict
        What a check keeps for itself, by its name.
    """

    plan: Plan
    executed: Mapping[str, NotebookNode]
    noted: dict[str, list[tuple[Place, Finding]]] = field(default_factory=dict, repr=False)

    @property
    def quarter(self) -> Quarter:
        """The quarter that is checked."""
        return self.plan.quarter

    def cells(self, *, everywhere: bool = False) -> Iterator[tuple[Place, Any]]:
        """Go through the cells that appear in the quarter, or through all; the analyst's first one left out."""
        for place, cell, is_shown in self._placed:
            if everywhere or is_shown:
                yield place, cell

    @cached_property
    def _placed(self) -> list[tuple[Place, Any, bool]]:
        """The cells with their places, and whether they appear in the quarter."""
        return [
            (place_of(name, number, cell), cell, appears_in(cell, self.quarter))
            for name, content in self.executed.items()
            for number, cell in numbered(content)
            if number > 1
        ]

    @cached_property
    def prose(self) -> tuple[Sentence, ...]:
        """The sentences of markdown cells."""
        found = [
            each for place, cell in self.cells() if cell.cell_type == "markdown" for each in sentences_of(cell, place)
        ]
        return (*(self._titles()), *found)

    def _titles(self) -> Iterator[Sentence]:
        """Go through the chapters' titles, the one part of a first cell that is published."""
        for name, content in self.executed.items():
            yield Sentence(self.plan.notebooks[name].title, place_of(name, 1, content.cells[0]), "heading")

    @cached_property
    def coded(self) -> tuple[Sentence, ...]:
        """The sentences that code cells say to readers."""
        return tuple(
            each
            for place, cell in self.cells()
            if cell.cell_type == "code" and "parameters" not in place.tags and "injected-parameters" not in place.tags
            for each in code_cells.coded_sentences(cell.source, place)
        )

    @cached_property
    def narrative(self) -> tuple[Sentence, ...]:
        """All that readers are told in words."""
        return (*self.prose, *self.coded)

    @cached_property
    def code(self) -> dict[str, dict[str, str]]:
        """The source of each notebook's code cells that appear in the quarter, by cell."""
        found: dict[str, dict[str, str]] = {name: {} for name in self.executed}
        for place, cell in self.cells():
            if cell.cell_type == "code":
                found[place.notebook][place.cell] = cell.source
        return found

    @cached_property
    def outputs(self) -> dict[str, Outputs]:
        """What each executed notebook holds for the build."""
        return gather(self.executed)

    @cached_property
    def facts(self) -> dict[tuple[str, str], Fact]:
        """Every fact that the report publishes, prints or rests on."""
        return {fact.key: fact for fact in collect_facts(self.outputs)}

    @cached_property
    def bound(self) -> dict[str, dict[str, list[tuple[str, str, Any]]]]:
        """The facts that names are bound to, by notebook."""
        return {name: code_cells.bound(cells) for name, cells in self.code.items()}

    @cached_property
    def known(self) -> Known:
        """Looks up facts and what charts show."""
        return Known(self)

    @cached_property
    def figures(self) -> dict[str, tuple[Place, Mapping[str, Any]]]:
        """The figures by id, each with its cell and record."""
        found = {}
        for name, content in self.executed.items():
            positions = {id(cell): number for number, cell in numbered(content)}
            for each in self.outputs[name].figures:
                found[each.id] = place_of(name, positions[id(each.cell)], each.cell), each.record
        return found

    @cached_property
    def terms(self) -> dict[str, Place]:
        """The terms that the glossary explains, each with the cell of its table."""
        return {term: place for term, (place, _) in self._explained.items()}

    @cached_property
    def _explained(self) -> dict[str, tuple[Place, str]]:
        """The rows of the glossary's tables: term, cell, meaning."""
        found: dict[str, tuple[Place, str]] = {}
        for place, cell in self.cells():
            if place.notebook == GLOSSARY and cell.cell_type == "markdown":
                for row in dict.fromkeys(each.block for each in sentences_of(cell, place) if each.kind == "row"):
                    term, _, meaning = (part.strip(" *`") for part in row.partition("|"))
                    if meaning and term != HEADER:
                        found[term] = place, meaning
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What may stand in prose with its digits: the glossary's terms, and what they stand for (Score 2 of NEWS2)."""
        found = list(self.terms)
        for term, (_, meaning) in self._explained.items():
            digits = set(re.findall(r"\d+", term))
            found += [meaning] if digits and set(re.findall(r"\d+", meaning)) <= digits else []
        return tuple(found)

    @cached_property
    def rules(self) -> Rules:
        """What must hold of the facts."""
        return Rules.read(self.plan.project, self.quarter)
