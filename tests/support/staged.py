"""Staged projects for the tests of the renderers: every construct of docs/chapters.md, with the project's own look."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from natpatsip.settings import OWN, settings_of
from support.projects import ROOT
from support.yaml_text import to_yaml

TIMESTAMP = 1_727_654_400  # 30 September 2024


def stage(folder: Path) -> Path:
    """Copy the sample chapters and the look into `folder`, as the build's staging does."""
    shutil.copytree(ROOT / "tests" / "support" / "book", folder, dirs_exist_ok=True)
    shutil.copytree(
        ROOT / "_extensions", folder / "_extensions", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )
    file = folder / "_quarto.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content[OWN] |= settings_of(content, file.name, staged=True).staged()
    file.write_text(
        to_yaml(content, sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000),
        encoding="utf-8",
    )
    return folder


def chapter_with(path: Path, text: str) -> int:
    """Put `text` at the end of a chapter, and return the line that it begins on."""
    before = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(f"{before}\n\n{text}\n", encoding="utf-8")
    return len(before.splitlines()) + 2
