"""Sums of counts: over all organisations, and over longer periods than a month.

A sum of which a part is missing (suppressed, not submitted) is missing itself: what is left of it would read as a
smaller number. Sums are of raw counts; small ones are suppressed afterwards (`natpatsip.datasets.disclosure`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from natpatsip.datasets.disclosure import need_raw
from natpatsip.errors import DataError, nearest
from natpatsip.facts.fact import FILTER

MONTHS_OF_QUARTER = 3
PERIOD = "period"
"""In the ``attrs`` of a frame: the column that its declaration names as the period."""


def total(
    frame: pd.DataFrame,
    counts: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    percent: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Return counts summed over all rows of a period, such as the whole country's from its organisations'.

    Parameters
    ----------
    frame : DataFrame
        Rows of a dataset.
    counts : str or sequence of str
        The columns to sum.
    by : str or sequence of str, optional
        The columns that stay apart; by default the period that the dataset declares, else ``month``. With an empty
        list, one row is the sum of all.
    where : mapping, optional
        Takes the rows that have these values only.
    percent : pair of str, optional
        The numerator and the denominator, of `counts`.

    Returns
    -------
    DataFrame
        `by` and `counts`, a row for each value of `by`; a sum is missing where a part of it is. With `percent` a column
        of that name, missing where the denominator is 0. ``attrs["note"]`` says how many sums are missing, if any.

    Raises
    ------
    DataError
        If the frame has no such column, or no row with a value of `where` (the nearest one is named), a row has no
        value of `by`, or a count is not a number.

    Examples
    --------
    >>> months = pd.to_datetime(["2024-08", "2024-08", "2024-09", "2024-09"])
    >>> waits = pd.DataFrame({"month": months, "team": ["North", "South"] * 2, "seen": [40, 31, 38, None]})
    >>> total(waits, "seen")["seen"].tolist()
    [71.0, nan]
    >>> total(waits, "seen", where={"team": "North"})["seen"].tolist()
    [40.0, 38.0]
    """
    columns, summed = _listed(_period(frame) if by is None else by), _listed(counts)
    _need_once([*columns, *summed, *["percent"] * bool(percent)])
    _need(frame, columns, summed, also=where or ())
    if lacking := [name for name in percent or () if name not in summed]:
        raise DataError(f"{lacking[0]} is of the percentage, but not summed. Add it to the counts.")
    rows = frame = _widened(frame, summed)
    for column, value in (where or {}).items():
        rows = rows[rows[column] == value]
        if rows.empty:
            known = sorted(map(str, frame[column].unique()))
            raise DataError(f'No row of the data has {column} "{value}".{nearest(str(value), known)}')
    sums = _groups(rows, columns)[summed].sum(skipna=False).reset_index()[[*columns, *summed]]
    if percent:
        sums["percent"] = 100 * sums[percent[0]] / sums[percent[1]].mask(sums[percent[1]] == 0)
    picked = [f"{column} {value}" for column, value in (where or {}).items()]
    how = f"summed by {' and '.join(columns)}" if columns else "summed"
    return _named(sums, frame, ", ".join([*picked, how]), summed)


def quarterly(
    frame: pd.DataFrame, *, by: str | Sequence[str], counts: str | Sequence[str], date: str | None = None
) -> pd.DataFrame:
    """Return the counts of each whole quarter, a row for each organisation and quarter.

    Parameters
    ----------
    frame : DataFrame
        Rows of months, or of days.
    by : str or sequence of str
        The columns that tell series apart.
    counts : str or sequence of str
        The columns to sum.
    date : str, optional
        The column of months or days; by default the period that the dataset declares, else ``month``.

    Returns
    -------
    DataFrame
        `by`, `date` (the quarter's last month) and `counts`. Quarters of which a month has no row are left out; where a
        month's count is missing, so is the quarter's.

    Examples
    --------
    >>> months = pd.to_datetime(["2024-04", "2024-05", "2024-06", "2024-07"])
    >>> waits = pd.DataFrame({"team": "North", "month": months, "seen": [3, 2, 4, 5]})
    >>> quarterly(waits, by="team", counts="seen")
        team      month  seen
    0  North 2024-06-01     9
    """
    columns, summed, date = _listed(by), _listed(counts), date or _period(frame)
    _need_once([date, *columns, *summed])
    _need(frame, [date, *columns], summed)
    frame, months = _widened(frame, summed), _months(frame, date)
    quarter = months.dt.to_period("Q")  # NHS quarters end with calendar quarters
    last = quarter.dt.asfreq("M", how="end").dt.to_timestamp()
    keys = [*(frame[column] for column in columns), last.rename(date)]
    totals = frame[summed].groupby(keys, observed=True).sum(skipna=False)
    whole = months.groupby(keys, observed=True).nunique() == MONTHS_OF_QUARTER
    return _named(totals[whole].reset_index(), frame, "by quarter", summed)


