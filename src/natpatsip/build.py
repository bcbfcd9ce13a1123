"""A whole build, from top to bottom: plan, execute, stage, render, publish."""

from __future__ import annotations

import calendar
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip import look
from natpatsip.errors import ReportError
from natpatsip.pipeline.caching import store, up_to_date
from natpatsip.pipeline.caching.digests import Inputs, sha256_of
from natpatsip.pipeline.caching.run_cache import Runs
from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.execution import kernels
from natpatsip.pipeline.options import FORMATS, Log, Options
from natpatsip.quarter import Quarter
from natpatsip.release import guard
from natpatsip.release.guard import is_final

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from natpatsip.checks import Outcome
    from natpatsip.pipeline.execution.cluster.client import Cluster
    from natpatsip.pipeline.execution.scheduler import Executed
    from natpatsip.pipeline.plan import Plan
    from natpatsip.pipeline.staging.stage import Staged
    from natpatsip.release.final_edition import Candidate

__all__ = ["FORMATS", "Log", "Options", "build", "complete_quarters", "is_due", "is_final", "newest_complete", "shown"]


def build(
    project: Path,
    quarter: Quarter,
    options: Options,
    log: Log,
    *,
    published: Callable[[Path], object] = lambda _: None,
) -> Path:
    """Build a quarter's report and return its folder.

    Parameters
    ----------
    project : Path
        The project's folder.
    quarter : Quarter
        What to report on.
    options : Options
        How.
    log : callable
        Is given a line for each step.
    published : callable
        Is given the folder as soon as the report is there; the build may then still have to note what it did.

    Raises
    ------
    ReportError
        Where the report cannot be made; the one that was there before stays as it was.
    """
    start = time.monotonic()
    inputs, cached = Inputs.read(project), store.of(project, is_fresh=options.is_fresh)
    report = options.report(project, quarter)
    if not options.is_final:
        guard.protect(report, project)
    if not options.is_final and (said := _standing(report, inputs, cached, quarter, options)) is not None:
        for line in said:
            log(line)
        log(f"unchanged, checked in {time.monotonic() - start:.1f} s: {report}")
        published(report)
        return report
    name = up_to_date.name_of(report, inputs, quarter, options)
    if reference := _built_from(project, quarter):
        _build_kept(project, quarter, reference, options, log, inputs, cached)
        published(report)
        return report
    runs = Runs(cached, inputs, quarter, edition="", kernels=kernels.choose(options.kernels))
    if to_run := runs.uncovered(project / "notebooks"):
        if not options.cluster:
            kernels.start(options.kernels)
        if options.jobs > 1 and any(draw_worker.may_draw(file) for file in to_run):
            draw_worker.start(cached, look.fonts(project))
    from natpatsip.checks import reporters
    from natpatsip.pipeline.plan import Plan  # while they start: it imports much

    plan = Plan.of(project, quarter, is_final=options.is_final)
    log(f"{quarter.label}: {len(plan.notebooks)} notebooks")
    earlier = _earlier_reports(project, quarter, options)
    try:
        with alone(plan.workplace, log):
            executed, outcome = _build(plan, options, runs, log)
        seconds = time.monotonic() - start
        published(report)
        checked = reporters.summary(outcome or _checks(plan, executed), quarter)
        if outcome is None:
            log(checked)
    finally:
        if inputs.is_outdated():  # edited meanwhile: some of it was made by the old helpers, some by the new
            cached.forget()
    if not any(each.trace.beyond for each in executed.values()):
        read = [*(each.trace.files for each in executed.values()), earlier]
        up_to_date.note(report, inputs, cached, name, read=read, said=[checked])
    cached.make_room()
    if cached.trouble:
        log(f"the cache cannot be written, so the next build begins anew: {cached.trouble}")
    log(f"published in {seconds:.1f} s: {report}")
    return report


def _standing(
    report: Path, inputs: Inputs, cached: store.Cache, quarter: Quarter, options: Options
) -> Sequence[str] | None:
    """Return what was said of a report that stands as it would be made again, in these formats or more; else None."""
    for formats in options.with_more():
        each = replace(options, formats=formats)
        said = up_to_date.is_unchanged(report, inputs, cached, up_to_date.name_of(report, inputs, quarter, each))
        if said is not None:
            return said
    return None


def _built_from(project: Path, quarter: Quarter) -> str | None:
    """Return the commit that a quarter is built from, where its params name one; others are not read for it."""
    file = project / "params" / f"{quarter}.yml"
    if not file.is_file() or b"built_from" not in file.read_bytes():
        return None
    from natpatsip import params

    return params.load(quarter, project=project).built_from


