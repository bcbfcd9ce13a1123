"""Run all checks on a quarter: on its executed notebooks, or on what can be checked if they stopped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from natpatsip import wording
from natpatsip.checks import (
    broken_link,
    broken_relations,
    glossary,
    inline_syntax,
    missing_as_zero,
    not_shown,
    old_data,
    own_drawing,
    small_number,
    stale,
    typed_number,
    undeclared_data,
    unhedged_estimate,
    unsupported_claim,
    unused,
)
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import (
    CHECKS,
    NOT_ALLOWED,
    NOT_CHECKED,
    SIGN_OFF,
    AcceptedFinding,
    Finding,
    Outcome,
    split_accepted,
)
from natpatsip.errors import ReportError, apart
from natpatsip.params import place
from natpatsip.pipeline.caching.saved_results import SavedResults
from natpatsip.pipeline.plan import Plan

if TYPE_CHECKING:
    from nbformat import NotebookNode


def _signed(context: CheckContext) -> list[Finding]:
    """Run the check of sign-offs where there are any: it alone imports what compares texts."""
    if not _is_signed(context.plan):
        return []
    from natpatsip.checks import signed_off

    return signed_off.check(context)


def _is_signed(plan: Plan) -> bool:
    """Return True if a chapter has been signed off, or a number verified."""
    return any(each.signed for each in plan.params.sign_offs) or bool(plan.params.verified)


_CHECKS: Mapping[str, Callable[[CheckContext], list[Finding]]] = {
    "typed-number": typed_number.check,
    "stale": stale.check,
    "contradiction": broken_relations.check_relations,
    "unsupported-claim": unsupported_claim.check,
    "unhedged-estimate": unhedged_estimate.check,
    "uncited-fact": unused.check_facts,
    "unmentioned-figure": unused.check_figures,
    "glossary": glossary.check,
    "moved": broken_relations.check_changes,
    "old-data": old_data.check,
    "broken-link": broken_link.check,
    "not-shown": not_shown.check,
    "own-drawing": own_drawing.check,
    "undeclared-data": undeclared_data.check,
    "inline-syntax": inline_syntax.check,
    "missing-as-zero": missing_as_zero.check,
    "sign-off": _signed,
    "small-number": small_number.check,
}
_FAILED_CLAIM = re.compile(
    r'^(?P<where>notebooks/(?P<notebook>\S+\.ipynb), cell \d+(?: "[^"]*")? \(id (?P<cell>[\w-]+)\)), inline expression '
    r"(?P<expression>.*?): ClaimError: (?P<message>.*)$"
)
_NEED_ALL = ("uncited-fact",)  # a notebook that did not run may cite it
_PARTLY = "not checked: {} in any notebook, and charts, facts, figures and tables of {}, which did not run"
_NOTE = "The other checks need notebooks that run. Reword or remove what the charts do not show, and check again."


def run(
    plan: Plan,  # what the quarter is built from
    # the executed notebooks by name, with the results of their inline expressions
    executed: Mapping[str, NotebookNode],
    saved: SavedResults | None = None,  # what an earlier build has found in cells and sentences
) -> Outcome:
    """Run every check on the executed notebooks of a quarter.

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
    context = CheckContext(plan, executed, saved or SavedResults())
    found = _in_reading_order([each for check in CHECKS for each in _CHECKS[check](context)], list(executed))
    context.saved.save()
    listed = [each for each in found if typed_number.is_listed(each, context)]
    others = [each for each in found if not typed_number.is_listed(each, context)]
    still_open, accepted = _split_accepted(others, plan)
    return Outcome(still_open, accepted, tuple(listed), (*plan.left_out(), *broken_relations.notes(context)))


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
    findings = [*stale.to_review(context), *_failed_claims(claims, context)]
    return Outcome(tuple(_in_reading_order(findings, list(plan.notebooks))), notes=(_NOTE,))


