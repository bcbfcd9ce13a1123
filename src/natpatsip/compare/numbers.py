"""Facts: each with its counterpart in the other edition, by name and role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from natpatsip import wording
from natpatsip.compare.changes import Change
from natpatsip.compare.charts import place, reading_beside
from natpatsip.compare.edition import Edition
from natpatsip.facts import Fact
from natpatsip.pipeline.staging.passport_text import in_full, period
from natpatsip.quarter import FORM, Quarter

Key = tuple[str, str]


def fact_changes(before: Edition, now: Edition) -> list[Change]:
    """Return facts that rose, fell, changed, were revised, appeared or vanished; what is news comes first."""
    found = sorted(_changes(before, now), key=lambda each: each[0])  # which keeps the order of reading
    return [change for _, change in found]


def _changes(before: Edition, now: Edition) -> Iterator[tuple[int, Change]]:
    old, new = _by_role(before), _by_role(now)
    exactly = {fact.key: fact for fact in before.facts}
    for key, fact in new.items():
        if counterpart := old.get(key):
            yield from ((_rank(fact, each, now), each) for each in _compared(counterpart, fact, now))
        elif _is_past(fact, now.quarter):
            if (earlier := exactly.get(fact.key)) and earlier.value != fact.value:
                yield 1, _revised(earlier, fact, now)
        else:
            said = f"{_named(fact, now)} is new: {in_full(fact)}"
            yield 1, _change("fact-appeared", said, now, fact, found=in_full(fact))
    for key, fact in old.items():
        if key not in new and not _is_past(fact, before.quarter):
            said = f"{_named(fact, before)} is gone; it was {in_full(fact)}"
            yield 1, _change("fact-vanished", said, before, fact, expected=in_full(fact))


def _rank(fact: Fact, change: Change, edition: Edition) -> int:
    """Return how much of a surprise a change is, from 0: a signal, the quarter's own, no signal, a sum that grows."""
    if change.signal is not None:
        return 0 if change.signal else 2
    return 1 if role(fact, edition.quarter) == "quarter" else 3


def role(fact: Fact, quarter: Quarter) -> str:
    """Return what a fact's period is to its edition: the quarter, the year to date, or the period itself.

    Examples
    --------
    >>> quarter = Quarter.parse("2024-25-Q2")
    >>> [role(Fact("a", when, 1, "", ""), quarter) for when in ("2024-25-Q2", "2024-25-YTD", "all", "to-2024-03")]
    ['quarter', 'year to date', 'all', 'to']
    """
    roles = {str(quarter): "quarter", quarter.year_to_date: "year to date"}
    return roles.get(fact.period) or ("to" if fact.period.startswith("to-") else fact.period)


def _by_role(edition: Edition) -> dict[Key, Fact]:
    """Return an edition's facts by name and role; two with the same role by their periods."""
    found: dict[Key, list[Fact]] = {}
    for fact in edition.facts:
        found.setdefault((fact.id, role(fact, edition.quarter)), []).append(fact)
    return {
        (key if len(facts) == 1 else (fact.id, fact.period)): fact for key, facts in found.items() for fact in facts
    }


def _is_past(fact: Fact, quarter: Quarter) -> bool:
    """Say whether a fact is of an earlier quarter than its edition's."""
    return bool(FORM.fullmatch(fact.period)) and fact.period != str(quarter)


def _compared(before: Fact, fact: Fact, now: Edition) -> Iterator[Change]:
    if before.value == fact.value and before.unit == fact.unit:
        return
    numbers = _numbers(before, fact)
    if numbers is None:
        kind, verb, by = "fact-changed", "changed", ""
    else:
        kind, verb = ("fact-rose", "rose") if numbers[1] > numbers[0] else ("fact-fell", "fell")
        by = amount(*numbers, fact.unit)
    reading = reading_beside(fact, now)
    said = f"{_named(fact, now)} {verb} from {in_full(before)} to {in_full(fact)}" + (f", by {by}" if by else "")
    if reading:
        signal = "a signal" if reading.is_signal else "no signal"
        said += f". SPC calls it {signal} (Figure {reading.figure.number}, {reading.shows})"
    yield _change(
        kind,
        said,
        now,
        fact,
        expected=in_full(before),
        found=in_full(fact),
        change=by,
        figure=reading.figure.id if reading else "",
        signal=reading.is_signal if reading else None,
        shows=reading.shows if reading else "",
    )


def _revised(before: Fact, fact: Fact, now: Edition) -> Change:
    numbers = _numbers(before, fact)
    by = amount(*numbers, fact.unit) if numbers else ""
    said = f"{_named(fact, now)} was reported as {in_full(before)} and is now {in_full(fact)}"
    return _change("fact-revised", said, now, fact, expected=in_full(before), found=in_full(fact), change=by)


def _numbers(before: Fact, now: Fact) -> tuple[float, float] | None:
    """Return both values where one can be taken from the other."""
    values = before.value, now.value
    if before.unit != now.unit or any(isinstance(value, str | date) for value in values):
        return None
    return float(values[0]), float(values[1])  # type: ignore[arg-type]


def amount(before: float, now: float, unit: str) -> str:
    """Return by how much a value changed, in its unit and where that says something as a share.

    Examples
    --------
    >>> amount(18, 17, "babies"), amount(79.1, 83, "percent"), amount(18e6, 19e6, "GBP"), amount(0, 2, "reviews")
    ('1 (−5.6%)', '3.9 percentage points', '£1 million (+5.6%)', '2')
    """
    size = abs(now - before)
    if unit in ("percent", "percentage points"):
        return f"{wording.plain(size, 2)} percentage points"
    text = wording.money(size) if unit == "GBP" else wording.plain(size, 2)
    if before <= 0:
        return text
    share = f"{100 * (now - before) / before:+.1f}%".replace("-", "−")
    return f"{text} ({share})"


def _named(fact: Fact, edition: Edition) -> str:
    return f"{fact.id} ({period(fact.period, edition.quarter)})"


def _change(kind: str, message: str, edition: Edition, fact: Fact, **more: object) -> Change:
    section = edition.section_of(fact.section, fact.cell) if fact.section else ""
    where = place(edition, fact.section, section) if fact.section else "Reported and decided numbers"
    notebook = f"{fact.section}.ipynb" if fact.section else ""
    return Change(kind, message, where, notebook=notebook, cell=fact.cell, fact=fact.id, **more)  # type: ignore[arg-type]
