"""Layers of a chart, written in Vega-Lite's own terms and held by Altair.

Altair checks and copies each object that a chart is built of, which takes a third of a second for a control chart: more
than all else that a notebook does. So a layer is written as what it becomes, plain Vega-Lite; the tests check every
kind of chart against the schema. The result is an Altair chart like any other, which an analyst can lay over another or
give other properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

Rows = list[dict[str, Any]]
Channel = dict[str, Any]
Encoding = dict[str, Any]
Layer = dict[str, Any]


class ReportChart(alt.LayerChart):
    """A layered chart that was built by this package, and is not checked against the schema once more."""

    def __init__(self, *args: Any, **properties: Any) -> None:
        super(alt.LayerChart, self).__init__(*args, **properties)  # without copying each layer four times over

    def to_dict(self, validate: bool = False, **options: Any) -> dict[str, Any]:
        """Return the chart as Vega-Lite; with `validate`, check it against the schema."""
        specification: dict[str, Any] = super().to_dict(validate, **options)
        if laid_out := specification.get("usermeta", {}).get("narrow"):
            known = specification.get("datasets", {})
            shared = [_shared(each, known) for each in laid_out["layer"]]
            specification["usermeta"] |= {"narrow": {**laid_out, "layer": shared}}
        return specification


def _shared(layer: Layer, datasets: Mapping[str, Rows]) -> Layer:
    """Return a layer that refers to its rows by name where the wide chart has the same ones."""
    name = next((name for name, rows in datasets.items() if rows == layer["data"].get("values")), None)
    return {**layer, "data": {"name": name}} if name else layer


def layer(mark: str, rows: Rows, encoding: Encoding, **style: Any) -> Layer:
    """Return a layer: rows drawn as a kind of mark."""
    return {"data": {"values": rows}, "mark": {"type": mark, **style}, "encoding": encoding}


def chart(layers: Sequence[Layer], **properties: Any) -> ReportChart:
    """Return layers, the first at the back, as a chart with properties."""
    with debug_mode(False):
        held = [
            alt.Chart(
                alt.InlineData(**each["data"]),
                mark=alt.MarkDef(**each["mark"]),
                encoding=alt.FacetedEncoding(**each["encoding"]),
            )
            for each in layers
        ]
        return ReportChart(layer=held, **properties)


def showing(drawn: ReportChart, shows: Iterable[str]) -> ReportChart:
    """Return a chart that says what may be claimed of it; `figure` records that, and takes it out of the chart."""
    kept = drawn["usermeta"]
    drawn["usermeta"] = {**(kept if isinstance(kept, Mapping) else {}), "shows": list(shows)}
    return drawn


def pixel(field: str) -> Channel:
    """Return the channel of a field that holds places in pixels."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def as_is(field: str, kind: str = "nominal") -> Channel:
    """Return the channel of a field that holds colours, shapes or sizes as they are."""
    return {"field": field, "type": kind, "scale": None, "legend": None}


def words(field: str) -> Channel:
    """Return the channel of a field that holds words."""
    return {"field": field, "type": "nominal"}
