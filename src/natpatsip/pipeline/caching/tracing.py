"""What a notebook reads, by Python's own audit events: what its result depends on besides its code.

A notebook's process calls ``tracer.begin`` before its first cell and ``tracer.report`` after its last. This module is
imported into every notebook's process, so it imports little, and nothing that only the build needs.
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
from natpatsip.files.digests import sha256_of
from natpatsip.files.short_paths import short_path
from natpatsip.pipeline.caching.opened_files import NOT_DATA, commands_in, files_named, host_of, is_of_cell, modules_of

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
REPLACING = os.O_TRUNC | os.O_EXCL  # whatever the file held before
LISTING = ("os.listdir", "os.scandir")
UNTRACKED = {  # events after which Python does not see what is read
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
NATIVE = (  # modules that read files, databases or the network without Python, or start a process that does
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
    "pandas.core.arrays.arrow.extension_types",  # what pandas.read_parquet imports, whoever has imported pyarrow
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
HEARD = frozenset({"open", "import", *LISTING, *UNTRACKED})
STARTS = ("os.system", "subprocess.Popen")
READER = "natpatsip"  # whose reader gives pyarrow only what Python has read
TRACKED_USERS = ("bs4", "docx", "natpatsip", "openpyxl", "pptx")  # packages that give lxml only what Python has opened
ENGINE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120


class Tracer:
    """Records what this process reads, from `begin` until it ends: an audit hook cannot be removed."""

    def __init__(self) -> None:
        self._has_begun = False
        self._read: set[str] = set()
        self._listed: set[str] = set()
        self._written: set[str] = set()
        self._created: set[str] = set()
        self._untracked: set[str] = set()
        self._ignored: set[str] = set()  # of NATIVE: imported before, by READER, or by one of TRACKED_USERS
        self._by_cell: set[str] = set()  # files that the running cell has opened by itself
        self._hosts: set[str] = set()  # that it has connected to
        self._commands: set[str] = set()  # of programs that it has started
        self._modules: set[str] = set()  # of the project's own: those whose texts were read

    def begin(self) -> None:
        """Record what the notebook reads from now on."""
        self._ignored.update(name for name in NATIVE if name in sys.modules)
        if not self._has_begun:
            self._has_begun = True
            sys.addaudithook(self._hear)

    def report(self, project: str) -> str:
        """Return, as JSON, what the notebook has read.

        Parameters
        ----------
        project : str
            The project's folder.

        Returns
        -------
        str
            ``read`` and ``listed``: paths within the project. ``asked``: facts that other notebooks own.
            ``untracked``: why the result may depend on something else, too; if there is any reason, the run must not
            be saved.
        """
        untracked = set(self._untracked)
        untracked.update(f"imports {name}" for name in NATIVE if name in sys.modules and self._is_used(name))
        facts = os.environ.get("NATPATSIP_FACTS", "")  # the build itself hands this file over
        read: set[str] = set()
        for path in list(self._read):  # other threads of the notebook may add to it meanwhile
            inside = _inside(path, project)
            if inside is None:
                untracked.add(f"reads {path}, which is outside the project")
            elif inside and not (facts and os.path.realpath(path) == os.path.realpath(facts)):
                read.add(inside)
        listed: set[str] = set()
        imports = {os.path.abspath(place) for place in sys.path}  # noqa: PTH100 — Python lists them to find modules
        for path in list(self._listed):
            inside = _inside(path, project)
            if inside is None and path not in imports:
                untracked.add(f"lists {path}, which is outside the project")
            elif inside:
                listed.add(inside)
        written = [path for path in list(self._written) if _is_within(path, project) and _inside(path, project)]
        untracked.update(f"writes {path}" for path in written)
        asked = sorted(context.ASKED)
        found = {"read": sorted(read), "listed": sorted(listed), "asked": asked, "untracked": sorted(untracked)}
        return json.dumps(found)

    def opened(self, project: str, source: str) -> str:
        """Return, as JSON, what the code of a cell has opened by itself since this was last asked.

        A record has the ``file``, named as it may be published, with its ``sha256``; or a ``host``.
        """
        paths, self._by_cell = set(self._by_cell), set()
        hosts, self._hosts = set(self._hosts), set()
        commands, self._commands = set(self._commands), set()
        commands.update(commands_in(source))
        paths.update(path for each in commands for path in files_named(repr(each), project, {}))
        if any(name in sys.modules and self._is_used(name) for name in NATIVE):
            paths.update(self._named(project, source))
        records = {}
        for path in paths:
            inside = _inside(path, project)
            is_data = not path.endswith(NOT_DATA) and ".dist-info" not in path  # which says a package's version
            if inside != "" and is_data and os.path.isfile(path):  # noqa: PTH113
                name = short_path(path, Path(project)) if inside is None else inside
                records[name] = {"file": name, "sha256": sha256_of(Path(path))}
        return json.dumps([records[name] for name in sorted(records)] + [{"host": host} for host in sorted(hosts)])

    def _named(self, project: str, source: str) -> set[str]:
        """Return the files that a cell names, and each module of the project once, except those loaded as declared."""
        sources = [source]
        for name, file in modules_of(project).items():
            if name not in self._modules:
                self._modules.add(name)
                sources.append(Path(file).read_text(encoding="utf-8", errors="replace"))
        variables = getattr(context.shell(), "user_ns", {})
        loaded = {os.path.join(project, name) for name in context.READ}  # noqa: PTH118
        return {path for each in sources for path in files_named(each, project, variables)} - loaded

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Record what an audit event says the notebook reads."""
        if event not in HEARD:  # such as that of `id`, which pandas and Altair call 100,000 times in a notebook
            return
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike):
                now = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 — now, since the working folder may change
                self._opened(now, flags if isinstance(flags, int) else 0)
        elif event in LISTING:
            path = arguments[0]
            if path is None or isinstance(path, str | bytes | os.PathLike):
                self._listed.add(os.path.abspath(os.fsdecode(path or ".")))  # noqa: PTH100
        elif event in UNTRACKED:
            self._untracked.add(UNTRACKED[event])
            self._hear_unseen(event, arguments)
        elif event == "import" and arguments[0] == "lxml.etree" and _importer() in TRACKED_USERS:
            self._ignored.add("lxml.etree")
        elif event == "import" and arguments[0] == "pyarrow.parquet" and _importer() == READER:
            self._ignored.update(name for name in NATIVE if name.startswith("pyarrow."))

    def _hear_unseen(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note for the running cell which database or host it opens, or program it starts: nobody sees what is read."""
        if event not in (*STARTS, "sqlite3.connect", "socket.connect") or not is_of_cell(sys._getframe(), __name__):
            return
        if event in STARTS:
            given = arguments[1] if event == "subprocess.Popen" else arguments[0]
            words = given if isinstance(given, list | tuple) else [given]
            self._commands.update(os.fsdecode(word) for word in words if isinstance(word, str | bytes | os.PathLike))
        elif event == "socket.connect" and (host := host_of(arguments[1])):
            self._hosts.add(host)
        elif event == "sqlite3.connect" and isinstance(arguments[0], str | bytes | os.PathLike):
            self._by_cell.add(os.path.abspath(os.fsdecode(arguments[0])))  # noqa: PTH100

    def _opened(self, path: str, flags: int) -> None:
        """Record a file as read by the notebook unless this process has created it."""
        if path in self._created:
            return
        if flags & WRITING:
            self._written.add(path)
        if flags & REPLACING:
            self._created.add(path)
        elif not flags & os.O_WRONLY:
            self._read.add(path)
            if not path.endswith(NOT_DATA) and is_of_cell(sys._getframe(), __name__):
                self._by_cell.add(path)

    def _is_used(self, name: str) -> bool:
        """Return True if the notebook itself uses a module; one of the ignored, if a variable refers to it."""
        if name not in self._ignored:
            return True
        package = name.partition(".")[0]
        variables = getattr(context.shell(), "user_ns", {})
        homes = (
            value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            for value in list(variables.values())
        )
        return any(isinstance(home, str) and home.partition(".")[0] == package for home in homes)


tracer = Tracer()
"""The notebook's own, reached by the expressions that the engine evaluates in its process."""


def _importer() -> str:
    """Return the package whose code has asked for the import that is traced."""
    frame = sys._getframe(2)  # where the import system raises the event
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in ("importlib", "_frozen_importlib"):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _inside(path: str, project: str) -> str | None:
    """Return a path that was read relative to the project; empty if of the environment; None if it is elsewhere.

    Either may lie in the other: the environment in the project's folder, or the project below Python's, as in /usr/src.
    """
    if "__pycache__" in path and path.endswith(".pyc"):  # Python reads it in place of the source
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
    """Return the folders of Python, packages and engine, not traced: those apart from the project, those around it."""
    packages = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, ENGINE, *packages}
    places |= set(map(os.path.realpath, places))
    around = {place for place in places if _is_within(root, os.path.realpath(place))}
    return places - around, around


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
