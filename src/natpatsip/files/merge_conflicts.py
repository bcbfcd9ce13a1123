"""What a merge has left undecided in a notebook, by cell: git's marks in its JSON, or nbdime's in its cells.

Git merges a notebook as text unless nbdime is set up (`natpatsip.notebook_merges`). Its marks make the file invalid
JSON, and JupyterLab says no more than that. nbdime leaves a valid notebook with marks in cells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from natpatsip.files.conflict_marks import MARK, OURS, SIDES, THEIRS

_IN_CELL = re.compile(r"^(<{7}|>{7}) \S", re.MULTILINE)  # of nbdime: a line in a cell,
_OWN_CELL = re.compile(r"<span[^>]*><b>(<{7}|\|{7}|={7}|>{7})")  # or a cell of its own, between others
NBDIME = "nbdime-conflicts"  # the key of metadata that could not be merged
_ID = re.compile(r'^\s*"id": "([\w-]+)"')
Cell = Mapping[str, Any]


def one_side(text: str, side: int) -> str:
    """Return a file as one side of the merge has it: `OURS` or `THEIRS`."""
    lines, now = [], None
    for line in text.splitlines(keepends=True):
        if mark := MARK.match(line):
            now = SIDES.get(mark[1][0])
        elif now is None or now == side:
            lines.append(line)
    return "".join(lines)


def cells_in_text(text: str) -> tuple[list[Cell], set[str]]:
    """Return the cells of our side, and the ids of the cells that differ between the sides or are in one alone.

    If the marks stand where neither side is valid JSON, the cells are unknown and the ids those before the marks.
    """
    try:
        ours, theirs = (json.loads(one_side(text, side))["cells"] for side in (OURS, THEIRS))
        by_id = [{str(cell.get("id", "")): cell for cell in cells} for cells in (ours, theirs)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [], set(_ids_before(text))
    return ours, {name for each in by_id for name in each if by_id[0].get(name) != by_id[1].get(name)}


def _ids_before(text: str) -> Iterator[str]:
    identity = ""
    for line in text.splitlines():
        if found := _ID.match(line):
            identity = found[1]
        elif line.startswith("<<<<<<< ") and identity:
            yield identity


def in_cells(cells: Sequence[Cell]) -> list[int]:
    """Return the positions, from 0, of the cells in which nbdime has left a conflict."""
    found, is_open = [], False
    for position, cell in enumerate(cells):
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(map(str, source))
        if mark := _OWN_CELL.match(text):
            is_open = mark[1][0] != ">"
        elif is_open or _IN_CELL.search(text) or NBDIME in cell.get("metadata", {}):
            found.append(position)
    return found if any(map(_is_marked, cells)) else []


def _is_marked(cell: Cell) -> bool:
    """Return True if a cell has a mark that nobody types: seven signs > alone may be a quotation."""
    text = "".join(cell.get("source", ""))
    return bool(
        re.search(r"^<{7} \S", text, re.MULTILINE) or _OWN_CELL.match(text) or NBDIME in cell.get("metadata", {})
    )
