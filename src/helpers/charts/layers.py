"""Layers of a chart, written in Vega-Lite's own terms and held by Altair.

Altair checks and copies each object that a chart is built of, which takes a third of a second for a control chart: more
than all else that a notebook does. So each layer's mark and encoding are given as what they become, plain Vega-Lite;
the tests check every kind of chart against the schema. The result is an Altair chart like any other, which an analyst
can lay over another or give other properties.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

Rows = list[dict[str, Any]]
Channel = dict[str, Any]
Encoding = dict[str, Any]


class ReportChart(alt.LayerChart):
    """A layered chart that was built by this package, and is not checked against the schema once more."""

    def __init__(self, *args: Any, **properties: Any) -> None:
        super(alt.LayerChart, self).__init__(*args, **properties)  # without copying each layer four times over

    def to_dict(self, validate: bool = False, **options: Any) -> dict[str, Any]:
        """Return the chart as Vega-Lite; with `validate`, check it against the schema."""
        specification: dict[str, Any] = super().to_dict(validate, **options)
        return specification


def layer(mark: str, rows: Rows, encoding: Encoding, **style: Any) -> alt.Chart:
    """Return a layer: rows drawn as a kind of mark."""
    with debug_mode(False):
        return alt.Chart(
            alt.InlineData(values=rows),
            mark=alt.MarkDef(type=mark, **style),  # type: ignore[arg-type]
            encoding=alt.FacetedEncoding(**encoding),
        )


def chart(layers: Sequence[alt.Chart], **properties: Any) -> ReportChart:
    """Return layers, the first at the back, as a chart with properties."""
    with debug_mode(False):
        return ReportChart(layer=list(layers), **properties)


def pixel(field: str) -> Channel:
    """Return the channel of a field that holds places in pixels."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def as_is(field: str, kind: str = "nominal") -> Channel:
    """Return the channel of a field that holds colours, shapes or sizes as they are."""
    return {"field": field, "type": kind, "scale": None, "legend": None}


def words(field: str) -> Channel:
    """Return the channel of a field that holds words."""
    return {"field": field, "type": "nominal"}
