"""Stacked bars: how a whole is made up, bar by bar."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts import palette, theme
from natpatsip.charts.alt_text import stacked_text
from natpatsip.charts.bar_names import write_bar_names
from natpatsip.charts.canvas import Canvas
from natpatsip.charts.geometry import Drawing, Plot, finish
from natpatsip.charts.layers import Layer, ReportChart, Rows, layer, words
from natpatsip.charts.legend import LINE, flow
from natpatsip.charts.metrics import block_width, text_width, wrap
from natpatsip.charts.options import amount, need_columns, need_rows, need_words
from natpatsip.charts.place import spread
from natpatsip.charts.spc_marks import short_number
from natpatsip.charts.ticks import value_axis
from natpatsip.errors import FigureError, nearest
from natpatsip.quarter import Quarter

MOST = len(palette.CATEGORIES)
COLUMN = 132  # pixels of the categories' names beside the last bar
PITCH = 15
BETWEEN = 6
THIN = 8  # pixels of a bar so narrow that white edges would take its colours


def stacked(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    category: str,
    y_title: str,
    order: Sequence[str] | None = None,
    percent: bool = False,
    decimals: int = 0,
    width: int = theme.WIDTH,
    height: int = theme.PLOT_HEIGHT + 30,
) -> ReportChart:
    """Return stacked bars, the first category at the bottom, with the numbers in them where they fit.

    The categories' names stand beside the last bar, at their parts of it; where one has no part there, or they do not
    fit, a legend stands over the bars.

    Parameters
    ----------
    frame : DataFrame
        A row for each bar and category.
    x, y, category : str
        The columns of bars (quarters, dates, or any words, in order), of values and of categories.
    y_title : str
        What is counted, as the axis and the text alternative say it.
    order : sequence of str, optional
        The categories from the bottom up, six at most; by default as they come.
    percent : bool
        Values are percentages.
    decimals : int
        Of the numbers written.
    width, height : int
        Pixels: the whole chart's width, the plot's height.

    Raises
    ------
    FigureError
        Where the frame has no rows, lacks a column, or has a bar or a category without a name, a bar's category twice,
        a negative value, more than six categories or one that `order` does not name.

    Examples
    --------
    >>> frame = pd.DataFrame({"quarter": ["2024-25-Q1"] * 2 + ["2024-25-Q2"] * 2, "boards": [25, 17, 29, 13],
    ...                       "approach": ["Whole system", "Other"] * 2})
    >>> print(stacked(frame, x="quarter", y="boards", category="approach", y_title="Boards").description)
    Stacked bar chart of Boards, Q1 2024/25 to Q2 2024/25 (2 bars). In Q2 2024/25, Whole system: 29; Other: 13. In Q1 2024/25, Whole system: 25; Other: 17.
    """  # noqa: E501 — the text is one line
    table = bars(frame, x=x, y=y, category=category, order=order)
    need_words(y_title, chart="charts.stacked")
    axis = value_axis([0, *table.sum(axis="columns")], percent=percent, zero=True)
    rows = _rows(table, percent=percent, decimals=decimals)
    colours = dict(zip(table.columns, palette.CATEGORIES, strict=False))

    def lay_out(pixels: int) -> Drawing:
        names = [] if pixels <= theme.NARROW else _names_beside(table, height)
        left = max(text_width(tick) for tick in axis.words(percent=percent)) + 10
        right = max(block_width(lines, theme.NOTE_SIZE) for lines in names) + 24 if names else 4.0
        slot = (pixels - left - right) / len(table)
        bar = min(64.0, slot * 0.78)
        canvas = Canvas()
        top = canvas.title(y_title, -left, pixels, bottom=-10)
        if not names:
            top = _write_legend(canvas, colours, left=-left, right=pixels - left, bottom=top)
        below = write_bar_names(canvas, list(table.index), slot, height, left=left)
        plot = Plot(pixels - left - right, height, left, right, 2 - top, below, axis)
        _write_values(canvas, rows, colours, plot, slot, bar)
        if names:
            _write_names(canvas, table.iloc[-1], names, plot, plot.width - (slot - bar) / 2)
        return Drawing(plot, [_bars_layer(rows, colours, plot, len(table), bar, percent=percent), *canvas.layers()])

    description = stacked_text(table, y_title=y_title, words=lambda value: _words(value, percent, decimals))
    return finish(lay_out, width, description)


def _bars_layer(rows: Rows, colours: Mapping[str, str], plot: Plot, count: int, bar: float, *, percent: bool) -> Layer:
    places = {"domain": [-0.5, count - 0.5], "nice": False, "zero": False, "padding": 0}
    parts = {"domain": list(colours), "range": list(colours.values())}
    encoding = {
        "x": {"field": "at", "type": "quantitative", "scale": places, "axis": None},
        "y": plot.channel("from", percent=percent, has_axis=True),
        "y2": {"field": "to"},
        "fill": {"field": "Category", "type": "nominal", "scale": parts, "legend": None},
        "tooltip": [words(name) for name in ("Period", "Category", "Value")],
    }
    edge = {"stroke": palette.PAPER, "strokeWidth": 1} if bar >= THIN else {}
    return layer("bar", rows, encoding, orient="vertical", size=round(bar, 1), **edge)


def bars(frame: pd.DataFrame, *, x: str, y: str, category: str, order: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a row for each bar and a column for each category; what no row states is 0.

    Raises
    ------
    FigureError
        As `stacked` does.
    """
    need_columns(frame, [x, y, category], chart="charts.stacked")
    need_rows(frame, chart="charts.stacked")
    for column in (x, category):
        if missing := list(frame.index[frame[column].isna()]):
            raise FigureError(f"charts.stacked: column {column} is empty in row {missing[0]}; expected what it names.")
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
    stated = pd.DataFrame({"bar": _bar_names(frame[x]), "category": named, "value": list(frame[y])})
    twice = stated[stated.duplicated(["bar", "category"])]
    if len(twice):
        bar, name = twice.iloc[0][["bar", "category"]]
        raise FigureError(f'charts.stacked: {bar} has "{name}" twice; expected one row for each bar and category.')
    below = stated[stated["value"] < 0]
    if len(below):
        bar, name, value = below.iloc[0][["bar", "category", "value"]]
        raise FigureError(f'charts.stacked: "{name}" in {bar} is {value}; parts of a whole cannot be negative.')
    table = stated.pivot(index="bar", columns="category", values="value").fillna(0).astype(float)
    table = table.reindex(index=list(dict.fromkeys(stated["bar"])), columns=categories, fill_value=0.0)
    return table.rename_axis(index=None, columns=None)


