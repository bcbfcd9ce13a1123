"""Facts that moved more than they are declared to move in a quarter."""

from __future__ import annotations

from natpatsip import wording
from natpatsip.checks.check_context import Material
from natpatsip.checks.fact_index import KnownFact
from natpatsip.checks.findings import Finding
from natpatsip.checks.rules import QUARTER, Rule
from natpatsip.params import path

CHECK = "moved"
RULE = "moves at most"


def check(material: Material) -> list[Finding]:
    """Return the facts that moved more than ``data/relations.csv`` allows since the quarter before."""
    found = []
    for rule in material.rules.of(RULE):
        now, before = _pair(material, rule)
        if now is None or before is None:
            continue
        change = abs(now.value - before.value)
        allowed = abs(before.value) * rule.bound / 100 if rule.is_percent else rule.bound
        if change > allowed + 1e-9:
            bound = f"{wording.plain(rule.bound, 2)}{'%' if rule.is_percent else ''}"
            moved = wording.direction(now.value - before.value)
            message = (
                f"{rule.fact} {moved} since the quarter before, from {before.text} ({before.where}) to {now.text} "
                f"({now.where}), by more than the {bound} that {rule.where} allows. Check the value, and say why it "
                "moved or accept the finding with the reason."
            )
            found.append(now.finding(CHECK, message, found=now.text, expected=f"{before.text} ± {bound}"))
    return found


def notes(material: Material) -> list[str]:
    """Return how many facts could not be compared, where the quarter before is one of the project's and not built."""
    before, project = material.quarter.previous(), material.plan.project
    if not path(before, project).is_file() or (project / "reports" / str(before) / "facts.csv").is_file():
        return []
    absent = [rule.fact for rule in material.rules.of(RULE) if (pair := _pair(material, rule))[0] and not pair[1]]
    if not absent:
        return []
    number = f"{len(absent)} {wording.plural(len(absent), 'fact', 'facts')}"
    return [f"moved: {number} not compared, since {before} is not built here; natpatsip build {before} makes it so"]


def _pair(material: Material, rule: Rule) -> tuple[KnownFact | None, KnownFact | None]:
    """Return a fact as it is now and as it was a quarter before."""
    before = material.quarter.previous()
    if rule.period == QUARTER:
        return material.known.fact(rule.fact, str(material.quarter)), material.known.fact(rule.fact, str(before))
    period = material.rules.written(rule.period)
    return material.known.fact(rule.fact, period), material.known.reported_before(rule.fact, period)
