"""Carrying narrative over: a notebook of one quarter becomes the notebook of that quarter and the next."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection
from dataclasses import dataclass

from nbformat import NotebookNode

from natpatsip.pipeline.notebook import is_quarter
from natpatsip.quarter import Quarter

TO_REVIEW = "to-review"
LONGEST_ID = 64  # nbformat's limit
ENDING = re.compile(r"-(?:\d{4}-\d{2}-)?q[1-4](?:-\d+)?$")


@dataclass(frozen=True)
class Carried:
    """A notebook after the next quarter was opened, and the ids of the cells that this touched.

    Parameters
    ----------
    content : NotebookNode
        The notebook.
    copied : tuple of str
        The new cells, which are to be reviewed.
    left : tuple of str
        The cells of older quarters, which were taken out.
    """

    content: NotebookNode
    copied: tuple[str, ...]
    left: tuple[str, ...]


def carry(notebook: NotebookNode, now: Quarter, upcoming: Quarter, *, leave: bool) -> Carried:
    """Return a notebook with each cell of a quarter carried over to the next.

    A cell tagged with the quarter stays, collapsed, and is followed by a copy that has the next quarter's tag and
    ``to-review``. Cells of older quarters are taken out. All else stays as it is, but for the parameters cell, which
    names the next quarter from now on.

    Parameters
    ----------
    notebook : NotebookNode
        What is there; it is not changed.
    now, upcoming : Quarter
        The quarter that is there, and the one after it.
    leave : bool
        Whether cells of older quarters are taken out.
    """
    content = copy.deepcopy(notebook)
    taken = {cell.id for cell in content.cells}
    cells: list[NotebookNode] = []
    copied: list[str] = []
    left: list[str] = []
    for cell in content.cells:
        quarters = quarters_of(cell)
        if leave and quarters and max(quarters) < now:
            left.append(cell.id)
            continue
        cells.append(cell)
        if "parameters" in tags_of(cell):
            cell.source = _moved_on(cell.source, now, upcoming)
        elif now in quarters:
            twin = _twin(cell, upcoming, taken)
            taken.add(twin.id)
            copied.append(twin.id)
            cells.append(twin)
            collapse(cell)
    content.cells = cells
    return Carried(content, tuple(copied), tuple(left))


def tags_of(cell: NotebookNode) -> list[str]:
    """Return a cell's tags."""
    return list(cell.metadata.get("tags", []))


def quarters_of(cell: NotebookNode) -> list[Quarter]:
    """Return the quarters that a cell is tagged with; none where it appears in all."""
    return [Quarter.parse(tag) for tag in tags_of(cell) if is_quarter(tag)]


def collapse(cell: NotebookNode) -> None:
    """Collapse a cell in JupyterLab, as its menu View does: the source, and the outputs of a code cell."""
    cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    if cell.cell_type == "code":
        cell.metadata["jupyter"]["outputs_hidden"] = True


def expand(cell: NotebookNode) -> None:
    """Undo `collapse`."""
    hidden = cell.metadata.get("jupyter", {})
    for word in ("source_hidden", "outputs_hidden"):
        hidden.pop(word, None)
    if not hidden:
        cell.metadata.pop("jupyter", None)


def _twin(cell: NotebookNode, upcoming: Quarter, taken: Collection[str]) -> NotebookNode:
    twin = copy.deepcopy(cell)
    kept = [tag for tag in tags_of(cell) if not is_quarter(tag) and tag != TO_REVIEW]
    twin.metadata["tags"] = [*kept, str(upcoming), TO_REVIEW]
    twin.id = next_id(cell.id, upcoming, taken)
    expand(twin)
    if twin.cell_type == "code":
        twin.outputs, twin.execution_count = [], None
    return twin


def next_id(before: str, upcoming: Quarter, taken: Collection[str]) -> str:
    """Return an id for the copy of a cell: its own, with the new quarter at the end, and not taken yet.

    Examples
    --------
    >>> next_id("learnings-q2", Quarter(2024, 3), {"learnings-q2"})
    'learnings-q3'
    >>> next_id("webinars", Quarter(2024, 3), {"webinars", "webinars-q3"})
    'webinars-2024-25-q3'
    """
    stem = ENDING.sub("", before) or "cell"
    endings = [f"-q{upcoming.number}", f"-{upcoming}".lower()]
    endings += [f"{endings[1]}-{count}" for count in range(2, len(taken) + 3)]
    names = (stem[: LONGEST_ID - len(ending)] + ending for ending in endings)
    return next(name for name in names if name not in taken)


def _moved_on(source: str, now: Quarter, upcoming: Quarter) -> str:
    """Let the parameters cell name the next quarter, where it names the one before."""
    return re.sub(
        rf"^(quarter\s*(?::[^=\n]+)?=\s*)([\"']){now}\2", rf"\g<1>\g<2>{upcoming}\g<2>", source, flags=re.MULTILINE
    )
