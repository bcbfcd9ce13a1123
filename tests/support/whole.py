"""A whole report, built once for all tests, by whichever of their processes needs it first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from support.projects import command


@dataclass(frozen=True)
class Whole:
    """A copy of a project whose reports tests may read and not change."""

    folder: Path
    copy_project: Callable[[Path], Path]

    def report(self, quarter: str = "2024-25-Q2") -> Path:
        """Return the report of a quarter, in all formats."""
        with FileLock(f"{self.folder}.lock"):
            report = self.folder / "reports" / quarter
            if not report.exists():
                if not self.folder.exists():
                    self.copy_project(self.folder)
                run = command(self.folder, "build", quarter, "--renderer", "pandoc")
                assert run.returncode == 0, run.stderr
            return report

    def copy(self, folder: Path, *quarters: str) -> Path:
        """Copy the project, with all that builds of some quarters kept in its cache."""
        self.copy_cache(folder, *quarters)
        return self.copy_project(folder)

    def copy_cache(self, folder: Path, *quarters: str) -> None:
        """Put what builds kept in its cache into a copy of the project, so that no chart is drawn there again."""
        for quarter in quarters or ("2024-25-Q2",):
            self.report(quarter)
        with FileLock(f"{self.folder}.lock"):
            shutil.copytree(self.folder / "build" / "cache", folder / "build" / "cache")


def built_once(folder: Path, build: Callable[[Path], object]) -> Path:
    """Return a folder that all processes share, and have the first one that needs it build it."""
    with FileLock(f"{folder}.lock"):
        done = folder.with_suffix(".done")
        if not done.exists():
            build(folder)
            done.touch()
    return folder


def shared_folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a folder that all processes of a run of tests share."""
    own = factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
