"""Building a report, step by step: up to date? → plan → execute → stage → draw, render and check → publish.

The one module that knows all parts of the pipeline. Parts that take long to import are imported by the step that needs
them, so that a report that is up to date costs no more than 0.2 s.
"""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip import look
from natpatsip.errors import ReportError
from natpatsip.files import memory
from natpatsip.files.digests import key
from natpatsip.pipeline.caching import store
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.up_to_date import BuildRecord, earlier_reports, made_of
from natpatsip.pipeline.execution import kernels
from natpatsip.pipeline.options import FORMATS, Log, Options, files_of
from natpatsip.project import MARK
from natpatsip.quarter import Quarter, known_quarters
from natpatsip.release import final_edition
from natpatsip.reporters import counted

if TYPE_CHECKING:
    from natpatsip.checks import Outcome
    from natpatsip.compare import BuiltReport
    from natpatsip.pipeline.caching.run_cache import Executed, RunCache
    from natpatsip.pipeline.execution.dask_cluster import Cluster
    from natpatsip.pipeline.notebook_outputs import Outputs
    from natpatsip.pipeline.plan import Plan
    from natpatsip.pipeline.staging.stage import Staged
    from natpatsip.release.final_edition import Candidate
    from natpatsip.release.manifest import QaRecord

SHARED = 3  # notebooks to run from which on the project's data are read once for all of them


@dataclass(frozen=True)
class Job:
    """What the steps of one build share."""

    project: Path
    quarter: Quarter
    options: Options
    log: Log
    inputs: Inputs
    cache: store.Cache

    @property
    def report(self) -> Path:
        """The folder of the report."""
        return self.options.report(self.project, self.quarter)


def build(
    project: Path,
    quarter: Quarter,  # what to report on
    options: Options,
    log: Log,  # is given a line for each step
    *,
    # is given the folder as soon as the report is there; the build may then still have to record what it did
    published: Callable[[Path], object] = lambda _: None,
    on_read: Callable[[Collection[str]], object] = lambda _: None,
) -> Path:
    """Build a quarter's report and return its folder.

    Raises
    ------
    ReportError
        If the report cannot be made; the previous one is left unchanged.
    """
    start = time.monotonic()
    report = options.report(project, quarter)
    if any(report.parent.glob(f".{report.name}.*")):  # a build is publishing it, or was killed while it did
        from natpatsip.release.publication import restore

        restore(report)
    job, record = _begin(project, quarter, options, log)
    if not options.is_final and _is_up_to_date(job, record, start):
        on_read(record.read())
        published(job.report)
        return job.report
    if reference := _built_from(project, quarter):
        _build_archived(job, reference)
        published(job.report)
        return job.report
    runs = start_processes(job, draws=True)
    from natpatsip.pipeline.plan import Plan
    from natpatsip.pipeline.staging.project_style import without_effect

    plan = Plan.of(project, quarter, is_final=options.is_final)
    log(f"{quarter.label}: {len(plan.notebooks)} notebooks")
    notes = [
        f"note: {each}"
        for each in (*plan.left_out(), *without_effect(plan.book, written=(project / MARK).read_bytes()))
    ]
    for note in notes:
        log(note)
    check_typed_text(job, plan)
    earlier = earlier_reports(job.project, job.quarter, job.options)
    try:
        executed, outcome = _make_report(job, plan, runs)
        on_read([file for each in executed.values() for file in each.trace.files])
        seconds = time.monotonic() - start
        published(job.report)
        outcome = outcome or _check(job, plan, executed)
        log(outcome.summary(quarter))
    finally:
        if job.inputs.is_outdated():  # edited meanwhile: some of it was made by the old code, some by the new
            job.cache.forget()
            memory.forget()
    if not any(each.trace.untracked for each in executed.values()):
        read = [*(each.trace.files for each in executed.values()), earlier]
        record.save(read=read, log=[*notes, outcome.summary(quarter)])
    job.cache.make_room()
    if job.cache.error:
        log(f"the cache cannot be written, so the next build starts from scratch: {job.cache.error}")
    log(f"published in {seconds:.1f} s: {job.report}")
    return job.report


