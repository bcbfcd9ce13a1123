"""The NHS year starts in April; a quarter is written 2024-25-Q2 and printed Q2 2024/25."""

from datetime import date

import pytest

from natpatsip.errors import UsageError
from natpatsip.quarter import Quarter


@pytest.mark.parametrize(
    ("written", "label", "first", "last"),
    [
        ("2024-25-Q1", "Q1 2024/25", date(2024, 4, 1), date(2024, 6, 1)),
        ("2024-25-Q2", "Q2 2024/25", date(2024, 7, 1), date(2024, 9, 1)),
        ("2024-25-Q4", "Q4 2024/25", date(2025, 1, 1), date(2025, 3, 1)),
        ("1999-00-Q3", "Q3 1999/00", date(1999, 10, 1), date(1999, 12, 1)),
    ],
)
def test_quarter_covers_its_three_months(written, label, first, last):
    quarter = Quarter.parse(written)
    assert (str(quarter), quarter.label, quarter.first_month, quarter.last_month) == (written, label, first, last)


@pytest.mark.parametrize("text", ["", "2024-Q2", "2024-25-Q5", "2024-26-Q2", "2024/25-Q2", "Q2 2024/25", "2024-25-Q2x"])
def test_an_invalid_quarter_is_rejected_with_how_to_write_it(text):
    with pytest.raises(UsageError, match="is not a quarter"):
        Quarter.parse(text)


@pytest.mark.parametrize("two", ["\N{FULLWIDTH DIGIT TWO}", "\N{ARABIC-INDIC DIGIT TWO}"])
@pytest.mark.parametrize("text", ["{}024-25-Q2", "2024-{}5-Q2", "2024-25-Q{}"])
def test_digits_of_other_scripts_do_not_make_a_quarter(two, text):
    with pytest.raises(UsageError, match="is not a quarter"):
        Quarter.parse(text.format(two))


def test_every_day_lies_in_the_quarter_that_has_its_month():
    for quarter in (Quarter(2024, number) for number in (1, 2, 3, 4)):
        assert {Quarter.of(month) for month in quarter.months} == {quarter}


def test_next_and_previous_undo_each_other_over_the_year_end():
    last = Quarter.parse("2024-25-Q4")
    assert last.next() == Quarter.parse("2025-26-Q1")
    assert last.next().previous() == last


def test_year_to_date_is_the_quarters_so_far():
    assert [str(each) for each in Quarter.parse("2024-25-Q2").so_far] == ["2024-25-Q1", "2024-25-Q2"]
    assert Quarter.parse("2024-25-Q2").year_to_date == "2024-25-YTD"
