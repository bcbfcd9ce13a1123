"""What a build needs on this machine: what is installed, what is missing and how to get it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from natpatsip import git, look, notebook_merges
from natpatsip.doctor import platforms
from natpatsip.doctor.platforms import Platform
from natpatsip.errors import ReportError
from natpatsip.project import find_root, project_root

NEEDED = {
    "papermill": "runs the notebooks",
    "nbconvert": "turns them into chapters",
    "altair": "describes the charts",
    "vl-convert-python": "draws the charts",
    "pypandoc_binary": "embedded renderer: HTML, Word",
    "typst": "embedded renderer: PDF",
    "jupyterlab": "where analysts edit",
}


@dataclass(frozen=True)
class Requirement:
    """One thing that a build needs or a report should have, and what was found of it."""

    name: str
    found: str
    is_ok: bool
    is_needed: bool = True
    remedy: str = ""
    is_optional: bool = False  # nothing is lost without it

    @property
    def status(self) -> str:
        """The word at the start of the requirement's line."""
        return "optional" if self.is_optional else "ok" if self.is_ok else "MISSING"


def examine() -> list[Requirement]:
    """Check everything that a build needs, in the order in which it needs it."""
    system, project = platforms.here(), find_root(Path.cwd())
    return [
        Requirement("system", system.name, is_ok=True),
        *_python(system),
        *_packages(system, project),
        *_quarto(system),
        *_git(system, project),
        *_project(),
    ]


def _python(system: Platform) -> Iterator[Requirement]:
    here = ".".join(str(part) for part in sys.version_info[:3])
    remedy = f"Install Python 3.11 or newer: {system.install('python')}"
    yield Requirement("Python", here, sys.version_info >= (3, 11), remedy=remedy)


def _packages(system: Platform, project: Path | None) -> Iterator[Requirement]:
    for name, use in NEEDED.items():
        try:
            yield Requirement(name, f"{version(name)} ({use})", is_ok=True)
        except PackageNotFoundError:
            remedy = f"Run: {system.install_packages(project)}"
            yield Requirement(name, f"not installed ({use})", is_ok=False, remedy=remedy)


def _git(system: Platform, project: Path | None) -> Iterator[Requirement]:
    """Check that git is there, which final editions and archived quarters need, and merges notebooks by cell."""
    if not shutil.which("git"):
        remedy = f"Run: {system.install('git')}. Final editions and archived quarters need it."
        yield Requirement("git", "not on PATH", is_ok=False, is_needed=False, remedy=remedy)
        return
    yield Requirement("git", git.version(), is_ok=True, is_needed=False)
    if project and git.is_tracked(project):
        is_set_up = notebook_merges.is_enabled(project)
        found = "shown and merged by cell" if is_set_up else "merged as lines of JSON"
        remedy = "Run: python -m natpatsip.notebook_merges"
        yield Requirement("notebooks in git", found, is_set_up, is_needed=False, remedy=remedy)


def _quarto(system: Platform) -> Iterator[Requirement]:
    program = shutil.which("quarto")
    if not program:
        found = "not on PATH, and not needed: the embedded renderer gives the same report"
        remedy = f"If you want it: {system.install('quarto')}"
        yield Requirement("quarto", found, is_ok=True, is_needed=False, remedy=remedy, is_optional=True)
        return
    run = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    yield Requirement("quarto", f"{run.stdout.strip()} at {program}", run.returncode == 0, is_needed=False)


def _project() -> Iterator[Requirement]:
    """Check that there is a project here, and what belongs to it."""
    remedy = "Change to the project's folder."
    try:
        project = project_root()
    except ReportError as error:
        yield Requirement("project", str(error), is_ok=False, remedy=remedy)
        return
    yield Requirement("project", str(project), is_ok=True)
    yield from _look(project)
    yield from _settings(project)
    yield from _datasets(project)


