"""A rebase is proposed where guidance would allow one, and never applied."""

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc

LOW = [50, 52, 49, 51, 50]
HIGH = [60, 62, 59, 61, 60]


def test_a_step_that_lasts_is_proposed_at_its_first_point():
    dates = pd.date_range("2021-01-01", periods=30, freq="MS")
    chart = spc.xmr(LOW * 3 + HIGH * 3, dates=dates)
    before = chart.copy()
    found = spc.suggest_rebase(chart)
    assert (found.date, found.direction) == (pd.Timestamp("2022-04-01"), "up")
    assert (found.mean_before, found.mean_after) == (50.4, 60.4)
    assert str(found) == (
        "A shift up from 2022-04-01: mean 50.4 before (15 points), 60.4 since (15 points). Rebase there only if you "
        "know its cause and expect the change to last; then enter the date and the reason in params."
    )
    pd.testing.assert_frame_equal(chart, before)


def test_once_rebased_there_is_nothing_left_to_propose_and_the_claim_holds():
    chart = spc.xmr(LOW * 3 + HIGH * 3, rebase=[spc.suggest_rebase(spc.xmr(LOW * 3 + HIGH * 3)).date])
    assert spc.suggest_rebase(chart) is None
    assert spc.claim("Up.", chart, shows="shift up") == "Up."


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (LOW * 6, "common cause alone"),
        (LOW * 3 + HIGH * 2, "ten points after it"),
        (LOW * 2 + HIGH * 4, "ten points before it"),
        (LOW * 3 + HIGH * 3 + LOW * 2, "it went back"),
        ([*LOW * 3, 90, *LOW * 3], "one outlier"),
        ([None] * 20, "no values"),
        ([5] * 30, "no limits"),
    ],
)
def test_nothing_is_proposed_where(values, why):
    assert spc.suggest_rebase(spc.xmr(values)) is None, why


def test_only_the_last_segment_is_searched():
    values = LOW * 3 + HIGH * 3 + [value + 20 for value in HIGH] * 3
    assert spc.suggest_rebase(spc.xmr(values, rebase=[31])) is None
    assert spc.suggest_rebase(spc.xmr(values, rebase=[16])).date == 31


def test_gaps_do_not_move_the_date():
    values = [*LOW * 3, None, *HIGH * 3]
    assert spc.suggest_rebase(spc.xmr(values)).date == 17


def test_random_series_without_a_step_seldom_get_a_proposal():
    rng = np.random.default_rng(7)
    made = [spc.suggest_rebase(spc.xmr(rng.normal(50, 5, 36))) for _ in range(100)]
    assert sum(found is not None for found in made) <= 5


BEFORE = [49, 51] * 7  # mean 50
AFTER = [60, 62] * 7  # mean 61


def both_ways(values, **options):
    """Return the proposal for values, having seen that their mirror image gets the same one downwards."""
    found = spc.suggest_rebase(spc.xmr(values, **options))
    mirrored = spc.suggest_rebase(spc.xmr([-value for value in values], **options))
    assert (found is None) == (mirrored is None)
    if found:
        assert (found.direction, mirrored.direction) == ("up", "down")
        assert (mirrored.mean_before, mirrored.mean_after) == (-found.mean_before, -found.mean_after)
        assert mirrored.date == found.date
    return found


@pytest.mark.parametrize(
    ("before", "after", "is_proposed"),
    [(13, 13, True), (12, 13, False), (13, 12, False), (12, 14, False), (14, 12, False)],
)
def test_thirteen_points_before_a_step_and_thirteen_from_it_on_are_enough(before, after, is_proposed):
    found = both_ways((BEFORE[:before]) + AFTER[:after])
    assert (found is not None) == is_proposed
    if found:
        assert (found.date, found.points_before, found.points_after) == (14, 13, 13)


