"""The charts of the report: one theme, a function a kind of chart, each with its text alternative.

>>> from helpers import charts
>>> sorted(name for name in charts.__all__ if not name.endswith("table"))
['icon_matrix', 'multiples', 'narrow', 'run', 'spc', 'stacked', 'trend']
"""

from helpers.charts.icon_matrix import icon_matrix
from helpers.charts.layers import narrow
from helpers.charts.multiples import multiples
from helpers.charts.run_chart import run
from helpers.charts.spc_chart import spc
from helpers.charts.stacked_chart import stacked
from helpers.charts.tables import spc_table, stacked_table, trend_table
from helpers.charts.trend_chart import trend

__all__ = [
    "icon_matrix",
    "multiples",
    "narrow",
    "run",
    "spc",
    "spc_table",
    "stacked",
    "stacked_table",
    "trend",
    "trend_table",
]
