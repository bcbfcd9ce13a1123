"""The grid of *Making Data Count*: a row for each organisation, a column for each measure, two icons in each cell."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from natpatsip.charts import palette
from natpatsip.charts.alt_text import matrix_text
from natpatsip.charts.chart_data import need_columns, need_names_apart, need_rows
from natpatsip.charts.icons import ICONS, Icon, draw
from natpatsip.charts.layers import Layer, ReportChart, Rows, layer, pixel, words
from natpatsip.charts.layout.canvas import TOO_TALL, Canvas, Drawing, Plot, finish, in_pages
from natpatsip.charts.layout.legend import in_order, write_icon_key
from natpatsip.charts.layout.sizes import NOTE_SIZE, WIDTH, block_width, text_width, wrap, wrap_name
from natpatsip.charts.layout.value_axis import ValueAxis
from natpatsip.errors import FigureError

Cells = Mapping[tuple[str, str], tuple[Icon, Icon] | None]  # None: no point has a value
SIZE = NOTE_SIZE
LINE = 15
ICON = 22
PAIR = ("Variation", "Assurance")
MOST_MEASURES = 8  # on a printed page that does not hold them all: their icons are then side by side
MOST_ROWS = 30  # likewise


def icon_matrix(
    summary: pd.DataFrame,
    *,
    rows: str,
    columns: str,
    row_order: Sequence[Hashable] | None = None,
    column_order: Sequence[Hashable] | None = None,
    width: int = WIDTH,
) -> ReportChart:
    """Return a grid of variation and assurance icons, with a key of those that occur.

    Parameters
    ----------
    summary : DataFrame
        From `natpatsip.spc.summary`; if it has several segments of a series, the last is drawn.
    rows, columns : str
        The columns of the summary that name organisations and measures.
    row_order, column_order : sequence, optional
        Names in the order wanted; by default as they come.
    width : int
        Pixels of the whole chart.

    Raises
    ------
    FigureError
        If the frame has no rows or lacks a column, has two series for a cell, or an order names what it does not have.

    Examples
    --------
    >>> from natpatsip.spc import panel, summary
    >>> frame = pd.DataFrame({"team": ["North"] * 3, "measure": ["Waits"] * 3, "value": [71.0, 74.0, 70.0],
    ...                       "month": ["2024-07", "2024-08", "2024-09"]})
    >>> found = summary(panel(frame, by=["team", "measure"], value="value", date="month"))
    >>> icon_matrix(found, rows="team", columns="measure").description
    'Icons of 1 measure for 1 organisation. Variation: common cause in 1.'
    """
    icons = ["variation_icon", "assurance_icon"]
    need_columns(summary, [rows, columns, "segment", "latest_value", *icons], chart="charts.icon_matrix")
    need_rows(summary, chart="charts.icon_matrix")
    for column in (rows, columns):
        need_names_apart(summary[column], chart="charts.icon_matrix", column=column)
    twice = summary[summary.duplicated([rows, columns, "segment"])]
    if len(twice):
        row, column = twice.iloc[0][[rows, columns]]
        raise FigureError(
            f'charts.icon_matrix: "{column}" of "{row}" is there twice, and one would hide the other; expected one '
            "series for each cell. Select the rows of one kind first."
        )
    latest = summary.sort_values("segment", kind="stable").drop_duplicates([rows, columns], keep="last").sort_index()
    shown = (latest[column] for column in (rows, columns, "latest_value", *icons))
    cells = {
        (str(row), str(column)): None if pd.isna(value) else (ICONS[variation], ICONS[assurance])
        for row, column, value, variation, assurance in zip(*shown, strict=True)
    }
    names = _in_order(latest[rows], row_order, "row_order")
    measures = _in_order(latest[columns], column_order, "column_order")
    cells = {cell: icons for cell, icons in cells.items() if cell[0] in names and cell[1] in measures}
    description = matrix_text(cells, names, measures)

    def pages(whole: Drawing) -> list[Drawing]:
        slot = (whole.plot.width * 2 / 3) / len(measures)
        if whole.tall <= TOO_TALL and slot >= ICON + 4:
            return []
        count = -(-len(measures) // -(-len(measures) // MOST_MEASURES))  # as even as can be
        parts = [measures[first : first + count] for first in range(0, len(measures), count)]

        def paged(part: Sequence[str]) -> list[Drawing]:
            return in_pages(names, lambda some: _lay_out(cells, some, part, width), most=MOST_ROWS)

        return [page for part in parts for page in paged(part)]

    return finish(lambda pixels: _lay_out(cells, names, measures, pixels), width, description, pages=pages)


def _in_order(column: pd.Series[str], order: Sequence[Hashable] | None, option: str) -> list[str]:
    """Return the names of the grid's rows or columns in order; raise a FigureError if the order has others."""
    there = list(dict.fromkeys(str(name) for name in column))
    if order is None:
        return there
    if unknown := [str(name) for name in order if str(name) not in there]:
        raise FigureError(f'charts.icon_matrix: {option} has "{unknown[0]}"; the summary has {", ".join(there)}.')
    return [str(name) for name in order]


