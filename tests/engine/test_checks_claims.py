"""A table of claims, and the rules of facts: what agrees, what does not, and what cannot be checked."""

from __future__ import annotations

import json

import pytest

from natpatsip.checks import check_claims
from natpatsip.checks.check_context import CheckContext
from natpatsip.checks.relations import Operand, breach
from natpatsip.errors import DataError, UsageError
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from projects import ROOT, natpatsip, small

HEAD = "claim_id,place,statement,value,related_claim,relation"
PUBLISHED = ROOT / "data" / "published_claims.csv"
Q2 = Quarter.parse("2024-25-Q2")


def table(folder, *rows, head=HEAD):
    file = folder / "claims.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return file


def test_the_published_edition_contradicts_itself_in_five_places_and_no_other():
    found = {each.where: (each.found, each.expected) for each in check_claims(PUBLISHED)}
    assert found == {
        "c01": ("57", "45"),
        "c03": ("13", "12"),
        "c05": ("29", "28 + 3 = 31"),
        "c08": ("10,310", "10,198"),
        "c10": ("54", "30 + 8 + 7 + 8 + 3 = 56"),
    }


def test_a_contradiction_names_both_places_and_both_values():
    (finding,) = [each for each in check_claims(PUBLISHED) if each.where == "c01"]
    for words in ("executive summary", "57", "maternity-neonatal outcome measures", "45"):
        assert words in finding.message
    assert finding.message.endswith("The two should be equal; find out which is right.")


def test_a_contradiction_says_numbers_as_people_read_them():
    (finding,) = [each for each in check_claims(PUBLISHED) if each.where == "c08"]
    assert "10,310" in finding.message
    assert "10310" not in finding.message


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
        (("a,here,s,1,,",), "claim_id,place,value", "the columns statement, related_claim, relation are missing"),
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


def test_the_command_gives_the_five_as_json_with_exit_status_one(tmp_path):
    run = natpatsip(tmp_path, "check", "--claims", str(PUBLISHED), "--format", "json")
    assert run.returncode == 1, run.stderr
    found = json.loads(run.stdout)
    assert [each["where"] for each in found] == ["c01", "c03", "c05", "c08", "c10"]
    assert {each["check"] for each in found} == {"contradiction"}


def test_a_table_without_contradiction_ends_with_exit_status_zero(tmp_path):
    run = natpatsip(tmp_path, "check", "--claims", str(table(tmp_path, "a,x,s,1,b,equal", "b,y,s,1,,")))
    assert (run.returncode, run.stdout.strip()) == (0, "no findings")


def rules(tmp_path, *rows, head="fact_id,period,relation,of,reason"):
    project = small(tmp_path)
    (project / "data" / "relations.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return CheckContext(Plan.of(project, Q2), {}).rules


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("mgso4_woman,quarter,equal,iap_women,", 'row 2, fact_id: names "mgso4_woman"'),
        ("mgso4_woman,quarter,equal,iap_women,", 'Did you mean "mgso4_women"?'),
        (
            "mgso4_women,quarter,equal,iap_woman,",
            'row 2, of: names "iap_woman", a fact that nobody publishes or reports',
        ),
        ("mgso4_women,quarter,eqal,iap_women,", 'row 2, relation: found "eqal"; expected one of'),
        ("mgso4_women,quarter,equal,iap_women + mews_live,", "equal takes 1, found 2"),
        ("mgso4_women,quarter,moves at most,a lot,", "expected how much mgso4_women may move"),
        ("mgso4_women,quarter,sum,,", "sum takes at least one, found 0"),
        ("mgso4_women,quarter,equal,Iap Women!,", 'found "Iap Women!"'),
    ],
)
def test_a_rule_that_cannot_be_checked_is_named_with_row_and_column(tmp_path, row, said):
    with pytest.raises(DataError) as error:
        rules(tmp_path, row)
    assert said in str(error.value)
    assert "data/relations.csv" in str(error.value)


def test_facts_that_follow_from_each_other_in_a_circle_are_refused(tmp_path):
    with pytest.raises(DataError, match="in a circle: iap_women \\(quarter\\) → mgso4_women \\(quarter\\)"):
        rules(tmp_path, "mgso4_women,quarter,equal,iap_women,", "iap_women,quarter,equal,mgso4_women,")


def test_missing_columns_of_the_rules_are_named(tmp_path):
    with pytest.raises(DataError, match="relation, of, reason missing"):
        rules(tmp_path, "mgso4_women,quarter", head="fact_id,period")


def test_a_project_without_rules_is_checked_by_the_others(tmp_path):
    project = small(tmp_path)
    (project / "data" / "relations.csv").unlink(missing_ok=True)
    assert CheckContext(Plan.of(project, Q2), {}).rules.rules == ()
