"""The charts of many series at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.spc import options, settings
from natpatsip.spc import series as reading
from natpatsip.spc.engine import Settings, analyse
from natpatsip.spc.grouping import Grouping, PerSeries, check_columns, group, put_in_order, read_by
from natpatsip.spc.rules import IMPROVEMENTS, RULE_LENGTH, Codes
from natpatsip.spc.tables import result_columns
from natpatsip.spc.targets import target_rows


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
        Dates at which limits start afresh.
    fix_after, screen_outliers, rule_length
        As for `xmr`.
    target : float, mapping or column
        One target for all, or by series, or the name of a column of targets. A series that a mapping does not name
        has none.

    Returns
    -------
    pandas.DataFrame
        The columns `by`, then those of `xmr`; in order of `by`, then date.

    Raises
    ------
    SpcError
        As from `xmr`, naming the series too; and where a setting names a series that the data have not.

    Warns
    -----
    SpcWarning
        Of a rebase date that no row has, or that a series goes past without a row.

    Examples
    --------
    >>> frame = pd.DataFrame({"psc": list("AABB"), "month": ["2024-07", "2024-08"] * 2, "women": [3, 5, 9, 8]})
    >>> panel(frame, by="psc", value="women", date="month")[["psc", "date", "value", "mean", "upl"]]
      psc       date  value  mean    upl
    0   A 2024-07-01    3.0   4.0   9.32
    1   A 2024-08-01    5.0   4.0   9.32
    2   B 2024-07-01    9.0   8.5  11.16
    3   B 2024-08-01    8.0   8.5  11.16
    """
    columns = read_by(by)
    check_columns(frame, **{f"by ({column})": column for column in columns}, value=value, date=date)
    how = Settings(
        fix_after=options.check_fix_after(fix_after),
        screen_outliers=options.check_screening(screen_outliers),
        rule_length=options.check_rule_length(rule_length),
    )
    values = reading.read_values(frame[value], name=value, place=_place(frame, columns))
    dates = reading.read_dates(frame[date], name=date, place=_place(frame, columns))
    grouped = group(frame, columns)
    table = put_in_order(grouped, dates)
    values = table.take(values)
    direction = settings.direction_codes(improvement, frame, grouped, table)
    target_by_row = target_rows(target, frame, grouped, table)
    begins, rebase_dates = settings.rebase_rows(rebase, grouped, table)

    numbered = np.cumsum(begins, dtype=np.int64)
    numbered -= np.repeat(numbered[table.starts] - begins[table.starts], table.lengths)
    begins[table.starts] = True
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, len(values)))
    found = analyse(values, starts, lengths, how)
    own = {column: _in_order(frame[column], table.order) for column in columns}
    rest = result_columns(
        found,
        values,
        lengths=lengths,
        segment=numbered,
        target=target_by_row,
        direction=np.repeat(direction, table.lengths) if np.ptp(direction) else direction[:1],
        rule_length=how.rule_length,
    )
    result = pd.DataFrame({**own, "date": table.stamps[table.ranks], **rest}, copy=False)
    result.attrs = {
        "by": columns,
        "improvement": _said(improvement, direction, grouped),
        "rebase": rebase_dates,
        "fix_after": how.fix_after,
        "screen_outliers": how.screen_outliers,
        "rule_length": how.rule_length,
    }
    return result


def _place(frame: pd.DataFrame, by: list[str]) -> Callable[[int], str]:
    """Return what names a row in an error: its number and its series."""

    def place(row: int) -> str:
        return f"Row {row + 1} ({', '.join(str(frame[column].iloc[row]) for column in by)})"

    return place


def _in_order(column: pd.Series[Any], order: Any) -> Any:
    """Return a column's array in order of the result."""
    array = column.array
    return array.copy() if order is None else array.take(order)


def _said(improvement: Any, direction: Codes, grouped: Grouping) -> Any:
    """Return the direction: one word for all, or by series."""
    if not np.ptp(direction):
        return IMPROVEMENTS[direction[0]]
    words = np.array(IMPROVEMENTS, dtype=object)[direction]
    return PerSeries(dict(zip(grouped.keys, words.tolist(), strict=True)))
