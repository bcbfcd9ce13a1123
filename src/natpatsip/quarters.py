"""The quarters that a project has params for, by the names of the files, which are not read."""

from __future__ import annotations

from pathlib import Path

from natpatsip.errors import ParamsError
from natpatsip.quarter import Quarter

FOLDER = "params"


def known_quarters(project: Path) -> list[Quarter]:
    """Return the quarters that have params, the earliest first.

    Raises
    ------
    ParamsError
        If a file's name is not a valid quarter.
    """
    found = []
    for file in sorted((project / FOLDER).glob("*.y*ml")):
        try:
            found.append(Quarter.parse(file.stem))
        except Exception as error:
            raise ParamsError(f"{FOLDER}/{file.name}: {error} A params file is named after its quarter.") from None
    return sorted(found)
