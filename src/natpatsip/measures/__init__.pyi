from .indicator import Measure, measure
from .overview_table import overview, summary

__all__ = ["Measure", "measure", "overview", "summary"]
