"""The p and the u chart: shares and rates of counts, with limits for each point from its own denominator.

The limits come from the binomial and the Poisson distribution, and assume that nothing but chance makes the points
differ. With large denominators that is rarely true: the limits are then so narrow that most points lie outside
(over-dispersion). `dispersion_advice` says so, and to take an XmR chart, whose limits come from the differences
between points.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError, first_few
from natpatsip.spc.arguments import Method, read_method
from natpatsip.spc.chart_columns import Analysis, analysis_by_segment, chart_of_series, dates_of
from natpatsip.spc.limits import Limits, natural_process_limits
from natpatsip.spc.parsing import MOST_NAMED, need_one_order, read_amounts, read_counts, shown, warn
from natpatsip.spc.rules import RULE_LENGTH, SHORT_GROUP, Floats, Improvement, Integers
from natpatsip.wording import plain

PERCENT: Final = 100.0
LEAST_OVERDISPERSION: Final = 1.5
"""How many times as much as by chance points have to vary before anything is said of it."""


class _Kind(NamedTuple):
    """What differs between the two charts."""

    name: str
    per: float
    highest: float
    """The largest possible value."""


def p_chart(
    numerators: Any,
    denominators: Any,
    *,
    dates: Any = None,
    improvement: Improvement = "increase",
    rebase: Any = (),
    fix_after: int | None = None,
    target: Any = None,
    rule_length: int = RULE_LENGTH,
) -> pd.DataFrame:
    """Return the p chart of a percentage, row by row in date order.

    The mean is the sum of the numerators divided by that of the denominators. The limits of a point lie three standard
    deviations of a binomial share from it, ``sqrt(mean × (100 − mean) / denominator)``, cut off at 0 and 100.

    Parameters
    ----------
    numerators, denominators : sequences of whole numbers
        How many of how many; the one is part of the other. Where either is missing, or both are 0, there is no value: a
        gap.
    dates, improvement, rebase, fix_after, target, rule_length
        As for `xmr`; the target is a percentage.

    Returns
    -------
    pandas.DataFrame
        The columns of `xmr`, with limits of each point; then ``numerator, denominator``. ``attrs["chart"]`` is ``"p"``;
        ``attrs["dispersion"]`` has for each segment how many times as much as by chance its points vary (Laney's
        sigma z), NaN below 13 values; ``attrs["is_overdispersed"]`` is True if that is much.

    Raises
    ------
    SpcError
        As from `xmr`; or if a count is negative or has a fraction, or a numerator is above its denominator.

    Warns
    -----
    SpcWarning
        If the points vary much more than by chance, so that the limits are too narrow.

    Notes
    -----
    D. C. Montgomery, *Introduction to Statistical Quality Control*, on charts of variable sample size. Special causes
    are found as on an XmR chart, each point against its own limits.

    Examples
    --------
    >>> chart = p_chart([8, 6, 9, 40], [40, 20, 30, 50])
    >>> chart[["value", "mean", "lpl", "upl", "special_cause_type"]].round(1)
       value  mean   lpl   upl special_cause_type
    0   20.0  45.0  21.4  68.6          Below LCL
    1   30.0  45.0  11.6  78.4       Common Cause
    2   30.0  45.0  17.8  72.2       Common Cause
    3   80.0  45.0  23.9  66.1          Above UCL
    """
    result = ratio_chart(
        "p",
        numerators,
        denominators,
        per=PERCENT,
        dates=dates,
        improvement=improvement,
        rebase=rebase,
        target=target,
        method=read_method(fix_after, False, rule_length),
    )
    return _with_advice(result)


def u_chart(
    numerators: Any,
    denominators: Any,
    *,
    per: float = 1.0,
    dates: Any = None,
    improvement: Improvement = "increase",
    rebase: Any = (),
    fix_after: int | None = None,
    target: Any = None,
    rule_length: int = RULE_LENGTH,
) -> pd.DataFrame:
    """Return the u chart of a rate, row by row in date order.

    The mean is the sum of the numerators divided by that of the denominators. The limits of a point lie three standard
    deviations of a Poisson rate from it, ``sqrt(mean / denominator)``, cut off at 0.

    Parameters
    ----------
    numerators : sequence of whole numbers
        How many events were counted, such as falls.
    denominators : sequence of numbers
        In how much they could happen, such as occupied bed days. Where either is missing, or both are 0, there is no
        value: a gap.
    per : float
        Of so many in the denominator the values are, such as 1,000.
    dates, improvement, rebase, fix_after, target, rule_length
        As for `xmr`; the target is a rate per `per`.

    Returns
    -------
    pandas.DataFrame
        As from `p_chart`; ``attrs["chart"]`` is ``"u"``.

    Raises
    ------
    SpcError
        As from `xmr`; or if a count is negative or has a fraction, a denominator is negative, or 0 where something was
        counted.

    Warns
    -----
    SpcWarning
        As from `p_chart`.

    Examples
    --------
    >>> chart = u_chart([3, 5, 4, 12], [900, 1100, 1000, 800], per=1000)
    >>> chart[["value", "mean", "lpl", "upl", "special_cause_type"]].round(1)
       value  mean  lpl   upl special_cause_type
    0    3.3   6.3  0.0  14.3       Common Cause
    1    4.5   6.3  0.0  13.5       Common Cause
    2    4.0   6.3  0.0  13.9       Common Cause
    3   15.0   6.3  0.0  14.7          Above UCL
    """
    result = ratio_chart(
        "u",
        numerators,
        denominators,
        per=per,
        dates=dates,
        improvement=improvement,
        rebase=rebase,
        target=target,
        method=read_method(fix_after, False, rule_length),
    )
    return _with_advice(result)


def ratio_chart(
    chart: str,
    numerators: Any,
    denominators: Any,
    *,
    per: float,
    method: Method,
    dates: Any,
    improvement: Any,
    rebase: Any,
    target: Any,
) -> pd.DataFrame:
    """Return a p or a u chart, without advice on its dispersion."""
    if isinstance(per, bool) or not isinstance(per, int | float) or not 0 < per < math.inf:
        raise SpcError(f"per is {shown(per)}; expected a number above 0, such as 1000.")
    above = read_counts(numerators, name="numerator")
    below = (read_counts if chart == "p" else read_amounts)(denominators, name="denominator")
    if len(above) != len(below):
        raise SpcError(
            f"There are {len(above)} numerators and {len(below)} denominators; expected one denominator for each."
        )
    _refuse_impossible(chart, above, below)
    need_one_order(numerators, denominators, dates)
    kind = _Kind(chart, float(per), PERCENT if chart == "p" else math.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = kind.per * above / below
    dispersions: list[float] = []
    result = chart_of_series(
        values,
        dates=dates_of(numerators, dates),
        improvement=improvement,
        rebase=rebase,
        target=target,
        method=method,
        analyse=partial(_analyse, kind=kind, method=method, dispersions=dispersions),
        counts={"numerator": above, "denominator": below},
    )
    points = result.groupby("segment", sort=True)["value"].count()
    result.attrs |= {
        "chart": chart,
        "dispersion": dispersions,
        "is_overdispersed": any(map(is_overdispersed, dispersions, points)),
    }
    if (below == 0).any():
        result.attrs["gaps"] = "without data, or with a denominator of 0"
    return result


def _refuse_impossible(chart: str, above: Floats, below: Floats) -> None:
    """Stop if a numerator is no part of its denominator, or nothing could have been counted."""
    bad = np.flatnonzero(above > below if chart == "p" else (above > 0) & (below == 0))
    if bad.size:
        named = [f"Row {row + 1}: numerator is {above[row]:g} and denominator {below[row]:g}" for row in bad]
        expected = "a numerator that is part of its denominator" if chart == "p" else "a denominator above 0"
        raise SpcError(f"{first_few(named, MOST_NAMED, kind='rows', sep='; ')}; expected {expected}.")


def _analyse(
    values: Floats,
    starts: Integers,
    lengths: Integers,
    *,
    numerator: Floats,
    denominator: Floats,
    kind: _Kind,
    method: Method,
    dispersions: list[float],
) -> Analysis:
    """Return the analysis of each segment, and add its dispersion to a list."""
    above, below = (np.where(np.isnan(values), np.nan, counts) for counts in (numerator, denominator))

    def limits_of(part: slice) -> Limits:
        mean = _mean(above[part][: method.fix_after], below[part][: method.fix_after], kind)
        sigma = _sigma(mean, below[part], kind)
        dispersions.append(_dispersion(values[part], mean, sigma))
        return Limits(
            np.full_like(sigma, mean),
            np.maximum(mean - 3 * sigma, 0),
            np.minimum(mean + 3 * sigma, kind.highest),
            np.maximum(mean - 2 * sigma, 0),
            np.minimum(mean + 2 * sigma, kind.highest),
        )

    return analysis_by_segment(values, starts, lengths, limits_of, rule_length=method.rule_length)


def _mean(above: Floats, below: Floats, kind: _Kind) -> float:
    """Return the mean of a segment, the exact sums divided: whether a point lies on it decides whether a run goes on.

    Equal shares of different denominators must so be equal numbers, as their values are: products and sums of whole
    numbers are exact, and each quotient is rounded once.
    """
    known = ~np.isnan(below)
    whole = math.fsum(below[known])
    return kind.per * math.fsum(above[known]) / whole if whole else math.nan


def _sigma(mean: float, below: Floats, kind: _Kind) -> Floats:
    """Return the standard deviation of each point; NaN where there is none.

    Two values are needed, as for any limits. If the mean is 0, or 100%, it says nothing of how values vary.
    """
    variance = mean * (kind.highest - mean) if kind.name == "p" else kind.per * mean
    if np.isfinite(below).sum() < 2 or not variance > 0:
        return np.full_like(below, math.nan)
    sigma: Floats = np.sqrt(variance / below)
    return sigma


def _dispersion(values: Floats, mean: float, sigma: Floats) -> float:
    """Return how many times as much as by chance the points of a segment vary from one to the next.

    It is Laney's sigma z (Quality Engineering 2002;14:531-7): the limits of the XmR chart of the standardised values,
    in units of the three standard deviations that they would be by chance alone. NaN below 13 values.
    """
    known = ~np.isnan(sigma)
    if known.sum() < SHORT_GROUP:
        return math.nan
    limits = natural_process_limits(((values - mean) / sigma)[:, np.newaxis])
    return float(limits.upper[0] - limits.mean[0]) / 3


def is_overdispersed(dispersion: float, points: int) -> bool:
    """Return True if points vary so much more than by chance that the limits of a p or u chart mislead.

    Where chance alone makes points vary, sigma z exceeds ``1 + 3.4 / sqrt(points)`` in about one of a thousand charts
    (20,000 simulated charts each of 13, 20, 24, 36 and 60 points). Below one and a half nothing is said, however many
    points there are.

    Examples
    --------
    >>> is_overdispersed(1.6, 24), is_overdispersed(1.7, 24), is_overdispersed(1.5, 100)
    (False, True, True)
    """
    return points >= SHORT_GROUP and dispersion >= max(LEAST_OVERDISPERSION, 1 + 3.4 / math.sqrt(points))


def dispersion_advice(result: pd.DataFrame) -> str:
    """Return what to do about a p or u chart whose limits are too narrow; "" if they are not."""
    if not result.attrs.get("is_overdispersed"):
        return ""
    return (
        f"The points vary up to {plain(np.nanmax(result.attrs['dispersion']), 1)} times as much as counts of this size "
        f"do by chance (over-dispersion), so the limits of a {result.attrs['chart']} chart are too narrow and most of "
        "its special causes are false. Use an XmR chart, whose limits come from the differences between the points."
    )


def _with_advice(result: pd.DataFrame) -> pd.DataFrame:
    if advice := dispersion_advice(result):
        warn(advice)
    return result
