"""``natpatsip init``: a new report that builds at once."""

from natpatsip.init.new_report import Created, create_report, default_quarter

__all__ = ["Created", "create_report", "default_quarter"]
