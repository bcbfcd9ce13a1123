"""The quarters of a project whose data are complete, and whose report is due."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from natpatsip.quarter import Quarter, known_quarters


def complete_quarters(project: Path, *, only_newest: bool = False) -> tuple[list[Quarter], dict[Quarter, list[str]]]:
    """Return the quarters in ``params/`` whose data are complete, newest first, and what is missing for the others.

    Parameters
    ----------
    project : Path
        The project's folder.
    only_newest : bool
        Stop at the first that is complete.
    """
    from natpatsip import datasets

    complete: list[Quarter] = []
    incomplete: dict[Quarter, list[str]] = {}
    for quarter in reversed(known_quarters(project)):
        if missing := datasets.complete(quarter, project):
            incomplete[quarter] = missing
            continue
        complete.append(quarter)
        if only_newest:
            break
    return complete, incomplete


def is_due(project: Path, quarter: Quarter, *, today: date, output: Path | None = None) -> bool:
    """Return True if the cut-off in a quarter's params has passed and its report has not been built."""
    from natpatsip.params import load

    built = (output or project / "reports") / str(quarter) / "manifest.json"
    return not built.is_file() and today > load(quarter, project=project).cut_off
