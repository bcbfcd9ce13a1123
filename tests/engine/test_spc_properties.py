"""What must hold for any series."""

import warnings

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from natpatsip import spc

WHOLE = st.integers(-200, 200).map(float)
VALUES = st.lists(WHOLE | st.none(), min_size=1, max_size=45)
SETTINGS = st.fixed_dictionaries(
    {
        "improvement": st.sampled_from(["increase", "decrease", "neutral"]),
        "fix_after": st.none() | st.integers(12, 20),
        "screen_outliers": st.booleans(),
        "target": st.none() | WHOLE,
        "rule_length": st.sampled_from([6, 7]),
    }
)
QUICK = settings(max_examples=50, deadline=None, derandomize=True, database=None)
FEW = settings(QUICK, max_examples=25)
MIRROR = {
    "Above UCL": "Below LCL",
    "2 in 3 Above CL": "2 in 3 Below CL",
    "7 Points Above CL": "7 Points Below CL",
    "7 Point Trend (Increasing)": "7 Point Trend (Decreasing)",
    "Common Cause": "Common Cause",
}
MIRROR |= {low: high for high, low in MIRROR.items()}
SWAP = {"special_cause_improvement": "special_cause_concern", "special_cause_concern": "special_cause_improvement"}


def months(values):
    return pd.date_range("2015-01-01", periods=len(values), freq="MS")


def words(result, column="special_cause_type"):
    return result[column].astype(str).tolist()


@QUICK
@given(VALUES, SETTINGS, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(values, chosen, random):
    dates = months(values)
    rows = list(zip(values, dates, strict=True))
    random.shuffle(rows)
    shuffled = spc.xmr([value for value, _ in rows], dates=[date for _, date in rows], **chosen)
    pd.testing.assert_frame_equal(shuffled, spc.xmr(values, dates=dates, **chosen))


@QUICK
@given(VALUES, st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_scales_the_chart(values, factor):
    plain = spc.xmr(values)
    scaled = spc.xmr([value if value is None else value * factor for value in values])
    for column in ("mean", "lpl", "upl"):
        np.testing.assert_allclose(scaled[column], plain[column] * factor, rtol=1e-12)
    assert scaled["relative_to_mean"].equals(plain["relative_to_mean"])
    assert words(scaled) == words(plain)


@QUICK
@given(VALUES, st.integers(-500, 500))
def test_adding_a_number_moves_the_chart(values, step):
    plain, moved = spc.xmr(values), spc.xmr([value if value is None else value + step for value in values])
    for column in ("mean", "lpl", "upl"):
        np.testing.assert_allclose(moved[column], plain[column] + step, rtol=1e-9, atol=1e-9)


@QUICK
@given(VALUES)
def test_turning_the_values_round_swaps_high_and_low(values):
    plain, mirrored = spc.xmr(values), spc.xmr([value if value is None else -value for value in values])
    np.testing.assert_array_equal(mirrored["mean"], -plain["mean"])
    np.testing.assert_array_equal(mirrored["lpl"], -plain["upl"])
    assert words(mirrored) == [MIRROR[word] for word in words(plain)]


@QUICK
@given(VALUES)
def test_reversal_in_time_keeps_limits_and_positions(values):
    plain, reversed_ = spc.xmr(values), spc.xmr(values[::-1])
    for column in ("mean", "lpl", "upl", "relative_to_mean", "outside_limits", "close_to_limits"):
        np.testing.assert_array_equal(reversed_[column][::-1], plain[column])


@QUICK
@given(VALUES, SETTINGS)
def test_the_other_direction_swaps_improvement_and_concern(values, chosen):
    better = spc.xmr(values, **{**chosen, "improvement": "increase"})
    worse = spc.xmr(values, **{**chosen, "improvement": "decrease"})
    assert words(worse) == words(better)
    assert words(worse, "point_type") == [SWAP.get(kind, kind) for kind in words(better, "point_type")]
    neutral = words(spc.xmr(values, **{**chosen, "improvement": "neutral"}), "point_type")
    assert [kind == "common_cause" for kind in neutral] == [
        kind == "common_cause" for kind in words(better, "point_type")
    ]


@QUICK
@given(VALUES, SETTINGS, st.lists(st.integers(0, 60), max_size=4))
def test_the_target_changes_nothing_but_the_assurance(values, chosen, cuts):
    dates, rebase = months(values), sorted({months(range(61))[cut] for cut in cuts if cut < len(values)})
    with_target = spc.xmr(values, dates=dates, rebase=rebase, **{**chosen, "target": 10})
    without = spc.xmr(values, dates=dates, rebase=rebase, **{**chosen, "target": None})
    pd.testing.assert_frame_equal(with_target.drop(columns="target"), without.drop(columns="target"))


@QUICK
@given(st.lists(WHOLE | st.none(), min_size=2, max_size=45), SETTINGS, st.integers(0, 43))
def test_segments_know_nothing_of_each_other(values, chosen, cut):
    cut = 1 + cut % (len(values) - 1)
    dates = months(values)
    whole = spc.xmr(values, dates=dates, rebase=[dates[cut]], **chosen)
    parts = [spc.xmr(values[:cut], dates=dates[:cut], **chosen), spc.xmr(values[cut:], dates=dates[cut:], **chosen)]
    joined = pd.concat(parts, ignore_index=True).drop(columns="segment")
    pd.testing.assert_frame_equal(whole.drop(columns="segment"), joined)


@FEW
@given(st.lists(VALUES, min_size=1, max_size=12), SETTINGS, st.lists(st.integers(0, 60), max_size=3))
def test_the_panel_equals_xmr(many, chosen, cuts):
    rebase = sorted({months(range(61))[cut] for cut in cuts})
    frame = pd.concat(
        [
            pd.DataFrame({"who": who, "when": months(own), "what": pd.array(own, "Float64")})
            for who, own in enumerate(many)
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", spc.SpcWarning)
        panel = spc.panel(frame, by="who", value="what", date="when", rebase=rebase, **chosen)
        for who, own in panel.groupby("who"):
            single = spc.xmr(many[who], dates=months(many[who]), rebase=rebase, **chosen)
            pd.testing.assert_frame_equal(own.drop(columns="who").reset_index(drop=True), single, check_exact=True)


@QUICK
@given(VALUES, SETTINGS, st.lists(st.integers(0, 60), max_size=4))
def test_every_chart_can_be_put_into_words(values, chosen, cuts):
    dates, rebase = months(values), sorted({months(range(61))[cut] for cut in cuts if cut < len(values)})
    result = spc.xmr(values, dates=dates, rebase=rebase, **chosen)
    said = spc.describe(result, measure="visits", unit="%")
    assert said.endswith(".")
    assert "nan" not in said
    assert len(spc.summary(result)) == 1
    for phrase in spc.shows(result):
        assert spc.claim(said, result, shows=phrase) == said
    suggestion = spc.suggest_rebase(result)
    assert suggestion is None or suggestion.points_after >= 13
