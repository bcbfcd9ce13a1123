"""The project: the folder that holds ``_quarto.yml``, and where things are in it."""

from __future__ import annotations

from pathlib import Path

from natpatsip.errors import UsageError

MARK = "_quarto.yml"
SOURCE_FOLDERS = ("notebooks", "params", "data", "src", "_extensions")  # what a report is made of: its folders …
BRAND = "_brand.yml"  # Quarto's file of a project's colours
SOURCE_FILES = (MARK, BRAND, "uv.lock")  # … and files
OUTPUTS = ("build", "reports")  # the folders that builds write into


def project_root(start: Path | None = None) -> Path:
    """Return the folder at or above `start` (by default the working directory) that holds ``_quarto.yml``.

    Raises
    ------
    UsageError
        If there is none.
    """
    here = (start or Path.cwd()).resolve()
    if root := find_root(here):
        return root
    raise UsageError(f"{here}: no {MARK} here or in a folder above. Go into the project's folder and run this again.")


def find_root(start: Path) -> Path | None:
    """Return the folder at or above `start` that holds ``_quarto.yml``; None if there is none."""
    return next((folder for folder in (start, *start.parents) if (folder / MARK).is_file()), None)
