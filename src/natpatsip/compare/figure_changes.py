"""Figures whose message changed, and what a control chart shows in its report's quarter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from natpatsip.compare.built_report import BuiltReport, Figure
from natpatsip.compare.changes import Change
from natpatsip.compare.word_diff import difference, words_of
from natpatsip.facts.fact import Fact

MONTH_COLUMNS = ("month", "date", "Month", "Date")
POINT_COLUMNS = ("point_type", "What the point shows")
COMMON_CAUSE = ("common_cause", "common cause")
SERIES = re.compile(r"\b(?:month|date) \d{4}-\d{2} to \d{4}-\d{2}\b")  # in the `rows` of a fact that is based on months
WORDS = {
    "common_cause": "normal variation",
    "special_cause_improvement": "special cause: improvement",
    "special_cause_concern": "special cause: concern",
    "special_cause_neutral_high": "special cause: high",
    "special_cause_neutral_low": "special cause: low",
}


@dataclass(frozen=True)
class Reading:
    """What a control chart shows in a quarter's months."""

    figure: Figure
    is_signal: bool
    shows: str


def figure_changes(before: BuiltReport, now: BuiltReport) -> Iterator[Change]:
    """Yield figures that are new, gone or have another message."""
    for name, figure in now.figures.items():
        old = before.figures.get(name)
        if old is None:
            message = f"{_named(figure)} is new: {figure.title}"
            yield _change("figure-appeared", message, now, figure, found=figure.title)
        elif old.title != figure.title:
            reading = reading_of(figure, now)
            yield _change(
                "figure-message",
                f'{_named(figure)} said "{old.title}" and now says "{figure.title}"',
                now,
                figure,
                expected=old.title,
                found=figure.title,
                signal=reading.is_signal if reading else None,
                shows=reading.shows if reading else "",
                words=difference(words_of(old.title), words_of(figure.title)),
            )
    for name, figure in before.figures.items():
        if name not in now.figures:
            message = f"{_named(figure)} is gone: {figure.title}"
            yield _change("figure-vanished", message, before, figure, expected=figure.title)


def _named(figure: Figure) -> str:
    return f"Figure {figure.number} ({figure.id})"


def _change(kind: str, message: str, report: BuiltReport, figure: Figure, **more: object) -> Change:
    where, notebook = report.place(figure.chapter, figure.section), f"{figure.chapter}.ipynb"
    return Change(kind, message, where, notebook, figure.cell, figure=figure.id, **more)  # type: ignore[arg-type]


def reading_beside(fact: Fact, report: BuiltReport) -> Reading | None:
    """Return the reading of the control chart that a fact belongs to.

    That is the next figure in the same section, if it is a control chart and the fact was calculated from a monthly
    series.
    """
    if not SERIES.search(fact.rows) or fact.section not in report.notebooks:
        return None
    section = report.section_of(fact.section, fact.cell)
    order = {cell.id: position for position, cell in enumerate(report.notebooks[fact.section].cells)}
    for figure in report.figures.values():
        is_beside = (figure.chapter, figure.section) == (fact.section, section)
        if is_beside and order[figure.cell] >= order.get(fact.cell, 0):
            return reading_of(figure, report)
    return None


def reading_of(figure: Figure, report: BuiltReport) -> Reading | None:
    """Return what a figure's points show in the report's quarter; None if it is not a control chart."""
    rows = list(csv.DictReader(io.StringIO(figure.data, newline="")))
    month = next((name for name in MONTH_COLUMNS if rows and name in rows[0]), None)
    shows = next((name for name in POINT_COLUMNS if rows and name in rows[0]), None)
    if month is None or shows is None:
        return None
    points = [row[shows] for row in rows if _first_day(row[month]) in report.quarter.months]
    if not points:
        return None
    special = [point for point in points if not point.lower().startswith(COMMON_CAUSE)]
    last = (special or points)[-1]
    if not special:
        return Reading(figure, is_signal=False, shows=WORDS["common_cause"])
    return Reading(figure, is_signal=True, shows=WORDS.get(last, last[:1].lower() + last[1:]))


def _first_day(month: str) -> date | None:
    """Return the first day of a month that a compared chart names; None if it is not a month."""
    for form in ("%Y-%m-%d", "%Y-%m", "%B %Y"):
        try:
            return datetime.strptime(month, form).date().replace(day=1)
        except ValueError:
            continue
    return None
