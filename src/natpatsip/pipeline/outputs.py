"""What executed notebooks hold for the build: facts, citations, figures and the data that were read."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.blocks import BLOCK
from natpatsip.errors import FactError, FigureError, ReportError, together
from natpatsip.facts import CITED, PUBLISHED, Fact
from natpatsip.figures import FIGURE, VEGALITE
from natpatsip.pipeline.inline_code import KEPT
from natpatsip.pipeline.staging.passports import Home

if TYPE_CHECKING:
    from nbformat import NotebookNode

DATASET = "application/vnd.natpatsip.dataset+json"
REPORTED = "data/reported.csv"
COLUMNS = (
    "id",
    "period",
    "value",
    "text",
    "unit",
    "section",
    "notebook",
    "cell",
    "source",
    "formula",
    "inputs",
    "rows",
    "rows_sha256",
)


@dataclass(frozen=True)
class FigureRecord:
    """A figure as its notebook showed it, with its number in the report."""

    number: int
    chapter: str
    programme: str
    record: Mapping[str, Any]
    specification: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The figure's id."""
        return str(self.record["id"])


def outputs_of(content: NotebookNode, mimetype: str) -> Iterator[tuple[NotebookNode, Any, Mapping[str, Any]]]:
    """Go through the outputs of a kind: cell, record, and all forms of the output."""
    for cell in content.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if mimetype in data:
                yield cell, data[mimetype], data


def facts_of(name: str, content: NotebookNode) -> list[Fact]:
    """Return the facts that a notebook published, each with its section and cell."""
    return [
        replace(Fact.from_record(record), section=name, cell=cell.get("id", ""))
        for cell, record, _ in outputs_of(content, PUBLISHED)
    ]


def citations_of(content: NotebookNode) -> Iterator[Fact]:
    """Go through the facts that a notebook prints: in prose, in tables and in tiles."""
    for cell in content.cells:
        for kept in cell.metadata.get(KEPT, []):
            data = kept["result"].get("data", {})
            if CITED in data:
                yield from Fact.cited(data[CITED])
    for _, record, _ in outputs_of(content, BLOCK):
        yield from (Fact.from_record(each) for each in record["facts"])


def collect_facts(executed: Mapping[str, NotebookNode]) -> list[Fact]:
    """Return every fact that the report publishes, prints or rests on, once, in reading order.

    Raises
    ------
    FactError
        Where two cells publish a fact with two values, or a notebook prints another value than the owner's.
    """
    owned: dict[tuple[str, str], Fact] = {}
    errors: list[ReportError] = []
    for name, content in executed.items():
        for fact in facts_of(name, content):
            other = owned.setdefault(fact.key, fact)
            if other.value != fact.value:
                places = " and ".join(f'{each.text} in {each.section}, cell "{each.cell}"' for each in (other, fact))
                advice = "Publish it in one and cite it in the other."
                errors.append(FactError(f"{fact.id} ({fact.period}) is published twice: {places}. {advice}"))
    found = dict(owned)
    for name, content in executed.items():
        printed = [*citations_of(content), *(each for fact in facts_of(name, content) for each in _roots(fact))]
        for fact in printed:
            for each in (fact, *_roots(fact)):
                other = found.setdefault(each.key, each)
                if other.value != each.value:
                    errors.append(
                        FactError(
                            f"{name} prints {each.text} for {each.id} ({each.period}), but it is {other.text} in "
                            f"{other.section or other.rows}. Cite it, and build again."
                        )
                    )
    together(errors)
    return list(found.values())


def _roots(fact: Fact) -> Iterator[Fact]:
    for each in fact.inputs:
        yield each
        yield from _roots(each)


def write_facts(facts: Iterable[Fact], homes: Mapping[tuple[str, str], Home], file: Path) -> None:
    """Write ``facts.csv``, each fact with the notebook and cell that it belongs to."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for fact in facts:
            home = homes[fact.key]
            record = fact.record() | {
                "section": home.notebook,
                "notebook": f"{home.notebook}.ipynb",
                "cell": home.cell,
                "inputs": "; ".join(f"{each.id} ({each.period})" for each in fact.inputs),
            }
            writer.writerow({name: record[name] for name in COLUMNS})


def collect_figures(executed: Mapping[str, NotebookNode], programmes: Mapping[str, str]) -> list[FigureRecord]:
    """Return the figures in reading order, numbered through the report.

    Raises
    ------
    FigureError
        Where two figures have the same id, or one lacks its alternative text.
    """
    found: dict[str, FigureRecord] = {}
    errors: list[ReportError] = []
    for name, content in executed.items():
        for cell, record, data in outputs_of(content, FIGURE):
            where = f'notebooks/{name}.ipynb, cell "{cell.get("id", "")}"'
            if not str(record.get("alt", "")).strip():
                errors.append(
                    FigureError(f"{where}: {record['id']} has no alternative text. Say in words what it shows.")
                )
            if record["id"] in found:
                errors.append(FigureError(f"{where}: {record['id']} is the id of two figures. Give this one another."))
            found[record["id"]] = FigureRecord(len(found) + 1, name, programmes[name], record, data[VEGALITE])
    together(errors)
    return list(found.values())


def datasets_of(executed: Mapping[str, NotebookNode], project: Path) -> dict[str, str]:
    """Return the data files that were read, with their SHA-256; prose that cites a reported figure reads one too."""
    cited = any(fact.kind == "reported" for content in executed.values() for fact in citations_of(content))
    reported = {REPORTED: hashlib.sha256((project / REPORTED).read_bytes()).hexdigest()} if cited else {}
    return reported | {
        record["file"]: record["sha256"]
        for content in executed.values()
        for _, record, _ in outputs_of(content, DATASET)
    }
