"""The report's own Python: its impact models and its diagrams, which its notebooks import.

The engine is `natpatsip`: ``from natpatsip import cite, figure, publish``.
"""

from __future__ import annotations

MOVED_TO_NATPATSIP = {
    *("Fact", "Quarter", "callout", "charts", "cite", "context", "datasets", "facts", "figure", "hold", "params"),
    *("picture", "publish", "spc", "table", "tile", "tiles", "worded", "wording"),
}


def __getattr__(name: str) -> object:
    """Say where a name of the engine has gone, to whoever still imports it from here."""
    if name in MOVED_TO_NATPATSIP:
        raise ImportError(f"{name} is part of the engine now. Write: from natpatsip import {name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
