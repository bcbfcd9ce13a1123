"""Checking a quarter: its notebooks are executed as for a build, and every check is run that has what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.build import Job, check_typed_text, start_processes
from natpatsip.errors import ReportError, UsageError
from natpatsip.pipeline.caching import store
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.options import Log, Options
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from natpatsip.checks import Outcome


def check_quarter(project: Path, quarter: Quarter, *, jobs: int, log: Log) -> Outcome:
    """Execute a quarter's notebooks, or take them from the cache, and run every check that has what it needs.

    What stopped a notebook or a check is among the findings.

    Raises
    ------
    UsageError
        If the quarter is archived in git.
    ReportError
        If the params, the settings or a notebook cannot be read.
    """
    from natpatsip import checks, params

    if reference := params.built_from(quarter, project):
        raise UsageError(
            f"{quarter} is archived: it is built from {reference} in git. Check it there: "
            f"git worktree add ../{quarter} {reference}"
        )
    job = Job(project, quarter, Options(jobs=jobs), log, Inputs.read(project), store.of(project))
    runs = start_processes(job, draws=False)
    from natpatsip.pipeline.caching.saved_results import SavedResults
    from natpatsip.pipeline.execution.scheduler import execute  # while they start: it imports much
    from natpatsip.pipeline.plan import Plan
    from natpatsip.pipeline.workspace import locked

    plan = Plan.of(project, quarter)
    refused = None
    try:
        check_typed_text(job, plan)
    except ReportError as error:
        refused = error
    contents: dict[str, NotebookNode] = {}
    try:
        with locked(plan.workplace, log):
            execute(
                plan, jobs=jobs, log=log, runs=runs, on_done=lambda each: contents.update({each.name: each.content})
            )
        saved = SavedResults(job.cache, job.inputs.environment, quarter)
        outcome = checks.run(plan, {name: contents[name] for name in plan.notebooks}, saved)
    except ReportError as error:
        outcome = checks.check_failed_run(plan, error) or checks.run_partly(plan, contents, error)
    return checks.with_refused(outcome, plan, refused) if refused else outcome
