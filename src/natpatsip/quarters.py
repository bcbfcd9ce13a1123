"""The quarters that a project has params for: all, those whose data are complete, and those whose report is due."""

from __future__ import annotations

from datetime import date
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


def complete_quarters(project: Path, *, only_newest: bool = False) -> tuple[list[Quarter], dict[Quarter, list[str]]]:
    """Return the quarters in ``params/`` whose data are complete, the newest first, and what others lack.

    With `only_newest`, stop at the first that is complete.
    """
    from natpatsip import datasets

    found: list[Quarter] = []
    lacking: dict[Quarter, list[str]] = {}
    for quarter in reversed(known_quarters(project)):
        if missing := datasets.complete(quarter, project):
            lacking[quarter] = missing
            continue
        found.append(quarter)
        if only_newest:
            break
    return found, lacking


def newest_complete(project: Path) -> tuple[Quarter | None, dict[Quarter, list[str]]]:
    """Return the newest quarter in ``params/`` whose data are complete, and what newer ones lack."""
    found, lacking = complete_quarters(project, only_newest=True)
    return next(iter(found), None), lacking


def is_due(project: Path, quarter: Quarter, *, today: date, output: Path | None = None) -> bool:
    """Return True if a quarter's report is due by its params' cut-off and not yet built."""
    from natpatsip.params import load

    built = (output or project / "reports") / str(quarter) / "manifest.json"
    return not built.is_file() and today > load(quarter, project=project).cut_off
