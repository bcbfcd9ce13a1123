"""A column that a frame does not have: pandas names the column, and not the frame or the columns that it has.

The engine asks for this in the notebook's process, after a cell or an inline expression has failed there.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from types import FrameType
from typing import Any

from natpatsip.errors import first_few, nearest
from natpatsip.wording import plural

KINDS = ("KeyError", "AttributeError", "UndefinedVariableError")
"""The errors that pandas raises; the last for a name in `query` and `eval`."""
MOST_COLUMNS = 20
LISTED = re.compile(r"\['[^\]]*\]")
QUOTED = re.compile(r"'([^']+)'")


def advice(message: str) -> str:
    """Return which columns a frame has, if the last error is that it lacks one; empty for another error.

    Parameters
    ----------
    message : str
        What that error says, so that no earlier one is taken for it.
    """
    error = getattr(sys, "last_value", None)  # IPython leaves it there
    with suppress(Exception):  # this looks into pandas, and must not add an error to the one that it explains
        if type(error).__name__ in KINDS and str(error) == message:
            return _advice(error)
    return ""


def _advice(error: Any) -> str:
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    frames.reverse()  # the innermost first
    own = takewhile(lambda frame: _module(frame).startswith("pandas."), frames)  # not what called the author's own
    table = _table(error, [frame.f_locals for frame in own])
    if table is None:
        return ""
    columns = [str(name) for name in table.columns]
    missing = [name for name in _names(error) if name not in columns]
    if not missing:
        return ""
    whose = next(_names_of(table, frames), "The frame")
    lacking = first_few([f'"{name}"' for name in missing])
    if missing[0] in table.index.names:
        remedy = " That is the name of its row labels: frame.reset_index() makes them a column."
    else:
        remedy = nearest(missing[0], columns)
    what = "column or method" if isinstance(error, AttributeError) else plural(len(missing), "column", "columns")
    return f"{whose} has no {what} {lacking}. {_listed(columns)}{remedy}"


def _listed(columns: Sequence[str]) -> str:
    if len(columns) < 2:
        return f"Its only column is {columns[0]}." if columns else "It has no columns."
    return f"Its columns are {first_few(columns, MOST_COLUMNS)}."


def _table(error: Any, places: Sequence[Mapping[str, Any]]) -> Any:
    """Return the frame in which pandas failed to find a column, given its functions' variables, the innermost first.

    Only if it looked among columns: a label that no row has is something else.
    """
    pandas = sys.modules.get("pandas")
    if not pandas:
        return None
    if isinstance(error, AttributeError):
        return error.obj if isinstance(error.obj, pandas.DataFrame) else None
    held = [value for place in places for value in (place.get("self"), *place.values())]
    held += [getattr(value, "__dict__", {}).get("obj") for value in held]  # of a group, whose __getattr__ may loop
    table = next((value for value in held if isinstance(value, pandas.DataFrame)), None)
    searched = next((place["self"] for place in places if isinstance(place.get("self"), pandas.Index)), None)
    return table if table is not None and (searched is None or searched is table.columns) else None


def _names(error: Any) -> list[str]:
    """Return the columns looked for: quoted, in brackets if there are any; after a colon; or by themselves."""
    if isinstance(error, AttributeError):
        return [str(error.name)]
    text = str(error.args[0]) if error.args else ""
    listed = LISTED.search(text)
    return QUOTED.findall(listed[0] if listed else text) or [text.rpartition(": ")[2]]


def _names_of(table: Any, frames: Sequence[FrameType]) -> Iterator[str]:
    """Yield what the code of the cell that failed calls a frame."""
    for frame in frames:
        if not _module(frame).startswith(("pandas.", "natpatsip.")):
            yield from (name for name, value in frame.f_locals.items() if value is table and not name.startswith("_"))


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))
