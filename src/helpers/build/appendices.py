"""Chapters that the build writes by itself, from what the notebooks made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from helpers import wording
from helpers.build.markdown import escaped
from helpers.build.records import FigureRecord
from helpers.facts import Fact
from helpers.quarter import FORM, Quarter


def list_of_figures(figures: Sequence[FigureRecord]) -> str:
    """Return the list of figures: number, programme, description, and where (a link, or a page in print)."""
    rows = [
        f"| [Figure {each.number}]({each.chapter}.qmd#{each.id}) | {escaped(each.programme)} "
        f'| {escaped(each.record["description"])} | [{each.number}]{{.page-of target="{each.id}"}} |'
        for each in figures
    ]
    table = "\n".join(["| Figure | Programme | Description | Page |", "|:--|:--|:-----|--:|", *rows])
    return f"# List of figures {{#list-of-figures .list-of-figures}}\n\n{table}\n"


def sources(facts: Iterable[Fact], titles: Mapping[str, str], quarter: Quarter) -> str:
    """Return the appendix that says of every number of the report where it comes from."""
    listed = list(facts)
    groups = {"": "Reported by the programmes and decided in the params"} | dict(titles)
    parts = [
        "# Where every number comes from {#sources}",
        "Each number of this report has one owner. It is reported by a programme, set in the quarter's parameters, or "
        "calculated in one notebook; everywhere else it is cited from there. The file `facts.csv`, beside the report, "
        "holds the same list for machines, with formulas, inputs and the fingerprint of the rows used.",
    ]
    for section, title in groups.items():
        rows = [fact for fact in listed if fact.section == section]
        if rows:
            parts.append(f"## {title} {{#sources-{section or 'reported'}}}")
            parts.append(_table(rows, title, quarter))
    return "\n\n".join(parts) + "\n"


def _table(facts: Sequence[Fact], title: str, quarter: Quarter) -> str:
    rows = [
        "| " + " | ".join(map(escaped, (fact.id, in_full(fact), period(fact.period, quarter), _origin(fact)))) + " |"
        for fact in facts
    ]
    head = ["| Fact | Value | Period | Where it comes from |", "|:---|:--|:--|:------|"]
    return "\n".join([*head, *rows]) + f"\n\n: Numbers: {escaped(title)}"


def in_full(fact: Fact) -> str:
    """Return a fact's value with its unit.

    Examples
    --------
    >>> in_full(Fact("a", "all", 1_000_000, "people", "")), in_full(Fact("b", "all", 20, "percent", ""))
    ('1,000,000 people', '20%')
    """
    if isinstance(fact.value, int | float) and fact.unit not in ("percent", "GBP"):
        count = wording.number(fact.value) if float(fact.value).is_integer() else fact.text
        return f"{count} {fact.unit}"
    return fact.text


def period(text: str, quarter: Quarter) -> str:
    """Return a period as a reader has it.

    Examples
    --------
    >>> [period(text, Quarter(2024, 2)) for text in ("2024-25-Q2", "2024-25-YTD", "since-baseline", "to-2024-03")]
    ['Q2 2024/25', 'Year to date', 'Since baseline', 'To March 2024']
    """
    from datetime import date

    if FORM.fullmatch(text):
        return Quarter.parse(text).label
    if text.endswith("-YTD"):
        return "Year to date" if text == quarter.year_to_date else f"Year {text[:-4].replace('-', '/')}"
    if text == "all":
        return "All periods"
    words = text.split("-", 1) if text.startswith(("to-", "by-")) else ["", text]
    try:
        month = wording.month(date.fromisoformat(f"{words[1]}-01"))
    except ValueError:
        return text.replace("-", " ").capitalize()
    return f"{words[0].capitalize()} {month}".strip()


def _origin(fact: Fact) -> str:
    parts = [fact.source.rstrip(".")]
    if fact.formula:
        parts.append(f"Calculated: {fact.formula.rstrip('.')}")
    if fact.inputs:
        parts.append("From " + wording.listing([each.id for each in fact.inputs]))
    if fact.is_illustrative:
        parts.append("Rests on illustrative data")
    return ". ".join(part[:1].upper() + part[1:] for part in parts if part) + "."
