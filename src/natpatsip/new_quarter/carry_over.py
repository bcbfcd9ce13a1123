"""What a quarter hands on to the next: its narrative, to be reviewed, and its params.

Each cell of a quarter is followed by a copy for the next quarter. The text of the params is edited line by line, so
that comments, order and quoting stay. The result is parsed and compared with what it should be: a file that is written
in a way that this does not understand is rejected.
"""

from __future__ import annotations

import calendar
import copy
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from nbformat import NotebookNode

from natpatsip.checks.outcome import OWN_DRAWING
from natpatsip.errors import ParamsError
from natpatsip.files.yaml_models import load_yaml
from natpatsip.pipeline.cell_tags import TO_REVIEW
from natpatsip.pipeline.notebook import without_quarter
from natpatsip.pipeline.review_notes import without_notes
from natpatsip.quarter import Quarter, is_quarter

LONGEST_ID = 64  # nbformat's limit
NOT_CARRIED = ("built_from", "publication", "verified")  # they hold for one quarter only
SIGN_OFFS, ACCEPTED = "sign_offs", "accepted"
STAYS = ("role", "chapter")  # of a sign-off
TOP_LEVEL = re.compile(r"(?=^[A-Za-z_\"'])", re.MULTILINE)


@dataclass(frozen=True)
class CarriedNotebook:
    """A notebook after the next quarter was opened, and the ids of the new cells, which are to be reviewed."""

    content: NotebookNode
    copied: tuple[str, ...]


def carry(
    notebook: NotebookNode,  # not changed
    now: Quarter,  # the quarter of the cells to copy, and the one after it
    upcoming: Quarter,
    *,
    drop_older: bool,  # whether to take out cells that belong only to older quarters
) -> CarriedNotebook:
    """Return a copy of a notebook with each cell of a quarter carried over to the next.

    A cell tagged with the quarter stays, collapsed, and is followed by a copy that has the next quarter's tag and
    ``to-review``. The parameters cell names the next quarter. Everything else is unchanged.
    """
    content = copy.deepcopy(notebook)
    taken = {cell.id for cell in content.cells}
    cells: list[NotebookNode] = []
    copied: list[str] = []
    for cell in without_notes(content.cells) if drop_older else content.cells:  # git has reviewers' comments
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
    """Return the tags of a cell that may be carried over."""
    return list(cell.metadata.get("tags", []))


def quarters_of(cell: NotebookNode) -> list[Quarter]:
    """Return the quarters of a cell that may be carried over; an untagged cell appears in every quarter."""
    return [Quarter.parse(tag) for tag in tags_of(cell) if is_quarter(tag)]


def _collapse(cell: NotebookNode) -> None:
    """Collapse in JupyterLab a cell that was carried over, as its View menu does: source, and outputs of code."""
    cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    if cell.cell_type == "code":
        cell.metadata["jupyter"]["outputs_hidden"] = True


def _twin(cell: NotebookNode, upcoming: Quarter, taken: Collection[str]) -> NotebookNode:
    """Return a cell's copy for the next quarter, to be reviewed."""
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
    stem = without_quarter(before)
    endings = [f"-q{upcoming.number}", f"-{upcoming}".lower()]
    endings += [f"{endings[1]}-{count}" for count in range(2, len(taken) + 3)]
    names = (stem[: LONGEST_ID - len(ending)] + ending for ending in endings)
    return next(name for name in names if name not in taken)


def _with_quarter(source: str, now: Quarter, upcoming: Quarter) -> str:
    """Return the source of the parameters cell with the next quarter in place of the one before."""
    return re.sub(
        rf"^(quarter\s*(?::[^=\n]+)?=\s*)([\"']){now}\2", rf"\g<1>\g<2>{upcoming}\g<2>", source, flags=re.MULTILINE
    )


