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

from natpatsip.errors import SpcError
from natpatsip.spc.parsing import read_dates, shown_date
from natpatsip.spc.series import check_columns

REGULAR: Final = 0.75
"""A series is regular if at least this share of its steps has the usual length."""


def absent_dates(dates: Sequence[Any]) -> tuple[pd.Timestamp, ...]:
    """Return the dates that a regular series of months, quarters or years lacks between its first and its last.

    Examples
    --------
    >>> dates = pd.to_datetime(["2024-01", "2024-02", "2024-03", "2024-04", "2024-06"])
    >>> [date.strftime("%Y-%m") for date in absent_dates(dates)]
    ['2024-05']
    >>> absent_dates([1, 2, 5])
    ()
    """
    stamps = [date for date in dates if isinstance(date, pd.Timestamp)]
    if len(stamps) < 3 or any(stamp.day != 1 or stamp != stamp.normalize() for stamp in stamps):
        return ()
    months = np.array([stamp.year * 12 + stamp.month - 1 for stamp in stamps])
    steps = np.diff(months)
    usual = int(np.bincount(steps).argmax())
    if not usual or (steps == usual).mean() < REGULAR or (steps % usual).any():
        return ()
    absent = np.setdiff1d(np.arange(months[0], months[-1], usual), months)
    return tuple(pd.Timestamp(year=int(month // 12), month=int(month % 12) + 1, day=1) for month in absent)


def fill_absent_months(frame: pd.DataFrame, *, date: str, by: str | Sequence[str] = ()) -> pd.DataFrame:
    """Return the frame with a row for each month between the first and the last of each series.

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
