"""What a build needs on this machine: what is installed, what is found, what is missing and how to get it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from natpatsip import look
from natpatsip.errors import ReportError
from natpatsip.project import project_root

NEEDED = {
    "papermill": "runs the notebooks",
    "nbconvert": "makes chapters of them",
    "altair": "charts",
    "vl-convert-python": "draws the charts",
    "pypandoc_binary": "embedded renderer: HTML, Word",
    "typst": "embedded renderer: PDF",
    "jupyterlab": "where analysts edit",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for."""

    what: str
    found: str
    is_well: bool
    is_needed: bool = True
    remedy: str = ""


def examine() -> list[Finding]:
    """Look for all that a build needs, and return what was found, in the order that a build needs it."""
    return [*_python(), *_packages(), *_quarto(), *_project()]


def _python() -> Iterator[Finding]:
    here = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("Python", here, sys.version_info >= (3, 11), remedy="Install Python 3.11 or newer, and make report.")


def _packages() -> Iterator[Finding]:
    for name, use in NEEDED.items():
        try:
            yield Finding(name, f"{version(name)} ({use})", is_well=True)
        except PackageNotFoundError:
            yield Finding(name, f"not installed ({use})", is_well=False, remedy="Run: make report")


def _quarto() -> Iterator[Finding]:
    program = shutil.which("quarto")
    if not program:
        found = "not on PATH; the embedded renderer makes the same report"
        yield Finding("quarto", found, is_well=True, is_needed=False)
        return
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    yield Finding("quarto", f"{said.stdout.strip()} at {program}", said.returncode == 0, is_needed=False)


def _project() -> Iterator[Finding]:
    remedy = "Go into the project's folder."
    try:
        project = project_root()
    except ReportError as error:
        yield Finding("project", str(error), is_well=False, remedy=remedy)
        return
    yield Finding("project", str(project), is_well=True)
    yield from _look(project)
    yield from _settings(project)
    yield from _quarters(project)


def _look(project: Path) -> Iterator[Finding]:
    """Yield whose look the report has, and whether its typeface is there."""
    fonts = look.fonts(project)
    count = len(list(fonts.glob("*.ttf")))
    whose = f"the project's, {look.EXTENSION}" if look.has_own(project) else "the engine's"
    yield Finding("look", f"{whose}, with {count} fonts", count > 0, remedy=f"Restore {fonts} from git.")


def _settings(project: Path) -> Iterator[Finding]:
    """Yield what is wrong with ``_quarto.yml``, else what a report of it would still lack."""
    from natpatsip.settings import read_book, read_settings

    try:
        settings = read_settings(project)
        chapters = len(read_book(project)["book"]["chapters"])
    except ReportError as error:
        yield Finding("settings", str(error), is_well=False, remedy="Fix _quarto.yml.")
        return
    yield Finding("settings", f"{chapters} chapters in _quarto.yml", is_well=True)
    remedy = "Give an address, or a sentence with one, as natpatsip.contact in _quarto.yml before you publish a report."
    found = settings.contact or "none: the accessibility statement cannot say whom to tell of a problem"
    yield Finding("contact", found, bool(settings.contact), is_needed=False, remedy=remedy)


def _quarters(project: Path) -> Iterator[Finding]:
    from natpatsip import datasets
    from natpatsip.quarters import known_quarters
    from natpatsip.release.guard import is_final, untagged

    for quarter in known_quarters(project):
        report = project / "reports" / str(quarter)
        if is_final(report) and (lack := untagged(report, project)):
            where = f"{report.relative_to(project)} is final"
            yield Finding(str(quarter), where, is_well=False, is_needed=False, remedy=lack)
        try:
            missing = datasets.complete(quarter, project)
        except ReportError as error:
            missing = [str(error)]
        found = "data complete" if not missing else "data not complete: " + "; ".join(missing)
        yield Finding(
            str(quarter), found, not missing, is_needed=False, remedy="Add the rows to data/, or wait for them."
        )
