"""From the engine's arrays to the table that the reference gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from natpatsip.spc.engine import Analysis
from natpatsip.spc.rules import (
    POINT_TYPE_DTYPE,
    POINT_TYPE_TABLE,
    SHORT_GROUP,
    SPECIAL_CAUSE_DTYPES,
    Codes,
    Floats,
    Integers,
)


def result_columns(
    found: Analysis,
    values: Floats,
    *,
    lengths: Integers,
    segment: Integers,
    target: Floats,
    direction: Codes,
    rule_length: int,
) -> dict[str, Any]:
    """Return the columns of a result, from ``value`` on.

    Parameters
    ----------
    found : Analysis
    values : array of shape (points,)
    lengths : array of shape (segments,)
        Points of each segment.
    segment : array of shape (points,)
        Number of the segment within its series.
    target : array of shape (points,)
    direction : array of shape (points,) or (1,)
        Code of the improvement direction.
    rule_length : int
    """
    mean = np.repeat(found.mean, lengths)
    side = np.where(np.isnan(values) | np.isnan(mean), np.nan, found.side)
    kinds = POINT_TYPE_TABLE.ravel().take(direction.astype(np.int64) * POINT_TYPE_TABLE.shape[1] + found.cause)
    return {
        "value": values,
        "segment": segment,
        "target": target,
        "mean": mean,
        "lpl": np.repeat(found.lower, lengths),
        "upl": np.repeat(found.upper, lengths),
        "relative_to_mean": side,
        "outside_limits": found.outside,
        "close_to_limits": found.close,
        "special_cause_type": pd.Categorical.from_codes(
            found.cause, dtype=SPECIAL_CAUSE_DTYPES[rule_length], validate=False
        ),
        "special_cause_flag": found.cause != 0,
        "point_type": pd.Categorical.from_codes(kinds, dtype=POINT_TYPE_DTYPE, validate=False),
        "short_group_warning": np.repeat(lengths < SHORT_GROUP, lengths),
    }
