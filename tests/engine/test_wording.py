"""Numbers as UK reports print them."""

import math
from datetime import date

import numpy as np
import pandas as pd
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


@pytest.mark.parametrize(
    ("values", "usual", "decimals"),
    [
        ([], 0, 0),
        ([], 2, 2),
        ([None, math.nan, math.inf, -math.inf], 1, 1),
        ([0, 0], 0, 0),
        ([1, 10], 0, 1),
        ([0, 10], 0, 0),
        ([0, 0.1], 0, 2),
        ([-0.1, 0], 0, 2),
        ([-3, -3], 0, 1),
        ([0.04, 0.04], 0, 3),
        ([1, 1 + 1e-10], 0, 1),  # noise, so the size counts
        ([1, 1 + 2e-8], 0, 9),
        ([0, 1e-30], 0, 12),
        ([1, 2, None], 3, 3),
    ],
)
def test_a_series_has_two_digits_of_its_spread_or_else_of_its_size(values, usual, decimals):
    assert wording.decimals_for(values, usual) == decimals


@pytest.mark.parametrize(
    ("value", "asked", "is_percent", "decimals"),
    [
        (0, 0, False, 0),
        (wording.NOISE, 0, False, 10),
        (5e-10, 0, False, 11),
        (1e-9 / 3, 0, False, 11),
        (-(2**-29), 0, False, 10),  # too much for what a difference leaves
        (1_000_000.1 - 1_000_000 - 0.1, 0, False, 0),  # what a difference of large numbers leaves
        (2**-80, 0, False, 26),  # too little
        (2**-45, 0, False, 0),  # what a difference leaves
        (-(2**-56), 0, True, 0),
        (100 - 1e-11, 0, True, 12),
        (100 + math.ulp(100), 0, True, 0),
        (-0.04, 0, False, 3),
        (0.4, 0, False, 2),
        (0.5, 0, False, 0),
        (0.04, 2, False, 2),
        (100, 0, True, 0),
        (99.6, 0, True, 2),
        (99.6, 0, False, 0),
        (100.4, 0, True, 2),
        (99.4, 0, True, 0),
        (99.96, 1, True, 3),
        (0.4, 0, True, 2),
        (0, -2, False, -2),  # tens and hundreds
    ],
)
def test_a_value_gets_more_decimals_than_asked_for_if_it_would_be_a_false_0_or_100_percent(
    value, asked, is_percent, decimals
):
    assert wording.honest_decimals(value, asked, is_percent=is_percent) == decimals


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (2, 2, "2.00"),
        (120, 0, "120"),
        (0.04, 1, "0.04"),
        (0.4, 0, "0.4"),
        (-0.0, 1, "0.0"),
        (1e-12, 0, "0.000000000001"),
        (0.1 + 0.2 - 0.3, 0, "0"),
        (-3e-20, 1, "−0.00000000000000000003"),
        (1200.5, 1, "1,200.5"),
    ],
)
def test_a_number_has_the_decimals_asked_for_and_no_zeros_at_the_end_of_any_more(value, decimals, text):
    assert wording.number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"), [(120, "120"), (1.25, "1.3"), (1.20, "1.2"), (1.04, "1"), (-1.25, "−1.3"), (99.96, "100")]
)
def test_a_plain_number_has_one_decimal_at_most_and_none_that_is_zero(value, text):
    assert wording.plain(value) == text


def test_a_plain_percentage_that_is_not_100_is_not_printed_as_100():
    assert wording.plain(99.96, is_percent=True) == "99.96"
    assert wording.rounded(99.96, is_percent=True) == 99.96
    assert wording.rounded(99.96) == 100


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (999_999, "999,999"),
        (1_000_000, "1 million"),
        (-1_000_000, "−1 million"),
        (1_250_000, "1.25 million"),
        (1_255_000, "1,255,000"),
        (999_990_000, "999.99 million"),
        (1_000_000_000, "1 billion"),
        (1_250_000_000, "1.25 billion"),
        (1_001_000_000, "1,001 million"),
    ],
)
def test_millions_and_billions_are_words_from_the_first_on_where_two_decimals_lose_nothing(value, text):
    assert wording.large(value) == text


