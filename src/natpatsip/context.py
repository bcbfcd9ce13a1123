"""What a notebook reports on (its quarter, its edition and its project), and what its cells make for readers.

A notebook sets nothing up. Its parameters cell, which papermill fills in, is the context: ``quarter`` and ``edition``
are read from there. In plain Python, set them with `use`.

Tables, tiles, callouts, figures and pictures are noted as they are made (`note`). A table that stays in a variable is
in no report: the engine collects the notes after each cell (`after_cell`), and keeps those that the cell does not show
in the cell's metadata.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from natpatsip.errors import NotebookError
from natpatsip.files.digests import sha256
from natpatsip.project import project_root
from natpatsip.quarter import Quarter

BLOCK = "application/vnd.natpatsip.block+json"
FIGURE = "application/vnd.natpatsip.figure+json"
PICTURE = "application/vnd.natpatsip.picture+json"
LEFT_OUT = "application/vnd.natpatsip.left-out+json"
"""Why a table of another library that a cell shows is not in the report: a message."""
LIBRARY_TABLES = {
    ("pandas.io.formats.style", "Styler"): ("to_html", 'style.set_caption("…")', "pandas"),
    ("great_tables.gt", "GT"): ("as_raw_html", 'gt.tab_header(title="…")', "Great Tables"),
}
"""Each class whose tables the report takes, by module and name: how to get its HTML, how to caption it, its library."""
NOT_SHOWN = "natpatsip_not_shown"
"""In a cell's metadata: what it has made for readers and not shown, each with its name and digest."""

OPENED = "natpatsip_opened"
"""In a cell's metadata: what its code has opened by itself rather than by `datasets.load`, files with their SHA-256."""


@dataclass(frozen=True)
class Context:
    """The quarter that is reported on, the edition (empty for the national one) and the project's folder."""

    quarter: Quarter
    edition: str
    project: Path


_CONTEXT: ContextVar[Context | None] = ContextVar("context", default=None)
_IS_RECORDED: ContextVar[bool] = ContextVar("is_recorded", default=True)


@contextmanager
def use(quarter: str | Quarter, *, edition: str = "", project: Path | None = None) -> Iterator[Context]:
    """Set the context within a block; for tests and scripts."""
    parsed = quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter)
    context = Context(parsed, edition, (project or project_root()).resolve())
    token = _CONTEXT.set(context)
    try:
        yield context
    finally:
        _CONTEXT.reset(token)


def shell() -> Any:
    """Return the IPython shell that this runs in, or None; IPython is not imported for it."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def current() -> Context:
    """Return the context: what `use` has set, else the notebook's parameters.

    Raises
    ------
    NotebookError
        If neither gives a quarter.
    """
    if context := _CONTEXT.get():
        return context
    names = getattr(shell(), "user_ns", {})
    if "quarter" not in names:
        raise NotebookError(
            'No quarter is set. Run the parameters cell (quarter = "2024-25-Q2") first; '
            'outside a notebook, write: with natpatsip.context.use("2024-25-Q2"): …'
        )
    return Context(Quarter.parse(names["quarter"]), names.get("edition") or "", project_root())


def record(
    mimetype: str,  # one of ``application/vnd.natpatsip.*+json``
    payload: Mapping[str, Any],  # its content, which JSON can hold
    text: str = "",  # the text that JupyterLab shows for it; by default none
) -> None:
    """Add a record to the outputs of the running cell; outside a notebook, and in `unrecorded`, do nothing."""
    if _IS_RECORDED.get() and shell() is not None:
        from IPython.display import display

        shown = {"text/plain": text} if text else {}
        display({mimetype: dict(payload), **shown}, raw=True)  # type: ignore[no-untyped-call]


WARNING = "application/vnd.natpatsip.warning+json"
"""What a helper warns of, for the build's log: a message."""

READ: dict[str, str] = {}
"""The data files that this process has read, with their provenance."""


@contextmanager
def unrecorded() -> Iterator[None]:
    """Show no records within a block, and forget which data files it read: for what is done before a notebook runs."""
    token, read = _IS_RECORDED.set(False), dict(READ)
    try:
        yield
    finally:
        _IS_RECORDED.reset(token)
        READ.clear()
        READ.update(read)


ASKED: set[tuple[str, str]] = set()
"""The facts of other notebooks that this process has asked for, found or not, by id and period."""


def is_illustrative(rows: Any) -> bool:
    """Return True if illustrative data are among the rows of a frame.

    The frame's ``provenance`` column or attribute decides. A frame with neither, because it was calculated from others,
    counts as illustrative if the notebook has read an illustrative file: one note too many does no harm.
    """
    if "provenance" in getattr(rows, "columns", ()):
        return bool((rows["provenance"] == "illustrative").any())
    provenance = getattr(rows, "attrs", {}).get("provenance")
    return provenance in ("illustrative", "mixed") if provenance else "illustrative" in READ.values()


MADE: list[dict[str, str]] = []
"""What the running cell has made for readers."""


def after_cell() -> str:
    """Return, as JSON, what the names of the context now hold, and what was made since this was last asked."""
    names = getattr(shell(), "user_ns", {})
    made, MADE[:] = list(MADE), []
    return json.dumps({"names": {name: names.get(name) for name in ("quarter", "edition")}, "made": made}, default=repr)


def note(what: str, content: str) -> None:
    """Note that something was made for readers: what it is, as messages name it, and what tells it from others."""
    MADE.append({"what": what, "digest": _digest(content)})


def digest_of(data: Mapping[str, Any]) -> str:
    """Return the digest of what an output shows, as `note` takes it; empty if it shows nothing of that kind."""
    if BLOCK in data:
        return _digest(data[BLOCK]["markdown"])
    record = data.get(FIGURE) or data.get(PICTURE)
    return _digest(record["id"]) if record else ""


def _digest(content: str) -> str:
    return sha256(content)[:16]


def take_library_tables(shell: Any) -> None:
    """Have cells that end in another library's table show one of the report's; the libraries need not be installed."""
    for module, name in LIBRARY_TABLES:
        shell.display_formatter.mimebundle_formatter.for_type_by_name(module, name, _as_block)


def _as_block(made: Any) -> dict[str, Any]:
    record: dict[str, Any] = importlib.import_module("natpatsip.blocks.tables_and_callouts").as_block(
        made
    )  # not before it is needed
    return record
