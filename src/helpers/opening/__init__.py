"""Opening the next quarter: params, narrative to be reviewed, and the data that are awaited."""

from __future__ import annotations

from helpers.opening.opening import Opened, open_quarter

__all__ = ["Opened", "open_quarter"]
