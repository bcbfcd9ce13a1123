"""An analyst's own chart: its dates and numbers are drawn as its data have them, on every machine, or refused."""

import re

import altair as alt
import pandas as pd
import pytest

from natpatsip import figure
from natpatsip.charts.own_charts.misread_rows import misread, with_local_times
from natpatsip.errors import FigureError


def chart(values, kind, *, mark="point", **channel):
    rows = pd.DataFrame({"when": values, "seen": range(len(values))})
    return getattr(alt.Chart(rows), f"mark_{mark}")().encode(x=alt.X(f"when:{kind}", **channel), y="seen:Q")


DAYS = [
    ["01/04/2024", "01/05/2024"],
    ["Apr-24", "May-24"],
    ["1 April 2024", "1 May 2024"],
    ["2024-02-30", "2024-03-01"],
    ["2024-04-01", "unknown"],
    [2023, 2024],
    [20240401, 20240501],
    [45383, 45413],
]
NUMBERS = [["5", "*"], ["1,234", "900"], ["12%", "13%"], ["£5", "6"], ["0x10", "3"], ["Infinity", "1"]]


@pytest.mark.parametrize("values", DAYS, ids=str)
def test_what_vega_would_read_as_another_date_is_refused(values):
    for made in (chart(values, "T"), chart(values, "O", timeUnit="yearmonth")):
        assert misread(made.to_dict()).startswith("column when holds the ")


@pytest.mark.parametrize("values", NUMBERS, ids=str)
def test_what_vega_would_leave_out_as_no_number_is_refused(values):
    assert "column when holds the text" in misread(chart(values, "Q").to_dict())


@pytest.mark.parametrize(
    "made",
    [
        chart(["2024-04", "2024-05"], "T"),
        chart(pd.to_datetime(["2024-04-01", None]), "T"),
        chart(["5", None], "Q"),
        chart(["5", "*"], "N"),
        chart(["01/04/2024", "13/04/2024"], "O"),
        chart(["North", "South"], "N").encode(y="count(when):Q"),
    ],
)
def test_iso_dates_numbers_missing_values_and_words_are_drawn(made):
    assert misread(made.to_dict()) == ""


def test_a_column_that_the_chart_says_how_to_read_is_left_to_it():
    values = alt.Data(values=[{"when": "01/04/2024"}], format=alt.DataFormat(parse={"when": "date:'%d/%m/%Y'"}))
    assert misread(alt.Chart(values).mark_point().encode(x="when:T").to_dict()) == ""


@pytest.mark.parametrize("mark", ["point", "bar", "line"])
@pytest.mark.parametrize(
    ("values", "seen"),
    [
        (["2024-07", "2024-08"], "2024-07-01T00:00:00"),
        (["2024-07-01", "2024-07-02"], "2024-07-01T00:00:00"),
        (["2024-07-01T09:30:00Z", "2024-07-02T09:30:00Z"], "2024-07-01T09:30:00"),
        (pd.to_datetime(["2024-07-01 00:30", "2024-07-02 00:00"]).tz_localize("Europe/London"), "2024-07-01T00:30:00"),
        (
            pd.to_datetime(["2024-07-01 00:30", "2024-07-02 00:00"]).tz_localize("Pacific/Auckland"),
            "2024-07-01T00:30:00",
        ),
        (pd.to_datetime(["2024-07-01 00:30", "2024-07-02 00:00"]), "2024-07-01T00:30:00"),
    ],
    ids=["months", "days", "utc", "London", "Auckland", "no-zone"],
)
def test_dates_are_drawn_as_the_data_have_them(values, seen, mark):
    made = chart(values, "T", mark=mark).encode(tooltip="when:T")
    specification = with_local_times(made.to_dict())
    (rows,) = specification["datasets"].values()
    assert not any(re.search(r"Z|[+-]\d\d:\d\d$|^\S{,10}$", row["when"]) for row in rows)  # the same in every time zone
    assert rows[0]["when"].startswith(seen)


TIMES = chart(["2024-06-01", "2024-07-01"], "T", mark="line")
LATER = {"year": 2024, "month": 7, "date": 1, "hours": 0, "minutes": 0}


@pytest.mark.parametrize("kind", [{"type": "temporal"}, {}], ids=["typed", "of-no-type"])
@pytest.mark.parametrize("day", ["2024-07-01", "2024-07", pd.Timestamp("2024-07-01").isoformat()])
def test_a_mark_at_a_day_in_words_is_drawn_at_that_day(day, kind):
    made = TIMES + alt.Chart().mark_rule().encode(x=alt.datum(day, **kind))
    _, rule = with_local_times(made.to_dict())["layer"]
    assert rule["encoding"]["x"]["datum"] == LATER


