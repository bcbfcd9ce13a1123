"""The columns of a control chart, however its limits are calculated: what all kinds of charts share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.arguments import Method, rebase_column, targets_of
from natpatsip.spc.limits import Limits
from natpatsip.spc.parsing import check_improvement, need_one_order, read_dates
from natpatsip.spc.rules import (
    POINT_TYPE_DTYPE,
    POINT_TYPE_TABLE,
    SHORT_GROUP,
    SPECIAL_CAUSE_DTYPES,
    Codes,
    Flags,
    Floats,
    Integers,
)
from natpatsip.spc.series import SeriesRows, one_series
from natpatsip.spc.signals import find_signals


class Analysis(NamedTuple):
    """The mean and the limits at each point, and its position and special cause; arrays of shape (points,)."""

    mean: Floats
    lower: Floats
    upper: Floats
    side: Codes
    outside: Flags
    close: Flags
    cause: Codes


Analyse = Callable[..., Analysis]
"""Takes the values of all points, the first point of each segment, and how many it has."""


def chart_of_series(
    values: Floats,
    *,
    dates: Any,
    improvement: Any,
    rebase: Any,
    target: Any,
    method: Method,
    analyse: Analyse,
    counts: Mapping[str, Floats] | None = None,
) -> pd.DataFrame:
    """Return the chart of one series.

    Parameters
    ----------
    dates : array
        As from `dates_of`.
    rebase, target
        As for `natpatsip.spc.xmr`.
    counts : mapping of str to array
        What the values are made of: columns of the result, which `analyse` gets by name.
    """
    direction = check_improvement(improvement)
    rows = one_series(_one_for_each(dates, len(values)))
    own = {name: rows.take(column) for name, column in (counts or {}).items()}
    rebased, rebase_dates = rebase_column([rebase] if isinstance(rebase, Mapping) else rebase, rows)
    columns = chart_columns(
        rows.take(values),
        rows,
        rebased=rebased,
        target=targets_of([target], rows),
        direction=np.full(len(values), direction, dtype=np.int8),
        rule_length=method.rule_length,
        analyse=partial(analyse, **own),
    )
    result = pd.DataFrame(columns | own)
    result.attrs = {
        "improvement": str(improvement),
        "rebase": rebase_dates,
        "fix_after": method.fix_after,
        "screen_outliers": method.screen_outliers,
        "rule_length": method.rule_length,
    }
    return result


def dates_of(values: Any, dates: Any) -> Any:
    """Return the dates given for an SPC chart, else those of the index of its values, else None."""
    need_one_order(values, dates)
    if dates is None and isinstance(values, pd.Series) and isinstance(values.index, pd.DatetimeIndex | pd.PeriodIndex):
        return values.index
    return dates


def _one_for_each(dates: Any, rows: int) -> Any:
    """Return the dates of an SPC chart as times, or the numbers of the points where there are no dates."""
    if dates is None:
        return np.arange(1, rows + 1)
    read = read_dates(dates)
    if len(read) != rows:
        raise SpcError(f"There are {rows} values and {len(read)} dates; expected one date for each value.")
    return read


def chart_columns(
    values: Floats,
    rows: SeriesRows,
    *,
    rebased: Flags,
    target: Floats,
    direction: Codes,
    rule_length: int,
    analyse: Analyse,
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
    found = analyse(values, starts, lengths)
    return {
        "date": rows.dates,
        "value": values,
        "segment": number,
        "target": target,
        "mean": found.mean,
        "lpl": found.lower,
        "upl": found.upper,
        "relative_to_mean": np.where(np.isnan(values) | np.isnan(found.mean), np.nan, found.side),
        "outside_limits": found.outside,
        "close_to_limits": found.close,
        "special_cause_type": pd.Categorical.from_codes(
            found.cause, dtype=SPECIAL_CAUSE_DTYPES[rule_length], validate=False
        ),
        "special_cause_flag": found.cause != 0,
        "point_type": pd.Categorical.from_codes(
            POINT_TYPE_TABLE.ravel().take(direction * np.int8(POINT_TYPE_TABLE.shape[1]) + found.cause),
            dtype=POINT_TYPE_DTYPE,
            validate=False,
        ),
        "short_group_warning": np.repeat(lengths < SHORT_GROUP, lengths),
    }


def analysis_by_segment(
    values: Floats, starts: Integers, lengths: Integers, limits_of: Callable[[slice], Limits], *, rule_length: int
) -> Analysis:
    """Return the analysis of one series, segment by segment.

    `limits_of` returns the limits of a segment's rows: a number, or one for each row.
    """
    parts = []
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        rows = slice(start, start + length)
        limits = Limits(*(np.broadcast_to(level, length)[:, np.newaxis] for level in limits_of(rows)))
        signals = find_signals(values[rows, np.newaxis], limits, rule_length=rule_length)
        parts.append([column.ravel() for column in (*limits[:3], *signals)])
    return Analysis(*map(np.concatenate, zip(*parts, strict=True)))
