"""The data of a report to download: those of each figure, and all in one file with the measures and every number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from natpatsip import wording
from natpatsip.datasets import declaration
from natpatsip.facts.fact import Fact
from natpatsip.facts.fact_descriptions import Units, kind, period, unit_of
from natpatsip.files.csv_files import rows_of, to_csv
from natpatsip.measures.definitions import MIDDLES, Definition
from natpatsip.measures.measures_file import declared
from natpatsip.pipeline.notebook_outputs import FigureRecord
from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.staging.saved_chapters import SavedChapters
from natpatsip.pipeline.staging.workbook import NOT_AVAILABLE, Cell, Sheet, write_workbook
from natpatsip.quarter import Quarter
from natpatsip.settings import STAND_INS

DATA_FILE = "report-data.xlsx"
NOT_APPLICABLE = "[z]"
BETWEEN = ", "
ILLUSTRATIVE, ESTIMATE = "[i]", "[e]"
PROVENANCE = "Provenance"  # a column of the data of a figure, as organisations' data have one
ROLE_NAMES = {
    "baseline": "Baseline",
    "mean_before": "Middle line before the latest change",
    "mean": "Middle line now",
    "latest": "Latest value",
}


def write_figure_data(folder: Path, figures: Sequence[FigureRecord], *, illustrative: str) -> None:
    """Write the data of each figure as CSV; if they are illustrative, the last column says so in each row.

    A line above the header, or a note beside the file, would break what reads CSV, or be lost with the next copy.
    """
    for figure in figures:
        rows = list(rows_of(figure.record["data"]))
        if figure.record["is_illustrative"]:
            rows = [[*row, illustrative if place else PROVENANCE] for place, row in enumerate(rows)]
        (folder / f"{figure.id}.csv").write_bytes(to_csv(rows).encode())


def write_data_file(
    file: Path,
    plan: Plan,
    figures: Sequence[FigureRecord],
    facts: Sequence[Fact],
    read: Collection[str],  # the data files that the report was made from
    saved: SavedChapters | None = None,  # what earlier builds have staged
) -> None:
    """Write the workbook of a report's data."""
    title = f"{plan.book['book'].get('title') or 'Progress report'}: data of {plan.quarter.label}"
    settings = plan.settings.for_quarter(plan.quarter.label)
    sheets = [*map(_of_figure, figures), *_of_measures(plan, facts), *_of_facts(plan, facts)]
    used = {part for sheet in sheets for row in sheet.rows for cell in row for part in str(cell).split(BETWEEN)}
    used |= {ILLUSTRATIVE for each in figures if each.record["is_illustrative"]}
    parts: dict[str, Any] = {
        "title": title,
        "cover": _cover(plan, is_illustrative=ILLUSTRATIVE in used),
        "marks": {mark: text for mark, text in marks_of(plan, read).items() if mark in used},
        "sheets": sheets,
        "properties": {"title": title, "author": settings.publisher, "subject": settings.description},
        "day": plan.params.cut_off,
    }
    if saved:
        saved.write_file(file, repr(parts), lambda: write_workbook(file, **parts))
    else:
        write_workbook(file, **parts)


def _cover(plan: Plan, *, is_illustrative: bool) -> dict[str, str]:
    """Return what the cover of the file of all data says."""
    settings, status = plan.settings, "Final edition" if plan.is_final else "Draft"
    words, published = settings.illustrative_data, plan.params.publication
    texts = {
        "What this file holds": f"The data behind the report of {plan.quarter.label}: those of each figure, the "
        "measures, and every number of the report with its source. The sheet Contents lists the tables.",
        "Status": f"{status}. Data to {wording.date(plan.params.cut_off)}.",
        words.title: words.banner.replace(STAND_INS, "") if is_illustrative else "",
        "Publisher": settings.publisher,
        "Date of publication": wording.date(published.date) if published.date else "",
        "Version": published.version if published.date else "",
        "Licence": settings.licence,
        "Contact": settings.contact,
        "Please note": settings.disclaimer,
    }
    return {heading: text for heading, text in texts.items() if text}


