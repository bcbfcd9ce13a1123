"""Many small control charts on one page: one for each team or organisation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from natpatsip.charts import marks, palette
from natpatsip.charts.alt_text import multiples_text
from natpatsip.charts.chart_data import (
    named_target,
    need_columns,
    need_names_apart,
    need_percentages,
    need_rows,
    need_title,
    with_dates_read,
)
from natpatsip.charts.icons import Icon, draw
from natpatsip.charts.layers import Layer, ReportChart, Rows, layer, pixel, words
from natpatsip.charts.layout import legend
from natpatsip.charts.layout.canvas import TOO_TALL, Canvas, Drawing, Plot, finish, in_pages
from natpatsip.charts.layout.labels import spread
from natpatsip.charts.layout.sizes import NARROW, WIDTH, text_width, wrap_name
from natpatsip.charts.layout.time_axis import Timeline, timeline
from natpatsip.charts.layout.value_axis import ValueAxis, value_axis
from natpatsip.charts.spc_chart import COLUMNS
from natpatsip.errors import FigureError
from natpatsip.spc.assurance import limits_vary

SIZES = (11, 12)  # of the letters: on a page, where 42 panels are side by side, and on a phone
BETWEEN_COLUMNS, BETWEEN_ROWS = 14, 12
ICON = 16
MOST_PANELS = 50  # on a printed page
ZERO_COST = 0.25  # of a small plot's height; more of it would flatten what the plot is there to show
REFERENCES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("mean", palette.MEAN, ()),
    ("lpl", palette.LIMIT, (3, 3)),
    ("upl", palette.LIMIT, (3, 3)),
)


@dataclass(frozen=True)
class Panel:
    """One of the small charts; what it shows is the same in every layout, so it is worked out once."""

    name: str
    result: pd.DataFrame
    icon: Icon | None
    axis: ValueAxis
    line: Timeline  # of any width

    @cached_property
    def references(self) -> list[tuple[float, float, dict[Hashable, Any]]]:
        """Where each segment of the panel begins and ends, and its mean and limits."""
        segments = marks.split_segments(self.result)
        firsts = (rows[[name for name, _, _ in REFERENCES]].iloc[0].to_dict() for rows in segments)
        return [(*ends, first) for ends, first in zip(marks.segment_bounds(segments, self.line), firsts, strict=True)]

    @cached_property
    def targets(self) -> list[tuple[float, float, float]]:
        """Where each target in the panel begins and ends, and the target."""
        return marks.target_stretches(self.result, self.line)

    @cached_property
    def points(self) -> list[tuple[float, dict[str, Any]]]:
        """The panel's points that have a value, each with its date as a number."""
        dates = self.result.loc[self.result["value"].notna(), "date"]
        rows = marks.point_rows(self.result, self.line, percent=self.axis.percent)
        return list(zip(map(self.line.number, dates), rows, strict=True))


