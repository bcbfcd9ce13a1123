"""The charts of the report: one theme, a function a kind of chart, each with its text alternative.

What draws is imported when it is first asked for, so that a build knows the palette without pandas and Altair.

>>> from natpatsip import charts
>>> sorted(name for name in charts.__all__ if not name.endswith("table"))
['icon_matrix', 'multiples', 'narrow', 'run', 'spc', 'stacked', 'trend']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from natpatsip.charts.icon_matrix_chart import icon_matrix
    from natpatsip.charts.multiples_chart import multiples
    from natpatsip.charts.narrowing import narrow
    from natpatsip.charts.run_chart import run
    from natpatsip.charts.spc_chart import spc
    from natpatsip.charts.stacked_chart import stacked
    from natpatsip.charts.tables import spc_table, stacked_table, summary_table, trend_table
    from natpatsip.charts.trend_chart import trend

__all__ = [
    "icon_matrix",
    "multiples",
    "narrow",
    "run",
    "spc",
    "spc_table",
    "stacked",
    "stacked_table",
    "summary_table",
    "trend",
    "trend_table",
]

_HOME = {
    "icon_matrix": "icon_matrix_chart",
    "multiples": "multiples_chart",
    "narrow": "narrowing",
    "run": "run_chart",
    "spc": "spc_chart",
    "spc_table": "tables",
    "stacked": "stacked_chart",
    "stacked_table": "tables",
    "summary_table": "tables",
    "trend": "trend_chart",
    "trend_table": "tables",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
