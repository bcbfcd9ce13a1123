"""The order in which an analyst's own chart draws names and parts of dates: that of the alphabet, and of one year."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from natpatsip.charts.own_charts.misread_rows import in_unit
from natpatsip.charts.own_charts.specifications import (
    CHILDREN,
    NO_MARKS,
    PATHS,
    Rows,
    Specification,
    field_of,
    first_problem,
    is_name,
    is_number,
    joins_values,
    mark_of,
    rows_of,
    units,
)

_PERIODS = (*calendar.month_name[1:], *calendar.month_abbr[1:], *calendar.day_name, *calendar.day_abbr)
_PERIOD = re.compile(rf"\b({'|'.join((*_PERIODS, 'Sept', 'Tues', 'Weds', 'Thurs?'))})\b", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2}.*)?")  # of which the alphabetical order is that of time
_QUARTER = re.compile(r"Q([1-4])\W+(\d{4})\b.*", re.IGNORECASE)  # Q1 2024/25
_AMOUNT = re.compile(
    r"\s*(?:(?:ages?d?|up to|(?:less|more|fewer|older|younger) than|under|over|below|above|at least|from|[<>≤≥£])\s*)*"
    r"(\d+)",
    re.IGNORECASE,
)
"""A number that begins a name, maybe after words of a band: *Under 18*, *18 to 64*, *more than 52 weeks*."""
_COUNTED = re.compile(r"months?|quarters?|weeks?|hours?|days?", re.IGNORECASE)
_ROUNDS = ((4, 1), (7, 1), (12, 1), (52, 1), (53, 1), (6, 0), (23, 0))  # the last and the first of a year, week or day
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")  # in the order in which Vega draws them
_MOMENT = "%Y-%m-%d-%H-%M"
_CYCLES = {"month": 366, "week": 366, "doy": 366, "date": 31, "day": 7, "hours": 1}  # days after which parts come again


def out_of_order(chart: Any, specification: Specification) -> str:
    """Return a problem if an analyst's own chart would draw names out of the order of its rows, categories or dates."""
    problems = (_unlike_its_rows(unit, rows_of(unit, specification)) for unit in units(specification))
    return first_problem(problems) or out_of_categories(chart, specification)


def _unlike_its_rows(unit: Specification, rows: Rows) -> str:
    """Return a problem if a view would draw names, or months without a year, in another order than its rows."""
    for place in ("x", "y"):
        channel = unit["encoding"].get(place)
        if not (field := field_of(channel)):
            continue
        problem = _without_year(unit, place, rows)
        names = list(dict.fromkeys(row[field] for row in rows if row.get(field) is not None))
        if not problem and isinstance(given := channel.get("sort"), list):
            problem = _put_last(field, names, given)
        if not problem and "sort" not in channel and "timeUnit" not in channel:
            problem = _from_the_first(field, names)
        if not problem and is_name(channel) and not _has_order(channel):
            problem = _reordered(rows, field, "rule" if joins_values(unit["encoding"], place) else mark_of(unit))
        if problem:
            return problem
    return ""


def _has_order(channel: Mapping[str, Any]) -> bool:
    """Return True if a chart says in which order the names of a channel are, or draws dates of a unit of time."""
    return bool({"sort", "timeUnit"} & channel.keys()) or isinstance((channel.get("scale") or {}).get("domain"), list)


def _reordered(rows: Rows, field: str, mark: str) -> str:
    """Return a problem if Vega's alphabetical order would change that of a chart's names."""
    names = list(dict.fromkeys(row[field] for row in rows if isinstance(row.get(field), str)))
    drawn = sorted(names)
    if drawn == names or all(map(_DATE.fullmatch, names)) or not (mark in PATHS or _have_order(drawn)):
        return ""
    return (
        f"Vega puts column {field} into alphabetical order ({drawn[0]}, {drawn[1]}, …), not that of its rows "
        f"({names[0]}, {names[1]}, …). Keep theirs, with sort=None, or give dates or numbers."
    )


def _put_last(field: str, names: Sequence[Any], given: Sequence[Any]) -> str:
    """Return a problem if a list of months, quarters or amounts lacks one: Vega puts it after all that are listed.

    Examples
    --------
    >>> _put_last("month", ["Aug", "Sept", "Oct"], ["Aug", "Sep", "Oct"])[:44]
    'the sort of column month does not list "Sept'
    >>> _put_last("age", ["0-17", "18+", "Unknown"], ["0-17", "18+"])
    ''
    """
    texts = [name for name in names if isinstance(name, str)]
    absent = [name for name in texts if name not in given]
    drawn = [name for name in given if name in texts] + absent
    for form in (_PERIOD.search, _QUARTER.match, _AMOUNT.match):
        ordered = [name for name in texts if form(name)]
        other = next((name for name in absent if name in ordered), None)
        if other and len(ordered) >= max(3, len(texts) - 1) and drawn != texts:
            return (
                f'the sort of column {field} does not list "{other}", which Vega puts after all that it lists. Add it, '
                "as the data spell it."
            )
    return ""


def _from_the_first(field: str, names: Sequence[Any]) -> str:
    """Return a problem if months as numbers, which go on from 12 to 1 in the rows, would be drawn from 1.

    Examples
    --------
    >>> _from_the_first("month", [11, 12, 1])[:56]
    'column month goes on from 12 to 1 in the rows, and Vega '
    >>> _from_the_first("month", [1, 2, 3]), _from_the_first("ward", [11, 12, 1])
    ('', '')
    """
    if not _COUNTED.search(field) or len(names) < 3 or not all(isinstance(name, int | float) for name in names):
        return ""
    turns = [(one, other) for one, other in pairwise(names) if other != one + 1]
    if len(turns) != 1 or turns[0] not in _ROUNDS:
        return ""
    last, first = turns[0]
    return (
        f"column {field} goes on from {last:g} to {first:g} in the rows, and Vega draws {first:g} first. Draw dates, "
        f'such as yearmonth(day), or keep the order of the rows: alt.X("{field}:O").sort(None).'
    )


