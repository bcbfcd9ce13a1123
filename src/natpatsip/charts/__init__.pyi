from .icon_matrix_chart import icon_matrix
from .layout.sizes import narrow
from .multiples_chart import multiples
from .spc_chart import run, spc
from .stacked_chart import stacked
from .tables import spc_table, stacked_table, summary_table, trend_table
from .trend_chart import trend

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
