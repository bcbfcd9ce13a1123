"""Run all checks on a quarter: on its executed notebooks, or on what can be checked if they stopped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from natpatsip.checks import (
    broken_link,
    fact_rules,
    glossary,
    inline_syntax,
    not_shown,
    old_data,
    stale,
    typed_number,
    unhedged_estimate,
    unsupported_claim,
    unused,
)
from natpatsip.checks.check_context import CheckContext
from natpatsip.checks.outcome import CHECKS, Finding, Outcome, split_accepted
from natpatsip.errors import ReportError, apart
from natpatsip.pipeline.plan import Plan

if TYPE_CHECKING:
    from nbformat import NotebookNode

_CHECKS: Mapping[str, Callable[[CheckContext], list[Finding]]] = {
    "typed-number": typed_number.check,
    "stale": stale.check,
    "contradiction": fact_rules.check_relations,
    "unsupported-claim": unsupported_claim.check,
    "unhedged-estimate": unhedged_estimate.check,
    "uncited-fact": unused.check_facts,
    "unmentioned-figure": unused.check_figures,
    "glossary": glossary.check,
    "moved": fact_rules.check_changes,
    "old-data": old_data.check,
    "broken-link": broken_link.check,
    "not-shown": not_shown.check,
    "inline-syntax": inline_syntax.check,
}
_FAILED_CLAIM = re.compile(
    r'^(?P<where>notebooks/(?P<notebook>\S+\.ipynb), cell \d+(?: "[^"]*")? \(id (?P<cell>[\w-]+)\)), inline expression '
    r"(?P<expression>.*?): ClaimError: (?P<message>.*)$"
)
_NOTE = "The other checks need notebooks that run. Reword or remove what the charts do not show, and check again."


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
        The findings in reading order, open and accepted, and what is listed for reviewers.

    Raises
    ------
    FactError
        If a fact is published twice with two values.
    DataError
        If ``data/relations.csv`` has a line that cannot be checked.
    ParamsError
        If the params accept an unknown check.
    """
    context = CheckContext(plan, executed)
    found = _in_reading_order([each for check in CHECKS for each in _CHECKS[check](context)], list(executed))
    listed = [each for each in found if typed_number.is_listed(each, context)]
    others = [each for each in found if not typed_number.is_listed(each, context)]
    still_open, accepted = split_accepted(others, plan.params.accepted, plan.quarter)
    return Outcome(still_open, accepted, tuple(listed), tuple(fact_rules.notes(context)))


def check_failed_run(plan: Plan, error: ReportError) -> Outcome | None:
    """Return what can be checked if only claims about charts stopped the notebooks, else None.

    That is the state of a quarter that was just opened: its sentences are last quarter's, its data are new. Found are
    the claims that failed, and the cells that nobody has reviewed. Anything else that stopped them is fixed first.
    """
    problems = apart(str(error))
    claims = [found for each in problems if (found := _FAILED_CLAIM.match(each))]
    if len(claims) != len(problems):
        return None
    context = CheckContext(plan, {name: notebook.content for name, notebook in plan.notebooks.items()})
    places = {(f"{place.notebook}.ipynb", place.cell): place for place, _ in context.cells()}
    findings = list(stale.to_review(context))
    for claim in claims:
        place = places.get((claim["notebook"], claim["cell"]))
        findings.append(
            Finding(
                "unsupported-claim",
                f"{claim['message']} Say what the chart shows.",
                claim["where"],
                notebook=claim["notebook"],
                cell=claim["cell"],
                found=claim["expression"],
                position=place.position if place else 0,
            )
        )
    return Outcome(tuple(_in_reading_order(findings, list(plan.notebooks))), notes=(_NOTE,))


def _in_reading_order(findings: list[Finding], chapters: list[str]) -> list[Finding]:
    """Sort by chapter, cell and check; what is not in a notebook comes last."""
    order = {f"{name}.ipynb": number for number, name in enumerate(chapters)}
    return sorted(
        findings, key=lambda each: (order.get(each.notebook, len(order)), each.position, CHECKS.index(each.check))
    )
