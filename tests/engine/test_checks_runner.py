"""Which findings are open, accepted or listed; and what is checked if a claim stopped the notebooks."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from natpatsip.checks import Finding, Outcome, check_failed_run, run, runner, with_refused
from natpatsip.checks.runner import run_partly
from natpatsip.errors import DataError, NotebookError, ParamsError
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import prose, small

Q2 = Quarter(2024, 2)
CLAIM = (
    'notebooks/ward.ipynb, cell 5 "It went up." (id news), '
    'inline expression `{python} spc.claim("Up", chart, shows="shift up")`: '
    'ClaimError: "Up" claims "shift up", but the chart does not show it.'
)
OTHER = 'notebooks/ward.ipynb, cell 4 "1 / 0" (id division), line 1:\n    1 / 0\n  raised ZeroDivisionError'


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
    outcome = check_failed_run(plan, NotebookError(f"2 problems:\n- {CLAIM}\n- {CLAIM.replace('id news', 'id old')}"))
    assert [each.cell for each in outcome.findings if each.check == "unsupported-claim"] == ["old", "news"]


@pytest.mark.parametrize("error", [OTHER, f"2 problems:\n- {CLAIM}\n- {OTHER}"])
def test_any_other_fault_is_fixed_first(plan, error):
    assert check_failed_run(plan, NotebookError(error)) is None


DOSE = "The dose is 240 mg."


def checked(folder, cell, accepted=""):
    """Return the outcome for a project with a cell, and the findings that are about the cell or the acceptances."""
    project = small(folder, ward=[cell])
    file = project / "params" / f"{Q2}.yml"
    if accepted:
        file.write_text(f"{file.read_text(encoding='utf-8')}\naccepted:\n  - {accepted}\n", encoding="utf-8")
    plan = Plan.of(project, Q2)
    outcome = run(plan, {name: notebook.content for name, notebook in plan.notebooks.items()})
    return outcome, [each for each in outcome.findings if each.cell == cell.id or "accepted" in each.where]


def test_a_typed_number_is_a_finding_whose_record_holds_what_applies_and_nothing_else(tmp_path):
    _, (finding,) = checked(tmp_path, prose(DOSE, id="dose"))
    record = finding.record()
    assert {"check", "message", "where", "notebook", "cell", "found"} == set(record)
    assert json.loads(json.dumps(record)) == record
    assert (record["check"], record["found"]) == ("typed-number", "240")


def test_a_cell_tagged_typed_number_passes_and_is_listed(tmp_path):
    outcome, findings = checked(tmp_path, prose(DOSE, id="dose", tags=["typed-number"]))
    assert not findings
    assert [(each.cell, each.found) for each in outcome.listed] == [("dose", "240")]


def test_cells_of_another_quarter_are_not_checked(tmp_path):
    _, findings = checked(tmp_path, prose(DOSE, id="then", tags=["2023-24-Q4"]))
    assert not findings


def test_a_finding_that_the_params_accept_is_closed_with_its_reason(tmp_path):
    accepted = "{check: typed-number, notebook: ward, cell: dose, reason: it defines the dose}"
    outcome, findings = checked(tmp_path, prose(DOSE, id="dose"), accepted)
    assert not findings
    assert [(each.finding.cell, each.reason) for each in outcome.accepted] == [("dose", "it defines the dose")]


def test_an_acceptance_that_matches_nothing_is_a_finding(tmp_path):
    accepted = "{check: typed-number, notebook: ward, cell: gone, reason: it was there}"
    _, (finding,) = checked(tmp_path, prose("All is well.", id="dose"), accepted)
    assert re.fullmatch(r"params/2024-25-Q2\.yml, line \d+, accepted\.0", finding.where)
    assert "no longer exists (check typed-number, notebook ward, cell gone)" in finding.message


def test_an_acceptance_of_an_unknown_check_is_an_error_with_the_nearest_name(tmp_path):
    accepted = "{check: typed-numbr, notebook: ward, reason: it was there}"
    with pytest.raises(ParamsError, match=r'accepted\.0\.check: there is no check "typed-numbr"\. Did you mean'):
        checked(tmp_path, prose("All is well.", id="dose"), accepted)


@pytest.mark.parametrize(
    ("error", "where", "cell", "position"),
    [
        (DataError("data/waits.csv, row 3: is  wrong."), "data/waits.csv, row 3", "", 0),
        (NotebookError(OTHER.replace("division", "news")), 'notebooks/ward.ipynb, cell 4 "1 / 0" (id news)', "news", 5),
    ],
)
def test_what_stopped_some_checks_is_a_finding_at_its_place(plan, error, where, cell, position):
    executed = {name: each.content for name, each in plan.notebooks.items()}
    (found,) = [each for each in run_partly(plan, executed, error).findings if each.check == "not-checked"]
    assert (found.where, found.cell, found.position) == (where, cell, position)
    assert found.notebook == ("ward.ipynb" if cell else "")
    assert found.message == f"{' '.join(str(error).split())} What reads or follows it could not be checked."


@pytest.mark.parametrize("is_run", [True, False])
def test_an_acceptance_may_be_of_a_notebook_that_did_not_run(tmp_path, is_run):
    project = small(tmp_path, ward=[prose("All is well.", id="news")])
    with (project / "params" / f"{Q2}.yml").open("a", encoding="utf-8") as params:
        params.write("\naccepted:\n  - {check: typed-number, notebook: ward, cell: gone, reason: it was there}\n")
    plan = Plan.of(project, Q2)
    executed = {name: each.content for name, each in plan.notebooks.items() if is_run or name != "ward"}
    found = run_partly(plan, executed, DataError("data/waits.csv, row 3: is wrong.")).findings
    assert any("no longer exists" in each.message for each in found) == is_run


NOWHERE = 'notebooks/ward.ipynb, cell 5 "It went up." (id news): the link to {} leads nowhere. Fix the link.'


@pytest.mark.parametrize(
    ("check", "found", "refused", "is_added"),
    [
        ("broken-link", "[a](gone.ipynb)", NOWHERE.format("gone.ipynb"), False),
        ("broken-link", "[a](gone.ipynb)", NOWHERE.format("other.ipynb"), True),
        ("broken-link", "[a](gone.ipynb)", NOWHERE.format("gone.ipynb").replace("id news", "id old"), True),
        ("inline-syntax", "`r n`", NOWHERE.replace("the link to {} leads nowhere", "`r n` is not run"), False),
        ("stale", "[a](gone.ipynb)", NOWHERE.format("gone.ipynb"), True),
    ],
)
def test_what_a_build_would_reject_is_told_once(plan, check, found, refused, is_added):
    known = Finding(check, "m", "w", "ward.ipynb", "news", found=found, position=5)
    outcome = with_refused(Outcome((known,)), plan, NotebookError(refused))
    added = [each for each in outcome.findings if each is not known]
    assert [(each.check, each.where, each.message) for each in added] == (
        [("not-allowed", *refused.split(": ", 1))] if is_added else []
    )


@pytest.mark.parametrize(
    ("signed", "verified", "is_signed"), [((), (), False), ((None, "a" * 64), (), True), ((None,), ("one",), True)]
)
def test_sign_offs_are_checked_where_a_chapter_is_signed_or_a_number_verified(signed, verified, is_signed):
    params = SimpleNamespace(sign_offs=[SimpleNamespace(signed=each) for each in signed], verified=verified)
    assert runner._is_signed(SimpleNamespace(params=params)) is is_signed


def test_a_notebook_that_no_chapter_lists_is_a_note(plan):
    file = plan.project / "notebooks" / "ward.ipynb"
    file.with_name("forgotten.ipynb").write_bytes(file.read_bytes())
    executed = {name: each.content for name, each in plan.notebooks.items()}
    for outcome in (run(plan, executed), run_partly(plan, executed, NotebookError(CLAIM))):
        assert "notebooks/forgotten.ipynb is not in the report" in outcome.notes[0]
