"""Stacked bars: how a whole is made up, bar by bar."""

from __future__ import annotations

import calendar
import datetime
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts import palette
from natpatsip.charts.alt_text import stacked_text
from natpatsip.charts.chart_data import need_columns, need_percentages, need_rows, need_title, read_dates, read_values
from natpatsip.charts.layers import Layer, ReportChart, Rows, layer, words
from natpatsip.charts.layout.canvas import Canvas, Drawing, Plot, finish
from natpatsip.charts.layout.labels import GAP, spread
from natpatsip.charts.layout.legend import LINE, flow
from natpatsip.charts.layout.sizes import (
    NARROW,
    NOTE_SIZE,
    PLOT_HEIGHT,
    WIDTH,
    block_width,
    text_width,
    wrap,
    wrap_name,
)
from natpatsip.charts.layout.time_axis import MONTH_STEPS
from natpatsip.charts.layout.value_axis import amount, short_number, value_axis
from natpatsip.errors import FigureError, nearest
from natpatsip.quarter import Quarter

MOST = len(palette.CATEGORIES)
COLUMN = 132  # pixels of the categories' names beside the last bar
PITCH = 15
BETWEEN = 6
THIN = 8  # pixels of a bar so narrow that white edges would cover its colours
MISSING = "A missing part of a bar is not drawn."

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
NAME_PITCH = 17  # of the bars' names
MOST_LINES = 3
QUARTER = re.compile(r"Q[1-4] \d{4}/\d{2}")
MONTH = re.compile(rf"({'|'.join(calendar.month_name[1:])}) \d{{4}}")
DAY = "%d %B %Y"  # as `wording.date` writes it
QUARTER_STEPS = (1, 2, 4, 8, 12, 20, 40, 80)


def stacked(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    category: str,
    y_title: str,
    order: Sequence[str] | None = None,
    percent: bool = False,
    decimals: int | None = None,
    width: int = WIDTH,
    height: int = PLOT_HEIGHT + 30,
) -> ReportChart:
    """Return stacked bars, the first category at the bottom, with the numbers in them if they fit.

    The categories' names are beside the last bar, level with their parts of it. If one has no part there, or the
    names do not fit, a legend is written above the bars.

    Parameters
    ----------
    frame : DataFrame
        A row for each bar and category. What no row states is 0; a missing value is missing in the chart, its text
        alternative and its table.
    x, y, category : str
        The columns of bars (quarters and dates, which are put in order of time, or any words, in theirs), of values
        and of categories.
    y_title : str
        What is counted, for the axis and the text alternative.
    order : sequence of str, optional
        The categories from the bottom up, six at most; by default as they come.
    percent : bool
        Values are percentages.
    decimals : int, optional
        Decimals of the numbers written: none for whole numbers, otherwise as many as their size and spread need.
    width, height : int
        Pixels: the whole chart's width, the plot's height.

    Raises
    ------
    FigureError
        If the frame has no rows, lacks a column, or has a bar or a category without a name, a bar's category twice,
        a negative value or something that is not a number, more than six categories or one that `order` does not name.

    Examples
    --------
    >>> frame = pd.DataFrame({"quarter": ["2024-25-Q1"] * 2 + ["2024-25-Q2"] * 2, "seen": [25, 17, 29, 13],
    ...                       "how": ["In person", "Online"] * 2})
    >>> print(stacked(frame, x="quarter", y="seen", category="how", y_title="People seen").description)
    Stacked bar chart: People seen, Q1 2024/25 to Q2 2024/25 (2 bars). In Q2 2024/25, In person: 29; Online: 13. In Q1 2024/25, In person: 25; Online: 17.
    """  # noqa: E501 — the text is one line
    table = bars(frame, x=x, y=y, category=category, order=order)
    need_title(y_title, chart="charts.stacked")
    need_percentages(table.sum(axis="columns"), percent=percent, chart="charts.stacked")
    is_whole = bool((table.isna() | (table == table.round())).all(axis=None))
    places = (0 if is_whole else wording.decimals_for(table.to_numpy().ravel())) if decimals is None else decimals
    axis = value_axis([0, *table.sum(axis="columns")], percent=percent, zero=True)

    def printed(value: float) -> str:
        return amount(value, percent=percent, decimals=places)

    rows = _rows(table, printed)
    colours = dict(zip(table.columns, palette.CATEGORIES, strict=False))

    def lay_out(pixels: int) -> Drawing:
        names = [] if pixels <= NARROW else _names_beside(table, height)
        left = axis.label_width
        right = max(block_width(lines, NOTE_SIZE) for lines in names) + 24 if names else 4.0
        slot = (pixels - left - right) / len(table)
        bar = min(64.0, slot * 0.78)
        canvas = Canvas()
        top = canvas.title(y_title, -left, pixels, bottom=-10)
        if not names:
            top = _write_legend(canvas, colours, left=-left, right=pixels - left, bottom=top)
        below = _write_bar_names(canvas, list(table.index), slot, height, left=left)
        if table.isna().any(axis=None):
            canvas.text(MISSING, -left, height + below + PITCH / 2, colour=palette.QUIET, size=NOTE_SIZE)
            below += PITCH
        plot = Plot(pixels - left - right, height, left, right, 2 - top, below, axis)
        _write_values(canvas, rows, colours, plot, slot, bar)
        if names:
            _write_names(canvas, table.iloc[-1], names, plot, plot.width - (slot - bar) / 2)
        return Drawing(plot, [_bars_layer(rows, colours, plot, len(table), bar), *canvas.layers()])

    return finish(lay_out, width, stacked_text(table, y_title=y_title, words=printed))