def _begin(project: Path, quarter: Quarter, options: Options, log: Log) -> tuple[Job, BuildRecord]:
    job = Job(project, quarter, options, log, Inputs.read(project), store.of(project, is_fresh=options.is_fresh))
    chosen = replace(options, kernels=kernels.choose(options.kernels))  # what "auto" means here
    return job, BuildRecord.of(job.report, quarter, chosen, job.inputs, job.cache)


def _is_up_to_date(job: Job, record: BuildRecord, start: float) -> bool:
    """Return True if there is nothing to do, and log what the build has said."""
    final_edition.refuse_replacing(job.report, job.project)
    lines = record.check()
    if lines is not None:
        for line in [*lines, f"unchanged, checked in {time.monotonic() - start:.1f} s: {job.report}"]:
            job.log(line)
    return lines is not None


def _make_report(job: Job, plan: Plan, runs: RunCache) -> tuple[Mapping[str, Executed], Outcome | None]:
    """Execute, stage, draw, render, check and publish; return the notebooks, and the outcome unless it is a preview."""
    from natpatsip.compare import BuiltReport
    from natpatsip.pipeline import render
    from natpatsip.pipeline.notebook_outputs import collect_facts, data_files
    from natpatsip.pipeline.plan import CHANGES
    from natpatsip.pipeline.staging.saved_chapters import SavedChapters
    from natpatsip.pipeline.staging.stage import stage
    from natpatsip.pipeline.workspace import locked
    from natpatsip.release import manifest
    from natpatsip.release.final_edition import Candidate
    from natpatsip.release.publication import copy_files, publication, restore

    options = job.options
    with locked(plan.workplace, job.log):
        restore(job.report)
        renderer = render.choose(options.renderer)
        candidate = None
        if options.is_final:
            candidate = Candidate.of(job.project, plan.params, output=options.output, today=date.today())
        executed, outcome = _execute(job, plan, runs, candidate)
        contents = {name: each.content for name, each in executed.items()}
        outputs = {name: each.outputs for name, each in executed.items()}
        facts = collect_facts(outputs)
        now = BuiltReport(job.quarter, tuple(facts), contents, units=plan.settings.units)
        record, written = _own_chapters(job, plan, candidate, outcome, now)
        planned = plan  # checks know of the page of changes, whether or not this build has one
        if CHANGES not in written:
            plan = plan.without_changes()
        digests = {name: each.digest for name, each in executed.items()}
        saved = SavedChapters(job.cache, job.inputs.environment, digests)
        ran = [name for name, each in executed.items() if each.is_new]
        staged = stage(plan, contents, outputs, facts, written=written, saved=saved, ran=ran)
        counts = {"chapter": plan.chapters, "figure": staged.figures, "fact": facts}
        job.log(f"staged {', '.join(counted(len(each), noun) for noun, each in counts.items())}")
        if staged.comments:
            job.log(staged.comments)
        before = [each for each in files_of(job.report, FORMATS) if each.exists()]
        with publication(job.report, job.log) as folder:
            outcome = render.render(
                staged.folder,
                folder,
                options.formats,
                renderer=renderer,
                timestamp=calendar.timegm(plan.params.cut_off.timetuple()),
                jobs=options.jobs,
                cache=job.cache,
                toolchain=key(job.inputs.environment, staged.look),
                draw=partial(_draw, job, staged, outputs),
                meanwhile=partial(_check_and_record, job, planned, executed, outcome, folder),
                with_single_page=not options.is_preview,
                log=job.log,
            )
            job.log(f"rendered {', '.join(options.formats)} with {renderer.name}")
            copy_files(staged.folder, folder)
            content = manifest.manifest(
                plan,
                renderer=renderer.name,
                data=data_files(outputs.values(), plan.project),
                report=folder,
                status="final" if record else "draft",
                illustrative=list(staged.illustrative),
                figures={each.id: each.number for each in staged.figures},
                seconds={name: round(each.seconds, 2) for name, each in executed.items()},
                made_of=made_of(job.inputs, plan.params, job.options),
                **(outcome.record() if outcome else {}),
                **({"qa": record.record()} if record else {}),
            )
            manifest.write(content, folder / "manifest.json")
            if candidate:
                candidate.confirm()
            else:
                final_edition.refuse_replacing(job.report, job.project)  # it may have been made final meanwhile
        if lost := [each.relative_to(job.report).as_posix() for each in before if not each.exists()]:
            job.log(f"gone with the earlier report: {', '.join(lost)}; build without --to to make them again")
        if candidate:
            job.log(f"final: signed off, and tagged {candidate.seal(job.report)}")
    return executed, outcome


