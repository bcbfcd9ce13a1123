"""Paths as they are published: without the folders of the machine that built the report.

Every notebook's process imports this module, so it imports little.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from typing import Any

HOME, PYTHON, ELSEWHERE = "~/", "<python>/", "<elsewhere>/"
_SIGNS = r"[\w.+~-]+"
_KERNEL = re.compile(rf"(?:[A-Za-z]:|~)?(?:[/\\]+{_SIGNS})*[/\\]+ipykernel_\d+[/\\]+")
"""Where ipykernel pretends that a cell's source is."""


def shortener(project: Path) -> Callable[[str], str]:
    """Return a function that shortens the paths in a text.

    Paths in the project become relative to it; those of Python and of the home directory begin with ``<python>`` and
    ``~``.
    """
    known: dict[str, str] = {}
    python = ((Path(sys.prefix), PYTHON), (Path(sys.base_prefix), PYTHON))
    for folder, short in ((project, ""), *python, (Path.home(), HOME)):
        for each in (folder, folder.resolve()):
            if len(each.parts) > 1 and each != Path("/usr"):  # those tell nothing
                known.setdefault(str(each), short)
    folders = sorted(known, key=len, reverse=True)
    # A folder is named as a whole: neither as the beginning of another's name, nor as the end of a longer path.
    is_windows = isinstance(project, PureWindowsPath)
    patterns = (_written(each) if is_windows else re.escape(each) for each in folders)
    groups = "|".join(f"({each})" for each in patterns)
    path = re.compile(rf"(?<![\w./\\-])(?:{groups})(?:[/\\]+|(?![\w.-]))", re.IGNORECASE if is_windows else 0)

    def shorten(text: str) -> str:
        if "/" not in text and "\\" not in text:  # as in nearly every string of a notebook
            return text
        return _KERNEL.sub("<cell>/", path.sub(lambda found: known[folders[(found.lastindex or 1) - 1]], text))

    return shorten


def _written(folder: str) -> str:
    """Return a pattern of a folder of Windows: with either sign between names, twice as `repr` and JSON write it."""
    return r"[/\\]+".join(map(re.escape, re.split(r"[/\\]+", folder)))


def short_path(path: str, project: Path) -> str:
    """Return the path of a file as it is published; of one in a folder that is not known, its name is left."""
    short = shortener(project)(path)
    return f"{ELSEWHERE}{Path(path).name}" if Path(short).is_absolute() else short


def in_strings(content: Any, change: Callable[[str], str]) -> Any:
    """Return content as JSON holds it with each of its strings changed, such as the paths in them.

    Examples
    --------
    >>> in_strings({"a": ["b", 1]}, str.upper)
    {'a': ['B', 1]}
    """
    if isinstance(content, str):
        return change(content)
    if isinstance(content, list):
        return [in_strings(each, change) for each in content]
    if isinstance(content, dict):
        return {name: in_strings(each, change) for name, each in content.items()}
    return content


def is_outside(name: str) -> bool:
    """Return True if a path that `short_path` has returned is outside the project."""
    return name.startswith((HOME, PYTHON, ELSEWHERE))