def _bars_layer(rows: Rows, colours: Mapping[str, str], plot: Plot, count: int, bar: float) -> Layer:
    places = {"domain": [-0.5, count - 0.5], "nice": False, "zero": False, "padding": 0}
    parts = {"domain": list(colours), "range": list(colours.values())}
    encoding = {
        "x": {"field": "at", "type": "quantitative", "scale": places, "axis": None},
        "y": plot.channel("from", has_axis=True),
        "y2": {"field": "to"},
        "fill": {"field": "Category", "type": "nominal", "scale": parts, "legend": None},
        "tooltip": [words(name) for name in ("Period", "Category", "Value")],
    }
    edge = {"stroke": palette.PAPER, "strokeWidth": 1} if bar >= THIN else {}
    return layer("bar", rows, encoding, orient="vertical", size=round(bar, 1), **edge)


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
        is_monthly = bool((dates.dt.day == 1).all())
        return [wording.month(date) if is_monthly else wording.date(date) for date in dates]
    return [_bar_name(str(bar)) for bar in bars]


def _in_time(names: Iterable[str]) -> list[str]:
    """Return the names of bars in order of time if all are quarters, months or days, else as they come."""
    named = list(names)
    if all(map(QUARTER.fullmatch, named)):
        return sorted(named, key=lambda name: (name[3:], name))
    try:
        return sorted(named, key=lambda name: datetime.datetime.strptime(name, "%B %Y" if name[0].isalpha() else DAY))
    except ValueError:
        return named


def _is_date(bar: Any) -> bool:
    """Return True for a day or a month; the text 2010-11 may be a financial year, and is not read as a month."""
    if isinstance(bar, pd.Period):
        return bar.freqstr in ("M", "D")
    return isinstance(bar, datetime.date) or bool(ISO_DATE.fullmatch(str(bar)))


def _bar_name(text: str) -> str:
    return Quarter.parse(text).label if re.fullmatch(r"\d{4}-\d{2}-Q[1-4]", text) else text


def _rows(table: pd.DataFrame, printed: Callable[[float], str]) -> Rows:
    """Return each part of each bar that is known and not empty, from where to where it reaches."""
    rows = []
    for at, (bar, parts) in enumerate(table.iterrows()):
        reached = 0.0
        for name, value in parts[parts > 0].items():
            ends = {"from": short_number(reached), "to": short_number(reached + value)}
            rows.append({"at": at, **ends, "Period": str(bar), "Category": str(name), "Value": printed(value)})
            reached += value
    return rows


def _write_values(canvas: Canvas, rows: Rows, colours: Mapping[str, str], plot: Plot, slot: float, bar: float) -> None:
    """Write the numbers into the parts that are high enough, or none if bars are too narrow for the longest.

    A reader who saw only the short numbers would think that there are no others.
    """
    if block_width([row["Value"] for row in rows], NOTE_SIZE) > bar - 4:
        return
    for row in rows:
        low, high = plot.y(row["from"]), plot.y(row["to"])
        if low - high >= PITCH - 1:
            colour = palette.text_on(colours[row["Category"]])
            x, y = (row["at"] + 0.5) * slot, (low + high) / 2
            canvas.text(row["Value"], x, y, colour=colour, align="center", size=NOTE_SIZE)


