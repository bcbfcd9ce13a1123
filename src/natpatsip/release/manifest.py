"""The manifest: what a report was made of, from which commit and with what, so that it can be made again."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from natpatsip import git
from natpatsip.digests import sha256_of
from natpatsip.pipeline.plan import Plan
from natpatsip.project import MARK

PACKAGES = ("natpatsip", "papermill", "nbconvert", "pandas", "altair", "vl-convert-python", "pypandoc_binary", "typst")


def manifest(plan: Plan, *, renderer: str, data: Mapping[str, str], report: Path, **more: Any) -> dict[str, Any]:
    """Return the manifest of a report.

    Parameters
    ----------
    plan : Plan
        What was built.
    renderer : str
        "pandoc" or "quarto".
    data : mapping
        The data files that were read, with their SHA-256.
    report : Path
        The report's folder; its files are listed with their SHA-256.
    more : anything JSON can hold
        Further entries.
    """
    sources = [MARK, f"params/{plan.quarter}.yml", *(f"notebooks/{name}.ipynb" for name in plan.notebooks)]
    files = {path.relative_to(report): path for path in sorted(report.rglob("*")) if path.is_file()}
    return {
        "quarter": str(plan.quarter),
        "edition": plan.edition,
        "renderer": renderer,
        **more,
        "commit": git.describe(plan.project),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "sources": {name: sha256_of(plan.project / name) for name in sources},
        "data": dict(sorted(data.items())),
        "outputs": {name.as_posix(): sha256_of(file) for name, file in files.items() if "editions" not in name.parts},
    }


def write(content: Mapping[str, Any], file: Path) -> None:
    """Write a manifest."""
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
