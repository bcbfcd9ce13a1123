"""One rule for decimals in charts, tables, sentences and facts: no false 0, no false 100%, no −0; levels told apart."""

import math
import re

import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from natpatsip import charts, spc, table, wording
from natpatsip.blocks.values_in_words import text_of_value
from natpatsip.errors import FigureError
from natpatsip.facts.fact import printed

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-6)


def read(text):
    return float(text.rstrip("%").replace(",", "").replace("−", "-"))


@given(value=NUMBERS, decimals=st.integers(0, 3))
@example(value=0.04, decimals=1)
@example(value=-0.04, decimals=0)
def test_only_zero_is_printed_as_zero_and_never_with_a_sign(value, decimals):
    for text in (wording.number(value, decimals), wording.plain(value, decimals), wording.percent(value, decimals)):
        assert (read(text) == 0) == (value == 0), text
        assert not re.fullmatch(r"[−-]0(\.0*)?%?", text)
        assert abs(read(text) - value) <= 0.5 * 10**-decimals * 1.0001
    assert read(wording.number(value, decimals)) == wording.rounded(value, decimals)


@given(gap=st.floats(1e-6, 5), below=st.booleans(), decimals=st.integers(0, 3))
def test_only_100_is_printed_as_100_percent(gap, below, decimals):
    value = 100 - gap if below else 100 + gap
    assert read(wording.percent(value, decimals)) != 100
    assert (read(wording.percent(value, decimals)) < 100) == below


@given(one=NUMBERS, other=NUMBERS)
def test_values_that_differ_are_printed_differently_in_one_series(one, other):
    assume(abs(one - other) > 1e-6 * max(abs(one), abs(other)))
    places = wording.decimals_for([one, other])
    assert wording.number(one, places) != wording.number(other, places)


def test_what_arithmetic_leaves_is_not_a_number():
    assert wording.number(0.3 - 0.1 * 3) == wording.number(0.1 + 0.2 - 0.3) == "0"
    assert wording.number(123456.7 - 123456.6 - 0.1) == wording.number(12_345_678.9 - 12_345_678.8 - 0.1) == "0"
    assert wording.percent(100 - 3 * math.ulp(100)) == "100%"
    assert wording.percent(100 - 5e-10) == "99.9999999995%"
    assert wording.money(0.3 - 0.1 * 3) == "£0"
    assert wording.direction(0.3 - 0.1 * 3) == "did not change"


@given(value=st.floats(1e-20, 1e-6), divisor=st.sampled_from([1, 3, 7, 1.1]), sign=st.sampled_from([1, -1]))
@example(value=1e-9, divisor=3, sign=1)
def test_a_tiny_number_that_was_calculated_is_not_printed_as_zero_anywhere(value, divisor, sign):
    tiny = sign * value / divisor
    assume(not wording.is_residue(tiny))
    shown = table(pd.DataFrame({"Site": ["N", "S"], "Rate": [tiny, 0.5]}), caption="C").shown
    in_table = re.search(r"\| N \| (\S+) \|", shown)[1]
    for text in (text_of_value(tiny), printed(tiny, "deaths per day"), printed(tiny, "percent"), in_table):
        assert read(text) == pytest.approx(tiny, rel=0.1)
    assert read(printed(tiny, "GBP").replace("£", "")) == pytest.approx(tiny, rel=0.1)


@given(ones=st.lists(st.integers(0, 500_000), min_size=2, max_size=20), scale=st.sampled_from([10, 100, 1000]))
def test_a_difference_that_is_zero_is_printed_as_zero(ones, scale):
    left = sum(each / scale for each in ones) / 1 - sum(ones) / scale
    assume(abs(left) < wording.RESIDUES[1])
    assert wording.number(left, 1) in ("0.0", "0")


def test_facts_tables_and_sentences_print_small_numbers_alike():
    assert printed(0.04, "percent") == "0.04%"
    assert printed(0.003, "deaths per day") == "0.003"
    shown = table(pd.DataFrame({"Site": ["N", "S"], "Rate": [0.04, 0.05], "Seen, %": [99.98, 99.6]}), caption="C").shown
    assert "| N | 0.04 | 99.98 |" in shown
    assert "| S | 0.05 | 99.6 |" in shown


@pytest.mark.parametrize(
    ("values", "mean"),
    [([0.03, 0.04, 0.02, 0.05] * 5, "0.035"), ([99.997, 99.999] * 10, "99.998"), ([3e-5, 5e-5] * 10, "0.00004")],
)
def test_levels_of_a_series_are_alike_in_chart_table_and_sentence(values, mean):
    result = spc.xmr(values, dates=pd.date_range("2023-02-01", periods=20, freq="MS"))
    drawn = charts.spc(result, y_title="Deaths", percent=values[0] > 1).description
    said = spc.describe(result, measure="deaths", unit="%" if values[0] > 1 else "per day")
    listed = charts.spc_table(result)["Mean"].iloc[0]
    assert f"average {mean}" in drawn
    assert mean in said
    assert listed == float(mean)
    for text in (drawn, said):
        assert not re.search(r"(?<![\d.])−?0(\.0+)?(?![\d.]*\d)|(?<!\d)100%", text.replace("20 points", "")), text


@pytest.mark.parametrize("kind", ["spc", "trend", "run", "multiples", "stacked"])
def test_proportions_are_not_drawn_as_percentages(kind):
    frame = pd.DataFrame(
        {"month": pd.date_range("2023-01-01", periods=14, freq="MS"), "share": [0.71, 0.8] * 7, "team": "North"}
    )
    drawn = {
        "spc": lambda: charts.spc(spc.xmr(frame["share"], dates=frame["month"]), y_title="T", percent=True),
        "run": lambda: charts.run(spc.run_chart(frame["share"], dates=frame["month"]), y_title="T", percent=True),
        "trend": lambda: charts.trend(frame, x="month", y="share", y_title="T", percent=True),
        "stacked": lambda: charts.stacked(frame, x="month", y="share", category="team", y_title="T", percent=True),
        "multiples": lambda: charts.multiples(
            spc.panel(frame, by="team", value="share", date="month"), y_title="T", percent=True
        ),
    }
    with pytest.raises(FigureError, match=rf"charts\.{kind}: percent=True, but no value is above 1 \(.*by 100"):
        drawn[kind]()
    frame["share"] *= 100
    drawn[kind]()


@pytest.mark.parametrize("values", [[120.0, 150, 130], [101.0, 102, 101.5], [90.0, 110, 95], [100.0, 100, 100]])
def test_percentages_above_100_are_drawn(values):
    frame = pd.DataFrame({"month": ["2024-07", "2024-08", "2024-09"], "share": values})
    assert charts.trend(frame, x="month", y="share", y_title="Occupied beds", percent=True).to_dict()
    drawn = charts.spc(spc.xmr(values, dates=frame["month"]), y_title="Occupied beds", percent=True)
    assert drawn.to_dict()