def _own_chapters(
    job: Job, plan: Plan, candidate: Candidate | None, outcome: Outcome | None, now: BuiltReport
) -> tuple[QaRecord | None, dict[str, str]]:
    """Return the record of a final edition, and the chapters made of it and of what changed, by name."""
    from natpatsip.checks import CHECKS
    from natpatsip.compare import changes_chapter
    from natpatsip.pipeline.plan import CHANGES, FINALS_ONLY
    from natpatsip.release.manifest import QaRecord

    record, written = None, {}
    if candidate and outcome:
        accepted = [each.record() for each in outcome.accepted]
        titles = {name: notebook.title for name, notebook in plan.notebooks.items()}
        record = QaRecord(plan.params, candidate.commit, CHECKS, accepted, titles)
        written[FINALS_ONLY] = record.chapter()
    if CHANGES in plan.chapters:
        folders = job.options.earlier(job.project, job.quarter.previous())
        text = changes_chapter.since_previous_quarter(now, folders, is_final=record is not None)
        if text:
            written[CHANGES] = text
        elif (before := job.quarter.previous()) in known_quarters(job.project):
            job.log(f"no comparison with {before.label}, which is not built: natpatsip build {before}")
    return record, written


def _built_from(project: Path, quarter: Quarter) -> str | None:
    """Return the commit that a quarter is built from if its params name one; params that do not are not parsed."""
    file = project / "params" / f"{quarter}.yml"
    if not file.is_file() or b"built_from" not in file.read_bytes():
        return None
    from natpatsip import params

    return params.built_from(quarter, project)


def _build_archived(job: Job, reference: str) -> None:
    """Build a quarter that is archived in git from its commit, in a worktree, where a build has no cache.

    The report is made of the commit, the report before it, the packages and Python: while they last, it is up to date.
    """
    from natpatsip import git
    from natpatsip.release import archived

    start, commit = time.monotonic(), git.commit_of(job.project, reference)
    record = BuildRecord.of(job.report, job.quarter, job.options, job.inputs, job.cache, archived=commit)
    if commit and not job.options.is_final and record.check() is not None:
        job.log(f"unchanged since {reference}, checked in {time.monotonic() - start:.1f} s: {job.report}")
        return
    earlier = earlier_reports(job.project, job.quarter, job.options)
    if job.options.cluster:
        job.log(f"{job.quarter.label}: its notebooks come from git with code of their own, so they run here")
    arguments = job.options.arguments(job.project)
    archived.build(job.project, job.quarter, reference, arguments, job.log, report=job.report)
    record.save(read=[earlier])


def start_processes(job: Job, *, draws: bool) -> RunCache:
    """Start what runs notebooks and what draws charts, if there is work for them; return the cache of earlier runs."""
    options, notebooks = job.options, job.project / "notebooks"
    if not job.cache.holds(store.TRACES):  # all will run: what finds earlier runs takes 0.15 s to import
        _start_running(job, list(notebooks.glob("*.ipynb")))
    from natpatsip.pipeline.caching.run_cache import RunCache

    runs = RunCache(job.cache, job.inputs, job.quarter, edition="", kernels=kernels.choose(options.kernels))
    to_run = runs.uncovered(notebooks)
    _start_running(job, to_run)
    if draws:
        from natpatsip.pipeline.drawing import draw_worker

        # Only a preview has a core to spare before its notebooks have run.
        is_early = options.is_preview and any(map(draw_worker.may_draw, to_run))
        fonts = look.fonts(job.project)
        draw_worker.start(job.cache, fonts, jobs=options.jobs, formats=options.formats, is_early=is_early)
    return runs


