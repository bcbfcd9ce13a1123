"""The XmR chart of one series, and the engine that `xmr` and `panel` share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.arguments import Method, read_method, rebase_column, targets_of
from natpatsip.spc.limits import natural_process_limits
from natpatsip.spc.parsing import check_improvement, read_dates, read_values
from natpatsip.spc.rules import (
    POINT_TYPE_DTYPE,
    POINT_TYPE_TABLE,
    RULE_LENGTH,
    SHORT_GROUP,
    SPECIAL_CAUSE_DTYPES,
    Codes,
    Flags,
    Floats,
    Improvement,
    Integers,
)
from natpatsip.spc.series import SeriesRows, one_series
from natpatsip.spc.signals import find_signals

CELLS = 1 << 17


def xmr(
    values: Any,
    *,
    dates: Any = None,
    improvement: Improvement = "increase",
    rebase: Any = (),
    fix_after: int | None = None,
    screen_outliers: bool = True,
    target: float | Mapping[Any, float] | None = None,
    rule_length: int = RULE_LENGTH,
) -> pd.DataFrame:
    """Return the XmR chart of a series, row by row in date order.

    Parameters
    ----------
    values : sequence of numbers
        None or NaN where a value is missing: a gap, which breaks runs and trends.
    dates : sequence of dates
        One for each value, in any order. By default the dates in the index of `values`; if it has none, points are
        numbered from 1.
    improvement : {"increase", "decrease", "neutral"}
        Which direction is better.
    rebase : sequence of dates
        Dates from which limits are recalculated; each is the first row of its segment.
    fix_after : int
        Calculate limits from this many first rows of each segment, 12 or more. None: from all rows.
    screen_outliers : bool
        Leave out, once, the moving ranges of 3.267 times their average or more.
    target : float
        One number to compare the chart with; or a mapping of dates to the number from each date on.
    rule_length : {7, 6}
        How many points make a run or a trend.

    Returns
    -------
    pandas.DataFrame
        Columns ``date, value, segment, target, mean, lpl, upl, relative_to_mean, outside_limits, close_to_limits,
        special_cause_type, special_cause_flag, point_type, short_group_warning``. Undefined limits are NaN. The
        settings are in ``attrs``: ``improvement``, ``rebase`` (the dates that took effect) and so on.

    Raises
    ------
    SpcError
        A ValueError that names row, value and what was expected: an infinite value or text, an empty series, a
        missing or a duplicate date, settings that are not valid.

    Warns
    -----
    SpcWarning
        Of a rebase date that no row has.

    Notes
    -----
    NHS England, *Making Data Count*; agrees with NHSRplotthedots 0.2.2 except for the differences in ``docs/spc.md``.

    Examples
    --------
    >>> chart = xmr([5, 7, 6, 8, 7, 9, 8, 20], improvement="decrease")
    >>> chart[["value", "upl", "special_cause_type", "point_type"]].round(2).tail(2)
       value    upl special_cause_type             point_type
    6    8.0  12.74       Common Cause           common_cause
    7   20.0  12.74          Above UCL  special_cause_concern
    """
    read = read_values(values)
    direction = check_improvement(improvement)
    method = read_method(fix_after, screen_outliers, rule_length)
    rows = one_series(_dates(values, dates, len(read)))
    rebased, rebase_dates = rebase_column([rebase] if isinstance(rebase, Mapping) else rebase, rows)
    columns = chart_columns(
        rows.take(read),
        rows,
        rebased=rebased,
        target=targets_of([target], rows),
        direction=np.full(len(read), direction, dtype=np.int8),
        method=method,
    )
    result = pd.DataFrame(columns)
    result.attrs = {
        "improvement": str(improvement),
        "rebase": rebase_dates,
        "fix_after": method.fix_after,
        "screen_outliers": method.screen_outliers,
        "rule_length": method.rule_length,
    }
    return result


def _dates(values: Any, dates: Any, rows: int) -> Any:
    """Return the dates given, or those of the index, or the numbers of the points."""
    if dates is None and isinstance(values, pd.Series) and isinstance(values.index, pd.DatetimeIndex | pd.PeriodIndex):
        dates = values.index
    if dates is None:
        return np.arange(1, rows + 1)
    read = read_dates(dates)
    if len(read) != rows:
        raise SpcError(f"There are {rows} values and {len(read)} dates; expected one date for each value.")
    return read


def chart_columns(
    values: Floats, rows: SeriesRows, *, rebased: Flags, target: Floats, direction: Codes, method: Method
) -> dict[str, Any]:
    """Return the columns of the charts of many series, from ``date`` on.

    All arrays have a value for each point, in order of series, then date; `rebased` marks the rows at which limits
    start again.
    """
    number = np.cumsum(rebased, dtype=np.int64)
    number -= np.repeat(number[rows.starts] - rebased[rows.starts], rows.lengths)  # within its series
    begins = rebased.copy()
    begins[rows.starts] = True
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, len(values)))
    mean, lower, upper, side, outside, close, cause = _analyse(values, starts, lengths, method)
    mean = np.repeat(mean, lengths)
    return {
        "date": rows.dates,
        "value": values,
        "segment": number,
        "target": target,
        "mean": mean,
        "lpl": np.repeat(lower, lengths),
        "upl": np.repeat(upper, lengths),
        "relative_to_mean": np.where(np.isnan(values) | np.isnan(mean), np.nan, side),
        "outside_limits": outside,
        "close_to_limits": close,
        "special_cause_type": pd.Categorical.from_codes(
            cause, dtype=SPECIAL_CAUSE_DTYPES[method.rule_length], validate=False
        ),
        "special_cause_flag": cause != 0,
        "point_type": pd.Categorical.from_codes(
            POINT_TYPE_TABLE.ravel().take(direction * np.int8(POINT_TYPE_TABLE.shape[1]) + cause),
            dtype=POINT_TYPE_DTYPE,
            validate=False,
        ),
        "short_group_warning": np.repeat(lengths < SHORT_GROUP, lengths),
    }


def _analyse(values: Floats, starts: Integers, lengths: Integers, method: Method) -> tuple[Any, ...]:
    """Return mean and limits by segment, then side, outside, close and special cause by point.

    All rules of a chart stay within a segment, so that the segment, not the series, is the unit.
    """
    points, segments = len(values), len(starts)
    by_segment: list[Floats] = [np.empty(segments) for _ in range(3)]
    # One more place than there are points: padding is read from there and written to it.
    padded = np.append(values, np.nan)
    by_point = [np.empty(points + 1, dtype=kind) for kind in (np.int8, np.bool_, np.bool_, np.int8)]
    for columns, places in _blocks(starts, lengths, points):
        block = padded[places]
        limits = natural_process_limits(block[: method.fix_after], screen_outliers=method.screen_outliers)
        signals = find_signals(block, limits, rule_length=method.rule_length)
        for segment_values, own_limits in zip(by_segment, limits[:3], strict=True):
            segment_values[columns] = own_limits
        for point_values, own_signals in zip(by_point, signals, strict=True):
            point_values[places] = own_signals
    return *by_segment, *(whole[:points] for whole in by_point)


def _blocks(starts: Integers, lengths: Integers, padding: int) -> Iterator[tuple[Integers, Integers]]:
    """Yield segments side by side, as columns with time downwards: their numbers, and the places of their points.

    Each step of the engine then works on a whole row of neighbours in memory. Segments are taken in order of length, a
    few thousand at a time, so that there is little padding and a block stays in the processor's cache.
    """
    order = np.argsort(-lengths, kind="stable")
    first = 0
    while first < len(order):
        longest = int(lengths[order[first]])
        columns = order[first : first + max(1, CELLS // longest)]
        first += len(columns)
        steps = np.arange(longest)[:, np.newaxis]
        places = starts[columns] + steps
        if lengths[columns[-1]] < longest:
            places[steps >= lengths[columns]] = padding
        yield columns, places
