"""The target of each row: one for all, by series, changing over time, or a column of the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc import options
from natpatsip.spc import series as reading
from natpatsip.spc.grouping import Grouping, Timetable
from natpatsip.spc.rules import Floats, Integers
from natpatsip.spc.series import Dates, shown_date

Steps = Mapping[Any, Any]  # targets by the date from which each holds


def target_rows(target: Any, frame: pd.DataFrame, grouped: Grouping, table: Timetable) -> Floats:
    """Return the target of each row, in order; NaN for none."""
    if isinstance(target, Mapping):
        return _by_series(target, grouped, table)
    if isinstance(target, str) and target in frame.columns:
        aims: Floats = table.take(reading.read_values(frame[target], name=target))
        return aims
    return np.full(len(table.codes), options.check_target(target))


def _by_series(target: Mapping[Any, Any], grouped: Grouping, table: Timetable) -> Floats:
    numbers = grouped.numbers_of(target, setting="target")
    changes = np.fromiter((isinstance(own, Mapping) for own in target.values()), dtype=np.bool_, count=len(target))
    keys = list(target)
    fixed = [place for place, does in enumerate(changes.tolist()) if not does]
    level = np.full(len(grouped), np.nan)
    level[numbers[fixed]] = _read_aims(
        [target[keys[place]] for place in fixed], lambda row: f"target of {keys[fixed[row]]}"
    )
    rows: Floats = np.repeat(level, table.lengths)
    if changes.any():
        stepped = numbers[changes]
        order = np.argsort(stepped)
        steps = [own for own, does in zip(target.values(), changes.tolist(), strict=True) if does]
        _take_steps(rows, [steps[place] for place in order.tolist()], stepped[order], grouped, table)
    return rows


def _read_aims(aims: list[Any], name: Callable[[int], str]) -> Floats:
    """Return targets as doubles, NaN for none; all at once where they are plain numbers."""
    if set(map(type, aims)) <= {float, int}:
        try:
            read = np.array(aims, dtype=np.float64)
        except OverflowError:
            read = np.array([np.inf])
        if np.isfinite(read).all():
            return read
    return np.array([options.check_target(aim, name=name(row)) for row, aim in enumerate(aims)], dtype=np.float64)


def _take_steps(rows: Floats, steps: Sequence[Steps], numbers: Integers, grouped: Grouping, table: Timetable) -> None:
    """Set the rows of all series whose targets change, at once; `numbers` are those of the series, in order."""
    lengths = np.array([len(own) for own in steps])
    if (lengths == 0).any():
        raise SpcError(_empty(f"target of {grouped.name(int(numbers[np.argmin(lengths)]))}"))
    owner = np.repeat(numbers, lengths)
    given = _read_dates([date for own in steps for date in own], lambda row: grouped.name(int(owner[row])))
    aims = _read_aims(
        [aim for own in steps for aim in own.values()], lambda row: f"target of {grouped.name(int(owner[row]))}"
    )
    order = np.lexsort((given, owner))
    given, aims, sorted_owner = given[order], aims[order], owner[order]
    twice = np.flatnonzero((sorted_owner[1:] == sorted_owner[:-1]) & (given[1:] == given[:-1]))
    if twice.size:
        raise SpcError(_twice(f"target of {grouped.name(int(sorted_owner[twice[0]]))}", given[twice[0]]))

    unit = np.promote_types(table.stamps.dtype, given.dtype)
    ranks = np.searchsorted(table.stamps.astype(unit), given.astype(unit))
    begins = np.searchsorted(table.keys, sorted_owner * len(table.stamps) + ranks)  # the first row at or after the date
    is_last = np.append(begins[1:] != begins[:-1], True) & (begins < len(rows))  # of several at one row
    step = np.full(len(rows), -1, dtype=np.int64)
    step[begins[is_last]] = np.flatnonzero(is_last)
    np.maximum.accumulate(step, out=step)
    holds = (step >= 0) & (sorted_owner[step] == table.codes)
    rows[holds] = aims[step[holds]]


def _read_dates(dates: list[Any], whose: Callable[[int], str]) -> Dates:
    """Return many dates, few of which differ: each is read once."""
    try:
        first: dict[Any, int] = {}
        for row, date in enumerate(dates):
            first.setdefault(date, row)
    except TypeError:  # one cannot be a date: reading says so
        return reading.read_dates(dates, name="target date", place=lambda row: f"Target of {whose(row)}")
    rows = list(first.values())
    read = reading.read_dates(list(first), name="target date", place=lambda row: f"Target of {whose(rows[row])}")
    number = {date: place for place, date in enumerate(first)}
    return read[np.fromiter((number[date] for date in dates), dtype=np.int64, count=len(dates))]


def targets_over_time(target: Any, dates: Dates) -> Floats:
    """Return the target of each date of one series: one number, or from each date of a mapping on another.

    Examples
    --------
    >>> dates = np.array(["2024-01", "2024-02", "2024-03"], dtype="datetime64[s]")
    >>> targets_over_time({"2024-02": 80, "2024-03": 85}, dates).tolist()
    [nan, 80.0, 85.0]
    """
    if not isinstance(target, Mapping):
        return np.full(len(dates), options.check_target(target))
    if not target:
        raise SpcError(_empty("target"))
    by_number = dates.dtype.kind == "i"
    given = reading.read_points(list(target)) if by_number else reading.read_dates(list(target), name="target date")
    aims = np.array([options.check_target(aim) for aim in target.values()])
    order = np.argsort(given)
    given, aims = given[order], aims[order]
    twice = np.flatnonzero(given[1:] == given[:-1])
    if twice.size:
        raise SpcError(_twice("target", given[twice[0]]))
    places = np.searchsorted(given, dates, side="right") - 1
    return np.where(places < 0, np.nan, aims[np.maximum(places, 0)])


def _empty(name: str) -> str:
    return f"{name} is an empty mapping; expected a number from each date on, or None."


def _twice(name: str, date: Any) -> str:
    return f"{name} has two numbers from {shown_date(date)} on; expected each date once."
