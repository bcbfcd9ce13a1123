"""Text, lines and symbols at pixel places, beside the marks that stand for data.

What labels a chart is placed in Python (`natpatsip.charts.place`), so it is drawn where it was placed: in pixels from
the plot's upper left corner, negative above and to the left of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from natpatsip.charts import palette, theme
from natpatsip.charts.layers import Layer, Rows, as_is, layer, pixel, words
from natpatsip.charts.metrics import wrap

Align = Literal["left", "center", "right"]
ByStyle = defaultdict[tuple[Any, ...], Rows]


@dataclass
class Canvas:
    """Collects what is to be written and drawn, by style: one layer a style."""

    texts: ByStyle = field(default_factory=lambda: defaultdict(list))
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
        size: int = theme.TEXT_SIZE,
        bold: bool = False,
    ) -> None:
        """Write a line of text; y is its middle."""
        style = (align, size, 600 if bold else 400, colour)
        self.texts[style].append({"x": round(x, 1), "y": round(y, 1), "text": text})

    def title(self, words: str, x: float, width: float, *, bottom: float) -> float:
        """Write the value axis's title over the plot, in up to three lines, and return how far up it reaches."""
        for text in reversed(wrap(words, width, lines=3)):
            self.text(text, x, bottom - theme.LINE_HEIGHT / 2)
            bottom -= theme.LINE_HEIGHT
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
        """Draw a straight line, over the data or behind them."""
        row = dict(zip(("x", "y", "x2", "y2"), (round(place, 1) for place in (*start, *end)), strict=True))
        (self.behind if is_behind else self.lines)[(colour, width, tuple(dash))].append(row)

    def symbol(self, shape: str, x: float, y: float, *, fill: str, outline: str, size: float, width: float = 1) -> None:
        """Draw a symbol: a shape's name or its path in a square from -1 to 1."""
        place = {"x": round(x, 1), "y": round(y, 1)}
        self.symbols.append({**place, "shape": shape, "fill": fill, "stroke": outline, "size": size, "width": width})

    def backdrop(self) -> list[Layer]:
        """Return what lies behind the data."""
        return _rules(self.behind)

    def layers(self) -> list[Layer]:
        """Return what lies over the data: lines below symbols below text."""
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


def _rules(lines: Mapping[tuple[Any, ...], Rows]) -> list[Layer]:
    places = {"x": pixel("x"), "y": pixel("y"), "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return [
        layer("rule", rows, places, color=colour, strokeWidth=width, **({"strokeDash": list(dash)} if dash else {}))
        for (colour, width, dash), rows in lines.items()
    ]
