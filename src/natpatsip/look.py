"""The look of a report: typeface, icons, colours, style sheets and the templates of its formats.

It is the Quarto extension ``_extensions/natpatsip``. A project that has one of its own is built with that; any other
with the one that the engine brings.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from natpatsip.errors import ReportError

EXTENSION = Path("_extensions", "natpatsip")
MARK = "_extension.yml"  # a folder without it holds some file or other, and not a look
_ENGINE = Path(__file__).resolve().parent


def has_own(project: Path) -> bool:
    """Return True if a project has a look of its own."""
    return (project / EXTENSION / MARK).is_file()


def folder(project: Path) -> Path:
    """Return the folder of the look that a project is built with.

    Raises
    ------
    ReportError
        If neither the project nor the engine has one.
    """
    return project / EXTENSION if has_own(project) else packaged()


def packaged() -> Path:
    """Return the folder of the engine's own look: inside the package, or beside its sources in the repository."""
    places = (_ENGINE / EXTENSION, _ENGINE.parents[1] / EXTENSION)
    for place in places:
        if (place / MARK).is_file():
            return place
    raise ReportError(
        f"{places[0]}: there is no {MARK}; the engine is installed without its look. Install natpatsip again."
    )


def brand(folder: Path) -> Mapping[str, Any]:
    """Return what the ``_brand.yml`` in the folder of a look says."""
    return _parsed((folder / "_brand.yml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _parsed(text: str) -> Mapping[str, Any]:
    import yaml

    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def fonts(project: Path) -> Path:
    """Return the folder with the report's typeface."""
    return folder(project) / "fonts"
