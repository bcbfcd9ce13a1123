"""Saves of the files that a report is made of, and of the Python code that builds it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import watchfiles

import natpatsip
from natpatsip.project import SOURCE_FILES, SOURCE_FOLDERS

LEFT_BEHIND = ("~", ".swp", ".tmp", ".pyc", ".bak")
SETTLED = 40  # milliseconds without another save after which saves are reported
AT_MOST = 1000  # milliseconds for which saves are collected
Saved = Callable[[set[str]], Awaitable[None]]


def concerns(path: str, root: Path) -> bool:
    """Return True if a report may depend on a file: not a hidden one, nor one that an editor leaves behind.

    Examples
    --------
    >>> root = Path("project")
    >>> concerns("project/notebooks/ward.ipynb", root), concerns("project/notebooks/.~ward.ipynb", root)
    (True, False)
    """
    parts = Path(path).relative_to(root).parts
    is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return not is_hidden and not path.endswith(LEFT_BEHIND)


async def watch(project: Path, saved: Saved) -> None:
    """Call `saved` with the names of the files after each save, until cancelled.

    Folders are watched rather than files, because JupyterLab and most editors save by renaming. The project's own
    folder is watched without its subfolders, one of which may be a large environment.
    """
    files = {str(project / name) for name in SOURCE_FILES}
    folders = [folder for name in SOURCE_FOLDERS if (folder := project / name).is_dir()]
    engine = Path(natpatsip.__file__).resolve().parent
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch([project], lambda path: path in files, saved, recursive=False))
        tasks.create_task(_watch(folders, lambda path: concerns(path, project), saved))
        if not any(engine.is_relative_to(folder) for folder in folders):  # it is where the engine is developed
            tasks.create_task(_watch([engine], lambda path: path.endswith(".py") and concerns(path, engine), saved))


async def _watch(folders: list[Path], is_meant: Callable[[str], bool], saved: Saved, *, recursive: bool = True) -> None:
    saves = watchfiles.awatch(
        *folders,
        watch_filter=lambda _, path: is_meant(path),
        debounce=AT_MOST,
        step=SETTLED,
        rust_timeout=500,
        recursive=recursive,
    )
    async for changes in saves:
        await saved({Path(path).name for _, path in changes})
