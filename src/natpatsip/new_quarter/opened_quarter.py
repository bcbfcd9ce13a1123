"""Opening the next quarter: its params, narrative to review, and the data it waits for.

Everything is worked out and checked first, then written in one go.
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from natpatsip import datasets, git, params
from natpatsip.datasets.descriptor import Options
from natpatsip.errors import NotebookError, ParamsError, ReportError, UsageError, together
from natpatsip.new_quarter.carry_over import carry, next_params, quarters_of
from natpatsip.pipeline.notebook import Notebook, name_of, numbered
from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.workspace import try_locked
from natpatsip.quarter import Quarter, known_quarters
from natpatsip.release.final_edition import tag_of


@dataclass(frozen=True)
class AwaitedFile:
    """A data file that needs rows for a quarter: its columns, and which rows."""

    file: str
    columns: tuple[str, ...]
    rows: str


@dataclass(frozen=True)
class OpenedQuarter:
    """What opening a quarter did."""

    quarter: Quarter  # the quarter that was opened, and the one before it
    before: Quarter
    copied: Mapping[str, tuple[str, ...]]  # the cells to review, by notebook
    # the quarters whose cells were taken out, and the tag or commit that each is built from now
    archived: Mapping[Quarter, str]
    stayed: tuple[Quarter, ...]  # older quarters whose cells stayed, because the project is not in git
    awaited: tuple[AwaitedFile, ...]  # the data files that need rows


def open_quarter(project: Path, quarter: Quarter) -> OpenedQuarter:
    """Open the quarter after the newest one.

    Raises
    ------
    UsageError
        If the quarter is open already, or is not the one after the newest.
    ReportError
        If params or notebooks are invalid or not committed; nothing is changed then.
    """
    before = _newest(project, quarter)
    plan = Plan.of(project, before)
    _check_committed(project)
    _check_cells(plan.notebooks, quarter)
    in_git = git.is_tracked(project)
    carried = {name: carry(each.content, before, quarter, drop_older=in_git) for name, each in plan.notebooks.items()}
    older = _older_quarters(plan.notebooks.values(), before)
    archived = {each: _reference(project, each) for each in older} if in_git else {}
    # The order matters if this is killed half-way. First, older quarters are built from git, which holds their cells;
    # then their cells leave the notebooks; the next quarter, which must not be built without its cells, comes last.
    files: dict[Path, str] = {}
    for each, reference in archived.items():
        if (file := params.path(each, project)).is_file():
            files[file] = _with_built_from(file.read_text(encoding="utf-8"), each, quarter, reference)
    for name, notebook in carried.items():
        if notebook.content != plan.notebooks[name].content:
            files[plan.notebooks[name].path] = nbformat.writes(notebook.content) + "\n"  # type: ignore[no-untyped-call]
    text = params.path(before, project).read_text(encoding="utf-8")
    files[params.path(quarter, project)] = next_params(text, before, quarter)
    awaited = tuple(awaited_files(quarter, project))
    with try_locked(project / "build" / "new-quarter") as is_free:
        if not is_free:
            raise UsageError(f"{quarter} is being opened by another natpatsip new-quarter. Wait until it has ended.")
        write_all(files, project / "build" / "new-quarter")
    copied = {name: each.copied for name, each in carried.items() if each.copied}
    return OpenedQuarter(quarter, before, copied, archived, () if in_git else tuple(older), awaited)


def _newest(project: Path, quarter: Quarter) -> Quarter:
    """Return the newest quarter, if the one to open is the next."""
    known = known_quarters(project)
    if not known:
        raise ParamsError("params/: has no quarter yet. Write the first params file by hand; README.md describes it.")
    newest = known[-1]
    if quarter in known:
        raise UsageError(
            f"{quarter} is open already: params/{quarter}.yml exists. Nothing was changed. "
            f"The next quarter to open is {newest.next()}."
        )
    if quarter != newest.next():
        raise UsageError(f"{quarter} cannot be opened: the newest quarter is {newest}, so the next is {newest.next()}.")
    return newest


def _check_committed(project: Path) -> None:
    """Refuse to open a quarter while notebooks or params are not committed."""
    if git.is_tracked(project) and (changed := git.changes(project, "notebooks", "params")):
        raise NotebookError(
            f"{', '.join(changed)}: not committed. Opening a quarter changes notebooks and params. Commit or undo your "
            "changes first, so that this one can be reviewed and reverted by itself."
        )


def _check_cells(notebooks: Mapping[str, Notebook], quarter: Quarter) -> None:
    """Refuse to open a quarter of which there are cells already."""
    errors: list[ReportError] = []
    for name, notebook in notebooks.items():
        where, cells = f"notebooks/{name}.ipynb", notebook.content.cells
        if early := ", ".join(name_of(*each) for each in numbered(cells) if quarter in quarters_of(each[1])):
            errors.append(
                NotebookError(
                    f"{where}: cells tagged {quarter}, which is not open yet: {early}. Remove the tags or the cells."
                )
            )
    together(errors)


def _older_quarters(notebooks: Iterable[Notebook], before: Quarter) -> list[Quarter]:
    """Return the quarters of the cells that are older than the quarter before."""
    tagged = (quarters_of(cell) for notebook in notebooks for cell in notebook.content.cells)
    return sorted({each for quarters in tagged if quarters and max(quarters) < before for each in quarters})


def _reference(project: Path, quarter: Quarter) -> str:
    """Return what an older quarter is built from, once its cells are gone: its final edition's tag, else the commit."""
    tag = tag_of(quarter)
    return tag if git.commit_of(project, f"refs/tags/{tag}") else git.head(project)


