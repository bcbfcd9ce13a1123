"""The project: the folder that holds ``_quarto.yml``, and where things are in it."""

from __future__ import annotations

from pathlib import Path

from natpatsip.errors import UsageError

MARK = "_quarto.yml"
SOURCE_FOLDERS = ("notebooks", "params", "data", "src", "_extensions")  # what a report is made of: its folders …
SOURCE_FILES = (MARK, "uv.lock")  # … and files
OUTPUTS = ("build", "reports")  # the folders that builds write into


def project_root(start: Path | None = None) -> Path:
    """Return the folder at or above `start` (by default the working directory) that holds ``_quarto.yml``.

    Raises
    ------
    UsageError
        Where there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return folder
    raise UsageError(f"{here}: no {MARK} here or in a folder above. Go into the project's folder and run this again.")
