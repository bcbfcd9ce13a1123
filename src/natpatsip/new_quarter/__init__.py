"""Opening the next quarter: its params, narrative to review, and the data it waits for."""

from natpatsip.new_quarter.opened_quarter import OpenedQuarter, open_quarter

__all__ = ["OpenedQuarter", "open_quarter"]