def test_spans_labels_and_ends_of_an_axis_of_time_are_days_of_the_place_where_it_is_drawn():
    x = alt.X("when:T").axis(values=["2024-07-01"]).scale(domain=["2024-06-01", "2024-07-01"])
    span = alt.Chart().mark_rect().encode(x=alt.XDatum("2024-06-01", type="temporal"), x2=alt.X2Datum("2024-07-01"))
    line, rect = with_local_times((TIMES.encode(x=x) + span).to_dict())["layer"]
    assert line["encoding"]["x"]["axis"]["values"] == [LATER]
    assert line["encoding"]["x"]["scale"]["domain"] == [{**LATER, "month": 6}, LATER]
    assert rect["encoding"]["x2"]["datum"] == LATER


def test_a_mark_at_a_text_that_is_no_date_is_refused_on_an_axis_of_time_only():
    made = TIMES + alt.Chart().mark_rule().encode(x=alt.datum("1 July", type="temporal"))
    names = bars({"a": ["x", "y"], "n": [1, 2]}) + alt.Chart().mark_rule().encode(x=alt.datum("x"))
    assert 'a mark is at x = "1 July", for which Vega has no place' in misread(made.to_dict())
    assert misread(names.to_dict()) == ""
    assert with_local_times(names.to_dict()) == names.to_dict()


def bars(rows, *, mark="bar", **channels):
    return getattr(alt.Chart(pd.DataFrame(rows)), f"mark_{mark}")().encode(**{"x": "a:N", "y": "n:Q", **channels})


