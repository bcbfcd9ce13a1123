"""The settings of `xmr` and `panel`: each that may differ by series is made one column, a value for every row.

A setting is one value for all, or a mapping from a series' key to its own; direction and target may also be the name
of a column of the data.
"""

from __future__ import annotations

import contextlib
import numbers
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, compress
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError, first_few, nearest
from natpatsip.spc.parsing import (
    MOST_NAMED,
    as_objects,
    check_improvement,
    check_target,
    list_rebase,
    read_dates,
    read_points,
    read_rebase,
    read_values,
    shown,
    shown_date,
    warn,
)
from natpatsip.spc.rules import (
    IMPROVEMENTS,
    RULE_LENGTHS,
    SHORTEST_BASELINE,
    Codes,
    Dates,
    Flags,
    Floats,
    Integers,
)
from natpatsip.spc.series import BySeries, RebaseDates, SeriesRows

PLAIN_NUMBERS = {float, int, np.float64, np.int64}


class Method(NamedTuple):
    """How limits are calculated and signals found: the same for all series."""

    fix_after: int | None
    screen_outliers: bool
    rule_length: int


def read_method(fix_after: Any, screen_outliers: Any, rule_length: Any) -> Method:
    """Return the settings that are the same for all series; raise SpcError if one is not valid."""
    if fix_after is not None:
        is_number = isinstance(fix_after, numbers.Real) and not isinstance(fix_after, bool)
        if not is_number or fix_after != fix_after // 1 or fix_after < SHORTEST_BASELINE:
            raise SpcError(
                f"fix_after is {shown(fix_after)}; expected a whole number of points, {SHORTEST_BASELINE} or more, "
                "or None for limits from all points."
            )
        fix_after = int(fix_after)
    if not isinstance(screen_outliers, bool | np.bool_):
        raise SpcError(f"screen_outliers is {shown(screen_outliers)}; expected True or False.")
    if isinstance(rule_length, bool) or rule_length not in RULE_LENGTHS:
        raise SpcError(f"rule_length is {shown(rule_length)}; expected 6 or 7 points.")
    return Method(fix_after, bool(screen_outliers), int(rule_length))


def _by_series(setting: Mapping[Any, Any], rows: SeriesRows, name: str) -> list[Any]:
    """Return the setting of each series, None for one that the mapping does not name."""
    if len(rows.by) == 1 and any(isinstance(key, tuple) for key in setting):  # a tuple of one value means the value
        setting = {key[0] if isinstance(key, tuple) and len(key) == 1 else key: own for key, own in setting.items()}
    if sum(map(setting.__contains__, rows.keys)) < len(setting):
        key = next(key for key in setting if key not in set(rows.keys))
        hint = nearest(str(key), [str(one) for one in rows.keys[:5000]])
        raise SpcError(f"{name} names {key!r}, but no series of the data has that {' and '.join(rows.by)}.{hint}")
    return [setting.get(key) for key in rows.keys]


def direction_column(improvement: Any, rows: SeriesRows, frame: pd.DataFrame) -> Codes:
    """Return the code of the improvement direction of each row."""
    if isinstance(improvement, Mapping):
        words = _by_series(improvement, rows, "improvement")
        without = [rows.name(number) for number, word in enumerate(words) if word is None]
        if without:
            raise SpcError(
                f"improvement has no direction for {len(without)} series ({first_few(without, MOST_NAMED)}); "
                "expected one for each series, as neither direction is better by itself."
            )
        return np.repeat(np.array([check_improvement(word) for word in words], dtype=np.int8), rows.lengths)
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
        return targets_of(_by_series(target, rows, "target"), rows)
    if isinstance(target, str) and target in frame.columns:
        aims: Floats = rows.take(read_values(frame[target], name=target))
        return aims
    return np.full(len(rows.codes), check_target(target))


def targets_of(targets: list[Any], rows: SeriesRows) -> Floats:
    """Return the target of each row, given that of each series.

    A target is a number, or a mapping of dates to the number from each date on. If there is a mapping, all become
    steps: a number is a step at the first date of all.
    """
    is_stepped = [isinstance(target, Mapping) for target in targets]
    if not any(is_stepped):
        return np.repeat(_read_targets(targets, rows.of_series), rows.lengths)
    steps = [target if does else {None: target} for target, does in zip(targets, is_stepped, strict=True)]
    sizes = np.array([len(step) for step in steps])
    if not sizes.all():
        empty = rows.of_series(np.argmin(sizes))
        raise SpcError(f"target{empty} is an empty mapping; expected a number from each date on, or None.")
    owner = np.repeat(np.arange(len(targets)), sizes)
    aims = _read_targets(
        list(chain.from_iterable(step.values() for step in steps)), lambda row: rows.of_series(owner[row])
    )
    dates = np.full(len(owner), rows.stamps[0])
    dated = np.flatnonzero(np.repeat(is_stepped, sizes))
    given = list(chain.from_iterable(compress(steps, is_stepped)))
    read = _read_target_dates(given, lambda row: rows.of_series(owner[dated[row]]), rows)
    dates = dates.astype(np.promote_types(dates.dtype, read.dtype))
    dates[dated] = read

    order = np.lexsort((dates, owner))
    owner, dates, aims = owner[order], dates[order], aims[order]
    same = np.flatnonzero((owner[1:] == owner[:-1]) & (dates[1:] == dates[:-1]))
    if same.size:
        of_series, when = rows.of_series(owner[same[0]]), shown_date(dates[same[0]])
        raise SpcError(f"target{of_series} has two numbers from {when} on; expected each date once.")
    return _hold_from(owner, dates, aims, rows)


