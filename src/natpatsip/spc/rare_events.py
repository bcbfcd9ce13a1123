"""The T and the G chart: how long it is, and how many opportunities there are, from one rare event to the next.

Where most months have no event, a chart of their counts shows next to nothing. These charts have a point for each
event instead, and the more rarely events happen, the higher their points lie: longer is better where the events are
harm, which is what both assume (``improvement="increase"``).
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.arguments import Method, read_method
from natpatsip.spc.chart_columns import Analysis, analysis_by_segment, chart_of_series, dates_of
from natpatsip.spc.limits import Limits, natural_process_limits, rounded_means
from natpatsip.spc.parsing import (
    list_rebase,
    need_one_order,
    read_amounts,
    read_counts,
    read_dates,
    shown,
    shown_date,
)
from natpatsip.spc.rules import RULE_LENGTH, Floats, Improvement, Integers

POWER: Final = 3.6
DAY: Final = np.timedelta64(1, "D")
ZERO_COUNTS_AS: Final = 0.5
"""Half of the smallest time that was recorded: two events of one day are somewhere between 0 and 1 days apart. Taken as
0, they would lie below every lower limit above 0 for want of a clock."""
DIGITS: Final = 12
"""Significant digits of what is raised to a power and back again, so that a value on the mean stays on it."""


def t_chart(
    times: Any,
    *,
    dates: Any = None,
    improvement: Improvement = "increase",
    rebase: Any = (),
    fix_after: int | None = None,
    screen_outliers: bool = True,
    target: Any = None,
    rule_length: int = RULE_LENGTH,
) -> pd.DataFrame:
    """Return the T chart of the times between events, row by row in date order.

    Times between events that happen by chance are far from normally distributed; their 3.6th roots are close to it. So
    mean, limits and special causes are those of the XmR chart of the roots, raised to the power again.

    Parameters
    ----------
    times : sequence of numbers
        As from `between_events`, a value for each event from the second on; None or NaN where the time is not known: a
        gap. If all are whole numbers, such as days between dates, a time of 0 is below what was recorded, and counts as
        0.5.
    dates : sequence of dates
        Of the event that ends each time, each once. By default the dates in the index of `times`.
    improvement : {"increase", "decrease", "neutral"}
        Which direction of the time is better.
    rebase : sequence of dates
        Dates from which limits are recalculated: a segment begins with the first event at a date or after it.
    fix_after, screen_outliers, target, rule_length
        As for `xmr`; `target` is a time.

    Returns
    -------
    pandas.DataFrame
        The columns of `xmr`. ``mean`` is the centre line: half of all times by chance lie above it. ``attrs["chart"]``
        is ``"t"``, ``attrs["zeros"]`` how many times of 0 count as 0.5, and ``attrs["rebase"]`` has the dates of the
        events at which segments begin.

    Raises
    ------
    SpcError
        As from `xmr`; or if a time is negative.

    Notes
    -----
    L. S. Nelson, *A control chart for parts-per-million nonconforming items*, Journal of Quality Technology
    1994;26:239-240; L. P. Provost and S. K. Murray, *The Health Care Data Guide*, on T charts. A lower limit below 0 is
    0.

    Examples
    --------
    >>> falls = ["2024-01-03", "2024-01-20", "2024-02-02", "2024-02-11", "2024-06-30"]
    >>> chart = t_chart(between_events(falls))
    >>> chart[["date", "value", "mean", "upl"]].round({"mean": 1, "upl": 1}).tail(2)
            date  value  mean    upl
    2 2024-02-11    9.0  27.3  260.2
    3 2024-06-30  140.0  27.3  260.2
    """
    method = read_method(fix_after, screen_outliers, rule_length)
    read = read_amounts(times, name="time")
    is_zero = (read == 0) & (np.nan_to_num(read) % 1 == 0).all()
    result = _chart(
        np.where(is_zero, ZERO_COUNTS_AS, read),
        dates=dates_of(times, dates),
        improvement=improvement,
        rebase=rebase,
        target=target,
        method=method,
        analyse=partial(_analyse_times, method=method),
    )
    result.attrs |= {"chart": "t", "zeros": int(is_zero.sum())}
    return result


def g_chart(
    between: Any,
    *,
    dates: Any = None,
    improvement: Improvement = "increase",
    rebase: Any = (),
    fix_after: int | None = None,
    target: Any = None,
    rule_length: int = RULE_LENGTH,
) -> pd.DataFrame:
    """Return the G chart of the opportunities, or whole days, between events, row by row in date order.

    The limits are those of the geometric distribution: three standard deviations, ``sqrt(mean × (mean + 1))``, from the
    mean. The lower one is always 0. The centre line is the median: the distribution is so skewed that 63 of 100 values
    lie below the mean, and runs below it would be nothing unusual.

    Parameters
    ----------
    between : sequence of whole numbers
        How many opportunities, such as operations, lie between each event and the one before; or how many days.
    dates, improvement, rebase, fix_after, target, rule_length
        As for `t_chart`.

    Returns
    -------
    pandas.DataFrame
        The columns of `xmr`, with the median in ``mean``. ``attrs["chart"]`` is ``"g"``.

    Raises
    ------
    SpcError
        As from `xmr`; or if a number is negative or has a fraction.

    Notes
    -----
    J. C. Benneyan, *Number-between g-type statistical quality control charts for monitoring adverse events*, Health
    Care Management Science 2001;4:305-318; Provost and Murray, *The Health Care Data Guide*, who take the median as
    centre line, as the R package qicharts2 does.

    Examples
    --------
    >>> chart = g_chart([12, 30, 4, 9, 110])
    >>> chart[["value", "mean", "upl", "special_cause_type"]].round(1).tail(1)
       value  mean    upl special_cause_type
    4  110.0  12.0  133.5       Common Cause
    """
    method = read_method(fix_after, False, rule_length)
    result = _chart(
        read_counts(between, name="number between"),
        dates=dates_of(between, dates),
        improvement=improvement,
        rebase=rebase,
        target=target,
        method=method,
        analyse=partial(_analyse_numbers, method=method),
    )
    result.attrs["chart"] = "g"
    return result


def _need_days(events: Any) -> None:
    """Raise an SpcError for events of which we only know the month: the days between them cannot be counted."""
    for event in pd.Series(events):
        is_month = isinstance(event, str) and re.fullmatch(r"\s*[0-9]{4}-[0-9]{2}\s*", event)
        if is_month or (isinstance(event, pd.Period) and event.freqstr[0] in "MQYW"):
            raise SpcError(f"event is {shown(str(event))}; expected the day of each event, such as 2024-09-03.")


def between_events(events: Any, counts: Any = None, *, opportunities: Any = None) -> pd.Series[float]:
    """Return the days from each event to the next, or the opportunities, by the date of the event that ends them.

    Parameters
    ----------
    events : sequence of dates
        Of events, in any order; or the dates that `counts` and `opportunities` are about.
    counts : sequence of whole numbers, optional
        How many events there were at each date, 0 or more. None or NaN where that is not known, such as a number that
        is suppressed: what ends with the next event is then not known either, a gap. By default one at each.
    opportunities : sequence of whole numbers, optional
        How many opportunities for an event there were at each date, such as operations, with their events among them.

    Returns
    -------
    pandas.Series
        A value for each event from the second on. Further events of the same date have a value of 0. As each point of a
        chart has a date of its own, their dates are a microsecond apart.

    Raises
    ------
    SpcError
        If there are fewer than two events, a date is not valid, or there are more events than opportunities.

    Examples
    --------
    >>> between_events(["2024-03-09", "2024-03-02", "2024-03-09"]).tolist()
    [7.0, 0.0]
    >>> days = ["2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04"]
    >>> between_events(days, [1, None, 1, 1]).tolist()
    [nan, 1.0]
    >>> between_events(days, [1, 0, 1, 1], opportunities=[5, 8, 4, 6]).tolist()
    [12.0, 6.0]
    """
    need_one_order(events, counts, opportunities)
    _need_days(events)
    stamps = read_dates(events, name="event")
    numbers = np.ones(len(stamps)) if counts is None else read_counts(counts, name="count")
    chances = None if opportunities is None else read_counts(opportunities, name="opportunities")
    for name, given in (("counts", numbers), ("opportunities", chances)):
        if given is not None and len(given) != len(stamps):
            raise SpcError(f"There are {len(stamps)} dates and {len(given)} {name}; expected one for each date.")
    if chances is not None and (over := np.flatnonzero(numbers > chances)).size:
        row = int(over[0])
        raise SpcError(
            f"Row {row + 1}: there are {numbers[row]:g} events and {chances[row]:g} opportunities at "
            f"{shown_date(stamps[row])}; expected each event to be one of the opportunities."
        )
    total = int(np.nansum(numbers))
    if total < 2:
        found = "one event" if total else "no event"
        raise SpcError(f"There is {found}; expected two or more, as the chart has a point for each time between two.")
    order = np.argsort(stamps, kind="stable")
    stamps, numbers = stamps[order], numbers[order]
    chances = (stamps - stamps[0]) / DAY if chances is None else chances[order]
    places = chances if opportunities is None else np.cumsum(np.nan_to_num(chances))
    rows = np.repeat(np.arange(len(stamps)), np.nan_to_num(numbers).astype(int))
    values = np.round(np.diff(places[rows]), 6)  # of days: to a tenth of a second
    unknown = np.cumsum(np.isnan(numbers) | np.isnan(chances))
    values[np.diff(unknown[rows]) > 0] = np.nan
    dates = pd.Series(stamps[rows].astype("datetime64[us]"))
    dates += pd.to_timedelta(dates.groupby(dates).cumcount(), unit="us")
    return pd.Series(values, index=pd.DatetimeIndex(dates.iloc[1:]), name="between")


def _chart(values: Floats, *, dates: Any, rebase: Any, **settings: Any) -> pd.DataFrame:
    """Return a chart whose segments begin with the first event at a rebase date or after it."""
    listed = list_rebase(rebase)
    if dates is not None and listed:
        stamps = np.sort(read_dates(dates))
        wanted = read_dates(listed, name="rebase date", place=lambda row: f"Rebase {row + 1}")
        places = np.searchsorted(stamps, wanted)
        listed = [
            pd.Timestamp(stamps[place] if place < len(stamps) else date)
            for place, date in zip(places, wanted, strict=True)
        ]
    return chart_of_series(values, dates=dates, rebase=listed, **settings)


def _analyse_times(values: Floats, starts: Integers, lengths: Integers, *, method: Method) -> Analysis:
    """Return the XmR analysis of the roots, its mean and limits raised to the power again."""
    roots = values ** (1 / POWER)

    def limits_of(rows: slice) -> Limits:
        baseline = roots[rows][: method.fix_after, np.newaxis]
        return natural_process_limits(baseline, screen_outliers=method.screen_outliers)

    found = analysis_by_segment(roots, starts, lengths, limits_of, rule_length=method.rule_length)
    return found._replace(mean=_raised(found.mean), lower=_raised(found.lower), upper=_raised(found.upper))


def _raised(roots: Floats) -> Floats:
    raised = np.maximum(roots, 0) ** POWER
    return np.array([float(f"{value:.{DIGITS}g}") for value in raised.tolist()])


def _analyse_numbers(values: Floats, starts: Integers, lengths: Integers, *, method: Method) -> Analysis:
    """Return the analysis about the median, with the limits of a geometric distribution that has the mean."""

    def limits_of(rows: slice) -> Limits:
        baseline = values[rows][: method.fix_after]
        known = baseline[~np.isnan(baseline)]
        median = np.median(known) if known.size else np.nan
        mean = rounded_means(known[:, np.newaxis])
        sigma = np.sqrt(mean * (mean + 1)) if known.size > 1 and mean > 0 else np.array([np.nan])
        lowest = np.where(np.isnan(sigma), np.nan, 0.0)  # a standard deviation is above the mean
        return Limits(np.array([median]), lowest, mean + 3 * sigma, lowest, mean + 2 * sigma)

    return analysis_by_segment(values, starts, lengths, limits_of, rule_length=method.rule_length)
