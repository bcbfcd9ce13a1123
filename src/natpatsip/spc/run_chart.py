"""The run chart: a median and three rules, for series that an XmR chart does not fit.

It assumes nothing about the distribution of the values and needs fewer points, so it suits rare events, skewed counts
and the first ten points of a new measure. The rules are those of R. J. Perla, L. P. Provost and S. K. Murray, *The run
chart: a simple analytical tool for learning from variation in healthcare processes*, BMJ Quality & Safety
2011;20:46-51. Their fourth rule, the astronomical point, is a judgement by eye and is left to the reader.
"""

from __future__ import annotations

from math import comb
from typing import Any, Final

import numpy as np
import pandas as pd

from natpatsip.spc.rules import IMPROVEMENTS, POINT_TYPE_DTYPE, POINT_TYPE_TABLE, Codes, Floats, Improvement
from natpatsip.spc.xmr import xmr

SHIFT_LENGTH: Final = 6
TREND_LENGTH: Final = 5
FEWEST_FOR_RUNS: Final = 10
CHANCE: Final = 0.025
SOURCE: Final = "Perla RJ, Provost LP, Murray SK. BMJ Quality & Safety 2011;20:46-51"

SIGNALS: Final = (
    "Common Cause",
    "6 Points Above Median",
    "6 Points Below Median",
    "5 Point Trend (Increasing)",
    "5 Point Trend (Decreasing)",
)
SIGNAL_DTYPE: Final = pd.CategoricalDtype(list(SIGNALS))


def run_chart(
    values: Any,
    *,
    dates: Any = None,
    improvement: Improvement = "increase",
    rebase: Any = (),
    fix_after: int | None = None,
    target: Any = None,
) -> pd.DataFrame:
    """Return the run chart of a series, row by row in date order.

    - *Shift*: six or more successive points on one side of the median; a point on the median neither breaks a run nor
      counts towards it.
    - *Trend*: five or more successive points that all rise or all fall; an equal value neither breaks it nor counts.
    - *Runs*: too few or too many changes of side for chance (two-sided, 5%), from ten useful points on.

    Parameters
    ----------
    values, dates, improvement, rebase, fix_after, target
        As for `xmr`; the median of a segment comes from its first `fix_after` rows.

    Returns
    -------
    pandas.DataFrame
        Columns ``date, value, segment, target, median, relative_to_median, signal, signal_flag, point_type``. In
        ``attrs["runs"]``, for each segment: ``useful`` points (off the median), ``runs``, ``fewest`` and ``most`` that
        chance allows (None below ten useful points) and ``verdict``: ``"as by chance"``, ``"too few"``, ``"too many"``
        or ``"too few points"``. ``attrs["source"]`` is the source of the rules.

    Notes
    -----
    A missing value breaks shifts and trends. The numbers of runs come from the exact distribution of runs for the
    points above and below (Swed and Eisenhart, 1943); printed tables round it, and sometimes differ by one.

    Examples
    --------
    >>> chart = run_chart([3, 5, 4, 6, 2, 5, 7, 8, 8, 7, 9, 8])
    >>> float(chart["median"].iloc[0]), chart["signal"].iloc[-1], chart.attrs["runs"][0]["verdict"]
    (6.5, '6 Points Above Median', 'too few')
    """
    # Reads and checks all that is given, and cuts the segments.
    base = xmr(values, dates=dates, improvement=improvement, rebase=rebase, fix_after=fix_after, target=target)
    read = base["value"].to_numpy()
    median, codes = np.full(len(read), np.nan), np.zeros(len(read), dtype=np.int8)
    side = np.full(len(read), np.nan)
    runs = []
    for segment in pd.unique(base["segment"]):
        own = np.flatnonzero((base["segment"] == segment).to_numpy())
        baseline = read[own][: base.attrs["fix_after"]]
        known = baseline[~np.isnan(baseline)]
        median[own] = np.median(known) if known.size else np.nan
        side[own] = np.sign(read[own] - median[own])
        codes[own] = _signals(read[own], side[own])
        runs.append(_runs(side[own]))
    kinds = POINT_TYPE_TABLE[IMPROVEMENTS.index(improvement)][codes]  # here too the odd signals are high
    result = base[["date", "value", "segment", "target"]].assign(
        median=median,
        relative_to_median=side,
        signal=pd.Categorical.from_codes(codes, dtype=SIGNAL_DTYPE),
        signal_flag=codes > 0,
        point_type=pd.Categorical.from_codes(kinds, dtype=POINT_TYPE_DTYPE),
    )
    result.attrs = {"improvement": improvement, "rebase": base.attrs["rebase"], "runs": runs, "source": SOURCE}
    return result


def _signals(values: Floats, side: Floats) -> Codes:
    """Return the signal of each point of a segment: a shift takes precedence over a trend."""
    codes = np.zeros(len(values), dtype=np.int8)
    for sign, code in ((1, 3), (-1, 4)):
        for stretch in _stretches(np.sign(np.diff(values)), sign):
            if len(stretch) >= TREND_LENGTH - 1:
                codes[stretch[0] : stretch[-1] + 2] = code
    for sign, code in ((1, 1), (-1, 2)):
        for stretch in _stretches(side, sign):
            if len(stretch) >= SHIFT_LENGTH:
                codes[stretch] = code
    return codes


def _stretches(signs: Floats, sign: int) -> list[list[int]]:
    """Return the places of each stretch of a run chart of one sign; zeros are passed over, missing values end it."""
    stretches: list[list[int]] = [[]]
    for place, here in enumerate(signs.tolist()):
        if here == sign:
            stretches[-1].append(place)
        elif here != 0 and stretches[-1]:
            stretches.append([])
    return stretches


def _runs(side: Floats) -> dict[str, Any]:
    """Return the number of runs of a segment and how many chance allows."""
    useful = side[~np.isnan(side) & (side != 0)]
    above, below = int((useful > 0).sum()), int((useful < 0).sum())
    count = int((np.diff(useful) != 0).sum()) + 1 if useful.size else 0
    fewest = most = None
    verdict = "too few points"
    if useful.size >= FEWEST_FOR_RUNS:
        fewest, most = runs_by_chance(above, below)
        verdict = "too few" if count < fewest else "too many" if count > most else "as by chance"
    return {"useful": int(useful.size), "runs": count, "fewest": fewest, "most": most, "verdict": verdict}


def runs_by_chance(above: int, below: int) -> tuple[int, int]:
    """Return the fewest and the most runs that so many points above and below make by chance, 95 times in 100.

    Examples
    --------
    >>> runs_by_chance(5, 5), runs_by_chance(10, 10), runs_by_chance(15, 15)
    ((3, 9), (7, 15), (11, 21))
    """
    total, most = comb(above + below, above), 2 * min(above, below) + (above != below)
    ways = [_ways(count, above, below) for count in range(most + 2)]
    fewest = next(count for count in range(most + 2) if sum(ways[: count + 1]) > CHANCE * total)
    largest = next(count for count in range(most + 1, -1, -1) if sum(ways[count:]) > CHANCE * total)
    return fewest, largest


def _ways(runs: int, above: int, below: int) -> int:
    """Return in how many orders so many points make so many runs."""
    if not above or not below:
        return int(runs == 1)
    if runs < 2:
        return 0
    half, odd = divmod(runs, 2)
    if not odd:
        return 2 * comb(above - 1, half - 1) * comb(below - 1, half - 1)
    return comb(above - 1, half) * comb(below - 1, half - 1) + comb(above - 1, half - 1) * comb(below - 1, half)
