"""Stacked bars: how a whole is made up, bar by bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from natpatsip import wording
from natpatsip.charts import palette
from natpatsip.charts.alt_text import Words, grouped_sums, stacked_text
from natpatsip.charts.chart_data import most_of_a_whole, need_percentages, need_title
from natpatsip.charts.layers import Layer, ReportChart, Rows, layer, words
from natpatsip.charts.layout.bar_names import write_bar_names
from natpatsip.charts.layout.canvas import Canvas, Drawing, Plot, with_plot
from natpatsip.charts.layout.labels import spread
from natpatsip.charts.layout.legend import LINE, flow
from natpatsip.charts.layout.sizes import (
    NARROW,
    NOTE_SIZE,
    PLOT_HEIGHT,
    TEXT_SIZE,
    WIDTH,
    block_width,
    wrap,
    wrap_name,
)
from natpatsip.charts.layout.value_axis import ValueAxis, amount, short_number, value_axis
from natpatsip.charts.stacked_bars import bars
from natpatsip.errors import FigureError, nearest

COLUMN = 132  # pixels of the categories' names beside the last bar
GROUP = 84  # pixels of a group's name beside its sum
PITCH = 15
BETWEEN = 6
NAMES_FROM = 22  # pixels from the plot to the names beside the last bar
APART = 12  # pixels between these names and the lines from them to their group's sum
LEAD = 20  # pixels of these lines from left to right
THIN = 8  # pixels of a bar so narrow that white edges would cover its colours
MOST_NAMED = 3  # sizes of parts without a number that a note names
MISSING = "A missing part of a bar is not drawn."


def stacked(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    category: str,
    y_title: str,
    order: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    percent: bool = False,
    decimals: int | None = None,
    width: int = WIDTH,
    height: int = PLOT_HEIGHT + 30,
) -> ReportChart:
    """Return stacked bars, the first category at the bottom, with their numbers in them and their total above.

    The categories' names are beside the last bar, level with their parts of it, and lines lead from those of a group to
    its sum. If one has no part there, or the names do not fit, a legend is written above the bars.

    Parameters
    ----------
    frame : DataFrame
        A row for each bar and category. What no row states is 0; a missing value is missing in the chart, its text
        alternative and its table.
    x, y, category : str
        The columns of bars (quarters and dates, which are put in order of time, or any words, in theirs), of values
        and of categories.
    y_title : str
        What the axis counts: the unit.
    order : sequence of str, optional
        The categories from the bottom up, six at most; by default as they come.
    groups : mapping of str to sequence of str, optional
        Categories that belong together, by what the group is called: each group has a hue, its categories the shades of
        it from dark to pale. Categories without a group are grey, the second of them pale.
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
        a negative value or something that is not a number, more than six categories, or one that `order` does not name
        or `groups` names twice; or there are more groups than hues.

    Examples
    --------
    >>> frame = pd.DataFrame({"quarter": ["2024-25-Q1"] * 2 + ["2024-25-Q2"] * 2, "seen": [25, 17, 29, 13],
    ...                       "how": ["In person", "Online"] * 2})
    >>> print(stacked(frame, x="quarter", y="seen", category="how", y_title="People seen").description)
    Stacked bar chart: Q1 2024/25 to Q2 2024/25. Q2 2024/25: In person 29, Online 13.
    """
    table = bars(frame, x=x, y=y, category=category, order=order)
    need_title(y_title, chart="charts.stacked")
    need_percentages(table.sum(axis="columns"), percent=percent, chart="charts.stacked")
    _need_parts_of_a_whole(table, percent=percent)
    is_whole = bool((table.isna() | (table == table.round())).all(axis=None))
    places = (0 if is_whole else wording.decimals_for(table.to_numpy().ravel())) if decimals is None else decimals
    axis = value_axis([0, *table.sum(axis="columns")], percent=percent, zero=True)

    def printed(value: float) -> str:
        return amount(value, percent=percent, decimals=places)

    groups = groups or {}
    totals = {} if percent or len(table.columns) == 1 else {
        at: float(parts.sum()) for at, (_, parts) in enumerate(table.iterrows()) if parts.notna().all()
    }  # fmt: skip
    colours, summed = _colours(list(table.columns), groups), _sums(table.iloc[-1], groups, printed)
    chart = _StackedChart(table, y_title, axis, printed, colours, summed, totals)
    least = _height_of(_names_beside(table, height))
    return with_plot(chart.lay_out, width, height, stacked_text(table, groups, words=printed), least=least)


@dataclass(frozen=True)
class Group:
    """A group of categories, and its sum in the last bar in words."""

    name: str
    categories: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class _StackedChart:
    """What stacked bars show, before they have a width."""

    table: pd.DataFrame
    y_title: str
    axis: ValueAxis
    printed: Words
    colours: Mapping[str, str]
    groups: Sequence[Group]
    totals: Mapping[int, float]

    def lay_out(self, width: int, height: int) -> Drawing:
        """Return the chart at a width with a plot of a height: names beside the last bar if they fit, else a legend."""
        table, colours, groups = self.table, self.colours, self.groups
        names = [] if width <= NARROW else _names_beside(table, height)
        left = self.axis.label_width
        apart = NAMES_FROM + (APART if groups else 2)
        beside = max(block_width(lines, NOTE_SIZE) for lines in names) + apart if names else 4.0
        right = beside + (_groups_width(groups) if names else 0.0)
        slot = (width - left - right) / len(table)
        bar = min(64.0, slot * 0.78)
        plot = Plot(width - left - right, height, left, right, 0, 0, self.axis)
        canvas = Canvas()
        above = _write_totals(canvas, self.totals, self.printed, plot, slot)
        top = canvas.title(self.y_title, -left, width, bottom=-10 - above)
        if not names:
            last = str(table.index[-1])
            top = _write_legend(canvas, colours, groups, last=last, left=-left, right=width - left, bottom=top)
        below = write_bar_names(canvas, list(table.index), slot, height, left=left)
        rows = _rows(table, self.printed)
        notes = [MISSING] if table.isna().any(axis=None) else []
        for note in [*notes, *_write_values(canvas, rows, colours, plot, slot, bar)]:
            canvas.text(note, -left, height + below + PITCH / 2, colour=palette.QUIET, size=NOTE_SIZE)
            below += PITCH
        plot = replace(plot, top=2 - top, bottom=below)
        if names:
            placed = _write_names(canvas, table.iloc[-1], names, plot, plot.width - (slot - bar) / 2)
            _write_groups(canvas, groups, placed, colours, plot.width + beside)
        bars = _bars_layer(rows, colours, plot, len(table), bar)
        return Drawing(plot, [*canvas.backdrop(plot), bars, *canvas.layers()])


def _colours(categories: Sequence[str], groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return each category's colour: shades of hues if there are groups, else the palette in its order."""
    if not groups:
        return dict(zip(categories, palette.CATEGORIES, strict=False))
    grouped = [name for names in groups.values() for name in names]
    for name in grouped:
        if name not in categories:
            raise FigureError(f'charts.stacked: groups: there is no category "{name}".{nearest(name, categories)}')
        if grouped.count(name) > 1:
            raise FigureError(f'charts.stacked: groups name "{name}" twice; expected each category in one group.')
    shades = len(palette.GREYS)
    sizes = {name: len(names) for name, names in groups.items()} | {"no group": len(categories) - len(grouped)}
    if large := [name for name, size in sizes.items() if size > shades]:
        raise FigureError(
            f"charts.stacked: {sizes[large[0]]} categories in {large[0]}; expected {shades} at most, a shade each."
        )
    if len(groups) > len(palette.HUES):
        raise FigureError(f"charts.stacked: {len(groups)} groups; expected {len(palette.HUES)} at most.")
    return palette.in_hues(categories, groups)


