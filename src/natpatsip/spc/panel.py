"""The XmR charts of many series at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from natpatsip.spc.arguments import direction_column, directions_by_series, read_method, rebase_column, target_column
from natpatsip.spc.parsing import read_dates, read_values
from natpatsip.spc.rules import RULE_LENGTH
from natpatsip.spc.series import check_columns, many_series, place_in, read_by
from natpatsip.spc.xmr import chart_columns


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
        rows.take(values), rows, rebased=rebased, target=target_by_row, direction=direction, method=method
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