@pytest.mark.parametrize(("amount", "text"), [(-1, "−£1"), (0, "£0"), (1, "£1")])
def test_the_sign_of_an_amount_stands_before_the_pound(amount, text):
    assert wording.money(amount) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ([], ""),
        ([date(2018, 6, 1)], "June 2018"),
        ([date(2018, 12, 1), date(2019, 1, 1)], "December 2018 and January 2019"),
        ([date(2018, 5, 1), date(2018, 6, 1)], "May and June 2018"),
    ],
)
def test_each_year_of_a_list_of_months_is_given_once_after_its_last_month(days, text):
    assert wording.months(days) == text


@pytest.mark.parametrize(
    ("count", "word"), [(0, "people"), (1, "person"), (-1, "person"), (2, "people"), (1.5, "people")]
)
def test_one_alone_is_singular(count, word):
    assert wording.plural(count, "person", "people") == word


JOINING = ("per", "of", "in", "with", "on", "at", "for", "to", "needed", "a")


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("women", "woman"),
        ("men", "man"),
        ("people", "person"),
        ("lives", "life"),
        ("deaths per day", "death per day"),
        ("therapies", "therapy"),
        ("access", "access"),
        ("series", "series"),
        ("services", "service"),
        ("hospital nurses", "hospital nurse"),
        ("Cases", "Case"),
        ("midwives", "midwife"),
        ("children", "child"),
        ("analyses", "analysis"),
        ("diagnoses", "diagnosis"),
        ("courses of treatment", "course of treatment"),
        ("causes", "cause"),
        ("phases", "phase"),
        ("exercises", "exercise"),
        ("losses", "loss"),
        ("doses", "dose"),
        ("responses", "response"),
        ("breaches per month", "breach per month"),
        ("ICUs", "ICU"),
        ("collaboratives", "collaborative"),
        ("areas", "area"),
        ("per 1,000 patients", "per 1,000 patients"),
        ("percent", "percent"),
        ("", ""),
        ("people per group", "person per group"),
        *((f"beds {word} wards", f"bed {word} wards") for word in JOINING),
    ],
)
def test_the_singular_of_a_unit_is_that_of_its_first_word(unit, one):
    assert wording.singular(unit) == one


@pytest.mark.parametrize(
    "unit",
    [
        "boxes",
        "buses",
        "Classes",
        "bus",
        "axes per hour",
        "heroes",
        "wolves",
        "batches",
        "indices",
        "hospital beaches",
        "housewives",
    ],
)
def test_a_singular_is_not_made_up_of_a_plural_that_does_not_say_it(unit):
    assert wording.singular(unit) == ""


def test_a_count_below_none_or_above_ten_is_in_figures():
    assert [wording.in_words(count) for count in (-1, 0, 10, 11)] == ["−1", "none", "ten", "11"]


@pytest.mark.parametrize(("change", "word"), [(-0.1, "fell"), (0, "did not change"), (0.1, "rose")])
def test_a_change_of_nothing_is_no_rise_and_no_fall(change, word):
    assert wording.direction(change) == word


def test_the_words_for_a_change_may_be_the_callers_own():
    words = {"up": "more", "down": "fewer", "level": "as many"}
    assert [wording.direction(change, **words) for change in (1, -1, 0)] == ["more", "fewer", "as many"]


def test_the_words_for_counts_are_those_of_counting():
    words = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    assert [wording.in_words(count) for count in range(11)] == words


def test_a_number_that_is_no_percentage_may_be_printed_as_100():
    assert [wording.number(99.96), wording.plain(99.96), str(wording.honest_decimals(99.96))] == ["100", "100", "0"]


@pytest.mark.parametrize(
    ("items", "text"), [(["a", "b"], "a and b"), ([1, 2], "1 and 2"), (["a, b", "c", "d"], "a, b, c and d")]
)
def test_two_items_have_no_comma(items, text):
    assert wording.listing(items) == text


def test_the_size_of_values_that_are_all_the_same_is_that_of_the_largest():
    assert wording.decimals_for([100, 100 + 1e-9]) == 0
    assert wording.decimals_for([-0.05, -0.05]) == 3
    assert wording.decimals_for([1e9, 1e9 - 1]) == 0  # just as far apart as noise may be


