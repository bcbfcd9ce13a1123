"""A whole build, from top to bottom: plan, execute, stage, render, publish."""

from __future__ import annotations

import calendar
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from helpers import params
from helpers.build import kernels
from helpers.quarter import Quarter

if TYPE_CHECKING:
    from helpers.build.plan import Plan

FORMATS = ("html", "pdf", "docx")
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How a report is built.

    Parameters
    ----------
    formats : collection
        Of "html", "pdf" and "docx".
    renderer : str
        "auto" (Quarto where it is found), "quarto" or "pandoc".
    jobs : int
        How many notebooks run at once.
    output : Path
        The folder that the quarter's folder is put into.
    kernels : str
        "warm" (forks of one process), "stock" (a kernel for each notebook) or "auto"; by default what the environment
        variable NATPATSIP_KERNELS says, else "auto": warm where the system can fork safely.
    """

    formats: Collection[str] = FORMATS
    renderer: str = "auto"
    jobs: int = 2
    output: Path | None = None
    kernels: str = ""


def build(project: Path, quarter: Quarter, options: Options, tell: Tell) -> Path:
    """Build a quarter's report and return its folder.

    Parameters
    ----------
    project : Path
        The project's folder.
    quarter : Quarter
        What to report on.
    options : Options
        How.
    tell : callable
        Is given a line for each step.

    Raises
    ------
    ReportError
        Where the report cannot be made; the one that was there before stays as it was.
    """
    start = time.monotonic()
    if reference := params.load(quarter, project=project).built_from:
        return _build_kept(project, quarter, reference, options, tell)
    kernels.start(options.kernels)
    from helpers.build.plan import Plan  # while they start: it imports much

    plan = Plan.of(project, quarter)
    tell(f"{quarter.label}: {len(plan.notebooks)} notebooks")
    with _alone(plan.workplace, tell):
        report = _build(plan, options, tell)
    tell(f"published in {time.monotonic() - start:.1f} s: {report}")
    return report


def _build_kept(project: Path, quarter: Quarter, reference: str, options: Options, tell: Tell) -> Path:
    """Build a quarter that has left the notebooks from what git keeps of it."""
    from helpers.build import kept

    output = (options.output or project / "reports").resolve()
    arguments = [
        *("--to", ",".join(options.formats)),
        *("--renderer", options.renderer),
        *("--jobs", str(options.jobs)),
        *("--output", str(output)),
    ]
    kept.build(project, quarter, reference, arguments, tell)
    return output / str(quarter)


@contextmanager
def _alone(workplace: Path, tell: Tell) -> Iterator[None]:
    """Wait until no other build uses the working folder, and keep others out."""
    workplace.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workplace / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"waiting for another build, which holds {lock.lock_file}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _build(plan: Plan, options: Options, tell: Tell) -> Path:
    from helpers.build import manifest, render
    from helpers.build.execute import execute
    from helpers.build.publish import publication
    from helpers.build.records import datasets_of
    from helpers.build.stage import stage

    renderer = render.choose(options.renderer)
    executed = execute(plan, jobs=options.jobs, tell=tell, kernels=options.kernels)
    contents = {name: each.content for name, each in executed.items()}
    staged = stage(plan, contents)
    tell(f"staged {len(plan.chapters)} chapters, {len(staged.figures)} figures, {len(staged.facts)} facts")
    report = (options.output or plan.project / "reports") / str(plan.quarter)
    with publication(report) as folder:
        render.render(
            staged.folder,
            folder,
            options.formats,
            renderer=renderer,
            timestamp=calendar.timegm(plan.params.cut_off.timetuple()),
            jobs=options.jobs,
        )
        tell(f"rendered {', '.join(options.formats)} with {renderer}")
        shutil.copy2(staged.folder / "facts.csv", folder / "facts.csv")
        _copy(staged.folder / "figures", folder / "figures", ("*.svg", "*.csv"))
        _copy(plan.workplace / "notebooks", folder / "notebooks", [f"{name}.ipynb" for name in plan.notebooks])
        written = manifest.manifest(
            plan,
            renderer=renderer,
            data=datasets_of(contents, plan.project),
            report=folder,
            status="draft",
            illustrative=list(staged.illustrative),
            figures={each.id: each.number for each in staged.figures},
            seconds={name: round(each.seconds, 2) for name, each in executed.items()},
        )
        manifest.write(written, folder / "manifest.json")
    return report


def _copy(source: Path, target: Path, patterns: Collection[Any]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for pattern in patterns:
        for file in sorted(source.glob(pattern)):
            shutil.copy2(file, target / file.name)


def newest_complete(project: Path) -> tuple[Quarter | None, dict[Quarter, list[str]]]:
    """Return the newest quarter in ``params/`` whose data are complete, and what newer ones lack."""
    from helpers import datasets
    from helpers.params import known_quarters

    lacking: dict[Quarter, list[str]] = {}
    for quarter in reversed(known_quarters(project)):
        missing = datasets.complete(quarter, project)
        if not missing:
            return quarter, lacking
        lacking[quarter] = missing
    return None, lacking


def is_due(project: Path, quarter: Quarter, *, today: date, output: Path | None = None) -> bool:
    """Say whether a quarter's report is due by its params' cut-off and not yet built."""
    from helpers.params import load

    built = (output or project / "reports") / str(quarter) / "manifest.json"
    return today > load(quarter, project=project).cut_off and not built.is_file()


def shown(report: Path, formats: Collection[str]) -> list[Path]:
    """Return the files that a reader opens."""
    files = {"html": report / "html" / "index.html", "pdf": report / "report.pdf", "docx": report / "report.docx"}
    return [files[name] for name in formats]