def next_params(
    text: str,  # the params file of the quarter before
    now: Quarter,  # that quarter, and the next one
    upcoming: Quarter,
) -> str:
    """Return the text of the next quarter's params.

    The quarter, the cut-off and periods that are the quarter's own (or its year's) move on; rebase dates, the model and
    targets stay; sign-offs keep their roles and chapters and lose their names and dates; accepted findings, except
    drawings that somebody has looked at, and verified numbers are left out.

    Raises
    ------
    ParamsError
        If the file is written in a way that cannot be edited safely.
    """
    before = load_yaml(text)
    wanted = _moved(before, now, upcoming)
    written = _edited(text, before, now, upcoming)
    try:
        is_right = load_yaml(written) == wanted
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        raise ParamsError(
            f"params/{now}.yml: is written in a way that natpatsip cannot edit for {upcoming}. Write each key on a "
            f"line of its own, as in quarter: {now}, or copy the file to params/{upcoming}.yml by hand."
        )
    return written


def _moved(content: dict[str, Any], now: Quarter, upcoming: Quarter) -> dict[str, Any]:
    """Return the content that the next params should have."""
    lists = _lists(content)
    moved = {key: value for key, value in content.items() if key not in (*NOT_CARRIED, *lists)}
    moved["quarter"], moved["cut_off"] = str(upcoming), _cut_off(upcoming)
    periods = _periods(now, upcoming)
    for part in ("model", "targets"):
        if moved.get(part):
            moved[part] = {
                name: {key: periods.get(each, each) if key == "period" else each for key, each in value.items()}
                for name, value in moved[part].items()
            }
    return moved | {key: listed for key, listed in lists.items() if listed}


def _lists(content: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the sign-offs that the next quarter waits for, and the drawings that it need not look at again.

    A drawing is accepted by its content, so that one with other data is a finding in the next quarter, whatever stands
    here.
    """
    to_sign = [{key: each[key] for key in STAYS if key in each} for each in content.get(SIGN_OFFS) or ()]
    drawings = [dict(each) for each in content.get(ACCEPTED) or () if each.get("check") == OWN_DRAWING]
    return {key: listed for key, listed in ((SIGN_OFFS, to_sign), (ACCEPTED, drawings)) if content.get(key)}


def _cut_off(quarter: Quarter) -> date:
    month = quarter.last_month
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _periods(now: Quarter, upcoming: Quarter) -> dict[str, str]:
    return {str(now): str(upcoming), now.year_to_date: upcoming.year_to_date}


def _edited(text: str, content: dict[str, Any], now: Quarter, upcoming: Quarter) -> str:
    """Return the text with each top-level part edited for the next quarter."""
    parts, lists = TOP_LEVEL.split(text), _lists(content)
    written = [_comment(parts[0], now, upcoming)]
    for part in parts[1:]:
        key = part.split(":", 1)[0].strip("\"'")
        own, after = _without_trailing_comment(part)
        if key in NOT_CARRIED or lists.get(key) == []:
            written[-1] = _without_own_comment(written[-1])
            own = ""
        elif key == "quarter":
            own = own.replace(str(now), str(upcoming), 1)
        elif key == "cut_off":
            own = own.replace(str(content["cut_off"]), str(_cut_off(upcoming)), 1)
        elif key in lists:
            listed = yaml.safe_dump(lists[key], sort_keys=False, allow_unicode=True, width=120)
            own = f"{key}:\n" + "".join(f"  {line}\n" for line in listed.splitlines()) + _blank_end(own)
        else:
            for period, later in _periods(now, upcoming).items():
                own = re.sub(rf"(\bperiod:\s*[\"']?){re.escape(period)}\b", rf"\g<1>{later}", own)
        written += [own, _comment(after, now, upcoming)]
    return "".join(written)


def _without_trailing_comment(part: str) -> tuple[str, str]:
    """Split off the comment at the end of a part of the params, which belongs to the next part."""
    lines = part.splitlines(keepends=True)
    end = len(lines)
    while end > 1 and lines[end - 1].startswith("#"):
        end -= 1
    return "".join(lines[:end]), "".join(lines[end:])


def _without_own_comment(before: str) -> str:
    """Return a part of the params without the comment at its end, which belongs to a part that is left out."""
    lines = before.splitlines(keepends=True)
    while lines and lines[-1].startswith("#"):
        lines.pop()
    return "".join(lines)


def _blank_end(part: str) -> str:
    return "\n" if part.endswith("\n\n") else ""


def _comment(text: str, now: Quarter, upcoming: Quarter) -> str:
    """Return a comment between the parts, such as the file's first line, with the next quarter's name."""
    return text.replace(now.label, upcoming.label).replace(str(now), str(upcoming))
