"""Figures: whose message changed, and whether a control chart shows a signal in its edition's quarter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from natpatsip.compare.changes import Change
from natpatsip.compare.edition import PATH, Edition, Figure
from natpatsip.compare.words import difference, words_of
from natpatsip.facts import Fact

MONTHS = ("month", "date", "Month", "Date")
SHOWS = ("point_type", "What the point shows")
SERIES = re.compile(r"\bmonth \d{4}-\d{2} to \d{4}-\d{2}\b")  # as facts.csv says that a fact rests on months
ORDINARY = ("common_cause", "common cause")
WORDS = {
    "common_cause": "common cause: ordinary variation",
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


def figure_changes(before: Edition, now: Edition) -> Iterator[Change]:
    """Go through figures that are new, gone, or carry another message."""
    for name, figure in now.figures.items():
        old = before.figures.get(name)
        if old is None:
            yield _change(
                "figure-appeared", f"{_named(figure)} is new: {figure.title}", now, figure, found=figure.title
            )
        elif old.title != figure.title:
            reading = reading_of(figure, now)
            yield _change(
                "figure-message",
                f'{_named(figure)} said "{old.title}" and says "{figure.title}"',
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
            yield _change(
                "figure-vanished", f"{_named(figure)} is gone: {figure.title}", before, figure, expected=figure.title
            )


def _named(figure: Figure) -> str:
    return f"Figure {figure.number} ({figure.id})"


def _change(kind: str, message: str, edition: Edition, figure: Figure, **more: object) -> Change:
    return Change(
        kind,
        message,
        place(edition, figure.chapter, figure.section),
        notebook=f"{figure.chapter}.ipynb",
        cell=figure.cell,
        figure=figure.id,
        **more,  # type: ignore[arg-type]
    )


def place(edition: Edition, chapter: str, section: str) -> str:
    """Return a place in a report, as its reader finds it."""
    return PATH.join(part for part in (edition.titles.get(chapter, chapter), section) if part)


def reading_beside(fact: Fact, edition: Edition) -> Reading | None:
    """Return what the control chart shows that a fact belongs to.

    That is the next control chart of the same section, where the fact was calculated from a monthly series.
    """
    if not SERIES.search(fact.rows) or fact.section not in edition.notebooks:
        return None
    section = edition.section_of(fact.section, fact.cell)
    order = {cell.id: place_ for place_, cell in enumerate(edition.notebooks[fact.section].cells)}
    for figure in edition.figures.values():
        is_beside = (figure.chapter, figure.section) == (fact.section, section)
        if is_beside and order[figure.cell] >= order.get(fact.cell, 0) and (reading := reading_of(figure, edition)):
            return reading
    return None


def reading_of(figure: Figure, edition: Edition) -> Reading | None:
    """Return what a figure's points show in the edition's quarter; None where it is no control chart."""
    rows = list(csv.DictReader(io.StringIO(figure.data)))
    month = next((name for name in MONTHS if rows and name in rows[0]), None)
    shows = next((name for name in SHOWS if rows and name in rows[0]), None)
    if month is None or shows is None:
        return None
    points = [row for row in rows if _first_of(row[month]) in edition.quarter.months]
    if not points:
        return None
    special = [row for row in points if not row[shows].lower().startswith(ORDINARY)]
    chosen = (special or points)[-1]
    text = WORDS.get(chosen[shows], chosen[shows][:1].lower() + chosen[shows][1:])
    return Reading(figure, bool(special), text)


def _first_of(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%Y-%m", "%B %Y"):
        try:
            return datetime.strptime(text, form).date().replace(day=1)
        except ValueError:
            continue
    return None