def _build_kept(
    project: Path,
    quarter: Quarter,
    reference: str,
    options: Options,
    log: Log,
    inputs: Inputs,
    cached: store.Cache,
) -> None:
    """Build a quarter that has left the notebooks from what git keeps of it.

    The report is made of the commit, the report before it, the packages and Python; so while these stand as they
    were, there is nothing to do. A build in the commit's own worktree has no cache, and is always a fresh one.
    """
    from natpatsip import git
    from natpatsip.release import archived

    report, start = options.report(project, quarter), time.monotonic()
    name = up_to_date.name_of_kept(report, inputs, quarter, git.commit_of(project, reference), options)
    if not options.is_final and up_to_date.is_unchanged(report, inputs, cached, name) is not None:
        log(f"unchanged since {reference}, checked in {time.monotonic() - start:.1f} s: {report}")
        return
    earlier = _earlier_reports(project, quarter, options)
    if options.cluster:
        log(f"{quarter.label}: its notebooks come from git with helpers of their own, so they run here")
    output = (options.output or project / "reports").resolve()
    arguments = [
        *("--to", ",".join(options.formats)),
        *("--renderer", options.renderer),
        *("--jobs", str(options.jobs)),
        *("--output", str(output)),
        *(["--final"] if options.is_final else []),
    ]
    archived.build(project, quarter, reference, arguments, log)
    up_to_date.note(report, inputs, cached, name, read=[earlier])