def _with_built_from(text: str, quarter: Quarter, upcoming: Quarter, reference: str) -> str:
    """Return the text of a params file with a line that says what its quarter is built from."""
    if re.search(r"^built_from:", text, re.MULTILINE):
        return text
    lines = (
        f"# Its narrative was taken out of the notebooks when {upcoming.label} was opened; natpatsip build {quarter} "
        f"takes it from git.\nbuilt_from: {reference}\n"
    )
    text = text if text.endswith("\n") else f"{text}\n"
    cut_off = re.search(r"^cut_off:.*\n", text, re.MULTILINE)
    place = cut_off.end() if cut_off else len(text)
    return text[:place] + lines + text[place:]


def awaited_files(quarter: Quarter, project: Path) -> list[AwaitedFile]:
    """Return the data files that a quarter's report needs new rows in.

    Raises
    ------
    DataError
        If a file cannot be read.
    """
    missing = datasets.complete(quarter, project)
    return [
        AwaitedFile(resource.file, resource.columns, _rows(resource.natpatsip, quarter))
        for resource in datasets.awaited(project)
        if any(sentence.startswith(f"{resource.file} ") for sentence in missing)
    ]


def _rows(options: Options, quarter: Quarter) -> str:
    """Return which rows the next quarter needs of a dataset, by the columns that say what a row is of."""
    if options.period and options.required == "each month":
        return f"{options.period} " + ", ".join(f"{month:%Y-%m}" for month in quarter.months)
    return f"{' and '.join(filter(None, (options.as_of, options.period)))} {quarter}"


def write_all(
    files: Mapping[Path, str],  # the text of each
    folder: Path,  # a folder for unfinished files; what a killed run left in it is overwritten
) -> None:
    """Write the files of the opened quarter in order, all or none: each in a folder, then moved into its place.

    Raises
    ------
    OSError
        If a file could not be written; those moved before it are restored, so that nothing is changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ready = {target: folder / f"{target.parent.name}-{target.name}" for target in files}
    moved: dict[Path, bytes | None] = {}
    try:
        for target, text in files.items():
            ready[target].write_text(text, encoding="utf-8", newline="\n")
            if target.exists():
                shutil.copymode(target, ready[target])
        for target, file in ready.items():
            moved[target] = target.read_bytes() if target.exists() else None
            _move(file, target)
    except BaseException:  # Ctrl-C included: a half-opened quarter could not be opened again
        for target, content in reversed(moved.items()):
            if content is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(content)
        raise
    finally:
        for file in ready.values():
            file.unlink(missing_ok=True)


def _move(file: Path, target: Path) -> None:
    """Move a file of the opened quarter into its place in one step, also from another file system."""
    try:
        file.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name}.opening")
        shutil.copy2(file, beside)
        beside.replace(target)
