"""The run chart's rules: six on one side, five in one direction, the number of runs."""

from itertools import combinations, pairwise

import pandas as pd
import pytest

from natpatsip import spc
from natpatsip.spc.run_chart import runs_by_chance

WAVE = [4, 6] * 6


def signals(values, **settings):
    return spc.run_chart(values, **settings)["signal"].astype(str).tolist()


@pytest.mark.parametrize(("length", "is_shift"), [(5, False), (6, True), (7, True)])
def test_six_points_on_one_side_are_a_shift(length, is_shift):
    found = signals([*WAVE, 4, *([6, 7] * 4)[:length], 4, *[4, 4, 6] * (length - 2)])  # the median is 5
    assert found[13 : 13 + length] == ["6 Points Above Median" if is_shift else "Common Cause"] * length


def test_a_point_on_the_median_neither_breaks_a_shift_nor_counts():
    values = [2, 1, 2, 1, 2, 1, 5, 9, 8, 9, 5, 8, 9, 8, 5]
    chart = spc.run_chart(values)
    assert chart["median"].iloc[0] == 5
    assert chart["signal"].astype(str).tolist() == (
        ["6 Points Below Median"] * 6 + ["Common Cause"] + ["6 Points Above Median"] * 3 + ["Common Cause"]
        + ["6 Points Above Median"] * 3 + ["Common Cause"]
    )  # fmt: skip


@pytest.mark.parametrize(("rise", "is_trend"), [([3, 4, 5.5, 7], False), ([3, 4, 5.5, 6, 7], True)])
def test_five_rising_points_are_a_trend(rise, is_trend):
    found = signals([*WAVE, *rise, *WAVE[:3]])
    assert ("5 Point Trend (Increasing)" in found) == is_trend


def test_an_equal_value_neither_breaks_a_trend_nor_counts():
    assert "5 Point Trend (Decreasing)" in signals([*WAVE, 9, 8, 8, 5.5, 4, 3, *WAVE])
    assert "5 Point Trend (Decreasing)" not in signals([*WAVE, 9, 8, 8, 4, 3, *WAVE])


def test_a_missing_value_breaks_a_shift_and_a_trend():
    assert signals([1, 2, 3, None, 4, 5, 6, 7]) == ["Common Cause"] * 8


def test_direction_decides_what_is_an_improvement():
    better = spc.run_chart([1, 2, 1, 2, 1, 2, 8, 9, 8, 9, 8, 9], improvement="decrease")
    assert better["point_type"].astype(str).unique().tolist() == ["special_cause_improvement", "special_cause_concern"]


@pytest.mark.parametrize(
    ("values", "verdict", "runs"),
    [
        ([4, 6] * 3, "too few points", 6),
        ([4, 6] * 6, "too many", 12),
        ([4] * 6 + [6] * 6, "too few", 2),
        ([4, 4, 6, 6] * 3, "as by chance", 6),
    ],
)
def test_runs_are_held_against_chance(values, verdict, runs):
    (found,) = spc.run_chart(values).attrs["runs"]
    assert (found["verdict"], found["runs"]) == (verdict, runs)


@pytest.mark.parametrize(
    ("above", "below", "expected"), [(5, 5, (3, 9)), (10, 10, (7, 15)), (15, 15, (11, 21)), (20, 20, (15, 27))]
)
def test_expected_runs_are_those_of_the_published_distribution(above, below, expected):
    assert runs_by_chance(above, below) == expected


def test_each_segment_has_its_own_median_and_the_source_is_stated():
    chart = spc.run_chart([1, 2, 3, 11, 12, 13], rebase=[4])
    assert chart["median"].tolist() == [2, 2, 2, 12, 12, 12]
    assert len(chart.attrs["runs"]) == 2
    assert "BMJ Quality & Safety 2011;20:46-51" in chart.attrs["source"]


def test_bad_input_is_refused_as_for_xmr():
    with pytest.raises(ValueError, match="Row 2: value is inf"):
        spc.run_chart([1, float("inf")])
    assert spc.run_chart([None])["median"].isna().all()


def runs_of(signs):
    return 1 + sum(one != other for one, other in pairwise(signs))


