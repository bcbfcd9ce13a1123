"""What a page needs to make its charts interactive: their specifications, and one bundle of Vega for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from helpers.charts.narrowing import narrow

Specification = Mapping[str, Any]

EXPORTS = "window.natpatsipEmbed = vegaEmbed;"


def specification(chart: Specification, to_vega: Callable[[Specification], Specification]) -> str:
    """Return a chart as JSON for its page: what both layouts share, and each layout.

    Parameters
    ----------
    chart : mapping
        Vega-Lite, as `helpers.figure` records it.
    to_vega : callable
        Compiles Vega-Lite; here rather than in the page, which then has less to do and cannot do it otherwise.

    Returns
    -------
    str
        An object with ``shared``, ``wide`` and, where the chart has such a layout, ``narrow``, each a part of a Vega
        specification.

    Examples
    --------
    >>> specification({"mark": "bar"}, lambda chart: {"marks": [chart["mark"]], "description": "in the page already"})
    '{"shared":{},"wide":{"marks":["bar"]}}'
    """
    layouts = {"wide": chart, "narrow": narrow(chart)}
    drawn = {
        name: {key: value for key, value in to_vega(layout).items() if key not in ("description", "usermeta")}
        for name, layout in layouts.items()
        if layout is not None
    }
    wide, other = drawn["wide"], drawn.get("narrow", {})
    shared = {key: value for key, value in wide.items() if other.get(key) == value}
    apart = {name: {key: value for key, value in each.items() if key not in shared} for name, each in drawn.items()}
    return json.dumps({"shared": shared, **apart}, separators=(",", ":"), ensure_ascii=False)


def as_script(bundle: str) -> str:
    """Return a bundle as a classic script that keeps its names to itself: pages from disk can load no modules."""
    return f"(function () {{\n{bundle}\n}})();\n"
