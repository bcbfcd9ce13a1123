"""The data of a chart as its readers get it: a row for each point, columns named and points explained in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts.alt_text import NO_VALUE, point_words
from natpatsip.charts.chart_data import need_columns, need_rows, read_dates
from natpatsip.charts.icons import ICONS
from natpatsip.charts.layout.time_axis import timeline
from natpatsip.charts.stacked_bars import bars
from natpatsip.charts.trend_chart import points
from natpatsip.errors import FigureError
from natpatsip.spc.rules import MEAN, MIDDLES


def spc_table(
    result: pd.DataFrame,
    *,
    value_name: str = "Value",
    decimals: int | None = None,
    also: Mapping[str, Sequence[Any] | pd.Series[Any]] | None = None,
) -> pd.DataFrame:
    """Return the points of a control or run chart: value, mean, limits, target (if any), and what it shows.

    Parameters
    ----------
    result : DataFrame
        From `natpatsip.spc.xmr`, `p_chart`, `u_chart`, `t_chart`, `g_chart` or `run_chart`.
    value_name : str
        What the column of values is called: the measure, with its unit.
    decimals : int, optional
        Decimals of all numbers: one, or more if values are small or close together.
    also : mapping of str to sequence, optional
        Columns to put before the value, such as the counts of a percentage; a value for each point, in order of date.

    Raises
    ------
    FigureError
        If a column is missing, or one of `also` does not have a value for each point.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> result = xmr([71, 74, 69], dates=["2024-07", "2024-08", "2024-09"])
    >>> spc_table(result, value_name="Seen, %").iloc[-1].to_dict()["What the point shows"]
    'Common cause: normal variation'
    """
    middle = "median" if "median" in result.columns else "mean"
    need_columns(result, ["date", "value", middle, "target", "point_type"], chart="charts.spc_table")
    need_rows(result, chart="charts.spc_table")
    line = MIDDLES.get(result.attrs.get("chart", ""), MEAN)
    names = {"value": value_name, "mean": line.capitalize(), "median": "Median"}
    names |= {"lpl": "Lower limit", "upl": "Upper limit"}
    names |= {} if result["target"].isna().all() else {"target": "Target"}
    counts = {name: list(values) for name, values in (also or {}).items()}
    for name, values in counts.items():
        if len(values) != len(result):
            raise FigureError(
                f"charts.spc_table: {name} has {len(values)} values and the chart {len(result)} points; "
                "expected a value for each point, in order of date."
            )
    places = wording.decimals_for(result["value"], 1) if decimals is None else decimals
    rounded = {
        name: _rounded(result[column], _places(column, places), value_name)
        for column, name in names.items()
        if column in result.columns
    }
    table = pd.DataFrame({**_dates(result["date"], "charts.spc_table"), **counts, **rounded})
    shown = result.rename(columns={"signal": "special_cause_type"})
    words = shown[["value", "point_type", "special_cause_type"]].to_dict("records")
    table["What the point shows"] = [point_words(row, line) for row in words]
    table.attrs = dict(result.attrs)
    return table


def summary_table(
    summary: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
    value_name: str = "Latest",
    decimals: int | None = None,
    in_full: bool = False,
) -> pd.DataFrame:
    """Return variation and assurance of many series for readers: a row a series, columns named, icons in words.

    Parameters
    ----------
    summary : DataFrame
        From `natpatsip.spc.summary`.
    names : mapping of str to str, optional
        What the columns that tell series apart are called.
    value_name : str
        What the column of latest values is called.
    decimals : int, optional
        Decimals of all numbers: one, or more if values are small or close together.
    in_full : bool
        Explain each icon in a sentence rather than in two or three words.

    Examples
    --------
    >>> from natpatsip.spc import panel, summary
    >>> frame = pd.DataFrame({"team": ["North"] * 3, "month": ["2024-07", "2024-08", "2024-09"], "share": [71, 74, 69]})
    >>> found = summary(panel(frame, by="team", value="share", date="month"))
    >>> table = summary_table(found, value_name="Seen, %")
    >>> table.iloc[0].to_dict()  # doctest: +NORMALIZE_WHITESPACE
    {'Team': 'North', 'Month': 'September 2024', 'Seen, %': 69.0, 'Mean': 71.3, 'Lower limit': 60.7,
     'Upper limit': 82.0, 'Variation': 'Common cause', 'Assurance': 'No target'}
    """
    needed = ["segment", "latest_date", "latest_value", "mean", "lpl", "upl", "target"]
    icons = ["variation_icon", "assurance_icon", "variation", "assurance"]
    need_columns(summary, [*needed, *icons], chart="charts.summary_table")
    need_rows(summary, chart="charts.summary_table")
    named = names or {}
    by = list(summary.attrs.get("by", [])) or list(summary.columns[: list(summary.columns).index("segment")])
    numbers = {"latest_value": value_name, "mean": "Mean", "lpl": "Lower limit", "upl": "Upper limit"}
    numbers |= {} if summary["target"].isna().all() else {"target": "Target"}
    places = wording.decimals_for(summary["latest_value"], 1) if decimals is None else decimals
    table = pd.DataFrame(
        {
            **{named.get(column, column.replace("_", " ").capitalize()): list(summary[column]) for column in by},
            **_dates(summary["latest_date"], "charts.summary_table"),
            **{
                words: _rounded(summary[column], _places(column, places), value_name)
                for column, words in numbers.items()
            },
        }
    )
    for kind in ("variation", "assurance"):
        in_words = summary[kind] if in_full else [ICONS[icon].words for icon in summary[f"{kind}_icon"]]
        known = summary["latest_value"].notna()
        table[kind.capitalize()] = [
            text if is_known else NO_VALUE.capitalize() for text, is_known in zip(in_words, known, strict=True)
        ]
    return table


def trend_table(
    frame: pd.DataFrame, *, x: str, y: str, value_name: str = "Value", decimals: int | None = None
) -> pd.DataFrame:
    """Return the points of a line over time: a row for each date, in order.

    Examples
    --------
    >>> trend_table(pd.DataFrame({"month": ["2024-09"], "n": [947.25]}), x="month", y="n", value_name="People")
                Month  People
    0  September 2024   947.3
    """
    need_columns(frame, [x, y], chart="charts.trend_table")
    need_rows(frame, chart="charts.trend_table")
    rows = points(frame, x=x, y=y, chart="charts.trend_table")
    places = wording.decimals_for(rows["value"], 1) if decimals is None else decimals
    table = pd.DataFrame(
        {**_dates(rows["date"], "charts.trend_table"), value_name: _rounded(rows["value"], places, value_name)}
    )
    table.attrs = dict(frame.attrs)
    return table


def stacked_table(
    frame: pd.DataFrame, *, x: str, y: str, category: str, order: Sequence[str] | None = None, bar_name: str = "Quarter"
) -> pd.DataFrame:
    """Return stacked bars: a row for each bar, a column for each category from the bottom up.

    Examples
    --------
    >>> frame = pd.DataFrame({"quarter": ["2024-25-Q2"] * 2, "seen": [29, 13], "how": ["In person", "Online"]})
    >>> stacked_table(frame, x="quarter", y="seen", category="how")
          Quarter  In person  Online
    0  Q2 2024/25         29      13
    """
    table = bars(frame, x=x, y=y, category=category, order=order)
    if (table.isna() | (table == table.round())).all(axis=None):
        table = table.astype("Int64" if table.isna().any(axis=None) else int)
    named = table.rename_axis(bar_name).reset_index()
    named.attrs = dict(frame.attrs)
    return named


def _places(column: str, places: int) -> int:
    """Return the decimals of a chart's column: a target is a number that people set, not rounded as levels are."""
    return max(places, wording.MOST_GIVEN) if column == "target" else places


def _rounded(values: pd.Series[float], decimals: int, value_name: str) -> pd.Series[Any]:
    """Return a chart's numbers rounded for its table; with no decimals, whole numbers without a decimal point."""

    def rounded_one(value: float) -> float:
        return value if pd.isna(value) else wording.rounded(value, decimals, is_percent=wording.is_share(value_name))

    rounded = values.map(rounded_one)
    is_whole = not decimals and bool((rounded.isna() | (rounded == rounded.round())).all())
    return (rounded.astype("Int64") if is_whole else rounded).reset_index(drop=True)


def _dates(dates: pd.Series[Any], chart: str) -> dict[str, list[str]]:
    read = read_dates(dates, chart=chart, numbered=True)
    line = timeline(read)
    return {line.name: [line.words(date) if line.is_dated else str(date) for date in read]}
