"""Funnel plots: organisations' proportions of one period, against the limits that chance sets to their size.

The limits are exact: quantiles of the binomial distribution, interpolated between whole numbers as in the appendix of
Spiegelhalter, *Funnel plots for comparing institutional performance*, Statistics in Medicine 24 (2005), 1185–1202. The
inner limits hold 95% and the outer 99.8% of organisations that differ by chance alone, which are 2 and 3 standard
deviations of a normal distribution, rounded as there. An upper limit is the mirror image of the lower limit of those
who are not counted: so a proportion is outside exactly if its tail is below 2.5% or 0.1%, on either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.rules import Floats

TAILS = (0.001, 0.025)  # the probability outside an outer and an inner limit, on each side
LIMITS = ("lower_outer", "lower_inner", "upper_inner", "upper_outer")
PLACES = ("below_outer", "below_inner", "within", "above_inner", "above_outer")
"""Where a proportion can be, from the lowest to the highest."""
REACH = 9  # standard deviations to both sides that hold all of the distribution that a double can tell from 0


def funnel_limits(denominators: Sequence[float] | Floats, proportion: float) -> pd.DataFrame:
    """Return the limits of a funnel plot at each denominator, as proportions.

    Parameters
    ----------
    denominators : sequence of numbers
        Whole numbers above 0.
    proportion : float
        That of all organisations together, from 0 to 1.

    Returns
    -------
    DataFrame
        ``denominator, lower_outer, lower_inner, upper_inner, upper_outer``, in the order given; each limit is from 0 to
        1.

    Raises
    ------
    SpcError
        If a denominator is not a whole number above 0, or the proportion is not one.

    Examples
    --------
    Of 100 each, with 50% of all, 39.7% to 60.3% are within the inner limits:

    >>> funnel_limits([100, 1000], 0.5).round(3)
       denominator  lower_outer  lower_inner  upper_inner  upper_outer
    0        100.0        0.341        0.397        0.603        0.659
    1       1000.0        0.451        0.469        0.531        0.549
    """
    sizes = np.asarray(denominators, dtype=float)
    if wrong := [size for size in sizes.tolist() if not (size > 0 and size % 1 == 0)]:
        raise SpcError(f"funnel_limits: found the denominator {wrong[0]:g}; expected whole numbers above 0.")
    if not 0 <= proportion <= 1:
        raise SpcError(f"funnel_limits: found the proportion {proportion:g}; expected one from 0 to 1.")
    distinct, places = np.unique(sizes, return_inverse=True)
    lower = np.array([_lower(int(size), proportion) for size in distinct])
    upper = 1 - np.array([_lower(int(size), 1 - proportion)[::-1] for size in distinct])
    limits = np.concatenate([lower, upper], axis=1)
    return pd.DataFrame({"denominator": sizes, **dict(zip(LIMITS, limits[places].T, strict=True))})


def _lower(size: int, proportion: float) -> Floats:
    """Return the two lower limits at one denominator, each interpolated between two counts."""
    if proportion in (0, 1):
        return np.full(len(TAILS), float(proportion))
    spread = REACH * np.sqrt(size * proportion * (1 - proportion)) + REACH
    first = max(0, int(size * proportion - spread))
    counts = np.arange(first, min(size, int(size * proportion + spread)) + 1)
    # The logarithm of each probability less that of the first, from the ratio of neighbours.
    ratios = np.log((size - counts[:-1]) / (counts[:-1] + 1)) + np.log(proportion / (1 - proportion))
    logs = np.concatenate([[0.0], np.cumsum(ratios)])
    chances = np.exp(logs - logs.max())
    below = np.cumsum(chances) / chances.sum()
    tails = np.array(TAILS)
    at = np.minimum(np.searchsorted(below, tails), len(counts) - 1)
    step = below[at] - np.where(at > 0, below[at - 1], 0.0)
    limits: Floats = np.clip((counts[at] - (below[at] - tails) / step) / size, 0, 1)
    return limits


def funnel(frame: pd.DataFrame, *, numerator: str, denominator: str, proportion: float | None = None) -> pd.DataFrame:
    """Return where each organisation is in a funnel plot.

    Parameters
    ----------
    frame : DataFrame
        A row for each organisation, with counts of one period; rows with a missing count, or of which there are none,
        have no place.
    numerator, denominator : str
        The columns of counts.
    proportion : float, optional
        What the organisations are compared with; by default the proportion of all rows together.

    Returns
    -------
    DataFrame
        The rows with ``proportion``, the limits of `funnel_limits`, and ``place``: ``below_outer``, ``below_inner``,
        ``within``, ``above_inner`` or ``above_outer``; empty where it has none.

    Raises
    ------
    SpcError
        If a numerator exceeds its denominator, a count is not a whole number, or no row has both.

    Examples
    --------
    >>> seen = pd.DataFrame({"team": ["North", "South"], "in_time": [50, 90], "seen": [100, 120]})
    >>> funnel(seen, numerator="in_time", denominator="seen", proportion=0.5)[["team", "place"]]
        team        place
    0  North       within
    1  South  above_outer
    """
    tops, sizes = (frame[column].to_numpy(dtype=float, na_value=np.nan) for column in (numerator, denominator))
    known = (sizes > 0) & ~np.isnan(tops)
    if not known.any():
        raise SpcError(f"funnel: no row has a {numerator} and a {denominator} above 0.")
    if wrong := np.flatnonzero(known & ((tops > sizes) | (tops < 0))).tolist():
        raise SpcError(
            f"funnel: row {wrong[0] + 1} has {numerator} {tops[wrong[0]]:g} of {denominator} {sizes[wrong[0]]:g}; "
            "expected a part of the whole."
        )
    whole = float(tops[known].sum() / sizes[known].sum()) if proportion is None else proportion
    limits = funnel_limits(sizes[known], whole)
    shares = tops[known] / sizes[known]
    above = [shares > limits[name].to_numpy() + 1e-12 for name in ("upper_inner", "upper_outer")]
    below = [shares < limits[name].to_numpy() - 1e-12 for name in ("lower_inner", "lower_outer")]
    level = 2 + above[0].astype(int) + above[1] - below[0] - below[1]
    columns: dict[str, Any] = {"proportion": shares, **{name: limits[name].to_numpy() for name in LIMITS}}
    placed = frame.copy()
    for name, values in columns.items():
        placed[name] = np.nan
        placed.loc[frame.index[known], name] = values
    place = np.full(len(frame), "", dtype=object)
    place[known] = np.array(PLACES, dtype=object)[level]
    return placed.assign(place=place)
