"""A line over time with its first and last values and their dates written beside it."""

from __future__ import annotations

import pandas as pd

from natpatsip.charts import palette
from natpatsip.charts.alt_text import Words, trend_text
from natpatsip.charts.chart_data import need_columns, need_percentages, need_rows, need_title, read_dates, read_values
from natpatsip.charts.layers import Layer, ReportChart, Rows, layer, showing
from natpatsip.charts.layers import words as names
from natpatsip.charts.layout.canvas import Canvas, Drawing, Plot, with_plot
from natpatsip.charts.layout.sizes import LINE_HEIGHT, NOTE_SIZE, PLOT_HEIGHT, WIDTH, text_width
from natpatsip.charts.layout.time_axis import Timeline, timeline
from natpatsip.charts.layout.value_axis import ValueAxis, amount, decimals_for, short_number, value_axis
from natpatsip.errors import FigureError

LABEL_ROOM = 24 + LINE_HEIGHT  # pixels above the first point, for its value and date
BESIDE = 11  # pixels between the middles of two texts, less than which they are seen as beside each other
FARTHER = (0, 4, 8, 12)  # pixels by which the first value may be moved away from its line, to stand beside no tick


def trend(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    y_title: str,
    percent: bool = False,
    decimals: int | None = None,
    zero: bool = False,
    width: int = WIDTH,
    height: int = PLOT_HEIGHT,
) -> ReportChart:
    """Return a line over time: its first and last values are beside it with their dates; a missing month is a gap.

    Parameters
    ----------
    frame : DataFrame
        A row for each date.
    x, y : str
        The columns of dates (ISO text, real dates or periods) and of values.
    y_title : str
        What the axis measures: the unit.
    percent : bool
        Values are percentages, 0 to 100.
    decimals : int, optional
        Decimals of the values written: one, or none if values are in the hundreds. Below zero, they are rounded to
        tens, hundreds, thousands.
    zero : bool
        Start the axis at zero even if that costs half of its height.
    width, height : int
        Pixels: the whole chart's width, the plot's height.

    Raises
    ------
    FigureError
        If the frame has no rows, lacks a column, or has a date twice, something that is not a date or something that
        is not a number; or the axis has no title.

    Examples
    --------
    >>> frame = pd.DataFrame({"month": ["2024-07", "2024-08", "2024-09"], "people": [980, 954, 947]})
    >>> trend(frame, x="month", y="people", y_title="People").description
    'Line chart: fell from 980 in July 2024 to 947 in September 2024.'
    """
    need_columns(frame, [x, y], chart="charts.trend")
    need_rows(frame, chart="charts.trend")
    need_title(y_title, chart="charts.trend")
    data = points(frame, x=x, y=y, chart="charts.trend")
    twice = data.loc[data["date"].duplicated(), "date"]
    if len(twice):
        raise FigureError(f"charts.trend: {twice.iloc[0]:%Y-%m-%d} has two rows; expected one row for each date.")
    need_percentages(data["value"], percent=percent, chart="charts.trend")
    digits = decimals_for(data["value"], data["value"], percent=percent) if decimals is None else decimals
    known = data[data["value"].notna()]

    def words(value: float) -> str:
        return amount(value, percent=percent, decimals=digits)

    def lay_out(pixels: int, height: int) -> Drawing:
        axis = _axis(known["value"], height, percent=percent, zero=zero)
        left = axis.label_width
        right = (max(text_width(words(known["value"].iloc[-1]), bold=True), 66) if len(known) else 0) + 16
        line = timeline(data["date"], pixels - left - right)
        canvas = Canvas()
        top = canvas.title(y_title, -left, pixels, bottom=-10)
        plot = Plot(line.width, height, left, right, 2 - top, line.label_height, axis)
        _write_ends(canvas, known, line, plot, words)
        drawn = _layers(_rows(data, line, words), line, plot)
        return Drawing(plot, [*canvas.backdrop(plot), *drawn, *canvas.layers()])

    dates = timeline(data["date"])
    description = trend_text(list(data["date"]), list(data["value"]), dates, words=words)
    return showing(with_plot(lay_out, width, height, description), _direction(known["value"]))


def points(frame: pd.DataFrame, *, x: str, y: str, chart: str) -> pd.DataFrame:
    """Return the columns `date` and `value` of a line, in order of date; a missing value is NaN."""
    dates, values = read_dates(frame[x], chart=chart, name=x), read_values(frame[y], chart=chart, name=y)
    return pd.DataFrame({"date": dates, "value": values}).sort_values("date", ignore_index=True)


