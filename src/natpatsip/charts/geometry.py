"""The sizes of a chart, all known before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from natpatsip.charts.layers import Channel, Layer, ReportChart, chart
from natpatsip.charts.theme import NARROW
from natpatsip.charts.ticks import ValueAxis


@dataclass(frozen=True)
class Plot:
    """The rectangle that data are plotted in, and what surrounds it."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    axis: ValueAxis

    def y(self, value: float) -> float:
        """Return the pixel of a value, at the plot's edge where it is beyond the axis."""
        share = (value - self.axis.low) / (self.axis.high - self.axis.low)
        return self.height * (1 - min(1.0, max(0.0, share)))

    def holds(self, value: float) -> bool:
        """Say whether a value is on the axis."""
        return self.axis.low <= value <= self.axis.high

    def channel(self, field: str, *, percent: bool = False, has_axis: bool = False) -> Channel:
        """Return the y channel of a field of values, on this axis."""
        scale = {"domain": [self.axis.low, self.axis.high], "nice": False, "zero": False}
        drawn = {"axis": self._drawn_axis(percent=percent)} if has_axis else {}
        return {"field": field, "type": "quantitative", "scale": scale, **drawn}

    def _drawn_axis(self, *, percent: bool) -> dict[str, Any]:
        """Return the axis: round steps, thousands separators, a percent sign where values are percentages."""
        number = f"format(datum.value, ',.{self.axis.decimals}f')"
        return {
            "title": None,
            "values": list(self.axis.ticks),
            "tickCount": len(self.axis.ticks) + 1,  # else Vega thins them out
            "labelExpr": f"{number} + '%'" if percent else number,
        }

    def properties(self) -> dict[str, Any]:
        """Return the sizes as Vega-Lite has them: nothing is measured or moved by whoever draws the chart."""
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
    """What a chart shows at one width: its sizes, and its layers from the back to the front."""

    plot: Plot
    layers: Sequence[Layer]


def finish(draw: Callable[[int], Drawing], width: int, description: str) -> ReportChart:
    """Return what is drawn at a width as a chart with its text alternative, and with a layout for narrow pages.

    Parameters
    ----------
    draw : callable
        Lays the chart out for a width.
    """
    wide = draw(width)
    properties = {**wide.plot.properties(), "description": description}
    if width > NARROW:
        small = draw(NARROW)
        properties["usermeta"] = {"narrow": {**small.plot.properties(), "layer": list(small.layers)}}
    return chart(wide.layers, **properties)
