"""Which special cause names a point: the rules, one by one, and all of them against their definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natpatsip.spc import rules
from natpatsip.spc.limits import Limits
from natpatsip.spc.signals import find_signals

LEVELS = Limits(*(np.array([float(level)]) for level in (0, -3, 3, -2, 2)))  # mean, limits, near limits
MIRROR = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7])  # the cause of a point in the mirror image of a chart


def signals(values, length=7):
    return find_signals(np.array([values], dtype=float).T, LEVELS, rule_length=length)


def causes(values, length=7):
    return signals(values, length).cause.ravel().tolist()


@pytest.mark.parametrize(
    ("value", "side", "is_outside", "is_close"),
    [
        (0, 0, False, False),
        (0.1, 1, False, False),
        (2, 1, False, False),
        (2.01, 1, False, True),
        (3, 1, False, True),
        (3.01, 1, True, False),
        (np.nan, 0, False, False),
    ],
)
def test_a_point_on_a_limit_is_within_it_and_a_point_on_the_mean_on_no_side(value, side, is_outside, is_close):
    for sign in (1, -1):
        found = signals([sign * value])
        assert (found.side.item(), found.outside.item(), found.close.item()) == (sign * side, is_outside, is_close)
    assert causes([value]) == [rules.ABOVE_LIMIT if is_outside else rules.COMMON]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.5, 2.5], [0, 0]),  # of three, not of two
        ([2.5, 2.5, 1], [5, 5, 0]),
        ([2.5, 1, 2.5], [5, 0, 5]),
        ([1, 2.5, 2.5], [0, 5, 5]),
        ([2.5, 2.5, 2.5], [5, 5, 5]),
        ([2.5, 1, 1, 2.5], [0, 0, 0, 0]),
        ([2, 2, 2.5], [0, 0, 0]),  # on the near limit is not close
        ([2.5, 0, 2.5], [0, 0, 0]),  # the third on the mean
        ([2.5, -1, 2.5], [0, 0, 0]),
        ([2.5, -2.5, 2.5], [0, 0, 0]),
        ([2.5, np.nan, 2.5], [0, 0, 0]),
        ([2.5, 3.5, 1], [0, 1, 0]),  # outside is not close
        ([2.5, 3.5, 2.5], [5, 1, 5]),
    ],
)
def test_two_of_three_points_on_one_side_are_close_to_its_limit(values, expected):
    assert causes(values) == expected
    assert causes([-value for value in values]) == MIRROR[expected].tolist()


@pytest.mark.parametrize("length", [6, 7])
@pytest.mark.parametrize(("short", "is_run"), [(1, False), (0, True), (-1, True)])
def test_a_run_has_the_length_of_the_rule_and_all_its_points_are_named(length, short, is_run):
    points = length - short
    run = ([1, 0.5] * points)[:points]
    assert causes([-1, *run, -1], length) == [0, *[rules.RUN_ABOVE if is_run else 0] * points, 0]
    assert causes(run, length) == [rules.RUN_ABOVE if is_run else 0] * points
    assert causes([1, 0.5, 0, *run[:-3]], length) == [0] * points  # a point on the mean ends a run


@pytest.mark.parametrize("length", [6, 7])
@pytest.mark.parametrize(("short", "is_trend"), [(1, False), (0, True), (-1, True)])
def test_a_trend_has_the_length_of_the_rule_and_all_its_points_are_named(length, short, is_trend):
    points = length - short
    rise = [(place - points / 2) / 5 for place in range(points)]
    assert causes(rise, length) == [rules.RISING if is_trend else 0] * points
    level = [*rise[:2], rise[1], *rise[2:-1]]  # an equal value ends it
    assert causes(level, length) == [0] * points


def test_the_turning_point_of_two_trends_goes_with_the_second_and_the_last_point_with_the_first():
    rise = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    turned = [-0.5, *rise, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, -0.5]
    assert causes(turned) == [3] * 7 + [4] * 8
    level = [-0.5, *rise, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, -0.5]  # equal: the end of one, the start of another
    assert causes(level) == [3] * 8 + [4] * 7


def test_outside_outranks_a_trend_which_outranks_two_of_three_which_outranks_a_run():
    rise = [0.5, 1, 1.5, 2.2, 2.4, 2.6, 3.5]
    assert causes(rise) == [3, 3, 3, 3, 3, 3, 1]
    assert causes([0.5, 1, 0.5, 1, 0.5, 2.5, 2.6]) == [7, 7, 7, 7, 7, 5, 5]


def test_windows_do_not_reach_over_a_missing_value():
    assert causes([1, 0.5, 1, np.nan, 1, 0.5, 1, 0.5]) == [0] * 8
    assert causes([0.1, 0.2, 0.3, np.nan, 0.4, 0.5, 0.6, 0.7]) == [0] * 8


def defined(values, length):
    """Return the special cause of each point by its definition, point for point."""
    count = len(values)
    found = [rules.COMMON] * count
    windows = [range(start, start + length) for start in range(count - length + 1)]
    threes = [range(start, start + 3) for start in range(count - 2)]
    for sign, run in ((1, rules.RUN_ABOVE), (-1, rules.RUN_BELOW)):
        for window in windows:
            if all(sign * values[place] > 0 for place in window):
                found = [run if place in window else cause for place, cause in enumerate(found)]
    for sign, two in ((1, rules.TWO_ABOVE), (-1, rules.TWO_BELOW)):
        for three in threes:
            close = [place for place in three if 2 < sign * values[place] <= 3]
            if len(close) >= 2 and all(sign * values[place] > 0 for place in three):
                found = [two if place in close else cause for place, cause in enumerate(found)]
    part = {
        place
        for window in windows
        for sign in (1, -1)
        if all(sign * values[place] < sign * values[place + 1] for place in window[:-1])
        for place in window
    }
    for place in part:
        goes_on = place + 1 in part and values[place + 1] != values[place]
        start = place if goes_on else place - 1
        found[place] = rules.RISING if values[start + 1] > values[start] else rules.FALLING
    for place, value in enumerate(values):
        found[place] = rules.ABOVE_LIMIT if value > 3 else rules.BELOW_LIMIT if value < -3 else found[place]
    return found


STEPS = st.sampled_from([-4, -3, -2.5, -2, -1, -0.5, 0, 0.5, 1, 2, 2.5, 3, 4])
MONOTONE = st.lists(STEPS, min_size=1, max_size=9).map(sorted)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    parts=st.lists(
        st.lists(STEPS, max_size=6) | MONOTONE | MONOTONE.map(lambda rise: rise[::-1]), min_size=1, max_size=4
    ),
    length=st.sampled_from([6, 7]),
)
def test_causes_are_those_of_the_definitions_and_mirror_each_other(parts, length):
    values = [value for part in parts for value in part] or [0]
    assert causes(values, length) == defined(values, length)


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(columns=st.lists(st.lists(STEPS, min_size=1, max_size=12), min_size=2, max_size=4))
def test_segments_side_by_side_do_not_see_each_other(columns):
    longest = max(map(len, columns))
    matrix = np.array([[*column, *[np.nan] * (longest - len(column))] for column in columns]).T
    limits = Limits(*(np.repeat(level, len(columns)) for level in LEVELS))
    together = find_signals(matrix, limits)
    for place, column in enumerate(columns):
        assert together.cause[: len(column), place].tolist() == causes(column)
