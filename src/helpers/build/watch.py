"""What a notebook reads, as Python itself tells it: what its result rests on besides its code.

A notebook's process is asked to `begin` before its first cell and to tell what it has heard after its last. Runs in
every notebook's process, so it imports little; and nothing that the build alone imports.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from helpers import context

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LISTING = ("os.listdir", "os.scandir")
BEYOND = {  # what Python does not see the inside of
    "subprocess.Popen": "starts a program",
    "os.system": "starts a program",
    "os.posix_spawn": "starts a program",
    "os.exec": "starts a program",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "socket.connect": "reads from the network",
    "sqlite3.connect": "reads a database",
}
NATIVE = ("pyarrow.csv", "pyarrow.dataset", "pyarrow.feather", "pyarrow.parquet", "duckdb", "polars", "h5py", "tables")
HELPERS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120

_read: set[str] = set()
_listed: set[str] = set()
_written: set[str] = set()
_beyond: set[str] = set()
_before: set[str] = set()
_has_begun = False


def begin() -> None:
    """Listen from now on, until the process ends."""
    global _has_begun
    _before.update(name for name in NATIVE if name in sys.modules)
    if not _has_begun:
        _has_begun = True
        sys.addaudithook(_hear)


def told(project: str) -> str:
    """Return, as JSON, what was heard.

    Parameters
    ----------
    project : str
        The project's folder.

    Returns
    -------
    str
        ``read`` and ``listed``: paths within the project. ``asked``: facts that other notebooks own. ``beyond``: why
        the result may rest on something else, too; where there is anything, it is not to be kept.
    """
    beyond = set(_beyond)
    beyond.update(f"imports {name}" for name in NATIVE if name in sys.modules and name not in _before)
    handed = os.environ.get("NATPATSIP_FACTS", "")
    read: set[str] = set()
    for path in list(_read):
        if path in _written and not _is_within(path, project):
            continue
        inside = _inside(path, project)
        if inside is None:
            beyond.add(f"reads {path}, which is outside the project")
        elif inside and not (handed and os.path.realpath(path) == os.path.realpath(handed)):
            read.add(inside)
    listed = {inside for path in list(_listed) if (inside := _inside(path, project))}
    beyond.update(f"writes {path}" for path in list(_written) if _is_within(path, project) and _inside(path, project))
    return json.dumps(
        {"read": sorted(read), "listed": sorted(listed), "asked": sorted(context.ASKED), "beyond": sorted(beyond)}
    )


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, str | bytes | os.PathLike):
            heard = _written if isinstance(flags, int) and flags & WRITING else _read
            heard.add(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 — now: the folder may change
    elif event in LISTING:
        path = arguments[0]
        if path is None or isinstance(path, str | bytes | os.PathLike):
            _listed.add(os.path.abspath(os.fsdecode(path or ".")))  # noqa: PTH100
    elif event in BEYOND:
        _beyond.add(BEYOND[event])


def _inside(path: str, project: str) -> str | None:
    """Return a path within the project; empty for what belongs to the environment; None for what is elsewhere."""
    if "__pycache__" in path and path.endswith(".pyc"):
        try:
            path = importlib.util.source_from_cache(path)
        except ValueError:
            return None
    environment = {sys.prefix, sys.base_prefix, sys.exec_prefix, HELPERS, *map(os.path.realpath, (sys.prefix, HELPERS))}
    if any(_is_within(path, place) for place in environment):
        return ""
    if _is_within(path, project):
        return Path(path).relative_to(project).as_posix()
    real, root = os.path.realpath(path), os.path.realpath(project)
    if _is_within(real, root):
        return Path(real).relative_to(root).as_posix()
    home = os.path.expanduser("~")  # noqa: PTH111
    of_system = ("/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev", "/opt", "/Library", "/System")
    is_of_system = any(_is_within(path, place) for place in of_system)
    return "" if is_of_system or path.startswith(os.path.join(home, ".")) else None  # noqa: PTH118


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
