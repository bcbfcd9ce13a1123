"""Saves of the files that a report is made of, and of the Python code that builds it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import watchfiles

import natpatsip
from natpatsip.pipeline.caching.inputs import single_files
from natpatsip.project import OUTPUTS, SOURCE_FOLDERS

LEFT_BEHIND = ("~", ".swp", ".tmp", ".pyc", ".bak")
SETTLED = 40  # milliseconds without another save after which saves are reported
AT_MOST = 1000  # milliseconds for which saves are collected
Saved = Callable[[set[str]], Awaitable[None]]


def concerns(path: str, root: Path) -> bool:
    """Return True if a saved file may concern a report: not a hidden one, nor one that an editor leaves behind.

    Examples
    --------
    >>> root = Path("project")
    >>> concerns("project/notebooks/ward.ipynb", root), concerns("project/notebooks/.~ward.ipynb", root)
    (True, False)
    """
    parts = Path(path).relative_to(root).parts
    is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return not is_hidden and not path.endswith(LEFT_BEHIND)


async def watch(project: Path, saved: Saved, *, read: Callable[[], Collection[str]] = tuple) -> None:
    """Call `saved` with the names of the files after each save, until cancelled.

    Watched are the inputs of every build, and what notebooks `read` besides them. Folders are watched rather than
    files, because JupyterLab and most editors save by renaming. The folders of single files, such as the project's own,
    are watched without their subfolders, one of which may be a large environment.
    """
    folders = [folder for name in SOURCE_FOLDERS if (folder := project / name).is_dir()]
    engine = Path(natpatsip.__file__).resolve().parent

    def files() -> set[Path]:
        elsewhere = [name for name in read() if Path(name).parts[0] not in (*SOURCE_FOLDERS, *OUTPUTS)]
        return {project / name for name in (*single_files(project), *elsewhere)}

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch_files(files, saved))
        tasks.create_task(_watch(folders, lambda path: concerns(path, project), saved))
        if not any(engine.is_relative_to(folder) for folder in folders):  # it is where the engine is developed
            tasks.create_task(_watch([engine], lambda path: path.endswith(".py") and concerns(path, engine), saved))


async def _watch_files(files: Callable[[], set[Path]], saved: Saved) -> None:
    """Watch files that may be others after each build, or after a save of the settings, which name some."""

    def folders() -> set[Path]:
        return {file.parent for file in files() if file.parent.is_dir()}

    while True:
        watched = folders()
        await _watch(list(watched), lambda path: Path(path) in files(), saved, until=lambda: folders() != watched)  # noqa: B023


async def _watch(
    folders: list[Path], is_meant: Callable[[str], bool], saved: Saved, *, until: Callable[[], bool] | None = None
) -> None:
    """Watch folders; where there is an end to it, without their subfolders."""
    saves = watchfiles.awatch(
        *folders,
        watch_filter=lambda _, path: is_meant(path),
        debounce=AT_MOST,
        step=SETTLED,
        rust_timeout=500,
        yield_on_timeout=until is not None,
        recursive=until is None,
    )
    async for changes in saves:
        if changes:
            await saved({Path(path).name for _, path in changes})
        if until and until():
            return
