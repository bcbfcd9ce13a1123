"""The order in which an analyst's own chart draws names and parts of dates: that of the alphabet, and of one year."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from natpatsip.charts.own_charts import (
    CHILDREN,
    NO_MARKS,
    PATHS,
    Rows,
    Specification,
    field_of,
    in_unit,
    mark_of,
    rows_of,
    units,
)

_PERIOD = re.compile(rf"\b({'|'.join((*calendar.month_abbr[1:], *calendar.day_abbr))})[a-z]*\b", re.IGNORECASE)
_QUARTER = re.compile(r"Q([1-4])\W+(\d{4})\b.*", re.IGNORECASE)  # Q1 2024/25
_AMOUNT = re.compile(
    r"\s*(?:(?:ages?d?|up to|(?:less|more|fewer|older|younger) than|under|over|below|above|at least|from|[<>≤≥£])\s*)*"
    r"(\d+)",
    re.IGNORECASE,
)
"""A number that begins a name, maybe after words of a band: *Under 18*, *18 to 64*, *more than 52 weeks*."""


def out_of_order(chart: Any, specification: Specification) -> str:
    """Return what a chart would draw in another order than that of its rows, categories or dates, and what to do."""
    told = (_unlike_its_rows(unit, rows_of(unit, specification)) for unit in units(specification))
    return next(filter(None, told), "") or out_of_categories(chart, specification)


def _unlike_its_rows(unit: Specification, rows: Rows) -> str:
    for place in ("x", "y"):
        channel = unit["encoding"].get(place)
        if not (field := field_of(channel)):
            continue
        told = _without_year(unit, place, rows)
        if channel.get("type") in ("nominal", "ordinal") and "sort" not in channel:
            told = told or _reordered(rows, field, mark_of(unit))
        if told:
            return told
    return ""


def _reordered(rows: Rows, field: str, mark: str) -> str:
    names = list(dict.fromkeys(row[field] for row in rows if isinstance(row.get(field), str)))
    drawn = sorted(names)
    if drawn == names or not (mark in PATHS or _have_order(drawn)):
        return ""
    return (
        f"Vega puts column {field} into alphabetical order ({drawn[0]}, {drawn[1]}, …), not that of its rows "
        f"({names[0]}, {names[1]}, …). Keep theirs, with sort=None, or give dates or numbers."
    )


def _have_order(drawn: Sequence[str]) -> bool:
    """Return True if names in alphabetical order are periods or amounts, and not in order.

    Examples
    --------
    >>> _have_order(["Q1 2023/24", "Q1 2024/25", "Q2 2023/24"]), _have_order(["18 to 64", "65+", "Under 18"])
    (True, True)
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
    """Return a name as people put it into order: Week 2 before Week 10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"([0-9]+)", name) if part]


def _without_year(unit: Specification, place: str, rows: Rows) -> str:
    """Return that months, or other parts of dates, are drawn in the order of a year, and the dates go into the next."""
    channel = unit["encoding"][place]
    time_unit = str(channel.get("timeUnit", ""))
    if not time_unit or "year" in time_unit.replace("dayofyear", ""):
        return ""
    others = [
        (field_of(each), str(each.get("timeUnit", "")))
        for name, each in unit["encoding"].items()
        if name not in (place, *NO_MARKS) and field_of(each) and each.get("type") != "quantitative"
    ]
    series: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        if isinstance(date := row.get(channel["field"]), str):
            key = tuple(in_unit(str(row.get(field)), each) for field, each in others)
            series.setdefault((*key, *(str(row.get(field)) for field in unit["facets"])), set()).add(date)
    for dates in map(sorted, series.values()):
        firsts = [(part, next(same)) for part, same in groupby(dates, key=lambda date: in_unit(date, time_unit))]
        drawn = sorted(firsts)
        if drawn != firsts and len(dict(firsts)) == len(firsts):
            return (
                f"{channel['field']} is drawn without its year ({time_unit}), and {drawn[0][1][:10]} before "
                f"{firsts[0][1][:10]}. Draw the year too, such as yearmonth({channel['field']}), or names in their "
                "order."
            )
    return ""


def out_of_categories(chart: Any, specification: Specification) -> str:
    """Return which ordered categories of a frame Vega would put into alphabetical order; an empty text if none.

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
            if field not in orders or channel.get("type") not in ("nominal", "ordinal") or "sort" in channel:
                continue
            seen = {row.get(field) for row in rows_of(unit, specification)}
            names = [name for name in orders[field] if name in seen and isinstance(name, str)]
            if names != sorted(names) and not isinstance(channel.get("scale", {}).get("domain"), list):
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
