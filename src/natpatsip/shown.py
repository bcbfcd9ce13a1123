"""What a cell makes for readers, and whether it shows it: a table that stays in a variable is in no report.

Tables, tiles, callouts, figures and pictures are noted as they are made (`note`); the engine collects the notes after
each cell (`natpatsip.context.after_cell`), and keeps those that the cell does not show in the cell's metadata.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from typing import Any

from natpatsip import context

BLOCK = "application/vnd.natpatsip.block+json"
FIGURE = "application/vnd.natpatsip.figure+json"
PICTURE = "application/vnd.natpatsip.picture+json"
LEFT_OUT = "application/vnd.natpatsip.left-out+json"
"""Why a table of another library that a cell shows is not in the report: a message."""
LIBRARY_TABLES = {
    ("pandas.io.formats.style", "Styler"): ("to_html", 'style.set_caption("…")'),
    ("great_tables.gt", "GT"): ("as_raw_html", 'gt.tab_header(title="…")'),
}
"""The module and name of each class whose tables the report takes; how its HTML is had, and how it gets a caption."""
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


def take_library_tables(shell: Any) -> None:
    """Have cells that end in another library's table show one of the report's; the libraries need not be installed."""
    for module, name in LIBRARY_TABLES:
        shell.display_formatter.mimebundle_formatter.for_type_by_name(module, name, _as_block)


def _as_block(made: Any) -> dict[str, Any]:
    record: dict[str, Any] = importlib.import_module("natpatsip.blocks").as_block(made)  # not before it is needed
    return record