def _of_figure(figure: FigureRecord) -> Sheet:
    """Return the sheet of a figure's data in the file of all data."""
    record = figure.record
    notes = [f"{record['title']}.", *filter(None, [record["caption"]])]
    if record["is_illustrative"]:
        notes.append(f"The data are illustrative {ILLUSTRATIVE}.")
    title = f"Figure {figure.number}: {record['description']}"
    return Sheet.of_csv(f"Figure_{figure.number}", title, record["data"], about=notes)


def _of_measures(plan: Plan, facts: Sequence[Fact]) -> Iterator[Sheet]:
    """Yield the sheet of all measures in the file of all data."""
    known = {fact.id: fact for fact in facts if fact.kind == "published"}
    rows = [
        row
        for name, each in declared(plan.project).by_id.items()
        if (row := _measure(each, {role: known.get(fact) for role, fact in each.fact_ids(name).items()}))
    ]
    if rows:
        header = (
            "Measure",
            "What it measures",
            "Unit",
            "Improvement is",
            "Middle line is",
            *ROLE_NAMES.values(),
            "Notes",
        )
        yield Sheet("Measures", "The measures of the report", header, rows)


def _measure(each: Definition, values: Mapping[str, Fact | None]) -> list[Cell]:
    """Return the row of a measure in the file of all data; empty if the report shows none of its facts."""
    found = [fact for fact in values.values() if fact is not None]
    if not found:
        return []
    numbers = [NOT_APPLICABLE if (fact := values.get(role)) is None else _value(fact) for role in ROLE_NAMES]
    about = [each.label, each.definition, each.unit, each.improvement, MIDDLES.get(each.chart, NOT_APPLICABLE)]
    return [*about, *numbers, _notes(found)]


def _of_facts(plan: Plan, facts: Sequence[Fact]) -> Iterator[Sheet]:
    if facts:
        rows = [_fact(fact, plan.quarter, plan.settings.units) for fact in facts]
        header = ("Number", "Period", "Value", "Unit", "Kind", "Source", "Formula", "Notes", "Id")
        yield Sheet("Numbers", "Every number of the report", header, rows)


def _fact(fact: Fact, quarter: Quarter, units: Units) -> list[Cell]:
    about = [period(fact.period, quarter), _value(fact), unit_of(fact, units), kind(fact), fact.source]
    return [fact.name, *about, fact.formula or NOT_APPLICABLE, _notes([fact]), fact.id]


def _value(fact: Fact) -> Cell:
    return fact.value if isinstance(fact.value, int | float) else fact.text


def _notes(facts: Sequence[Fact]) -> str:
    notes = [ILLUSTRATIVE] * any(fact.is_illustrative for fact in facts)
    notes += [ESTIMATE] * any(fact.is_estimate for fact in facts)
    return BETWEEN.join(notes) or "None"


def marks_of(plan: Plan, read: Collection[str]) -> dict[str, str]:
    """Return what each mark in the file of all data means; datasets that were read may give one two meanings."""
    words = plan.settings.illustrative_data
    marks = {
        ILLUSTRATIVE: f"{words.title}. {words.banner.replace(STAND_INS, '')}",
        ESTIMATE: "Modelled estimate: what may have happened, by published evidence. It is not a count.",
        NOT_AVAILABLE: "There is no value.",
        NOT_APPLICABLE: "Not applicable.",
    }
    policies = [each.natpatsip.disclosure for each in declaration.declared(plan.project).resources if each.file in read]
    notes: dict[str, list[str]] = {}
    for policy in policies:
        if policy and policy.counts and policy.note not in notes.setdefault(policy.symbol, []):
            notes[policy.symbol].append(policy.note)
    return marks | {symbol: " ".join(found) for symbol, found in notes.items()}
