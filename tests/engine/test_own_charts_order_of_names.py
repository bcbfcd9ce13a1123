"""An own chart draws names and parts of dates in the order they have, not in that of the alphabet or of one year."""

import altair as alt
import pandas as pd
import pytest

from natpatsip.charts.own_charts.order_of_names import out_of_order


def chart(names, *, mark="bar", **channels):
    rows = pd.DataFrame(
        {"a": names, "n": range(1, len(names) + 1), "c": ["p", "q"] * (len(names) // 2) + ["p"] * (len(names) % 2)}
    )
    return getattr(alt.Chart(rows), f"mark_{mark}")().encode(**{"x": "a:N", "y": "n:Q", **channels})


def days(*given):
    return list(pd.to_datetime(given))


YEAR = days(*(f"2024-{month:02}-01" for month in range(4, 13)), *(f"2025-{month:02}-01" for month in range(1, 4)))
IN_ORDER = {
    "months": (["Apr", "May", "Jun"], "Apr, Jun"),
    "months-of-a-year": (["2024 Apr", "2024 May", "2024 Aug"], "2024 Apr, 2024 Aug"),
    "days": (["Monday", "Tuesday", "Friday"], "Friday, Monday"),
    "quarters": (["Q4 2023/24", "Q1 2024/25"], "Q1 2024/25, Q4 2023/24"),
    "bands": (["0-4", "5-9", "10-14"], "0-4, 10-14"),
    "bands-in-words": (["Under 18", "18 to 64", "65 and over"], "18 to 64, 65 and over"),
    "signs": (["<18", "18", "65+"], "18, 65+"),
    "weeks": (["Week 9", "Week 10"], "Week 10, Week 9"),
}
NO_ORDER = {
    "as-drawn": ["Q1 2023/24", "Q2 2023/24"],
    "teams": ["North", "East"],
    "wards": ["Ward 3", "Ward 1", "Ward 2"],
    "wards-of-sites": ["West 1", "East 2"],
    "bands": ["5 to 9", "0 to 4"],
    "words-that-begin-as-months-do": ["Declined", "Decided"],
}


@pytest.mark.parametrize("name", IN_ORDER)
def test_periods_and_amounts_in_alphabetical_order_are_refused(name):
    names, drawn = IN_ORDER[name]
    made = chart(names)
    assert f"alphabetical order ({drawn}, …), not that of its rows" in out_of_order(made, made.to_dict())


@pytest.mark.parametrize("name", IN_ORDER)
def test_in_the_order_of_their_rows_they_are_drawn(name):
    made = chart(IN_ORDER[name][0], x=alt.X("a:N").sort(None))
    assert out_of_order(made, made.to_dict()) == ""


@pytest.mark.parametrize("name", NO_ORDER)
def test_names_without_an_order_are_drawn_and_in_a_line_only_in_that_of_their_rows(name):
    made, line = chart(NO_ORDER[name]), chart(NO_ORDER[name], mark="line")
    assert out_of_order(made, made.to_dict()) == ""
    assert ("alphabetical order" in out_of_order(line, line.to_dict())) is (name != "as-drawn")


@pytest.mark.parametrize(
    ("names", "x"),
    [
        (["Apr", "May", "Jun"], alt.X("a:N").scale(domain=["Apr", "May", "Jun"])),
        (pd.Categorical(["May", "Apr"], ["May", "Apr"], ordered=True), alt.X("a:N").scale(domain=["May", "Apr"])),
        (days("2024-05-01", "2024-04-01"), "yearmonth(a):O"),
        (["2024-05", "2024-04"], "a:O"),
    ],
    ids=["names-in-a-scale", "categories-in-a-scale", "units-of-time", "dates-as-names"],
)
def test_names_that_a_scale_puts_into_order_and_dates_are_drawn_in_a_line_too(names, x):
    made = chart(names, mark="line", x=x)
    assert out_of_order(made, made.to_dict()) == ""


MONTHS = ["Aug", "Sept", "Oct", "Nov"]
LISTS_THAT_LACK_ONE = {
    "month": (MONTHS, ["Aug", "Sep", "Oct", "Nov"], "Sept"),
    "quarter": (["Q2 2023/24", "Q3 2023/24", "Q1 2024/25"], ["Q2 2023/24", "Q1 2024/25"], "Q3 2023/24"),
    "age": (["0-17", "18-64", "65+", "Unknown"], ["18-64", "65+"], "0-17"),
}
LISTS = {
    "all": (MONTHS, MONTHS),
    "more": (MONTHS, ["Jul", *MONTHS, "Dec"]),
    "all-but-the-last": (MONTHS, MONTHS[:-1]),
    "all-but-a-word-at-the-end": (["0-17", "18-64", "Unknown"], ["0-17", "18-64"]),
    "our-own-first": (["North", "South", "East"], ["South"]),
}


@pytest.mark.parametrize("name", LISTS_THAT_LACK_ONE)
def test_a_list_of_periods_or_amounts_that_lacks_one_is_refused(name):
    names, given, absent = LISTS_THAT_LACK_ONE[name]
    made = chart(names, x=alt.X("a:N").sort(given))
    assert f'the sort of column a does not list "{absent}"' in out_of_order(made, made.to_dict())


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_puts_names_where_they_belong_is_drawn(name):
    names, given = LISTS[name]
    made = chart(names, x=alt.X("a:N").sort(given))
    assert out_of_order(made, made.to_dict()) == ""


@pytest.mark.parametrize("kind", "OQ")
@pytest.mark.parametrize("mark", ["bar", "line"])
@pytest.mark.parametrize(
    ("column", "numbers"),
    [("month", [11, 12, 1]), ("quarter", [2, 3, 4, 1]), ("week_no", [51, 52, 1]), ("Hour", [22, 23, 0])],
)
def test_months_as_numbers_that_begin_again_are_refused(column, numbers, mark, kind):
    made = chart(numbers, mark=mark, x=f"{column}:{kind}")
    made.data = made.data.rename(columns={"a": column})
    assert f"goes on from {max(numbers)} to {min(numbers)} in the rows" in out_of_order(made, made.to_dict())
    made = made.encode(x=alt.X(f"{column}:O").sort(None))
    assert out_of_order(made, made.to_dict()) == ""


@pytest.mark.parametrize(
    ("column", "numbers"),
    [("month", [1, 2, 3]), ("month", [3, 1, 2]), ("month", [12, 11, 10]), ("ward", [11, 12, 1]), ("month", [12, 1])],
)
def test_other_numbers_are_drawn_in_their_order(column, numbers):
    made = chart(numbers, x=f"{column}:O")
    made.data = made.data.rename(columns={"a": column})
    assert out_of_order(made, made.to_dict()) == ""


def test_lines_that_join_the_values_of_one_name_are_drawn():
    made = chart(["North", "North", "East", "East"], mark="line", x="n:Q", y="a:N", detail="a:N")
    assert out_of_order(made, made.to_dict()) == ""


def test_categories_keep_their_order():
    made = chart(pd.Categorical(["May", "Apr"], ["May", "Apr"], ordered=True), x="a")
    assert out_of_order(made, made.to_dict()) == ""


@pytest.mark.parametrize("mark", ["bar", "line"])
@pytest.mark.parametrize(
    ("dates", "unit"),
    [
        (YEAR, "month"),
        (YEAR, "monthdate"),
        (YEAR, "dayofyear"),
        (YEAR, "utcmonth"),
        (days("2024-04-01", "2024-04-02", "2024-04-07"), "day"),
        (days("2024-04-01 21:00", "2024-04-01 22:00", "2024-04-02 03:00"), "hours"),
    ],
    ids=str,
)
def test_dates_that_go_into_the_next_year_week_or_day_are_not_drawn_without_it(dates, unit, mark):
    for y in ("n:Q", "sum(n):Q"):
        made = chart(dates, mark=mark, x=f"{unit}(a):O", y=y)
        assert f"a is drawn without its year ({unit})" in out_of_order(made, made.to_dict())


@pytest.mark.parametrize(
    ("dates", "channels"),
    [
        (YEAR, {"x": "yearmonth(a):O"}),
        (YEAR, {"x": "month(a):O", "color": "year(a):N"}),
        (YEAR[:9], {"x": "month(a):O"}),
        (YEAR + [day + pd.DateOffset(years=1) for day in YEAR], {"x": "month(a):O", "y": "mean(n):Q"}),
        (days("2022-11-03", "2023-02-11", "2024-07-07"), {"x": "month(a):O", "y": "count()"}),
        (days("2024-04-05", "2024-05-06", "2024-06-02"), {"x": "day(a):O", "y": "count()"}),
        (days("2024-04-05 21:00", "2024-05-06 03:00"), {"x": "hours(a):O", "y": "count()"}),
        (days("2024-04-05 21:00", "2024-05-06 03:00"), {"x": "hours(a):O", "y": "day(a):O"}),
        (days("2024-04-05 21:00", "2024-04-14 21:00"), {"x": "hours(a):O", "y": "day(a):O", "color": "count()"}),
    ],
    ids=[
        "with-its-year",
        "a-colour-for-each-year",
        "one-year",
        "the-months-of-two-years",
        "a-few-months-of-three-years",
        "a-few-days-of-several-weeks",
        "a-few-hours-of-several-days",
        "a-few-hours-by-days",
        "an-hour-of-days-of-several-weeks",
    ],
)
def test_other_dates_are(dates, channels):
    made = chart(dates, **channels)
    assert out_of_order(made, made.to_dict()) == ""
