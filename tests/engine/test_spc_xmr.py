"""What the chart of one series does at the edges of the rules."""

import pytest

from natpatsip import spc


@pytest.mark.parametrize("values", [[7.0], [None, None, None], [5, None, 6], [4, 4, 4]])
def test_without_two_neighbours_that_differ_limits_are_undefined(values):
    result = spc.xmr(values)
    assert result[["lpl", "upl"]].isna().all(axis=None)
    assert not result[["outside_limits", "close_to_limits", "special_cause_flag"]].any(axis=None)
    assert result["short_group_warning"].all()


def test_a_level_series_without_screening_has_its_limits_on_the_mean():
    result = spc.xmr([4, 4, 4], screen_outliers=False)
    assert result[["mean", "lpl", "upl"]].eq(4).all(axis=None)


@pytest.mark.parametrize(("rows", "is_short"), [(1, True), (12, True), (13, False)])
def test_fewer_than_13_rows_are_a_short_group(rows, is_short):
    assert spc.xmr(range(rows))["short_group_warning"].tolist() == [is_short] * rows


def test_a_gap_breaks_moving_ranges_runs_and_trends():
    assert spc.xmr([1, 9, None, 5, 5.5])["upl"].iloc[0] == pytest.approx(5.125 + 2.66 * (8 + 0.5) / 2)
    rising = spc.xmr([1, 2, 3, None, 5, 6, 7, 8])
    assert not rising["special_cause_type"].str.contains("Trend").any()


def test_six_points_make_a_run_and_a_trend_where_that_is_set():
    values = [0, 10] * 5 + [6, 7, 8, 9, 10, 11]
    assert not spc.xmr(values)["special_cause_type"].str.contains("Trend").any()
    six = spc.xmr(values, rule_length=6)
    assert six["special_cause_type"].tail(6).tolist() == ["6 Point Trend (Increasing)"] * 6


def test_values_near_the_largest_double_do_not_fail():
    assert spc.xmr([1e308, -1e308, 1e308, 1e308])["mean"].iloc[0] == 5e307
