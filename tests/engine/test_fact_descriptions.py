"""What the report calls a fact: its value with its unit, its period, what kind of number it is."""

from datetime import date

import pytest

from natpatsip.facts.fact import Fact
from natpatsip.facts.fact_descriptions import in_full, kind, period
from natpatsip.quarter import Quarter

Q2 = Quarter.parse("2024-25-Q2")


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Fact("a", "all", 1, "w", "", kind="reported"), "Reported"),
        (Fact("a", "all", 1, "w", "", kind="inferred"), "Inferred from reported numbers"),
        (Fact("a", "all", 1, "w", "", kind="reported", is_illustrative=True), "Illustrative"),
        (Fact("a", "all", 1, "w", "", kind="model"), "Model parameter"),
        (Fact("a", "all", 1, "w", "", kind="target"), "Target"),
        (Fact("a", "all", 1, "w", ""), "Calculated"),
        (Fact("a", "all", 1, "w", "", is_estimate=True), "Modelled estimate"),
        (Fact("a", "all", 1, "w", "", is_illustrative=True), "Calculated, rests on illustrative data"),
        (
            Fact("a", "all", 1, "w", "", is_estimate=True, is_illustrative=True),
            "Modelled estimate, rests on illustrative data",
        ),
    ],
)
def test_a_passport_says_what_kind_of_number_it_is(fact, said):
    assert kind(fact) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0, "women", "0 women"),
        (1, "events", "1 event"),
        (36952, "people", "36,952 people"),
        (37, "number needed to treat", "37 (number needed to treat)"),
        (18_000_000, "GBP", "£18 million"),
        (85.9, "percent", "85.9%"),
        (date(2024, 8, 14), "date", "14 August 2024"),
        ("2024-25-Q3", "quarter", "Q3 2024/25"),
    ],
)
def test_a_value_is_said_with_its_unit(value, unit, said):
    assert in_full(Fact("a", "all", value, unit, "")) == said


@pytest.mark.parametrize(
    ("value", "decimals", "said"), [(37, 1, "37.0 points"), (1, 1, "1.0 points"), (1_000_000, 0, "1,000,000 points")]
)
def test_a_value_has_the_same_decimals_in_the_list_as_in_the_text(value, decimals, said):
    fact = Fact("a", "all", value, "points", "", decimals=decimals)
    assert in_full(fact) == said == f"{fact} points"


@pytest.mark.parametrize(("value", "said"), [(0, "0 teams"), (1, "1 team"), (15, "15 teams")])
def test_a_unit_is_printed_as_the_report_calls_it(value, said):
    assert in_full(Fact("a", "all", value, "collaboratives", ""), {"collaboratives": "teams"}) == said
    assert in_full(Fact("a", "all", value, "women", ""), {"collaboratives": "teams"}).split()[1].startswith("wom")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2024-25-Q2", "Q2 2024/25"),
        ("2024-25-YTD", "2024/25 year to date"),
        ("2023-24-YTD", "year 2023/24"),
        ("since-baseline", "since the baseline"),
        ("to-2024-03", "to March 2024"),
        ("2025-03", "March 2025"),
        ("all", "all periods"),
        ("odd-one", "odd one"),
    ],
)
def test_a_period_is_said_in_words(text, said):
    assert period(text, Q2) == said


def test_a_year_is_printed_without_thousands_and_without_its_unit():
    assert in_full(Fact("since", "all", 2024, "year", "")) == "2024"
