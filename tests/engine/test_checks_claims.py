"""A table of claims, and the rules of facts: what agrees, what does not, and what cannot be checked."""

from __future__ import annotations

import json

import pytest

from natpatsip.checks import check_claims
from natpatsip.checks.claims_table import value_in
from natpatsip.checks.relations import Operand, Rule, Rules, Term, breach, circle
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


def operand(name, value):
    return Operand(name, value, f"{value}", f"page {name}")


@pytest.mark.parametrize(
    ("relation", "value", "others", "expected", "rule"),
    [
        ("equal", 57, [45], "45", "The two should be equal"),
        ("sum", 29, [28], "28", "The first should be the sum of the other, 28"),
        ("sum", 29, [28, 3], "28 + 3 = 31", "The first should be the sum of the others, 28 + 3 = 31"),
        ("at most", 43, [42], "at most 42", "The first should be at most 42, as the second says"),
        ("at least", 41, [42], "at least 42", "The first should be at least 42, as the second says"),
        (
            "share of",
            69.1,
            [29, 42],
            "29 of 42 = 69%",
            "The first should be the share of the second in the third, 29 of 42 = 69%",
        ),
        (
            "share of",
            69.11,
            [29, 42],
            "29 of 42 = 69.05%",
            "The first should be the share of the second in the third, 29 of 42 = 69.05%",
        ),
        (
            "share of",
            69,
            [29, 0],
            "29 of 0, which is not a share",
            "The first should be the share of the second in the third, 29 of 0, which is not a share",
        ),
    ],
)
def test_a_broken_relation_names_every_place_and_what_should_hold(relation, value, others, expected, rule):
    named = [operand(name, each) for name, each in zip("bc", others, strict=False)]
    broken = breach(relation, operand("a", value), named)
    places = "; ".join(f"{each.place} has {each.text} for {each.name}" for each in (operand("a", value), *named))
    assert (broken.found, broken.expected) == (str(value), expected)
    assert broken.message == f"{places}. {rule}; find out which is right."


@pytest.mark.parametrize(
    ("relation", "value", "others", "holds"),
    [
        ("sum", 0.3, [0.1, 0.2], True),
        ("sum", 0.30001, [0.1, 0.2], False),
        ("equal", 1e9, [1e9 + 900], True),  # within a millionth
        ("equal", 1e9, [1e9 + 1100], False),
        ("equal", 0.0, [5e-7], True),
        ("equal", 0.0, [2e-6], False),
        ("equal", -5, [-5], True),
        ("equal", -5, [5], False),
        ("at most", 42 + 5e-7, [42], True),
        ("at most", 42 + 5e-6, [42], False),
        ("at most", 41, [42], True),
        ("at least", 42 - 5e-7, [42], True),
        ("at least", 42 - 5e-6, [42], False),
        ("at least", 43, [42], True),
        ("share of", 69.0, [29, 42], True),
        ("share of", 69.05, [29, 42], True),  # at its own two decimals
        ("share of", 69.048, [29, 42], True),
        ("share of", 70, [29, 42], False),
        ("share of", 12.5, [1, 8], True),
        ("share of", 13, [1, 8], True),
        ("share of", 0, [0, 8], True),
    ],
)
def test_numbers_agree_at_the_decimals_that_they_are_printed_with(relation, value, others, holds):
    named = [operand(name, each) for name, each in zip("bc", others, strict=False)]
    assert (breach(relation, operand("a", value), named) is None) == holds


def test_a_circle_is_named_from_its_first_name_on():
    assert circle({"c": ["a"], "a": ["b"], "b": ["c"]}) == "a → b → c → a"
    assert circle({"a": ["b", "c"], "b": ["c"]}) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1,016", 1016),
        ("1 016", 1016),
        ("10310", 10310),
        ("-5", -5),
        ("−5", -5),
        ("2.5", 2.5),
        ("69 %", 69),
        ("66.5 per cent", 66.5),
        ("66.5 PERCENT", 66.5),
        ("£1.5k", 1500),
        ("2 thousand", 2000),
        ("$3m", 3e6),
        ("3 million", 3e6),
        ("€2bn", 2e9),
        ("2 Billion", 2e9),
        (" 7 ", 7),
        ("", None),
        ("many", None),
        ("1,01", None),
        ("7 people", None),
        ("1.", None),
    ],
)
def test_a_cell_holds_one_number_with_its_sign_and_size(text, value):
    assert value_in(text) == value


