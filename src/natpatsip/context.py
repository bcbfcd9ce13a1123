"""Where a notebook stands: its quarter, its edition and its project.

Nothing has to be set up in a notebook. Its parameters cell, which papermill fills in, is the context: ``quarter``
and ``edition`` are read from there. In plain Python, say it with `use`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from natpatsip.errors import NotebookError
from natpatsip.project import project_root
from natpatsip.quarter import Quarter


@dataclass(frozen=True)
class Context:
    """The quarter that is reported on, the edition (empty for the national one) and the project's folder."""

    quarter: Quarter
    edition: str
    project: Path


_SAID: ContextVar[Context | None] = ContextVar("context", default=None)


@contextmanager
def use(quarter: str | Quarter, *, edition: str = "", project: Path | None = None) -> Iterator[Context]:
    """Set the context for what runs inside; for tests and scripts."""
    parsed = quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter)
    said = Context(parsed, edition, (project or project_root()).resolve())
    token = _SAID.set(said)
    try:
        yield said
    finally:
        _SAID.reset(token)


def shell() -> Any:
    """Return the IPython shell that this runs in, or None; IPython is not imported for it."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def current() -> Context:
    """Return the context: what `use` said, else the notebook's parameters.

    Raises
    ------
    NotebookError
        Where neither gives a quarter.
    """
    if said := _SAID.get():
        return said
    names = getattr(shell(), "user_ns", {})
    if "quarter" not in names:
        raise NotebookError(
            'No quarter is set. Run the parameters cell (quarter = "2024-25-Q2") first; '
            "outside a notebook, use natpatsip.context.use(quarter)."
        )
    return Context(Quarter.parse(names["quarter"]), names.get("edition") or "", project_root())


def record(mimetype: str, payload: Mapping[str, Any], text: str = "") -> None:
    """Put a record into the outputs of the running cell; outside a notebook, do nothing.

    Parameters
    ----------
    mimetype : str
        One of ``application/vnd.natpatsip.*+json``.
    payload : mapping
        What JSON can hold.
    text : str
        What JupyterLab shows of it; by default nothing.
    """
    if shell() is not None:
        from IPython.display import display

        shown = {"text/plain": text} if text else {}
        display({mimetype: dict(payload), **shown}, raw=True)  # type: ignore[no-untyped-call]


READ: dict[str, str] = {}
"""The data files that this process has read, with their provenance."""

ASKED: set[tuple[str, str]] = set()
"""The facts of other notebooks that this process has asked for, found or not, by id and period."""


def is_illustrative(rows: Any) -> bool:
    """Say whether drawn data are among the rows of a frame.

    A frame says it by its ``provenance`` column or attribute. One that says nothing, since it was calculated from
    others, is taken for drawn where the notebook has read a file of drawn data: a note too many harms nobody.
    """
    if "provenance" in getattr(rows, "columns", ()):
        return bool((rows["provenance"] == "illustrative").any())
    said = getattr(rows, "attrs", {}).get("provenance")
    return said in ("illustrative", "mixed") if said else "illustrative" in READ.values()
