"""All data of a report as one file to download: the data of each figure, the measures and every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from natpatsip import wording
from natpatsip.datasets import declaration
from natpatsip.facts import Fact
from natpatsip.measures.definitions import Definition, declared
from natpatsip.pipeline.outputs import FigureRecord
from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.staging.passport_text import kind, period
from natpatsip.pipeline.staging.workbook import NOT_AVAILABLE, Cell, Sheet, write_workbook
from natpatsip.quarter import Quarter
from natpatsip.settings import STAND_INS

DATA_FILE = "report-data.xlsx"
NOT_APPLICABLE = "[z]"
BETWEEN = ", "
ILLUSTRATIVE, ESTIMATE = "[i]", "[e]"
ROLE_NAMES = {
    "baseline": "Baseline",
    "mean_before": "Mean before the latest change",
    "mean": "Mean now",
    "latest": "Latest value",
}


def write_data_file(file: Path, plan: Plan, figures: Sequence[FigureRecord], facts: Sequence[Fact]) -> None:
    """Write the workbook of a report's data."""
    title = f"{plan.book['book'].get('title') or 'Progress report'}: data of {plan.quarter.label}"
    settings = plan.settings.for_quarter(plan.quarter.label)
    sheets = [*map(_of_figure, figures), *_of_measures(plan, facts), *_of_facts(plan, facts)]
    used = {part for sheet in sheets for row in sheet.rows for cell in row for part in str(cell).split(BETWEEN)}
    used |= {ILLUSTRATIVE for each in figures if each.record["is_illustrative"]}
    write_workbook(
        file,
        title=title,
        cover=_cover(plan, is_illustrative=ILLUSTRATIVE in used),
        marks={mark: text for mark, text in _marks(plan) if mark in used},
        sheets=sheets,
        properties={"title": title, "author": settings.publisher, "subject": settings.description},
        day=plan.params.cut_off,
    )


def _cover(plan: Plan, *, is_illustrative: bool) -> dict[str, str]:
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
    record = figure.record
    notes = [f"{record['title']}.", *filter(None, [record["caption"]])]
    if record["is_illustrative"]:
        notes.append(f"The data are illustrative {ILLUSTRATIVE}.")
    title = f"Figure {figure.number}: {record['description']}"
    return Sheet.of_csv(f"Figure_{figure.number}", title, record["data"], about=notes)


def _of_measures(plan: Plan, facts: Sequence[Fact]) -> Iterator[Sheet]:
    known = {fact.id: fact for fact in facts if fact.kind == "published"}
    rows = [
        row
        for name, each in declared(plan.project).by_id.items()
        if (row := _measure(each, {role: known.get(fact) for role, fact in each.fact_ids(name).items()}))
    ]
    if rows:
        header = ("Measure", "What it measures", "Unit", "Improvement is", *ROLE_NAMES.values(), "Notes")
        yield Sheet("Measures", "The measures of the report", header, rows)


def _measure(each: Definition, values: Mapping[str, Fact | None]) -> list[Cell]:
    """Return the row of a measure; empty if the report shows none of its facts."""
    if not any(values.values()):
        return []
    found = [fact for fact in values.values() if fact]
    numbers = [_value(fact) if (fact := values.get(role)) else NOT_APPLICABLE for role in ROLE_NAMES]
    return [each.label, each.definition, each.unit, each.improvement, *numbers, _notes(found)]


def _of_facts(plan: Plan, facts: Sequence[Fact]) -> Iterator[Sheet]:
    if facts:
        rows = [_fact(fact, plan.quarter) for fact in facts]
        header = ("Number", "Period", "Value", "Unit", "Kind", "Source", "Formula", "Notes")
        yield Sheet("Numbers", "Every number of the report", header, rows)


def _fact(fact: Fact, quarter: Quarter) -> list[Cell]:
    about = [period(fact.period, quarter), _value(fact), fact.unit, kind(fact), fact.source]
    return [fact.id, *about, fact.formula or NOT_APPLICABLE, _notes([fact])]


def _value(fact: Fact) -> Cell:
    return fact.value if isinstance(fact.value, int | float) else fact.text


def _notes(facts: Sequence[Fact]) -> str:
    notes = [ILLUSTRATIVE] * any(fact.is_illustrative for fact in facts)
    notes += [ESTIMATE] * any(fact.is_estimate for fact in facts)
    return BETWEEN.join(notes) or "None"


def _marks(plan: Plan) -> Iterator[tuple[str, str]]:
    words = plan.settings.illustrative_data
    yield ILLUSTRATIVE, f"{words.title}. {words.banner.replace(STAND_INS, '')}"
    yield ESTIMATE, "Modelled estimate: what may have happened, by published evidence. It is not a count."
    yield NOT_AVAILABLE, "There is no value."
    yield NOT_APPLICABLE, "Not applicable."
    for resource in declaration.declared(plan.project).resources:
        policy = resource.natpatsip.disclosure
        if policy and policy.counts:
            yield policy.symbol, policy.note
