"""Correctly rounded means of many columns at once.

Whether a point lies exactly on the mean decides whether a run goes on. The mean must therefore be the exact sum of
the doubles, divided by their number, rounded once. A running sum or ``numpy.mean`` is off in the last digit now and
then, and from there come false runs.

The sum is kept as two doubles, the second collecting what the first loses at each addition. The quotient is then
corrected by its exact remainder. That is right unless the true quotient lies closer to the middle between two doubles
than the error that the second sum may carry; those few columns are done again in whole numbers.
"""

from __future__ import annotations

import math

import numpy as np

from natpatsip.spc.rules import Flags, Floats, Integers

UNIT = 2.0**-53
FEW_COLUMNS = 8


def rounded_means(matrix: Floats) -> tuple[Floats, Integers]:
    """Return the mean of each column without its missing values, and how many values it has.

    Parameters
    ----------
    matrix : array of shape (rows, columns)
        Finite values; NaN where there is none.

    Returns
    -------
    means : array of shape (columns,)
        NaN where a column has no value.
    counts : array of shape (columns,)

    Examples
    --------
    >>> import numpy as np
    >>> means, counts = rounded_means(np.array([[0.1, np.nan], [0.2, np.nan], [0.3, np.nan]]))
    >>> means.tolist(), counts.tolist(), float(np.mean([0.1, 0.2, 0.3]))
    ([0.2, nan], [3, 0], 0.20000000000000004)
    """
    present = matrix == matrix
    counts = present.sum(axis=0, dtype=np.int64)
    if len(counts) <= FEW_COLUMNS:
        each = zip(matrix.T, present.T, strict=True)
        return np.array([_exact_mean(column[has]) for column, has in each]), counts
    filled = matrix if counts.size and int(counts.min()) == len(matrix) else np.where(present, matrix, 0.0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        high, low, magnitude = _double_sum(filled)
        means, certain = _quotient(high, low, magnitude, counts)
    means[counts == 0] = np.nan
    for column in np.flatnonzero(~certain & (counts > 0)):
        means[column] = _exact_mean(matrix[present[:, column], column])
    return means, counts


def _double_sum(matrix: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the sum of each column in two parts, and the sum of its absolute values."""
    columns = matrix.shape[1]
    high, low, magnitude = np.zeros(columns), np.zeros(columns), np.zeros(columns)
    total, share, lost = np.empty(columns), np.empty(columns), np.empty(columns)
    for row in matrix:
        np.add(high, row, out=total)
        np.subtract(total, high, out=share)  # what of the row arrived in the total
        np.subtract(total, share, out=lost)
        np.subtract(high, lost, out=lost)  # what of the sum so far was lost
        low += lost
        np.subtract(row, share, out=share)  # what of the row was lost
        low += share
        high, total = total, high
        np.abs(row, out=share)
        magnitude += share
    return high, low, magnitude


def _quotient(high: Floats, low: Floats, magnitude: Floats, counts: Integers) -> tuple[Floats, Flags]:
    """Return ``(high + low) / counts`` rounded once, and where that is certain."""
    divisor = np.maximum(counts, 1).astype(np.float64)
    quotient = high / divisor
    upper = quotient.copy()
    upper.view(np.uint64)[:] &= np.uint64(0xFFFFFFFFF8000000)  # 26 bits: its product with a count is exact
    lower = quotient - upper
    remainder = (high - upper * divisor) - lower * divisor + low
    correction = remainder / divisor
    doubt = 4 * (UNIT * divisor) ** 2 * magnitude / divisor + 4 * UNIT * np.abs(correction)
    least, most = quotient + (correction - doubt), quotient + (correction + doubt)
    safe = (magnitude < 1e290) & ((magnitude > 1e-250) | (magnitude == 0))
    return quotient + correction, (least == most) & safe


def _exact_mean(values: Floats) -> float:
    """Return the mean in whole numbers, rounded once; NaN of nothing."""
    if not len(values):
        return math.nan
    terms, parts = values.tolist(), []
    if not all(map(math.isfinite, terms)):  # moving ranges of values near the largest double
        return math.inf
    try:
        while part := math.fsum(terms):  # each part is what the parts before have left over: few are needed
            parts.append(part)
            terms.append(-part)
    except OverflowError:
        parts = values.tolist()
    ratios = [part.as_integer_ratio() for part in parts]
    below = max((denominator for _, denominator in ratios), default=1)  # powers of two: the largest holds all
    above = sum(numerator * (below // denominator) for numerator, denominator in ratios)
    return above / (below * len(values))  # of whole numbers Python rounds the quotient once
