"""What executed notebooks hold for the build: facts, citations, figures, tables and the data files that were read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.blocks.figures import FIGURE, PICTURE, VEGALITE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.context import OPENED
from natpatsip.errors import FactError, FigureError, ReportError, StagingError, together
from natpatsip.facts.fact import CITED, OF_REPORTED, PUBLISHED, Fact, told_apart, with_inputs
from natpatsip.facts.fact_labels import FILE as LABELS
from natpatsip.facts.publishing import REPORTED_FILE
from natpatsip.files.digests import sha256_of
from natpatsip.pipeline.inline_code import KEPT
from natpatsip.pipeline.notebook import appears_in, names_of, place_of
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode

TABLE_ID = re.compile(r"^(?::|Table:)[ \t]+(.*?)[ \t]*\{#(tbl-[a-z0-9-]+)\}[ \t]*$", re.MULTILINE)
DATASET = "application/vnd.natpatsip.dataset+json"


@dataclass(frozen=True)
class Output:
    """A figure or picture as a cell shows it: the record of it, and all forms of the output by mimetype."""

    cell: NotebookNode
    record: Mapping[str, Any]
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id of the figure or picture."""
        return str(self.record["id"])


@dataclass(frozen=True)
class Outputs:
    """What one executed notebook holds, gathered in a single pass over its cells."""

    published: tuple[Fact, ...]  # the facts that it owns, each with its section and cell
    printed: tuple[Fact, ...]  # the facts that readers see: those in prose, then those in tables and tiles
    uses: tuple[tuple[str, Fact], ...]  # each fact that a cell publishes, cites or prints, with the cell's id
    figures: tuple[Output, ...]  # what it shows
    pictures: tuple[Output, ...]
    datasets: tuple[Mapping[str, Any], ...]  # the records of the data files that it read
    opened: tuple[
        Mapping[str, Any], ...
    ] = ()  # what cells opened by themselves: file and sha256, or host; and the cell
    cells: Mapping[str, str] = field(default_factory=dict)  # its cells as messages name them, by id
    drawings: Mapping[str, str] = field(default_factory=dict)  # the small drawings in its tables, as SVG, by name
    page_data: Mapping[str, Any] = field(default_factory=dict)  # what scripts of the pages show, by the file's name

    @classmethod
    def of(cls, name: str, content: NotebookNode) -> Outputs:
        """Gather the outputs of the executed notebook called `name`."""
        published: list[Fact] = []
        in_prose: list[Fact] = []
        in_blocks: list[Fact] = []
        uses: list[tuple[str, Fact]] = []
        shown: dict[str, list[Output]] = {FIGURE: [], PICTURE: []}
        datasets: list[Mapping[str, Any]] = []
        drawings: dict[str, str] = {}
        page_data: dict[str, Any] = {}
        for cell in content.cells:
            place, here, blocks = cell.get("id", ""), list[Fact](), list[Fact]()
            for data in (output.get("data", {}) for output in cell.get("outputs", ())):
                if PUBLISHED in data:
                    fact = Fact.from_record(data[PUBLISHED])
                    published.append(replace(fact, section=name, cell=place))
                    here.append(fact)
                if CITED in data:
                    here += Fact.cited(data[CITED])
                if BLOCK in data:
                    blocks += map(Fact.from_record, data[BLOCK]["facts"])
                    drawings |= data[BLOCK].get("drawings", {})
                    page_data |= data[BLOCK].get("data", {})
                if DATASET in data:
                    datasets.append(data[DATASET])
                for kind in shown:
                    if kind in data:
                        shown[kind].append(Output(cell, data[kind], data))
            for data in (each["result"].get("data", {}) for each in cell.metadata.get(KEPT, ())):
                cited = list(Fact.cited(data[CITED])) if CITED in data else []
                cited += map(Fact.from_record, data.get(BLOCK, {}).get("facts", ()))
                in_prose += cited
                here += cited
            in_blocks += blocks
            uses += ((place, fact) for fact in (*here, *blocks))
        return cls(
            tuple(published),
            (*in_prose, *in_blocks),
            tuple(uses),
            tuple(shown[FIGURE]),
            tuple(shown[PICTURE]),
            tuple(datasets),
            tuple(
                {**each, "cell": cell.get("id", "")} for cell in content.cells for each in cell.metadata.get(OPENED, ())
            ),
            names_of(content.cells),
            drawings,
            page_data,
        )


def gather(executed: Mapping[str, NotebookNode]) -> dict[str, Outputs]:
    """Return the outputs of executed notebooks by name."""
    return {name: Outputs.of(name, content) for name, content in executed.items()}


def tables_of(executed: Mapping[str, NotebookNode], quarter: Quarter) -> dict[str, tuple[int, str]]:
    """Return the tables that have an id in their caption, in reading order, with their numbers and chapters.

    Raises
    ------
    StagingError
        If two have the same id.
    """
    found: dict[str, tuple[int, str]] = {}
    for name, content in executed.items():
        for cell in (each for each in content.cells if appears_in(each, quarter)):
            outputs = [output.get("data", {}) for output in cell.get("outputs", [])]
            texts = [data.get(BLOCK, {}).get("markdown") or data.get("text/markdown", "") for data in outputs]
            for match in TABLE_ID.finditer("\n".join([cell.source, *texts] if cell.cell_type == "markdown" else texts)):
                if match[2] in found:
                    place = f"notebooks/{name}.ipynb, {place_of(content.cells, cell)}"
                    raise StagingError(f"{place}: the table {match[2]} is also in {found[match[2]][1]}. Rename one.")
                found[match[2]] = (len(found) + 1, name)
    return found