def _need_parts_of_a_whole(table: pd.DataFrame, *, percent: bool) -> None:
    """Raise a FigureError if percentages stacked on each other are more than 100: they are no parts of one whole."""
    totals = table.sum(axis="columns")
    most = table.apply(lambda parts: most_of_a_whole(parts.dropna()), axis="columns")
    over = totals[(totals > most) & (table.notna().sum(axis="columns") > 1)] if percent else totals[:0]
    if len(over):
        raise FigureError(
            f"charts.stacked: the percentages of {over.index[0]} add up to {over.iloc[0]:g}%, so they are not parts of "
            "one whole. Draw charts.multiples or charts.trend, or count the people."
        )


def _sums(last: pd.Series[float], groups: Mapping[str, Sequence[str]], printed: Words) -> list[Group]:
    """Return the groups with their sums in the last bar, as far as they are known."""
    sums = grouped_sums(last, groups)
    known = [name for name in groups if sums[name] == sums[name]]
    return [Group(name, tuple(groups[name]), printed(sums[name])) for name in known]


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


def _rows(table: pd.DataFrame, printed: Words) -> Rows:
    """Return each part of each bar that is known and not empty, from where to where it reaches."""
    rows = []
    for at, (bar, parts) in enumerate(table.iterrows()):
        reached = 0.0
        for name, value in parts[parts > 0].items():
            ends = {"from": short_number(reached), "to": short_number(reached + value)}
            rows.append({"at": at, **ends, "Period": str(bar), "Category": str(name), "Value": printed(value)})
            reached += value
    return rows


