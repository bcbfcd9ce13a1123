"""What is saved: the files of a project that its report is made of, and the engine."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import watchfiles

import natpatsip
from natpatsip.project import SOURCE_FILES, SOURCE_FOLDERS

LEFT_BEHIND = ("~", ".swp", ".tmp", ".pyc", ".bak")
SETTLED = 40  # milliseconds without another save, after which a save is told
AT_MOST = 1000  # milliseconds that saves are gathered for
Changed = Callable[[set[str]], None]


def concerns(path: str, root: Path) -> bool:
    """Say whether a report may rest on a file: hidden ones and what editors leave behind are none.

    Examples
    --------
    >>> root = Path("project")
    >>> concerns("project/notebooks/ward.ipynb", root), concerns("project/notebooks/.~ward.ipynb", root)
    (True, False)
    """
    parts = Path(path).relative_to(root).parts
    is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return not is_hidden and not path.endswith(LEFT_BEHIND)


def watch(project: Path, changed: Changed, stop: threading.Event) -> list[threading.Thread]:
    """Begin to watch, and tell of saves until `stop` is set.

    A folder is watched and not each file, so that a save by renaming, as JupyterLab's, is one. The project's own folder
    is watched without those in it, of which one may hold the environment.

    Parameters
    ----------
    project : Path
        The project's folder.
    changed : callable
        Is given the names of what was saved, once no other save follows.
    stop : Event
        Ends it.
    """
    deep = [folder for folder in (project / name for name in SOURCE_FOLDERS) if folder.is_dir()]
    files = {str(project / name) for name in SOURCE_FILES}
    source = Path(natpatsip.__file__).resolve().parent
    watched = [
        ([project], False, lambda path: path in files),
        (deep, True, lambda path: concerns(path, project) and not path.startswith(f"{source}{os.sep}")),
        ([source], True, lambda path: path.endswith(".py") and concerns(path, source)),
    ]
    threads = [
        threading.Thread(target=_watch, args=(folders, is_deep, is_meant, changed, stop), daemon=True)
        for folders, is_deep, is_meant in watched
    ]
    for thread in threads:
        thread.start()
    return threads


def _watch(
    folders: list[Path], is_deep: bool, is_meant: Callable[[str], bool], changed: Changed, stop: threading.Event
) -> None:
    saves = watchfiles.watch(
        *folders,
        watch_filter=lambda _, path: is_meant(path),
        debounce=AT_MOST,
        step=SETTLED,
        stop_event=stop,
        rust_timeout=500,
        recursive=is_deep,
    )
    for saved in saves:
        changed({Path(path).name for _, path in saved})
