"""Which quarters can be built, since their data are complete, and which are due."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from natpatsip.pipeline.caching import store
from natpatsip.quarter import Quarter, known_quarters


def complete_quarters(project: Path, *, only_newest: bool = False) -> tuple[list[Quarter], dict[Quarter, list[str]]]:
    """Return the quarters in ``params/`` whose data are complete, the newest first, and what others lack.

    With `only_newest`, stop at the first that is complete.
    """
    from natpatsip import datasets  # takes long to import

    found: list[Quarter] = []
    lacking: dict[Quarter, list[str]] = {}
    saved = store.of(project)
    for quarter in reversed(known_quarters(project)):
        if missing := datasets.complete(quarter, project, saved=saved):
            lacking[quarter] = missing
            continue
        found.append(quarter)
        if only_newest:
            break
    return found, lacking


def is_due(project: Path, quarter: Quarter, *, today: date, output: Path | None = None) -> bool:
    """Return True if a quarter's report is due by its params' cut-off and not yet built."""
    from natpatsip.params import load

    built = (output or project / "reports") / str(quarter) / "manifest.json"
    return not built.is_file() and today > load(quarter, project=project).cut_off