@contextmanager
def alone(workplace: Path, log: Log) -> Iterator[None]:
    """Wait until no other build uses the working folder, and keep others out."""
    from filelock import FileLock, Timeout

    workplace.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workplace / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log(f"waiting for another build, which holds {lock.lock_file}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _cluster(options: Options, log: Log) -> AbstractContextManager[Cluster | None]:
    """Connect to the cluster, where one is asked for."""
    if not options.cluster:
        return nullcontext()
    from natpatsip.pipeline.execution.cluster.client import connect

    return connect(options.cluster, log=log, kernels=options.kernels)


def _build(plan: Plan, options: Options, runs: Runs, log: Log) -> tuple[Mapping[str, Executed], Outcome | None]:
    """Make the report, and return the executed notebooks and what the checks found, where they were made before it."""
    from natpatsip.checks.runner import ALL
    from natpatsip.pipeline import render
    from natpatsip.pipeline.drawing.drawings import write_drawings
    from natpatsip.pipeline.outputs import datasets_of
    from natpatsip.pipeline.plan import DRAFTS_ONLY, FINALS_ONLY
    from natpatsip.pipeline.staging.stage import stage
    from natpatsip.release import manifest
    from natpatsip.release.publication import publication
    from natpatsip.release.qa_record import QaRecord

    renderer = render.choose(options.renderer)
    candidate = _candidate(plan, options) if options.is_final else None
    executed, outcome = _checked(plan, options, runs, candidate, log)
    contents = {name: each.content for name, each in executed.items()}
    record = QaRecord(plan.params, candidate.commit, outcome, tuple(ALL)) if candidate and outcome else None
    written = {DRAFTS_ONLY: lambda made: _changes(plan, contents, made, options)}
    if record:
        written = {FINALS_ONLY: lambda _: record.chapter()}
    staged = stage(plan, contents, written=written)
    log(f"staged {len(plan.chapters)} chapters, {len(staged.figures)} figures, {len(staged.facts)} facts")
    report = options.report(plan.project, plan.quarter)
    lost = [file.relative_to(report) for file in shown(report, FORMATS) if file.exists()]

    def draw() -> None:
        draw_worker.finish(runs.kept)
        write_drawings(staged, contents, kept=runs.kept, fonts=look.fonts(plan.project))

    with publication(report) as folder:
        render.render(
            staged.folder,
            folder,
            options.formats,
            renderer=renderer,
            timestamp=calendar.timegm(plan.params.cut_off.timetuple()),
            jobs=options.jobs,
            cached=runs.kept,
            means=store.key(runs.inputs.environment, staged.look),
            draw=draw,
            with_whole=not options.is_preview,
        )
        log(f"rendered {', '.join(options.formats)} with {renderer}")
        shutil.copy2(staged.folder / "facts.csv", folder / "facts.csv")
        _copy(staged.folder / "figures", folder / "figures", ("*.svg", "*.csv"))
        _copy(plan.workplace / "notebooks", folder / "notebooks", [f"{name}.ipynb" for name in plan.notebooks])
        content = manifest.manifest(
            plan,
            renderer=renderer,
            data=datasets_of(contents, plan.project),
            report=folder,
            status="final" if record else "draft",
            illustrative=list(staged.illustrative),
            figures={each.id: each.number for each in staged.figures},
            seconds={name: round(each.seconds, 2) for name, each in executed.items()},
            **(outcome.record() if outcome else {}),
            **({"qa": record.record()} if record else {}),
        )
        manifest.write(content, folder / "manifest.json")
        if candidate:
            candidate.confirm()
        else:
            guard.protect(report, plan.project)  # it may have been made final while this was built
        lost = [file for file in lost if not (folder / file).exists()]
    if lost:
        log(f"gone with the earlier report: {', '.join(map(str, lost))}; build without --to makes them anew")
    if candidate:
        log(f"final: signed off, and tagged {candidate.seal(report)}")
    return executed, outcome


def _candidate(plan: Plan, options: Options) -> Candidate:
    from natpatsip.release.final_edition import Candidate

    return Candidate.of(plan.project, plan.params, output=options.output, today=date.today())


def _checked(
    plan: Plan, options: Options, runs: Runs, candidate: Candidate | None, log: Log
) -> tuple[Mapping[str, Executed], Outcome | None]:
    """Execute the notebooks and check them, but for a preview; refuse a final edition with all that it lacks."""
    from natpatsip.checks import preflight, reporters
    from natpatsip.pipeline.execution.scheduler import execute

    try:
        with _cluster(options, log) as cluster:
            executed = execute(
                plan,
                jobs=options.jobs,
                log=log,
                kernels=options.kernels,
                runs=runs,
                see=lambda each: draw_worker.draw(each.content),
                cluster=cluster,
            )
        outcome = None if options.is_preview else _checks(plan, executed)
    except ReportError as error:
        if candidate:
            found = preflight.outcome_of(plan, error)
            candidate.refuse(*(_lacks(found) if found else [str(error)] if candidate.lacks else []))
        raise
    if outcome:
        log(reporters.summary(outcome, plan.quarter))
    if candidate and outcome:
        candidate.refuse(*_lacks(outcome))
    return executed, outcome


def _checks(plan: Plan, executed: Mapping[str, Executed]) -> Outcome:
    from natpatsip import checks

    return checks.run(plan, {name: each.content for name, each in executed.items()})


def _lacks(outcome: Outcome) -> list[str]:
    """Return the open findings as a final edition's refusal names them."""
    return [f"{finding.check}: {finding.where}: {finding.message}" for finding in outcome.findings]


def _earlier_reports(project: Path, quarter: Quarter, options: Options) -> dict[str, str]:
    """Return the files of earlier reports that a build rests on, and their hashes.

    A draft is compared with the report of the quarter before; the checks look facts up in those of any before it.
    """
    known = sorted(file.stem for file in (project / "params").glob("*.yml") if file.stem < str(quarter))
    files = [project / "reports" / name / "facts.csv" for name in known]
    for folder in options.earlier(project, quarter.previous()):
        notebooks = folder / "notebooks"
        files += [folder / "manifest.json", folder / "facts.csv", notebooks, *sorted(notebooks.glob("*.ipynb"))]
    return {str(file.absolute()): sha256_of(file) for file in files}


def _changes(plan: Plan, contents: Mapping[str, NotebookNode], staged: Staged, options: Options) -> str:
    """Return the chapter that compares a draft with the report of the quarter before, where that is built."""
    from natpatsip.compare import Edition, compare, page
    from natpatsip.compare.edition import CompareError
    from natpatsip.quarters import known_quarters

    before = plan.quarter.previous()
    folder = next((each for each in options.earlier(plan.project, before) if each.is_dir()), None)
    if folder is None:
        return page.not_built(before, plan.quarter, is_known=before in known_quarters(plan.project))
    try:
        earlier = Edition.read(folder, before)
    except CompareError:
        return page.not_built(before, plan.quarter, is_known=True)
    return page.page(compare(earlier, Edition.of(plan.quarter, staged.facts, contents)))


def _copy(source: Path, target: Path, patterns: Collection[Any]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for pattern in patterns:
        for file in sorted(source.glob(pattern)):
            shutil.copy2(file, target / file.name)


def complete_quarters(project: Path, *, only_newest: bool = False) -> tuple[list[Quarter], dict[Quarter, list[str]]]:
    """Return the quarters in ``params/`` whose data are complete, the newest first, and what others lack.

    Parameters
    ----------
    project : Path
        The project's folder.
    only_newest : bool
        Whether to look no further than the first that is complete.
    """
    from natpatsip import datasets
    from natpatsip.quarters import known_quarters

    found: list[Quarter] = []
    lacking: dict[Quarter, list[str]] = {}
    saved = store.of(project)
    for quarter in reversed(known_quarters(project)):
        if missing := datasets.complete(quarter, project, saved=saved):
            lacking[quarter] = missing
            continue
        found.append(quarter)
        if only_newest:
            break
    return found, lacking


def newest_complete(project: Path) -> tuple[Quarter | None, dict[Quarter, list[str]]]:
    """Return the newest quarter in ``params/`` whose data are complete, and what newer ones lack."""
    found, lacking = complete_quarters(project, only_newest=True)
    return next(iter(found), None), lacking


def is_due(project: Path, quarter: Quarter, *, today: date, output: Path | None = None) -> bool:
    """Say whether a quarter's report is due by its params' cut-off and not yet built."""
    from natpatsip.params import load

    built = (output or project / "reports") / str(quarter) / "manifest.json"
    return not built.is_file() and today > load(quarter, project=project).cut_off


def shown(report: Path, formats: Collection[str]) -> list[Path]:
    """Return the files that a reader opens."""
    files = {"html": report / "html" / "index.html", "pdf": report / "report.pdf", "docx": report / "report.docx"}
    return [files[name] for name in formats]