def multiples(
    results: pd.DataFrame,
    *,
    y_title: str,
    by: str | Sequence[str] | None = None,
    percent: bool = False,
    improvement: str | Mapping[Any, str] | None = None,
    order: Sequence[Hashable] | None = None,
    target_label: str | None = None,
    shared: bool = True,
    zero: bool = False,
    width: int = WIDTH,
) -> ReportChart:
    """Return a small control chart for each series: line, mean, limits, special causes, variation icon.

    If a month's number of people is small, use quarterly or rolling values: nothing here suppresses small numbers.

    Parameters
    ----------
    results : DataFrame
        From `natpatsip.spc.panel`.
    y_title : str
        What is measured.
    by : str or sequence of str, optional
        The columns that tell series apart; by default those that the panel was made with.
    percent : bool
        Values are percentages, 0 to 100.
    improvement : {"increase", "decrease", "neutral"}, or mapping of series to one of these, optional
        Which direction is better, for the icons; by default the one that the panel was made with, by series.
    order : sequence, optional
        Names of series in the order wanted; by default as they come.
    target_label : str, optional
        What the target is called; by default as ``_quarto.yml`` says (``natpatsip.labels.target``).
    shared : bool
        Draw all series on one axis, so that levels compare; otherwise each on its own.
    zero : bool
        Start the axis at zero even if that costs half of its height.
    width : int
        Pixels of the whole chart.

    Raises
    ------
    FigureError
        If the frame has no rows or lacks a column, or `order` names a series that it does not have.

    Examples
    --------
    >>> from natpatsip.spc import panel
    >>> frame = pd.DataFrame({"team": ["North", "South"] * 2, "month": ["2024-08"] * 2 + ["2024-09"] * 2,
    ...                       "share": [71.0, 80.0, 74.0, 82.0]})
    >>> results = panel(frame, by="team", value="share", date="month")
    >>> multiples(results, y_title="Seen within 18 weeks", percent=True).description.partition(". ")[2]
    'Latest points: common cause in 2.'
    """
    columns = _columns(results, by)
    need_columns(results, [*columns, *COLUMNS], chart="charts.multiples")
    need_rows(results, chart="charts.multiples")
    need_title(y_title, chart="charts.multiples")
    for column in columns:
        need_names_apart(results[column].unique(), chart="charts.multiples", column=column)
    need_percentages(results["value"], percent=percent, chart="charts.multiples")
    read = with_dates_read(results, chart="charts.multiples")
    kinds, dates = marks.kinds_in(results), timeline(read["date"])
    made_with = dict(results.attrs)
    panels = _panels(read, made_with, columns, improvement, order, dates, percent=percent, zero=zero, shared=shared)
    target = named_target(target_label, results["target"])
    description = multiples_text({panel.name: panel.icon for panel in panels}, dates)

    def lay_out(pixels: int) -> Drawing:
        return _lay_out(panels, y_title, kinds, dates.dates, pixels, shared=shared, target_label=target)

    def pages(whole: Drawing) -> list[Drawing]:
        def part(some: Sequence[Panel]) -> Drawing:
            return _lay_out(some, y_title, kinds, dates.dates, width, shared=shared, target_label=target)

        return [] if whole.tall <= TOO_TALL else in_pages(panels, part, most=MOST_PANELS, step=5)

    return finish(lay_out, width, description, pages=pages)


def _columns(results: pd.DataFrame, by: str | Sequence[str] | None) -> list[str]:
    """Return the columns that tell the series of small charts apart: those given, or those of the results."""
    named = results.attrs.get("by") if by is None else [by] if isinstance(by, str) else list(by)
    if not named:
        raise FigureError("charts.multiples: the frame does not say what tells its series apart; give by=, a column.")
    return list(named)


def _panels(
    results: pd.DataFrame,
    made_with: Mapping[Any, Any],
    by: Sequence[str],
    improvement: Any,
    order: Sequence[Hashable] | None,
    line: Timeline,
    *,
    percent: bool,
    zero: bool,
    shared: bool,
) -> list[Panel]:
    """Return a panel for each series, in order; a series takes its direction from the panel that it was made in."""
    series = {", ".join(map(str, key)): rows for key, rows in results.groupby(list(by), sort=False, observed=True)}
    names = list(series) if order is None else [str(name) for name in order]
    if unknown := [name for name in names if name not in series]:
        raise FigureError(f'charts.multiples: order has "{unknown[0]}"; the series are {", ".join(series)}.')
    if several := [name for name in names if series[name]["date"].duplicated().any()]:
        raise FigureError(
            f"charts.multiples: {several[0]} has two rows for a date; expected by= to tell its series apart."
        )

    if uneven := [name for name in names if any(map(limits_vary, marks.split_segments(series[name])))]:
        raise FigureError(
            f"charts.multiples: {uneven[0]} has limits that differ from point to point, as p and u charts have; "
            "it draws level ones. Draw that chart with charts.spc."
        )

    def axis(rows: pd.DataFrame) -> ValueAxis:
        values = marks.values_on_axis(rows, {}, percent=percent)
        return value_axis(values, percent=percent, zero=zero, count=8, zero_cost=ZERO_COST, is_rounded=True)

    def variation(rows: pd.DataFrame) -> Icon | None:
        own = rows.copy(deep=False)
        own.attrs = dict(made_with)
        return marks.icons_of(own, improvement)[0]

    common = axis(results)
    return [
        Panel(name, series[name], variation(series[name]), common if shared else axis(series[name]), line)
        for name in names
    ]


