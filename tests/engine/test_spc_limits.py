"""The mean is the exact sum of the doubles, divided by their number, rounded once."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from natpatsip.spc import limits
from natpatsip.spc.limits import natural_process_limits, rounded_means


def exact(values):
    return float(sum(map(Fraction, values.tolist()), Fraction(0)) / len(values))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 12), st.integers(1, 12)),
        elements=st.floats(-1e300, 1e300) | st.integers(-1000, 1000).map(lambda whole: whole / 10) | st.just(np.nan),
    )
)
def test_means_are_rounded_once(matrix):
    for column, mean in zip(matrix.T, rounded_means(matrix), strict=True):
        known = column[~np.isnan(column)]
        assert mean == exact(known) if len(known) else np.isnan(mean)


@pytest.mark.parametrize("points", [2, 3, 12, 36, 64])
@pytest.mark.parametrize("decimals", [0, 1, 3, 12])
def test_many_columns_take_the_vectorised_way_to_the_same_means(points, decimals):
    matrix = np.random.default_rng(points).normal(100, 10, (points, 400)).round(decimals)
    assert rounded_means(matrix).tolist() == [exact(column) for column in matrix.T]


def test_tenths_whose_mean_is_a_tenth_are_not_seen_off_it():
    assert rounded_means(np.array([[0.1, 0.2, 0.3]] * 9).T).tolist() == [0.2] * 9


def levels(values, **settings):
    """Return mean, lower, upper, near lower and near upper of one series."""
    return [level.item() for level in natural_process_limits(np.array([values], dtype=float).T, **settings)]


def test_limits_lie_2_66_average_ranges_and_near_limits_two_thirds_of_that_from_the_mean():
    mean, lower, upper, near_lower, near_upper = levels([1, 2, 4, 3, 5])  # ranges 1, 2, 1, 2
    assert (mean, mean - lower, upper - mean) == (3, pytest.approx(3.99), pytest.approx(3.99))
    assert (mean - near_lower, near_upper - mean) == (pytest.approx(2.66), pytest.approx(2.66))


@pytest.mark.parametrize(("factor", "average"), [(2.0, 1), (2.001, 1.5)])  # ranges 1, 3, 1, 1: their average is 1.5
def test_a_range_of_exactly_the_screening_factor_times_the_average_is_left_out(monkeypatch, factor, average):
    monkeypatch.setattr(limits, "SCREENING_FACTOR", factor)
    mean, _, upper, *_ = levels([0, 1, 4, 5, 6])
    assert (upper - mean) == pytest.approx(2.66 * average)
    mean, _, upper, *_ = levels([0, 1, 4, 5, 6], screen_outliers=False)
    assert (upper - mean) == pytest.approx(2.66 * 1.5)


def test_ranges_are_screened_once():
    values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 56]  # of 1, 4 and 40: without 40, 4 would be large too
    mean, _, upper, *_ = levels(values)
    assert (upper - mean) == pytest.approx(2.66 * 16 / 13)


def test_a_missing_value_has_no_moving_range_and_no_part_in_the_mean():
    mean, _, upper, *_ = levels([1, 3, np.nan, 9, 10])
    assert (mean, upper - mean) == (5.75, pytest.approx(2.66 * 1.5))
    assert np.isnan(levels([1, np.nan, 3])[1:]).all()
    assert np.isnan(levels([np.nan, np.nan])).all()


@pytest.mark.parametrize("columns", [1, 8, 9, 20])
def test_columns_side_by_side_have_the_mean_of_each(columns):
    matrix = np.array([[1.0, 2, np.nan], [4, np.nan, np.nan], [0.1, 0.2, 0.3]] * 7).T[:, :columns]
    expected = ([1.5, 4, exact(np.array([0.1, 0.2, 0.3]))] * 7)[:columns]
    assert rounded_means(matrix).tolist() == expected
    assert np.isnan(rounded_means(np.full((2, columns), np.nan))).all()


def test_the_largest_doubles_have_a_mean_and_no_limits_where_their_ranges_are_beyond_all_doubles():
    assert rounded_means(np.array([[1.7e308], [1.7e308]])).tolist() == [1.7e308]
    assert rounded_means(np.array([[1.7e308] * 9, [1.7e308] * 9])).tolist() == [1.7e308] * 9
    assert np.isnan(levels([1.7e308, -1.7e308, 1.7e308])[2])
    assert levels([1.7e308, -1.7e308, 1.7e308], screen_outliers=False)[2] == np.inf
    assert rounded_means(np.array([[5e-324], [0.0]])).tolist() == [0.0]