YEARS = {"a": pd.to_datetime(["2023-04-03", "2024-04-01", "2024-05-07"]), "n": [1, 5, 2]}
BANDS = {"a": ["x", "x", "y", "y"], "c": ["p", "q"] * 2, "lo": [1, 5, 2, 6], "hi": [2, 7, 3, 8]}
UNLIKE = {
    "two-bars": (bars({"a": ["x", "x"], "n": [1, 2]}), "2 rows have a x"),
    "two-of-a-colour": (bars({"a": ["x", "x"], "c": ["p", "p"], "n": [1, 2]}, color="c:N"), "2 rows have c p, a x"),
    "two-points": (bars({"a": ["2024-01-01"] * 2, "n": [1, 2]}, mark="line", x="a:T"), "2 rows have a 2024"),
    "two-of-a-panel": (bars({"a": ["x", "x"], "c": ["p", "p"], "n": [1, 2]}).facet("c:N"), "2 rows have c p, a x"),
    "no-name": (bars({"a": [None, "x"], "n": [1, 2]}), "column a has no name in a row"),
    "empty-name": (bars({"a": ["", "x"], "n": [1, 2]}), "column a has no name in a row"),
    "no-colour": (bars({"a": ["x", "y"], "c": [None, "p"], "n": [1, 2]}, color="c:N"), "column c has no name"),
    "periods": (bars({"a": pd.period_range("2022Q1", periods=2, freq="Q-MAR"), "n": [1, 2]}), "holds Period('2022Q1'"),
    "intervals": (bars({"a": pd.cut([1, 5], [0, 3, 6]), "n": [1, 2]}), "column a holds Interval(0, 3"),
    "month-of-years": (bars(YEARS, x="month(a):O"), "2 rows have a 04"),
    "weekday-of-weeks": (bars(YEARS, x="day(a):O"), "2 rows have a Mon"),
    "many-digits": (bars({"a": ["x"], "n": [2**53 + 1]}), "of which Vega keeps 15 digits"),
    "two-bands": (bars(BANDS, mark="area", y="lo:Q", y2="hi:Q"), "2 rows have a x"),
    "two-error-bands": (bars(BANDS, mark="errorband", y="lo:Q", y2="hi:Q"), "2 rows have a x"),
    "month-of-years-in-a-line": (bars(YEARS, mark="line", x="utcmonth(a):T"), "2 rows have a 04"),
}
LIKE = {
    "bands-in-colours": bars(BANDS, mark="area", y="lo:Q", y2="hi:Q", color="c:N"),
    "error-bands-in-colours": bars(BANDS, mark="errorband", y="lo:Q", y2="hi:Q", color="c:N"),
    "error-bands-of-their-rows": bars(BANDS, mark="errorband", y="lo:Q"),
    "error-bars-of-rows": bars(BANDS, mark="errorbar", y="lo:Q", y2="hi:Q"),
    "labels-of-a-frame-are-no-column": bars({"n": [1, 2]}),
    "month-of-years-in-colours": bars(YEARS, x="month(a):O", color="year(a):N"),
    "months": bars(YEARS, x="yearmonth(a):O"),
    "sum-of-months": bars(YEARS, x="month(a):O", y="sum(n):Q"),
    "colours": bars({"a": ["x", "x"], "c": ["p", "q"], "n": [1, 2]}, color="c:N"),
    "beside": bars({"a": ["x", "x"], "c": ["p", "q"], "n": [1, 2]}, xOffset="c:N"),
    "panels": bars({"a": ["x", "x"], "c": ["p", "q"], "n": [1, 2]}).facet("c:N"),
    "panels-in-rows": bars({"a": ["x", "x"], "c": ["p", "q"], "n": [1, 2]}).facet(row="c:N"),
    "sum": bars({"a": ["x", "x"], "n": [1, 2]}, y="sum(n):Q"),
    "counts": bars({"a": ["N", "N", "S"]}, x="a:N", y="count()"),
    "histogram": bars({"a": [1, 2, 2]}, x=alt.X("a:Q").bin(), y="count()"),
    "spans": bars({"a": ["x", "x"], "n": [1, 3], "e": [2, 4]}, y="a:N", x="n:Q", x2="e:Q"),
    "lines-from-value-to-value": bars({"a": ["x", "x"], "n": [1, 3]}, mark="line", y="a:N", x="n:Q", detail="a:N"),
    "scatter": bars({"a": [1, 1], "n": [1, 2]}, mark="point", x="a:Q"),
    "tooltip": bars({"a": ["x", "y"], "b": ["p", None], "n": [1, 2]}, tooltip="b:N"),
    "joined": bars({"a": ["x", "x"], "n": [1, 2]}).transform_aggregate(n="sum(n)", groupby=["a"]),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_what_would_be_drawn_as_something_else_than_its_rows_is_refused(name):
    made, said = UNLIKE[name]
    assert said in misread(made.to_dict())


@pytest.mark.parametrize("name", LIKE)
def test_what_is_drawn_as_its_rows_are_is_drawn(name):
    assert misread(LIKE[name].to_dict()) == ""


def test_a_figure_refuses_them_by_its_id():
    rows = pd.DataFrame({"when": ["01/04/2024"], "seen": [1]})
    made = alt.Chart(rows).mark_point().encode(x="when:T", y="seen:Q")
    with pytest.raises(FigureError, match=r'^fig-x: column when holds the text "01/04/2024"'):
        figure("fig-x", made, title="T", description="D", caption="C", data=rows)


@pytest.mark.parametrize(
    "years", [[2022, 2023, 2024], [2022.0, 2023.0, 2024.0], [2024, 2023, 2022], ["2022", "2023", "2024"]]
)
def test_the_words_of_an_own_chart_have_years_without_a_separator(years):
    rows = pd.DataFrame({"year": years, "seen": [1, 2, 3]})
    made = alt.Chart(rows).mark_bar().encode(x="year:O", y="seen:Q")
    alternative = figure("fig-x", made, title="T", description="D", caption="C", data=rows).alt
    assert alternative == f"D. Rows from {int(years[0])} to {int(years[-1])}: seen from 1 to 3, lowest 1, highest 3."


@pytest.mark.parametrize("dtype", ["float", "Int64"])
def test_the_words_of_an_own_chart_say_that_a_year_is_missing(dtype):
    rows = pd.DataFrame({"year": pd.array([None, 2023, 2024], dtype=dtype), "seen": [1, 2, 3]})
    made = alt.Chart(rows.dropna()).mark_bar().encode(x="year:O", y="seen:Q")
    alternative = figure("fig-x", made, title="T", description="D", caption="C", data=rows).alt
    assert alternative.startswith("D. Rows from no value to 2024: seen from 1 to 3")


def test_the_words_of_an_own_chart_have_whole_numbers_and_dates():
    rows = pd.DataFrame({"day": pd.to_datetime(["2024-07-01", "2024-08-01"]), "seen": [12345, 36952.7]})
    made = alt.Chart(rows).mark_point().encode(x="day:T", y="seen:Q")
    alternative = figure("fig-x", made, title="T", description="D", caption="C", data=rows).alt
    assert alternative == (
        "D. Rows from 1 July 2024 to 1 August 2024: seen from 12,345 to 36,952.7, lowest 12,345, highest 36,952.7."
    )
