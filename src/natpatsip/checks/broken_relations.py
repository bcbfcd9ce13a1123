"""Facts that break ``data/relations.csv``: they contradict each other, or moved more than they are declared to move."""

from __future__ import annotations

from collections.abc import Iterator

from natpatsip import wording
from natpatsip.checks.checked_quarter import CheckContext, KnownFact
from natpatsip.checks.outcome import Finding
from natpatsip.checks.relations import EACH, MOVES, QUARTER, RELATIONS, Operand, Rule, Term, breach
from natpatsip.params import path

CONTRADICTION, MOVED = "contradiction", "moved"


def check_relations(context: CheckContext) -> list[Finding]:
    """Return the relations between facts that are broken, each with all places and values."""
    return [finding for rule in context.rules.of(*RELATIONS) if (finding := _broken(context, rule))]


def _broken(context: CheckContext, rule: Rule) -> Finding | None:
    period = context.rules.written(rule.period)
    subject = context.fact(rule.fact, period)
    operands = [each for term in rule.terms for each in _operands(context, term, period)]
    others = [each for each in operands if each is not None]
    if subject is None or len(others) < len(operands):
        return None  # the quarter does not report all of it
    broken = breach(rule.relation, subject.operand, others)
    if broken is None:
        return None
    message = f"{broken.message} ({rule.where}: {rule.reason or rule.relation}.)"
    return subject.finding(CONTRADICTION, message, found=broken.found, expected=broken.expected)


def _operands(context: CheckContext, term: Term, period: str) -> Iterator[Operand | None]:
    """Yield the numbers that a term stands for; None for one that the quarter does not have."""
    if term.column:
        yield context.charted(term.fact, term.column)
        return
    wanted = term.period or period
    periods = [str(each) for each in context.quarter.so_far] if wanted == EACH else [context.rules.written(wanted)]
    for each in periods:
        found = context.fact(term.fact, each)
        yield found.operand if found else None


def check_changes(context: CheckContext) -> list[Finding]:
    """Return the facts that moved further since the quarter before than ``data/relations.csv`` allows."""
    found = []
    for rule in context.rules.of(MOVES):
        now, before = _now_and_before(context, rule)
        if now is None or before is None:
            continue
        allowed = abs(before.value) * rule.bound / 100 if rule.is_percent else rule.bound
        if abs(now.value - before.value) > allowed + 1e-9:
            bound = f"{wording.plain(rule.bound, 2)}{'%' if rule.is_percent else ''}"
            message = (
                f"{now.name} {wording.direction(now.value - before.value)} since the quarter before, from "
                f"{before.text} ({before.where}) to {now.text} ({now.where}), by more than the {bound} that "
                f"{rule.where} allows. Check the value, and explain the change or accept the finding with the reason."
            )
            found.append(now.finding(MOVED, message, found=now.text, expected=f"{before.text} ± {bound}"))
    return found


def notes(context: CheckContext) -> list[str]:
    """Return how many facts could not be compared because the quarter before, one of the project's, is not built."""
    before = context.quarter.previous()
    built = context.project / "reports" / str(before) / "facts.csv"
    if not path(before, context.project).is_file() or built.is_file():
        return []
    pairs = [_now_and_before(context, rule) for rule in context.rules.of(MOVES)]
    count = sum(now is not None and earlier is None for now, earlier in pairs)
    if not count:
        return []
    facts = wording.plural(count, "fact", "facts")
    return [f"moved: {count} {facts} not compared, because {before} is not built here; run: natpatsip build {before}"]


def _now_and_before(context: CheckContext, rule: Rule) -> tuple[KnownFact | None, KnownFact | None]:
    before = context.quarter.previous()
    if rule.period == QUARTER:
        return context.fact(rule.fact, str(context.quarter)), context.fact(rule.fact, str(before))
    period = context.rules.written(rule.period)
    return context.fact(rule.fact, period), context.reported_before(rule.fact, period)
