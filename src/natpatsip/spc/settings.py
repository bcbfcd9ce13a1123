"""Settings that may differ by series, each made one column: a value for every row.

A setting is one value for all, or a mapping from a series' key to its own; direction and target may also be the name
of a column of the data.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.rules import IMPROVEMENTS, RULE_LENGTH, Codes, Dates, Flags, Floats, Integers
from natpatsip.spc.series import BySeries, SeriesRows
from natpatsip.spc.validation import (
    as_objects,
    check_fix_after,
    check_improvement,
    check_rule_length,
    check_screening,
    check_target,
    first_few,
    list_rebase,
    read_dates,
    read_points,
    read_rebase,
    read_values,
    shown_date,
    warn,
)

PLAIN_NUMBERS = {float, int, np.float64, np.int64}


@dataclass(frozen=True)
class Method:
    """How limits are calculated and signals found: the same for all series."""

    fix_after: int | None = None
    screen_outliers: bool = True
    rule_length: int = RULE_LENGTH

    def __post_init__(self) -> None:
        object.__setattr__(self, "fix_after", check_fix_after(self.fix_after))
        object.__setattr__(self, "screen_outliers", check_screening(self.screen_outliers))
        object.__setattr__(self, "rule_length", check_rule_length(self.rule_length))


def direction_column(improvement: Any, rows: SeriesRows, frame: pd.DataFrame) -> Codes:
    """Return the code of the improvement direction of each row."""
    if isinstance(improvement, Mapping):
        codes = np.full(len(rows.starts), -1, dtype=np.int8)
        numbers = rows.numbers_of(improvement, setting="improvement")
        codes[numbers] = [check_improvement(word) for word in improvement.values()]
        without = np.flatnonzero(codes < 0)
        if without.size:
            named = first_few((rows.name(number) for number in without), len(without), sep=", ")
            raise SpcError(
                f"improvement has no direction for {without.size} series ({named}); expected one for each series, "
                "as neither direction is better by itself."
            )
        return np.repeat(codes, rows.lengths)
    if isinstance(improvement, str) and improvement not in IMPROVEMENTS and improvement in frame.columns:
        return _direction_by_row(frame[improvement], improvement, rows)
    return np.full(len(rows.codes), check_improvement(improvement), dtype=np.int8)


def _direction_by_row(column: pd.Series[Any], name: str, rows: SeriesRows) -> Codes:
    kinds, words = pd.factorize(column)
    if (kinds < 0).any():
        raise SpcError(f"Row {int(np.argmin(kinds)) + 1}: {name} is missing; expected an improvement direction.")
    codes: Codes = np.array([check_improvement(word) for word in words], dtype=np.int8)[rows.take(kinds)]
    mixed = np.flatnonzero(codes != np.repeat(codes[rows.starts], rows.lengths))
    if mixed.size:
        raise SpcError(
            f"{name} has more than one direction for {rows.name(rows.codes[mixed[0]])}; expected one for each series."
        )
    return codes


def directions_by_series(codes: Codes, rows: SeriesRows) -> Any:
    """Return the direction of a column: one word if all series have the same, else a word by series."""
    own = codes[rows.starts]
    if (own == own[0]).all():
        return IMPROVEMENTS[own[0]]
    return BySeries(zip(rows.keys, [IMPROVEMENTS[code] for code in own.tolist()], strict=True))


def target_column(target: Any, rows: SeriesRows, frame: pd.DataFrame) -> Floats:
    """Return the target of each row, NaN for none."""
    if isinstance(target, Mapping):
        return targets_of(rows.numbers_of(target, setting="target"), list(target.values()), rows)
    if isinstance(target, str) and target in frame.columns:
        aims: Floats = rows.take(read_values(frame[target], name=target))
        return aims
    return np.full(len(rows.codes), check_target(target))


def targets_of(numbers: Integers, targets: list[Any], rows: SeriesRows) -> Floats:
    """Return the target of each row, given those of some series, by their numbers.

    A target is a number, or a mapping of dates to the number from each date on; a number is one that holds from the
    first date on.
    """
    changes = np.array([isinstance(target, Mapping) for target in targets], dtype=np.bool_)
    steps: list[Mapping[Any, Any]] = list(itertools.compress(targets, changes.tolist()))
    level = list(itertools.compress(targets, (~changes).tolist()))
    sizes = np.array([len(step) for step in steps], dtype=np.int64)
    if not sizes.all():
        empty = rows.of(numbers[changes][np.argmin(sizes)])
        raise SpcError(f"target{empty} is an empty mapping; expected a number from each date on, or None.")
    owner = np.concatenate([numbers[~changes], np.repeat(numbers[changes], sizes)])
    aims = _read_targets(
        [*level, *(aim for step in steps for aim in step.values())], lambda row: f"target{rows.of(owner[row])}"
    )
    dates = np.full(len(level), rows.stamps[0])
    if steps:
        given = [date for step in steps for date in step]
        read = _read_target_dates(given, lambda row: f"Target{rows.of(owner[len(level) + row])}", rows)
        unit = np.promote_types(dates.dtype, read.dtype)
        dates = np.concatenate([dates.astype(unit), read.astype(unit)])

    order = np.lexsort((dates, owner))
    owner, dates, aims = owner[order], dates[order], aims[order]
    same = np.flatnonzero((owner[1:] == owner[:-1]) & (dates[1:] == dates[:-1]))
    if same.size:
        whose, when = rows.of(owner[same[0]]), shown_date(dates[same[0]])
        raise SpcError(f"target{whose} has two numbers from {when} on; expected each date once.")
    return _hold_from(owner, dates, aims, rows)


def _hold_from(owner: Integers, dates: Dates, aims: Floats, rows: SeriesRows) -> Floats:
    """Return for each row the latest number of its series up to its date; all in order of series, then date."""
    places, is_own, _ = rows.locate(owner, dates)
    # Each row gets the place of the step that begins there (the last, if several do), then that of the step before.
    step = np.full(len(rows.codes), -1, dtype=np.int64)
    step[places[is_own]] = np.flatnonzero(is_own)
    np.maximum.accumulate(step, out=step)
    holds = (step >= 0) & (owner[step] == rows.codes)
    return np.where(holds, aims[step], np.nan)


def _read_targets(targets: list[Any], name: Callable[[int], str]) -> Floats:
    """Return targets as doubles, NaN for none."""
    if set(map(type, targets)) <= PLAIN_NUMBERS:  # all at once: a hundred thousand checks take a tenth of a second
        with contextlib.suppress(OverflowError):
            read = np.array(targets, dtype=np.float64)
            if np.isfinite(read).all():
                return read
    with contextlib.suppress(SpcError):
        return np.array([check_target(target) for target in targets], dtype=np.float64)
    return np.array([check_target(target, name=name(row)) for row, target in enumerate(targets)], dtype=np.float64)


def _read_target_dates(dates: list[Any], whose: Callable[[int], str], rows: SeriesRows) -> Dates | Integers:
    if rows.stamps.dtype.kind == "i":
        return read_points(dates, name="Target")
    # Few of many dates differ: each is read once.
    codes, different = pd.factorize(as_objects(dates), use_na_sentinel=False)
    _, first = np.unique(codes, return_index=True)
    return read_dates(different.tolist(), name="target date", place=lambda row: whose(int(first[row])))[codes]


def rebase_column(rebase: Any, rows: SeriesRows) -> tuple[Flags, Any]:
    """Return the rows at which limits start again, and the dates that took effect: a list, or a list by series.

    Warns of each rebase date that a series should have a row for and has not.
    """
    rebased = np.zeros(len(rows.codes), dtype=np.bool_)
    if isinstance(rebase, Mapping):
        return rebased, BySeries(_rebase_by_series(rebased, rebase, rows))
    ranks = {date: rows.rank(date) for date in read_rebase(rebase, numbered=rows.stamps.dtype.kind == "i")}
    _warn_of_unmet([date for date, rank in ranks.items() if rank is None])
    took = {date: rank for date, rank in ranks.items() if rank is not None}
    for date, rank in took.items():
        rebased |= rows.ranks == rank
        _warn_of_skipped(date, rank, rows)
    return rebased, list(took)


def _rebase_by_series(rebased: Flags, rebase: Mapping[Any, Any], rows: SeriesRows) -> dict[Any, list[pd.Timestamp]]:
    """Set where the segments of each series begin, and return the dates that took effect."""
    keys, numbers = list(rebase), rows.numbers_of(rebase, setting="rebase")
    listed = [list_rebase(own) for own in rebase.values()]
    took: dict[Any, list[pd.Timestamp]] = {key: [] for key in keys}
    entry = np.repeat(np.arange(len(keys)), [len(own) for own in listed])
    if not entry.size:
        return took
    # Read together: one by one, the dates of many series cost forty times all else.
    dates = read_dates(
        [date for own in listed for date in own],
        name="rebase date",
        place=lambda row: f"Rebase{rows.of(numbers[entry[row]])}",
    )
    order = np.lexsort((dates, entry))
    entry, dates = entry[order], dates[order]
    places, _, is_met = rows.locate(numbers[entry], dates)
    rebased[places[is_met]] = True
    unmet: dict[int, list[pd.Timestamp]] = {}
    for number, date, has in zip(entry.tolist(), pd.DatetimeIndex(dates), is_met.tolist(), strict=True):
        own = took[keys[number]] if has else unmet.setdefault(number, [])
        if date not in own[-1:]:
            own.append(date)
    for number, missing in unmet.items():
        _warn_of_unmet(missing, rows.of(numbers[number]))
    return took


def _warn_of_unmet(dates: Sequence[Any], whose: str = "") -> None:
    if dates:
        warn(
            f"No row{whose} has the rebase date {', '.join(map(shown_date, dates))}: the limits are not recalculated "
            "there. Give the date of the first row of the new process."
        )


def _warn_of_skipped(date: Any, rank: int, rows: SeriesRows) -> None:
    """Warn of series with rows before and after a rebase date, but none at it."""
    has = np.zeros(len(rows.starts), dtype=np.bool_)
    has[rows.codes[rows.ranks == rank]] = True
    first, last = rows.ranks[rows.starts], rows.ranks[rows.starts + rows.lengths - 1]
    skipped = np.flatnonzero(~has & (first < rank) & (last > rank))
    if skipped.size:
        named = first_few((rows.name(number) for number in skipped), len(skipped), "series", sep=", ")
        warn(
            f"No row of {named} has the rebase date {shown_date(date)}: their limits are not recalculated there. "
            "Give each series the date of its first row of the new process."
        )
