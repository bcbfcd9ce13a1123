"""A description says what the chart shows."""

import numpy as np
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


def without_attrs(result):
    bare = result.copy()
    bare.attrs = {}
    return bare


WAVE = [50, 52] * 10  # mean 51, limits 5.32 from it, near limits 3.55
STEEP = chart([*WAVE, 80, 75, 70, 65, 62, 60, 58], fix_after=20)
TURNED = ", down from 60.3. This is a shift down, which is "
QUIET = "Since then the points show only normal variation (common cause)."
ORDINARY = "and the points show only normal variation (common cause)."
TRIAL = "Limits from fewer than 13 points are trial limits."
NEIGHBOURS = "the points on either side count as neighbours."


@pytest.mark.parametrize(
    ("result", "options", "expected"),
    [
        (CHARTS["shift down, lower is better"], {}, f"has been 50.3 since March 2022{TURNED}an improvement. {QUIET}"),
        (CHARTS["shift down"], {}, f"has been 50.3 since March 2022{TURNED}a concern. {QUIET}"),
        (
            CHARTS["fifth point on the mean before"],
            {},
            "has been 59.3 since March 2022, up from 50.3; as the first 7 points do not all lie on one side "
            f"of the earlier mean, this is no shift. {QUIET} {TRIAL}",
        ),
        (
            chart([*STEADY, *HIGHER[:3], np.nan, *HIGHER[4:]], rebase=REBASE),
            {},
            "has been 60.2 since March 2022, up from 50.3; as 1 of the first 7 points has no value, the others make no "
            f"shift. {QUIET} 1 value is missing.",
        ),
        (
            chart(STEADY * 2, rebase=REBASE),
            {},
            "has been 50.3 since March 2022, as against 50.3; as the first 7 points do not all lie on one "
            f"side of the earlier mean, this is no shift. {QUIET}",
        ),
        (
            chart(STEADY + HIGHER + STEADY, rebase=["2022-03", "2023-05"]),
            {"rebase_reasons": {"2023-05": " moved "}},
            "has been 50.3 since May 2023 (moved), down from 60.3 (50.3 at baseline). This is a shift down, which is a "
            f"concern. {QUIET}",
        ),
        (
            chart([None, None, *STEADY], rebase=["2021-03"]),
            {},
            f"has been 50.3 since March 2021. {QUIET} 2 values are missing.",
        ),
        (
            chart([*STEADY, 60], rebase=REBASE),
            {},
            "has been 60 since March 2022, up from 50.3: too soon to call it a shift (1 of 7 points). "
            "No limits can be drawn since March 2022: they need two neighbouring values.",
        ),
        (
            chart([*STEADY, 60, 60, 60], rebase=REBASE),
            {},
            "has been 60 since March 2022, up from 50.3: too soon to call it a shift (3 of 7 points). "
            "No limits can be drawn since March 2022: there are no two neighbouring values that differ.",
        ),
        (
            chart([5, None, 6]),
            {},
            (
                "is 5.5, and no limits can be drawn: there are no two "
                "neighbouring values that differ. 1 value is missing."
            ),
        ),
        (
            CHARTS["outlier before"],
            {},
            "is 51. One earlier point shows a special cause (March 2022), the latest only normal variation (common "
            "cause).",
        ),
        (
            chart([*STEADY, 70, *STEADY, 72, *STEADY]),
            {},
            "is 51.2. 2 earlier points show a special cause (the last in June 2023), the latest only normal "
            "variation (common cause).",
        ),
        (
            chart([*STEADY, *HIGHER, 90, *HIGHER], rebase=REBASE),
            {},
            "has been 61.3 since March 2022, up from 50.3. This is a shift up, which is an improvement. Since then one "
            "earlier point shows a special cause (May 2023), the latest only normal variation (common cause).",
        ),
        (
            chart([*WAVE, 55, 51.5, 55], fix_after=20),
            {},
            "is 51. 2 of 3 points in a row, including the latest, are close to the upper limit, a special "
            "cause, which is an improvement.",
        ),
        (
            chart([*WAVE, 47, 50.5, 47], fix_after=20),
            {},
            "is 51. 2 of 3 points in a row, including the latest, are close to the lower limit, a special "
            "cause, which is a concern.",
        ),
        (
            CHARTS["falling"],
            {},
            "is 49.3. The latest point (October 2022, 44) lies below the lower limit, and the last 8 points fall "
            "one after another, a special-cause trend, which is a concern.",
        ),
        (
            STEEP,
            {},
            "is 51. The latest point (March 2023, 58) lies above the upper limit, which is an improvement, and the "
            "last 7 points fall one after another, a special-cause trend, which is a concern, and the last "
            "8 points all lie above this mean, a special-cause run, which is an improvement.",
        ),
        (
            chart([*WAVE, 80, 75, 70, 65, 62, 60, 58], fix_after=20, improvement="decrease"),
            {"improvement": "decrease"},
            "is 51. The latest point (March 2023, 58) lies above the upper limit, which is a concern, and the last "
            "7 points fall one after another, a special-cause trend, which is an improvement, and the last "
            "8 points all lie above this mean, a special-cause run, which is a concern.",
        ),
        (
            without_attrs(STEEP),
            {"improvement": "neutral"},
            "is 51. The latest point (March 2023, 58) lies above the upper limit, and the last 7 points fall one "
            "after another, a special-cause trend, and the last 8 points all lie above this mean, a special-cause "
            "run.",
        ),
        (
            chart([*WAVE, *[49, 50] * 4], fix_after=20),
            {},
            "is 51. The last 8 points all lie below this mean, a special-cause run, which is a concern.",
        ),
        (
            CHARTS["meets"],
            {},
            f"is 50.3, {ORDINARY} The target of 40 lies below the lower limit: it is reliably met.",
        ),
        (
            CHARTS["misses"],
            {},
            f"is 50.3, {ORDINARY} The target of 60 lies above the upper limit: it will be missed unless the process "
            "changes.",
        ),
        (
            chart([1, 3] * 8, target=2),
            {},
            f"is 2, {ORDINARY} The target of 2 is level with the mean but within the limits, so it may be met or "
            "missed by chance.",
        ),
        (
            chart(STEADY, target=49),
            {},
            f"is 50.3, {ORDINARY} The target of 49 is below the mean but within the limits, so it may be met or "
            "missed by chance.",
        ),
        (
            chart(STEADY, target=49, improvement="neutral"),
            {},
            f"is 50.3, {ORDINARY} The target of 49 is below the mean.",
        ),
        (chart(STEADY[:12]), {}, f"is 50.2, {ORDINARY} {TRIAL}"),
        (chart(STEADY[:13]), {}, f"is 50.2, {ORDINARY}"),
        (
            chart([*STEADY, None]),
            {},
            f"is 50.3, {ORDINARY} The latest value is that of February 2022; 1 later value is missing.",
        ),
        (chart([value / 1000 for value in STEADY]), {}, f"is 0.0503, {ORDINARY}"),
        (chart([value / 1000 for value in STEADY]), {"decimals": 2}, f"is 0.05, {ORDINARY}"),
        (chart([value / 100 + 99 for value in STEADY]), {"unit": "%"}, f"is 99.503%, {ORDINARY}"),
        (chart([99.96, 99.98] * 8), {"unit": "%", "decimals": 1}, f"is 99.97%, {ORDINARY}"),
        (chart(STEADY), {"unit": "days"}, f"is 50.3 days, {ORDINARY}"),
    ],
)
def test_a_description_has_the_level_the_signals_the_target_and_what_to_be_careful_of(result, options, expected):
    assert spc.describe(result, **options) == f"The mean for the measure {expected}"