def _have_order(drawn: Sequence[str]) -> bool:
    """Return True if names that Vega draws in alphabetical order are periods or amounts, and not in order.

    Examples
    --------
    >>> _have_order(["Q1 2023/24", "Q1 2024/25", "Q2 2023/24"]), _have_order(["18 to 64", "65+", "Under 18"])
    (True, True)
    >>> _have_order(["Apr 2024", "Sept 2024"]), _have_order(["Decided", "Declined"])
    (True, False)
    >>> _have_order(["Week 1", "Week 10", "Week 2"]), _have_order(["East", "Ward 2"]), _have_order(["A 2", "B 1"])
    (True, False, False)
    """
    if all(map(_PERIOD.search, drawn)):
        return True
    quarters = [(found[2], found[1]) for name in drawn if (found := _QUARTER.fullmatch(name))]
    amounts = [int(found[1]) for name in drawn if (found := _AMOUNT.match(name))]
    in_order = (each == sorted(each) for each in (quarters, amounts) if len(each) == len(drawn))
    return not all(in_order) or sorted(drawn, key=_with_numbers) != list(drawn)


def _with_numbers(name: str) -> list[tuple[int, int, str]]:
    """Return a name in a chart as people put it into order: Week 2 before Week 10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"([0-9]+)", name) if part]


def _without_year(unit: Specification, place: str, rows: Rows) -> str:
    """Return a problem if months, or other parts of dates, are drawn without a year although the dates span two."""
    channel = unit["encoding"][place]
    time_unit = str(channel.get("timeUnit", ""))
    if not time_unit or "year" in time_unit.replace("dayofyear", ""):
        return ""
    others = [
        (field_of(each), str(each.get("timeUnit", "")))
        for name, each in unit["encoding"].items()
        if name not in (place, *NO_MARKS) and field_of(each) and not is_number(each)
    ]
    series: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        if isinstance(date := row.get(channel["field"]), str):
            key = tuple(in_unit(str(row.get(field)), each) for field, each in others)
            series.setdefault((*key, *(str(row.get(field)) for field in unit["facets"])), set()).add(date)
    for dates in map(sorted, series.values()):
        firsts = [(part, next(same)) for part, same in groupby(dates, key=lambda date: in_unit(date, time_unit))]
        drawn = sorted(firsts, key=lambda first: _as_drawn(first[0]))
        if drawn != firsts and len(dict(firsts)) == len(firsts) and _is_one_round(dates, time_unit):
            return (
                f"{channel['field']} is drawn without its year ({time_unit}), and {drawn[0][1][:10]} before "
                f"{firsts[0][1][:10]}. Draw the year too, such as yearmonth({channel['field']}), or names in their "
                "order."
            )
    return ""


def _as_drawn(part: str) -> list[str]:
    """Return a part of a date as Vega sorts it: days of the week from Sunday."""
    return [str(_DAYS.index(each)) if each in _DAYS else each for each in part.split("-")]


def _is_one_round(dates: Sequence[str], time_unit: str) -> bool:
    """Return True if a chart's dates, in order, are of one year at most, or of one week or day if a unit shows parts.

    Those of more are drawn to see the parts themselves, such as the hours in which people come.

    Examples
    --------
    >>> _is_one_round(["2024-04-01", "2025-03-01"], "month"), _is_one_round(["2022-11-01", "2024-03-01"], "month")
    (True, False)
    """
    days = next((days for part, days in _CYCLES.items() if part in time_unit.replace("dayofyear", "doy")), 1)
    try:
        first, last = (
            datetime.datetime.strptime(in_unit(date, "yearmonthdatehoursminutes"), _MOMENT)
            for date in (dates[0], dates[-1])
        )
    except ValueError:  # in a form that the chart says how to read
        return True
    return last - first < datetime.timedelta(days=days)


def out_of_categories(chart: Any, specification: Specification) -> str:
    """Return a problem if Vega would put ordered categories of a frame into alphabetical order.

    Altair hands their order on only where it infers the type of a column: `c`, and not `c:O`.
    """
    orders = {
        str(name): list(values.cat.categories)
        for frame in _frames(chart)
        for name, values in frame.items()
        if getattr(values.dtype, "ordered", False)
    }
    for unit in units(specification):
        for channel in unit["encoding"].values():
            field = field_of(channel)
            if field not in orders or not is_name(channel) or _has_order(channel):
                continue
            seen = {row.get(field) for row in rows_of(unit, specification)}
            names = [name for name in orders[field] if name in seen and isinstance(name, str)]
            if names != sorted(names):
                return (
                    f"Vega puts column {field} into alphabetical order ({', '.join(sorted(names)[:2])}, …), not that "
                    f"of its categories ({', '.join(names[:2])}, …). Give it: sort={names}."
                )
    return ""


def _frames(chart: Any) -> Iterator[Any]:
    """Yield the frames of a chart of Altair and of the charts in it."""
    data = getattr(chart, "data", None)
    if hasattr(data, "dtypes") and hasattr(data, "items"):
        yield data
    for name in (*CHILDREN, "spec"):
        inner = getattr(chart, name, None)
        for child in inner if isinstance(inner, list) else [inner] if hasattr(inner, "data") else ():
            yield from _frames(child)
