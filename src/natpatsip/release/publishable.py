"""Executed notebooks as they are published: without the paths of the machine that ran them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_KERNEL = re.compile(r"(?:/[\w.+-]+)*/ipykernel_\d+/")  # where ipykernel pretends that a cell's source is


def publishable(text: str, name: str, project: Path) -> str:
    """Return the text of an executed notebook without absolute paths.

    Papermill records where it read and wrote, and warnings say in which file they arose. Paths in the project become
    relative to it; those of Python and of the home directory begin with ``<python>`` and ``~``.

    Parameters
    ----------
    text : str
        The notebook's text.
    name : str
        The chapter's name.
    project : Path
        The project's folder.
    """
    content = json.loads(text)
    if ran := content["metadata"].get("papermill"):
        ran["input_path"] = ran["output_path"] = f"notebooks/{name}.ipynb"
    return json.dumps(_in_strings(content, _shortener(project)), indent=1, ensure_ascii=False) + "\n"


def _shortener(project: Path) -> Callable[[str], str]:
    """Return a function that shortens the paths in a text."""
    known: dict[str, str] = {}
    for folder, short in ((project, ""), (Path(sys.prefix), "<python>/"), (Path(sys.base_prefix), "<python>/")):
        for each in (folder, folder.resolve()):
            if each != Path("/usr"):  # tells nothing
                known.setdefault(str(each), short)
    known.setdefault(str(Path.home()), "~/")
    folders = sorted((each for each in known if len(Path(each).parts) > 1), key=len, reverse=True)
    # A folder is named as a whole: neither as the beginning of another's name, nor as the end of a longer path.
    path = re.compile(rf"(?<![\w./\\-])({'|'.join(map(re.escape, folders))})(?:[/\\]|(?![\w.-]))")

    def shorten(text: str) -> str:
        return _KERNEL.sub("<cell>/", path.sub(lambda found: known[found[1]], text))

    return shorten


def _in_strings(content: Any, change: Callable[[str], str]) -> Any:
    """Return content as JSON holds it with each of its strings changed."""
    if isinstance(content, str):
        return change(content)
    if isinstance(content, list):
        return [_in_strings(each, change) for each in content]
    if isinstance(content, dict):
        return {name: _in_strings(each, change) for name, each in content.items()}
    return content
