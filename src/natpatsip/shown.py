"""What a cell makes for readers, and whether it shows it: a table that stays in a variable is in no report.

Tables, tiles, callouts, figures and pictures are noted as they are made (`note`); the engine collects the notes after
each cell (`natpatsip.context.after_cell`), and keeps those that the cell does not show in the cell's metadata.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from natpatsip import context

BLOCK = "application/vnd.natpatsip.block+json"
FIGURE = "application/vnd.natpatsip.figure+json"
PICTURE = "application/vnd.natpatsip.picture+json"
NOT_SHOWN = "natpatsip_not_shown"
"""In a cell's metadata: what it has made for readers and not shown, each with its name and digest."""


def note(what: str, content: str) -> None:
    """Note that something was made for readers: what it is, as messages name it, and what tells it from others."""
    context.MADE.append({"what": what, "digest": _digest(content)})


def digest_of(data: Mapping[str, Any]) -> str:
    """Return the digest of what an output shows, as `note` takes it; empty if it shows nothing of that kind."""
    if BLOCK in data:
        return _digest(data[BLOCK]["markdown"])
    record = data.get(FIGURE) or data.get(PICTURE)
    return _digest(record["id"]) if record else ""


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:16]
