"""Findings, the cells that they lead to, and the acceptances that close them."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_markdown_cell

from natpatsip.checks.outcome import (
    CHECKS,
    AcceptedFinding,
    Finding,
    Outcome,
    Place,
    as_github,
    as_text,
    split_accepted,
)
from natpatsip.errors import ParamsError
from natpatsip.params import Acceptance
from natpatsip.quarter import Quarter

Q2 = Quarter(2024, 2)
PLACE = Place("waits", "news", 5, ("t",), 'cell 5 "We saw" (id news)')
FOUND = PLACE.finding("stale", "It is old.", fact="seen", found="old words", expected="new words")
IN_FILE = Finding("old-data", "A month is missing.", "data/waits.csv, row 7", found="June")


def accepting(check="stale", **where):
    return Acceptance(check=check, reason="It is meant.", **where)


def split(*acceptances, findings=(FOUND,)):
    return split_accepted(findings, acceptances, place)


def place(*keys):
    return f"params/{Q2}.yml, {'.'.join(map(str, keys))}"


def test_a_place_has_the_id_tags_and_name_of_its_cell():
    cell = new_markdown_cell("We saw\n\nmore", id="news", metadata={"tags": ["t"]})
    assert Place.of("waits", 5, cell) == PLACE
    assert Place.of("waits", 5, new_markdown_cell("We saw", id="news")).tags == ()
    assert PLACE.where == 'notebooks/waits.ipynb, cell 5 "We saw" (id news)'
    assert (Place("a", "b", 1).tags, Place("a", "b", 1).name) == ((), "")


def test_a_finding_leads_to_its_cell_and_its_record_leaves_out_what_does_not_apply():
    assert (FOUND.notebook, FOUND.cell, FOUND.position, FOUND.where) == ("waits.ipynb", "news", 5, PLACE.where)
    assert FOUND.record() == {
        "check": "stale",
        "message": "It is old.",
        "where": PLACE.where,
        "notebook": "waits.ipynb",
        "cell": "news",
        "fact": "seen",
        "found": "old words",
        "expected": "new words",
    }
    assert list(IN_FILE.record()) == ["check", "message", "where", "found"]
    bare = PLACE.finding("stale", "m")
    assert (bare.fact, bare.found, bare.expected, IN_FILE.position) == ("", "", "", 0)
    assert AcceptedFinding(IN_FILE, "Why").record() == IN_FILE.record() | {"reason": "Why"}


def test_open_findings_are_counted_by_check_in_the_order_of_the_checks():
    outcome = Outcome((IN_FILE, FOUND, FOUND), (AcceptedFinding(IN_FILE, "Why"),), (IN_FILE,))
    assert list(outcome.counts().items()) == [("stale", 2), ("old-data", 1)]
    assert outcome.record() == {
        "findings": [IN_FILE.record(), FOUND.record(), FOUND.record()],
        "accepted_findings": [IN_FILE.record() | {"reason": "Why"}],
        "typed_numbers": [IN_FILE.record()],
    }
    assert (Outcome().findings, Outcome().accepted, Outcome().listed, Outcome().notes) == ((), (), (), ())


@pytest.mark.parametrize(
    "where",
    [
        {"notebook": "waits"},
        {"notebook": "waits.ipynb", "cell": "news"},
        {"fact": "seen"},
        {"found": "old words"},
        {"notebook": "waits", "cell": "news", "fact": "seen", "found": "old words"},
    ],
)
def test_an_acceptance_closes_a_finding_that_has_all_it_names(where):
    assert split(accepting(**where)) == ((), (AcceptedFinding(FOUND, "It is meant."),))


@pytest.mark.parametrize(
    ("check", "where"),
    [
        ("moved", {"notebook": "waits"}),
        ("stale", {"notebook": "wait"}),
        ("stale", {"notebook": "waits", "cell": "new"}),
        ("stale", {"fact": "seen_"}),
        ("stale", {"found": "old"}),
        ("stale", {"fact": "seen", "found": "new words"}),
    ],
)
def test_an_acceptance_that_names_anything_else_closes_nothing_and_is_a_finding(check, where):
    still_open, accepted = split(accepting(check, **where))
    assert (still_open[0], accepted) == (FOUND, ())
    named = ", ".join(f"{name} {text}" for name, text in {"check": check, **where}.items())
    assert still_open[1:] == (
        Finding(
            check,
            f"The params accept a finding that no longer exists ({named}). Remove the entry.",
            "params/2024-25-Q2.yml, accepted.0",
            found=named,
        ),
    )


def test_of_two_acceptances_of_one_finding_the_second_is_left_over():
    first, second = accepting(fact="seen"), Acceptance(check="stale", reason="Again.", found="old words")
    still_open, accepted = split(first, second, findings=(FOUND, IN_FILE))
    assert accepted == (AcceptedFinding(FOUND, "It is meant."),)
    assert [each.where for each in still_open] == ["data/waits.csv, row 7", "params/2024-25-Q2.yml, accepted.1"]


def test_an_acceptance_of_a_check_that_there_is_not_is_refused_with_all_there_are():
    with pytest.raises(ParamsError) as refused:
        split(accepting(fact="seen"), accepting("stal", fact="seen"))
    assert str(refused.value) == (
        'params/2024-25-Q2.yml, accepted.1.check: there is no check "stal". Did you mean "stale"? '
        f"Choose from {', '.join(CHECKS)}."
    )


def test_what_changed_after_it_was_signed_off_cannot_be_accepted():
    with pytest.raises(ParamsError) as refused:
        split(accepting(fact="seen"), accepting("sign-off", fact="seen"))
    assert str(refused.value) == (
        "params/2024-25-Q2.yml, accepted.1.check: what changed after it was signed off cannot be accepted. "
        "Have it signed again: natpatsip sign"
    )


def test_a_build_logs_how_many_findings_of_which_checks_there_are():
    assert Outcome().summary(Q2) == "checked: no findings"
    assert Outcome(accepted=(AcceptedFinding(FOUND, "Why"),)).summary(Q2) == "checked: no findings (1 accepted)"
    assert Outcome((FOUND,)).summary(Q2) == ("checked: 1 finding (stale 1); see them with: natpatsip check 2024-25-Q2")
    assert Outcome((FOUND, IN_FILE, FOUND)).summary(Q2) == (
        "checked: 3 findings (stale 2, old-data 1); see them with: natpatsip check 2024-25-Q2"
    )


def test_findings_are_listed_by_notebook_and_cell_and_then_what_is_closed():
    other = Place("waits", "more", 6, name="cell 6 (id more)").finding("moved", "It moved.", found="9")
    outcome = Outcome(
        (FOUND, FOUND, other, IN_FILE), (AcceptedFinding(FOUND, "It is meant."),), (other, other), ("A note.",)
    )
    assert list(as_text(outcome)) == [
        "notebooks/waits.ipynb",
        '  cell 5 "We saw" (id news)',
        "    stale: It is old.",
        "    stale: It is old.",
        "  cell 6 (id more)",
        "    moved: It moved.",
        "",
        "data/waits.csv, row 7",
        "    old-data: A month is missing.",
        "",
        f"accepted: {PLACE.where}: stale: old words. It is meant.",
        "tagged typed-number: notebooks/waits.ipynb, cell 6 (id more): 9, 9",
        "note: A note.",
        "4 findings",
    ]


def test_a_warning_for_github_is_at_the_line_that_holds_what_was_found(tmp_path):
    (tmp_path / "notebooks").mkdir()
    lines = [
        "{",
        '"cells": [{',
        '"id": "other",',
        '"source": ["old words"]',
        "}, {",
        '"id": "news",',
        '"x": "ld words",',  # the end of what is found is not it
        '"source": [',
        '"old words"',
        "]}",
    ]
    lines += ["{", '"id": "last",', '"source": ["later words"]']
    (tmp_path / "notebooks" / "waits.ipynb").write_text("\n".join(lines), encoding="utf-8")

    def line_of(finding):
        (written,) = as_github([finding], tmp_path)
        assert written.startswith("::warning ")
        return written

    assert "file=notebooks/waits.ipynb,line=9," in line_of(FOUND)
    assert "title=natpatsip check%3A stale" in line_of(FOUND)
    assert line_of(FOUND).endswith('cell 5 "We saw" (id news): It is old.')
    assert "line=6," in line_of(PLACE.finding("stale", "m", found="later words"))  # of another cell
    assert "line=6," in line_of(PLACE.finding("stale", "m"))
    assert "line=9," in line_of(PLACE.finding("stale", "m", found="old wor…"))
    assert "line=1," in line_of(Place("waits", "gone", 9).finding("stale", "m"))
    assert "line=1," in line_of(Place("none", "gone", 9).finding("stale", "m"))
    assert "file=data/waits.csv,line=7," in line_of(IN_FILE)
    assert line_of(IN_FILE).endswith("::A month is missing.")
    assert "file=data/waits.csv,line=1," in line_of(Finding("old-data", "m", "data/waits.csv"))
