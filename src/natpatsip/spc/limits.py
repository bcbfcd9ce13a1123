"""Mean and natural process limits of each segment (docs/spc.md, rules 3 and 4).

Whether a point lies exactly on the mean decides whether a run goes on. The mean must therefore be the exact sum of the
doubles, divided by their number, rounded once. A running sum or ``numpy.mean`` is off in the last digit now and then,
which makes false runs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from natpatsip.spc.rules import LIMIT_FACTOR, NEAR_LIMIT_FACTOR, SCREENING_FACTOR, Flags, Floats, Integers

UNIT = 2.0**-53
FEW_COLUMNS = 8


class Limits(NamedTuple):
    """For each segment its mean, its two process limits and its two near limits; NaN where undefined."""

    mean: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats


def natural_process_limits(baseline: Floats, *, screen_outliers: bool = True) -> Limits:
    """Return the limits of each segment from its baseline, an array of shape (points, segments).

    NaN stands for a missing value, and for the end of a shorter segment.

    Examples
    --------
    >>> limits = natural_process_limits(np.array([[1.0], [2.0], [3.0]]))
    >>> limits.mean.item(), round(limits.upper.item(), 2)
    (2.0, 4.66)
    >>> natural_process_limits(np.array([[5.0], [5.0]])).upper.item()
    nan
    """
    mean = rounded_means(baseline)
    with np.errstate(over="ignore", invalid="ignore"):
        ranges = np.abs(np.diff(baseline, axis=0))
        average = rounded_means(ranges)
        if screen_outliers:
            is_large = ranges >= SCREENING_FACTOR * average
            columns = np.flatnonzero(is_large.any(axis=0))
            average[columns] = rounded_means(np.where(is_large[:, columns], np.nan, ranges[:, columns]))
        reach, near = LIMIT_FACTOR * average, NEAR_LIMIT_FACTOR * average
        return Limits(mean, mean - reach, mean + reach, mean - near, mean + near)


def rounded_means(matrix: Floats) -> Floats:
    """Return, for limits, the correctly rounded mean of each column of finite or missing values; NaN without any.

    Examples
    --------
    >>> means = rounded_means(np.array([[0.1, np.nan], [0.2, np.nan], [0.3, np.nan]]))
    >>> means.tolist(), float(np.mean([0.1, 0.2, 0.3]))
    ([0.2, nan], 0.20000000000000004)
    """
    present = matrix == matrix
    if matrix.shape[1] <= FEW_COLUMNS:
        each = zip(matrix.T, present.T, strict=True)
        return np.array([_exact_mean(column[has]) for column, has in each], dtype=np.float64)
    counts = present.sum(axis=0, dtype=np.int64)
    filled = matrix if counts.min() == len(matrix) else np.where(present, matrix, 0.0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        means, is_certain = _quotient(*_double_sum(filled), counts)
    for column in np.flatnonzero(~is_certain | (counts == 0)):
        means[column] = _exact_mean(matrix[present[:, column], column])
    return means


def _exact_mean(values: Floats) -> float:
    """Return a segment's mean, worked out in whole numbers and rounded once; NaN of no value."""
    terms, parts = values.tolist(), []
    if not terms:
        return math.nan
    if not all(map(math.isfinite, terms)):  # moving ranges of values near the largest double
        return math.inf
    try:
        while part := math.fsum(terms):  # each part is what the parts before have left over, so that few are needed
            parts.append(part)
            terms.append(-part)
    except OverflowError:
        parts = values.tolist()
    ratios = [part.as_integer_ratio() for part in parts]
    below = max((denominator for _, denominator in ratios), default=1)  # powers of two: the largest holds all
    above = sum(numerator * (below // denominator) for numerator, denominator in ratios)
    return above / (below * len(values))  # Python rounds the quotient of two whole numbers once


def _double_sum(matrix: Floats) -> tuple[Floats, Floats, Floats]:
    """Return, for a segment's mean, the sum of each column in two parts, and the sum of its absolute values.

    The second part collects what the first loses at each addition (Knuth's two-sum).
    """
    columns = matrix.shape[1]
    high, low, magnitude = np.zeros(columns), np.zeros(columns), np.zeros(columns)
    total, share, lost = np.empty(columns), np.empty(columns), np.empty(columns)  # reused: no allocation in the loop
    for row in matrix:
        np.add(high, row, out=total)
        np.subtract(total, high, out=share)  # what arrived of the row in the total
        np.subtract(total, share, out=lost)
        np.subtract(high, lost, out=lost)  # what was lost of the sum so far
        low += lost
        np.subtract(row, share, out=share)  # what was lost of the row
        low += share
        high, total = total, high
        np.abs(row, out=share)
        magnitude += share
    return high, low, magnitude


def _quotient(high: Floats, low: Floats, magnitude: Floats, counts: Integers) -> tuple[Floats, Flags]:
    """Return segments' means, ``(high + low) / counts``, rounded once, and where that is certain.

    The quotient is corrected by its exact remainder. That is right unless the true quotient lies closer to the middle
    between two doubles than the error that `low` may carry; those few columns are calculated again in whole numbers.
    """
    divisor = np.maximum(counts, 1).astype(np.float64)
    quotient = high / divisor
    upper = quotient.copy()
    upper.view(np.uint64)[:] &= np.uint64(0xFFFFFFFFF8000000)  # 26 bits: its product with a count is exact
    lower = quotient - upper
    remainder = (high - upper * divisor) - lower * divisor + low
    correction = remainder / divisor
    doubt = 4 * (UNIT * divisor) ** 2 * magnitude / divisor + 4 * UNIT * np.abs(correction)
    least, most = quotient + (correction - doubt), quotient + (correction + doubt)
    is_safe = (magnitude < 1e290) & ((magnitude > 1e-250) | (magnitude == 0))  # no overflow, no lost small digits
    return quotient + correction, (least == most) & is_safe
