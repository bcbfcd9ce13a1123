"""Facts, each compared with the one of the same id and role in the other report."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from natpatsip import wording
from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.changes import Change
from natpatsip.compare.figure_changes import reading_beside
from natpatsip.facts.fact import Fact
from natpatsip.facts.fact_descriptions import in_full, named
from natpatsip.facts.fact_descriptions import kind as kind_of
from natpatsip.quarter import FORM, MONTH, Quarter

POINTS = "percentage points"
_MONTHS = "|".join([*calendar.month_name[1:], *calendar.month_abbr[1:]])
PERIODS = re.compile(rf"\b(?:Q[1-4]|(?:\d{{1,2}} )?(?:{_MONTHS})|(?:19|20)\d\d(?:[-/]\d\d)*(?:-Q[1-4])?)\b")
"""Days, months, quarters and years in words or as files have them, which differ from one report to the next."""


def fact_changes(before: BuiltReport, now: BuiltReport) -> list[Change]:
    """Return facts that rose, fell, changed, were revised or redefined, appeared or vanished; surprising ones first.

    A number that has two names, as the baseline and the mean now of a chart of one period, is listed once.
    """
    ranked = sorted(_changes(before, now), key=lambda each: each[0])  # a stable sort: else in reading order
    return [change for _, change in ranked]


def _changes(before: BuiltReport, now: BuiltReport) -> Iterator[tuple[int, Change]]:
    old, new = _by_role(before), _by_role(now)
    second_names = _second_names(old) & _second_names(new)
    labels = {fact.id: fact.label for fact in now.facts}
    earlier = {fact.key: fact for fact in before.facts}
    restated = {fact.key: fact for fact in now.facts}
    for key, fact in new.items():
        if key in second_names:
            continue
        if counterpart := old.get(key):
            if counterpart.key == fact.key and _is_over(fact) and before.quarter != now.quarter:
                if change := _revised(counterpart, fact, now):
                    yield 1, change
                continue
            printed = counterpart
            if counterpart.key != fact.key:
                counterpart = restated.get(counterpart.key, counterpart)  # as it was revised, if the report says so
            began = fact.period == now.quarter.year_to_date and _begins_again(before.quarter, now.quarter)
            if change := _began_again(counterpart, fact, now) if began else _compared(counterpart, fact, now):
                if counterpart.value != printed.value:
                    change = replace(change, values=(f"{change.values[0]} (revised)", *change.values[1:]))
                yield _rank(fact, change, now), change
        elif not _is_past(fact, now.quarter):
            message = f"{named(fact, now.quarter)} is new: {in_full(fact, now.units)}"
            yield 1, _change("fact-appeared", message, now, fact, found=in_full(fact, now.units))
        elif (same := earlier.get(fact.key)) and (change := _revised(same, fact, now)):
            yield 1, change
    for key, fact in old.items():
        if key not in new and not _is_past(fact, before.quarter):
            gone = fact if fact.label else replace(fact, label=labels.get(fact.id, ""))  # an old report has no labels
            message = f"{named(gone, before.quarter)} is gone; it was {in_full(gone, now.units)}"
            yield 1, _change("fact-vanished", message, before, gone, expected=in_full(gone, now.units))


def _rank(fact: Fact, change: Change, report: BuiltReport) -> int:
    """Return 0 for a signal, 1 for a number of the quarter itself, 2 for no signal, 3 for sums, which always grow."""
    if change.signal is not None:
        return 0 if change.signal else 2
    return 1 if role(fact, report.quarter) == "quarter" else 3


def role(fact: Fact, quarter: Quarter) -> str:
    """Return what a fact's period is to its report, which pairs facts: the quarter, the year to date, or itself.

    Examples
    --------
    >>> quarter = Quarter.parse("2024-25-Q2")
    >>> [role(Fact("a", when, 1, "", ""), quarter) for when in ("2024-25-Q2", "2024-25-YTD", "all", "to-2024-03")]
    ['quarter', 'year to date', 'all', 'to']
    """
    roles = {str(quarter): "quarter", quarter.year_to_date: "year to date"}
    return roles.get(fact.period) or ("to" if fact.period.startswith("to-") else fact.period)


def _by_role(report: BuiltReport) -> dict[tuple[str, str], Fact]:
    """Return a report's facts by id and role; facts with the same role by id and period."""
    found: dict[tuple[str, str], list[Fact]] = {}
    for fact in report.facts:
        found.setdefault((fact.id, role(fact, report.quarter)), []).append(fact)
    return {key if len(facts) == 1 else fact.key: fact for key, facts in found.items() for fact in facts}


