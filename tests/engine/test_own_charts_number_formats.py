"""An own chart writes numbers, years and weeks as readers read them, or is refused."""

import altair as alt
import pandas as pd
import pytest

from natpatsip.charts.own_charts.number_formats import misprinted

WEEKS = pd.DataFrame({"day": pd.to_datetime(["2024-04-01", "2024-04-08"]), "n": [1, 2]})


def text(value, form=None, **channel):
    rows = pd.DataFrame({"team": ["North", "South"], "seen": [value, 3.25]})
    return (
        alt.Chart(rows)
        .mark_text()
        .encode(x="team:N", text=alt.Text("seen:Q", **({"format": form} if form else {}), **channel))
    )


@pytest.mark.parametrize("form", [".0f", "+.0f", ",.0f", "$,.0f", "d", "+d", "(.0f", "08.1f", ">8.0f", ".1~f", "~d"])
def test_no_form_of_a_label_writes_what_is_not_0_as_0(form):
    assert f'the format "{form}" prints 0.04 of column seen as 0' in misprinted(text(0.04, form).to_dict())


@pytest.mark.parametrize("form", [".0%", ".1%", "+.1~%", ".2p", ".3p"])
def test_no_form_of_a_label_writes_a_part_as_100_percent(form):
    assert "prints 0.9996 of column seen as 100" in misprinted(text(0.9996, form).to_dict())


@pytest.mark.parametrize("form", [".2f", ",.2f", "+.3f", ".4~f", ".1r", ".2s", ".2g", ".5%", "%", ".2%"])
def test_forms_that_keep_a_digit_are_drawn(form):
    assert misprinted(text(0.04, form).to_dict()) == ""


def test_the_form_of_the_configuration_and_of_an_expression_are_read_too():
    assert 'the format ".0f" prints 0.4' in misprinted(text(0.4).configure(numberFormat=".0f").to_dict())
    made = text(0.4).transform_calculate(label="format(datum.seen, '.0f') + '%'")
    assert 'the format ".0f" prints 0.4' in misprinted(made.to_dict())
    assert misprinted(text(1.0).configure(numberFormat=".0f").to_dict()) == ""


def test_shares_of_a_whole_are_written_as_percentages():
    rows = pd.DataFrame({"area": ["A", "A"], "team": ["North", "South"], "seen": [30, 90]})
    for seen in ("seen:Q", "sum(seen):Q"):
        x = alt.X(seen, stack="normalize", axis=alt.Axis(format="%"))
        assert misprinted(alt.Chart(rows).mark_bar().encode(x=x, y="area:N", color="team:N").to_dict()) == ""


@pytest.mark.parametrize("rounding", ["round", "floor"])
def test_what_an_expression_rounds_to_0_is_refused_where_it_is_written(rounding):
    made = text(0.4).transform_calculate(whole=f"{rounding}(datum.seen)")
    assert misprinted(made.to_dict()) == ""
    written = made.encode(text="whole:Q")
    assert f"{rounding}(datum.seen) prints 0.4 of column seen as 0" in misprinted(written.to_dict())


@pytest.mark.parametrize("channel", ["x", "y", "color", "size", "column"])
def test_years_are_not_drawn_as_numbers(channel):
    rows = pd.DataFrame({"year": [2023, 2024, 2024, 2022], "n": [1, 2, 3, 4]})
    made = alt.Chart(rows).mark_point()
    assert "column year holds years" in misprinted(made.encode(**{channel: "year:Q"}).to_dict())
    assert misprinted(made.encode(**{channel: "year:O"}).to_dict()) == ""
    assert misprinted(made.encode(**{channel: "n:Q"}).to_dict()) == ""


def test_years_with_a_format_are_drawn():
    rows = pd.DataFrame({"year": [2022, 2023], "n": [1, 2]})
    made = alt.Chart(rows).mark_point().encode(x=alt.X("year:Q", axis=alt.Axis(format="d")), y="n:Q")
    assert misprinted(made.to_dict()) == ""


@pytest.mark.parametrize("unit", ["week", "yearweek", "utcyearweek"])
def test_weeks_are_not_numbered_from_the_first_sunday_of_the_year(unit):
    made = alt.Chart(WEEKS).mark_bar().encode(x=f"{unit}(day):O", y="n:Q")
    assert "numbered from the first Sunday" in misprinted(made.to_dict())


def test_the_first_days_of_weeks_are_drawn_and_days_of_the_week():
    made = alt.Chart(WEEKS).mark_bar().encode(x=alt.X("yearweek(day):O", axis=alt.Axis(format="%-d %b")), y="n:Q")
    assert misprinted(made.to_dict()) == ""
    assert misprinted(alt.Chart(WEEKS).mark_bar().encode(x="day(day):O", y="n:Q").to_dict()) == ""


def test_a_form_that_is_none_of_numbers_is_left_to_vega():
    made = text(0.4).to_dict()
    made["config"] = {"numberFormat": {"digits": 2}, "numberFormatType": "own"}
    assert misprinted(made) == ""
