"""What cannot be a series is refused, with row, value and what was expected."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from natpatsip.errors import ReportError, SpcError
from natpatsip.spc.parsing import read_dates

MONTHS = pd.date_range("2024-01-01", periods=3, freq="MS")

REFUSED = {
    "infinite": ({"values": [1, float("inf"), 2]}, "Row 2: value is inf; expected a finite number"),
    "minus infinite": ({"values": np.array([1, -np.inf])}, "Row 2: value is -inf"),
    "text": ({"values": [1, "two", 3]}, "Row 2: value is 'two'; expected a finite number"),
    "number as text": ({"values": ["1", "2"]}, "Row 1: value is '1'; Row 2: value is '2'; expected"),
    "more than can be named": ({"values": ["x"] * 9}, "; and 4 more rows; expected"),
    "truth values": ({"values": [True, 2]}, "Row 1: value is True"),
    "empty": ({"values": []}, "value is empty; expected at least one row"),
    "one number": ({"values": 5}, "value is 5; expected a list of numbers"),
    "two dimensions": ({"values": np.ones((2, 2))}, "value has 2 dimensions; expected one series"),
    "no date": ({"dates": ["2024-01", None, "2024-03"]}, "Row 2: date is missing; expected a date"),
    "not a time": ({"dates": [MONTHS[0], pd.NaT, MONTHS[2]]}, "Row 2: date is missing; expected a date"),
    "no such date": ({"dates": ["2024-01", "soon", "2024-03"]}, "Row 2: date is 'soon'; expected a date"),
    "numbers as dates": ({"dates": [1, 2, 3]}, "Row 1: date is 1; .* expected a date"),
    "two rows, one date": ({"dates": ["2024-01", "2024-02", "2024-01-01"]}, "rows 1 and 3 both have 2024-01-01"),
    "too few dates": ({"dates": MONTHS[:2]}, "There are 3 values and 2 dates; expected one date for each"),
    "no direction": ({"improvement": "up"}, "improvement is 'up'; expected \"increase\""),
    "misspelt direction": ({"improvement": "decreases"}, 'Did you mean "decrease"'),
    "short baseline": ({"fix_after": 11}, "fix_after is 11; expected a whole number of points, 12 or more"),
    "broken baseline": ({"fix_after": 12.5}, "fix_after is 12.5; expected a whole number"),
    "two targets": ({"target": [1, 2]}, r"target is \[1, 2\]; expected one finite number"),
    "infinite target": ({"target": np.inf}, "target is inf; expected one finite number"),
    "target as text": ({"target": "85"}, "target is '85'; expected one finite number"),
    "no rebase date": ({"dates": MONTHS, "rebase": ["never"]}, "Rebase 1: rebase date is 'never'; expected a date"),
    "a date for points": ({"rebase": ["2024-01"]}, "Rebase 1 is '2024-01'; expected the number of a point"),
    "five points": ({"rule_length": 5}, "rule_length is 5; expected 6 or 7 points"),
    "no yes or no": ({"screen_outliers": "no"}, "screen_outliers is 'no'; expected True or False"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_with_what_was_found_and_expected(name):
    settings, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as caught:
        spc.xmr(**{"values": [1, 2, 3], **settings})
    assert isinstance(caught.value, SpcError)
    assert isinstance(caught.value, ReportError)
    assert caught.value.exit_status == 1


def test_a_rebase_date_that_no_row_has_is_warned_of_by_name():
    with pytest.warns(spc.SpcWarning, match="No row has the rebase date 2024-02-15, 2030-01-01") as caught:
        result = spc.xmr([1, 2, 3], dates=MONTHS, rebase=["2030-01-01", "2024-02-15", "2024-03"])
    assert result["segment"].tolist() == [0, 0, 1]
    assert result.attrs["rebase"] == [pd.Timestamp("2024-03-01")]
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "dates",
    [
        ["2024-01", "2024-02", "2024-03"],
        [datetime.date(2024, month, 1) for month in (1, 2, 3)],
        pd.period_range("2024-01", periods=3, freq="M"),
        MONTHS.tz_localize("Europe/London"),
        MONTHS.to_numpy().astype("datetime64[M]"),
        [datetime.date(2024, 1, 1), "2024-02-01", MONTHS[2]],
    ],
)
def test_dates_may_be_written_in_many_ways(dates):
    assert spc.xmr([1, 2, 3], dates=dates)["date"].tolist() == MONTHS.tolist()


@pytest.mark.parametrize(
    "values",
    [
        [1, None, 3],
        [1.0, np.nan, 3.0],
        [Decimal(1), pd.NA, 3],
        pd.Series([1, None, 3], dtype="Int64"),
        np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]),
    ],
)
def test_a_missing_value_may_be_written_in_many_ways(values):
    assert spc.xmr(values)["value"].tolist() == pytest.approx([1, np.nan, 3], nan_ok=True)


def test_without_dates_the_index_or_the_number_of_the_point_stands_for_them():
    assert spc.xmr(pd.Series([3, 1], index=MONTHS[:2]))["date"].tolist() == MONTHS[:2].tolist()
    assert spc.xmr([3, 1])["date"].tolist() == [1, 2]
    assert spc.xmr([3, 1, 4, 1], rebase=[3])["segment"].tolist() == [0, 0, 1, 1]


def test_a_list_among_values_or_dates_is_named_by_its_row():
    with pytest.raises(ValueError, match=r"Row 2: value is \[2, 3\]; expected a finite number"):
        spc.xmr([1, [2, 3], 4])
    with pytest.raises(ValueError, match=r"Row 2: date is \('2024-02', 1\); expected a date"):
        spc.xmr([1, 2], dates=["2024-01", ("2024-02", 1)])


@pytest.mark.parametrize("point", [True, 2.0, "2", None])
def test_where_a_series_has_no_dates_a_rebase_is_at_the_number_of_a_point(point):
    with pytest.raises(SpcError, match=r"Rebase 2 is .*; expected the number of a point, as the series has no dates"):
        spc.xmr([1, 2, 3, 4], rebase=[3, point])


def test_a_target_too_large_for_a_number_is_refused():
    with pytest.raises(ValueError, match="expected one finite number"):
        spc.xmr([1, 2], target=10**400)


@pytest.mark.parametrize("years", [["2009-10", "2010-11"], ["2000-01", "2001-02", "2002-03"]])
def test_financial_years_are_not_read_as_months(years):
    with pytest.raises(SpcError, match=r"which are financial years.* 2010-04-01"):
        read_dates(years)


@pytest.mark.parametrize("months", [["2010-11"], ["2010-11", "2010-12"], ["2009-10", "2009-11", "2010-11"]])
def test_months_that_could_be_financial_years_are_read(months):
    assert len(read_dates(months)) == len(months)


def test_rows_of_the_same_date_are_named_in_the_order_of_the_rows():
    dates = list(pd.date_range("2021-01-01", periods=20, freq="MS")) * 3
    with pytest.raises(ValueError, match="date") as refused:
        spc.xmr(range(60), dates=dates)
    assert str(refused.value).startswith(
        "date: rows 1 and 21 both have 2021-01-01; rows 21 and 41 "
        "both have 2021-01-01; rows 2 and 22 both have 2021-02-01;"
    )


@pytest.mark.parametrize(
    "years",
    [["2021", "2022", "2023"], pd.period_range("2021", periods=3, freq="Y-MAR"), ["2021-04", "2022-04", "2023"]],
)
def test_a_year_is_not_read_as_its_first_month(years):
    with pytest.raises(SpcError, match="a year; expected months, quarters or days"):
        spc.xmr([1, 2, 3], dates=years)


FRAME = pd.DataFrame({"month": MONTHS, "seen": [3, 5, 4], "all": [10, 20, 30]})
TURNED = FRAME.sort_values("all", ascending=False)
JOINED = {
    "values and dates": lambda one, other: spc.xmr(one["seen"], dates=other["month"]),
    "a run chart": lambda one, other: spc.run_chart(one["seen"], dates=other["month"]),
    "numerators and denominators": lambda one, other: spc.p_chart(one["seen"], other["all"]),
    "rates and dates": lambda one, other: spc.u_chart(one["seen"], one["all"], dates=other["month"]),
    "events and counts": lambda one, other: spc.between_events(one["month"], other["seen"]),
    "times and dates": lambda one, other: spc.t_chart(one["seen"], dates=other["month"]),
}


@pytest.mark.parametrize("join", JOINED.values(), ids=JOINED.keys())
def test_columns_whose_rows_are_in_another_order_are_refused(join):
    join(FRAME, FRAME)
    join(TURNED, TURNED)
    join(FRAME, FRAME.set_axis([7, 8, 9]))
    with pytest.raises(SpcError, match="the same rows in different orders"):
        join(FRAME, TURNED)