def _lay_out(cells: Cells, names: Sequence[str], measures: Sequence[str], width: int) -> Drawing:
    """Return the grid: names at the left, in a third of the width at most; heads and the key above."""
    label = min(max(text_width(name, SIZE) for name in names) + 10, width / 3)
    wrapped = [wrap_name(name, label - 10, SIZE) for name in names]
    slot = (width - label) / len(measures)
    is_stacked = slot < 2 * ICON + 8  # the icons of a cell one above the other
    icon = min(ICON, slot - 3)
    canvas, tips = Canvas(), Rows()
    top, numbered = _write_heads(canvas, measures, label, slot)
    y = 0.0
    for name, lines in zip(names, wrapped, strict=True):
        height = max(len(lines) * LINE, (2 * ICON + 3) if is_stacked else ICON) + 8
        canvas.line((0, y), (width, y), colour=palette.GRID, is_behind=True)
        canvas.block(lines, 0, y + height / 2, pitch=LINE, is_centred=True, size=SIZE)
        for place, measure in enumerate(measures):
            pair, x = cells.get((name, measure)), label + (place + 0.5) * slot
            if (name, measure) in cells and pair is None:
                canvas.block(["No", "value"], x, y + height / 2, pitch=LINE, align="center", is_centred=True, size=SIZE)
            elif pair is not None:
                _draw_cell(canvas, pair, x, y + height / 2, is_stacked, icon)
                at = {"x": round(x, 1), "y": round(y + height / 2, 1)}
                tips.append({**at, "Series": name, "Measure": measure, **{icon.kind: icon.words for icon in pair}})
        y += height
    canvas.line((0, y), (width, y), colour=palette.GRID, is_behind=True)
    for text in reversed([line for each in numbered for line in wrap(each, width, SIZE)]):
        top += LINE + 2
        canvas.text(text, 0, LINE / 2 - top, size=SIZE)
    pairs = [pair for pair in cells.values() if pair]
    kinds = {name: in_order([pair[place] for pair in pairs]) for place, name in enumerate(PAIR)}
    top = -write_icon_key(canvas, kinds, width, bottom=-top - 10)
    plot = Plot(width, y, 0, 0, top, 2, ValueAxis(0, 1, (), 0))
    return Drawing(plot, [*canvas.backdrop(), *canvas.layers(), _tips_layer(tips)])


def _tips_layer(tips: Rows) -> Layer:
    """Return an invisible mark over each cell, whose tooltip says what its icons mean."""
    places = {"x": pixel("x"), "y": pixel("y"), "tooltip": [words(name) for name in ("Series", "Measure", *PAIR)]}
    return layer("point", tips, places, shape="square", size=(2 * ICON) ** 2, opacity=0, filled=True)


def _write_heads(canvas: Canvas, measures: Sequence[str], label: float, slot: float) -> tuple[float, list[str]]:
    """Write the measures above their columns, and return how far up they reach and what the numbers stand for.

    If a word is wider than its column, names go in two tiers, each as wide as two columns; if a word is still too wide,
    columns are numbered.
    """
    widest = [max(text_width(word, SIZE, bold=True) for word in measure.split()) for measure in measures]
    centres = [label + (place + 0.5) * slot for place in range(len(measures))]
    tiers = 1 if max(widest) <= slot - 6 else 2
    rooms = [tiers * slot - 8] * len(measures)
    if tiers == 2:
        rooms[-1] = 1.5 * slot - 8  # the last head may not reach beyond the chart, nor over the column before it
    if tiers == 2 and any(word > room for word, room in zip(widest, rooms, strict=True)):
        for place, x in enumerate(centres):
            canvas.text(str(place + 1), x, -6 - LINE / 2, align="center", size=SIZE, bold=True)
        return LINE + 6, [f"{place + 1}  {measure}" for place, measure in enumerate(measures)]
    heads = [wrap(measure, room, SIZE, bold=True, lines=5) for measure, room in zip(measures, rooms, strict=True)]
    tall = max(len(lines) for lines in heads) * LINE
    right = label + slot * len(measures)
    for place, (lines, x) in enumerate(zip(heads, centres, strict=True)):
        foot = -6 - (tall + 4) * (place % tiers)
        middle = min(x, right - block_width(lines, SIZE, bold=True) / 2)
        first = foot - (len(lines) - 0.5) * LINE
        canvas.block(lines, middle, first, pitch=LINE, align="center", size=SIZE, bold=True)
        if foot < -6:
            canvas.line((x, foot + 2), (x, -4), colour=palette.AXIS, is_behind=True)
    return tiers * (tall + 4) + 6, []


def _draw_cell(canvas: Canvas, icons: tuple[Icon, Icon], x: float, y: float, is_stacked: bool, size: float) -> None:
    shift = (ICON + 4) / 2
    for icon, side in zip(icons, (-1, 1), strict=True):
        place = (x, y + side * shift) if is_stacked else (x + side * shift, y)
        draw(canvas, icon, *place, size=size)
