"""The mean is the exact sum of the doubles, divided by their number, rounded once."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from natpatsip.spc.limits import rounded_means


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
