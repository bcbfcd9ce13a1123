"""The sizes of a chart, all known before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from helpers.charts.ticks import ValueAxis


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

    def channel(self, field: str, **options: Any) -> alt.Y:
        """Return the y channel of a field of values, on this axis."""
        scale = alt.Scale(domain=[self.axis.low, self.axis.high], nice=False, zero=False)
        return alt.Y(f"{field}:Q", scale=scale, **options)

    def value_axis(self, *, percent: bool = False) -> alt.Axis:
        """Return the axis of the values: round steps, thousands separators, a percent sign where it is one."""
        number = f"format(datum.value, ',.{self.axis.decimals}f')"
        return alt.Axis(
            title=None,
            values=list(self.axis.ticks),
            tickCount=len(self.axis.ticks) + 1,  # else Vega thins them out
            labelExpr=f"{number} + '%'" if percent else number,
        )

    def finish(self, layers: list[alt.Chart], description: str) -> alt.LayerChart:
        """Return layers as a chart of this size with its text alternative."""
        chart: alt.LayerChart = (
            alt.layer(*layers)
            .properties(
                width=round(self.width, 1),
                height=round(self.height, 1),
                padding={
                    "left": round(self.left, 1),
                    "right": round(self.right, 1),
                    "top": round(self.top, 1),
                    "bottom": round(self.bottom, 1),
                },
                autosize=alt.AutoSizeParams(type="none", contains="content"),
                description=description,
            )
            .resolve_scale(shape="independent", fill="independent", stroke="independent", size="independent")
        )
        return chart
