from .indicator import Measure, measure
from .overview_table import overview, sparkline, summary

__all__ = ["Measure", "measure", "overview", "sparkline", "summary"]