@dataclass(frozen=True)
class Grid:
    """Where the panels go, side by side in one plot whose places are pixels."""

    columns: int
    slot: float
    name_lines: tuple[int, ...]
    plot: float
    outer: float
    inner: float
    size: int

    @property
    def pitch(self) -> int:
        """Pixels from one line of a panel's name to the next."""
        return self.size + 2

    def left(self, place: int) -> float:
        """Return the left edge of a panel."""
        return self.outer + place % self.columns * (self.slot + BETWEEN_COLUMNS)

    def top(self, place: int) -> float:
        """Return the upper edge of a panel's plot."""
        row = place // self.columns
        above = sum(lines * self.pitch + 8 for lines in self.name_lines[: row + 1])
        return above + row * (self.plot + BETWEEN_ROWS)

    def head(self, place: int) -> float:
        """Return the middle of the first line of a panel's name."""
        return self.top(place) - 8 - (self.name_lines[place // self.columns] - 0.5) * self.pitch


def _grid(panels: Sequence[Panel], width: int, tick: float, size: int, *, shared: bool) -> Grid:
    """Return the grid, each row as high as its longest name needs, so that 42 panels fit on a page."""
    columns = 2 if width <= NARROW else 3 if len(panels) <= 6 else 4 if len(panels) <= 16 else 5
    outer, inner = (tick, 0.0) if shared else (0.0, tick)
    slot = (width - outer - (columns - 1) * BETWEEN_COLUMNS) / columns
    needed = [len(_name_lines(panel.name, slot, size)) for panel in panels]
    rows = tuple(max(needed[first : first + columns]) for first in range(0, len(needed), columns))
    return Grid(columns, slot, rows, 40 if columns == 5 else 56, outer, inner, size)


def _name_lines(name: str, width: float, size: int) -> list[str]:
    """Return a name in lines, the first of which leaves room for an icon."""
    return wrap_name(name, width, size, bold=True, first=width - ICON - 4)


def _lay_out(
    panels: Sequence[Panel],
    y_title: str,
    kinds: Sequence[str],
    dates: Sequence[Any],
    width: int,
    *,
    shared: bool,
    target_label: str,
) -> Drawing:
    """Return the small charts side by side at a width, with their legend."""
    ticks = {panel.name: _ends(panel.axis) for panel in panels}
    size = SIZES[width <= NARROW]
    tick = max(text_width(text, size) for ends in ticks.values() for _, text in ends) + 5
    grid = _grid(panels, width, tick, size, shared=shared)
    line = timeline(dates, grid.slot - grid.inner)
    canvas, strokes, tips = Canvas(), Rows(), Rows()
    for place, panel in enumerate(panels):
        left, top = grid.left(place), grid.top(place)
        _write_head(canvas, panel, left, grid.head(place), grid)
        drawn = _draw(canvas, panel, line, left + grid.inner, top, grid.plot)
        strokes += [{"x": each["x"], "y": each["y"], "path": 1000 * place + each["path"]} for each in drawn]
        tips += [{key: value for key, value in each.items() if key != "path"} for each in drawn]
        if place % grid.columns == 0 or not shared:
            wanted = [top + panel.axis.y(value, grid.plot) for value, _ in ticks[panel.name]]
            placed = spread(wanted, [grid.pitch] * len(wanted), low=top - 2, high=top + grid.plot + grid.pitch / 2)
            for y, (_, text) in zip(placed, ticks[panel.name], strict=True):
                canvas.text(text, left + grid.inner - 5, y, align="right", size=size)
        if place + grid.columns >= len(panels):
            _write_span(canvas, line, left + grid.inner, top + grid.plot + size, size)
    head = canvas.title(y_title, 0, width, bottom=-8)
    has_target = any(panel.result["target"].notna().any() for panel in panels)
    latest = legend.in_order([panel.icon for panel in panels])
    key = legend.write_icon_key(canvas, {"Latest point": latest}, width, bottom=head - 4) if latest else head
    up = _write_legend(canvas, kinds, target_label if has_target else "", width, bottom=key)
    height = grid.top(len(panels) - 1) + grid.plot + 20
    plot = Plot(width, height, 0, 0, 2 - up, 2, panels[0].axis)
    return Drawing(plot, [*canvas.backdrop(), _line(strokes), *canvas.layers(), *_tooltips(tips)])


def _ends(axis: ValueAxis) -> list[tuple[float, str]]:
    """Return the lowest and the highest tick with their words."""
    named = list(zip(axis.ticks, axis.words, strict=True))
    return named[:1] + named[1:][-1:]


def _write_head(canvas: Canvas, panel: Panel, left: float, first: float, grid: Grid) -> None:
    """Write a panel's name and draw its icon at the right end of the name's first line."""
    lines = _name_lines(panel.name, grid.slot, grid.size)
    canvas.block(lines, left, first, pitch=grid.pitch, size=grid.size, bold=True)
    if panel.icon:
        draw(canvas, panel.icon, left + grid.slot - ICON / 2 - 1, first - 1, size=ICON)


def _write_span(canvas: Canvas, line: Timeline, left: float, y: float, size: int) -> None:
    """Write the first and last date under a panel: years alone if both do not fit, and the first alone if need be."""
    ends = line.dates[0], line.dates[-1]
    first, last = map(line.short, ends)
    if line.is_dated and text_width(first + last, size) + 6 >= line.width and ends[0].year != ends[1].year:
        first, last = (f"{end:%Y}" for end in ends)
    canvas.text(first, left, y, size=size, colour=palette.QUIET)
    if first != last and text_width(first + last, size) + 6 < line.width:
        canvas.text(last, left + line.width, y, size=size, align="right", colour=palette.QUIET)


def _write_legend(canvas: Canvas, kinds: Sequence[str], target: str, width: float, *, bottom: float) -> float:
    """Write what lines and symbols stand for, side by side if they fit, and return the y of the legend's top."""
    looks: dict[str, tuple[str, tuple[int, ...]]] = {
        "Mean": (palette.MEAN, ()),
        "Process limits": (palette.LIMIT, (3, 3)),
    }
    looks |= {target: (palette.TARGET, (6, 3))} if target else {}
    entries, height, taken = legend.flow(list(looks), width, mark=26)
    special = legend.rows_of_kinds([kind for kind in kinds if kind != "common_cause"], width)
    is_beside = height == legend.PITCH and len(special) == 1 and taken + legend.kinds_width(special[0]) <= width
    for number, row in enumerate(special):
        y = bottom - 6 - (len(special) - number - 0.5) * legend.PITCH
        legend.write_kinds(canvas, row, taken + 6 if is_beside else 6, y)
    top = bottom - 6 - height - (0 if is_beside else len(special) * legend.PITCH)
    for entry, (colour, dash) in zip(entries, looks.values(), strict=True):
        y = top + entry.y
        canvas.line((entry.x, y), (entry.x + 20, y), colour=colour, width=1.4, dash=dash)
        canvas.block(entry.lines, entry.x + 26, y, pitch=legend.LINE)
    return top


def _draw(canvas: Canvas, panel: Panel, line: Timeline, left: float, top: float, height: float) -> Rows:
    """Draw a panel's reference lines and special causes, and return its points: their places, line and words."""
    axis, right = panel.axis, left + line.width

    def across(start: float, end: float, value: float, colour: str, dash: tuple[int, ...]) -> None:
        if pd.notna(value) and axis.holds(value):
            y = top + axis.y(value, height)
            canvas.line((max(left, start), y), (min(right, end), y), colour=colour, dash=dash, is_behind=True)

    canvas.line((left, top + height), (right, top + height), colour=palette.AXIS, is_behind=True)
    for start, end, values in panel.references:
        for name, colour, dash in REFERENCES:
            across(left + line.x(start), left + line.x(end), values[name], colour, dash)
    for start, end, aim in panel.targets:
        across(left + line.x(start), left + line.x(end), aim, palette.TARGET, (6, 3))
    drawn, size = Rows(), _symbol_size(line)
    for number, point in panel.points:
        x, y = left + line.x(number), top + axis.y(point["value"], height)
        words_of = {name: point[name] for name in marks.TOOLTIP if name in point}
        drawn.append({"x": round(x, 1), "y": round(y, 1), "path": point["path"], "Series": panel.name, **words_of})
        if point["kind"] != "common_cause":
            style = palette.POINTS[point["kind"]]
            canvas.symbol(style.shape, x, y, fill=style.fill, outline=style.outline, size=size, width=0.8)
    return drawn


def _symbol_size(line: Timeline) -> float:
    """Return the area of a special cause's symbol: smaller if many are close together."""
    return round(min(5.0, max(3.2, line.pixels_a_step)) ** 2, 1)


def _line(strokes: Rows) -> Layer:
    places = {"x": pixel("x"), "y": pixel("y"), "detail": words("path")}
    return layer("line", strokes, places, color=palette.PROCESS, strokeWidth=1.3)


def _tooltips(tips: Rows) -> list[Layer]:
    """Return invisible points that give the tooltips: series, month, value, and which rule a point broke."""
    if not tips:
        return []
    places = {"x": pixel("x"), "y": pixel("y"), "tooltip": marks.tooltip(tips[0])}
    return [layer("point", tips, places, size=60, opacity=0, filled=True)]