def _hold_from(owner: Integers, dates: Dates, aims: Floats, rows: SeriesRows) -> Floats:
    """Return the latest target of each row's series up to its date; all arrays are in order of series, then date."""
    places, is_own, _ = rows.locate(owner, dates)
    # Each row gets the step that begins there (the last, if several do), then that of the row before.
    step = np.full(len(rows.codes), -1, dtype=np.int64)
    step[places[is_own]] = np.flatnonzero(is_own)
    np.maximum.accumulate(step, out=step)
    holds = (step >= 0) & (owner[step] == rows.codes)
    return np.where(holds, aims[step], np.nan)


def _read_targets(targets: list[Any], of_series: Callable[[int], str]) -> Floats:
    """Return targets as doubles, NaN for none."""
    if set(map(type, targets)) <= PLAIN_NUMBERS:  # all at once: a hundred thousand checks take a tenth of a second
        with contextlib.suppress(OverflowError):
            read = np.array(targets, dtype=np.float64)
            if np.isfinite(read).all():
                return read
    with contextlib.suppress(SpcError):
        return np.array([check_target(target) for target in targets], dtype=np.float64)
    return np.array([check_target(target, name=f"target{of_series(row)}") for row, target in enumerate(targets)])


def _read_target_dates(dates: list[Any], of_series: Callable[[int], str], rows: SeriesRows) -> Dates | Integers:
    if rows.is_numbered:
        return read_points(dates, name="Target")
    # Few of many dates differ: each is read once.
    codes, different = pd.factorize(as_objects(dates), use_na_sentinel=False)
    _, first = np.unique(codes, return_index=True)
    return read_dates(different.tolist(), name="target date", place=lambda row: f"Target{of_series(int(first[row]))}")[
        codes
    ]


def rebase_column(rebase: Any, rows: SeriesRows) -> tuple[Flags, Any]:
    """Return the rows at which limits start again, and the dates that took effect: a list, or a list by series.

    Warns of each rebase date that a series should have a row for and has not.
    """
    rebased = np.zeros(len(rows.codes), dtype=np.bool_)
    if isinstance(rebase, Mapping):
        given = _by_series(rebase, rows, "rebase")
        took = _rebase_by_series(rebased, given, rows)
        return rebased, BySeries(
            {key: took.get(number, []) for number, key in enumerate(rows.keys) if given[number] is not None}
        )
    met = RebaseDates()
    unmet: list[Any] = []
    for date in read_rebase(rebase, numbered=rows.is_numbered):
        stamp = date if rows.is_numbered else date.to_datetime64()
        places, is_own, is_met = rows.locate(np.arange(len(rows.starts)), np.repeat(stamp, len(rows.starts)))
        rebased[places[is_met]] = True
        (met if is_met.any() else unmet).append(date)
        if is_met.any():
            _warn_of_skipped(date, is_own & ~is_met & (rows.stamps[rows.ranks[rows.starts]] < stamp), rows)
    _warn_of_unmet(unmet)
    return rebased, met


def _rebase_by_series(rebased: Flags, rebase: list[Any], rows: SeriesRows) -> dict[int, list[pd.Timestamp]]:
    """Set where the segments of each series begin, and return the dates that took effect, by number of the series."""
    listed = [list_rebase(own) for own in rebase]
    owner = np.repeat(np.arange(len(listed)), [len(own) for own in listed])
    took: dict[int, list[pd.Timestamp]] = {}
    if not owner.size:
        return took
    # Read together: one by one, the dates of many series cost forty times all else.
    dates = read_dates(
        list(chain.from_iterable(listed)), name="rebase date", place=lambda row: f"Rebase{rows.of_series(owner[row])}"
    )
    order = np.lexsort((dates, owner))
    owner, dates = owner[order], dates[order]
    places, _, is_met = rows.locate(owner, dates)
    rebased[places[is_met]] = True
    unmet: dict[int, list[pd.Timestamp]] = {}
    for number, date, has in zip(owner.tolist(), pd.DatetimeIndex(dates), is_met.tolist(), strict=True):
        own = (took if has else unmet).setdefault(number, [])
        if date not in own[-1:]:
            own.append(date)
    for number, missing in unmet.items():
        _warn_of_unmet(missing, rows.of_series(number))
    return took


def _warn_of_unmet(dates: Sequence[Any], of_series: str = "") -> None:
    """Warn of rebase dates that no row has."""
    if dates:
        warn(
            f"No row{of_series} has the rebase date {', '.join(map(shown_date, dates))}: the limits are not "
            "recalculated there. Give the date of the first row of the new process."
        )


def _warn_of_skipped(date: Any, is_skipped: Flags, rows: SeriesRows) -> None:
    """Warn of series with rows before and after a rebase date, but none at it."""
    skipped = [rows.name(number) for number in np.flatnonzero(is_skipped)]
    if skipped:
        named = first_few(skipped, MOST_NAMED, kind="series")
        warn(
            f"No row of {named} has the rebase date {shown_date(date)}: their limits are not recalculated there. "
            "Give each series the date of its first row of the new process."
        )
