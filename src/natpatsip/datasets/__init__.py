"""The data: one reader, one schema a file, and all problems of a file together.

`load` reads a dataset as it was known at the end of a quarter; what comes in later never changes an earlier report.
Counts of people below England go through `suppress_small_counts` before they are shown, from `quarterly` or `rolling`
sums where months are small. `complete` says what the data of a quarter lack, and imports no pandas for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from natpatsip.datasets.completeness import complete
    from natpatsip.datasets.disclosure import POLICIES, SuppressionPolicy, policy, suppress_small_counts
    from natpatsip.datasets.loading import RECORD, load, national, provenance
    from natpatsip.datasets.periods import quarterly, rolling
    from natpatsip.datasets.schemas import APPROACHES, INTERVENTIONS, MEASURES, SCHEMAS

__all__ = [
    "APPROACHES",
    "INTERVENTIONS",
    "MEASURES",
    "POLICIES",
    "RECORD",
    "SCHEMAS",
    "SuppressionPolicy",
    "complete",
    "load",
    "national",
    "policy",
    "provenance",
    "quarterly",
    "rolling",
    "suppress_small_counts",
]

_HOME = {
    "APPROACHES": "schemas",
    "INTERVENTIONS": "schemas",
    "MEASURES": "schemas",
    "POLICIES": "disclosure",
    "RECORD": "loading",
    "SCHEMAS": "schemas",
    "SuppressionPolicy": "disclosure",
    "complete": "completeness",
    "load": "loading",
    "national": "loading",
    "policy": "disclosure",
    "provenance": "loading",
    "quarterly": "periods",
    "rolling": "periods",
    "suppress_small_counts": "disclosure",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
