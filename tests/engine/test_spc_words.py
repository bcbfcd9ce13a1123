"""Claims are held against the chart, and describe says what the chart shows."""

import statistics
from pathlib import Path

import pandas as pd
import pytest

from natpatsip import spc
from natpatsip.errors import ClaimError, ReportError

STEADY = [50, 52, 49, 51, 50, 48, 51, 52, 49, 50, 51, 49, 50, 52]
HIGHER = [60, 62, 59, 61, 60, 58, 61, 62, 59, 60, 61, 59, 60, 62]
RISE = [48, 50, 51, 52, 53, 54, 55, 56]
REBASE = ["2022-03"]


def chart(values, **settings):
    return spc.xmr(values, dates=pd.date_range("2021-01-01", periods=len(values), freq="MS"), **settings)


CHARTS = {
    "steady": chart(STEADY, target=50.5),
    "shift up": chart(STEADY + HIGHER, rebase=REBASE),
    "shift down": chart(HIGHER + STEADY, rebase=REBASE),
    "shift down, lower is better": chart(HIGHER + STEADY, rebase=REBASE, improvement="decrease"),
    "six after the rebase": chart(STEADY + HIGHER[:6], rebase=REBASE),
    "fifth point on the mean before": chart([*STEADY, 60, 61, 60, 61, 50, 61, 60, 61], rebase=REBASE),
    "missing after the rebase": chart([*STEADY, 60, None, *HIGHER], rebase=REBASE),
    "seven above": chart([*STEADY, *STEADY, 49, 52, 51.5, 52, 51.5, 52, 51.5, 51.5]),
    "six above": chart([*STEADY, *STEADY, 49, 52, 51.5, 52, 51.5, 52, 51.5]),
    "rising": chart(STEADY + RISE),
    "falling": chart(STEADY + [100 - value for value in RISE]),
    "outlier at the end": chart([*STEADY, 70]),
    "outlier before": chart([*STEADY, 70, *STEADY]),
    "meets": chart(STEADY, target=40),
    "misses": chart(STEADY, target=60),
    "meets, lower is better": chart(STEADY, target=60, improvement="decrease"),
    "neutral": chart(STEADY + HIGHER, rebase=REBASE, improvement="neutral", target=80),
    "one point": chart([50], target=40),
    "all missing": chart([None, None], target=40),
    "constant": chart([50] * 20),
    "fixed": chart(STEADY + HIGHER, fix_after=14),
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("steady", ("stable", "below target", "hit and miss")),
        ("shift up", ("shift up", "stable", "improving")),
        ("shift down", ("shift down", "stable", "worsening")),
        ("shift down, lower is better", ("shift down", "stable", "improving")),
        ("six after the rebase", ("stable",)),
        ("fifth point on the mean before", ("stable",)),
        ("missing after the rebase", ("stable",)),
        ("seven above", ("run above", "improving")),
        ("six above", ("stable",)),
        ("rising", ("rising", "improving")),
        ("falling", ("falling", "worsening")),
        ("outlier at the end", ("improving",)),
        ("outlier before", ()),
        ("meets", ("stable", "above target", "reliably meets")),
        ("misses", ("stable", "below target", "reliably misses")),
        ("meets, lower is better", ("stable", "below target", "reliably meets")),
        ("neutral", ("shift up", "stable", "below target")),
        ("one point", ("above target",)),
        ("all missing", ()),
        ("constant", ()),
        ("fixed", ("run above", "improving")),
    ],
)
def test_a_chart_shows_just_what_its_points_bear_out(name, expected):
    assert spc.shows(CHARTS[name]) == expected


PHRASES = ["shift up", "shift down", "run above", "run below", "rising", "falling", "stable", "improving", "worsening"]
PHRASES += ["above target", "below target", "reliably meets", "reliably misses", "hit and miss"]


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize(
    "name", ["shift up", "falling", "meets, lower is better", "neutral", "all missing", "constant"]
)
def test_a_claim_returns_the_words_or_says_what_the_chart_shows(name, phrase):
    result = CHARTS[name]
    if phrase in spc.shows(result):
        assert spc.claim("Our words.", result, shows=phrase) == "Our words."
    else:
        with pytest.raises(ReportError, match=f'^"Our words." claims "{phrase}", but the chart does not show it: '):
            spc.claim("Our words.", result, shows=phrase)


def test_a_refuted_claim_says_why_and_what_the_chart_shows_instead():
    with pytest.raises(ClaimError) as caught:
        spc.claim("Care got better.", CHARTS["fifth point on the mean before"], shows="shift up")
    assert str(caught.value) == (
        '"Care got better." claims "shift up", but the chart does not show it: six of the first seven points from '
        "2022-03-01 lie above 50.29, the mean before. It shows: stable."
    )


def test_several_claims_must_all_hold():
    result = CHARTS["meets"]
    assert spc.claim("Fine.", result, shows=["stable", "reliably meets"]) == "Fine."
    with pytest.raises(ClaimError, match="reliably misses"):
        spc.claim("Fine.", result, shows=["stable", "reliably misses"])


def test_an_unknown_phrase_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "shift down"'):
        spc.claim("Words.", CHARTS["steady"], shows="shift-down")
    with pytest.raises(ValueError, match="shows names nothing"):
        spc.claim("Words.", CHARTS["steady"], shows=[])


