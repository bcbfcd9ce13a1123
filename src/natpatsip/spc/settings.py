"""Settings that may differ by series: direction, target and rebase dates.

Each is one value for all, or a mapping from a series' key to its own; direction and target may also be the name of a
column of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc import options
from natpatsip.spc import series as reading
from natpatsip.spc.grouping import Grouping, PerSeries, Timetable
from natpatsip.spc.rules import IMPROVEMENTS, Codes, Flags
from natpatsip.spc.series import MOST_ROWS_NAMED, shown_date, warn_of_unmet_rebase


def direction_codes(improvement: Any, frame: pd.DataFrame, grouped: Grouping, table: Timetable) -> Codes:
    """Return the code of the improvement direction of each series."""
    if isinstance(improvement, Mapping):
        codes = np.full(len(grouped), -1, dtype=np.int8)
        known = {word: options.check_improvement(word) for word in set(map(_hashable, improvement.values()))}
        numbers = grouped.numbers_of(improvement, setting="improvement")
        codes[numbers] = [known[_hashable(word)] for word in improvement.values()]
        _want_all(codes, grouped)
        return codes
    if isinstance(improvement, str) and improvement not in IMPROVEMENTS and improvement in frame.columns:
        return _directions_of_column(frame[improvement], improvement, grouped, table)
    return np.full(len(grouped), options.check_improvement(improvement), dtype=np.int8)


def _hashable(word: Any) -> Any:
    """Return a direction, or how it is written where it can be none."""
    return word if isinstance(word, str) else repr(word)


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


def rebase_rows(rebase: Any, grouped: Grouping, table: Timetable) -> tuple[Flags, Any]:
    """Return the rows at which limits start afresh, and the dates: a list, or by series.

    A rebase date that a series should have a row for, and has not, is warned of by name.
    """
    begins = np.zeros(len(table.codes), dtype=np.bool_)
    if isinstance(rebase, Mapping):
        return begins, PerSeries(_begin_by_series(begins, rebase, grouped, table))
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


def _begin_by_series(
    begins: Flags, rebase: Mapping[Any, Any], grouped: Grouping, table: Timetable
) -> dict[Any, list[pd.Timestamp]]:
    """Set where the segments of each series begin, all series at once, and return the dates that took effect."""
    keys = list(rebase)
    numbers = grouped.numbers_of(keys, setting="rebase")
    listed = [reading.list_rebase(own) for own in rebase.values()]
    took: dict[Any, list[pd.Timestamp]] = {key: [] for key in keys}
    owner = np.repeat(np.arange(len(keys)), [len(own) for own in listed])
    if not owner.size:
        return took
    given = reading.read_dates(
        [date for own in listed for date in own],
        name="rebase date",
        place=lambda row: f"Rebase of {grouped.name(int(numbers[owner[row]]))}",
    )
    order = np.lexsort((given, owner))
    again = (owner[order][1:] == owner[order][:-1]) & (given[order][1:] == given[order][:-1])
    order = order[np.concatenate([[True], ~again])]
    owner, given = owner[order], given[order]

    ranks = table.ranks_of(given)
    wanted = numbers[owner] * len(table.stamps) + ranks
    places = np.minimum(np.searchsorted(table.keys, wanted), len(begins) - 1)
    met = (ranks >= 0) & (table.keys[places] == wanted)
    begins[places[met]] = True
    unmet: dict[int, list[pd.Timestamp]] = {}
    for place, date, has in zip(owner.tolist(), pd.DatetimeIndex(given), met.tolist(), strict=True):
        (took[keys[place]] if has else unmet.setdefault(place, [])).append(date)
    for place, dates in unmet.items():
        warn_of_unmet_rebase(dates, whose=f" of {grouped.name(int(numbers[place]))}", level=5)
    return took


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
