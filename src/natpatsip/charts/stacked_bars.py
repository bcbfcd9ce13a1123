"""The bars of a stacked chart as a table, read from a frame: named as the report names them, and in order of time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts import palette
from natpatsip.charts.chart_data import need_columns, need_names_apart, need_rows, read_dates, read_values
from natpatsip.charts.layout.bar_names import QUARTER
from natpatsip.errors import FigureError, nearest
from natpatsip.quarter import Quarter

MOST = len(palette.CATEGORIES)
YEAR = re.compile(r"(19|20)\d{2}([-/]\d{2})?")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY = "%d %B %Y"  # as `wording.date` writes it


def bars(frame: pd.DataFrame, *, x: str, y: str, category: str, order: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a row for each bar and a column for each category; what no row states is 0, and a missing value NaN.

    Raises
    ------
    FigureError
        As from `stacked`.
    """
    need_columns(frame, [x, y, category], chart="charts.stacked")
    need_rows(frame, chart="charts.stacked")
    for column in (x, category):
        if missing := list(frame.index[frame[column].isna()]):
            raise FigureError(f"charts.stacked: column {column} is empty in row {missing[0]}; expected a name.")
        need_names_apart(frame[column], chart="charts.stacked", column=column)
    named = [str(name) for name in frame[category]]
    categories = list(dict.fromkeys(order if order is not None else named))
    unknown = [name for name in dict.fromkeys(named) if name not in categories]
    if unknown:
        raise FigureError(
            f'charts.stacked: order has no "{unknown[0]}", which column {category} holds.'
            f"{nearest(unknown[0], categories)} Name every category once, from the bottom up."
        )
    if len(categories) > MOST:
        raise FigureError(f"charts.stacked: {len(categories)} categories; expected {MOST} at most. Join the smallest.")
    values = read_values(frame[y], chart="charts.stacked", name=y)
    stated = pd.DataFrame({"bar": _bar_names(frame[x]), "category": named, "value": values})
    twice = stated[stated.duplicated(["bar", "category"])]
    if len(twice):
        bar, name = twice.iloc[0][["bar", "category"]]
        raise FigureError(f'charts.stacked: {bar} has "{name}" twice; expected one row for each bar and category.')
    below = stated[stated["value"] < 0]
    if len(below):
        bar, name, value = below.iloc[0][["bar", "category", "value"]]
        raise FigureError(f'charts.stacked: "{name}" in {bar} is {value:g}; parts of a whole cannot be negative.')
    cells = pd.MultiIndex.from_product([_in_time(dict.fromkeys(stated["bar"])), categories])
    table = stated.set_index(["bar", "category"])["value"].reindex(cells, fill_value=0.0)
    return table.unstack(sort=False).rename_axis(index=None, columns=None)


def _bar_names(bars: pd.Series[Any]) -> list[str]:
    """Return the bars' names: dates and quarters as the report prints them, anything else unchanged."""
    if all(map(_is_date, bars)):
        dates = read_dates(bars, chart="charts.stacked", name=str(bars.name))
        is_monthly = bool((dates.dt.day == 1).all() and (dates == dates.dt.normalize()).all())
        return [wording.month(date) if is_monthly else wording.date(date) for date in dates]
    return [_bar_name(bar) for bar in bars]


def _in_time(names: Iterable[str]) -> list[str]:
    """Return the names of bars in order of time if all are quarters, years, months or days, else as they come."""
    named = list(names)
    if all(map(YEAR.fullmatch, named)):
        return sorted(named)
    if all(map(QUARTER.fullmatch, named)):
        return sorted(named, key=lambda name: (name[3:], name))
    try:
        return sorted(named, key=lambda name: datetime.datetime.strptime(name, "%B %Y" if name[0].isalpha() else DAY))
    except ValueError:
        return named


def _is_date(bar: Any) -> bool:
    """Return True for a bar of a day or a month; the text 2010-11 may be a financial year, so is not read as one."""
    if isinstance(bar, pd.Period):
        return bar.freqstr in ("M", "D")
    return isinstance(bar, datetime.date) or bool(ISO_DATE.fullmatch(str(bar)))


def _bar_name(bar: Any) -> str:
    if isinstance(bar, pd.Period) and bar.freqstr[0] in "QY":
        return _period_name(bar)
    text = str(bar)
    return Quarter.parse(text).label if re.fullmatch(r"\d{4}-\d{2}-Q[1-4]", text) else text


def _period_name(period: pd.Period) -> str:
    """Return a bar's quarter or year of pandas, which names both by the year they end in, as the report names it.

    Examples
    --------
    >>> _period_name(pd.Period("2024Q1", "Q-MAR")), _period_name(pd.Period("2024", "Y-MAR"))
    ('Q1 2023/24', '2023/24')
    >>> _period_name(pd.Period("2024", "Y"))
    '2024'
    """
    first, last = period.start_time, period.end_time
    if period.freqstr.startswith("Q"):
        return Quarter.of(first.date()).label
    return str(first.year) if first.year == last.year else f"{first.year}/{last.year % 100:02d}"