def _owner_of(fact: Fact, outputs: Mapping[str, Outputs]) -> str:
    """Return where a fact comes from as messages name it: a cell of a notebook, or a file."""
    if not fact.section:
        return fact.rows
    cell = outputs[fact.section].cells.get(fact.cell) if fact.section in outputs else None
    return ", ".join(filter(None, (f"notebooks/{fact.section}.ipynb", cell)))


def collect_facts(outputs: Mapping[str, Outputs]) -> list[Fact]:
    """Return every fact that the report publishes, prints or rests on, once, in reading order.

    Raises
    ------
    FactError
        If two cells publish a fact with two values, or a notebook prints another value than the owner's.
    """
    found: dict[tuple[str, str], Fact] = {}
    errors: list[ReportError] = []
    for fact in (fact for each in outputs.values() for fact in each.published):
        other = found.setdefault(fact.key, fact)
        if texts := told_apart(other, fact):
            where = (_owner_of(each, outputs) for each in (other, fact))
            places = " and ".join(f"{text} in {place}" for text, place in zip(texts, where, strict=True))
            advice = "Publish it in one and cite it in the other."
            errors.append(FactError(f"{fact.id} ({fact.period}) is published twice: {places}. {advice}"))
    for name, each in outputs.items():
        inputs = (fact for published in each.published for fact in published.inputs)
        for fact in (found_in for printed in (*each.printed, *inputs) for found_in in with_inputs(printed)):
            other = found.setdefault(fact.key, fact)
            if texts := told_apart(other, fact):
                using = next((cell for cell, used in each.uses if fact in with_inputs(used)), "")
                place = ", ".join(filter(None, (f"notebooks/{name}.ipynb", each.cells.get(using))))
                errors.append(
                    FactError(
                        f"{place}: prints {texts[1]} for {fact.id} ({fact.period}), but it is {texts[0]} in "
                        f"{_owner_of(other, outputs)}. Cite it, and build again."
                    )
                )
    together(errors)
    return list(found.values())


@dataclass(frozen=True)
class FigureRecord:
    """A figure as its notebook showed it, with its number in the report."""

    number: int
    chapter: str
    programme: str
    record: Mapping[str, Any]
    forms: Mapping[str, Any]  # its drawing, by type: of Altair, of matplotlib or of Plotly
    place: str = ""  # the notebook and cell that show it, for errors

    @property
    def id(self) -> str:
        """The figure's id."""
        return str(self.record["id"])

    @property
    def specification(self) -> Mapping[str, Any]:
        """The chart that the notebook shows as Vega-Lite; empty if another library has drawn it."""
        return dict(self.forms.get(VEGALITE, {}))


def collect_figures(outputs: Mapping[str, Outputs], programmes: Mapping[str, str]) -> list[FigureRecord]:
    """Return the figures in reading order, numbered through the report.

    Raises
    ------
    FigureError
        If two figures have the same id, or one has no alternative text.
    """
    found: dict[str, FigureRecord] = {}
    errors: list[ReportError] = []
    for name, figure in ((name, figure) for name, each in outputs.items() for figure in each.figures):
        where = f"notebooks/{name}.ipynb, {outputs[name].cells[figure.cell.get('id', '')]}"
        if not str(figure.record.get("alt", "")).strip():
            errors.append(FigureError(f"{where}: {figure.id} has no alternative text. Say in words what it shows."))
        if figure.id in found:
            errors.append(FigureError(f"{where}: {figure.id} is the id of two figures. Give this one another."))
        record = FigureRecord(len(found) + 1, name, programmes[name], figure.record, figure.data, where)
        found[figure.id] = record
    together(errors)
    return list(found.values())


def data_files(outputs: Iterable[Outputs], project: Path) -> dict[str, str]:
    """Return the data files that notebooks have read, with SHA-256; prose that cites a reported fact reads one too."""
    gathered = list(outputs)
    kinds = {fact.kind for each in gathered for fact in each.printed}
    named = [REPORTED_FILE] * (not kinds.isdisjoint(OF_REPORTED)) + [LABELS] * (
        bool(kinds) and (project / LABELS).is_file()
    )
    read = {name: sha256_of(project / name) for name in named}
    records = (record for each in gathered for record in (*each.opened, *each.datasets))
    return read | {record["file"]: record["sha256"] for record in records if "file" in record}


def illustrative_files(outputs: Iterable[Outputs]) -> list[str]:
    """Return the data files that hold illustrative rows, by what notebooks recorded as they read them."""
    records = (record for each in outputs for record in each.datasets)
    return sorted({each["file"] for each in records if each.get("provenance") in ("illustrative", "mixed")})
