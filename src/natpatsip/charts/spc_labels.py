"""The words around a control chart: means and limits at its right edge, segments and their reasons over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts import palette
from natpatsip.charts.canvas import Canvas
from natpatsip.charts.geometry import Plot
from natpatsip.charts.icons import Icon, draw
from natpatsip.charts.metrics import block_width, text_width, wrap, wrap_name
from natpatsip.charts.options import amount
from natpatsip.charts.place import GAP, spread, tiers
from natpatsip.charts.theme import LINE_HEIGHT, NOTE_SIZE
from natpatsip.charts.ticks import ValueAxis
from natpatsip.charts.timeline import Timeline
from natpatsip.errors import FigureError

ICON, ICON_GAP = 34, 16
NOTE_PITCH = 15
LEGEND_PITCH = 18
EDGE_SHARE = 0.4  # of the chart's width, at most, for the labels at the right edge
NARROWEST, WIDEST = 104, 230  # pixels of a label over the plot


@dataclass(frozen=True)
class EdgeLabel:
    """A label at the right edge: its words, and the value that it stands beside."""

    words: str
    value: float
    colour: str
    is_bold: bool = False

    def lines(self, width: float) -> list[str]:
        """Return the words broken into lines of a width."""
        return wrap_name(self.words, width, bold=self.is_bold)


def edge_labels(
    last: Any, axis: ValueAxis, *, percent: bool, decimals: int, middle: str, target_label: str, is_narrow: bool
) -> list[EdgeLabel]:
    """Return the labels of the last segment's mean and limits and of the target, as far as they are defined.

    A limit beyond what can be (below none, above all) is not drawn; its label says so at the plot's edge.
    """

    def words(value: float) -> str:
        return amount(value, percent=percent, decimals=decimals)

    sign, limit = "%" if percent else "", "" if is_narrow else " limit"
    labels = []
    if pd.notna(last["upl"]):
        upper = words(last["upl"]) if last["upl"] <= axis.high else f"above {wording.plain(axis.high)}{sign}"
        labels.append(EdgeLabel(f"Upper{limit} {upper}", min(last["upl"], axis.high), palette.QUIET))
    if pd.notna(last["target"]):
        aim = wording.plain(last["target"], max(decimals, 1)) + sign
        labels.append(EdgeLabel(f"{target_label} {aim}", last["target"], palette.TARGET_TEXT))
    if pd.notna(last["mean"]):
        labels.append(EdgeLabel(f"{middle} {words(last['mean'])}", last["mean"], palette.MEAN, is_bold=True))
    if pd.notna(last["lpl"]):
        lower = words(last["lpl"]) if last["lpl"] >= axis.low else f"below {wording.plain(axis.low)}{sign}"
        labels.append(EdgeLabel(f"Lower{limit} {lower}", max(last["lpl"], axis.low), palette.QUIET))
    return labels


def edge_width(labels: Sequence[EdgeLabel], width: float) -> float:
    """Return the pixels that labels take at the right edge: no more than leaves the plot the greater part of a chart.

    A longer label is broken into lines.
    """
    widest = max((text_width(label.words, bold=label.is_bold) for label in labels), default=40.0)
    return min(widest, EDGE_SHARE * width) + 20


def write_edge(canvas: Canvas, labels: Sequence[EdgeLabel], plot: Plot) -> None:
    """Write the labels at the right edge, apart from one another, each with a leader where it had to move."""
    wanted = [plot.y(label.value) for label in labels]
    lines = [label.lines(plot.right - 19) for label in labels]
    order = sorted(range(len(labels)), key=lambda i: (wanted[i], -i))
    sizes = [LINE_HEIGHT * len(lines[i]) for i in order]
    placed = spread([wanted[i] for i in order], sizes, low=-4, high=plot.height + 4)
    for i, y in zip(order, placed, strict=True):
        if abs(y - wanted[i]) > 2:
            canvas.line((plot.width, wanted[i]), (plot.width + 10, y), colour=labels[i].colour, width=0.8)
        for number, words in enumerate(lines[i]):
            at = y + (number - (len(lines[i]) - 1) / 2) * LINE_HEIGHT
            canvas.text(words, plot.width + 13, at, colour=labels[i].colour, bold=labels[i].is_bold)


@dataclass(frozen=True)
class Mark:
    """A vertical mark in the plot with a label over it; kind is segment, rebase or annotation."""

    number: float
    words: str
    kind: str
    last_line: str = ""

    def lines(self, width: float) -> tuple[str, ...]:
        """Return the label broken into lines of a width, five at most."""
        return (*wrap(self.words, width, NOTE_SIZE, lines=5), *([self.last_line] if self.last_line else []))


def segment_marks(
    segments: Sequence[pd.DataFrame],
    bounds: Sequence[tuple[float, float]],
    line: Timeline,
    *,
    percent: bool,
    decimals: int,
    middle: str,
    reasons: Mapping[Any, str],
) -> list[Mark]:
    """Return a mark for each of two segments or more.

    A segment's label says since when and why limits are new, and what its mean was; the last segment's mean stands at
    the right edge.
    """
    if len(segments) == 1:
        return []
    marks = []
    for place, (segment, (start, _)) in enumerate(zip(segments, bounds, strict=True)):
        first, words, mean = segment.iloc[0], "", ""
        if place:
            reason, since = reasons.get(first["date"], ""), line.short(first["date"])
            words = f"{since}: {reason}" if reason else f"New limits from {since}"
        if place < len(segments) - 1 and pd.notna(first["mean"]):
            mean = f"{middle} {amount(first['mean'], percent=percent, decimals=decimals)}"
        marks.append(Mark(start, words, "rebase" if place else "segment", mean))
    return marks


def annotation_marks(annotations: Mapping[Any, str], line: Timeline) -> list[Mark]:
    """Return a mark for each annotation.

    Raises
    ------
    FigureError
        Where an annotation is at no date of the chart.
    """
    marks = []
    for date, text in annotations.items():
        number = line.number(date)
        if not line.low <= number <= line.high:
            raise FigureError(
                f'charts.spc: the annotation "{text}" is at {line.words(date)}; '
                f"expected a date from {line.words(line.dates[0])} to {line.words(line.dates[-1])}."
            )
        marks.append(Mark(number, f"{line.short(date)}: {text}", "annotation"))
    return marks


def write_marks(canvas: Canvas, marks: Sequence[Mark], line: Timeline, *, height: float, right: float) -> float:
    """Draw each mark with its label over the plot, and return how far up (negative) they reach.

    A label is as wide as the room to the next one, within reason; where there is no room it is set over the next one.
    """
    if not marks:
        return 0.0
    ordered = sorted(marks, key=lambda mark: mark.number)
    anchors = [line.x(mark.number) + 4 for mark in ordered]
    room = [after - x - GAP for x, after in zip(anchors, [*anchors[1:], right + GAP], strict=True)]
    room = [space if space >= NARROWEST else max(NARROWEST, right - x) for space, x in zip(room, anchors, strict=True)]
    lines = [mark.lines(min(space, WIDEST)) for mark, space in zip(ordered, room, strict=True)]
    widths = [block_width(words, NOTE_SIZE) for words in lines]
    reach = 0.0
    for mark, block in zip(
        ordered, tiers(list(zip(lines, widths, anchors, strict=True)), low=0, high=right), strict=True
    ):
        x, top = line.x(mark.number), -(block.tier + len(block.lines)) * NOTE_PITCH - 5
        if mark.kind != "segment":
            dash = (2, 3) if mark.kind == "annotation" else ()
            canvas.line(
                (x, height), (x, top if block.left > x else 0), colour=palette.REBASE, dash=dash, is_behind=True
            )
        for number, words in enumerate(block.lines):
            canvas.text(words, block.left, top + (number + 0.5) * NOTE_PITCH, size=NOTE_SIZE)
        reach = min(reach, top)
    return reach


def write_header(
    canvas: Canvas,
    y_title: str,
    kinds: Sequence[str],
    icons: Sequence[Icon],
    *,
    left: float,
    right: float,
    bottom: float,
) -> float:
    """Write axis title, legend and icons over what reaches up to `bottom`, and return how far up they reach.

    The icons stand beside the legend where there is room, else over it.
    """
    y = canvas.title(y_title, left, right - left, bottom=min(bottom - 6, -12))
    beside = right - left - icons_width(icons)
    is_beside = legend_width(kinds) <= beside
    rows = legend_rows(kinds, beside if is_beside else right - left)
    legend = len(rows) * LEGEND_PITCH
    band = max(legend, ICON if icons and is_beside else 0)
    for number, row in enumerate(rows):
        write_legend_row(canvas, row, left + 6, y - 6 - band / 2 - legend / 2 + (number + 0.5) * LEGEND_PITCH)
    y -= 6 + band if band else 0
    if icons:
        y -= 0 if is_beside else 6 + ICON
        middle = y + (band if is_beside else ICON) / 2
        write_icons(canvas, icons, right=right if is_beside else left + 2 + icons_width(icons) - ICON_GAP, y=middle)
    return y - 2


def write_legend_row(canvas: Canvas, kinds: Sequence[str], x: float, y: float) -> None:
    """Write kinds of points side by side, each with its symbol."""
    for kind in kinds:
        style = palette.POINTS[kind]
        canvas.symbol(style.shape, x, y, fill=style.fill, outline=style.outline, size=81)
        canvas.text(style.words, x + 9, y)
        x += text_width(style.words) + 31


def legend_width(kinds: Sequence[str]) -> float:
    """Return the pixels that kinds of points take side by side."""
    return sum(text_width(palette.POINTS[kind].words) + 31 for kind in kinds)


def legend_rows(kinds: Sequence[str], width: float) -> list[list[str]]:
    """Return kinds of points in rows that fit a width."""
    rows: list[list[str]] = []
    used = 0.0
    for kind in kinds:
        needed = text_width(palette.POINTS[kind].words) + 31
        if rows and used + needed <= width:
            rows[-1].append(kind)
            used += needed
        else:
            rows.append([kind])
            used = needed
    return rows


def icons_width(icons: Sequence[Icon]) -> float:
    """Return the pixels that icons with their words take, and the room before them."""
    return sum(ICON + 6 + _icon_words(icon) + ICON_GAP for icon in icons)


def _icon_words(icon: Icon) -> float:
    return max(text_width(_icon_kind(icon), NOTE_SIZE), text_width(icon.words, NOTE_SIZE))


def _icon_kind(icon: Icon) -> str:
    return "Variation" if icon.name.startswith("variation") else "Assurance"


def write_icons(canvas: Canvas, icons: Sequence[Icon], *, right: float, y: float) -> None:
    """Draw icons with their words, up to a right edge."""
    for icon in reversed(icons):
        x = right - _icon_words(icon)
        canvas.text(_icon_kind(icon), x, y - NOTE_PITCH / 2, colour=palette.QUIET, size=NOTE_SIZE)
        canvas.text(icon.words, x, y + NOTE_PITCH / 2, size=NOTE_SIZE)
        draw(canvas, icon, x - 6 - ICON / 2, y, size=ICON)
        right = x - 6 - ICON - ICON_GAP


def write_notes(canvas: Canvas, notes: Sequence[str], *, left: float, right: float, top: float) -> float:
    """Write notes under the axis, and return how far down they reach."""
    lines = wrap(" ".join(notes), right - left, NOTE_SIZE)
    for number, words in enumerate(lines):
        canvas.text(words, left, top + (number + 0.5) * NOTE_PITCH, colour=palette.QUIET, size=NOTE_SIZE)
    return top + len(lines) * NOTE_PITCH