@pytest.mark.parametrize(("above", "below"), [(a, b) for a in range(1, 8) for b in range(1, 8)] + [(0, 5), (5, 0)])
def test_the_runs_that_chance_allows_are_those_of_all_orders_of_the_points(above, below):
    total = above + below
    orders = [[place in chosen for place in range(total)] for chosen in combinations(range(total), above)]
    made = [runs_of(order) for order in orders]
    fewest = next(count for count in range(total + 1) if sum(run <= count for run in made) > 0.025 * len(made))
    most = next(count for count in range(total, -1, -1) if sum(run >= count for run in made) > 0.025 * len(made))
    assert runs_by_chance(above, below) == (fewest, most)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([4, 6] * 4 + [5], (8, 8, None, None, "too few points")),
        ([4, 6] * 5, (10, 10, 3, 9, "too many")),
        ([4, 6] * 4 + [5, 6, 4], (10, 9, 3, 9, "as by chance")),  # one on the median is passed over
        ([4, 4, 4, 4, 4, 6, 6, 6, 6, 6], (10, 2, 3, 9, "too few")),
        ([4, 4, 4, 6, 6, 6, 6, 6, 4, 4], (10, 3, 3, 9, "as by chance")),
        ([4, 6, 4, 6, 4, 6, 4, 6, 6, 4], (10, 9, 3, 9, "as by chance")),
        ([5, 5, 5], (0, 0, None, None, "too few points")),
    ],
)
def test_runs_are_counted_without_the_points_on_the_median_from_ten_on(values, found):
    (runs,) = spc.run_chart(values).attrs["runs"]
    assert (runs["useful"], runs["runs"], runs["fewest"], runs["most"], runs["verdict"]) == found


def test_a_shift_outranks_a_trend_and_a_trend_begins_with_its_first_point():
    rise = [5.2, 5.4, 5.6, 5.8, 6.5, 6.6, 6.7]
    found = spc.run_chart([4, 4.5] * 6 + [*rise, 4], fix_after=12)
    assert found["median"].iloc[0] == 4.25
    assert found["signal"].astype(str).tolist()[-10:] == ["5 Point Trend (Increasing)"] + [
        "6 Points Above Median"
    ] * 8 + ["Common Cause"]
    trend = spc.run_chart([4, 6, 4, 6, 3, 3.5, 4.5, 5.5, 7, 5, 6, 4])["signal"].astype(str).tolist()
    assert trend == ["Common Cause"] * 4 + ["5 Point Trend (Increasing)"] * 5 + ["Common Cause"] * 3


def test_a_median_comes_from_the_first_rows_of_its_segment_and_missing_values_have_no_side():
    chart = spc.run_chart([1, 2, 3, None] * 3 + [50, 60], fix_after=12)
    assert chart["median"].tolist() == [2] * 14
    assert chart["relative_to_median"].tolist()[:3] == [-1, 0, 1]
    assert chart["relative_to_median"].isna().tolist() == [False, False, False, True] * 3 + [False, False]


def test_a_run_chart_has_the_columns_and_settings_of_its_series():
    chart = spc.run_chart([1, 2, 3, 9, 8, 7], rebase=[4], target={1: 5}, improvement="decrease")
    assert list(chart.columns) == [
        "date", "value", "segment", "target", "median", "relative_to_median", "signal", "signal_flag", "point_type",
    ]  # fmt: skip
    assert (chart.attrs["improvement"], chart.attrs["rebase"]) == ("decrease", [4])
    assert [each["verdict"] for each in chart.attrs["runs"]] == ["too few points"] * 2
    assert chart["target"].tolist() == [5] * 6
    assert not chart["signal_flag"].any()


def test_a_run_chart_is_in_order_of_its_dates_which_a_rebase_may_name():
    months = pd.to_datetime(["2024-03-01", "2024-01-01", "2024-02-01"])
    chart = spc.run_chart([3, 1, 2], dates=months, rebase=["2024-03-01"])
    assert chart["date"].tolist() == sorted(months)
    assert (chart["value"].tolist(), chart["median"].tolist()) == ([1, 2, 3], [1.5, 1.5, 3])


@pytest.mark.parametrize(
    ("better", "low", "high"),
    [
        ("increase", "special_cause_concern", "special_cause_improvement"),
        ("decrease", "special_cause_improvement", "special_cause_concern"),
        ("neutral", "special_cause_neutral_low", "special_cause_neutral_high"),
    ],
)
def test_a_signal_is_what_its_direction_says(better, low, high):
    chart = spc.run_chart([1, 2] * 3 + [9, 8] * 3, improvement=better)
    assert chart["point_type"].astype(str).tolist() == [low] * 6 + [high] * 6
    assert chart["signal_flag"].all()
    default = spc.run_chart([1, 2] * 3 + [9, 8] * 3)
    assert default["point_type"].iloc[-1] == "special_cause_improvement"
