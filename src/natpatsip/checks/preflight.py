"""What can be said of a quarter whose notebooks do not run, since its charts do not show what the prose claims.

That is the state of a quarter that was just opened: its sentences are last quarter's, its data are new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from natpatsip.checks import stale
from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding, Outcome
from natpatsip.errors import ReportError
from natpatsip.pipeline.plan import Plan

CLAIM = re.compile(
    r'^(?:- )?(?P<where>notebooks/(?P<notebook>\S+\.ipynb), cell "(?P<cell>[^"]*)"), inline expression '
    r"(?P<expression>.*?): ClaimError: (?P<message>.*)$"
)
NOTE = "The other checks need notebooks that run. Mend or take out what the charts do not show, and check again."


def outcome_of(plan: Plan, error: ReportError) -> Outcome | None:
    """Return the claims that stopped the notebooks, and the cells that nobody has read again.

    None where anything else stopped them: that is to be mended first.
    """
    lines = [line for line in str(error).splitlines() if not re.fullmatch(r"\d+ problems:", line)]
    claims = [found for line in lines if (found := CLAIM.match(line))]
    if len(claims) != len(lines):
        return None
    material = Material(plan, {name: notebook.content for name, notebook in plan.notebooks.items()})
    places = {(place.notebook, place.cell): place.position for place, _ in material.cells()}
    findings = [*(_finding(each, places) for each in claims), *stale.to_review(material)]
    order = list(plan.notebooks)
    findings.sort(key=lambda each: (order.index(each.notebook.removesuffix(".ipynb")), each.position))
    return Outcome(tuple(findings), notes=(NOTE,))


def _finding(found: re.Match[str], places: Mapping[tuple[str, str], int]) -> Finding:
    return Finding(
        "unsupported-claim",
        f"{found['message']} Say what the chart shows.",
        found["where"],
        notebook=found["notebook"],
        cell=found["cell"],
        found=found["expression"],
        position=places.get((found["notebook"].removesuffix(".ipynb"), found["cell"]), 0),
    )
