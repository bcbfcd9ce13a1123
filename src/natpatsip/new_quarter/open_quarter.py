"""Opening a quarter: everything is worked out and checked first, then written in one go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from natpatsip import git, params
from natpatsip.errors import NotebookError, ParamsError, ReportError, UsageError, together
from natpatsip.new_quarter.awaited_data import Awaited, awaited
from natpatsip.new_quarter.carry_over import Carried, carry, quarters_of
from natpatsip.new_quarter.file_changes import write_all
from natpatsip.new_quarter.next_params import next_params
from natpatsip.pipeline.notebook import Notebook
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter, known_quarters
from natpatsip.release.final_edition import tag_of


@dataclass(frozen=True)
class Opened:
    """What opening a quarter did.

    Parameters
    ----------
    quarter, before : Quarter
        The quarter that was opened, and the one before it.
    copied : mapping
        The cells to review, by notebook.
    left : mapping
        The quarters whose cells left the notebooks, and the tag or commit that each is built from since.
    stayed : tuple of Quarter
        Quarters whose cells stayed, since git does not keep them.
    awaited : sequence of Awaited
        The data files that need rows.
    files : sequence of Path
        What was written.
    """

    quarter: Quarter
    before: Quarter
    copied: Mapping[str, tuple[str, ...]]
    left: Mapping[Quarter, str]
    stayed: tuple[Quarter, ...]
    awaited: tuple[Awaited, ...]
    files: tuple[Path, ...] = field(default=())


def open_quarter(project: Path, quarter: Quarter) -> Opened:
    """Open the quarter after the newest one.

    Parameters
    ----------
    project : Path
        The project's folder.
    quarter : Quarter
        The quarter to open.

    Raises
    ------
    UsageError
        Where the quarter is there already, or is not the one after the newest.
    ReportError
        Where params or notebooks are not as they must be, or are not committed; nothing is changed then.
    """
    before = _newest(project, quarter)
    plan = Plan.of(project, before)
    _check_committed(project)
    _check_cells(plan.notebooks, quarter)
    is_kept = git.keeps(project)
    carried = {name: carry(each.content, before, quarter, leave=is_kept) for name, each in plan.notebooks.items()}
    older = _older(plan.notebooks.values(), before)
    left = {each: _reference(project, each) for each in older} if is_kept else {}
    files = _written(project, plan.notebooks, carried)
    files[params.path(quarter, project)] = _next_params(project, before, quarter)
    for each, reference in left.items():
        file = params.path(each, project)
        if file.is_file():
            files[file] = _built_from(file.read_text(encoding="utf-8"), each, quarter, reference)
    waits = tuple(awaited(quarter, project))
    write_all(files)
    copied = {name: each.copied for name, each in carried.items() if each.copied}
    return Opened(quarter, before, copied, left, () if is_kept else tuple(older), waits, tuple(files))


def _newest(project: Path, quarter: Quarter) -> Quarter:
    """Return the newest quarter, where the one to open is the next."""
    known = known_quarters(project)
    if not known:
        raise ParamsError("params/: holds no quarter yet. Write the first by hand; README.md says what it holds.")
    if quarter in known:
        raise UsageError(
            f"{quarter} is open already: params/{quarter}.yml is there. Nothing was changed. "
            f"The next quarter to open is {known[-1].next()}."
        )
    if quarter != known[-1].next():
        raise UsageError(
            f"{quarter} cannot be opened: the newest quarter is {known[-1]}, so the next is {known[-1].next()}."
        )
    return known[-1]


def _check_committed(project: Path) -> None:
    """See that what will change can be had back: git keeps it, as it stands."""
    if not git.keeps(project):
        return
    changed = git.changes(project, "notebooks", "params")
    if changed:
        raise NotebookError(
            f"{', '.join(changed)}: not committed. Opening a quarter changes notebooks and params; commit or undo what "
            "is there first, so that the change can be looked at and taken back by itself."
        )


def _check_cells(notebooks: Mapping[str, Notebook], quarter: Quarter) -> None:
    errors: list[ReportError] = []
    for name, notebook in notebooks.items():
        where = f"notebooks/{name}.ipynb"
        if any(not cell.get("id") for cell in notebook.content.cells):
            form = f"{notebook.content.nbformat}.{notebook.content.nbformat_minor}"
            errors.append(
                NotebookError(f"{where}: its cells have no ids (format {form}). Open and save it in JupyterLab.")
            )
            continue
        early = [cell.id for cell in notebook.content.cells if quarter in quarters_of(cell)]
        if early:
            cells = ", ".join(f'"{each}"' for each in early)
            errors.append(
                NotebookError(
                    f"{where}: {cells} tagged {quarter}, which is not open yet. Take the tags off, or the cells."
                )
            )
    together(errors)


def _older(notebooks: Iterable[Notebook], before: Quarter) -> list[Quarter]:
    """Return the quarters that only older cells belong to: they leave the notebooks."""
    found = {
        each
        for notebook in notebooks
        for cell in notebook.content.cells
        if (quarters := quarters_of(cell)) and max(quarters) < before
        for each in quarters
    }
    return sorted(found)


def _reference(project: Path, quarter: Quarter) -> str:
    """Return what a quarter that leaves is built from: the tag of its final edition, else the present commit."""
    tag = tag_of(quarter)
    return tag if git.commit_of(project, f"refs/tags/{tag}") else git.head(project)


def _written(project: Path, notebooks: Mapping[str, Notebook], carried: Mapping[str, Carried]) -> dict[Path, str]:
    """Return the text of each notebook that changes, as nbformat writes it."""
    return {
        notebooks[name].path: nbformat.writes(each.content) + "\n"  # type: ignore[no-untyped-call]
        for name, each in carried.items()
        if each.content != notebooks[name].content
    }


def _next_params(project: Path, before: Quarter, quarter: Quarter) -> str:
    return next_params(params.path(before, project).read_text(encoding="utf-8"), before, quarter)


def _built_from(text: str, quarter: Quarter, upcoming: Quarter, reference: str) -> str:
    """Return a params file with a line that says what its quarter is built from."""
    if re.search(r"^built_from:", text, re.MULTILINE):
        return text
    lines = (
        f"# Its narrative left the notebooks when {upcoming.label} was opened; natpatsip build {quarter} takes it from "
        f"git.\nbuilt_from: {reference}\n"
    )
    text = text if text.endswith("\n") else f"{text}\n"
    after = re.search(r"^cut_off:.*\n", text, re.MULTILINE)
    place = after.end() if after else len(text)
    return text[:place] + lines + text[place:]