@pytest.mark.parametrize(
    ("place", "value", "is_proposed"), [(3, 51, True), (6, 51, True), (6, 50, False), (7, 50, True), (7, 49, True)]
)
def test_the_first_seven_points_lie_beyond_the_mean_before_and_not_on_it(place, value, is_proposed):
    after = list(AFTER)
    after[place] = value
    found = both_ways(BEFORE + after)
    assert (found is not None) == is_proposed
    assert not found or found.date == 15


@pytest.mark.parametrize(
    ("length", "back", "is_proposed"), [(7, 0, True), (7, 3, True), (7, 4, False), (6, 2, True), (6, 3, False)]
)
def test_most_of_the_latest_points_still_lie_beyond_the_mean_before(length, back, is_proposed):
    values = BEFORE + AFTER * 2 + [62] * (length - back) + [49] * back
    assert (both_ways(values, rule_length=length) is not None) == is_proposed


@pytest.mark.parametrize(
    ("latest", "is_proposed"), [([57] * 7, False), ([57] * 6 + [62], True), ([62] + [57] * 6, True), ([61] * 7, True)]
)
def test_a_run_the_other_way_on_the_rebased_chart_is_no_step_that_lasts(latest, is_proposed):
    assert (both_ways(BEFORE + AFTER * 2 + latest) is not None) == is_proposed


def alternating(level, reach):
    return [level + reach, level - reach] * 7


@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3)])
@pytest.mark.parametrize(("apart", "is_proposed"), [(5.31, False), (5.33, True)])
def test_the_medians_lie_one_standard_deviation_of_the_wider_part_apart(before, after, apart, is_proposed):
    values = alternating(0, before) + alternating(apart, after)  # moving ranges of 6, so a deviation of 2.66 * 6 / 3
    assert (both_ways(values) is not None) == is_proposed


def test_medians_exactly_one_standard_deviation_apart_are_enough():
    apart = 2.66 * 6 / 3
    values = alternating(0, 3) + alternating(apart, 1)
    assert float(np.median(values[14:]) - np.median(values[:14])) == apart
    assert both_ways(values) is not None


def test_a_step_from_below_zero_to_above_it_is_as_long_as_any_other():
    assert both_ways(alternating(-10, 1) + alternating(10, 1)).points_before == 14


@pytest.mark.parametrize("unit", [1e-6, 1000])
def test_the_unit_of_the_values_makes_no_difference(unit):
    found = both_ways([value * unit for value in BEFORE + AFTER])
    assert (found.date, found.points_before, found.points_after) == (15, 14, 14)


def test_a_step_between_parts_that_never_vary_is_a_step():
    dates = pd.date_range("2021-01-01", periods=27, freq="MS")
    values = [50.0] * 13 + [60, 60, 60, 60, 60, 60, 60, 62, 60, 60, 60, 60, 60, 60]
    assert spc.suggest_rebase(spc.xmr(values, dates=dates)).date == pd.Timestamp("2022-02-01")


def test_a_step_within_the_limits_that_is_no_special_cause_is_not_proposed():
    before = [52, 53, 54, 47, 51, 53, 47, 48, 54, 51, 50, 52, 50]
    after = [61, 59, 51, 52, 56, 60, 51, 58, 59, 59, 60, 53, 57]
    chart = spc.xmr(before + after)
    assert not chart["special_cause_flag"].any()
    assert spc.suggest_rebase(chart) is None


def test_a_proposal_names_the_point_of_an_undated_chart_and_rounds_its_means_to_two_decimals():
    found = spc.suggest_rebase(spc.xmr([value / 7 for value in LOW * 3 + HIGH * 3]))
    assert str(found).startswith("A shift up from point 16: mean 7.2 before (15 points), 8.63 since (15 points). ")
    assert type(found.date) is int
    with pytest.raises(AttributeError):
        found.date = 3


def test_an_outlier_at_the_first_point_is_not_passed_over_for_a_step():
    assert both_ways([85, *BEFORE, *AFTER]) is None
    assert both_ways([75, *BEFORE, *AFTER]).points_before == 15
