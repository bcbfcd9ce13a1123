"""The data: one reader, one schema a file, and all problems of a file together.

`load` reads a dataset as it was known at the end of a quarter; what comes in later never changes an earlier report.
`complete` says what the data of a quarter lack, and imports no pandas for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.datasets.completeness import complete
    from helpers.datasets.loading import RECORD, load, national, provenance
    from helpers.datasets.schemas import APPROACHES, INTERVENTIONS, MEASURES, SCHEMAS

__all__ = [
    "APPROACHES",
    "INTERVENTIONS",
    "MEASURES",
    "RECORD",
    "SCHEMAS",
    "complete",
    "load",
    "national",
    "provenance",
]

_HOME = {
    "APPROACHES": "schemas",
    "INTERVENTIONS": "schemas",
    "MEASURES": "schemas",
    "RECORD": "loading",
    "SCHEMAS": "schemas",
    "complete": "completeness",
    "load": "loading",
    "national": "loading",
    "provenance": "loading",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
