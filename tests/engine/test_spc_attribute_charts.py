"""P and u charts: limits of each point from its own denominator, special causes as on an XmR chart."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natpatsip import charts, spc
from natpatsip.errors import FigureError, SpcError
from natpatsip.spc.attribute_charts import is_overdispersed
from support.chart_samples import words_of

QUICK = settings(max_examples=30, deadline=None, derandomize=True, database=None)
VARIED = pytest.mark.filterwarnings("ignore::natpatsip.spc.SpcWarning")  # shares that vary more than by chance
PAIRS = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)
SHARES = st.lists(PAIRS, min_size=2, max_size=20)

# The worked examples are the data and the limits of three and two standard deviations that the tests of the Power BI
# visual PowerBI-SPC of the Australian Department of Health publish (AUS-DOH-Safety-and-Quality/PowerBI-SPC on GitHub,
# test/Chart Types, p.test.ts and u.test.ts).
P_NUMERATORS = [14, 12, 15, 8, 16, 11, 12, 14, 16, 17, 5, 11, 13, 10, 14, 5, 12, 10, 11, 5, 10, 8, 11, 12, 11, 18, 18,
                21, 14, 15, 18, 22, 17, 16, 20, 15]  # fmt: skip
P_DENOMINATORS = [52, 64, 70, 60, 67, 69, 67, 54, 79, 59, 49, 61, 41, 51, 56, 43, 57, 48, 69, 41, 40, 46, 59, 62, 57,
                  65, 75, 70, 76, 69, 64, 67, 84, 67, 69, 78]  # fmt: skip
P_UPPER = [38.76, 37.07, 36.4, 37.58, 36.72, 36.5, 36.72, 38.44, 35.53, 37.71, 39.28, 37.45, 40.92, 38.93, 38.14, 40.47,
           37.99, 39.46, 36.5, 40.92, 41.16, 39.84, 37.71, 37.32, 37.99, 36.95, 35.9, 36.4, 35.8, 36.5, 37.07, 36.72,
           35.11, 36.72, 36.5, 35.62]  # fmt: skip
P_LOWER = [4.5, 6.19, 6.87, 5.69, 6.54, 6.76, 6.54, 4.82, 7.74, 5.55, 3.99, 5.82, 2.34, 4.34, 5.13, 2.8, 5.27, 3.8,
           6.76, 2.34, 2.1, 3.42, 5.55, 5.95, 5.27, 6.31, 7.37, 6.87, 7.46, 6.76, 6.19, 6.54, 8.16, 6.54, 6.76,
           7.65]  # fmt: skip
U_NUMERATORS = [575, 521, 585, 528, 507, 519, 457, 505, 494, 512, 543, 506, 509, 521, 549, 531, 509, 528, 419, 512, 495,
                513, 454, 490]  # fmt: skip
U_DENOMINATORS = [310466.8333, 282346.7917, 309089.7083, 287977.3333, 297743.375, 286988.25, 261120.3333, 268720.75,
                  284437.875, 290449.5, 288104.4583, 279961.375, 289803.9583, 275950.5833, 290824.4583, 285495.75,
                  282515.2083, 273927.875, 253085.625, 262410.7083, 275529.25, 282405.0833, 259530.7917,
                  256235.4583]  # fmt: skip
U_UPPER = [20.5349, 20.6467, 20.5401, 20.623, 20.5836, 20.6271, 20.7428, 20.7071, 20.6378, 20.6129, 20.6225, 20.657,
           20.6155, 20.6745, 20.6113, 20.6334, 20.646, 20.6835, 20.7823, 20.7366, 20.6764, 20.6465, 20.7505,
           20.7666]  # fmt: skip
U_LOWER = [15.9366, 15.8248, 15.9314, 15.8485, 15.8879, 15.8444, 15.7287, 15.7644, 15.8337, 15.8586, 15.849, 15.8145,
           15.856, 15.797, 15.8602, 15.8381, 15.8255, 15.788, 15.6892, 15.7349, 15.7951, 15.825, 15.721,
           15.7049]  # fmt: skip
# Attendances at emergency departments, seen within four hours of all, in 20 weeks: M. A. Mohammed and others,
# Significance 2013;10(1), as tabulated in J. Anhøj, *Mastering Statistical Process Control Charts in Healthcare*.
SEEN = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320, 267923, 271478, 255353, 256820,
        261835, 259144, 255910, 260863, 264465, 260989]  # fmt: skip
ATTENDED = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529, 279618, 283932, 266629,
            268091, 276803, 271578, 266005, 273520, 278574, 273772]  # fmt: skip


def causes(result):
    return result["special_cause_type"].astype(str).tolist()


def test_a_p_chart_agrees_with_published_limits():
    chart = spc.p_chart(P_NUMERATORS, P_DENOMINATORS)
    np.testing.assert_allclose(chart["upl"], P_UPPER, atol=0.005)
    np.testing.assert_allclose(chart["lpl"], P_LOWER, atol=0.005)


def test_a_u_chart_agrees_with_published_limits():
    chart = spc.u_chart(U_NUMERATORS, U_DENOMINATORS, per=10_000)
    np.testing.assert_allclose(chart["upl"], U_UPPER, atol=0.00005)
    np.testing.assert_allclose(chart["lpl"], U_LOWER, atol=0.00005)


def test_samples_of_one_size_agree_with_published_limits():
    # SAS/QC 13.1 User's Guide, UCHART statement, data set Fablim: 20 rolls of 30 square metres.
    defects = [12, 11, 9, 15, 7, 6, 5, 10, 8, 8, 14, 5, 9, 13, 7, 5, 8, 11, 7, 12]
    rolls = spc.u_chart(defects, [30] * 20).iloc[0]
    assert rolls[["mean", "lpl", "upl"]].tolist() == pytest.approx([0.30333, 0.001671271, 0.60500], abs=5e-6)
    # An Introduction to Business Statistics, example 16.6: 10 samples of 200.
    samples = spc.p_chart([40, 44, 22, 34, 24, 32, 28, 32, 34, 30], [200] * 10).iloc[0]
    assert samples[["mean", "lpl", "upl"]].tolist() == pytest.approx([16, 8.22, 23.78], abs=0.01)


@VARIED
@QUICK
@given(SHARES)
def test_limits_hold_the_mean_and_stay_within_possible_values(shares):
    chart = spc.p_chart(*zip(*shares, strict=True))
    known = chart.dropna(subset=["lpl"])
    assert ((known["lpl"] >= 0) & (known["lpl"] <= known["mean"])).all()
    assert ((known["upl"] <= 100) & (known["upl"] >= known["mean"])).all()
    assert (chart["lpl"].isna() == chart["upl"].isna()).all()
    assert chart.loc[chart["value"].isna(), "lpl"].isna().all()


@VARIED
@QUICK
@given(SHARES, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(shares, random):
    dated = list(zip(shares, pd.date_range("2020-01", periods=len(shares), freq="MS"), strict=True))
    in_order = chart_of(dated)
    random.shuffle(dated)
    pd.testing.assert_frame_equal(chart_of(dated), in_order)


def chart_of(dated):
    shares, dates = zip(*dated, strict=True)
    return spc.p_chart(*zip(*shares, strict=True), dates=dates, target=50)


@VARIED
@QUICK
@given(SHARES, st.sampled_from([10.0, 1000.0, 100_000.0]))
def test_another_unit_of_a_rate_scales_the_chart(shares, per):
    counts, whole = zip(*shares, strict=True)
    one, many = (spc.u_chart(counts, whole, per=each) for each in (1, per))
    for column in ("value", "mean", "lpl", "upl"):
        np.testing.assert_allclose(many[column], one[column] * per, rtol=1e-12)
    assert causes(one) == causes(many)


@VARIED
@QUICK
@given(SHARES)
def test_what_happened_and_what_did_not_mirror_each_other(shares):
    counts, whole = zip(*shares, strict=True)
    other = [all_ - some for some, all_ in shares]
    one, mirrored = spc.p_chart(counts, whole), spc.p_chart(other, whole)
    np.testing.assert_allclose(mirrored["mean"], 100 - one["mean"], atol=1e-9)
    np.testing.assert_allclose(mirrored["upl"], 100 - one["lpl"], atol=1e-9)
    assert mirrored["special_cause_flag"].sum() == one["special_cause_flag"].sum()


def test_equal_shares_of_any_denominators_lie_on_their_mean():
    chart = spc.p_chart([1, 2, 7, 11, 30, 1, 4, 5], [3, 6, 21, 33, 90, 3, 12, 15])
    assert (chart["relative_to_mean"] == 0).all()
    assert causes(chart) == ["Common Cause"] * 8


@pytest.mark.parametrize(
    ("count", "cause"), [(4, "Below LCL"), (5, "Common Cause"), (20, "Common Cause"), (21, "Above UCL")]
)
def test_a_point_on_its_limit_is_not_outside(count, cause):
    chart = spc.p_chart([200] * 13 + [count], [400] * 13 + [25], fix_after=13)
    assert chart[["lpl", "upl"]].iloc[-1].tolist() == [20, 80]
    assert causes(chart)[-1] == cause


def test_each_point_is_judged_by_its_own_limits():
    chart = spc.p_chart([50] * 13 + [16, 70], [100] * 13 + [20, 100], fix_after=13)
    assert chart["value"].tolist()[-2:] == [80, 70]
    assert causes(chart)[-2:] == ["Common Cause", "Above UCL"]


def test_two_of_three_takes_two_standard_deviations_of_each_point():
    base, whole = [50] * 13, [100] * 13
    assert (
        causes(spc.p_chart([*base, 61, 61, 51], [*whole, 100, 100, 100], fix_after=13))[-3:-1]
        == ["2 in 3 Above CL"] * 2
    )
    assert (
        causes(spc.p_chart([*base, 60, 61, 51], [*whole, 100, 100, 100], fix_after=13))[-3:-1] == ["Common Cause"] * 2
    )
    assert (
        causes(spc.p_chart([*base, 39, 39, 49], [*whole, 100, 100, 100], fix_after=13))[-3:-1]
        == ["2 in 3 Below CL"] * 2
    )


def test_runs_and_segments_are_those_of_an_xmr_chart():
    low, high = [4, 6, 5, 6, 4, 5, 6], [15, 16, 14, 15, 16, 15, 14]
    chart = spc.p_chart(low + high, [20] * 14, rebase=[8], improvement="increase")
    assert chart["segment"].tolist() == [0] * 7 + [1] * 7
    assert chart["mean"].iloc[[0, -1]].tolist() == [100 * 36 / 140, 75]
    found = spc.findings(chart)
    assert (found.shift, found.is_improving) == ("up", True)
    run = spc.p_chart([10] * 13 + [11] * 7, [20] * 20, fix_after=13)
    assert causes(run)[-7:] == ["7 Points Above CL"] * 7
    assert causes(spc.p_chart([10] * 13 + [11] * 6, [20] * 19, fix_after=13))[-1] == "Common Cause"
    assert causes(spc.p_chart([10] * 13 + [11] * 6, [20] * 19, fix_after=13, rule_length=6))[-1] == "6 Points Above CL"


@pytest.mark.parametrize(
    ("numerators", "denominators"),
    [([5], [10]), ([0, 0, 0], [10, 20, 30]), ([10, 20], [10, 20]), ([None, 3], [10, 10]), ([0, 5], [0, 10])],
)
def test_without_two_values_that_could_vary_limits_are_undefined(numerators, denominators):
    chart = spc.p_chart(numerators, denominators, target=50)
    assert chart[["lpl", "upl"]].isna().all(axis=None)
    assert not chart["special_cause_flag"].any()
    assert spc.assurance_icon(chart).name == "assurance-none"
    dated = spc.p_chart(numerators, denominators, dates=["2024-01", "2024-02", "2024-03"][: len(numerators)])
    assert "No limits: they need two values or more" in " ".join(words_of(charts.spc(dated, y_title="Seen").to_dict()))


def test_a_gap_has_no_limits_and_the_latest_point_gives_those_of_the_series():
    months = pd.date_range("2024-01", periods=4, freq="MS")
    chart = spc.p_chart([8, 5, 9, None], [20, 10, 25, 30], dates=months, target=99)
    assert chart["lpl"].isna().tolist() == [False, False, False, True]
    found, row = spc.findings(chart), spc.summary(chart).iloc[0]
    assert (found.current.lpl, found.current.upl) == (row["lpl"], row["upl"]) == tuple(chart.loc[2, ["lpl", "upl"]])
    assert (found.assurance, row["assurance_type"]) == ("consistent_fail", "consistent_fail")
    assert spc.assurance_icon(chart).name == "assurance-fail"


def test_nobody_to_count_is_a_gap_that_the_chart_explains():
    months = pd.date_range("2024-01", periods=4, freq="MS")
    chart = spc.p_chart([8, 0, 9, 7], [20, 0, 25, 30], dates=months)
    assert np.isnan(chart["value"].iloc[1])
    drawn = " ".join(words_of(charts.spc(chart, y_title="Seen").to_dict()))
    assert "A gap in the line is a month without data, or with a denominator of 0." in drawn


@pytest.mark.parametrize(
    ("chart", "numerators", "denominators", "message"),
    [
        (
            spc.p_chart,
            [5, 11],
            [10, 10],
            r"Row 2: numerator is 11 and denominator 10; expected a numerator that is part",
        ),
        (spc.p_chart, [1, 2], [10, 0], r"Row 2: numerator is 2 and denominator 0"),
        (spc.u_chart, [1, 2], [10, 0], r"Row 2: numerator is 2 and denominator 0; expected a denominator above 0"),
        (spc.p_chart, [-1, 2], [10, 10], r"Row 1: numerator is -1.0; expected a whole number, 0 or more"),
        (spc.p_chart, [1, 2.5], [10, 10], r"Row 2: numerator is 2.5; expected a whole number"),
        (spc.p_chart, [1, 2], [10, 10.5], r"Row 2: denominator is 10.5; expected a whole number"),
        (spc.u_chart, [1, 2.5], [10, 10], r"Row 2: numerator is 2.5; expected a whole number"),
        (spc.u_chart, [1, 2], [10, -3], r"Row 2: denominator is -3.0; expected a number, 0 or more"),
        (spc.u_chart, [1, 2], [10], r"There are 2 numerators and 1 denominators; expected one denominator for each"),
        (spc.p_chart, [1, "*"], [10, 10], r"Row 2: numerator is '\*'; expected a finite number"),
        (spc.p_chart, [], [], r"numerator is empty"),
    ],
)
def test_counts_that_cannot_be_are_refused(chart, numerators, denominators, message):
    with pytest.raises(SpcError, match=message):
        chart(numerators, denominators)


def test_a_rate_may_exceed_its_denominator_and_have_one_with_a_fraction():
    assert spc.u_chart([3, 5], [1.5, 2])["value"].tolist() == [2, 2.5]


@pytest.mark.parametrize("per", [0, -1, True, "1000", math.inf, math.nan])
def test_a_rate_is_of_a_number_above_0(per):
    with pytest.raises(SpcError, match=r"per is .*; expected a number above 0"):
        spc.u_chart([1, 2], [10, 10], per=per)


def test_very_large_denominators_are_warned_of_and_said():
    with pytest.warns(spc.SpcWarning, match=r"vary up to 10.6 times as much as counts of this size.* Use an XmR chart"):
        chart = spc.p_chart(SEEN, ATTENDED, dates=pd.date_range("2012-10-07", periods=20, freq="7D"))
    assert chart.attrs["dispersion"] == [pytest.approx(10.642, abs=0.001)]
    assert chart["outside_limits"].sum() == 16
    assert not spc.xmr(100 * np.array(SEEN) / ATTENDED)["outside_limits"].any()
    too_narrow = "The limits are too narrow: the points vary much more than counts of this size do by chance."
    assert too_narrow in spc.describe(chart)
    assert too_narrow in " ".join(words_of(charts.spc(chart, y_title="Seen", percent=True).to_dict()))


def test_points_that_vary_by_chance_are_not_warned_of():
    rng = np.random.default_rng(7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for whole in (50, 5000, 500_000):
            chart = spc.p_chart(rng.binomial(whole, 0.8, 36), [whole] * 36)
            assert chart.attrs["dispersion"][0] == pytest.approx(1, abs=0.4)
            spc.u_chart(rng.poisson(whole * 0.01, 36), [whole] * 36)


def test_dispersion_needs_13_values_and_is_that_of_each_segment():
    few = spc.p_chart(SEEN[:12], ATTENDED[:12])
    assert np.isnan(few.attrs["dispersion"][0])
    assert not few.attrs["is_overdispersed"]
    with pytest.warns(spc.SpcWarning):
        assert not np.isnan(spc.p_chart(SEEN[:13], ATTENDED[:13]).attrs["dispersion"][0])
    rng = np.random.default_rng(3)
    calm = rng.binomial(280_000, 0.95, 15)
    with pytest.warns(spc.SpcWarning, match=r"up to 10\.\d times"):
        chart = spc.p_chart([*SEEN, *calm], [*ATTENDED, *[280_000] * 15], rebase=[21])
    assert chart.attrs["dispersion"] == [pytest.approx(10.642, abs=0.001), pytest.approx(1, abs=0.5)]


@pytest.mark.parametrize(
    ("dispersion", "points", "is_much"),
    [
        (1.69, 24, False),
        (1.70, 24, True),
        (1.49, 400, False),
        (1.5, 400, True),
        (1.9, 13, False),
        (1.95, 13, True),
        (9, 12, False),
        (math.nan, 0, False),
    ],
)
def test_how_much_dispersion_is_too_much(dispersion, points, is_much):
    assert is_overdispersed(dispersion, points) is is_much


def test_it_is_drawn_with_stairs_and_says_why_they_differ():
    months = pd.date_range("2024-01", periods=3, freq="MS")
    level, stairs = (
        charts.spc(spc.p_chart([8, 5, 9], whole, dates=months), y_title="Seen").to_dict()
        for whole in ([20, 20, 20], [20, 10, 25])
    )
    note = "The limits are wider where fewer are counted."
    assert note not in words_of(level)
    assert any(note in text for text in words_of(stairs))
    paths = [layer for layer in stairs["layer"] if layer["mark"].get("strokeDash") == [5, 4]]
    (path,) = [layer for layer in paths if layer["mark"]["type"] == "line"]
    rows = stairs["datasets"][path["data"]["name"]]
    assert len(rows) == 2 * 2 * 3  # two limits, and for each of three points a step from its left to its right
    assert {row["path"] for row in rows} == {0, 1}


def test_small_multiples_refuse_limits_that_differ():
    frames = [
        spc.p_chart([8, 5, 9], [20, 10, 25], dates=pd.date_range("2024-01", periods=3, freq="MS")).assign(team=team)
        for team in ("North", "South")
    ]
    both = pd.concat(frames, ignore_index=True)
    with pytest.raises(FigureError, match=r"North has limits that differ from point to point.*charts.spc"):
        charts.multiples(both, by=["team"], y_title="Seen")
    summed = spc.summary(both, by="team", improvement="increase")
    assert summed["upl"].tolist() == [frame["upl"].iloc[-1] for frame in frames]


def test_a_step_for_limits_is_suggested_of_xmr_charts_alone():
    with pytest.raises(SpcError, match="knows XmR charts only; found a p chart"):
        spc.suggest_rebase(spc.p_chart([8, 5, 9], [20, 10, 25]))


def test_dates_may_be_those_of_the_index_and_settings_are_kept():
    counts = pd.Series([8, 5, 9], index=pd.to_datetime(["2024-03", "2024-01", "2024-02"]))
    chart = spc.p_chart(counts, [20, 10, 25], improvement="decrease", rule_length=6, fix_after=12)
    assert chart["date"].tolist() == list(pd.date_range("2024-01", periods=3, freq="MS"))
    assert chart["numerator"].tolist() == [5, 9, 8]
    assert chart["denominator"].tolist() == [10, 25, 20]
    kept = {"improvement": "decrease", "rebase": [], "fix_after": 12, "screen_outliers": False, "rule_length": 6}
    assert {name: chart.attrs[name] for name in kept} == kept
    assert (chart.attrs["chart"], chart.attrs["is_overdispersed"]) == ("p", False)
    assert "gaps" not in chart.attrs
    rate = spc.u_chart(counts, [20, 10, 25], improvement="neutral", rule_length=6, rebase=["2024-03"], fix_after=14)
    assert (rate.attrs["chart"], rate.attrs["rule_length"], rate.attrs["fix_after"]) == ("u", 6, 14)
    assert (rate.attrs["improvement"], rate["segment"].tolist()) == ("neutral", [0, 0, 1])
    assert spc.u_chart(counts, [20, 10, 25], target=0.4)["target"].tolist() == [0.4] * 3


def test_limits_come_from_the_first_rows_where_that_is_set():
    chart = spc.p_chart([10] * 13 + [90] * 5, [20] * 13 + [100] * 5, fix_after=13)
    assert chart["mean"].tolist() == [50] * 18
    assert spc.u_chart([10] * 13 + [90] * 5, [20] * 13 + [100] * 5, fix_after=13)["mean"].tolist() == [0.5] * 18


def test_a_later_segment_alone_may_be_overdispersed():
    rng = np.random.default_rng(3)
    calm = rng.binomial(280_000, 0.95, 15)
    with pytest.warns(spc.SpcWarning, match=r"up to 10\.6 times"):
        chart = spc.p_chart([*calm, *SEEN], [*[280_000] * 15, *ATTENDED], rebase=[16])
    assert chart.attrs["is_overdispersed"]


def test_no_month_is_close_to_a_limit_that_is_cut_off_at_0():
    for chart in (spc.p_chart, spc.u_chart):
        assert causes(chart([2] * 13 + [0, 0, 1], [100] * 16, fix_after=13))[-3:] == ["Common Cause"] * 3