def test_a_shift_can_be_claimed_at_an_earlier_rebase():
    result = chart(STEADY + HIGHER + STEADY, rebase=["2022-03", "2023-05"])
    assert spc.claim("It rose.", result, shows="shift up", at="2022-03") == "It rose."
    with pytest.raises(ClaimError):
        spc.claim("It rose.", result, shows="shift up")
    with pytest.raises(ValueError, match="not rebased at 2022-04; it is rebased at: 2022-03-01, 2023-05-01"):
        spc.claim("It rose.", result, shows="shift up", at="2022-04")


def test_findings_give_the_numbers_that_a_report_prints():
    found = spc.findings(chart(STEADY + HIGHER + STEADY, rebase=["2022-03", "2023-05"]))
    assert [segment.rows for segment in found.segments] == [14, 14, 14]
    assert found.mean == found.baseline == statistics.mean(STEADY)
    assert found.gain == pytest.approx(-10)
    assert found.gain_on_baseline == 0
    assert found.rebased == pd.Timestamp("2023-05-01")
    assert found.segments[1].end == pd.Timestamp("2023-04-01")
    assert spc.findings(CHARTS["seven above"]).run_length == 7


def test_findings_want_one_series():
    both = pd.concat([CHARTS["steady"], CHARTS["rising"]])
    with pytest.raises(ValueError, match="several series"):
        spc.findings(both)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "shift up",
            "The mean for births has been 60.3% since March 2022, up from 50.3% before: a shift up, which is an "
            "improvement. Since then the points show only ordinary variation (common cause).",
        ),
        (
            "neutral",
            "The mean for births has been 60.3% since March 2022, up from 50.3% before: a shift up. Since then the "
            "points show only ordinary variation (common cause), and the goal of 80% lies above the mean.",
        ),
        (
            "steady",
            "The mean for births is 50.3%, and the points show only ordinary variation (common cause). The goal of "
            "50.5% lies above the mean and within the limits: it may be met or missed by chance.",
        ),
        (
            "seven above",
            "The mean for births is 50.5%. The last seven points all lie above this mean, a special-cause run, which "
            "is an improvement.",
        ),
        (
            "outlier at the end",
            "The mean for births is 51.6%. The latest point (March 2022, 70%) lies above the upper limit, which is an "
            "improvement.",
        ),
        (
            "six after the rebase",
            "The mean for births has been 60% since March 2022, up from 50.3% before: too soon to call it a shift "
            "(six of seven points). Since then the points show only ordinary variation (common cause). Limits from "
            "fewer than 13 points are trial limits.",
        ),
        (
            "one point",
            "The chart for births has a single value, 50% (January 2021), from which no limits can be drawn.",
        ),
        ("all missing", "The chart for births has no values."),
        (
            "constant",
            "The mean for births is 50%, and no limits can be drawn: there are no two neighbouring values that differ.",
        ),
    ],
)
def test_describe_says_what_the_chart_shows_now(name, expected):
    assert spc.describe(CHARTS[name], measure="births", unit="%", target_label="goal") == expected


def test_describe_speaks_of_gaps_and_of_a_missing_latest_value():
    said = spc.describe(chart([*STEADY, None, 50, 51, None, None]))
    assert "The latest value is that of May 2022; two later values are missing. One value is missing." in said


def test_describe_names_the_months_that_have_no_row():
    dates = pd.date_range("2021-01-01", periods=16, freq="MS").delete([4, 7])
    result = spc.xmr(STEADY, dates=dates)
    assert [date.month for date in spc.findings(result).absent] == [5, 8]
    assert spc.describe(result).endswith(
        "There are no data for May 2021 and August 2021; the points on either side count as neighbours."
    )


def test_absent_months_can_be_made_gaps():
    frame = pd.DataFrame(
        {"psc": list("AAAB"), "month": ["2024-01", "2024-02", "2024-04", "2024-03"], "women": [1, 2, 3, 4]}
    )
    filled = spc.fill_absent_months(frame, date="month", by="psc")
    assert filled["psc"].tolist() == list("AAAAB")
    assert filled["women"].tolist() == pytest.approx([1, 2, float("nan"), 3, 4], nan_ok=True)
    result = spc.panel(filled, by="psc", value="women", date="month")
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


def test_describe_gives_the_reason_of_the_last_rebase():
    dates = pd.date_range("2021-01-01", periods=28, freq="MS")
    result = spc.xmr([*STEADY, *HIGHER], dates=dates, rebase=REBASE)
    reasons = {"2022-03": "new cots", "2021-06": "of another chart"}
    assert " since March 2022 (new cots), up from " in spc.describe(result, rebase_reasons=reasons)
    assert "(" not in spc.describe(result).split(", up from")[0]
    numbered = spc.xmr([5, 6, 5, 6, 5, 6, 5, 9, 10, 9, 10, 9, 10, 9], rebase=[8])
    assert " since point 8 (new ward), up from " in spc.describe(numbered, rebase_reasons={8: "new ward"})


def test_a_count_is_printed_whole_with_its_unit():
    said = spc.describe(chart([value * 100.25 for value in STEADY]), measure="opioids", unit="people", decimals=0)
    assert said.startswith("The mean for opioids is 5,041 people, and")


def test_every_phrase_and_function_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "spc.md").read_text(encoding="utf-8")
    for phrase in PHRASES:
        assert f"`{phrase}`" in page
    for name in ("xmr", "panel", "summary", "findings", "describe", "claim", "suggest_rebase", "run_chart", "shows"):
        assert f"spc.{name}(" in page
