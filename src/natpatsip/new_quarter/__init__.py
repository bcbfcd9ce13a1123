"""Opening the next quarter: params, narrative to be reviewed, and the data that are awaited."""

from __future__ import annotations

from natpatsip.new_quarter.open_quarter import Opened, open_quarter

__all__ = ["Opened", "open_quarter"]