def _write_values(
    canvas: Canvas, rows: Rows, colours: Mapping[str, str], plot: Plot, slot: float, bar: float
) -> list[str]:
    """Write the numbers into the parts that are high enough, or none if bars are too narrow for the longest.

    A reader who saw only the short numbers would think that there are no others.

    Returns
    -------
    list of str
        A note on the parts without a number, if some have one and some have none.
    """
    if block_width([row["Value"] for row in rows], NOTE_SIZE) > bar - 4:
        return []
    bare: dict[float, str] = {}
    for row in rows:
        low, high = plot.y(row["from"]), plot.y(row["to"])
        if low - high < PITCH - 1:
            bare[row["to"] - row["from"]] = row["Value"]
            continue
        colour = palette.text_on(colours[row["Category"]])
        x, y = (row["at"] + 0.5) * slot, (low + high) / 2
        canvas.text(row["Value"], x, y, colour=colour, align="center", size=NOTE_SIZE, is_on_data=True)
    return [_of_bare_parts(bare)] if bare and len(bare) < len({row["to"] - row["from"] for row in rows}) else []


def _of_bare_parts(parts: Mapping[float, str]) -> str:
    """Return what the parts are that are too low for a number, from their sizes and how these are printed."""
    sizes = list(dict.fromkeys(parts[size] for size in sorted(parts)))
    if len(sizes) > MOST_NAMED:
        return f"Parts without a number are {sizes[-1]} or less."
    return f"Parts without a number are {' or '.join(filter(None, [', '.join(sizes[:-1]), sizes[-1]]))}."


def _names_beside(table: pd.DataFrame, height: float) -> list[list[str]]:
    """Return the categories' names in lines for a column beside the last bar, or none if they do not fit."""
    if len(table.columns) < 2 or not (table.iloc[-1] > 0).all():
        return []
    names = [wrap(str(name), COLUMN, NOTE_SIZE) for name in table.columns]
    return names if _height_of(names) <= height else []


def _height_of(names: Sequence[Sequence[str]]) -> int:
    """Return the pixels that names in lines take one below the other."""
    return sum(len(lines) * PITCH + BETWEEN for lines in names)


