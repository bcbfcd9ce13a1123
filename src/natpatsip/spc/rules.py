"""The numbers and the words of the convention, in one place.

The constants have just the digits that the reference has: 2.66 and 3.267, not 3/1.128 and 3.2665.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

Improvement = Literal["increase", "decrease", "neutral"]

LIMIT_FACTOR: Final = 2.66
NEAR_LIMIT_FACTOR: Final = 2 * (2.66 / 3)
SCREENING_FACTOR: Final = 3.267
RULE_LENGTH: Final = 7
RULE_LENGTHS: Final = (6, 7)
SHORT_GROUP: Final = 13
SHORTEST_BASELINE: Final = 12

IMPROVEMENTS: Final = ("increase", "decrease", "neutral")

COMMON, ABOVE_LIMIT, BELOW_LIMIT, RISING, FALLING, TWO_ABOVE, TWO_BELOW, RUN_ABOVE, RUN_BELOW = range(9)
HIGH: Final = (ABOVE_LIMIT, RISING, TWO_ABOVE, RUN_ABOVE)

POINT_TYPES: Final = (
    "common_cause",
    "special_cause_improvement",
    "special_cause_concern",
    "special_cause_neutral_high",
    "special_cause_neutral_low",
)


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


def _point_type_table() -> Codes:
    table = np.zeros((len(IMPROVEMENTS), 9), dtype=np.int8)
    for code in range(1, 9):
        high = code in HIGH
        table[:, code] = (1 if high else 2, 2 if high else 1, 3 if high else 4)
    return table


POINT_TYPE_TABLE: Final = _point_type_table()
"""Code of the point type, by improvement direction and code of the special cause (docs/spc.md, rule 7)."""

POINT_TYPE_DTYPE: Final = pd.CategoricalDtype(list(POINT_TYPES))
SPECIAL_CAUSE_DTYPES: Final = {
    length: pd.CategoricalDtype(list(special_cause_types(length))) for length in RULE_LENGTHS
}
