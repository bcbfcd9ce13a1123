"""The variation icon and the assurance icon of a series: one rule for each (docs/spc.md, rules 7 to 9).

`summary` applies these rules to all series of a panel at once; `variation_icon` and `assurance_icon` apply them to the
rows of one series. Charts draw the icons by name and decide nothing themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.parsing import check_improvement
from natpatsip.spc.rules import IMPROVEMENTS, POINT_TYPES, Codes, Flags, Integers

ASSURANCES: Final = ("", "consistent_pass", "consistent_fail", "inconsistent")
NONE, PASS, FAIL, HIT_AND_MISS = range(4)


class Icon(NamedTuple):
    """The name of an icon and what it means in words, since a colour and a letter are not enough."""

    name: str
    words: str


_COMMON: Final = Icon("variation-common-cause", "Common cause: no significant change")
_SPECIAL: Final = {
    ("special_cause_improvement", "increase"): Icon(
        "variation-improvement-high", "Special cause of improvement: significantly higher, and higher is better"
    ),
    ("special_cause_improvement", "decrease"): Icon(
        "variation-improvement-low", "Special cause of improvement: significantly lower, and lower is better"
    ),
    ("special_cause_concern", "increase"): Icon(
        "variation-concern-low", "Special cause of concern: significantly lower, and higher is better"
    ),
    ("special_cause_concern", "decrease"): Icon(
        "variation-concern-high", "Special cause of concern: significantly higher, and lower is better"
    ),
    ("special_cause_neutral_high", "neutral"): Icon(
        "variation-neutral-high", "Special cause: significantly higher; neither direction is better"
    ),
    ("special_cause_neutral_low", "neutral"): Icon(
        "variation-neutral-low", "Special cause: significantly lower; neither direction is better"
    ),
}

VARIATION_TABLE: Final = tuple(_SPECIAL.get((kind, better), _COMMON) for better in IMPROVEMENTS for kind in POINT_TYPES)
"""Icons by improvement direction, then point type, in the order of their codes."""

ASSURANCE_TABLE: Final = (
    Icon("assurance-none", "No assurance: no target, no direction, or no limits"),
    Icon("assurance-pass", "The target is reliably met"),
    Icon("assurance-fail", "The target is reliably missed unless the process changes"),
    Icon("assurance-hit-and-miss", "Hit and miss: the target may be met or missed by chance"),
)
"""Icons in the order of `ASSURANCES`."""


def direction_of(result: pd.DataFrame, improvement: Any = None) -> str:
    """Return which direction is better for one series, or "" where neither the result nor the caller says so.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr` or `run_chart`, or the rows of one series from `panel`.
    improvement : {"increase", "decrease", "neutral"}, or a mapping of series to one of these
        By default what ``result.attrs`` holds: `panel` keeps one word for all series, or a mapping by series.

    Raises
    ------
    SpcError
        If the result was made with another direction.

    Examples
    --------
    >>> rows = pd.DataFrame({"team": ["South", "South"]})
    >>> rows.attrs = {"by": ["team"], "improvement": {"North": "increase", "South": "decrease"}}
    >>> direction_of(rows)
    'decrease'
    """
    own, asked = _of_series(result, result.attrs.get("improvement")), _of_series(result, improvement)
    if own and asked:
        check_same_direction(own, asked)
    return own or asked


def check_same_direction(own: str, asked: str) -> None:
    """Stop if a result is asked about with another direction than decided what its points mean."""
    if asked != own:
        raise SpcError(
            f'improvement is "{asked}", but the chart was made with "{own}", which decides what its points mean. '
            f'Make it with improvement="{asked}".'
        )


def _of_series(result: pd.DataFrame, given: Any) -> str:
    """Return the direction of one series from that of all, or from those by series."""
    if isinstance(given, Mapping):
        key = tuple(result[column].iloc[0] for column in result.attrs.get("by", []))
        given = given.get(key[0] if len(key) == 1 else key)
    return IMPROVEMENTS[check_improvement(given)] if given else ""


def variation_icon(result: pd.DataFrame, *, improvement: Any = None) -> Icon:
    """Return the variation icon of one series: what its latest row with a value shows.

    A series without any value is common cause, as in `summary`. Where the direction is not known, it is inferred from
    the latest point: a high point that is an improvement means that higher is better.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr`, or the rows of one series from `panel`, in order of date.
    improvement : {"increase", "decrease", "neutral"}, or a mapping of series to one of these
        By default what the result was made with.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> variation_icon(xmr([3, 5, 4, 3, 5, 4, 5, 4, 20], improvement="decrease")).name
    'variation-concern-high'
    """
    valued = result["value"].notna().to_numpy()
    latest = int(latest_rows(valued, np.array([0]), np.array([len(valued) - 1]))[0])
    kind = str(result["point_type"].iloc[latest])
    better = direction_of(result, improvement) or _inferred(kind, str(result["special_cause_type"].iloc[latest]))
    return VARIATION_TABLE[IMPROVEMENTS.index(better) * len(POINT_TYPES) + POINT_TYPES.index(kind)]


def _inferred(kind: str, special_cause: str) -> str:
    """Return the direction that makes a special cause what its point type says."""
    is_high = "Above" in special_cause or "Increasing" in special_cause
    better_if_high = {"special_cause_improvement": "increase", "special_cause_concern": "decrease"}
    better_if_low = {"special_cause_improvement": "decrease", "special_cause_concern": "increase"}
    return (better_if_high if is_high else better_if_low).get(kind, "neutral")


def assurance_icon(result: pd.DataFrame, *, improvement: Any = None) -> Icon:
    """Return the assurance icon of one series: its latest target against the latest limits of its last segment.

    ``assurance-none`` where there is no target, there are no limits, neither direction is better, or the direction is
    not known.

    Parameters
    ----------
    result, improvement
        As for `variation_icon`.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> assurance_icon(xmr([3, 5, 4, 3, 5, 4, 5, 4], improvement="decrease", target=20)).name
    'assurance-pass'
    """
    return ASSURANCE_TABLE[ASSURANCES.index(assurance_of(result, improvement=improvement))]


def assurance_of(result: pd.DataFrame, *, improvement: Any = None) -> str:
    """Return the assurance of one series, a word of `ASSURANCES`; see `assurance_icon`."""
    lower, upper = limits_of(result[result["segment"] == result["segment"].iloc[-1]])
    better = direction_of(result, improvement) or "neutral"
    codes = assurance_codes([result["target"].iloc[-1]], [lower], [upper], [IMPROVEMENTS.index(better)])
    return ASSURANCES[int(codes[0])]


def limits_of(segment: pd.DataFrame) -> tuple[float, float]:
    """Return the limits of the latest row of a segment that has any; NaN and NaN where none has.

    Where each point has its own, those of the latest are the ones that its next points will be close to.
    """
    lower, upper = (segment[name].to_numpy(dtype=np.float64) for name in ("lpl", "upl"))
    known = np.flatnonzero(~np.isnan(lower))
    latest = int(known[-1]) if known.size else -1
    return float(lower[latest]), float(upper[latest])


def limits_vary(segment: pd.DataFrame) -> bool:
    """Return True if the points of a segment have limits of their own, as those of p and u charts have."""
    limits = (segment[name].to_numpy(dtype=float) for name in ("lpl", "upl"))
    return any(np.unique(each[~np.isnan(each)]).size > 1 for each in limits)


def assurance_codes(target: Any, lower: Any, upper: Any, direction: Any) -> Codes:
    """Return the code of the assurance of each series; an index into `ASSURANCES`.

    Parameters
    ----------
    target, lower, upper : arrays of shape (series,)
        NaN for no target and for undefined limits: no assurance.
    direction : array of shape (series,)
        Code of the improvement direction; no assurance for neutral.

    Examples
    --------
    >>> assurance_codes([85.0, 85.0, 85.0], [86, 80, 70], [90, 90, 85], [0, 0, 0]).tolist()
    [1, 3, 3]
    >>> assurance_codes([85.0, float("nan")], [86, 80], [90, 90], [1, 0]).tolist()
    [2, 0]
    """
    target, lower, upper = (np.asarray(array, dtype=np.float64) for array in (target, lower, upper))
    direction = np.asarray(direction)
    increase = direction == IMPROVEMENTS.index("increase")
    known = ~(np.isnan(target) | np.isnan(lower) | np.isnan(upper)) & (direction != IMPROVEMENTS.index("neutral"))
    codes: npt.NDArray[np.int8] = np.where(known, HIT_AND_MISS, NONE).astype(np.int8)
    too_high, too_low = known & (target > upper), known & (target < lower)
    codes[(too_high & ~increase) | (too_low & increase)] = PASS
    codes[(too_high & increase) | (too_low & ~increase)] = FAIL
    return codes


def latest_rows(valued: Flags, starts: Integers, ends: Integers) -> Integers:
    """Return the last row with a value of each series or segment, or its last row where none has a value."""
    last = np.maximum.accumulate(np.where(valued, np.arange(len(valued)), -1))[ends]
    return np.where(last >= starts, last, ends)
