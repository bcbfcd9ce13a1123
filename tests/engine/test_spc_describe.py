"""A description says what the chart shows."""

import pandas as pd
import pytest

from natpatsip import spc
from support.spc_charts import CHARTS, HIGHER, REBASE, STEADY, chart
from support.spc_panels import charts, frame_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "shift up",
            "The mean for visits has been 60.3% since March 2022, up from 50.3%. This is a shift up, which is an "
            "improvement. Since then the points show only normal variation (common cause).",
        ),
        (
            "neutral",
            "The mean for visits has been 60.3% since March 2022, up from 50.3%. This is a shift up. Since then the "
            "points show only normal variation (common cause). The goal of 80% is above the mean.",
        ),
        (
            "steady",
            "The mean for visits is 50.3%, and the points show only normal variation (common cause). The goal of "
            "50.5% is above the mean but within the limits, so it may be met or missed by chance.",
        ),
        (
            "seven above",
            "The mean for visits is 50.5%. The last 7 points all lie above this mean, a special-cause run, which "
            "is an improvement.",
        ),
        (
            "outlier at the end",
            "The mean for visits is 51.6%. The latest point (March 2022, 70%) lies above the upper limit, which is an "
            "improvement.",
        ),
        (
            "six after the rebase",
            "The mean for visits has been 60% since March 2022, up from 50.3%: too soon to call it a shift (6 of 7 "
            "points). Since then the points show only normal variation (common cause). Limits from "
            "fewer than 13 points are trial limits.",
        ),
        (
            "one point",
            "The chart for visits has a single value, 50% (January 2021), from which no limits can be drawn.",
        ),
        ("all missing", "The chart for visits has no values."),
        (
            "constant",
            "The mean for visits is 50%, and no limits can be drawn: there are no two neighbouring values that differ.",
        ),
    ],
)
def test_describe_says_what_the_chart_shows_now(name, expected):
    assert spc.describe(CHARTS[name], measure="visits", unit="%", target_label="goal") == expected


def test_describe_speaks_of_gaps_and_of_a_missing_latest_value():
    said = spc.describe(chart([*STEADY, None, 50, 51, None, None]))
    assert "The latest value is that of May 2022; 2 later values are missing. 1 value is missing." in said


def test_describe_names_the_months_that_have_no_row():
    dates = pd.date_range("2021-01-01", periods=16, freq="MS").delete([4, 7])
    result = spc.xmr(STEADY, dates=dates)
    assert [date.month for date in spc.findings(result).absent] == [5, 8]
    assert spc.describe(result).endswith(
        "There are no data for May and August 2021; the points on either side count as neighbours."
    )


def test_describe_gives_the_reason_of_the_last_rebase():
    dates = pd.date_range("2021-01-01", periods=28, freq="MS")
    result = spc.xmr([*STEADY, *HIGHER], dates=dates, rebase=REBASE)
    reasons = {"2022-03": "new rota", "2021-06": "of another chart"}
    assert " since March 2022 (new rota), up from " in spc.describe(result, rebase_reasons=reasons)
    assert "(" not in spc.describe(result).split(", up from")[0]
    numbered = spc.xmr([5, 6, 5, 6, 5, 6, 5, 9, 10, 9, 10, 9, 10, 9], rebase=[8])
    assert " since point 8 (new ward), up from " in spc.describe(numbered, rebase_reasons={8: "new ward"})


def test_a_count_is_printed_whole_with_its_unit():
    said = spc.describe(chart([value * 100.25 for value in STEADY]), measure="referrals", unit="people", decimals=0)
    assert said.startswith("The mean for referrals is 5,041 people, and")


def test_one_series_of_a_panel_can_be_described():
    frame = frame_of([50, 51] * 10 + [70], [50, 51] * 10 + [70])
    result = charts(frame, improvement={"A": "increase", "B": "decrease"})
    assert spc.describe(result[result["team"] == "B"]).endswith("which is a concern.")
