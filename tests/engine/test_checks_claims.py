"""A table of claims, and the rules of facts: what agrees, what does not, and what cannot be checked."""

from __future__ import annotations

import json

import pytest

from natpatsip.checks import check_claims
from natpatsip.checks.relations import Operand, Rules, Term, breach
from natpatsip.errors import DataError, UsageError
from natpatsip.quarter import Quarter
from support.projects import command

HEAD = "claim_id,place,statement,value,related_claim,relation"
Q2 = Quarter.parse("2024-25-Q2")


def table(folder, *rows, head=HEAD):
    file = folder / "claims.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return file


def test_a_contradiction_names_both_places_and_both_values_as_people_read_them(tmp_path):
    rows = ("a,summary,people seen,10310,b,equal", 'b,"page 9",people seen,"10,198",,')
    (finding,) = check_claims(table(tmp_path, *rows))
    for words in ("summary has 10,310", "page 9 has 10,198"):
        assert words in finding.message
    assert finding.message.endswith("The two should be equal; find out which is right.")
    assert (finding.where, finding.found, finding.expected) == ("a", "10,310", "10,198")


def test_values_may_carry_separators_signs_and_sizes(tmp_path):
    rows = (
        "a,here,saving,£18 million,b,equal",
        'b,there,saving,"18,000,000",,',
        "c,here,share,69%,d,equal",
        "d,x,s,69,,",
    )
    assert not check_claims(table(tmp_path, *rows))


@pytest.mark.parametrize(
    ("relation", "value", "others", "holds"),
    [
        ("equal", 57, [57], True),
        ("equal", 57, [45], False),
        ("sum", 29, [26, 3], True),
        ("sum", 29, [28, 3], False),
        ("at most", 29, [42], True),
        ("at most", 43, [42], False),
        ("at least", 42, [42], True),
        ("share of", 69, [29, 42], True),
        ("share of", 69.1, [29, 42], False),
        ("share of", 69, [29, 0], False),
    ],
)
def test_a_relation_holds_or_says_what_should_stand_there(relation, value, others, holds):
    operands = [Operand(f"n{place}", each, str(each), "there") for place, each in enumerate(others)]
    broken = breach(relation, Operand("a", value, str(value), "here"), operands)
    assert (broken is None) == holds


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        (("a,here,s,1,,",), "claim_id,place,value", "the column statement is missing"),
        (("a,x,s,1,b,equal", "b,x,s,1,a,equal"), HEAD, "claims are related in a circle: a → b → a"),
        (("a,x,s,1,a,equal",), HEAD, "claims are related in a circle: a → a"),
        (("a,x,s,many,,",), HEAD, 'row 2, value: found "many" for a'),
        (("a,x,s,1,b,equal",), HEAD, "row 2, related_claim: a names b, which is not in the table"),
        (("a,x,s,1,b,eqal", "b,x,s,1,,"), HEAD, 'Did you mean "equal"?'),
        (("a,x,s,1,,", "a,x,s,1,,"), HEAD, "row 3, claim_id: a is in row 2 too"),
        (("a,x,s,1,b,", "b,x,s,1,,"), HEAD, "a has a related_claim but no relation"),
        (("a,x,s,1,b+c,equal", "b,x,s,1,,", "c,x,s,1,,"), HEAD, "equal takes 1, found 2"),
        ((), HEAD, "has no claims"),
        ((",x,s,1,,",), HEAD, "row 2, claim_id: is empty"),
    ],
)
def test_a_table_that_cannot_be_checked_is_named_with_row_and_column(tmp_path, rows, head, said):
    with pytest.raises(DataError) as error:
        check_claims(table(tmp_path, *rows, head=head))
    assert said in str(error.value)
    assert "claims.csv" in str(error.value)


def test_a_table_that_is_not_there_is_a_matter_of_the_command_line(tmp_path):
    with pytest.raises(UsageError, match="there is no file"):
        check_claims(tmp_path / "none.csv")


def test_the_command_gives_contradictions_as_json_with_exit_status_one(tmp_path):
    file = table(tmp_path, "a,x,s,1,b,equal", "b,y,s,2,,")
    run = command(tmp_path, "check", "--claims", str(file), "--format", "json")
    assert run.returncode == 1, run.stderr
    assert [(each["where"], each["check"]) for each in json.loads(run.stdout)] == [("a", "contradiction")]


def test_a_table_without_contradiction_ends_with_exit_status_zero(tmp_path):
    run = command(tmp_path, "check", "--claims", str(table(tmp_path, "a,x,s,1,b,equal", "b,y,s,1,,")))
    assert (run.returncode, run.stdout.strip()) == (0, "no findings")


def rules(tmp_path, *rows, head="fact_id,period,relation,of,reason"):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "relations.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return Rules.read(tmp_path, Q2, known={"seen", "seen_in_time", "waits_over_a_year"})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("seen_in_tim,quarter,equal,seen,", 'row 2, fact_id: names "seen_in_tim"'),
        ("seen_in_tim,quarter,equal,seen,", 'Did you mean "seen_in_time"?'),
        (
            "seen_in_time,quarter,equal,sen,",
            'row 2, of: names "sen", a fact that nobody publishes or reports',
        ),
        ("seen_in_time,quarter,eqal,seen,", 'row 2, relation: found "eqal"; expected one of'),
        ("seen_in_time,quarter,equal,seen + waits_over_a_year,", "equal takes 1, found 2"),
        ("seen_in_time,quarter,moves at most,a lot,", "expected how much seen_in_time may move"),
        ("seen_in_time,quarter,sum,,", "sum takes at least one, found 0"),
        ("seen_in_time,quarter,equal,People Seen!,", 'found "People Seen!"'),
    ],
)
def test_a_rule_that_cannot_be_checked_is_named_with_row_and_column(tmp_path, row, said):
    with pytest.raises(DataError) as error:
        rules(tmp_path, row)
    assert said in str(error.value)
    assert "data/relations.csv" in str(error.value)


def test_facts_that_follow_from_each_other_in_a_circle_are_refused(tmp_path):
    with pytest.raises(DataError, match="in a circle: seen \\(quarter\\) → seen_in_time \\(quarter\\)"):
        rules(tmp_path, "seen_in_time,quarter,equal,seen,", "seen,quarter,equal,seen_in_time,")


def test_missing_columns_of_the_rules_are_named(tmp_path):
    with pytest.raises(DataError, match="the column relation is missing"):
        rules(tmp_path, "seen_in_time,quarter", head="fact_id,period")


def test_a_project_without_the_file_has_no_rules(tmp_path):
    assert Rules.read(tmp_path, Q2, known=()).rules == ()


def test_a_rule_names_terms_of_periods_and_charts_and_bounds(tmp_path):
    rows = (
        "seen,quarter,sum,seen_in_time + waits_over_a_year (each quarter) + fig-waits: North (quarter),",
        "seen,year-to-date,moves at most,25%,",
        "seen_in_time,year-to-date,estimate,,",
    )
    found = rules(tmp_path, *rows)
    assert found.of("sum")[0].terms == (
        Term("seen_in_time"),
        Term("waits_over_a_year", "each quarter"),
        Term("fig-waits", column="North (quarter)"),
    )
    (moves,) = found.of("moves at most")
    assert (moves.bound, moves.is_percent, moves.where) == (25, True, "data/relations.csv, row 3")
    assert found.is_estimate("seen_in_time", "2024-25-YTD")
    assert not found.is_estimate("seen_in_time", "2024-25-Q2")
