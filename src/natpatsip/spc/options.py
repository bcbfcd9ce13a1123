"""Checks of the settings of a chart; what cannot be one is refused with what was expected."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError, nearest
from natpatsip.spc.rules import IMPROVEMENTS, RULE_LENGTHS, SHORTEST_BASELINE
from natpatsip.spc.series import is_number, shown


def check_improvement(improvement: Any) -> int:
    """Return the code of an improvement direction.

    Examples
    --------
    >>> check_improvement("decrease")
    1
    >>> check_improvement("up")
    Traceback (most recent call last):
    ...
    natpatsip.errors.SpcError: improvement is 'up'; expected "increase", "decrease" or "neutral".
    """
    if isinstance(improvement, str) and improvement in IMPROVEMENTS:
        return IMPROVEMENTS.index(improvement)
    raise SpcError(
        f'improvement is {improvement!r}; expected "increase", "decrease" or "neutral".'
        f"{nearest(str(improvement), IMPROVEMENTS)}"
    )


def check_fix_after(fix_after: Any) -> int | None:
    """Return how many points fix the limits, or None for all."""
    if fix_after is None:
        return None
    whole = isinstance(fix_after, numbers.Real) and not isinstance(fix_after, bool) and fix_after == fix_after // 1
    if not whole or fix_after < SHORTEST_BASELINE:
        raise SpcError(
            f"fix_after is {shown(fix_after)}; expected a whole number of points, {SHORTEST_BASELINE} or more, "
            "or None for limits from all points."
        )
    return int(fix_after)


def check_rule_length(rule_length: Any) -> int:
    """Return how many points make a run or a trend."""
    if isinstance(rule_length, bool) or rule_length not in RULE_LENGTHS:
        raise SpcError(f"rule_length is {shown(rule_length)}; expected 6 or 7 points.")
    return int(rule_length)


def check_target(target: Any, *, name: str = "target") -> float:
    """Return a target as a double, NaN for none."""
    if target is None or target is pd.NA:
        return math.nan
    try:
        read = math.nan if isinstance(target, bool | np.bool_) or not is_number(target) else float(target)
    except OverflowError:
        read = math.inf
    if not math.isfinite(read):
        raise SpcError(f"{name} is {shown(target)}; expected one finite number, or None where there is no target.")
    return read


def check_screening(screen_outliers: Any) -> bool:
    """Return whether large moving ranges are left out."""
    if not isinstance(screen_outliers, bool | np.bool_):
        raise SpcError(f"screen_outliers is {shown(screen_outliers)}; expected True or False.")
    return bool(screen_outliers)
