"""The charts of the report: one theme, three kinds of chart, each with its text alternative.

>>> from helpers import charts
>>> sorted(charts.__all__)
['narrow', 'spc', 'spc_table', 'stacked', 'stacked_table', 'trend', 'trend_table']
"""

from helpers.charts.layers import narrow
from helpers.charts.spc_chart import spc
from helpers.charts.stacked_chart import stacked
from helpers.charts.tables import spc_table, stacked_table, trend_table
from helpers.charts.trend_chart import trend

__all__ = ["narrow", "spc", "spc_table", "stacked", "stacked_table", "trend", "trend_table"]