def _second_names(facts: Mapping[tuple[str, str], Fact]) -> set[tuple[str, str]]:
    """Return the facts that repeat another one by another name: from the same cell, formula and rows."""
    last: dict[object, tuple[str, str]] = {}
    for key, fact in facts.items():
        if fact.rows_sha256 and fact.formula:
            last[fact.section, fact.cell, fact.period, fact.formula, fact.rows, fact.rows_sha256, fact.value] = key
        else:
            last[key] = key
    return facts.keys() - last.values()


def _is_past(fact: Fact, quarter: Quarter) -> bool:
    return bool(FORM.fullmatch(fact.period)) and fact.period != str(quarter)


def _is_over(fact: Fact) -> bool:
    """Return True if a number is of a month or a quarter, which both reports call by its name: it is only revised."""
    return bool(FORM.fullmatch(fact.period) or MONTH.fullmatch(fact.period))


def _begins_again(before: Quarter, now: Quarter) -> bool:
    """Return True if two years to date are of different years and lengths, so that they cannot be compared."""
    return before.year != now.year and before.number != now.number


def _began_again(before: Fact, fact: Fact, now: BuiltReport) -> Change:
    message = (
        f"{named(fact, now.quarter)} is {in_full(fact, now.units)}: the year began again. "
        f"Before that it was {in_full(before, now.units)}"
    )
    message += _after(_defined_otherwise(before, fact))
    return _change("fact-began-again", message, now, fact, **_both(before, fact, now))


def _compared(before: Fact, fact: Fact, now: BuiltReport) -> Change | None:
    if before.unit == fact.unit and (
        before.value == fact.value or before.text == fact.text or in_full(before, now.units) == in_full(fact, now.units)
    ):
        return _redefined(before, fact, now)  # the same, or the same to all that is printed
    kind, verb, by = "fact-changed", "changed", _difference(before, fact)
    if by:
        kind, verb = ("fact-rose", "rose") if fact.value > before.value else ("fact-fell", "fell")  # type: ignore[operator]
    message = f"{named(fact, now.quarter)} {verb} from {in_full(before, now.units)} to {in_full(fact, now.units)}"
    message += f", by {by}" if by else ""
    message += _after(_defined_otherwise(before, fact))
    more = _both(before, fact, now)
    if reading := reading_beside(fact, now):
        verdict = "a signal" if reading.is_signal else "no signal"
        message += f". SPC calls it {verdict} (Figure {reading.figure.number}, {reading.shows})"
        more |= {"figure": reading.figure.id, "signal": reading.is_signal, "shows": reading.shows}
    return _change(kind, message, now, fact, change=by, **more)


def _redefined(before: Fact, fact: Fact, now: BuiltReport) -> Change | None:
    """Return the change of a number that is the same, but of another kind, name or formula; None if it has no other."""
    if not (otherwise := _defined_otherwise(before, fact)):
        return None
    message = f"{named(fact, now.quarter)} is still {in_full(fact, now.units)}; {otherwise}"
    return _change("fact-redefined", message, now, fact, **_both(before, fact, now))


