"""Charts, tables and sentences name a series' own step: months, quarters, years, weeks or days."""

import pandas as pd
import pytest

from natpatsip import charts, spc
from natpatsip.spc.gaps import step_of

STEPS = {"month": "MS", "quarter": "QS-APR", "year": "YS-APR", "week": "W-MON", "day": "D"}


def dates_of(step, lacking=()):
    return pd.date_range(
        "2018-04-02" if step in ("week", "day") else "2018-04-01", periods=24, freq=STEPS[step]
    ).delete(list(lacking))


@pytest.mark.parametrize("step", STEPS)
def test_a_gap_is_called_by_the_step_of_the_series(step):
    dates = dates_of(step, [9])
    assert step_of(dates) == step
    chart = charts.spc(spc.xmr([50, 52, 49] * 7 + [51, 50], dates=dates), y_title="Beds").to_dict()
    assert f"Gaps are {step}s without data" in chart["description"]
    assert f"A gap in the line is a {step} without data." in str(chart["datasets"])


def test_quarters_are_worded_as_quarters_in_chart_table_and_sentence():
    result = spc.xmr([50, 52, 49] * 8, dates=dates_of("quarter"), rebase=["2022-04-01"])
    assert charts.spc_table(result).iloc[0, 0] == "Q1 2018/19"
    assert charts.spc_table(result).columns[0] == "Quarter"
    text = charts.spc(result, y_title="Beds").description
    assert text == (
        "Control chart: average rose from 50.3 to 50.4 in Q1 2022/23; normal variation since. "
        "Trial limits, from fewer than 13 points."
    )
    assert "since Q1 2022/23" in spc.describe(result)


@pytest.mark.parametrize(
    ("step", "lacking", "said"),
    [
        ("month", [2, 3, 4, 9, 12], "There are no data for June, July and August 2018 and 2 more;"),
        ("month", [8, 9], "There are no data for December 2018 and January 2019;"),
        ("quarter", [2, 3], "There are no data for Q3 2018/19 and Q4 2018/19;"),
        ("week", [2], "There are no data for 16 April 2018;"),
    ],
)
def test_dates_without_data_are_listed_as_a_sentence_has_them(step, lacking, said):
    dates = dates_of(step, lacking)
    result = spc.xmr([50 + place % 3 for place in range(len(dates))], dates=dates)
    assert said in spc.describe(result)


def test_an_irregular_series_has_dates():
    dates = pd.to_datetime(["2024-01-03", "2024-01-09", "2024-03-01", "2024-03-07"])
    assert step_of(dates) == "date"
    assert step_of([1, 2, 3]) == "date"