def run_partly(
    plan: Plan,  # what the quarter is built from
    executed: Mapping[str, NotebookNode],  # the notebooks that ran
    error: ReportError,  # what stopped the others, or one of the checks
) -> Outcome:
    """Run on a quarter each check that has what it needs, and list what stopped the others.

    So `check` lists what is to be reviewed before the data of a quarter are there: checks of words need no notebook to
    run, and a data file that is missing or faulty stops only what reads it.
    """
    others = {name: _as_written(each.content) for name, each in plan.notebooks.items() if name not in executed}
    context = CheckContext(plan, {name: executed.get(name) or others[name] for name in plan.notebooks})
    problems = dict.fromkeys(apart(str(error)))
    found: list[Finding] = []
    need_all = (*_NEED_ALL, *([SIGN_OFF] if _is_signed(plan) else []))
    for check in (each for each in CHECKS if not others or each not in need_all):
        try:
            found += _CHECKS[check](context)
        except ReportError as stopped:
            problems |= dict.fromkeys(apart(str(stopped)))
    if others:
        found = [each for each in found if each.check != broken_link.CHECK or _is_link_to_chapter(each)]
    listed = [each for each in found if typed_number.is_listed(each, context)]
    rest = [each for each in found if each not in listed]
    still_open, accepted = _split_accepted(rest, plan)
    if others:  # what an acceptance is about may be in a notebook that did not run
        still_open = tuple(each for each in still_open if each in rest)
    claims = {each: claim for each in problems if (claim := _FAILED_CLAIM.match(each))}
    stopped_by = [_not_checked(each, context) for each in problems if each not in claims]
    findings = [*still_open, *_failed_claims(claims.values(), context), *stopped_by]
    notes = (_PARTLY.format(", ".join(need_all), wording.listing(sorted(others))),) if others else ()
    in_order = tuple(_in_reading_order(findings, list(plan.notebooks)))
    return Outcome(in_order, accepted, tuple(listed), (*plan.left_out(), *notes))


def with_refused(outcome: Outcome, plan: Plan, error: ReportError) -> Outcome:
    """Return an outcome with what a build would reject in the text of cells among its findings, each cause once."""
    context = CheckContext(plan, {name: notebook.content for name, notebook in plan.notebooks.items()})
    refused = []
    for problem in apart(str(error)):
        found = _finding_of(problem, NOT_ALLOWED, " ".join(problem.split()), context)
        found = replace(found, message=found.message.removeprefix(f"{found.where}: "))
        if not any(_is_the_same(found, each) for each in outcome.findings):
            refused.append(found)
    return replace(outcome, findings=tuple(_in_reading_order([*outcome.findings, *refused], list(plan.notebooks))))


def _split_accepted(findings: list[Finding], plan: Plan) -> tuple[tuple[Finding, ...], tuple[AcceptedFinding, ...]]:
    return split_accepted(findings, plan.params.accepted, partial(place, plan.quarter, plan.project))


def _is_the_same(refused: Finding, finding: Finding) -> bool:
    """Return True if a check has found what a build would reject: a link that leads nowhere, another tool's code."""
    if refused.cell != finding.cell or finding.check not in ("broken-link", "inline-syntax"):
        return False
    link = re.match(r"the link to (\S+) leads", refused.message)
    return finding.found in refused.message or (link is not None and link[1] in finding.found)


def _as_written(content: NotebookNode) -> NotebookNode:
    """Return a notebook to check without what an earlier run has left in it."""
    clean = deepcopy(content)
    for cell in clean.cells:
        cell.metadata.pop("user_expressions", None)
        if cell.cell_type == "code":
            cell.outputs = []
    return clean


def _is_link_to_chapter(finding: Finding) -> bool:
    """Return True if a broken link does not depend on the figures and headings of notebooks that did not run."""
    return not finding.found.startswith("@") and "#" not in finding.found


def _not_checked(problem: str, context: CheckContext) -> Finding:
    """Return what stopped some of the checks as a finding."""
    message = f"{' '.join(problem.split())} What reads or follows it could not be checked."
    return _finding_of(problem, NOT_CHECKED, message, context)


def _finding_of(problem: str, check: str, message: str, context: CheckContext) -> Finding:
    """Return a problem as a finding at the place that it names."""
    where = problem.partition(": ")[0]
    cell = re.match(r'notebooks/(\S+)\.ipynb, cell \d+(?: "[^"]*")? \(id ([\w-]+)\)', problem)
    where = cell[0] if cell else where
    notebook, name = cell.groups() if cell else ("", "")
    place = context.places.get((notebook, name))
    file = f"{notebook}.ipynb" if notebook else ""
    return Finding(check, message, where, file, name, position=place.position if place else 0)


def _failed_claims(claims: Iterable[re.Match[str]], context: CheckContext) -> list[Finding]:
    """Return the claims about charts that stopped notebooks, as findings."""
    places = {(f"{place.notebook}.ipynb", place.cell): place for place, _ in context.cells()}
    findings = []
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
    return findings


def _in_reading_order(findings: list[Finding], chapters: list[str]) -> list[Finding]:
    """Sort findings by chapter, cell and check; what is not in a notebook comes last."""
    order = {f"{name}.ipynb": number for number, name in enumerate(chapters)}
    return sorted(
        findings,
        key=lambda each: (
            order.get(each.notebook, len(order)),
            each.position,
            (*CHECKS, NOT_ALLOWED, NOT_CHECKED).index(each.check),
        ),
    )
