"""The chart of one series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc import options, series
from natpatsip.spc.engine import Settings, analyse
from natpatsip.spc.rules import RULE_LENGTH, Improvement
from natpatsip.spc.tables import result_columns
from natpatsip.spc.targets import targets_over_time


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
        One for each value, in any order. Without, a date index of `values` is taken, else points count from 1.
    improvement : {"increase", "decrease", "neutral"}
        Which direction is better.
    rebase : sequence of dates
        Dates at which limits start afresh; each is the first row of its segment.
    fix_after : int
        Limits come from the first so many rows of each segment, 12 or more. None: from all.
    screen_outliers : bool
        Leave out, once, the moving ranges of 3.267 times their average and more.
    target : float
        One number that the chart is held against; or a mapping of dates to the number from each date on.
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
        missing or a duplicate date, settings that are none.

    Warns
    -----
    SpcWarning
        Of a rebase date that no row has.

    Notes
    -----
    NHS England, *Making Data Count*; agrees with NHSRplotthedots 0.2.2 but for the differences in ``docs/spc.md``.

    Examples
    --------
    >>> chart = xmr([5, 7, 6, 8, 7, 9, 8, 20], improvement="decrease")
    >>> chart[["value", "upl", "special_cause_type", "point_type"]].round(2).tail(2)
       value    upl special_cause_type             point_type
    6    8.0  12.74       Common Cause           common_cause
    7   20.0  12.74          Above UCL  special_cause_concern
    """
    read = series.read_values(values)
    direction = options.check_improvement(improvement)
    settings = Settings(
        fix_after=options.check_fix_after(fix_after),
        screen_outliers=options.check_screening(screen_outliers),
        rule_length=options.check_rule_length(rule_length),
    )
    when = _dates(values, dates, len(read))
    rebase_dates = series.read_rebase(rebase, numbered=when.dtype.kind == "i")

    order = np.argsort(when, kind="stable")
    series.refuse_duplicates(when, order)
    when, read = when[order], read[order]

    wanted = np.array(rebase_dates, dtype=when.dtype)
    begins = np.isin(when, wanted)
    met = np.isin(wanted, when)
    series.warn_of_unmet_rebase([date for date, has in zip(rebase_dates, met, strict=True) if not has])

    segment = np.cumsum(begins, dtype=np.int64)
    starts = np.flatnonzero(begins | (np.arange(len(when)) == 0))
    lengths = np.diff(np.append(starts, len(when)))
    found = analyse(read, starts, lengths, settings)
    columns = result_columns(
        found,
        read,
        lengths=lengths,
        segment=segment,
        target=targets_over_time(target, when),
        direction=np.array([direction], dtype=np.int8),
        rule_length=settings.rule_length,
    )
    result = pd.DataFrame({"date": when, **columns})
    result.attrs = {
        "improvement": str(improvement),
        "rebase": [date for date, has in zip(rebase_dates, met, strict=True) if has],
        "fix_after": settings.fix_after,
        "screen_outliers": settings.screen_outliers,
        "rule_length": settings.rule_length,
    }
    return result


def _dates(values: Any, dates: Any, rows: int) -> Any:
    """Return the dates given, or those of the index, or the numbers of the points."""
    if dates is None and isinstance(values, pd.Series) and isinstance(values.index, pd.DatetimeIndex | pd.PeriodIndex):
        dates = values.index
    if dates is None:
        return np.arange(1, rows + 1)
    when = series.read_dates(dates)
    if len(when) != rows:
        raise SpcError(f"There are {rows} values and {len(when)} dates; expected one date for each value.")
    return when
