"""Contradictions: facts that should agree by ``data/relations.csv``, and do not."""

from __future__ import annotations

from collections.abc import Iterator

from natpatsip.checks.check_context import Material
from natpatsip.checks.fact_index import Known
from natpatsip.checks.findings import Finding
from natpatsip.checks.relations import RELATIONS, Operand, breach
from natpatsip.checks.rules import EACH, Rule, Term

CHECK = "contradiction"


def check(material: Material) -> list[Finding]:
    """Return the relations between facts that are broken, each with both places and values."""
    return [finding for rule in material.rules.of(*RELATIONS) if (finding := _check(material, rule))]


def _check(material: Material, rule: Rule) -> Finding | None:
    period = material.rules.written(rule.period)
    subject = material.known.fact(rule.fact, period)
    others = [operand for term in rule.terms for operand in _operands(material.known, term, period, material)]
    if subject is None or None in others:
        return None  # the quarter does not report it
    broken = breach(rule.relation, subject.operand, [each for each in others if each is not None])
    if broken is None:
        return None
    message = f"{broken.message} ({rule.where}: {rule.reason or rule.relation}.)"
    return subject.finding(CHECK, message, found=broken.found, expected=broken.expected)


def _operands(known: Known, term: Term, period: str, material: Material) -> Iterator[Operand | None]:
    """Go through the numbers that a term stands for; None for one that the quarter does not have."""
    if term.column:
        yield known.charted(term.fact, term.column)
        return
    wanted = term.period or period
    periods = [str(each) for each in material.quarter.so_far] if wanted == EACH else [material.rules.written(wanted)]
    for each in periods:
        found = known.fact(term.fact, each)
        yield found.operand if found else None
