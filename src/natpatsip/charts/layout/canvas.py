"""The plot of a chart, and the text, lines and symbols drawn on and around it.

Labels are placed in Python (`natpatsip.charts.layout.labels`) and drawn where they were placed: in pixels from the
plot's upper left corner, negative above and to the left of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from natpatsip.charts import palette
from natpatsip.charts.layers import Channel, Layer, ReportChart, Rows, Written, as_is, chart, layer, pixel, words
from natpatsip.charts.layout.sizes import (
    LINE_HEIGHT,
    NARROW,
    PAGE_HEIGHT,
    PAPER_HEIGHT,
    PAPER_WIDTH,
    TEXT_SIZE,
    WIDTH,
    text_width,
    wrap,
)
from natpatsip.charts.layout.value_axis import ValueAxis
from natpatsip.known_drawings import noted

Align = Literal["left", "center", "right"]
GROUND = 2  # pixels of the page's ground beside a text, which hides the grid
TOO_TALL = 1.25 * PAGE_HEIGHT  # shrunk to a page, its letters would be too small to read
BOX: dict[str, Any] = {"x": pixel("x"), "y": pixel("y"), "x2": {"field": "x2"}, "y2": {"field": "y2"}}
ByStyle = defaultdict[tuple[Any, ...], Rows]


@dataclass(frozen=True)
class Plot:
    """The rectangle that data is plotted in, and the pixels around it."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    axis: ValueAxis

    def y(self, value: float) -> float:
        """Return the pixel of a value, at the plot's edge if it is beyond the axis."""
        return self.axis.y(value, self.height)

    def channel(self, field: str, *, has_axis: bool = False) -> Channel:
        """Return the y channel of a field of values, on this axis."""
        scale = {"domain": [self.axis.low, self.axis.high], "nice": False, "zero": False}
        drawn = {"axis": self._drawn_axis()} if has_axis else {}
        return {"field": field, "type": "quantitative", "scale": scale, **drawn}

    def _drawn_axis(self) -> dict[str, Any]:
        """Return the axis: round steps, thousands separators, and a percent sign if values are percentages."""
        number = f"format(datum.value, ',.{self.axis.decimals}f')"
        return {
            "title": None,
            "values": list(self.axis.ticks),
            "tickCount": len(self.axis.ticks) + 1,  # otherwise Vega leaves some out
            "labelExpr": f"{number} + '%'" if self.axis.percent else number,
            "labelLimit": 0,  # there is room for them: to see whether to cut one off, Vega would measure all again
        }

    def properties(self) -> dict[str, Any]:
        """Return the sizes for Vega-Lite, fixed so that the program that draws the chart moves nothing."""
        padding = {"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom}
        return {
            "width": round(self.width, 1),
            "height": round(self.height, 1),
            "padding": {side: round(pixels, 1) for side, pixels in padding.items()},
            "autosize": {"type": "none", "contains": "content"},
            "resolve": {"scale": dict.fromkeys(("shape", "fill", "stroke", "size", "strokeWidth"), "independent")},
        }


@dataclass(frozen=True)
class Drawing:
    """A chart at one width: its sizes, and its layers from the back to the front."""

    plot: Plot
    layers: Sequence[Layer]

    @property
    def tall(self) -> float:
        """The drawing's pixels from top to bottom."""
        return self.plot.height + self.plot.top + self.plot.bottom

    def as_layout(self) -> dict[str, Any]:
        """Return the drawing as Vega-Lite that a chart's `usermeta` holds beside the usual layout."""
        return {**self.plot.properties(), "layer": list(self.layers)}


Item = TypeVar("Item")


def in_pages(
    items: Sequence[Item], lay_out: Callable[[Sequence[Item]], Drawing], *, most: int, step: int = 1
) -> list[Drawing]:
    """Return drawings of some items each, in order, none higher than a printed page has room for.

    Parameters
    ----------
    most, step : int
        How many items a page is tried with, and how many fewer if it is too high.
    """
    drawings: list[Drawing] = []
    start = 0
    while start < len(items):
        left = len(items) - start
        count = min(most, left)
        while (drawing := lay_out(items[start : start + count])).tall > PAGE_HEIGHT and count > step:
            count -= (count - 1) % step + 1
        if not drawings and count < left:  # as many on each page, rather than a few on the last
            most = -(-left // -(-left // count) // step) * step
            count, drawing = most, lay_out(items[:most])
        drawings.append(drawing)
        start += count
    return drawings


def with_plot(
    lay_out: Callable[[int, int], Drawing], width: int, height: int, description: str, *, least: int = 0
) -> ReportChart:
    """Return a chart as `finish` does, by a layout at a width and with a plot of a height, wider and lower on paper.

    A chart that was given a width of its own is printed as it is. `least` is the height that a plot on paper needs.
    """

    def pages(_: Drawing) -> list[Drawing]:
        return [lay_out(PAPER_WIDTH, max(round(PAPER_HEIGHT * height), least))] if width == WIDTH else []

    return finish(lambda pixels: lay_out(pixels, height), width, description, pages=pages)


def finish(
    lay_out: Callable[[int], Drawing],
    width: int,
    description: str,
    *,
    pages: Callable[[Drawing], Sequence[Drawing]] = lambda _: (),
) -> ReportChart:
    """Return a chart with its text alternative, laid out at a width and, in its `usermeta`, for narrow pages.

    `pages` returns the drawings for paper, if they differ: parts if it is too large for a sheet. They too are in
    `usermeta`.
    """
    wide = lay_out(width)
    properties: dict[str, Any] = {**wide.plot.properties(), "description": description}
    if width > NARROW:
        small = lay_out(NARROW)
        properties["usermeta"] = {"narrow": Written(**small.as_layout())}
    if parts := pages(wide):
        properties.setdefault("usermeta", {})["pages"] = [Written(**part.as_layout()) for part in parts]
    return noted(chart(wide.layers, **properties))


@dataclass
class Canvas:
    """Collects text, lines and symbols by style: one layer for each style."""

    texts: ByStyle = field(default_factory=lambda: defaultdict(list))
    on_ground: list[tuple[str, float, float, Align, int, bool]] = field(default_factory=list)
    lines: ByStyle = field(default_factory=lambda: defaultdict(list))
    behind: ByStyle = field(default_factory=lambda: defaultdict(list))
    symbols: Rows = field(default_factory=list)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        *,
        colour: str = palette.INK,
        align: Align = "left",
        size: int = TEXT_SIZE,
        bold: bool = False,
        is_on_data: bool = False,
    ) -> None:
        """Write a line of text; y is its middle. If it is not on data, it has the page's ground behind it."""
        if not is_on_data:
            self.on_ground.append((text, x, y, align, size, bold))
        style = (align, size, 600 if bold else 400, colour)
        self.texts[style].append({"x": round(x, 1), "y": round(y, 1), "text": text})

    def block(
        self, lines: Sequence[str], x: float, y: float, *, pitch: float, is_centred: bool = False, **style: Any
    ) -> None:
        """Write lines of text below one another; y is the middle of the first line, or of the block if centred."""
        shift = (len(lines) - 1) / 2 if is_centred else 0
        for number, text in enumerate(lines):
            self.text(text, x, y + (number - shift) * pitch, **style)

    def title(self, words: str, x: float, width: float, *, bottom: float) -> float:
        """Write the value axis's title above the plot, in up to three lines, and return the y of its top."""
        for text in reversed(wrap(words, width, lines=3)):
            self.text(text, x, bottom - LINE_HEIGHT / 2)
            bottom -= LINE_HEIGHT
        return bottom

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str,
        width: float = 1,
        dash: Sequence[float] = (),
        is_behind: bool = False,
    ) -> None:
        """Draw a straight line, over the data or behind it."""
        row = dict(zip(("x", "y", "x2", "y2"), (round(place, 1) for place in (*start, *end)), strict=True))
        (self.behind if is_behind else self.lines)[(colour, width, tuple(dash))].append(row)

    def symbol(self, shape: str, x: float, y: float, *, fill: str, outline: str, size: float, width: float = 1) -> None:
        """Draw a symbol: a shape by name, or a path in a square from -1 to 1."""
        place = {"x": round(x, 1), "y": round(y, 1)}
        self.symbols.append({**place, "shape": shape, "fill": fill, "stroke": outline, "size": size, "width": width})

    def backdrop(self, plot: Plot | None = None) -> list[Layer]:
        """Return the layers behind the data; in a plot with a grid, texts have the page's ground behind them."""
        if plot is None:
            return _rules(self.behind)
        found = (_ground(*each, plot) for each in self.on_ground)
        grounds = [box for box in found if box["x"] < plot.width and box["x2"] > 0 and box["y"] < box["y2"]]
        return [*([layer("rect", grounds, BOX, color=palette.PAPER)] if grounds else []), *_rules(self.behind)]

    def layers(self) -> list[Layer]:
        """Return the layers over the data: lines below symbols below text."""
        drawn = _rules(self.lines)
        if self.symbols:
            looks = {
                "shape": as_is("shape"),
                "fill": as_is("fill"),
                "stroke": as_is("stroke"),
                "size": as_is("size", "quantitative"),
                "strokeWidth": as_is("width", "quantitative"),
            }
            drawn.append(layer("point", self.symbols, {"x": pixel("x"), "y": pixel("y"), **looks}, opacity=1))
        written = [
            layer(
                "text",
                rows,
                {"x": pixel("x"), "y": pixel("y"), "text": words("text")},
                align=align,
                baseline="middle",
                fontSize=size,
                fontWeight=weight,
                color=colour,
            )
            for (align, size, weight, colour), rows in self.texts.items()
        ]
        return drawn + written


def _ground(text: str, x: float, y: float, align: Align, size: int, bold: bool, plot: Plot) -> dict[str, float]:
    """Return the ground of a text, as high as the plot has it: its lower edge is above the line of the axis."""
    width, half = text_width(text, size, bold=bold), size / 2 + 1
    left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * width - GROUND
    box = {"x": left, "y": max(0.0, y - half), "x2": left + width + 2 * GROUND, "y2": min(plot.height - 1, y + half)}
    return {name: round(place, 1) for name, place in box.items()}


def _rules(lines: Mapping[tuple[Any, ...], Rows]) -> list[Layer]:
    return [
        layer("rule", rows, BOX, color=colour, strokeWidth=width, **({"strokeDash": list(dash)} if dash else {}))
        for (colour, width, dash), rows in lines.items()
    ]
