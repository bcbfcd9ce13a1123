"""What a merge has left undecided: git's marks in any file of text, and in a notebook, by cell, nbdime's too.

Git merges a notebook as text unless nbdime is set up (`natpatsip.notebook_merges`). Its marks make the file invalid
JSON, and JupyterLab says no more than that. nbdime leaves a valid notebook with marks in cells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from natpatsip.errors import ReportError

OURS, BASE, THEIRS = range(3)
SIDES = {"<": OURS, "|": BASE, "=": THEIRS}  # that begins at each mark
MARK = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: |\r?$)")  # of git, which begins a line
_IN_CELL = re.compile(r"^(<{7}|>{7}) \S", re.MULTILINE)  # of nbdime: a line in a cell,
_OWN_CELL = re.compile(r"<span[^>]*><b>(<{7}|\|{7}|={7}|>{7})")  # or a cell of its own, between others
NBDIME = "nbdime-conflicts"  # the key of metadata that could not be merged
_ID = re.compile(r'^\s*"id": "([\w-]+)"')
Cell = Mapping[str, Any]


def conflicts_in(text: str) -> list[tuple[int, int]]:
    r"""Return the first and last line, from 1, of each conflict that git has marked in a file.

    Examples
    --------
    >>> conflicts_in("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> ann\n")
    [(2, 6)]
    """
    if "<<<<<<<" not in text:  # as good as always; lines of large files take time
        return []
    found, start = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        mark = MARK.match(line)
        if mark and mark[1][0] == "<":
            start = number
        elif mark and mark[1][0] == ">" and start:
            found.append((start, number))
            start = 0
    return found


def reject_conflicts(text: str, where: str, error: type[ReportError]) -> None:
    """Raise an error of a kind if a merge has left a conflict in a file, with its lines."""
    if conflicts := conflicts_in(text):
        lines = ", ".join(f"{first} to {last}" for first, last in conflicts)
        raise error(
            f"{where}: a merge has left a conflict in it (lines {lines}). In a text editor, keep one of the two "
            "versions between <<<<<<< and >>>>>>>, or what is right of both, and delete the marks. Or take the file "
            f"of one side: git checkout --ours {where}, or --theirs."
        )


# In a notebook --------------------------------------------------------------------------------------------------------


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