def _defined_otherwise(before: Fact, fact: Fact) -> str:
    """Return what has changed in a number besides its value, so that the two values may not be comparable.

    Examples
    --------
    >>> june, all_ = (Fact("a", "", 1, "", "", formula=how) for how in ("value of June 2024", "mean of 3 months"))
    >>> _defined_otherwise(june, all_), _defined_otherwise(june, replace(june, formula="value of September 2024"))
    ('before, it was calculated as value of June 2024', '')
    """
    changes = [f'it was called "{before.label}"'] if before.label and before.label != fact.label else []
    if kind_of(before) != kind_of(fact):
        changes.append(f'it was listed as "{kind_of(before)}", now as "{kind_of(fact)}"')
    if before.formula and fact.formula and PERIODS.sub("", before.formula) != PERIODS.sub("", fact.formula):
        changes.append(f"it was calculated as {before.formula}")
    return f"before, {wording.listing(changes)}" if changes else ""


def _after(words: str) -> str:
    return f"; {words}" if words else ""


def _revised(before: Fact, fact: Fact, now: BuiltReport) -> Change | None:
    if before.value == fact.value:
        return _redefined(before, fact, now)
    message = (
        f"{named(fact, now.quarter)} was reported as {in_full(before, now.units)} and is now {in_full(fact, now.units)}"
    )
    message += _after(_defined_otherwise(before, fact))
    by = _difference(before, fact)
    return _change("fact-revised", message, now, fact, change=by, **_both(before, fact, now))


def _both(before: Fact, fact: Fact, now: BuiltReport) -> dict[str, object]:
    """Return both values in full and as a table has them, and what else has changed.

    A table has them as printed, unless they differ in their unit or are in percentage points, which a label leaves out.
    """
    full = in_full(before, now.units), in_full(fact, now.units)
    values = (before.text, fact.text) if before.unit == fact.unit != POINTS else full
    otherwise = _defined_otherwise(before, fact)
    return {"expected": full[0], "found": full[1], "values": values, "otherwise": otherwise}


def _difference(before: Fact, now: Fact) -> str:
    """Return by how much a number changed; empty if one value cannot be subtracted from the other.

    An illustrative value and one that was reported do not say by how much anything changed.
    """
    if before.is_illustrative != now.is_illustrative:
        return ""
    old, new = before.value, now.value
    if before.unit != now.unit or isinstance(old, str | date) or isinstance(new, str | date) or now.unit == "year":
        return ""  # a year is not an amount: it did not rise by 0.05%
    places = max((each.decimals for each in (before, now) if each.decimals is not None), default=None)
    by = amount(float(old), float(new), now.unit, places)
    return by.partition(" (")[0] if now.period.endswith("-YTD") else by  # a year that grew by a quarter has not doubled


def amount(before: float, now: float, unit: str, decimals: int | None = None) -> str:
    """Return by how much a value changed between reports: in its unit and, if it was positive, in percent of it.

    A change in percentage points has the decimals that the percentages are printed with, if they are given.

    Examples
    --------
    >>> amount(18, 17, "teams"), amount(79.1, 83, "percent"), amount(18e6, 19e6, "GBP"), amount(0, 2, "reviews")
    ('1 (−5.6%)', '3.9 percentage points', '£1 million (+5.6%)', '2')
    >>> amount(70.4, 71.4, "percent", 1), amount(64, 69, "percent", 0)
    ('1.0 percentage points', '5 percentage points')
    >>> amount(1_000_000, 1_000_001, "people")
    '1 (+0.00010%)'
    """
    size = abs(now - before)
    if unit in ("percent", POINTS):
        text = wording.plain(size, 2) if decimals is None else wording.number(size, decimals)
        return f"{text} percentage {'point' if text == '1' else 'points'}"
    text = wording.money(size) if unit == "GBP" else wording.plain(size, 2)
    if before <= 0:
        return text
    change = 100 * (now - before) / before
    share = f"{change:+,.{wording.honest_decimals(change, 1)}f}%".replace("-", "−")
    return f"{text} ({share})"


def _change(kind: str, message: str, report: BuiltReport, fact: Fact, **more: object) -> Change:
    where = report.place_of_cell(fact.section, fact.cell) if fact.section else "Reported and decided numbers"
    notebook = f"{fact.section}.ipynb" if fact.section else ""
    label = named(fact, report.quarter)
    return Change(kind, message, where, notebook, fact.cell, fact.id, label, **more)  # type: ignore[arg-type]
