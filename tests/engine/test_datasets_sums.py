"""Sums of counts: a sum of which a part is missing is missing, and every sum says how it was made."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from natpatsip import datasets
from natpatsip.datasets.coverage import _days, _expected_periods, _named, _next
from natpatsip.datasets.organisations import Organisation
from natpatsip.errors import DataError
from natpatsip.facts.fact import FILTER
from natpatsip.quarter import Quarter
from support.projects import edit, small

Q2 = Quarter(2024, 2)
MONTHS = pd.to_datetime(["2024-05", "2024-06", "2024-07", "2024-08", "2024-09", "2024-10"])


def frame(seen, *, months=MONTHS, team="North", **more):
    return pd.DataFrame({"team": team, "month": months[: len(seen)], "seen": seen, **more})


def refused(call, *arguments, **options):
    with pytest.raises(DataError) as error:
        call(*arguments, **options)
    return str(error.value)


def test_a_total_keeps_apart_what_is_asked_for_and_sums_all_else():
    both = pd.concat([frame([1, 2]), frame([10, 20], team="South")])
    assert datasets.total(both, "seen")["seen"].tolist() == [11, 22]
    assert datasets.total(both, ["seen"], by="team").to_dict("list") == {"team": ["North", "South"], "seen": [3, 30]}
    assert list(datasets.total(both, "seen", by=["team", "month"]).columns) == ["team", "month", "seen"]
    assert len(datasets.total(both, "seen", by=["team", "month"])) == 4


SUMS = {
    "total": lambda rows: datasets.total(rows, "seen"),
    "quarterly": lambda rows: datasets.quarterly(rows, by="team", counts="seen"),
    "rolling": lambda rows: datasets.rolling(rows, by="team", counts="seen", months=3),
}


@pytest.mark.parametrize("make", SUMS.values(), ids=SUMS)
def test_sums_are_by_the_period_that_the_dataset_declares_whatever_it_is_called(tmp_path, make):
    project = small(tmp_path)
    edit(project / "data" / "waits_monthly.csv", "month,", "Begun,")
    descriptor = project / "data" / "datapackage.yaml"
    text = re.sub(r"(?<!each )\bmonth\b(?=[\],\n])", "Begun", descriptor.read_text(encoding="utf-8"))
    descriptor.write_text(text, encoding="utf-8")
    rows = datasets.load("waits_monthly", quarter="2024-25-Q2", project=project, is_shown=False)
    renamed = rows.rename(columns={"Begun": "month"})  # a frame that has no such column any more
    assert make(rows)["Begun"].tolist() == make(renamed)["month"].tolist()


DAYS = pd.date_range("2024-04-01", "2024-09-30")
DATED_BY = {
    "every day": DAYS,
    "the first of a month": DAYS[DAYS.is_month_start],
    "the last day of a month": DAYS[DAYS.is_month_end],
    "a day in the middle": DAYS[DAYS.day == 15],
    "a time of a zone": DAYS.tz_localize("Europe/London"),
}


@pytest.mark.parametrize("days", DATED_BY.values(), ids=DATED_BY)
def test_sums_over_months_are_the_same_whichever_days_the_rows_are_dated_by(days):
    rows = pd.DataFrame({"team": "North", "day": days, "seen": 1})
    rows.attrs["period"] = "day"
    in_month = [int((days.month == month).sum()) for month in range(4, 10)]
    rolled, quarters = SUMS["rolling"](rows), SUMS["quarterly"](rows)
    assert rolled["seen"].tolist() == [sum(in_month[n - 2 : n + 1]) for n in range(2, 6)]
    assert rolled["day"].tolist() == [*pd.to_datetime(["2024-06", "2024-07", "2024-08", "2024-09"])]
    assert quarters["seen"].tolist() == [sum(in_month[:3]), sum(in_month[3:])]
    assert quarters["day"].tolist() == [*pd.to_datetime(["2024-06", "2024-09"])]


def test_three_days_of_two_months_are_no_whole_quarter():
    rows = frame([1, 2, 4], months=pd.to_datetime(["2024-04-03", "2024-04-20", "2024-06-09"]))
    assert SUMS["quarterly"](rows).empty
    assert SUMS["rolling"](rows).empty


def test_sums_by_no_column_are_of_all_rows():
    rows = pd.concat([frame([1, 2, 4]), frame([10, 20, 40], team="South")])
    rows.attrs["period"] = "month"
    made = datasets.total(rows, "seen", by=[])
    assert made.to_dict("list") == {"seen": [77]}
    assert made.attrs[FILTER] == "summed"
    assert datasets.total(rows[:0], "seen", by=[]).empty
    assert datasets.quarterly(rows, by=[], counts="seen").empty
    assert datasets.rolling(rows, by=[], counts="seen", months=2)["seen"].tolist() == [33, 66]


@pytest.mark.parametrize("name", ["quarterly", "rolling"])
def test_sums_over_months_of_a_column_that_has_none_name_it(name):
    rows = frame([1, 2, 3]).assign(month=["2024-25-Q1"] * 3)
    assert refused(SUMS[name], rows) == (
        "month is not a column of months; expected one that is declared as yearmonth or date."
    )


def test_a_total_says_how_it_was_made_and_how_many_sums_are_missing():
    rows = frame([1, None, None, 4])
    rows.attrs = {FILTER: "as of June", "file": "data/waits.csv", "note": "before"}
    made = datasets.total(rows, "seen", where={"team": "North"})
    assert made.attrs == {
        FILTER: "as of June, team North, summed by month",
        "file": "data/waits.csv",
        "note": "2 sums are missing, because a part is missing in the data.",
    }
    one = datasets.total(frame([1, None]), "seen", by="team")
    assert one.attrs == {FILTER: "summed by team", "note": "A sum is missing, because a part is missing in the data."}
    assert datasets.total(frame([1, 2]), "seen").attrs == {FILTER: "summed by month"}


def test_a_percentage_is_that_of_the_sums_and_missing_of_nobody():
    rows = frame([5, 0, 3], of=[10, 0, 4])
    made = datasets.total(rows, ["seen", "of"], percent=("seen", "of"))
    assert made["percent"].tolist() == pytest.approx([50, float("nan"), 75], nan_ok=True)
    assert "percent" not in datasets.total(rows, ["seen", "of"])


def test_what_a_total_is_asked_for_and_the_rows_lack_is_named_with_the_nearest():
    rows = frame([1, 2])
    assert refused(datasets.total, rows, "sen") == (
        'The rows have no column sen; they have team, month, seen. Did you mean "seen"?'
    )
    assert refused(datasets.total, rows, "seen", by="mnth").startswith("The rows have no column mnth;")
    assert refused(datasets.total, rows, "seen", where={"tem": "North"}).startswith("The rows have no column tem;")
    assert refused(datasets.total, rows, "seen", where={"team": "Nort"}) == (
        'No row of the data has team "Nort". Did you mean "North"?'
    )


def test_a_quarter_is_the_sum_of_its_three_months():
    made = datasets.quarterly(frame([1, 2, 4, 8, 16, 32]), by="team", counts="seen")
    assert made.to_dict("list") == {"team": ["North"], "month": [pd.Timestamp("2024-09-01")], "seen": [28]}
    assert made.attrs == {FILTER: "by quarter"}
    several = datasets.quarterly(frame([1, 2, 4, 8, 16, 32], site="x"), by=["team", "site"], counts=["seen"])
    assert list(several.columns) == ["team", "site", "month", "seen"]
    assert refused(datasets.quarterly, frame([1]), by="team", counts="seen", date="day").startswith(
        "The rows have no column day;"
    )


def test_a_quarter_of_which_months_are_there_more_than_once_is_whole_by_its_months():
    rows = pd.concat([frame([1, 2, 4, 8, 16]), frame([0, 0, 1, 1])])
    assert datasets.quarterly(rows, by="team", counts="seen")["seen"].tolist() == [30]


@pytest.mark.parametrize(("months", "sums"), [(1, [1, 2, 4, 8]), (2, [3, 6, 12]), (3, [7, 14]), (4, [15]), (5, [])])
def test_a_rolling_sum_begins_with_the_first_month_that_has_enough(months, sums):
    made = datasets.rolling(frame([1, 2, 4, 8]), by="team", counts="seen", months=months)
    assert made["seen"].tolist() == sums
    assert made["seen"].dtype == "int64"
    assert made["month"].tolist() == list(MONTHS[months - 1 : 4])
    assert made.attrs == {FILTER: f"in rolling sums of {months} months"}


def test_sums_of_no_rows_are_no_rows():
    for made in (
        datasets.rolling(frame([1]).head(0), by="team", counts="seen", months=2),
        datasets.quarterly(frame([1]).head(0), by="team", counts="seen"),
        datasets.total(frame([1]).head(0), "seen", by="team"),
    ):
        assert len(made) == 0
        assert "seen" in made


def test_rolling_sums_keep_series_apart_and_add_rows_of_one_month():
    rows = pd.concat([frame([1, 2, 4]), frame([10, 20, 40], team="South"), frame([100])])
    made = datasets.rolling(rows, by="team", counts="seen", months=2)
    assert made["team"].tolist() == ["North", "North", "South", "South"]
    assert made["seen"].tolist() == [103, 6, 30, 60]
    assert refused(datasets.rolling, rows, by="team", counts="seen", months=0) == (
        "A rolling sum of 0 months; expected one month or more."
    )


# Which periods are expected


@pytest.mark.parametrize(
    ("present", "required", "expected"),
    [
        ({"2024-07"}, "each month", ["2024-07", "2024-08", "2024-09"]),
        ({"2023-12", "2024-09"}, "each month", ["2023-12", *(f"2024-{month:02d}" for month in range(1, 10))]),
        (set(), "each month", ["2024-09"]),
        ({"2023-24-Q4"}, "each quarter", ["2023-24-Q4", "2024-25-Q1", "2024-25-Q2"]),
        (set(), "each quarter", ["2024-25-Q2"]),
        ({"2024-25-Q1", "2023-24-Q1"}, "once", ["2023-24-Q1", "2024-25-Q1"]),
        (set(), "", []),
    ],
)
def test_the_periods_that_are_expected_run_from_the_first_to_the_end_of_the_quarter(present, required, expected):
    assert _expected_periods(present, Q2, required) == expected


@pytest.mark.parametrize(
    ("period", "following", "days"),
    [
        ("2024-02", "2024-03", ("2024-02-01", "2024-02-29")),
        ("2024-11", "2024-12", ("2024-11-01", "2024-11-30")),
        ("2024-12", "2025-01", ("2024-12-01", "2024-12-31")),
        ("2024-25-Q4", "2025-26-Q1", ("2025-01-01", "2025-03-31")),
    ],
)
def test_a_period_has_a_first_and_a_last_day_and_one_that_follows(period, following, days):
    assert _next(period) == following
    assert tuple(map(str, _days(period))) == days


def test_a_year_has_days_and_a_period_that_is_none_of_these_has_none():
    assert tuple(map(str, _days("2024"))) == ("2024-01-01", "2024-12-31")
    assert [_days(period) for period in ("2024-25-YTD", "to-2024-03", "since-baseline")] == [None] * 3


def test_six_periods_are_named_and_the_others_counted():
    periods = [f"2024-{month:02d}" for month in range(1, 10)]
    assert _named(periods[:6]) == ", ".join(periods[:6])
    assert _named(periods[:7]) == f"{', '.join(periods[:6])} and 1 more"
    assert _named(periods) == f"{', '.join(periods[:6])} and 3 more"


@pytest.mark.parametrize(
    ("opened", "closed", "is_open"),
    [
        (None, None, True), ("2024-07-01", None, True), ("2024-07-02", None, False), (None, "2024-07-31", True),
        (None, "2024-07-30", False), ("2024-06-01", "2024-08-31", True),
    ],
)  # fmt: skip
def test_an_organisation_owes_a_period_in_all_of_which_it_was_open(opened, closed, is_open):
    from datetime import date

    start, end = (date.fromisoformat(day) if day else None for day in (opened, closed))
    own = Organisation("team", "North", open_from=start, open_to=end)
    assert own.is_open(date(2024, 7, 1), date(2024, 7, 31)) == is_open
    assert own.is_always_open == (opened is None and closed is None)


APART = {
    "total": lambda frame: datasets.total(frame, "seen", by=["team", "month"]),
    "quarterly": lambda frame: datasets.quarterly(frame, by="team", counts="seen"),
    "rolling": lambda frame: datasets.rolling(frame, by="team", counts="seen", months=2),
}


@pytest.mark.parametrize("summed", APART.values(), ids=APART.keys())
def test_no_row_is_left_out_of_a_sum_and_no_texts_are_joined(summed):
    months = pd.to_datetime(["2024-04", "2024-05", "2024-06"])
    frame = pd.DataFrame({"team": "North", "month": months, "seen": [3, 2, 4]})
    summed(frame)
    with pytest.raises(DataError, match="1 row has no team, and would be in no sum"):
        summed(frame.assign(team=["North", None, "North"]))
    with pytest.raises(DataError, match="seen is not a column of numbers"):
        summed(frame.assign(seen=["3", "2", "4"]))


NAMES = ("of", "rows", "percent", "period", "all", "index", "level_0", "count", "size", "value", "date", "0")


SUMMED = {
    "total": lambda rows, team, seen, month: datasets.total(rows, seen, by=[team, month]),
    "quarterly": lambda rows, team, seen, month: datasets.quarterly(rows, by=team, counts=seen, date=month),
    "rolling": lambda rows, team, seen, month: datasets.rolling(rows, by=team, counts=seen, months=3, date=month),
}


@pytest.mark.parametrize("summed", SUMMED.values(), ids=SUMMED)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("column", ["team", "seen", "month"])
def test_what_a_column_is_called_changes_no_sum(summed, name, column):
    rows = pd.concat([frame([1, 2, 3, 4, 5]), frame([10, 20, 30, 40, 50], team="South")])
    usual, called = {each: each for each in ("team", "seen", "month")}, {column: name}
    found = summed(rows.rename(columns=called), **usual | called)
    assert len(found)
    pd.testing.assert_frame_equal(found, summed(rows, **usual).rename(columns=called))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda rows: datasets.total(rows, ["seen", "percent"], percent=("percent", "seen")), "percent"),
        (lambda rows: datasets.total(rows, "seen", by=["percent"], percent=("seen", "seen")), "percent"),
        (lambda rows: datasets.total(rows, ["seen", "seen"]), "seen"),
        (lambda rows: datasets.total(rows, "seen", by=["team", "team"]), "team"),
        (lambda rows: datasets.quarterly(rows, by="seen", counts="seen"), "seen"),
        (lambda rows: datasets.quarterly(rows, by="month", counts="seen"), "month"),
        (lambda rows: datasets.rolling(rows, by="team", counts=["seen", "seen"], months=3), "seen"),
    ],
)
def test_no_column_of_sums_takes_the_place_of_another(call, name):
    assert refused(call, frame([1, 2, 3], percent=50)) == (
        f"{name} would be in the sums twice. Name each column once, or rename it."
    )


def test_a_percentage_is_of_counts_that_are_summed():
    message = refused(datasets.total, frame([1, 2, 3], met=1), "seen", percent=("met", "seen"))
    assert message == "met is of the percentage, but not summed. Add it to the counts."


KEPT = ("int8", "uint8", "int16", "Int8", "UInt8", "Int64", "float16", "float32", "Float32", "bool", "boolean")


@pytest.mark.parametrize("make", SUMS.values(), ids=SUMS)
@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("times", [1, 90])
def test_sums_are_the_same_whatever_the_counts_are_kept_in(make, kept, times):
    held = pd.Series([1, 0, 1, 1, 1]).astype("bool") if "bool" in kept else pd.Series([101, 102, 103, 104, 105])
    counts = held.repeat(times).reset_index(drop=True)
    rows = pd.DataFrame({"team": "North", "month": MONTHS[: len(held)].repeat(times), "seen": counts.astype(kept)})
    known = make(rows.assign(seen=counts.astype("int64")))["seen"].tolist()
    assert make(rows)["seen"].tolist() == known
