"""Paths as they are published: without the folders of the machine that built the report.

Every notebook's process imports this module, so it imports little.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

HOME, PYTHON, ELSEWHERE = "~/", "<python>/", "<elsewhere>/"
_KERNEL = re.compile(r"(?:/[\w.+-]+)*/ipykernel_\d+/")  # where ipykernel pretends that a cell's source is


def shortener(project: Path) -> Callable[[str], str]:
    """Return a function that shortens the paths in a text.

    Paths in the project become relative to it; those of Python and of the home directory begin with ``<python>`` and
    ``~``.
    """
    known: dict[str, str] = {}
    python = ((Path(sys.prefix), PYTHON), (Path(sys.base_prefix), PYTHON))
    for folder, short in ((project, ""), *python, (Path.home(), HOME)):
        for each in (folder, folder.resolve()):
            if each != Path("/usr"):  # tells nothing
                known.setdefault(str(each), short)
    folders = sorted((each for each in known if len(Path(each).parts) > 1), key=len, reverse=True)
    # A folder is named as a whole: neither as the beginning of another's name, nor as the end of a longer path.
    path = re.compile(rf"(?<![\w./\\-])({'|'.join(map(re.escape, folders))})(?:[/\\]|(?![\w.-]))")

    def shorten(text: str) -> str:
        return _KERNEL.sub("<cell>/", path.sub(lambda found: known[found[1]], text))

    return shorten


def short_path(path: str, project: Path) -> str:
    """Return the path of a file as it is published; of one in a folder that is not known, its name is left."""
    short = shortener(project)(path)
    return f"{ELSEWHERE}{Path(path).name}" if Path(short).is_absolute() else short


def is_outside(name: str) -> bool:
    """Return True if a path that `short_path` has returned is outside the project."""
    return name.startswith((HOME, PYTHON, ELSEWHERE))
