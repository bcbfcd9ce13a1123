"""Running all checks on a quarter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip import params
from natpatsip.checks import (
    broken_link,
    contradiction,
    glossary,
    moved,
    old_data,
    preflight,
    stale,
    typed_number,
    uncited_fact,
    unhedged_estimate,
    unmentioned_figure,
    unsupported_claim,
)
from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import CHECKS, Finding, Outcome
from natpatsip.checks.suppressions import sort_out
from natpatsip.errors import NotebookError, UsageError
from natpatsip.pipeline.caching import store
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.run_cache import RunCache
from natpatsip.pipeline.execution import kernels
from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.workspace import locked
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode

Check = Callable[[Material], list[Finding]]
ALL: Mapping[str, Check] = {
    module.CHECK: module.check
    for module in (
        typed_number,
        stale,
        contradiction,
        unsupported_claim,
        unhedged_estimate,
        uncited_fact,
        unmentioned_figure,
        glossary,
        moved,
        old_data,
        broken_link,
    )
}


def run(plan: Plan, executed: Mapping[str, NotebookNode]) -> Outcome:
    """Run every check on the executed notebooks of a quarter.

    Parameters
    ----------
    plan : Plan
        What the quarter is built from.
    executed : mapping
        The executed notebooks by name, with the results of their inline expressions.

    Returns
    -------
    Outcome
        What is open, what the params accept, and what is listed.

    Raises
    ------
    FactError
        Where a fact is published twice with two values.
    DataError
        Where ``data/relations.csv`` says what cannot be checked.
    ParamsError
        Where the params accept a check that there is not.
    """
    material = Material(plan, executed)
    order = {name: place for place, name in enumerate(material.executed)}
    found = [finding for check in CHECKS if check in ALL for finding in ALL[check](material)]
    found.sort(key=functools.partial(_place, order))
    still_open, accepted = sort_out(found, plan.params.accepted, plan.quarter)
    return Outcome(still_open, accepted, tuple(typed_number.listed(material)), tuple(moved.notes(material)))


def check_quarter(project: Path, quarter: Quarter, *, jobs: int, log: Callable[[str], None]) -> Outcome:
    """Execute a quarter's notebooks, or take them from the cache, and run every check on them.

    Raises
    ------
    UsageError
        Where the quarter has left the notebooks.
    ReportError
        Where a notebook fails, or the facts, rules or params are not as they must be.
    """
    if reference := params.load(quarter, project=project).built_from:
        raise UsageError(
            f"{quarter} has left the notebooks and is built from {reference} in git. Check it there: "
            f"git worktree add ../{quarter} {reference}"
        )
    runs = RunCache(store.of(project), Inputs.read(project), quarter, edition="", kernels=kernels.choose(""))
    if runs.uncovered(project / "notebooks"):
        kernels.start("")
    plan = Plan.of(project, quarter)
    from natpatsip.pipeline.execution.scheduler import execute  # after the plan: it imports much

    try:
        with locked(plan.workplace, log):
            executed = execute(plan, jobs=jobs, log=log, runs=runs)
    except NotebookError as error:
        if outcome := preflight.outcome_of(plan, error):
            return outcome
        raise
    return run(plan, {name: each.content for name, each in executed.items()})


def _place(order: Mapping[str, int], finding: Finding) -> tuple[int, int, int]:
    """Sort in reading order: by chapter, cell, check."""
    chapter = order.get(finding.notebook.removesuffix(".ipynb"), len(order))
    return chapter, finding.position, CHECKS.index(finding.check)
