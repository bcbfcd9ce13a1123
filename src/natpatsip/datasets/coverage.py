"""Which rows a file has and which it owes: periods without rows, and series that owe a row and have none.

`missing_rows` asks it of a file that is read for a report, `lacking` of one that a quarter waits for. Nothing here
imports pandas, which takes longer than the answer.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from natpatsip.datasets.descriptor import Resource
from natpatsip.datasets.plain_file import Fault
from natpatsip.datasets.validation import Table, examine
from natpatsip.errors import DataError, together
from natpatsip.quarter import Quarter

MOST_NAMED = 6
OWN_QUARTER = "its quarter"
NEVER = "if it never has a row in this file, write members: found under series of the file in data/datapackage.yaml"


@dataclass(frozen=True)
class Coverage:
    """Which series have a row for which period, and which owe one.

    ``periods`` are those that are expected, as texts in order (``2024-09`` or ``2024-25-Q2``); ``found`` has the
    periods of each series.
    """

    table: Table
    periods: Sequence[str]
    found: dict[tuple[str, ...], set[str]]

    @classmethod
    def of(cls, table: Table, places: Sequence[int], quarter: Quarter) -> Coverage:
        """Return the coverage of some rows of a table, up to the end of a quarter."""
        options = table.resource.natpatsip
        axis = options.period or options.as_of
        by = options.series.by if options.series and options.series.members != "as before" else ()
        found: dict[tuple[str, ...], set[str]] = {}
        present: set[str] = set()
        values = table.values[axis]
        texts = {value: _period(value, options.required) for value in set(values) if value is not None}
        for place, series in zip(places, table.named(by, places), strict=True):
            if values[place] is not None and not any(table.values[column][place] is None for column in by):
                present.add(texts[values[place]])
                found.setdefault(series, set()).add(texts[values[place]])
        return cls(table, _expected_periods(present, quarter, options.required), found)

    @property
    def present(self) -> set[str]:
        """The periods that have a row of the data in any series."""
        return set().union(*self.found.values())

    def series(self) -> Iterator[tuple[tuple[str, ...], list[str]]]:
        """Yield each series with the periods that it owes a row for."""
        series = self.table.resource.natpatsip.series
        if series is None or series.members == "as before":
            return
        if series.members == "found" or not self._members(series.by[0]):
            for own, having in self.found.items():
                yield (
                    own,
                    [period for period in self.periods if period >= min(having) and self._is_open(own[0], period)],
                )
            return
        for measure in self._measures(series.by[1:]):
            start = min((min(having) for own, having in self.found.items() if own[1:] == measure), default="")
            for member in self._members(series.by[0]):
                owed = [period for period in self.periods if period >= start and self._is_open(member, period)]
                yield (member, *measure), owed

    def _members(self, column: str) -> Collection[str]:
        """Return the members that a column has a list of."""
        kind = self.table.resource.fields[column].natpatsip.organisation
        return list(self.table.organisations.get(kind, {})) if kind else self.table.words[column]

    def _measures(self, columns: Sequence[str]) -> list[tuple[str, ...]]:
        """Return what a file measures: all words of the columns' lists, else what the rows have."""
        lists = [self.table.words[column] for column in columns]
        return list(product(*lists)) if all(lists) else list(dict.fromkeys(own[1:] for own in self.found))

    def _is_open(self, member: str, period: str) -> bool:
        series = self.table.resource.natpatsip.series
        kind = self.table.resource.fields[series.by[0]].natpatsip.organisation if series else ""
        organisation = self.table.organisations.get(kind, {}).get(member)
        if organisation is None or organisation.is_always_open:
            return True
        days = _days(period)
        return days is not None and organisation.is_open(*days)


def missing_rows(table: Table, places: Sequence[int], quarter: Quarter) -> Iterator[Fault]:
    """Yield what a quarter's report expects of a file and does not find in its rows."""
    options = table.resource.natpatsip
    if not (options.required or options.series) or not (options.period or options.as_of):
        return
    coverage, axis = Coverage.of(table, places, quarter), options.period or options.as_of
    is_expected = bool(options.period) and options.required.startswith("each")
    nowhere = [period for period in coverage.periods if period not in coverage.present] if is_expected else []
    if nowhere:
        last = coverage.periods[-1]
        end = f"{options.required} up to {last}" + (f", the end of {quarter.label}" if last != str(quarter) else "")
        yield Fault(f"no row for {_named(nowhere)}; expected {end}.", column=axis)
    yield from series_without_rows(coverage)


def series_without_rows(coverage: Coverage) -> Iterator[Fault]:
    """Yield the series that owe a row and have none, for periods for which other series have one."""
    table, options = coverage.table, coverage.table.resource.natpatsip
    for series, owed in coverage.series():
        having = coverage.found.get(series, set())
        if absent := [period for period in owed if period not in having and period in coverage.present]:
            text = f"{', '.join(series)}: no row for {_named(absent)}. {_remedy(table, has_rows=bool(having))}"
            yield Fault(text, column=options.period or options.as_of)