def _datasets(project: Path) -> Iterator[Requirement]:
    """Check the declaration of the datasets, and what follows from it: measures, and what each quarter lacks."""
    from natpatsip.datasets import dictionary
    from natpatsip.datasets.declaration import declared
    from natpatsip.datasets.descriptor import FILE

    try:
        count = len(declared(project).resources)
    except ReportError as error:
        remedy = f"Fix {FILE}. Measures and quarters are looked at once it can be read."
        yield Requirement("datasets", str(error), is_ok=False, remedy=remedy)
        return
    if count:
        yield Requirement("datasets", f"{count} in {FILE}", is_ok=True)
    if sentence := dictionary.stale(project):
        found, _, remedy = sentence.partition(". ")
        yield Requirement("dictionary", found, is_ok=False, is_needed=False, remedy=remedy)
    yield from _measures(project)
    yield from _quarters(project)


def _look(project: Path) -> Iterator[Requirement]:
    """Check which look the report has, and that its fonts are there."""
    fonts = look.fonts(project)
    count = len(list(fonts.glob("*.ttf")))
    whose = f"the project's, {look.EXTENSION}" if look.has_own(project) else "the engine's"
    yield Requirement("look", f"{whose}, with {count} fonts", count > 0, remedy=f"Restore {fonts} from git.")


def _settings(project: Path) -> Iterator[Requirement]:
    """Check ``_quarto.yml``, and that the accessibility statement says where to report a problem."""
    from natpatsip.pipeline.plan import notebooks_left_out
    from natpatsip.project import MARK
    from natpatsip.settings import chapter_names, logo_of, read_book, read_settings

    try:
        settings = read_settings(project)
        logo_of(settings, project)
        book = read_book(project)
        chapters, names = len(book["book"]["chapters"]), chapter_names(book, written=(project / MARK).read_bytes())
    except ReportError as error:
        yield Requirement("settings", str(error), is_ok=False, remedy="Fix _quarto.yml.")
        return
    yield Requirement("settings", f"{chapters} chapters in _quarto.yml", is_ok=True)
    for sentence in notebooks_left_out(project, names):
        found, _, remedy = sentence.partition(". ")
        yield Requirement("notebook", found, is_ok=False, is_needed=False, remedy=remedy)
    remedy = "Before you publish, give an address, or a sentence with one, as natpatsip.contact in _quarto.yml."
    found = settings.contact or "none: the accessibility statement cannot say where to report a problem"
    yield Requirement("contact", found, bool(settings.contact), is_needed=False, remedy=remedy)


def _measures(project: Path) -> Iterator[Requirement]:
    """Check ``data/measures.yml``, in a project that has datasets."""
    from natpatsip.measures import measures_file

    try:
        count = len(measures_file.declared(project).by_id)
    except ReportError as error:
        yield Requirement("measures", str(error), is_ok=False, remedy=f"Fix {measures_file.FILE}.")
        return
    if count:
        yield Requirement("measures", f"{count} in {measures_file.FILE}", is_ok=True)


def _quarters(project: Path) -> Iterator[Requirement]:
    from natpatsip import datasets
    from natpatsip.quarter import known_quarters
    from natpatsip.release.final_edition import is_final, missing_tag

    told: set[str] = set()
    for quarter in known_quarters(project):
        report = project / "reports" / str(quarter)
        if is_final(report) and (lack := missing_tag(report, project)):
            where = f"{report.relative_to(project).as_posix()} is final"
            yield Requirement(str(quarter), where, is_ok=False, is_needed=False, remedy=lack)
        try:
            missing = datasets.complete(quarter, project)
        except ReportError as error:
            if str(error) not in told:  # one file is read for every quarter
                told.add(str(error))
                remedy = "Fix the file. Then natpatsip doctor can tell what the quarters lack."
                yield Requirement("data", str(error), is_ok=False, is_needed=False, remedy=remedy)
            continue
        found = "data complete" if not missing else "data not complete: " + "; ".join(missing)
        yield Requirement(
            str(quarter), found, not missing, is_needed=False, remedy="Add the rows to data/, or wait for them."
        )