def _names_beside(table: pd.DataFrame, height: float) -> list[list[str]]:
    """Return the categories' names in lines for a column beside the last bar, or none if they do not fit."""
    if len(table.columns) < 2 or not (table.iloc[-1] > 0).all():
        return []
    names = [wrap(str(name), COLUMN, NOTE_SIZE) for name in table.columns]
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
        canvas.block(lines, plot.width + 22, y, pitch=PITCH, is_centred=True, size=NOTE_SIZE)


def _write_legend(canvas: Canvas, colours: Mapping[str, str], *, left: float, right: float, bottom: float) -> float:
    """Write the categories' names with their colours above the bars, in rows, and return the y of their top."""
    entries, height, _ = flow(list(colours), right - left, mark=18, gap=16)
    top = bottom - 6 - height
    for entry, colour in zip(entries, colours.values(), strict=True):
        canvas.symbol("square", left + entry.x + 7, top + entry.y, fill=colour, outline=colour, size=144)
        canvas.block(entry.lines, left + entry.x + 18, top + entry.y, pitch=LINE)
    return top - 2


def _write_bar_names(canvas: Canvas, names: Sequence[str], slot: float, height: float, *, left: float) -> float:
    """Write the bars' names below them and return the pixels they take.

    If they would meet, only some bars are named, each with a tick. Quarters have their year below, under the first and
    under each first quarter. Months are shortened, and named at steps that divide a year. `slot` is the distance from
    one bar to the next, `left` the chart's room to the left of the plot.
    """
    split = [name.split(" ") for name in names if QUARTER.fullmatch(name)]
    if len(split) == len(names):
        lines = _quarters(split, slot)
    elif all(map(MONTH.fullmatch, names)):
        lines = _wrapped([f"{name[:3]} {name[-4:]}" for name in names], slot, left, MONTH_STEPS)
    else:
        lines = _wrapped(names, slot, left, range(1, len(names) + 1))
    is_thinned = not all(lines)
    for at, name in enumerate(lines):
        if name and is_thinned:
            canvas.line(((at + 0.5) * slot, height), ((at + 0.5) * slot, height + 5), colour=palette.AXIS)
        x = _centre(name, at, slot, left, len(names))
        canvas.block([text for text in name if text], x, height + 15, pitch=NAME_PITCH, align="center")
    return 8.0 + NAME_PITCH * max(len(name) for name in lines)


def _centre(name: Sequence[str], at: int, slot: float, left: float, count: int) -> float:
    """Return where a bar's name is centred: under the bar, or moved in where it would leave the chart."""
    half = block_width(name) / 2
    return max(half - left, min((at + 0.5) * slot, count * slot - half))


def _quarters(split: Sequence[Sequence[str]], slot: float) -> list[list[str]]:
    """Return each quarter's lines; if they are many, only quarters far enough apart are named."""
    year_width = text_width("2024/25") + GAP
    every = next((step for step in QUARTER_STEPS if step * slot >= (24 if step < 4 else year_width)), QUARTER_STEPS[-1])
    first = next((at for at, (quarter, _) in enumerate(split) if quarter == "Q1"), 0) % every
    lines = [
        [quarter, year if quarter == "Q1" or at == first else ""] if at % every == first else []
        for at, (quarter, year) in enumerate(split)
    ]
    following = lines[first + 1 : first + math.ceil(year_width / slot)]
    if any(len(after) > 1 and after[1] for after in following):
        lines[first][1] = ""  # the first year gives way if the next is close
    return lines


def _wrapped(names: Sequence[str], slot: float, left: float, steps: Iterable[int]) -> list[list[str]]:
    """Return names in at most three lines, of every bar or at the smallest of the steps that leaves room."""
    for every in steps:
        named = range(0, len(names), every)
        lines = {at: wrap_name(names[at], every * slot - 6) for at in named}
        if any(" ".join(lines[at]) != " ".join(names[at].split()) or len(lines[at]) > MOST_LINES for at in named):
            continue  # a word would be broken
        ends = [(_centre(lines[at], at, slot, left, len(names)), block_width(lines[at]) / 2) for at in named]
        if all(one + half + GAP / 2 <= other - next_half for (one, half), (other, next_half) in pairwise(ends)):
            return [lines.get(at, []) for at in range(len(names))]
    return [wrap_name(names[0], slot * len(names)), *([] for _ in names[1:])]
