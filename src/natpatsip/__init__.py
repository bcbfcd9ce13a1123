"""The vocabulary of the report: what its notebooks import.

>>> from natpatsip import charts, cite, datasets, figure, params, publish, spc
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from natpatsip import charts, datasets, facts, params, spc, worded, wording
    from natpatsip.blocks import callout, table, tile, tiles
    from natpatsip.facts import Fact, cite, publish
    from natpatsip.figures import figure, picture
    from natpatsip.quarter import Quarter
    from natpatsip.statements import hold

__all__ = [
    "Fact",
    "Quarter",
    "callout",
    "charts",
    "cite",
    "datasets",
    "facts",
    "figure",
    "hold",
    "params",
    "picture",
    "publish",
    "spc",
    "table",
    "tile",
    "tiles",
    "worded",
    "wording",
]

_HOME = {
    "Fact": "facts",
    "Quarter": "quarter",
    "callout": "blocks",
    "cite": "facts",
    "figure": "figures",
    "hold": "statements",
    "picture": "figures",
    "publish": "facts",
    "table": "blocks",
    "tile": "blocks",
    "tiles": "blocks",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for, so that the command line starts without pandas and Altair."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"natpatsip.{_HOME.get(name, name)}")
    if name == "charts":  # the theme becomes Altair's with it, so that a chart an analyst draws looks like the others
        importlib.import_module("natpatsip.charts.theme")
    return getattr(module, name) if name in _HOME else module
