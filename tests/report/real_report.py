"""Copies of this report's project."""

from __future__ import annotations

import shutil
from pathlib import Path

from natpatsip.project import SOURCE_FOLDERS
from support.projects import IGNORED, ROOT


def copy(folder: Path) -> Path:
    """Copy what a build of this report reads, and nothing else."""
    for name in (*SOURCE_FOLDERS, "src/helpers"):
        if name != "src":  # it holds the engine too
            shutil.copytree(ROOT / name, folder / name, ignore=IGNORED)
    shutil.copy2(ROOT / "_quarto.yml", folder / "_quarto.yml")
    return folder