def _bar_names(bars: pd.Series[Any]) -> list[str]:
    """Return the bars' names: dates and quarters as the report prints them, anything else as it is."""
    if all(isinstance(bar, datetime.date) for bar in bars):
        is_monthly = all(bar.day == 1 for bar in bars)
        return [wording.month(bar) if is_monthly else wording.date(bar) for bar in bars]
    return [_bar_name(str(bar)) for bar in bars]


def _bar_name(text: str) -> str:
    return Quarter.parse(text).label if re.fullmatch(r"\d{4}-\d{2}-Q[1-4]", text) else text


def _words(value: float, percent: bool, decimals: int) -> str:
    return amount(value, percent=percent, decimals=decimals)


def _rows(table: pd.DataFrame, *, percent: bool, decimals: int) -> Rows:
    """Return each part of each bar that is not empty, from where to where it reaches."""
    rows = []
    for at, (bar, parts) in enumerate(table.iterrows()):
        reached = 0.0
        for name, value in parts.items():
            if value > 0:
                ends = {"from": short_number(reached), "to": short_number(reached + value)}
                text = _words(value, percent, decimals)
                rows.append({"at": at, **ends, "Period": str(bar), "Category": str(name), "Value": text})
            reached += value
    return rows


def _write_values(canvas: Canvas, rows: Rows, colours: Mapping[str, str], plot: Plot, slot: float, bar: float) -> None:
    """Write the numbers into the parts that are high enough; none where bars are too narrow for the longest.

    A reader who saw the short numbers alone would take them for all there are.
    """
    if block_width([row["Value"] for row in rows], theme.NOTE_SIZE) > bar - 4:
        return
    for row in rows:
        low, high = plot.y(row["from"]), plot.y(row["to"])
        if low - high >= PITCH - 1:
            colour = palette.text_on(colours[row["Category"]])
            x, y = (row["at"] + 0.5) * slot, (low + high) / 2
            canvas.text(row["Value"], x, y, colour=colour, align="center", size=theme.NOTE_SIZE)


def _names_beside(table: pd.DataFrame, height: float) -> list[list[str]]:
    """Return the categories' names in lines for a column beside the last bar, or none where they do not fit."""
    if len(table.columns) < 2 or not (table.iloc[-1] > 0).all():
        return []
    names = [wrap(str(name), COLUMN, theme.NOTE_SIZE) for name in table.columns]
    return names if sum(len(lines) * PITCH + BETWEEN for lines in names) <= height else []


def _write_names(
    canvas: Canvas, last: pd.Series[float], names: Sequence[Sequence[str]], plot: Plot, edge: float
) -> None:
    """Write the categories' names beside their parts of the last bar, each with a leader."""
    tops = last.cumsum()
    wanted = [plot.y(float(top - part / 2)) for top, part in zip(tops, last, strict=True)]
    sizes = [len(lines) * PITCH + BETWEEN for lines in names]
    # from the top down, as `spread` goes
    placed = spread(wanted[::-1], sizes[::-1], low=0, high=plot.height)[::-1]
    for lines, at, y in zip(names, wanted, placed, strict=True):
        canvas.line((edge + 2, at), (plot.width + 18, y), colour=palette.AXIS)
        for number, line in enumerate(lines):
            shift = (number - (len(lines) - 1) / 2) * PITCH
            canvas.text(line, plot.width + 22, y + shift, size=theme.NOTE_SIZE)


def _write_legend(canvas: Canvas, colours: Mapping[str, str], *, left: float, right: float, bottom: float) -> float:
    """Write the categories' names with their colours over the bars, in rows, and return how far up they reach."""
    entries, height, _ = flow(list(colours), right - left, mark=18, gap=16)
    top = bottom - 6 - height
    for entry, colour in zip(entries, colours.values(), strict=True):
        canvas.symbol("square", left + entry.x + 7, top + entry.y, fill=colour, outline=colour, size=144)
        for number, line in enumerate(entry.lines):
            canvas.text(line, left + entry.x + 18, top + entry.y + number * LINE)
    return top - 2
