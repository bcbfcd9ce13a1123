"""What a notebook reads, as Python itself tells it: what its result rests on besides its code.

A notebook's process is asked to `begin` before its first cell and to tell what it has heard after its last. Runs in
every notebook's process, so it imports little; and nothing that the build alone imports.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from natpatsip import context

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ANEW = os.O_TRUNC | os.O_EXCL  # whatever the file held before
LISTING = ("os.listdir", "os.scandir")
BEYOND = {  # what Python does not see the inside of
    "subprocess.Popen": "starts a program",
    "os.system": "starts a program",
    "os.posix_spawn": "starts a program",
    "os.spawn": "starts a program",
    "os.exec": "starts a program",
    "_winapi.CreateProcess": "starts a program",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "socket.connect": "reads from the network",
    "sqlite3.connect": "reads a database",
}
NATIVE = (  # what reads files, databases or the network without Python, or starts a process that does
    "cv2",
    "duckdb",
    "fastexcel",
    "fiona",
    "h5py",
    "joblib.externals.loky.backend.popen_loky_posix",
    "loky.backend.popen_loky_posix",
    "lxml.etree",
    "multiprocessing.popen_forkserver",
    "multiprocessing.popen_spawn_posix",
    "multiprocessing.popen_spawn_win32",
    "netCDF4",
    "oracledb",
    "osgeo.gdal",
    "osgeo.ogr",
    "polars",
    "psycopg",
    "psycopg2",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.feather",
    "pyarrow.fs",
    "pyarrow.json",
    "pyarrow.orc",
    "pyarrow.parquet",
    "pycurl",
    "pymssql",
    "pyodbc",
    "pyogrio",
    "pyreadstat",
    "python_calamine",
    "rasterio",
    "tables",
)
CAREFUL = ("bs4", "docx", "openpyxl", "pptx")  # hand lxml what Python has opened
ENGINE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

_read: set[str] = set()
_listed: set[str] = set()
_written: set[str] = set()
_made: set[str] = set()
_beyond: set[str] = set()
_others: set[str] = set()  # of NATIVE: what was there before, or came with a library that is careful
_has_begun = False


def begin() -> None:
    """Listen from now on, until the process ends."""
    global _has_begun
    _others.update(name for name in NATIVE if name in sys.modules)
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
    beyond.update(f"imports {name}" for name in NATIVE if name in sys.modules and _is_its_own(name))
    handed = os.environ.get("NATPATSIP_FACTS", "")
    read: set[str] = set()
    for path in list(_read):
        inside = _inside(path, project)
        if inside is None:
            beyond.add(f"reads {path}, which is outside the project")
        elif inside and not (handed and os.path.realpath(path) == os.path.realpath(handed)):
            read.add(inside)
    listed: set[str] = set()
    imports = {os.path.abspath(place) for place in sys.path}  # noqa: PTH100 — lists them to find modules
    for path in list(_listed):
        inside = _inside(path, project)
        if inside is None and path not in imports:
            beyond.add(f"lists {path}, which is outside the project")
        elif inside:
            listed.add(inside)
    beyond.update(f"writes {path}" for path in list(_written) if _is_within(path, project) and _inside(path, project))
    return json.dumps(
        {"read": sorted(read), "listed": sorted(listed), "asked": sorted(context.ASKED), "beyond": sorted(beyond)}
    )


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, str | bytes | os.PathLike):
            now = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 — the folder may change
            _opened(now, flags if isinstance(flags, int) else 0)
    elif event in LISTING:
        path = arguments[0]
        if path is None or isinstance(path, str | bytes | os.PathLike):
            _listed.add(os.path.abspath(os.fsdecode(path or ".")))  # noqa: PTH100
    elif event in BEYOND:
        _beyond.add(BEYOND[event])
    elif event == "import" and arguments[0] == "lxml.etree" and _importer() in CAREFUL:
        _others.add("lxml.etree")


def _opened(path: str, flags: int) -> None:
    """Note a file as read unless this process has made it, and as made where it begins anew."""
    if path in _made:
        return
    if flags & WRITING:
        _written.add(path)
    if flags & ANEW:
        _made.add(path)
    elif not flags & os.O_WRONLY:
        _read.add(path)


def _importer() -> str:
    """Name the package whose code asked for the import that is going on."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in ("importlib", "_frozen_importlib"):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _is_its_own(name: str) -> bool:
    """Say whether the notebook has a module of its own accord; one that was there already, where its names lead to."""
    if name not in _others:
        return True
    package = name.partition(".")[0]
    names = getattr(context.shell(), "user_ns", {})
    homes = (
        value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        for value in list(names.values())
    )
    return any(isinstance(home, str) and home.partition(".")[0] == package for home in homes)


def _inside(path: str, project: str) -> str | None:
    """Return a path within the project; empty for what belongs to the environment; None for what is elsewhere.

    Either may lie in the other: an environment in the project's folder, or the project below Python's, as in /usr/src.
    """
    if "__pycache__" in path and path.endswith(".pyc"):
        try:
            path = importlib.util.source_from_cache(path)
        except ValueError:
            return None
    root = os.path.realpath(project)
    apart, around = _environment(root)
    if any(_is_within(path, place) for place in apart):
        return ""
    for each, folder in ((path, project), (os.path.realpath(path), root)):
        if _is_within(each, folder):
            return Path(each).relative_to(folder).as_posix()
    home = os.path.expanduser("~")  # noqa: PTH111
    of_system = ("/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/dev", "/opt", "/Library", "/System")
    is_of_system = any(_is_within(path, place) for place in (*around, *of_system))
    return "" if is_of_system or path.startswith(os.path.join(home, ".")) else None  # noqa: PTH118


@cache
def _environment(root: str) -> tuple[set[str], set[str]]:
    """Return the folders of Python, its packages and the helpers: those that do not hold the project; those that do."""
    packages = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, ENGINE, *packages}
    places |= set(map(os.path.realpath, places))
    around = {place for place in places if _is_within(root, os.path.realpath(place))}
    return places - around, around


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
