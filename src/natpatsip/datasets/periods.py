"""Longer periods than a month, for organisations whose months have small numbers of people.

Sums are of raw counts; small ones are suppressed afterwards (`natpatsip.datasets.disclosure`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from natpatsip.errors import DataError
from natpatsip.lineage import FILTER

MONTHS_OF_QUARTER = 3


def quarterly(frame: pd.DataFrame, *, by: str | Sequence[str], counts: str | Sequence[str]) -> pd.DataFrame:
    """Return the counts of each whole quarter, a row for each organisation and quarter.

    Parameters
    ----------
    frame : DataFrame
        Monthly rows, with ``month``.
    by : str or sequence of str
        The columns that tell series apart.
    counts : str or sequence of str
        The columns to sum.

    Returns
    -------
    DataFrame
        `by`, ``month`` (the quarter's last) and `counts`. Quarters of which a month is absent are left out.

    Examples
    --------
    >>> months = pd.to_datetime(["2024-04", "2024-05", "2024-06", "2024-07"])
    >>> frame = pd.DataFrame({"psc": "East", "month": months, "numerator": [3, 2, 4, 5]})
    >>> quarterly(frame, by="psc", counts="numerator")
        psc      month  numerator
    0  East 2024-06-01          9
    """
    columns, summed = _listed(by), _listed(counts)
    _need(frame, [*columns, *summed])
    quarter = frame["month"].dt.to_period("Q")  # NHS quarters end with calendar quarters
    last = quarter.dt.asfreq("M", how="end").dt.to_timestamp()
    groups = frame.assign(month=last, of=frame["month"]).groupby([*columns, "month"], observed=True)
    totals = groups[summed].sum()
    whole = groups["of"].nunique() == MONTHS_OF_QUARTER
    return _named(totals[whole].reset_index(), frame, "by quarter")


def rolling(frame: pd.DataFrame, *, by: str | Sequence[str], counts: str | Sequence[str], months: int) -> pd.DataFrame:
    """Return the counts of so many months up to each month, a row for each organisation and month.

    Returns
    -------
    DataFrame
        `by`, ``month`` (the period's last) and `counts`, from the first month that has so many behind it.

    Examples
    --------
    >>> dates = pd.to_datetime(["2024-07", "2024-08", "2024-09"])
    >>> frame = pd.DataFrame({"psc": "East", "month": dates, "numerator": [3, 2, 4]})
    >>> rolling(frame, by="psc", counts="numerator", months=2)["numerator"].tolist()
    [5, 6]
    """
    columns, summed = _listed(by), _listed(counts)
    _need(frame, [*columns, *summed])
    if months < 1:
        raise DataError(f"A rolling sum of {months} months; expected one month or more.")
    monthly = frame.groupby([*columns, "month"], observed=True)[summed].sum().reset_index()
    sums = []
    for _, own in monthly.groupby(columns, observed=True):
        series = own.set_index("month")
        totals = series[summed].asfreq("MS").rolling(months).sum().dropna()  # a month without a row leaves no sum
        sums.append(series.reindex(totals.index).assign(**{name: totals[name] for name in summed}).reset_index())
    rows = pd.concat(sums, ignore_index=True)[[*columns, "month", *summed]].astype(dict.fromkeys(summed, "int64"))
    return _named(rows, frame, f"in rolling sums of {months} months")


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _need(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    for column in ("month", *columns):
        if column not in frame:
            raise DataError(
                f"The rows have no column {column}; they have {', '.join(map(str, frame.columns))}. "
                "Expected monthly rows of a dataset, with what tells series apart and what is counted."
            )


def _named(sums: pd.DataFrame, frame: pd.DataFrame, how: str) -> pd.DataFrame:
    said = frame.attrs.get(FILTER, "")
    sums.attrs = frame.attrs | {FILTER: f"{said}, {how}".removeprefix(", ")}
    return sums
