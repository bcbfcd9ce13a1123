"""Claims that the charts do not bear out stop the notebooks: they are findings, beside the cells to review."""

from __future__ import annotations

import pytest

from natpatsip.checks import check_failed_run
from natpatsip.errors import NotebookError
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from projects import prose, small

Q2 = Quarter(2024, 2)
CLAIM = (
    'notebooks/ward.ipynb, cell "news", inline expression `{python} spc.claim("Up", chart, shows="shift up")`: '
    'ClaimError: "Up" claims "shift up", but the chart does not show it.'
)
OTHER = 'notebooks/ward.ipynb, cell "division" raised ZeroDivisionError: division by zero'


@pytest.fixture
def plan(tmp_path):
    cells = [prose("Old.", id="old", tags=["2024-25-Q2", "to-review"]), prose("It went up.", id="news")]
    return Plan.of(small(tmp_path, ward=cells), Q2)


def test_a_claim_that_the_chart_does_not_show_is_a_finding(plan):
    outcome = check_failed_run(plan, NotebookError(CLAIM))
    assert [(each.check, each.cell, each.position) for each in outcome.findings] == [
        ("stale", "old", 4),
        ("unsupported-claim", "news", 5),
    ]
    assert outcome.findings[1].message.endswith("the chart does not show it. Say what the chart shows.")
    assert "need notebooks that run" in outcome.notes[0]


def test_several_claims_are_several_findings(plan):
    outcome = check_failed_run(plan, NotebookError(f"2 problems:\n- {CLAIM}\n- {CLAIM.replace('news', 'old')}"))
    assert [each.cell for each in outcome.findings if each.check == "unsupported-claim"] == ["old", "news"]


@pytest.mark.parametrize("error", [OTHER, f"2 problems:\n- {CLAIM}\n- {OTHER}"])
def test_any_other_fault_is_fixed_first(plan, error):
    assert check_failed_run(plan, NotebookError(error)) is None