def _write_names(
    canvas: Canvas, last: pd.Series[float], names: Sequence[Sequence[str]], plot: Plot, edge: float
) -> dict[str, tuple[float, float]]:
    """Write the categories' names beside their parts of the last bar, each with a leader; return where each is."""
    tops = last.cumsum()
    wanted = [plot.y(float(top - part / 2)) for top, part in zip(tops, last, strict=True)]
    sizes = [len(lines) * PITCH + BETWEEN for lines in names]
    # from the top down, as `spread` goes
    placed = spread(wanted[::-1], sizes[::-1], low=0, high=plot.height)[::-1]
    for lines, at, y in zip(names, wanted, placed, strict=True):
        canvas.line((edge + 2, at), (plot.width + 18, y), colour=palette.AXIS)
        canvas.block(lines, plot.width + NAMES_FROM, y, pitch=PITCH, is_centred=True, size=NOTE_SIZE)
    halves = [len(lines) * PITCH / 2 for lines in names]
    return {str(name): (y - half, y + half) for name, y, half in zip(last.index, placed, halves, strict=True)}


def _group_lines(group: Group) -> list[str]:
    return wrap_name(group.name, GROUP, NOTE_SIZE)


def _groups_width(groups: Sequence[Group]) -> float:
    """Return the pixels of the column of groups: the lines to them, their sums and names."""
    if not groups:
        return 0.0
    names = block_width([line for group in groups for line in _group_lines(group)], NOTE_SIZE)
    return LEAD + 14 + max(names, block_width([group.total for group in groups], TEXT_SIZE, bold=True))


def _write_groups(
    canvas: Canvas,
    groups: Sequence[Group],
    placed: Mapping[str, tuple[float, float]],
    colours: Mapping[str, str],
    x: float,
) -> None:
    """Write the sum and name of each group, with a line from each of its categories' names.

    No line is upright: names are moved apart, so that a line along them would not reach as far as their parts do, and
    would read wrongly against the axis.
    """
    for group in groups:
        middles = [sum(placed[name]) / 2 for name in group.categories]
        middle = (min(middles) + max(middles)) / 2
        for y in middles:
            canvas.line((x, y), (x + LEAD, middle), colour=colours[group.categories[0]], width=2)
        lines = _group_lines(group)
        first = middle - len(lines) * PITCH / 2
        canvas.text(group.total, x + LEAD + 4, first, bold=True)
        canvas.block(lines, x + LEAD + 4, first + PITCH, pitch=PITCH, size=NOTE_SIZE)


def _write_totals(canvas: Canvas, totals: Mapping[int, float], printed: Words, plot: Plot, slot: float) -> float:
    """Write each bar's total above it if they all fit, and return the pixels they need above the plot."""
    if not totals or block_width([printed(total) for total in totals.values()], NOTE_SIZE, bold=True) > slot - 4:
        return 0.0
    for at, total in totals.items():
        x, y = (at + 0.5) * slot, plot.y(total) - 9
        canvas.text(printed(total), x, y, align="center", size=NOTE_SIZE, bold=True)
    return max(0.0, 16 - min(plot.y(total) for total in totals.values()))


def _write_legend(
    canvas: Canvas,
    colours: Mapping[str, str],
    groups: Sequence[Group],
    *,
    last: str,
    left: float,
    right: float,
    bottom: float,
) -> float:
    """Write the categories' names with their colours above the bars, in rows, and return the y of their top.

    Each group has rows of its own below its name and sum; the categories without a group come last.
    """
    of_group = {name for group in groups for name in group.categories}
    parts = [(f"{group.name}: {group.total} in {last}", [name for name in colours if name in group.categories])
             for group in groups]  # fmt: skip
    parts.append(("", [name for name in colours if name not in of_group]))
    for head, names in reversed([part for part in parts if part[1]]):
        entries, height, _ = flow(names, right - left, mark=18)
        top = bottom - 6 - height
        for name, entry in zip(names, entries, strict=True):
            outline = palette.AXIS if palette.contrast(colours[name], palette.PAPER) < 3 else colours[name]
            canvas.symbol("square", left + entry.x + 7, top + entry.y, fill=colours[name], outline=outline, size=144)
            canvas.block(entry.lines, left + entry.x + 18, top + entry.y, pitch=LINE)
        lines = wrap_name(head, right - left, bold=True)
        bottom = top - LINE * len(lines)
        canvas.block(lines, left, bottom + LINE / 2 - 1, pitch=LINE, bold=True)
    return bottom - 2
