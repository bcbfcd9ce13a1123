"""Narrative that is word for word last quarter's: told of a cell at once, and not of what says nothing by itself."""

from __future__ import annotations

import pytest

from natpatsip.checks import stale
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import prose, small

Q2 = Quarter(2024, 2)
FIRST = "Teams in the North saw more people."
SECOND = "Waits in the South grew longer again."


def unchanged(folder, before, now):
    cells = [prose(before, id="before", tags=["2024-25-Q1"]), prose(now, id="now", tags=["2024-25-Q2"])]
    plan = Plan.of(small(folder, ward=cells), Q2)
    return stale.check(CheckContext(plan, {name: each.content for name, each in plan.notebooks.items()}))


def test_all_paragraphs_of_a_cell_are_named_at_once(tmp_path):
    (finding,) = unchanged(tmp_path, f"{FIRST}\n\n{SECOND}", f"{FIRST}\n\nThis is new here now.\n\n{SECOND}")
    assert finding.message.startswith(f'"{FIRST}" and "{SECOND}" are word for word what Q1 2024/25 says (cell ')
    assert (finding.cell, finding.found) == ("now", FIRST)


@pytest.mark.parametrize("lead_in", ["The teams agreed on three points:", "**The teams agreed on three points:**"])
def test_a_line_that_leads_in_a_list_is_not_stale(tmp_path, lead_in):
    assert unchanged(tmp_path, f"{lead_in}\n\n- Old.", f"{lead_in}\n\n- New.") == []