def _direction(known: pd.Series[float]) -> list[str]:
    """Return what may be claimed of a line over time: nothing if no point has a value."""
    if known.empty:
        return []
    change = known.iloc[-1] - known.iloc[0]
    return ["rising" if change > 0 else "falling" if change < 0 else "stable"]


def _axis(known: pd.Series[float], height: float, *, percent: bool, zero: bool) -> ValueAxis:
    """Return the value axis, with room above the first point for its label."""
    values = list(known)
    axis = value_axis(values, percent=percent, zero=zero)
    for _ in range(2):  # a higher axis may come to start at zero, and then needs more room still
        wanted = known.iloc[0] + (axis.high - axis.low) * LABEL_ROOM / height if values else axis.high
        if wanted > axis.high and not (percent and wanted > 100):
            axis = value_axis([*values, wanted], percent=percent, zero=zero)
    return axis


def _layers(rows: Rows, line: Timeline, plot: Plot) -> list[Layer]:
    """Return the line, and invisible points that give the tooltips."""
    drawn = {
        "x": line.channel("date", has_axis=True),
        "y": plot.channel("value", has_axis=True),
        "detail": names("path"),
    }
    tooltip = [names(line.name), names("Value")]
    places = {"x": line.channel("date"), "y": plot.channel("value"), "tooltip": tooltip}
    return [
        layer("line", rows, drawn, color=palette.CATEGORIES[0], strokeWidth=2.4),
        layer("point", rows, places, size=120, opacity=0, filled=True),
    ]


def _rows(data: pd.DataFrame, line: Timeline, words: Words) -> Rows:
    """Return the points of a line over time that have a value, each with its stretch of line and tooltip's words."""
    gaps, path, rows = line.gaps_in(data["date"]), 0, []
    for position, (date, value) in enumerate(zip(data["date"], data["value"], strict=True)):
        path += position in gaps or value != value
        if value == value:
            row = {"date": line.value(line.number(date)), "value": short_number(value), "path": path}
            rows.append({**row, line.name: line.words(date), "Value": words(value)})
    return rows


def _beside_first(highest: float, lowest: float, plot: Plot, *, is_above: bool) -> float:
    """Return where the value at the first point is written, its date a line below: over or under the line near it.

    Both stand as far from ticks' labels as they can near the line: two texts side by side read as one.
    """
    ticks, end = [plot.y(tick) for tick in plot.axis.ticks], plot.height - 9 - LINE_HEIGHT
    sides = [(highest - 14 - LINE_HEIGHT, -1), (lowest + 14, 1)]
    ordered = sides if is_above else sides[::-1]
    places = [start + away * farther for farther in FARTHER for start, away in ordered]

    def apart(place: float) -> list[float]:
        return [min(BESIDE, *(abs(row - tick) for tick in ticks)) for row in (place, place + LINE_HEIGHT)]

    return max((place for place in places if 8 <= place <= end), key=apart, default=min(max(places[0], 8), end))


def _write_ends(canvas: Canvas, known: pd.DataFrame, line: Timeline, plot: Plot, words: Words) -> None:
    """Mark the first and the last point, with value and date: the first's clear of the line, the last's at right."""
    if known.empty:
        canvas.text("No data", plot.width / 2, plot.height / 2, colour=palette.QUIET, align="center")
        return
    places = [
        (line.x(line.number(date)), plot.y(value)) for date, value in zip(known["date"], known["value"], strict=True)
    ]
    for x, y in {places[0], places[-1]}:
        canvas.symbol("circle", x, y, fill=palette.CATEGORIES[0], outline=palette.CATEGORIES[0], size=64)
    (x, y), value, date = places[-1], known["value"].iloc[-1], known["date"].iloc[-1]
    y = min(max(y, 8), plot.height - 22)
    canvas.text(words(value), plot.width + 12, y, bold=True)
    canvas.text(line.short(date), plot.width + 12, y + LINE_HEIGHT, colour=palette.QUIET, size=NOTE_SIZE)
    if len(places) > 1:
        (x, y), value, date = places[0], words(known["value"].iloc[0]), line.short(known["date"].iloc[0])
        reach = x + max(text_width(value, bold=True), text_width(date, NOTE_SIZE)) + 8
        near = [place_y for place_x, place_y in places if place_x <= reach]
        y = _beside_first(min(near), max(near), plot, is_above=y - min(near) <= max(near) - y)
        x = max(x - 4, 2)
        canvas.text(value, x, y, bold=True)
        canvas.text(date, x, y + LINE_HEIGHT, colour=palette.QUIET, size=NOTE_SIZE)