def _remedy(table: Table, *, has_rows: bool) -> str:
    """Return what to do about a missing row of a series. Nothing here may lead to a 0 that nobody counted."""
    schema, options = table.resource.table_schema, table.resource.natpatsip
    numbers = [field for field in schema.fields if field.type in ("integer", "number")]
    marks = dict.fromkeys(f'"{mark}"' for field in numbers for mark in schema.missing(field) if mark)
    parts = ["Add it as it was reported"]
    if numbers:
        what = f"is written {' or '.join(marks)}" if marks else "needs a missing value, declared in datapackage.yaml"
        parts.append(f"a number that nobody reported {what}, and is not 0")
    if options.series and table.resource.fields[options.series.by[0]].natpatsip.organisation:
        parts.append("an organisation that was not open then has open_from or open_to")
    if not has_rows:
        parts.append(NEVER)
    return "; ".join(parts) + "."


def lacking(resource: Resource, quarter: Quarter, project: Path) -> Iterator[str]:
    """Yield what a file lacks of a quarter, a sentence each.

    Raises
    ------
    DataError
        If the file cannot be read, or lacks a column that says what its rows are about.
    """
    options, table = resource.natpatsip, examine(resource.name, project)
    axis = options.period or options.as_of
    needed = [axis, *(options.series.by if options.series else ())]
    absent = [column for column in needed if column not in table.texts]
    together([DataError(f"{resource.file}, row 1: the column {column} is missing.") for column in absent])
    if len(table.texts) < len(resource.columns):
        return  # another column is missing, which reading the file reports
    places = table.reported_by(quarter, range(len(table.lines)))
    coverage = Coverage.of(table, places, quarter)
    asked = [f"{month:%Y-%m}" for month in quarter.months] if options.required == "each month" else [str(quarter)]
    if empty := [period for period in asked if period not in coverage.present]:
        yield f"{resource.file} has no rows {'for' if options.period else 'as of'} {', '.join(empty)}"
    elif options.series and options.series.members == "as before":
        yield from _not_reported_again(table, quarter, places)
    owed, is_told = {series: set(periods) for series, periods in coverage.series()}, False
    for period in (each for each in asked if each in coverage.present):
        expected = {series for series, periods in owed.items() if period in periods}
        if without_row := {series for series in expected if period not in coverage.found.get(series, ())}:
            first = min(without_row)
            hint = "" if first in coverage.found or is_told else f": {NEVER}"
            is_told = is_told or bool(hint)
            yield (
                f"{resource.file} lacks {len(without_row)} of {len(expected)} series in {period} "
                f"({', '.join(first)}{hint})"
            )


def _not_reported_again(table: Table, quarter: Quarter, places: Sequence[int]) -> Iterator[str]:
    """Yield which of the facts that were reported the time before are not reported as of a quarter."""
    as_of, series = table.resource.natpatsip.as_of, table.resource.natpatsip.series
    known: dict[str, set[tuple[str, ...]]] = {}
    for place, own in zip(places, table.named(series.by if series else (), places), strict=True):
        when = table.texts[as_of][place]
        known.setdefault(when, set()).add(tuple(OWN_QUARTER if cell == when else cell for cell in own))
    earlier = max((when for when in known if when < str(quarter)), default="")
    if absent := known.get(earlier, set()) - known.get(str(quarter), set()):
        facts = ", ".join(f"{first} ({', '.join(rest)})" if rest else first for first, *rest in sorted(absent))
        yield f"{table.resource.file} has no row as of {quarter} for {facts}"


def _period(value: Any, required: str) -> str:
    """Return the period of a cell as a text: the month of a day, or its quarter where quarters are asked for."""
    if not isinstance(value, date):
        return str(value)
    return str(Quarter.of(value)) if required == "each quarter" else f"{value:%Y-%m}"


def _expected_periods(present: set[str], quarter: Quarter, required: str) -> list[str]:
    """Return the periods that a file owes: each from its first to a quarter's end; its own where none is required."""
    if not required.startswith("each"):
        return sorted(present)
    last = f"{quarter.last_month:%Y-%m}" if required == "each month" else str(quarter)
    found, period = [], min(present, default=last)
    while period <= last:
        found.append(period)
        period = _next(period)
    return found


def _next(period: str) -> str:
    if "Q" in period:
        return str(Quarter.parse(period).next())
    year, month = map(int, period.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02d}"


def _days(period: str) -> tuple[date, date] | None:
    """Return the first and last day of a period of data, a month, quarter or year; None of others: 2024-25-YTD."""
    if "Q" in period:
        first, last = Quarter.parse(period).first_month, Quarter.parse(period).last_month
    elif re.fullmatch(r"\d{4}", period):
        first, last = date(int(period), 1, 1), date(int(period), 12, 1)
    elif re.fullmatch(r"\d{4}-\d\d", period):
        first = last = date.fromisoformat(f"{period}-01")
    else:
        return None
    return first, last.replace(day=calendar.monthrange(last.year, last.month)[1])


def _named(periods: Sequence[str]) -> str:
    named = ", ".join(periods[:MOST_NAMED])
    return f"{named} and {len(periods) - MOST_NAMED} more" if len(periods) > MOST_NAMED else named
