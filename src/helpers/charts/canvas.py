"""Text, lines and symbols at pixel places, beside the marks that stand for data.

What labels a chart is placed in Python (`helpers.charts.place`), so it is drawn where it was placed: in pixels from the
plot's upper left corner, negative above and to the left of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt

from helpers.charts import palette, theme

Align = Literal["left", "center", "right"]
Rows = list[dict[str, Any]]


def inline(rows: Rows) -> alt.InlineData:
    """Return rows as data that stand in the chart as they are."""
    return alt.InlineData(values=rows)


@dataclass
class Canvas:
    """Collects what is to be written and drawn, by style: one layer a style."""

    texts: dict[tuple[Any, ...], Rows] = field(default_factory=lambda: defaultdict(list))
    lines: dict[tuple[Any, ...], Rows] = field(default_factory=lambda: defaultdict(list))
    symbols: Rows = field(default_factory=list)
    behind: dict[tuple[Any, ...], Rows] = field(default_factory=lambda: defaultdict(list))

    def text(
        self,
        words: str,
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
        self.texts[style].append({"x": round(x, 1), "y": round(y, 1), "text": words})

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
        self.symbols.append(
            {
                "x": round(x, 1),
                "y": round(y, 1),
                "shape": shape,
                "fill": fill,
                "stroke": outline,
                "size": size,
                "width": width,
            }
        )

    def backdrop(self) -> list[alt.Chart]:
        """Return what lies behind the data."""
        return _rules(self.behind)

    def layers(self) -> list[alt.Chart]:
        """Return what was collected as layers, lines below symbols below text."""
        x, y = _places()
        drawn = _rules(self.lines)
        if self.symbols:
            drawn.append(
                alt.Chart(inline(self.symbols))
                .mark_point(opacity=1)
                .encode(
                    x=x,
                    y=y,
                    shape=alt.Shape("shape:N", scale=None),
                    fill=alt.Fill("fill:N", scale=None),
                    stroke=alt.Stroke("stroke:N", scale=None),
                    size=alt.Size("size:Q", scale=None),
                    strokeWidth=alt.StrokeWidth("width:Q", scale=None),
                )
            )
        written = [
            alt.Chart(inline(rows))
            .mark_text(align=align, baseline="middle", fontSize=size, fontWeight=weight, color=colour)
            .encode(x=x, y=y, text="text:N")
            for (align, size, weight, colour), rows in self.texts.items()
        ]
        return drawn + written


def _places() -> tuple[alt.X, alt.Y]:
    return alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)


def _rules(lines: Mapping[tuple[Any, ...], Rows]) -> list[alt.Chart]:
    x, y = _places()
    return [
        alt.Chart(inline(rows))
        .mark_rule(color=colour, strokeWidth=width, strokeDash=list(dash) if dash else alt.Undefined)
        .encode(x=x, y=y, x2="x2", y2="y2")
        for (colour, width, dash), rows in lines.items()
    ]
