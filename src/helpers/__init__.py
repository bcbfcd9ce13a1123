"""The report's own Python: its impact models and its diagrams, which its notebooks import.

The engine is `natpatsip`: ``from natpatsip import cite, figure, publish``.
"""

from __future__ import annotations

MOVED_TO_NATPATSIP = {
    *("Fact", "Quarter", "callout", "charts", "cite", "context", "datasets", "facts", "figure", "hold", "params"),
    *("picture", "publish", "spc", "table", "tile", "tiles", "worded", "wording"),
}


def __getattr__(name: str) -> object:
    """Reject a name that moved to the engine, with where it is now."""
    if name in MOVED_TO_NATPATSIP:
        raise ImportError(f"helpers has no {name} any more: it moved to natpatsip. Write: from natpatsip import {name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
