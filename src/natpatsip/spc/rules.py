"""The numbers and the words of the convention, in one place.

The constants have just the digits that the reference has: 2.66 and 3.267, not 3/1.128 and 3.2665.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
Dates = npt.NDArray[np.datetime64]

Improvement = Literal["increase", "decrease", "neutral"]

LIMIT_FACTOR: Final = 2.66
NEAR_LIMIT_FACTOR: Final = 2 * (2.66 / 3)
SCREENING_FACTOR: Final = 3.267
RULE_LENGTH: Final = 7
RULE_LENGTHS: Final = (6, 7)
SHORT_GROUP: Final = 13
SHORTEST_BASELINE: Final = 12

XMR: Final = "xmr"
BY_MOVING_RANGES: Final = ("xmr", "t")
"""The charts whose limits come from the differences between neighbouring points."""
BETWEEN_EVENTS: Final = ("t", "g")
"""The charts whose points are what lies between two events; each is one interval."""
INTERVAL: Final = "interval"
MEAN: Final = "mean"
MIDDLES: Final = {"t": "centre line", "g": "median"}
"""What the line through the points is called, where it is not the mean."""
LIMIT_NAMES: Final = {"above": "upper", "below": "lower"}
"""What the limit is called on each side of it."""

IMPROVEMENTS: Final = ("increase", "decrease", "neutral")

COMMON, ABOVE_LIMIT, BELOW_LIMIT, RISING, FALLING, TWO_ABOVE, TWO_BELOW, RUN_ABOVE, RUN_BELOW = range(9)

POINT_TYPES: Final = (
    "common_cause",
    "special_cause_improvement",
    "special_cause_concern",
    "special_cause_neutral_high",
    "special_cause_neutral_low",
)

POINT_TYPE_TABLE: Final = np.array(
    [
        [0, 1, 2, 1, 2, 1, 2, 1, 2],  # increase
        [0, 2, 1, 2, 1, 2, 1, 2, 1],  # decrease
        [0, 3, 4, 3, 4, 3, 4, 3, 4],  # neutral
    ],
    dtype=np.int8,
)
"""Code of the point type by improvement direction and special cause, of which the odd ones are high (rule 7)."""


def verdict(improvement: str, *, is_up: bool) -> str:
    """Return ``"improvement"`` or ``"concern"`` for a move up or down; empty if neither direction is better.

    Examples
    --------
    >>> verdict("decrease", is_up=True), verdict("neutral", is_up=True)
    ('concern', '')
    """
    if improvement not in ("increase", "decrease"):
        return ""
    return "improvement" if is_up == (improvement == "increase") else "concern"


def special_cause_types(rule_length: int = RULE_LENGTH) -> tuple[str, ...]:
    """Return the words for the special causes, in the order of their codes.

    Examples
    --------
    >>> special_cause_types()[RISING]
    '7 Point Trend (Increasing)'
    >>> special_cause_types(6)[RUN_BELOW]
    '6 Points Below CL'
    """
    return (
        "Common Cause",
        "Above UCL",
        "Below LCL",
        f"{rule_length} Point Trend (Increasing)",
        f"{rule_length} Point Trend (Decreasing)",
        "2 in 3 Above CL",
        "2 in 3 Below CL",
        f"{rule_length} Points Above CL",
        f"{rule_length} Points Below CL",
    )


RULE_WORDS: Final = (
    (r"Above UCL", "above the upper limit"),
    (r"Below LCL", "below the lower limit"),
    (r"(?P<n>\d+) Point Trend \(Increasing\)", "part of a rising trend of {n} or more points"),
    (r"(?P<n>\d+) Point Trend \(Decreasing\)", "part of a falling trend of {n} or more points"),
    (r"2 in 3 Above CL", "one of two points in three close to the upper limit"),
    (r"2 in 3 Below CL", "one of two points in three close to the lower limit"),
    (r"(?P<n>\d+) Points Above CL", "part of a run of {n} or more points above the {middle}"),
    (r"(?P<n>\d+) Points Above Median", "part of a run of {n} or more points above the median"),
    (r"(?P<n>\d+) Points Below Median", "part of a run of {n} or more points below the median"),
    (r"(?P<n>\d+) Points Below CL", "part of a run of {n} or more points below the {middle}"),
)
"""What a point shows, by the special cause that it has."""


@lru_cache(maxsize=256)  # asked of each point, and there are few rules
def rule_words(special_cause_type: str, middle: str = MEAN) -> str:
    """Return in words which rule a point of a chart broke, or an empty text if it broke none.

    Parameters
    ----------
    middle : str
        What the line through the points is called.

    Examples
    --------
    >>> rule_words("7 Points Above CL")
    'part of a run of 7 or more points above the mean'
    >>> rule_words("Common Cause")
    ''
    """
    for pattern, words in RULE_WORDS:
        if found := re.fullmatch(pattern, special_cause_type):
            length = found.groupdict().get("n")
            return words.format(n=length, middle=middle)
    return ""


POINT_TYPE_DTYPE: Final = pd.CategoricalDtype(list(POINT_TYPES))
SPECIAL_CAUSE_DTYPES: Final = {
    length: pd.CategoricalDtype(list(special_cause_types(length))) for length in RULE_LENGTHS
}

RESULT_COLUMNS: Final = (
    "date", "value", "segment", "target", "mean", "lpl", "upl", "relative_to_mean", "outside_limits",
    "close_to_limits", "special_cause_type", "special_cause_flag", "point_type", "short_group_warning",
)  # fmt: skip
