"""The p and u charts of organisations: limits of each point from counts as they may be shown, and when to doubt them.

Their limits are those of chance alone. Counts that are rounded vary by their rounding too, which such limits leave out;
an icon that rounding has made would be wrong, so where rounding matters there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.measures.definitions import Definition
from natpatsip.spc.arguments import read_method
from natpatsip.spc.assurance import assurance_codes
from natpatsip.spc.attribute_charts import ratio_chart
from natpatsip.spc.rules import IMPROVEMENTS, RULE_LENGTH, Floats

OF_COUNTS = ("p", "u")
"""The kinds of chart whose limits are those of counts, for each point."""
NARROW = "Its limits are too narrow: the points vary much more than counts of this size do by chance."
COARSE = "Its counts are too small for limits of rounded counts: a change cannot be told from rounding."


def charts_of_counts(
    own: Definition,
    numerators: Floats,
    denominators: Floats,
    *,
    dates: Any,
    rebase: Sequence[Any],
    target: float | None,
) -> list[pd.DataFrame]:
    """Return the p or u chart of each organisation; the counts have a row for each, and a column for each date."""
    return [
        ratio_chart(
            own.chart,
            tops,
            wholes,
            per=float(own.per),
            dates=dates,
            improvement=own.improvement,
            rebase=rebase,
            target=target,
            method=read_method(None, False, RULE_LENGTH),
        )
        for tops, wholes in zip(numerators, denominators, strict=True)
    ]


def doubt(chart: pd.DataFrame, kind: str, base: int) -> str:
    """Return why the limits of an organisation's p or u chart of rounded counts say nothing; "" where they do."""
    if chart.attrs["is_overdispersed"]:
        return NARROW
    tops, wholes = (chart[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    return COARSE if is_coarse(tops, wholes, kind, base) else ""


def has_one_assurance(chart: pd.DataFrame, improvement: str) -> bool:
    """Return True if an organisation's limits since the last rebase all say the same of the target.

    What the latest limits say would otherwise depend on how large the latest denominator happens to be.
    """
    latest = chart[(chart["segment"] == chart["segment"].iloc[-1]) & chart["lpl"].notna()]
    directions = [IMPROVEMENTS.index(improvement)] * len(latest)
    return len(set(assurance_codes(latest["target"], latest["lpl"], latest["upl"], directions).tolist())) <= 1


def is_coarse(numerators: Floats, denominators: Floats, kind: str, base: int) -> bool:
    """Return True if rounding to a multiple of `base` moves organisations' counts by over half of what chance does.

    A count that is rounded to 5 is wrong by up to 2.5. If that is half of the usual standard deviation, the limits,
    which are three of them, are passed 6 times in 1,000 rather than 3 times.

    Examples
    --------
    >>> is_coarse(np.array([85.0]), np.array([100.0]), "p", 5), is_coarse(np.array([850.0]), np.array([1000.0]), "p", 5)
    (True, False)
    >>> is_coarse(np.array([20.0]), np.array([9000.0]), "u", 5), is_coarse(np.array([25.0]), np.array([9000.0]), "u", 5)
    (True, False)
    """
    known = ~np.isnan(numerators) & (denominators > 0)
    if not known.any():
        return False
    share = numerators[known].sum() / denominators[known].sum()
    variance = share * (1 - share) if kind == "p" else share
    return bool(np.median(np.sqrt(variance * denominators[known])) < base)
