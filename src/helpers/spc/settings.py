"""Settings that may differ by series: direction, target and rebase dates.

Each is one value for all, or a mapping from a series' key to its own; direction and target may also be the name of a
column of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import SpcError
from helpers.spc import options
from helpers.spc import series as reading
from helpers.spc.grouping import Grouping, PerSeries, Timetable
from helpers.spc.rules import IMPROVEMENTS, Codes, Flags, Floats
from helpers.spc.series import MOST_ROWS_NAMED, Dates, shown_date, warn_of_unmet_rebase


def direction_codes(improvement: Any, frame: pd.DataFrame, grouped: Grouping, table: Timetable) -> Codes:
    """Return the code of the improvement direction of each series."""
    if isinstance(improvement, Mapping):
        codes = np.full(len(grouped), -1, dtype=np.int8)
        for key, direction in improvement.items():
            codes[grouped.number_of(key, setting="improvement")] = options.check_improvement(direction)
        _want_all(codes, grouped)
        return codes
    if isinstance(improvement, str) and improvement not in IMPROVEMENTS and improvement in frame.columns:
        return _directions_of_column(frame[improvement], improvement, grouped, table)
    return np.full(len(grouped), options.check_improvement(improvement), dtype=np.int8)


def _want_all(codes: Codes, grouped: Grouping) -> None:
    without = np.flatnonzero(codes < 0)
    if without.size:
        named = ", ".join(grouped.name(int(number)) for number in without[:MOST_ROWS_NAMED])
        raise SpcError(
            f"improvement has no direction for {without.size} series ({named}); expected one for each series, "
            "as neither direction is better by itself."
        )


def _directions_of_column(column: pd.Series[Any], name: str, grouped: Grouping, table: Timetable) -> Codes:
    kinds, words = pd.factorize(column)
    if (kinds < 0).any():
        raise SpcError(f"Row {int(np.argmin(kinds)) + 1}: {name} is missing; expected an improvement direction.")
    known = np.array([options.check_improvement(word) for word in words], dtype=np.int8)
    by_row: Codes = known[table.take(kinds)]
    codes = by_row[table.starts]
    mixed = np.flatnonzero(by_row != codes[table.codes])
    if mixed.size:
        raise SpcError(
            f"{name} has more than one direction for {grouped.name(int(table.codes[mixed[0]]))}; "
            "expected one for each series."
        )
    return codes


def target_rows(target: Any, frame: pd.DataFrame, grouped: Grouping, table: Timetable) -> Floats:
    """Return the target of each row, in order; NaN for none."""
    if isinstance(target, Mapping):
        level, changing = np.full(len(grouped), np.nan), {}
        for key, own in target.items():
            number = grouped.number_of(key, setting="target")
            if isinstance(own, Mapping):
                changing[number] = targets_over_time(own, table.stamps, name=f"target of {key}")
            else:
                level[number] = options.check_target(own, name=f"target of {key}")
        rows: Floats = np.repeat(level, table.lengths)
        for number, by_date in changing.items():
            part = slice(table.starts[number], table.starts[number] + table.lengths[number])
            rows[part] = by_date[table.ranks[part]]
        return rows
    if isinstance(target, str) and target in frame.columns:
        aims: Floats = table.take(reading.read_values(frame[target], name=target))
        return aims
    return np.full(len(table.codes), options.check_target(target))


def targets_over_time(target: Any, dates: Dates, *, name: str = "target") -> Floats:
    """Return the target of each date: one number, or from each date of a mapping on another.

    Examples
    --------
    >>> dates = np.array(["2024-01", "2024-02", "2024-03"], dtype="datetime64[s]")
    >>> targets_over_time({"2024-02": 80, "2024-03": 85}, dates).tolist()
    [nan, 80.0, 85.0]
    """
    if not isinstance(target, Mapping):
        return np.full(len(dates), options.check_target(target, name=name))
    if not target:
        raise SpcError(f"{name} is an empty mapping; expected a number from each date on, or None.")
    by_number = dates.dtype.kind == "i"
    given = reading.read_points(list(target)) if by_number else reading.read_dates(list(target), name=f"{name} date")
    aims = np.array([options.check_target(aim, name=name) for aim in target.values()])
    order = np.argsort(given)
    places = np.searchsorted(given[order], dates, side="right") - 1
    return np.where(places < 0, np.nan, aims[order][np.maximum(places, 0)])


def rebase_rows(rebase: Any, grouped: Grouping, table: Timetable) -> tuple[Flags, Any]:
    """Return the rows at which limits start afresh, and the dates: a list, or by series.

    A rebase date that a series should have a row for, and has not, is warned of by name.
    """
    begins = np.zeros(len(table.codes), dtype=np.bool_)
    if isinstance(rebase, Mapping):
        dates_of = {}
        for key, own in rebase.items():
            number = grouped.number_of(key, setting="rebase")
            dates = reading.read_rebase(own)
            wanted = np.array([table.rank(stamp) for stamp in dates], dtype=np.int64)
            keys = number * len(table.stamps) + wanted
            places = np.minimum(np.searchsorted(table.keys, keys), len(begins) - 1)
            met = (wanted >= 0) & (table.keys[places] == keys)
            begins[places[met]] = True
            unmet = [date for date, has in zip(dates, met, strict=True) if not has]
            warn_of_unmet_rebase(unmet, whose=f" of {grouped.name(number)}", level=4)
            dates_of[key] = [date for date, has in zip(dates, met, strict=True) if has]
        return begins, PerSeries(dates_of)
    dates = reading.read_rebase(rebase)
    ranks = [table.rank(stamp) for stamp in dates]
    chosen = np.zeros(len(table.stamps), dtype=np.bool_)
    chosen[[rank for rank in ranks if rank >= 0]] = True
    if chosen.any():
        begins = chosen[table.ranks]
    warn_of_unmet_rebase([date for date, rank in zip(dates, ranks, strict=True) if rank < 0], level=4)
    for date, rank in zip(dates, ranks, strict=True):
        _warn_of_skipped(date, rank, grouped, table)
    return begins, [date for date, rank in zip(dates, ranks, strict=True) if rank >= 0]


def _warn_of_skipped(date: Any, rank: int, grouped: Grouping, table: Timetable) -> None:
    """Warn of series with rows before and after a rebase date, but none at it."""
    if rank < 0:
        return
    has = np.zeros(len(grouped), dtype=np.bool_)
    has[table.codes[table.ranks == rank]] = True
    first, last = table.ranks[table.starts], table.ranks[table.starts + table.lengths - 1]
    skipped = np.flatnonzero(~has & (first < rank) & (last > rank))
    if skipped.size:
        named = ", ".join(grouped.name(int(number)) for number in skipped[:MOST_ROWS_NAMED])
        more = f" and {skipped.size - MOST_ROWS_NAMED} more series" if skipped.size > MOST_ROWS_NAMED else ""
        reading.warn(
            f"No row of {named}{more} has the rebase date {shown_date(date)}: "
            "their limits do not start afresh there. Give each series the date of its first row of the new process.",
            level=5,
        )
