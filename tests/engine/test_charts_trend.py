"""A line over time."""

import datetime
import re

import pandas as pd
import pytest

from natpatsip import charts, spc
from natpatsip.charts.trend_chart import BESIDE
from natpatsip.errors import FigureError
from support.chart_samples import MONTHS, rows_of, words_of
from support.layouts import check


def test_trend_says_its_ends_and_its_extremes_and_has_a_gap_where_a_month_is_missing():
    frame = pd.DataFrame({"month": MONTHS[:6], "people": [500.0, 480, None, 520, 470, 475]})
    chart = charts.trend(frame, x="month", y="people", y_title="People").to_dict()
    assert chart["description"] == (
        "Line chart: fell from 500 in January 2021 to 475 in June 2021; "
        "highest 520 in April 2021, lowest 470 in May 2021. Gaps are months without data."
    )
    assert len({row["path"] for row in rows_of(chart, "line", "path")}) == 2
    assert {"500", "475", "Jun 2021"} <= set(words_of(chart))


@pytest.mark.parametrize("step", [-10.0, 0.0, 10.0])
def test_the_first_and_the_last_value_each_have_their_date_below_them(step):
    frame = pd.DataFrame({"month": MONTHS, "people": [5000.0 + step * n for n in range(len(MONTHS))]})
    for layout in check(charts.trend(frame, x="month", y="people", y_title="People")):
        for month, value in ((0, 5000.0), (-1, 5000.0 + step * (len(MONTHS) - 1))):
            [date] = [box for box in layout.texts if box.text == pd.Timestamp(MONTHS[month]).strftime("%b %Y")]
            assert [
                box for box in layout.texts
                if box.text == f"{value:,.0f}" and box.left == date.left and 0 < date.top - box.bottom < 12
            ]  # fmt: skip


def test_trend_refuses_a_month_twice():
    frame = pd.DataFrame({"month": ["2024-09", "2024-09"], "people": [1, 2]})
    with pytest.raises(FigureError, match="2024-09-01 has two rows"):
        charts.trend(frame, x="month", y="people", y_title="People")


def test_the_first_value_of_a_falling_line_stands_over_it():
    frame = pd.DataFrame({"month": MONTHS, "people": [900.0 - 10 * n for n in range(len(MONTHS))]})
    specification = charts.trend(frame, x="month", y="people", y_title="People").to_dict()
    texts = [row for rows in specification["datasets"].values() for row in rows if row.get("text") == "900"]
    assert [row["y"] > 8 for row in texts] == [True]


@pytest.mark.parametrize("step", [-10, 10])
@pytest.mark.parametrize("first", range(7000, 7400, 40))
def test_the_first_value_stands_beside_no_tick_with_which_it_would_read_as_one_number(first, step):
    months = [f"{day:%Y-%m}" for day in pd.date_range("2021-06", periods=40, freq="MS")]
    frame = pd.DataFrame({"month": months, "people": [first + step * n for n in range(len(months))]})
    chart = charts.trend(frame, x="month", y="people", y_title="People")
    for layout in check(chart):  # on paper, ticks are so close that some values have no place between them
        value = max(box for box in layout.texts if box.text == f"{first:,}")  # a tick on the left may say it too
        ticks = [box for box in layout.texts if box.right < value.left and re.fullmatch(r"[\d,]+", box.text)]
        assert ticks
        assert all(abs(value.top + value.bottom - tick.top - tick.bottom) / 2 >= BESIDE - 0.5 for tick in ticks)


@pytest.mark.parametrize(
    "dates",
    [
        ["2024-04", "2024-05", "2024-06"],
        ["2024-04-01", "2024-05-01", "2024-06-01"],
        pd.to_datetime(["2024-04-01", "2024-05-01", "2024-06-01"]),
        pd.period_range("2024-04", periods=3, freq="M"),
        [pd.Period("2024-04", "M"), pd.Timestamp("2024-05-01"), datetime.date(2024, 6, 1)],
    ],
)
def test_dates_are_read_as_spc_reads_them(dates):
    frame = pd.DataFrame({"day": dates, "n": [10, 11, 12]})
    chart = charts.trend(frame, x="day", y="n", y_title="People")
    assert chart.description == "Line chart: rose from 10.0 in April 2024 to 12.0 in June 2024."
    table = charts.trend_table(frame, x="day", y="n", decimals=0)
    assert table["Month"].tolist() == ["April 2024", "May 2024", "June 2024"]
    assert spc.xmr(frame["n"], dates=frame["day"])["date"].tolist() == list(
        pd.date_range("2024-04", periods=3, freq="MS")
    )


@pytest.mark.parametrize(
    ("dates", "row", "value"),
    [
        (["01/04/2024", "01/05/2024"], 1, "'01/04/2024'"),
        (["2024-04", "Apr-24"], 2, "'Apr-24'"),
        (["2024-04", None], 2, "missing"),
        ([20240401, 20240501], 1, "20240401"),
    ],
)
@pytest.mark.parametrize("call", [charts.trend, charts.trend_table])
def test_what_is_not_a_date_is_refused_with_its_row_and_value(call, dates, row, value):
    frame = pd.DataFrame({"day": dates, "n": range(len(dates))})
    options = {"y_title": "People"} if call is charts.trend else {}
    with pytest.raises(FigureError, match=re.escape(f"Row {row}: day is {value}")) as refused:
        call(frame, x="day", y="n", **options)
    assert "expected a date (as text, 2024-09-01 or 2024-09)" in str(refused.value)


def test_a_value_that_is_not_a_number_is_refused_with_its_row_and_value():
    frame = pd.DataFrame({"day": ["2024-04", "2024-05"], "n": [10, "*"]})
    with pytest.raises(FigureError, match=r"charts\.trend: Row 2: n is '\*'; expected a finite number"):
        charts.trend(frame, x="day", y="n", y_title="People")


def test_a_line_without_values_claims_nothing():
    frame = pd.DataFrame({"day": ["2024-04", "2024-05"], "n": [None, None]})
    specification = charts.trend(frame, x="day", y="n", y_title="People").to_dict()
    assert specification["description"] == "Line chart: no point has a value."
    assert specification["usermeta"]["shows"] == []
    assert charts.trend_table(frame, x="day", y="n").to_csv(index=False).splitlines()[1:] == [
        "April 2024,",
        "May 2024,",
    ]


@pytest.mark.parametrize(("ends", "percent"), [((979.6, 980.4), False), ((9.96, 10.04), True), ((-0.2, 0.2), False)])
def test_nothing_rises_or_falls_from_a_number_to_the_same_number(ends, percent):
    for first, last in (ends, ends[::-1]):
        frame = pd.DataFrame({"month": MONTHS[:3], "share": [first, 50 * max(ends), last]})
        said = charts.trend(frame, x="month", y="share", y_title="Share", percent=percent, decimals=0).description
        assert re.match(
            r"Line chart: (went from (\S+) in January 2021 to \2 |(rose|fell) from (?!(\S+) in .* to \4 ))", said
        )