def refused(folder, *rows, head=HEAD):
    with pytest.raises(DataError) as error:
        check_claims(table(folder, *rows, head=head))
    return str(error.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((",x,s,1,,",), "claims.csv, row 2, claim_id: is empty. Give the claim an id."),
        (
            ("a,x,s,many,,",),
            'claims.csv, row 2, value: found "many" for a; expected a number such as 1,016, 69% or £18 million.',
        ),
        (
            ("a,x,s,1,b,eqal", "b,x,s,1,,"),
            'claims.csv, row 2, relation: found "eqal"; expected one of equal, sum, share of, at most, at least. '
            'Did you mean "equal"?',
        ),
        (
            ("a,x,s,1,b,", "b,x,s,1,,"),
            "claims.csv, row 2: a has a related_claim but no relation. Fill in both or neither.",
        ),
        (("a,x,s,1,,equal",), "claims.csv, row 2: a has a relation but no related_claim. Fill in both or neither."),
        (
            ("a,x,s,1,b + c,equal", "b,x,s,1,,", "c,x,s,1,,"),
            "claims.csv, row 2, related_claim: equal takes 1, found 2 (b + c).",
        ),
        (("a,x,s,1,b,share_of", "b,x,s,1,,"), "claims.csv, row 2, related_claim: share of takes 2, found 1 (b)."),
        (
            ("seen,x,s,1,waits,equal", "wait,x,s,1,,"),
            'claims.csv, row 2, related_claim: seen names waits, which is not in the table. Did you mean "wait"?',
        ),
        (
            ("a,x,s,1,,", "b,x,s,1,,", "a,x,s,1,,"),
            "claims.csv, row 4, claim_id: a is in row 2 too. Give each claim an id of its own.",
        ),
        (
            ("b,x,s,1,a,equal", "a,x,s,1,b,equal"),
            "claims.csv, row 3, related_claim: claims are related in a circle: a → b → a. State a relation at "
            "one of its "
            "ends only.",
        ),
        ((), "claims.csv: has no claims. Add rows below the header."),
        (
            ("a,x,s,many,,", ",x,s,1,,"),
            '2 problems:\n- claims.csv, row 2, value: found "many" for a; expected a number such as 1,016, 69% or £18 '
            "million.\n- claims.csv, row 3, claim_id: is empty. Give the claim an id.",
        ),
    ],
)
def test_what_is_wrong_in_a_table_of_claims_is_said_in_a_sentence_with_its_place(tmp_path, rows, said):
    assert said in refused(tmp_path, *rows)


def test_a_claim_is_compared_in_the_words_of_its_table(tmp_path):
    rows = (
        "a,page 1,seen  by\tteams,1200,b + c,SUM",
        'b,page 2,"north","1,000",,',
        "c,page 3,south,100,,",
        "d,p,s,5,a,at_least",
    )
    first, second = check_claims(table(tmp_path, *rows))
    assert first.message == (
        'page 1 has 1,200 for "seen by teams" (a); page 2 has 1,000 for "north" (b); page 3 has 100 for "south" (c). '
        "The first should be the sum of the others, 1,000 + 100 = 1,100; find out which is right."
    )
    assert (first.check, first.where, first.fact, first.found) == ("contradiction", "a", "a", "1,200")
    assert first.expected == "1,000 + 100 = 1,100"
    assert (second.where, second.expected) == ("d", "at least 1,200")


