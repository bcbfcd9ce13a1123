"""Dates without a row are found, and can be made gaps."""

import pandas as pd
import pytest

from natpatsip import spc
from natpatsip.spc.gaps import period_words, step_of


def test_absent_months_can_be_made_gaps():
    frame = pd.DataFrame(
        {"team": list("AAAB"), "month": ["2024-01", "2024-02", "2024-04", "2024-03"], "seen": [1, 2, 3, 4]}
    )
    filled = spc.fill_absent_months(frame, date="month", by="team")
    assert filled["team"].tolist() == list("AAAAB")
    assert filled["seen"].tolist() == pytest.approx([1, 2, float("nan"), 3, 4], nan_ok=True)
    result = spc.panel(filled, by="team", value="seen", date="month")
    assert result["upl"].iloc[0] == 2 + 2.66
    assert spc.fill_absent_months(frame.iloc[:2], date="month")["month"].tolist() == [
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-02-01"),
    ]
    with pytest.raises(ValueError, match="Row 1: month is 2024-01-09; expected the first day of a month"):
        spc.fill_absent_months(pd.DataFrame({"month": ["2024-01-09"]}), date="month")


@pytest.mark.parametrize(
    ("dates", "absent"),
    [
        (["2024-01", "2024-04", "2024-07", "2024-10", "2025-01", "2025-07"], 1),
        (["2024-01", "2024-02", "2024-06", "2024-12"], 0),
        (["2024-01-08", "2024-01-15", "2024-01-22", "2024-02-05"], 0),
        (["2024-01"], 0),
    ],
)
def test_only_a_regular_series_lacks_a_date(dates, absent):
    assert len(spc.absent_dates(pd.to_datetime(dates))) == absent


def months(*numbers):
    """Return first days of months, counted from January 2024 as 1."""
    return [pd.Timestamp(2024 + (number - 1) // 12, (number - 1) % 12 + 1, 1) for number in numbers]


def days(*numbers):
    return [pd.Timestamp("2024-01-02") + pd.Timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("dates", "step", "absent"),
    [
        (months(1, 2), "date", []),  # too few to tell
        (months(1, 2, 3), "month", []),
        (months(1, 2, 3, 4, 6), "month", months(5)),  # three of four steps: regular
        (months(1, 2, 3, 5), "date", []),  # two of three: not
        (months(11, 12, 13, 14, 17), "month", months(15, 16)),
        (months(1, 2, 3, 4, 5, 6, 25), "month", months(*range(7, 25))),
        (months(1, 4, 7, 10, 13, 19), "quarter", months(16)),
        (months(2, 5, 8, 11), "date", []),  # three months, but no quarters of the year
        (months(1, 13, 25, 37, 61), "year", months(49)),
        (months(1, 3, 5, 7, 11), "date", months(9)),
        (months(1, 3, 5, 7, 10), "date", []),  # no multiple of the usual step
        (days(0, 7, 14, 21, 35), "week", days(28)),
        (days(0, 14, 28, 42, 70), "date", days(56)),
        (days(0, 1, 2, 3, 6), "day", []),  # week-ends are not missed
        (days(0, 5, 9, 12), "date", []),
        ([stamp + pd.Timedelta(hours=9) for stamp in days(0, 7, 14, 21, 35)], "date", []),
        ([1, 2, 3, 5], "date", []),
        ([], "date", []),
    ],
)
def test_a_series_is_regular_if_three_steps_of_four_are_alike_and_all_are_multiples(dates, step, absent):
    assert step_of(dates) == step
    assert list(spc.absent_dates(dates)) == absent


@pytest.mark.parametrize(
    ("step", "is_monthly", "words"),
    [
        ("quarter", True, "Q2 2024/25"),
        ("month", True, "July 2024"),
        ("quarter", False, "1 July 2024"),
        ("day", False, "1 July 2024"),
    ],
)
def test_a_date_is_named_by_what_its_series_is_made_of(step, is_monthly, words):
    assert period_words(pd.Timestamp("2024-07-01"), step, is_monthly=is_monthly) == words


def test_filling_keeps_the_columns_and_the_series_of_several_columns_apart():
    frame = pd.DataFrame(
        {
            "seen": [1, 2, 3],
            "site": ["x", "x", "y"],
            "month": ["2024-01", "2024-03", "2024-02"],
            "team": ["A", "A", "A"],
        }
    )
    filled = spc.fill_absent_months(frame, date="month", by=["team", "site"])
    assert list(filled.columns) == ["seen", "site", "month", "team"]
    assert filled["site"].tolist() == ["x", "x", "x", "y"]
    assert [f"{month:%Y-%m}" for month in filled["month"]] == ["2024-01", "2024-02", "2024-03", "2024-02"]
    assert filled["seen"].isna().tolist() == [False, True, False, False]
    assert len(frame) == 3


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["2024-01", "2024-02-02"], "Row 2: month is 2024-02-02; expected the first day of a month."),
        ([pd.Timestamp("2024-01-01 09:00")], "Row 1: month is 2024-01-01 09:00:00; expected the first day of a month."),
    ],
)
def test_what_is_not_the_first_of_a_month_cannot_be_filled(dates, said):
    with pytest.raises(ValueError, match="Row") as refused:
        spc.fill_absent_months(pd.DataFrame({"month": dates}), date="month")
    assert str(refused.value) == said


def test_a_column_that_the_data_lack_is_named_with_its_role():
    frame = pd.DataFrame({"month": ["2024-01"], "team": ["A"]})
    with pytest.raises(
        ValueError, match=r"^date is 'months', but the data have no such column; they have month, team\."
    ):
        spc.fill_absent_months(frame, date="months")
    with pytest.raises(ValueError, match=r"^by \(site\) is 'site', but the data have no such column"):
        spc.fill_absent_months(frame, date="month", by="site")