@pytest.mark.parametrize(
    ("dates", "gap"),
    [
        (pd.date_range("2021-01-01", periods=24, freq="MS").delete([3, 6, 9]), "April, July and October 2021"),
        (
            pd.date_range("2021-01-01", periods=25, freq="MS").delete([3, 6, 9, 12]),
            "April, July and October 2021 and 1 more",
        ),
        (pd.date_range("2021-04-01", periods=11, freq="QS").delete([3, 6]), "Q4 2021/22 and Q3 2022/23"),
        (pd.date_range("2021-04-05", periods=10, freq="W-MON").delete([3]), "26 April 2021"),
    ],
)
def test_the_first_three_dates_without_a_row_are_named_as_the_chart_has_them(dates, gap):
    said = spc.describe(spc.xmr((STEADY * 2)[: len(dates)], dates=dates))
    assert f"There are no data for {gap}; {NEIGHBOURS}" in said


def test_points_are_dated_by_quarter_by_day_or_by_number_as_the_chart_is():
    quarters = pd.date_range("2021-04-01", periods=10, freq="QS")
    assert " since Q1 2022/23, up from " in spc.describe(
        spc.xmr([5, 6, 5, 7, 5, 6, 5, 6, 5, 9], dates=quarters, rebase=["2022-04-01"])
    )
    weeks = pd.date_range("2021-01-04", periods=10, freq="W-MON")
    assert "The latest point (8 March 2021, 30) lies" in spc.describe(
        spc.xmr([5, 6, 5, 7, 5, 6, 5, 6, 5, 30], dates=weeks)
    )
    assert spc.describe(spc.xmr([7]), unit="people") == (
        "The chart for the measure has a single value, 7 people (point 1), from which no limits can be drawn."
    )


@pytest.mark.parametrize("target", [72.25, 70.5, 68.125])
@pytest.mark.parametrize("decimals", [None, 0, 1])
def test_a_target_is_said_as_it_was_given(target, decimals):
    result = spc.xmr([70, 72, 71, 70, 73, 72, 71, 70], target=target)
    assert f"The target of {target}% " in spc.describe(result, unit="%", decimals=decimals)


def test_an_hour_is_not_called_its_month():
    result = spc.xmr([70, 72, 71, 70, 73, 72, 71, 99], dates=pd.date_range("2024-07-01", periods=8, freq="h"))
    assert "(1 July 2024, 99)" in spc.describe(result)
