from .indicator import Measure, measure
from .organisations_block import by_organisation
from .overview_table import overview, sparkline, summary

__all__ = ["Measure", "by_organisation", "measure", "overview", "sparkline", "summary"]
