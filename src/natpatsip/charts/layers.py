"""Layers of a chart, written in Vega-Lite's own terms and held by Altair.

A layer is written as what it becomes, plain Vega-Lite, and the tests check every kind of chart against the schema.
The result is an Altair chart like any other: an analyst can add layers to it or change its properties.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import altair as alt
import numpy as np
from altair.utils.schemapi import debug_mode

from natpatsip.charts import theme  # noqa: F401 — importing it gives every chart the report's look
from natpatsip.charts.layout.sizes import share_rows
from natpatsip.known_drawings import noted

Rows = list[dict[str, Any]]
Channel = dict[str, Any]
Encoding = dict[str, Any]
Layer = dict[str, Any]


class _NotPlainError(Exception):
    """A value that JSON does not have, which Altair has to convert."""


class Written(alt.SchemaBase):
    """A part of a chart that is complete Vega-Lite, which Altair need not search for what it would convert.

    Altair asks of each value whether it is one of eight kinds, one of them by all of its attributes: for a control
    chart, three quarters of the time that it takes to become Vega-Lite.
    """

    _schema: ClassVar[dict[str, Any]] = {"type": "object"}
    _class_is_valid_at_instantiation: ClassVar[bool] = False

    def to_dict(self, validate: bool = False, **options: Any) -> dict[str, Any]:
        """Return it as Vega-Lite, in dicts and lists of its own."""
        try:
            return {name: _copied(value, Written.to_dict) for name, value in self._kwds.items()}
        except _NotPlainError:
            return super().to_dict(validate, **options)

    def __deepcopy__(self, _: Any) -> Written:
        try:
            return Written(**{name: _copied(value, copy.deepcopy) for name, value in self._kwds.items()})
        except _NotPlainError:
            return Written(**copy.deepcopy(self._kwds))


def _copied(value: Any, of_written: Callable[[Written], Any]) -> Any:
    """Return a value with dicts and lists of its own, numbers of NumPy as Altair writes them."""
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool or value is None:
        return value
    if kind is dict:
        return {name: _copied(each, of_written) for name, each in value.items()}
    if kind is list or kind is tuple:
        return [_copied(each, of_written) for each in value]
    if kind is Written:
        return of_written(value)
    if isinstance(value, np.number):
        return float(value)
    raise _NotPlainError


def _written(channel: Any) -> Any:
    return [Written(**each) for each in channel] if isinstance(channel, list) else Written(**channel)


class ReportChart(alt.LayerChart):
    """A layered chart that was built by this package, and is not checked against the schema again."""

    def to_dict(self, validate: bool = False, **options: Any) -> dict[str, Any]:
        """Return the chart as Vega-Lite; with `validate`, check it against the schema."""
        specification: dict[str, Any] = super().to_dict(validate, **options)
        if "datasets" in specification:
            specification["datasets"] = {name: list(rows) for name, rows in specification["datasets"].items()}
        return share_rows(specification)


def layer(mark: str, rows: Rows, encoding: Encoding, **style: Any) -> Layer:
    """Return a layer: rows drawn as a kind of mark."""
    return {"data": {"values": rows}, "mark": {"type": mark, **style}, "encoding": encoding}


def chart(layers: Sequence[Layer], **properties: Any) -> ReportChart:
    """Return layers, the first at the back, as a chart with properties."""
    # Altair checks and copies each object that a chart is built of. For a control chart with three segments that takes
    # 53 ms to build and 183 ms to convert; without the checks, 10 ms and 20 ms. It copies lists but not tuples, so the
    # rows are held in tuples: 15 small multiples take 260 ms instead of 300. Its own marks and encodings hold up to a
    # hundred properties that are not given, and each layer's are copied four times: five sixths of all that it copies.
    with debug_mode(False):
        drawn = [alt.Chart(alt.InlineData(values=tuple(each["data"]["values"])), **_look(each)) for each in layers]
        return ReportChart(layer=drawn, **properties)


def _look(each: Layer) -> dict[str, Any]:
    encoding = {name: _written(own) for name, own in each["encoding"].items()}
    return {"mark": Written(**each["mark"]), "encoding": Written(**encoding)}


def showing(drawn: ReportChart, shows: Iterable[str]) -> ReportChart:
    """Return a chart with the claims that hold for it; `figure` records them and removes them from the chart."""
    usermeta = drawn["usermeta"]
    drawn["usermeta"] = {**(usermeta if isinstance(usermeta, Mapping) else {}), "shows": list(shows)}
    return noted(drawn)


def pixel(field: str) -> Channel:
    """Return the channel of a field that holds positions in pixels."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def as_is(field: str, kind: str = "nominal") -> Channel:
    """Return the channel of a field that holds colours, shapes or sizes as they are."""
    return {"field": field, "type": kind, "scale": None, "legend": None}


def words(field: str) -> Channel:
    """Return the channel of a field that holds words."""
    return {"field": field, "type": "nominal"}
