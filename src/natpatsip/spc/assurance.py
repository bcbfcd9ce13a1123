"""Whether a process meets its target: the target against the limits of the last segment (docs/spc.md, rule 8)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from natpatsip.spc.rules import IMPROVEMENTS

ASSURANCES: Final = ("", "consistent_pass", "consistent_fail", "inconsistent")
NONE, PASS, FAIL, HIT_AND_MISS = range(4)


def assurance_codes(target: Any, lower: Any, upper: Any, direction: Any) -> npt.NDArray[np.int8]:
    """Return the code of the assurance of each series; an index into `ASSURANCES`.

    Parameters
    ----------
    target, lower, upper : arrays of shape (series,)
        NaN for no target and for undefined limits: no assurance.
    direction : array of shape (series,)
        Code of the improvement direction; none for neutral.

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
    codes = np.where(known, HIT_AND_MISS, NONE).astype(np.int8)
    codes[known & (target > upper)] = FAIL
    codes[known & (target < lower)] = PASS
    beyond = known & (codes != HIT_AND_MISS) & ~increase
    codes[beyond] = PASS + FAIL - codes[beyond]
    return codes
