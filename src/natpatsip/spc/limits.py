"""Mean and natural process limits of each segment (docs/spc.md, rules 3 and 4)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from natpatsip.spc.means import rounded_means
from natpatsip.spc.rules import LIMIT_FACTOR, NEAR_LIMIT_FACTOR, SCREENING_FACTOR, Floats


class Limits(NamedTuple):
    """For each segment its mean, its two process limits and its two near limits; NaN where undefined."""

    mean: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats


def natural_process_limits(baseline: Floats, *, screen_outliers: bool = True) -> Limits:
    """Return the limits of each column from its baseline.

    Parameters
    ----------
    baseline : array of shape (points, segments)
        NaN where a value is missing, and below the end of a shorter segment.
    screen_outliers : bool
        Leave out, once, the moving ranges that are not below 3.267 times their average.

    Examples
    --------
    >>> import numpy as np
    >>> limits = natural_process_limits(np.array([[1.0], [2.0], [3.0]]))
    >>> limits.mean.item(), round(limits.upper.item(), 2)
    (2.0, 4.66)
    >>> natural_process_limits(np.array([[5.0], [5.0]])).upper.item()
    nan
    """
    mean, _ = rounded_means(baseline)
    with np.errstate(over="ignore", invalid="ignore"):
        ranges = np.abs(np.diff(baseline, axis=0))
        average, _ = rounded_means(ranges)
        if screen_outliers:
            average = _screened(ranges, average)
        reach, near = LIMIT_FACTOR * average, NEAR_LIMIT_FACTOR * average
        return Limits(mean, mean - reach, mean + reach, mean - near, mean + near)


def _screened(ranges: Floats, average: Floats) -> Floats:
    """Return the average moving range after the large ranges are dropped."""
    dropped = ranges >= SCREENING_FACTOR * average
    columns = np.flatnonzero(dropped.any(axis=0))
    if columns.size:
        kept = np.where(dropped[:, columns], np.nan, ranges[:, columns])
        average[columns], _ = rounded_means(kept)
    return average
