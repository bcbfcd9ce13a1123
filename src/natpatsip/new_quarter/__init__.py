"""Opening the next quarter: its params, narrative to review, and the data it waits for."""

from __future__ import annotations

from natpatsip.new_quarter.open_quarter import OpenedQuarter, open_quarter

__all__ = ["OpenedQuarter", "open_quarter"]