def test_a_table_that_is_not_there_is_asked_for_with_its_columns(tmp_path):
    with pytest.raises(UsageError) as refused:
        check_claims(tmp_path / "none.csv")
    assert str(refused.value) == (
        f"--claims: there is no file {tmp_path}/none.csv. Name a table with the columns claim_id, place, statement, "
        "value, related_claim, relation."
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Seen!,quarter,equal,seen,", 'fact_id: found "Seen!"; expected the id of a fact, such as waits_seen_in_time.'),
        (
            "sen,quarter,equal,seen,",
            'fact_id: names "sen", a fact that nobody publishes or reports. Did you mean "seen"?',
        ),
        (
            "seen,quarter,moves,10,",
            (
                'relation: found "moves"; expected one of equal, sum, '
                "share of, at most, at least, moves at most, estimate."
            ),
        ),
        ("seen,quarter,moves at most,-1,", 'of: found "-1"; expected how much seen may move, such as 25% or 10.'),
        ("seen,quarter,share of,seen_in_time,", 'of: share of takes 2, found 1 ("seen_in_time").'),
        ("seen,quarter,sum,,", 'of: sum takes at least one, found 0 ("").'),
        (
            "seen,quarter,equal,seen in time,",
            'of: found "seen in time"; expected a fact such as waits_seen_in_time, one of a period such as '
            "waits_seen_in_time (each quarter), or what a chart shows such as fig-waits: North.",
        ),
    ],
)
def test_a_line_of_the_rules_that_cannot_be_checked_is_refused_in_a_sentence(tmp_path, row, said):
    with pytest.raises(DataError) as error:
        rules(tmp_path, row)
    assert str(error.value).startswith(f"data/relations.csv, row 2, {said}")


def test_a_circle_of_rules_is_named_with_the_row_of_its_first_fact(tmp_path):
    rows = (
        "waits_over_a_year,quarter,estimate,,",
        "seen_in_time,quarter,sum,waits_over_a_year + seen,",
        "seen,quarter,equal,seen_in_time,",
    )
    with pytest.raises(DataError) as error:
        rules(tmp_path, *rows)
    assert str(error.value) == (
        "data/relations.csv, row 4: facts follow from each other in a circle: seen (quarter) → seen_in_time "
        "(quarter) → "
        "seen (quarter). Remove one line."
    )


def test_bounds_are_no_circle_and_neither_are_other_periods_or_charts(tmp_path):
    rows = (
        "seen,quarter,at most,seen_in_time,",
        "seen_in_time,quarter,at most,seen,",
        "seen,year-to-date,sum,seen (each quarter),",
        "waits_over_a_year,quarter,equal,fig-waits: North,",
    )
    assert [rule.row for rule in rules(tmp_path, *rows).rules] == [2, 3, 4, 5]


def test_a_rule_is_read_as_it_is_written(tmp_path):
    rows = (
        " seen , quarter , share of , seen_in_time / waits_over_a_year , a reason ",
        "seen,quarter,moves at most,2.5 %,",
        "seen,quarter,moves at most,10,",
    )
    share, percent, whole = rules(tmp_path, *rows).rules
    assert share == Rule(
        2, "seen", "quarter", "share of", "a reason", (Term("seen_in_time"), Term("waits_over_a_year"))
    )
    assert (percent.bound, percent.is_percent, percent.terms, percent.reason) == (2.5, True, (), "")
    assert (whole.bound, whole.is_percent, whole.where) == (10, False, "data/relations.csv, row 4")


def test_an_estimate_is_one_in_its_period_or_in_all(tmp_path):
    found = rules(tmp_path, "seen,quarter,estimate,,", "seen_in_time,,estimate,,", "waits_over_a_year,all,estimate,,")
    assert [found.is_estimate("seen", period) for period in ("2024-25-Q2", "2024-25-Q1", "2024-25-YTD")] == [
        True,
        False,
        False,
    ]
    assert all(found.is_estimate("seen_in_time", period) for period in ("2024-25-Q2", "2024-25-YTD", "all"))
    assert [found.is_estimate("waits_over_a_year", period) for period in ("all", "2024-25-Q2")] == [True, False]
    assert [found.written(period) for period in ("quarter", "year-to-date", "all")] == [
        "2024-25-Q2",
        "2024-25-YTD",
        "all",
    ]
    assert len(found.of("estimate", "equal")) == 3
    assert found.of("equal") == []
