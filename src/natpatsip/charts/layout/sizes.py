"""The two widths of a chart and the sizes of its letters, known without the libraries that build charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FONT = "Open Sans, Arial, sans-serif"  # without a font that exists, vl-convert leaves the text out of a PNG
TEXT_SIZE = 13
NOTE_SIZE = 12
LINE_HEIGHT = 16
WIDTH = 640  # of the whole chart, for a report column of about 680 pixels
NARROW = 340  # the same for a phone, where the wide chart's letters would be half their size
PLOT_HEIGHT = 200
PAGE_HEIGHT = 860  # of a chart on a printed page, beside its title and caption; a higher one is shrunk or paged


def share_rows(specification: dict[str, Any]) -> dict[str, Any]:
    """Return a chart whose narrow layout refers by name to the rows that it shares with the wide one."""
    usermeta = specification.get("usermeta", {})
    if "narrow" not in usermeta:
        return specification
    datasets = specification.get("datasets", {})

    def shared(layer: dict[str, Any]) -> dict[str, Any]:
        name = next((name for name, rows in datasets.items() if rows == layer["data"].get("values")), None)
        return {**layer, "data": {"name": name}} if name else layer

    layers = [shared(layer) for layer in usermeta["narrow"]["layer"]]
    return {**specification, "usermeta": {**usermeta, "narrow": {**usermeta["narrow"], "layer": layers}}}


def narrow(specification: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a chart as it is laid out for a narrow page, or None if it has no such layout.

    It shows the same points, lines and words, laid out in `NARROW` pixels so that a phone does not shrink the letters.

    Parameters
    ----------
    specification : mapping
        The chart as Vega-Lite, as `figure` records it.
    """
    layout = specification.get("usermeta", {}).get("narrow")
    if layout is None:
        return None
    shared = _shared(specification)
    named = {layer["data"]["name"] for layer in layout["layer"] if "name" in layer["data"]}
    rows = {name: rows for name, rows in specification.get("datasets", {}).items() if name in named}
    return {**shared, **layout, "datasets": rows}


def pages(specification: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a chart as it is printed over several pages, or nothing if it fits on one."""
    return [{**_shared(specification), **layout} for layout in specification.get("usermeta", {}).get("pages", ())]


def _shared(specification: Mapping[str, Any]) -> dict[str, Any]:
    return {key: specification[key] for key in ("$schema", "config", "description") if key in specification}
