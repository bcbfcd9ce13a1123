"""Dates that a series has no row for.

The reference does not notice them: the rows on either side count as neighbours. `xmr` does the same; but findings and
descriptions name them, charts draw a gap, and `fill_absent_months` makes each of them a missing value, which breaks
moving ranges, runs and trends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from natpatsip import wording
from natpatsip.errors import SpcError
from natpatsip.quarter import Quarter
from natpatsip.spc.parsing import read_dates, shown_date
from natpatsip.spc.rules import Integers
from natpatsip.spc.series import check_columns

REGULAR: Final = 0.75
"""A series is regular if at least this share of its steps has the usual length."""


STEPS: Final = {
    ("month", 1): "month",
    ("month", 3): "quarter",
    ("month", 12): "year",
    ("day", 7): "week",
    ("day", 1): "day",
}
QUARTERS: Final = {1, 4, 7, 10}  # the months in which quarters begin


def step_of(dates: Sequence[Any]) -> str:
    """Return what lies between the points of an SPC series: month, quarter, year, week or day; date if not regular.

    Examples
    --------
    >>> step_of(pd.to_datetime(["2024-01", "2024-04", "2024-07", "2025-01"])), step_of([1, 2, 3])
    ('date', 'date')
    >>> step_of(pd.to_datetime(["2024-01", "2024-04", "2024-07", "2024-10", "2025-04"]))
    'quarter'
    >>> step_of(pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"]))
    'week'
    """
    places, kind, _ = _places(dates)
    step = STEPS.get((kind, _usual(places)), "date")
    return "date" if step == "quarter" and not {date.month for date in dates} <= QUARTERS else step


def period_words(date: Any, step: str, *, is_monthly: bool) -> str:
    """Return a date of an SPC series in words: Q2 2024/25, September 2024 or 3 September 2024.

    Parameters
    ----------
    step : str
        As from `step_of`.
    is_monthly : bool
        True if all dates of the series are first days of a month.
    """
    if step == "quarter" and is_monthly:
        return Quarter.of(date).label
    return wording.month(date) if is_monthly else wording.date(date)


def _places(dates: Sequence[Any]) -> tuple[Integers, str, list[pd.Timestamp]]:
    """Return the dates of an SPC series as numbers of months, or of days if not all are first days of a month."""
    stamps = [date for date in dates if isinstance(date, pd.Timestamp)]
    if len(stamps) < 3 or any(stamp != stamp.normalize() for stamp in stamps):
        return np.array([], dtype=np.int64), "", []
    if all(stamp.day == 1 for stamp in stamps):
        return np.array([stamp.year * 12 + stamp.month - 1 for stamp in stamps]), "month", stamps
    return np.array([stamp.toordinal() for stamp in stamps]), "day", stamps


def _usual(places: Integers) -> int:
    """Return the usual step of a regular series; 0 if it has none."""
    steps = np.diff(places)
    if not steps.size:
        return 0
    lengths, counts = np.unique(steps, return_counts=True)
    usual = int(lengths[counts.argmax()])
    is_regular = usual > 0 and counts.max() / steps.size >= REGULAR and not (steps % usual).any()
    return usual if is_regular else 0


def absent_dates(dates: Sequence[Any]) -> tuple[pd.Timestamp, ...]:
    """Return the dates that a regular series of months, quarters, years or weeks lacks between its first and its last.

    Examples
    --------
    >>> dates = pd.to_datetime(["2024-01", "2024-02", "2024-03", "2024-04", "2024-06"])
    >>> [date.strftime("%Y-%m") for date in absent_dates(dates)]
    ['2024-05']
    >>> absent_dates([1, 2, 5])
    ()
    """
    places, kind, stamps = _places(dates)
    usual = _usual(places)
    if not usual or (kind == "day" and usual % 7):  # a series of working days lacks nothing at week-ends
        return ()
    absent = np.setdiff1d(np.arange(places[0], places[-1], usual), places)
    if kind == "day":
        return tuple(stamps[0] + pd.Timedelta(days=int(day - places[0])) for day in absent)
    return tuple(pd.Timestamp(year=int(month // 12), month=int(month % 12) + 1, day=1) for month in absent)


def fill_absent_months(frame: pd.DataFrame, *, date: str, by: str | Sequence[str] = ()) -> pd.DataFrame:
    """Return the frame for an SPC chart with a row for each month from the first to the last of each series.

    A new row has its series and month, and no value in any other column.

    Examples
    --------
    >>> frame = pd.DataFrame({"month": ["2024-01", "2024-03"], "seen": [3, 5]})
    >>> fill_absent_months(frame, date="month")["seen"].tolist()
    [3.0, nan, 5.0]
    """
    columns = [by] if isinstance(by, str) else list(by)
    check_columns(frame, columns, date=date)
    stamps = pd.DatetimeIndex(read_dates(frame[date], name=date))
    late = np.flatnonzero((stamps.day != 1) | (stamps != stamps.normalize()))
    if late.size:
        raise SpcError(
            f"Row {late[0] + 1}: {date} is {shown_date(stamps[late[0]])}; expected the first day of a month."
        )
    dated = frame.assign(**{date: stamps})
    groups = dated.groupby(columns, observed=True) if columns else [((), dated)]
    wanted = []
    for key, own in groups:
        months = pd.date_range(own[date].min(), own[date].max(), freq="MS", unit=stamps.unit)
        series: dict[str, Any] = dict(zip(columns, key if isinstance(key, tuple) else (key,), strict=True))
        wanted.append(pd.DataFrame({**series, date: months}))
    return pd.concat(wanted, ignore_index=True).merge(dated, on=[*columns, date], how="left")[list(frame.columns)]
