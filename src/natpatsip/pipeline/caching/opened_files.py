"""Which files a cell's own code opens, rather than the engine for it: what `tracing` records of each cell.

Python's audit events name each file that Python opens. Compiled readers (DuckDB, Polars, pyarrow) open files without
Python, and so do programs that a cell starts; of those, the files count that the cell names. This module is imported
into every notebook's process, so it imports little.
"""

from __future__ import annotations

import ast
import glob
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

DATA = "data"
LONGEST = 1000  # characters of a text that may be a path
NOT_DATA = (".py", ".pyc", ".pyd", ".so")
_ENGINE = ("natpatsip", "IPython", "ipykernel")  # packages that open files for a cell, or beside it
_OPEN = "_modified_open"  # IPython's own function in place of `open`
_SHELLS = re.compile(r"%%(?:bash|sh|script|system|!)(?!\w)")
_SHELL_LINE = re.compile(r"^(?:[\w, ]+=)?[ \t]*!{1,2}(?!=)[ \t]*(.+)$", re.MULTILINE)
_BETWEEN = re.compile(r"""[\s'"(),;=]+""")  # the words of an SQL statement


def is_of_cell(frame: FrameType | None, within: str) -> bool:
    """Return True if what goes on in a frame was called by a cell's own code; frames of `within` are passed over."""
    while frame:
        name = str(frame.f_globals.get("__name__", ""))
        if name == "__main__":
            return True
        if name != within and name.partition(".")[0] in _ENGINE and frame.f_code.co_name != _OPEN:
            return False
        frame = frame.f_back
    return True  # in a thread that a cell has started


def host_of(address: Any) -> str:
    """Return the host and port of a socket that a cell opens; empty for this machine's own.

    Examples
    --------
    >>> host_of(("10.0.0.5", 443)), host_of(("127.0.0.1", 8888)), host_of("/run/bus")
    ('10.0.0.5:443', '', '')
    """
    if not isinstance(address, tuple) or len(address) < 2:
        return ""
    host, port = str(address[0]), address[1]
    return "" if host in ("localhost", "::1") or host.startswith("127.") else f"{host}:{port}"


def files_named(source: str, project: str, names: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files that the texts of a cell's code name: in the project, or wherever an absolute path leads.

    A text may be a path, a pattern such as ``data/*.parquet``, the end of a path, or SQL that names files.
    """
    folder = Path(project, DATA)
    data = [path.as_posix() for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    for text in _texts_in(source, names):
        for named in dict.fromkeys([text, *_BETWEEN.split(text)]):
            if "." in named and "\0" not in named and len(named) < LONGEST:
                yield from _found(named, Path.cwd())
                yield from _found(named, Path(project))
                yield from (path for path in data if path.endswith(f"/{named}"))


def commands_in(source: str) -> list[str]:
    r"""Return what a cell hands to a shell by IPython's own means.

    Examples
    --------
    >>> commands_in("n = !wc -l data/beds.csv"), commands_in("%%bash\ncat data/beds.csv"), commands_in("a != b")
    (['wc -l data/beds.csv'], ['cat data/beds.csv'], [])
    """
    first, _, rest = source.lstrip().partition("\n")
    return [rest] if _SHELLS.match(first) else _SHELL_LINE.findall(source)


def _found(named: str, place: Path) -> Iterator[str]:
    """Yield the files that a text in a cell names from a folder; a pattern names none outside of it."""
    is_pattern = "*" in named and not Path(named).is_absolute()
    for each in glob.iglob(named, root_dir=place, recursive=True) if is_pattern else [named]:  # noqa: PTH207 — a text
        path = os.path.abspath(place / each)  # noqa: PTH100 — links stay what they are
        if os.path.isfile(path):  # noqa: PTH113 — Path.is_file raises an error for a text that is too long for a name
            yield path


def _texts_in(source: str, names: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a cell's code, which may name files: those spelled out, and those of variables it uses."""
    lines = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines()]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:  # a cell in another language, such as SQL
        yield source
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and isinstance(value := names.get(node.id), str | Path):
            yield str(value)
        elif isinstance(node, ast.JoinedStr):
            parts = [_part(each, names) for each in node.values]
            yield "".join(parts)


def _part(node: ast.expr, names: Mapping[str, Any]) -> str:
    """Return a part of a text that may name a file: of a variable, its value after the cell; else a ``*``."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    name = node.value.id if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name) else ""
    return str(names[name]) if isinstance(names.get(name), str | int | Path) else "*"


def modules_of(project: str) -> dict[str, str]:
    """Return the files of the project's own modules that a notebook has loaded, by name."""
    src = os.path.join(project, "src", "")  # noqa: PTH118
    loaded = {
        name: getattr(each, "__file__", None) for name, each in list(sys.modules.items()) if type(each) is ModuleType
    }
    return {
        name: file
        for name, file in loaded.items()
        if file and file.endswith(".py") and file.startswith(src) and name.partition(".")[0] != "natpatsip"
    }
