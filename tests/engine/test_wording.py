"""Numbers as UK reports print them."""

from datetime import date

import pytest

from natpatsip import wording


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [(0.5, 0, 1), (1.5, 0, 2), (2.5, 0, 3), (-2.5, 0, -3), (2.4999, 0, 2), (0.15, 1, 0.2), (79.05, 1, 79.1), (0, 2, 0)],
)
def test_halves_are_rounded_away_from_zero(value, decimals, rounded):
    assert wording.round_half_up(value, decimals) == rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1000, "1,000"), (1234567, "1,234,567"), (-1500, "−1,500"), (-0.4, "−0.4")],
)
def test_thousands_are_separated(value, text):
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "£0"), (999, "£999"), (18_000_000, "£18 million"), (1_500_000, "£1.5 million"), (1_234_567, "£1,234,567"),
     (2_000_000_000, "£2 billion"), (-18_000_000, "−£18 million")],
)  # fmt: skip
def test_pounds_are_printed_in_millions_where_that_loses_nothing(amount, text):
    assert wording.money(amount) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(83, "83%"), (79.1, "79.1%"), (85.94, "85.9%"), (100.0, "100%"), (0, "0%"), (99.96, "99.96%"), (0.04, "0.04%")],
)
def test_a_percentage_has_the_decimals_it_needs(value, text):
    assert wording.percent(value) == text


def test_dates_are_printed_in_full():
    assert wording.date(date(2024, 8, 4)) == "4 August 2024"
    assert wording.month(date(2024, 8, 4)) == "August 2024"


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_items_are_listed_as_a_sentence_has_them(items, text):
    assert wording.listing(items) == text


@pytest.mark.parametrize(("count", "text"), [(0, "none"), (1, "one"), (10, "ten"), (11, "11"), (1200, "1,200")])
def test_counts_up_to_ten_are_words(count, text):
    assert wording.in_words(count) == text