def test_a_rounded_number_is_whole_unless_decimals_are_asked_for():
    assert [wording.rounded(2.5), wording.rounded(2.44, 1)] == [3, 2.4]


@pytest.mark.parametrize(
    ("value", "text"), [(1_005_000_000, "1,005 million"), (1_234_000, "1,234,000"), (2_010_000, "2.01 million")]
)
def test_a_third_decimal_of_a_million_is_in_figures(value, text):
    assert wording.large(value) == text


WORDED = [
    wording.number,
    wording.plain,
    wording.percent,
    wording.money,
    wording.large,
    wording.in_words,
    wording.direction,
    lambda count: wording.plural(count, "person", "people"),
]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("words", WORDED)
def test_what_is_no_number_is_not_put_into_words(words, value):
    """Of a missing change, the word would be that it did not change."""
    with pytest.raises(ValueError, match=f"is -?{abs(value)}: there is none"):
        words(value)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(12.5, "£12.50"), (0.5, "£0.50"), (-0.5, "−£0.50"), (99.99, "£99.99"), (99.999, "£100"), (100.5, "£101"),
     (12.0, "£12"), (0.004, "£0.004"), (0.1 + 0.2 - 0.3, "£0"), (0.3 - 0.2 - 0.1, "£0"), (100, "£100")],
)  # fmt: skip
def test_pence_are_printed_where_leaving_them_out_would_change_the_amount(amount, text):
    assert wording.money(amount) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(72.25, 1, "72.25"), (72.5, 0, "72.5"), (85, 1, "85"), (2.555, 1, "2.555"), (200 / 3, 1, "66.7"),
     (0.1 * 3, 1, "0.3"), (1350.5, 0, "1,350.5"), (0.1234, 1, "0.1234"), (0.12345, 1, "0.1"),
     (50_000.123_39, 1, "50,000.1")],
)  # fmt: skip
def test_a_number_that_people_set_keeps_the_decimals_that_they_gave_it(value, decimals, text):
    assert wording.given(value, decimals) == text


@pytest.mark.parametrize("others", [[], [None, math.nan], [math.inf, -math.inf]])
def test_what_is_no_number_has_no_part_in_the_decimals_of_a_series(others):
    assert wording.decimals_for(others) == 0
    assert wording.decimals_for(others, 2) == 2
    assert wording.decimals_for([0.02, *others, 0.05]) == 3


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_list_in_a_sentence_has_no_missing_item(missing):
    with pytest.raises(ValueError, match="there is no value"):
        wording.listing(["North", missing])
    assert wording.listing(["None yet", "None"]) == "None yet and None"


@pytest.mark.parametrize(("digits", "is_left"), [(28, True), (29, False)])
def test_what_a_difference_leaves_has_28_binary_digits_at_most(digits, is_left):
    value = (2**digits - 1) * 2.0**-80
    assert [wording.is_residue(each) for each in (value, -value)] == [is_left] * 2


@pytest.mark.parametrize(
    ("numbers", "are"),
    [
        ([1899, 1900], False),
        ([1900, 1901], True),
        ([2099, 2100], True),
        ([2100, 2101], False),
        ([1, 2, 3], False),
        ([2022, 2023, 2030], False),
        ([2022, 2023, 2023], False),
        ([2022], False),
        ([], False),
    ],
)
def test_years_are_numbers_of_this_or_the_last_century_that_follow_each_other(numbers, are):
    assert wording.are_years(numbers) is are


@pytest.mark.parametrize(("value", "shown"), [(1e30, "1" + ",000" * 10), (-1e100, "−10" + ",000" * 33)])
def test_however_large_a_number_is_all_its_digits_are_printed(value, shown):
    assert wording.number(value) == shown


WORDED = (
    wording.number,
    wording.plain,
    wording.given,
    wording.large,
    wording.money,
    wording.percent,
    wording.direction,
)


@pytest.mark.parametrize("put", WORDED, ids=lambda put: put.__name__)
@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_numbers_read_the_same_whatever_they_are_kept_in(put, kind):
    limits = np.iinfo(kind)
    for value in {limits.min, limits.max, 0, 1, 100}:
        assert put(np.dtype(kind).type(value)) == put(int(value))
