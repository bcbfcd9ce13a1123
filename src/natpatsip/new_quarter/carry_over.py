"""Carrying narrative over: each cell of a quarter is followed by a copy for the next quarter, to be reviewed."""

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
QUARTER_ENDING = re.compile(r"-(?:\d{4}-\d{2}-)?q[1-4](?:-\d+)?$")


@dataclass(frozen=True)
class CarriedNotebook:
    """A notebook after the next quarter was opened, and the ids of the new cells, which are to be reviewed."""

    content: NotebookNode
    copied: tuple[str, ...]


def carry(notebook: NotebookNode, now: Quarter, upcoming: Quarter, *, drop_older: bool) -> CarriedNotebook:
    """Return a copy of a notebook with each cell of a quarter carried over to the next.

    A cell tagged with the quarter stays, collapsed, and is followed by a copy that has the next quarter's tag and
    ``to-review``. The parameters cell names the next quarter. Everything else is unchanged.

    Parameters
    ----------
    notebook : NotebookNode
        Not changed.
    now, upcoming : Quarter
        The quarter of the cells to copy, and the one after it.
    drop_older : bool
        Whether to take out cells that belong only to older quarters.
    """
    content = copy.deepcopy(notebook)
    taken = {cell.id for cell in content.cells}
    cells: list[NotebookNode] = []
    copied: list[str] = []
    for cell in content.cells:
        quarters = quarters_of(cell)
        if drop_older and quarters and max(quarters) < now:
            continue
        cells.append(cell)
        if "parameters" in tags_of(cell):
            cell.source = _with_quarter(cell.source, now, upcoming)
        elif now in quarters:
            twin = _twin(cell, upcoming, taken)
            taken.add(twin.id)
            copied.append(twin.id)
            cells.append(twin)
            _collapse(cell)
    content.cells = cells
    return CarriedNotebook(content, tuple(copied))


def tags_of(cell: NotebookNode) -> list[str]:
    """Return a cell's tags."""
    return list(cell.metadata.get("tags", []))


def quarters_of(cell: NotebookNode) -> list[Quarter]:
    """Return the quarters that a cell is tagged with; an untagged cell appears in every quarter."""
    return [Quarter.parse(tag) for tag in tags_of(cell) if is_quarter(tag)]


def _collapse(cell: NotebookNode) -> None:
    """Collapse a cell in JupyterLab, as its View menu does: the source, and the outputs of a code cell."""
    cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    if cell.cell_type == "code":
        cell.metadata["jupyter"]["outputs_hidden"] = True


def _twin(cell: NotebookNode, upcoming: Quarter, taken: Collection[str]) -> NotebookNode:
    twin = copy.deepcopy(cell)
    tags = [tag for tag in tags_of(cell) if not is_quarter(tag) and tag != TO_REVIEW]
    twin.metadata["tags"] = [*tags, str(upcoming), TO_REVIEW]
    twin.id = next_id(cell.id, upcoming, taken)
    for name in ("source_hidden", "outputs_hidden"):
        twin.metadata.get("jupyter", {}).pop(name, None)
    if not twin.metadata.get("jupyter", True):
        del twin.metadata["jupyter"]
    if twin.cell_type == "code":
        twin.outputs, twin.execution_count = [], None
    return twin


def next_id(before: str, upcoming: Quarter, taken: Collection[str]) -> str:
    """Return an unused id for the copy of a cell: its own, ending with the new quarter.

    Examples
    --------
    >>> next_id("learnings-q2", Quarter(2024, 3), {"learnings-q2"})
    'learnings-q3'
    >>> next_id("webinars", Quarter(2024, 3), {"webinars", "webinars-q3"})
    'webinars-2024-25-q3'
    """
    stem = QUARTER_ENDING.sub("", before) or "cell"
    endings = [f"-q{upcoming.number}", f"-{upcoming}".lower()]
    endings += [f"{endings[1]}-{count}" for count in range(2, len(taken) + 3)]
    names = (stem[: LONGEST_ID - len(ending)] + ending for ending in endings)
    return next(name for name in names if name not in taken)


def _with_quarter(source: str, now: Quarter, upcoming: Quarter) -> str:
    """Return the source of the parameters cell with the next quarter in place of the one before."""
    return re.sub(
        rf"^(quarter\s*(?::[^=\n]+)?=\s*)([\"']){now}\2", rf"\g<1>\g<2>{upcoming}\g<2>", source, flags=re.MULTILINE
    )