def _start_running(job: Job, notebooks: Collection[Path]) -> None:
    """Start what runs notebooks, if any will run."""
    if notebooks and not job.options.cluster:
        is_shared = len(notebooks) >= SHARED  # else it would be read for one notebook, which may need little of it
        kernels.start(job.options.kernels, project=job.project if is_shared else None, quarter=job.quarter)


def check_typed_text(job: Job, plan: Plan) -> None:
    """Check what authors have typed before any notebook runs."""
    from natpatsip.pipeline.render.typed_markdown import check_typed

    options = job.options
    is_printed = "pdf" in options.formats
    toolchain = key(job.inputs.environment)
    check_typed(plan, job.cache, toolchain, is_printed=is_printed, jobs=options.jobs, rules=job.inputs.rules())


def _execute(
    job: Job, plan: Plan, runs: RunCache, candidate: Candidate | None
) -> tuple[Mapping[str, Executed], Outcome | None]:
    """Execute the notebooks; of a final edition, check them too, and refuse it with all that it lacks."""
    from natpatsip.checks import check_failed_run
    from natpatsip.pipeline.drawing import draw_worker
    from natpatsip.pipeline.execution.scheduler import execute

    options = job.options
    try:
        with _connected(options, job.log) as cluster:
            executed = execute(
                plan,
                jobs=options.jobs,
                log=job.log,
                kernels=options.kernels,
                runs=runs,
                on_done=lambda each: draw_worker.draw(each.outputs),
                cluster=cluster,
            )
        outcome = _check(job, plan, executed) if candidate else None
    except ReportError as error:
        if candidate:
            found = check_failed_run(plan, error)
            candidate.refuse(*(_open_findings(found) if found else [str(error)] if candidate.lacks else []))
        raise
    if candidate and outcome:
        candidate.refuse(*_open_findings(outcome))
    return executed, outcome


def _connected(options: Options, log: Log) -> AbstractContextManager[Cluster | None]:
    """Connect to a cluster for a block if one is asked for; without one, its libraries are not imported."""
    if not options.cluster:
        return nullcontext()
    from natpatsip.pipeline.execution import dask_cluster

    return dask_cluster.connect(options.cluster, log=log, kernels=options.kernels)


def _check_and_record(
    job: Job, plan: Plan, executed: Mapping[str, Executed], outcome: Outcome | None, folder: Path
) -> Outcome | None:
    """Check the notebooks and write the record of them; a preview has them checked later, a final edition before."""
    from natpatsip.release.publication import write_notebooks

    if outcome is None and not job.options.is_preview:
        outcome = _check(job, plan, executed)
    write_notebooks(plan, folder, cache=job.cache, toolchain=job.inputs.environment)
    return outcome


def _check(job: Job, plan: Plan, executed: Mapping[str, Executed]) -> Outcome:
    from natpatsip import checks
    from natpatsip.pipeline.caching.saved_results import SavedResults

    environment, before = job.inputs.environment, job.quarter.previous()
    saved = SavedResults(job.cache, environment, job.quarter, before=(environment, before))
    return checks.run(plan, {name: each.content for name, each in executed.items()}, saved)


def _open_findings(outcome: Outcome) -> list[str]:
    return [f"{finding.check}: {finding.where}: {finding.message}" for finding in outcome.findings]


def _draw(job: Job, staged: Staged, outputs: Mapping[str, Outputs]) -> None:
    """Write the drawings into the staged project; most are in the cache by now."""
    from natpatsip.pipeline.drawing import draw_worker
    from natpatsip.pipeline.drawing.staged_drawings import write_drawings

    write_drawings(
        staged.folder,
        staged.figures,
        outputs,
        cache=job.cache,
        fonts=look.fonts(job.project),
        phrases=staged.phrases,
        formats=job.options.formats,
        found=draw_worker.finish(job.cache),
    )
