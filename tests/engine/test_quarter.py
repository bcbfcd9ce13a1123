"""The NHS year starts in April; a quarter is written 2024-25-Q2 and printed Q2 2024/25."""

from datetime import date

import pytest

from natpatsip.errors import ParamsError, UsageError
from natpatsip.quarter import Quarter, first_month, is_period, is_quarter, known_quarters


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


@pytest.mark.parametrize(
    ("number", "months"),
    [
        (1, [date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1)]),
        (2, [date(2024, 7, 1), date(2024, 8, 1), date(2024, 9, 1)]),
        (3, [date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1)]),
        (4, [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)]),
    ],
)
def test_the_months_of_a_quarter_are_three_in_a_row(number, months):
    assert list(Quarter(2024, number).months) == months


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2024, 3, 31), Quarter(2023, 4)),
        (date(2024, 4, 1), Quarter(2024, 1)),
        (date(2024, 6, 30), Quarter(2024, 1)),
        (date(2024, 7, 1), Quarter(2024, 2)),
        (date(2024, 12, 31), Quarter(2024, 3)),
        (date(2025, 1, 1), Quarter(2024, 4)),
    ],
)
def test_a_day_on_the_edge_of_a_quarter_lies_in_it(day, quarter):
    assert Quarter.of(day) == quarter


@pytest.mark.parametrize(
    ("quarter", "before"),
    [("2024-25-Q1", "2023-24-Q4"), ("2024-25-Q2", "2024-25-Q1"), ("2024-25-Q3", "2024-25-Q2"),
     ("2024-25-Q4", "2024-25-Q3"), ("2000-01-Q1", "1999-00-Q4")],
)  # fmt: skip
def test_the_quarter_before_is_one_earlier_and_next_leads_back(quarter, before):
    assert str(Quarter.parse(quarter).previous()) == before
    assert str(Quarter.parse(before).next()) == quarter


def test_quarters_are_in_order_of_time_and_cannot_be_changed():
    quarters = [Quarter(year, number) for year in (2023, 2024) for number in (1, 2, 3, 4)]
    assert sorted([*quarters[3:], *quarters[:3]]) == quarters
    with pytest.raises(AttributeError):
        quarters[0].number = 2


def test_years_that_do_not_follow_each_other_are_told_apart():
    with pytest.raises(UsageError) as refused:
        Quarter.parse("2024-26-Q2")
    assert str(refused.value) == '"2024-26-Q2" is not a quarter: 2024 is followed by 25, not 26.'
    with pytest.raises(UsageError) as refused:
        Quarter.parse("2099-01-Q1")
    assert str(refused.value) == '"2099-01-Q1" is not a quarter: 2099 is followed by 00, not 01.'


def test_the_quarters_of_a_project_are_those_that_its_params_files_are_named_after(tmp_path):
    assert known_quarters(tmp_path) == []
    folder = tmp_path / "params"
    folder.mkdir()
    for name in ("2024-25-Q2.yml", "2023-24-Q4.yaml", "2024-25-Q1.yml", "notes.md"):
        (folder / name).touch()
    assert known_quarters(tmp_path) == [Quarter(2023, 4), Quarter(2024, 1), Quarter(2024, 2)]
    (folder / "2024-25-Q9.yml").touch()
    with pytest.raises(ParamsError) as refused:
        known_quarters(tmp_path)
    assert str(refused.value) == (
        'params/2024-25-Q9.yml: "2024-25-Q9" is not a quarter. Write it like 2024-25-Q2: NHS year, then Q1 to Q4. '
        "Name a params file after its quarter."
    )


@pytest.mark.parametrize(
    ("text", "quarter", "period", "month"),
    [
        ("2024-25-Q2", True, True, date(2024, 7, 1)),
        ("2024-25-Q4", True, True, date(2025, 1, 1)),
        ("2024-25-YTD", False, True, date(2024, 4, 1)),
        ("2024-26-YTD", False, False, None),
        ("2024-26-Q2", False, False, None),
        (" 2024-25-Q2", False, False, None),
        ("since-baseline", False, True, None),
        ("all", False, True, None),
        ("to-2024-03", False, True, date(2024, 3, 1)),
        ("2025-03", False, True, date(2025, 3, 1)),
        ("to-2024-13", False, False, None),
        ("2024", False, False, None),
        ("ever", False, False, None),
    ],
)
def test_periods_are_quarters_years_to_date_months_and_two_words(text, quarter, period, month):
    assert (is_quarter(text), is_period(text), first_month(text)) == (quarter, period, month)
