"""The XmR charts of one series and of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.spc.arguments import (
    Method,
    direction_column,
    directions_by_series,
    read_method,
    rebase_column,
    target_column,
)
from natpatsip.spc.chart_columns import Analysis, chart_columns, chart_of_series, dates_of
from natpatsip.spc.limits import natural_process_limits
from natpatsip.spc.parsing import read_dates, read_values
from natpatsip.spc.rules import RULE_LENGTH, Floats, Improvement, Integers
from natpatsip.spc.series import check_columns, many_series, place_in, read_by
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
    method = read_method(fix_after, screen_outliers, rule_length)
    return chart_of_series(
        read_values(values),
        dates=dates_of(values, dates),
        improvement=improvement,
        rebase=rebase,
        target=target,
        method=method,
        analyse=partial(_analyse, method=method),
    )


def _analyse(values: Floats, starts: Integers, lengths: Integers, method: Method) -> Analysis:
    """Return mean, limits, and what find_signals finds of each point, for many segments at once.

    All rules of a chart stay within a segment, so that the segment, not the series, is the unit.
    """
    points, segments = len(values), len(starts)
    by_segment: list[Floats] = [np.empty(segments) for _ in range(3)]
    # One more place than there are points: padding is read from there and written to it.
    padded = np.append(values, np.nan)
    by_point: list[Any] = [np.empty(points + 1, dtype=kind) for kind in (np.int8, np.bool_, np.bool_, np.int8)]
    for columns, places in _blocks(starts, lengths, points):
        block = padded[places]
        limits = natural_process_limits(block[: method.fix_after], screen_outliers=method.screen_outliers)
        signals = find_signals(block, limits, rule_length=method.rule_length)
        for segment_values, own_limits in zip(by_segment, limits[:3], strict=True):
            segment_values[columns] = own_limits
        for point_values, own_signals in zip(by_point, signals, strict=True):
            point_values[places] = own_signals
    mean, lower, upper = (np.repeat(own, lengths) for own in by_segment)
    side, outside, close, cause = (whole[:points] for whole in by_point)
    return Analysis(mean, lower, upper, side, outside, close, cause)


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


def panel(
    frame: pd.DataFrame,
    *,
    by: str | Sequence[str],
    value: str,
    date: str,
    improvement: Any = "increase",
    rebase: Any = (),
    fix_after: int | None = None,
    screen_outliers: bool = True,
    target: Any = None,
    rule_length: int = RULE_LENGTH,
) -> pd.DataFrame:
    """Return the XmR charts of many series, each the same as from `xmr`.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row for each series and date, in any order; series may differ in length and dates.
    by : str or list of str
        Columns that tell series apart.
    value, date : str
        Columns of values (missing ones are gaps) and of dates.
    improvement : {"increase", "decrease", "neutral"}, mapping or column
        One direction for all; or by series, ``{"A": "increase", "B": "decrease"}``, with tuples as keys where `by` has
        several columns; or the name of a column of directions.
    rebase : dates, or mapping of series to dates
        Dates from which limits are recalculated.
    fix_after, screen_outliers, rule_length
        As for `xmr`.
    target : float, mapping or column
        One target for all, or by series, or the name of a column of targets. A series that a mapping does not name has
        none.

    Returns
    -------
    pandas.DataFrame
        The columns `by`, then those of `xmr`; in order of `by`, then date.

    Raises
    ------
    SpcError
        As from `xmr`, naming the series too; or if a setting names a series that the data do not have.

    Warns
    -----
    SpcWarning
        Of a rebase date that no row has, or that falls between two rows of a series.

    Examples
    --------
    >>> frame = pd.DataFrame({"team": list("NNSS"), "month": ["2024-07", "2024-08"] * 2, "seen": [3, 5, 9, 8]})
    >>> panel(frame, by="team", value="seen", date="month")[["team", "date", "value", "mean", "upl"]]
      team       date  value  mean    upl
    0    N 2024-07-01    3.0   4.0   9.32
    1    N 2024-08-01    5.0   4.0   9.32
    2    S 2024-07-01    9.0   8.5  11.16
    3    S 2024-08-01    8.0   8.5  11.16
    """
    columns = read_by(by)
    check_columns(frame, columns, value=value, date=date)
    method = read_method(fix_after, screen_outliers, rule_length)
    place = place_in(frame, columns)
    values = read_values(frame[value], name=value, place=place)
    rows = many_series(frame, columns, read_dates(frame[date], name=date, place=place))
    direction = direction_column(improvement, rows, frame)
    target_by_row = target_column(target, rows, frame)
    rebased, rebase_dates = rebase_column(rebase, rows)
    charts = chart_columns(
        rows.take(values),
        rows,
        rebased=rebased,
        target=target_by_row,
        direction=direction,
        rule_length=method.rule_length,
        analyse=partial(_analyse, method=method),
    )
    own = {column: rows.take(frame[column].array.copy()) for column in columns}
    result = pd.DataFrame({**own, **charts}, copy=False)  # every column is an array of its own
    result.attrs = {
        "by": columns,
        "improvement": directions_by_series(direction, rows),
        "rebase": rebase_dates,
        "fix_after": method.fix_after,
        "screen_outliers": method.screen_outliers,
        "rule_length": method.rule_length,
    }
    return result