def rolling(
    frame: pd.DataFrame,
    *,
    by: str | Sequence[str],
    counts: str | Sequence[str],
    months: int,
    date: str | None = None,
) -> pd.DataFrame:
    """Return rolling sums of counts over a number of months, a row for each organisation and month.

    The rows may be of months, or of days: the days of a month are added up first.

    Returns
    -------
    DataFrame
        `by`, `date` (the period's last month) and `counts`, from the first month for which there are enough. A period
        with a month that has no row is left out; one with a missing count is missing.

    Examples
    --------
    >>> dates = pd.to_datetime(["2024-07", "2024-08", "2024-09"])
    >>> waits = pd.DataFrame({"team": "North", "month": dates, "seen": [3, 2, 4]})
    >>> rolling(waits, by="team", counts="seen", months=2)["seen"].tolist()
    [5, 6]
    """
    columns, summed, date = _listed(by), _listed(counts), date or _period(frame)
    _need_once([date, *columns, *summed])
    _need(frame, [date, *columns], summed)
    frame = _widened(frame, summed)
    dated = frame.assign(**{date: _months(frame, date)})
    if months < 1:
        raise DataError(f"A rolling sum of {months} months; expected one month or more.")
    monthly = _groups(dated, [*columns, date])[summed].sum(skipna=False).reset_index()
    sums = []
    for _, own in _groups(monthly, columns):
        series = own.set_index(date)
        totals = series[summed].asfreq("MS").rolling(months, min_periods=months).sum()
        has_row = pd.Series(totals.index.isin(series.index), totals.index)
        whole = totals.index[has_row.rolling(months, min_periods=months).sum() == months]  # else there is no period
        sums.append(series.reindex(whole).assign(**{name: totals.loc[whole, name] for name in summed}).reset_index())
    rows = pd.concat(sums or [monthly], ignore_index=True)[[*columns, date, *summed]]  # no rows have no groups
    return _named(
        rows.astype({name: frame[name].dtype for name in summed}), frame, f"in rolling sums of {months} months", summed
    )


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _period(frame: pd.DataFrame) -> str:
    """Return the column of a dataset that says when, if no other is asked for."""
    declared: str = frame.attrs.get(PERIOD, "")
    return declared if declared in frame else "month"


def _months(frame: pd.DataFrame, date: str) -> pd.Series:
    """Return the month of each row to sum, as its first day, whichever day of it the row is dated by."""
    if not pd.api.types.is_datetime64_any_dtype(frame[date]):
        raise DataError(f"{date} is not a column of months; expected one that is declared as yearmonth or date.")
    months: pd.Series = frame[date].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    return months


def _groups(frame: pd.DataFrame, columns: Sequence[str]) -> Any:
    """Return the rows to sum grouped by some columns; all of them are one group if there are none."""
    return frame.groupby(list(columns) or (lambda _: 0), observed=True)


def _need(frame: pd.DataFrame, columns: Sequence[str], counts: Sequence[str], also: Iterable[str] = ()) -> None:
    """Raise a DataError for a column that is not there, a row that would be in no sum, and what has no sum."""
    need_raw(frame, counts)
    for column in [*columns, *counts, *also]:
        if column not in frame:
            have = [str(each) for each in frame.columns]
            raise DataError(f"The rows have no column {column}; they have {', '.join(have)}.{nearest(column, have)}")
    for column in columns:
        if lost := int(frame[column].isna().sum()):
            rows = "1 row has" if lost == 1 else f"{lost:,} rows have"
            raise DataError(f"{rows} no {column}, and would be in no sum. Give it a name, or leave the rows out.")
    for column in counts:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            raise DataError(f"{column} is not a column of numbers, so it has no sum. Declare it as integer or number.")


def _widened(frame: pd.DataFrame, counts: Sequence[str]) -> pd.DataFrame:
    """Return rows whose counts are of a type that holds their sums, too: one byte holds 127 at most."""
    small = {name: frame[name].dtype for name in counts if getattr(frame[name].dtype, "itemsize", 8) < 8}
    wide = {name: "float64" if dtype.kind == "f" else "int64" for name, dtype in small.items()}
    types = {
        name: wide[name].capitalize() if pd.api.types.is_extension_array_dtype(each) else wide[name]
        for name, each in small.items()
    }
    return frame.astype(types) if types else frame


def _need_once(names: Sequence[str]) -> None:
    """Raise a DataError for a column that would be in the result twice, or be replaced there."""
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise DataError(f"{twice[0]} would be in the sums twice. Name each column once, or rename it.")


def _named(sums: pd.DataFrame, frame: pd.DataFrame, how: str, counts: Sequence[str]) -> pd.DataFrame:
    """Return sums that say how they were made, and how many of them are missing."""
    before = frame.attrs.get(FILTER, "")
    sums.attrs = frame.attrs | {FILTER: f"{before}, {how}".removeprefix(", ")}
    lost = int(sums[list(counts)].isna().any(axis="columns").sum())
    if lost:
        part = "A sum is" if lost == 1 else f"{lost:,} sums are"
        sums.attrs["note"] = f"{part} missing, because a part is missing in the data."
    return sums
