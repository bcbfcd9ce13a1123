"""What a page needs to make its charts interactive: their specifications, and one bundle of Vega for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from natpatsip.charts.layout.sizes import narrow

Specification = Mapping[str, Any]

# Charts come compiled, so a page needs neither Vega-Lite nor vega-embed, a third of the usual bundle. The addresses are
# vl-convert's names of modules that it carries; nothing is fetched.
EXPORTS = """import { View, parse } from "https://cdn.jsdelivr.net/npm/vega@6.2.0/+esm";
import { expressionInterpreter } from "https://cdn.jsdelivr.net/npm/vega-interpreter@2.0.0/+esm";
window.natpatsipVega = { View, parse, expressionInterpreter };
"""


def specification(chart: Specification, to_vega: Callable[[Specification], Specification]) -> str:
    """Return a chart as JSON for its page: what both layouts share, and each layout.

    Parameters
    ----------
    chart : mapping
        Vega-Lite, as `natpatsip.figure` records it.
    to_vega : callable
        Compiles Vega-Lite; here rather than in the page, which then has less to do and cannot do it otherwise.

    Returns
    -------
    str
        An object with ``shared``, ``wide`` and, where the chart has such a layout, ``narrow``, each a part of a Vega
        specification. The data of ``shared`` go before those of the layout.

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
    if "narrow" in apart and "data" not in shared:
        plain = [each for each in wide.get("data", ()) if "values" in each and "transform" not in each]
        rows = [each for each in plain if each in other.get("data", ())]
        shared["data"] = rows
        for each in apart.values():
            each["data"] = [one for one in each.get("data", ()) if one not in rows]
    return json.dumps({"shared": shared, **apart}, separators=(",", ":"), ensure_ascii=False)


def as_script(bundle: str) -> str:
    """Return a bundle as a classic script that keeps its names to itself: pages from disk can load no modules."""
    return f"(function () {{\n{bundle}\n}})();\n"
