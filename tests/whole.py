"""The whole report, built once for all tests, by whichever of their processes needs it first."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

import projects


@dataclass(frozen=True)
class Whole:
    """A copy of the real project whose reports are for reading alone."""

    folder: Path

    def report(self, quarter: str = "2024-25-Q2") -> Path:
        """Return the report of a quarter, in all formats."""
        with FileLock(f"{self.folder}.lock"):
            report = self.folder / "reports" / quarter
            if not report.exists():
                if not self.folder.exists():
                    projects.copy(self.folder)
                run = projects.natpatsip(self.folder, "build", quarter, "--renderer", "pandoc")
                assert run.returncode == 0, run.stderr
            return report

    def copy(self, folder: Path) -> Path:
        """Copy the real project, with all that a build kept in its cache."""
        self.report()
        with FileLock(f"{self.folder}.lock"):
            shutil.copytree(self.folder / "build" / "cache", folder / "build" / "cache")
        return projects.copy(folder)
