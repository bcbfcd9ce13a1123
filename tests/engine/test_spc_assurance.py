"""The icons of a series follow one rule, whoever asks: the summary of a panel, or a chart of one series."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natpatsip import spc
from natpatsip.errors import SpcError
from natpatsip.spc.assurance import ASSURANCES, assurance_codes, direction_of, latest_rows

WHOLE = st.integers(-50, 50).map(float)
DIRECTION = st.sampled_from(["increase", "decrease", "neutral"])
SERIES = st.tuples(
    st.lists(WHOLE | st.none(), min_size=1, max_size=30),
    st.sampled_from([0, 0, 40, -40]),  # a step at the end, so that special causes are common
    DIRECTION,
    st.none() | WHOLE,
)


def frame_of(series):
    parts = []
    for number, (values, step, direction, target) in enumerate(series):
        made = np.array(values, dtype=float)
        made[-1] += step
        months = pd.date_range("2021-01-01", periods=len(made), freq="MS")
        parts.append(
            pd.DataFrame(
                {
                    "team": f"T{number}",
                    "ward": number % 2,
                    "month": months,
                    "seen": made,
                    "better": direction,
                    "aim": target,
                }
            ).astype({"aim": float})
        )
    return pd.concat(parts, ignore_index=True)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(SERIES, min_size=1, max_size=5), st.sampled_from(["one word", "mapping", "column"]), st.booleans())
def test_icons_of_each_series_are_those_of_the_summary(series, how, several):
    frame = frame_of(series)
    by = ["ward", "team"] if several else ["team"]
    keys = [(number % 2, f"T{number}") if several else f"T{number}" for number in range(len(series))]
    directions = {key: direction for key, (_, _, direction, _) in zip(keys, series, strict=True)}
    improvement = {"one word": series[0][2], "mapping": directions, "column": "better"}[how]
    result = spc.panel(frame, by=by, value="seen", date="month", improvement=improvement, target="aim")
    summed = spc.summary(result).set_index(by)
    for key, rows in result.groupby(by[0] if len(by) == 1 else by):
        row = summed.loc[key]
        assert direction_of(rows) == row["improvement"]
        assert spc.variation_icon(rows) == (row["variation_icon"], row["variation"])
        assert spc.assurance_icon(rows) == (row["assurance_icon"], row["assurance"])
        assert spc.findings(rows).assurance == row["assurance_type"]
        unknown = rows.copy()
        unknown.attrs = {}
        assert spc.variation_icon(unknown) == spc.variation_icon(rows)
        assert spc.assurance_icon(unknown).name == "assurance-none"
        target = None if pd.isna(row["target"]) else row["target"]
        single = spc.xmr(rows["value"], dates=rows["date"], improvement=row["improvement"], target=target)
        assert spc.variation_icon(single) == spc.variation_icon(rows)
        assert spc.assurance_icon(single) == spc.assurance_icon(rows)


@pytest.mark.parametrize(
    ("improvement", "last", "variation"),
    [
        ("increase", 90, "variation-improvement-high"),
        ("increase", 10, "variation-concern-low"),
        ("decrease", 90, "variation-concern-high"),
        ("decrease", 10, "variation-improvement-low"),
        ("neutral", 90, "variation-neutral-high"),
        ("neutral", 10, "variation-neutral-low"),
        ("decrease", 50, "variation-common-cause"),
    ],
)
def test_variation_is_that_of_the_latest_row_with_a_value(improvement, last, variation):
    assert spc.variation_icon(spc.xmr([50, 51] * 10 + [last, None], improvement=improvement)).name == variation


@pytest.mark.parametrize(
    ("target", "increase", "decrease"),
    [
        (60, "assurance-fail", "assurance-pass"),
        (40, "assurance-pass", "assurance-fail"),
        (52.66, "assurance-hit-and-miss", "assurance-hit-and-miss"),
        (None, "assurance-none", "assurance-none"),
    ],
)
def test_assurance_holds_the_target_against_the_limits(target, increase, decrease):
    values = [49.0, 51.0] * 10  # limits 50 - 5.32 and 50 + 5.32
    for improvement, expected in (("increase", increase), ("decrease", decrease), ("neutral", "assurance-none")):
        assert spc.assurance_icon(spc.xmr(values, improvement=improvement, target=target)).name == expected


@pytest.mark.parametrize(("target", "expected"), [(6.66, "assurance-hit-and-miss"), (6.67, "assurance-fail")])
def test_a_target_on_a_limit_is_hit_and_miss(target, expected):
    result = spc.xmr([4, 5, 4, 3, 4], target=target, screen_outliers=False)
    assert result["upl"].iloc[0] == pytest.approx(6.66)
    assert spc.assurance_icon(result.assign(upl=6.66)).name == expected


def test_assurance_is_of_the_last_segment_and_its_latest_target():
    result = spc.xmr([49, 51] * 7 + [69, 71] * 7, rebase=[15], target={1: 80, 20: 60})
    assert spc.assurance_icon(result).name == "assurance-pass"
    assert spc.assurance_icon(result.iloc[:15]).name == "assurance-fail"


def test_without_limits_there_is_no_assurance():
    assert spc.assurance_icon(spc.xmr([50] * 20, target=40)).name == "assurance-none"


def test_icon_names_and_directions_are_those_of_the_drawings():
    from natpatsip.charts.icons import ICONS
    from natpatsip.spc.assurance import ASSURANCE_TABLE, VARIATION_TABLE

    assert {icon.name for icon in (*VARIATION_TABLE, *ASSURANCE_TABLE)} == set(ICONS)


@pytest.mark.parametrize(
    ("target", "increase", "decrease"),
    [
        (9.9, "consistent_pass", "consistent_fail"),
        (10, "inconsistent", "inconsistent"),
        (20, "inconsistent", "inconsistent"),
        (20.1, "consistent_fail", "consistent_pass"),
        (np.nan, "", ""),
    ],
)
def test_a_target_that_touches_a_limit_may_be_met_or_missed(target, increase, decrease):
    for direction, expected in enumerate((increase, decrease, "")):
        (code,) = assurance_codes([target], [10.0], [20.0], [direction])
        assert ASSURANCES[code] == expected
        (code,) = assurance_codes([target], [np.nan], [20.0], [direction])
        assert ASSURANCES[code] == ""
        (code,) = assurance_codes([target], [10.0], [np.nan], [direction])
        assert ASSURANCES[code] == ""


WAVE = [50, 52] * 10


@pytest.mark.parametrize(
    ("end", "is_high"),
    [
        ([90], True),
        ([10], False),
        ([51.5] * 7, True),
        ([50.5] * 7, False),
        ([55, 51.5, 55], True),
        ([47, 50.5, 47], False),
        ([50.2, 50.4, 50.6, 50.8, 51.2, 51.4, 51.6], True),
        ([51.8, 51.6, 51.4, 51.2, 50.8, 50.6, 50.4], False),
    ],
)
@pytest.mark.parametrize(("better", "side_of_better"), [("increase", True), ("decrease", False)])
def test_the_direction_of_a_chart_without_settings_is_told_by_its_latest_signal(end, is_high, better, side_of_better):
    chart = spc.xmr(WAVE + end, fix_after=20, improvement=better)
    kind = "improvement" if is_high == side_of_better else "concern"
    assert spc.variation_icon(chart).name == f"variation-{kind}-{'high' if is_high else 'low'}"
    bare = chart.copy()
    bare.attrs = {}
    assert spc.variation_icon(bare) == spc.variation_icon(chart)
    neutral = spc.xmr(WAVE + end, fix_after=20, improvement="neutral")
    assert spc.variation_icon(neutral).name == f"variation-neutral-{'high' if is_high else 'low'}"
    neutral.attrs = {}
    assert spc.variation_icon(neutral).name == f"variation-neutral-{'high' if is_high else 'low'}"


@pytest.mark.parametrize(
    "ask", [direction_of, spc.findings, spc.describe, spc.variation_icon, spc.assurance_icon, spc.summary]
)
def test_a_chart_is_not_told_anew_which_direction_is_better(ask):
    def asked(result, better):
        return ask(result, better) if ask is direction_of else ask(result, improvement=better)

    chart = spc.xmr([*WAVE, 90])
    asked(chart, "increase")
    with pytest.raises(SpcError) as refused:
        asked(chart, "decrease")
    assert str(refused.value) == (
        'improvement is "decrease", but the chart was made with "increase", which decides what its points mean. '
        'Make it with improvement="decrease".'
    )


def test_the_direction_of_a_series_may_be_given_by_series():
    assert direction_of(spc.xmr([*WAVE, 90])) == "increase"
    rows = pd.DataFrame({"team": ["North"], "ward": [2]})
    rows.attrs = {"by": ["team", "ward"]}
    assert direction_of(rows) == ""
    assert direction_of(rows, {("North", 2): "decrease", ("North", 1): "increase"}) == "decrease"
    rows.attrs = {"by": ["team"]}
    assert direction_of(rows, {"South": "decrease"}) == ""


@pytest.mark.parametrize(
    ("valued", "latest"), [([1, 1, 1], 2), ([1, 1, 0], 1), ([1, 0, 0], 0), ([0, 0, 0], 2), ([0, 1, 0], 1)]
)
def test_the_latest_row_is_the_last_with_a_value_or_else_the_last(valued, latest):
    two = np.array([1, 1, *valued], dtype=bool)
    assert latest_rows(two, np.array([0, 2]), np.array([1, 4])).tolist() == [1, 2 + latest]
