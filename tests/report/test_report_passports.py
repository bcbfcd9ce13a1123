"""The numbers of this report keep the rules of passports."""

import csv
import re

import openpyxl
import pytest

from support.passport_rules import *  # noqa: F403 — rules that hold for every report, and their fixtures
from support.passport_rules import facts_of
from support.projects import ROOT
from support.reading import READERS

pytestmark = pytest.mark.end_to_end


def test_a_reported_fact_belongs_to_the_programme_that_first_uses_it(facts):
    women = facts["mgso4_women", "2024-25-Q2"]
    assert (women["section"], women["cell"]) == ("maternity-neonatal", "cases-avoided")
    assert facts["icb_whole_system", "2024-25-Q2"]["section"] == "medicines"


@pytest.mark.parametrize(
    "rule",
    [test_no_number_is_made_from_one_that_is_said_to_come_from_it, test_no_source_is_just_the_label_of_its_number],  # noqa: F405
)
def test_a_rule_of_sources_holds_in_the_quarter_before_too(whole, rule):
    rule(facts_of(whole.report("2024-25-Q1")))


def test_an_effect_published_for_the_year_is_reported_and_not_modelled_again(facts):
    cases = facts["mgso4_cp_avoided", "2024-25-YTD"]
    assert (cases["value"], cases["formula"]) == ("36", "")
    assert cases["rows"].startswith("data/reported.csv: fact_id mgso4_cp_avoided,")


@pytest.mark.parametrize("quarter", ["2024-25-Q1", "2024-25-Q2"])
def test_the_impact_model_has_one_name_in_all_sources(whole, quarter):
    sources = {row["source"] for row in facts_of(whole.report(quarter)).values() if "mpact model" in row["source"]}
    assert [source for source in sources if "rogramme's impact model" not in source] == []
    assert "Programme's impact model" in sources


@pytest.mark.parametrize("quarter", ["2024-25-Q1", "2024-25-Q2"])
def test_a_calculation_lists_each_number_that_it_is_made_from(whole, quarter):
    calculated = {
        each: row for each, row in facts_of(whole.report(quarter)).items() if re.search(r" [-−+/x] ", row["formula"])
    }
    assert len(calculated) > 10
    expected = {each: len(re.split(r" [-−+/x] ", row["formula"])) for each, row in calculated.items()}
    assert {each: len(row["inputs"].split("; ")) for each, row in calculated.items()} == expected


@pytest.mark.parametrize("quarter", ["2024-25-Q1", "2024-25-Q2"])
def test_the_formula_of_a_calculation_names_numbers_and_not_years(whole, quarter):
    """Years of a baseline may change with the data; the numbers beside the formula have their periods."""
    formulas = {row["formula"] for row in facts_of(whole.report(quarter)).values() if row["inputs"]}
    assert [each for each in formulas if re.search(r"\b20\d\d\b", each.removesuffix("people in March 2024"))] == []


def test_the_report_prints_its_numbers(pages, facts):
    assert sum(len(tree.xpath("//*[@data-key]")) for tree in pages.values()) > 100
    assert sum(1 for row in facts.values() if row["formula"]) > 20


@pytest.mark.parametrize("form", READERS)
def test_a_reported_number_is_in_every_format(report, form):
    assert "677 women" in READERS[form](report)


def test_a_number_got_by_subtraction_or_taken_not_to_have_changed_is_not_said_to_be_reported():
    with (ROOT / "data" / "reported.csv").open(encoding="utf-8", newline="") as lines:
        rows = [*csv.DictReader(lines)]
    made = [row for row in rows if re.search(r" together, |less Q2|not (?:to have )?change", row["source"])]
    assert len(made) > 15
    assert [row["fact_id"] for row in made if row["provenance"] == "reported"] == []
    assert {row["as_of"] for row in rows if row["provenance"] == "inferred"} == {"2024-25-Q1"}


def test_lists_of_numbers_say_which_are_inferred(whole):
    report = whole.report("2024-25-Q1")
    book = openpyxl.load_workbook(report / "html" / "report-data.xlsx", read_only=True)
    kinds = {str(row[-1]): row[4] for row in book["Numbers"].iter_rows(values_only=True) if len(row) > 4}
    survived = ("iap_survived", "ocm_survived", "acs_survived")
    assert {kinds[each] for each in survived} == {"Inferred from reported numbers"}
    assert (report / "html" / "sources.html").read_text(encoding="utf-8").count("· Inferred from reported numbers") > 5
