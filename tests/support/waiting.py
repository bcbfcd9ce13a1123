"""Waiting for what other processes do, as long as a loaded machine may take."""

from __future__ import annotations

import time
from collections.abc import Callable

SOON = 60.0  # seconds


def becomes(claim: Callable[[], object], *, within: float = SOON) -> bool:
    """Say whether something comes true in time."""
    limit = time.monotonic() + within
    while not claim():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True
