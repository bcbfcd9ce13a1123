"""Position of each point and the special cause that names it (docs/spc.md, rules 5 and 6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from natpatsip.spc import rules
from natpatsip.spc.limits import Limits
from natpatsip.spc.rules import Codes, Flags, Floats


class Signals(NamedTuple):
    """What is known of each point; arrays of shape (points, segments)."""

    side: Codes
    outside: Flags
    close: Flags
    cause: Codes


def find_signals(values: Floats, limits: Limits, *, rule_length: int = rules.RULE_LENGTH) -> Signals:
    """Return position and special cause of each point of each column.

    Examples
    --------
    >>> import numpy as np
    >>> from natpatsip.spc.limits import natural_process_limits
    >>> values = np.array([[1.0, 2, 3, 4, 5, 6, 7]]).T
    >>> find_signals(values, natural_process_limits(values)).cause.ravel().tolist()
    [2, 3, 3, 3, 3, 3, 1]
    """
    above, below = values > limits.mean, values < limits.mean
    too_high, too_low = values > limits.upper, values < limits.lower
    outside = too_high | too_low
    close = ((values > limits.near_upper) | (values < limits.near_lower)) & ~outside

    cause = np.zeros(values.shape, dtype=np.int8)
    cause[_in_window(above, rule_length)] = rules.RUN_ABOVE
    cause[_in_window(below, rule_length)] = rules.RUN_BELOW
    cause[_two_of_three(above, close)] = rules.TWO_ABOVE
    cause[_two_of_three(below, close)] = rules.TWO_BELOW
    rising, falling = _trends(values, rule_length)
    cause[rising] = rules.RISING
    cause[falling] = rules.FALLING
    cause[too_high] = rules.ABOVE_LIMIT
    cause[too_low] = rules.BELOW_LIMIT
    return Signals(above.astype(np.int8) - below.astype(np.int8), outside, close, cause)


def _all_of(flags: Flags, length: int) -> Flags:
    """Return, for each window of so many successive points, whether all of them are flagged."""
    covered = 1
    while covered < length:
        step = min(covered, length - covered)
        flags = flags[:-step] & flags[step:]
        covered += step
    return flags


def _spread(windows: Flags, length: int) -> Flags:
    """Return, for each point, whether it belongs to a flagged window: the inverse of `_all_of`."""
    points = len(windows) + length - 1
    flags = np.zeros((points + length - 1, windows.shape[1]), dtype=np.bool_)
    flags[length - 1 : points] = windows
    covered = 1
    while covered < length:
        step = min(covered, length - covered)
        flags = flags[:-step] | flags[step:]
        covered += step
    return flags


def _in_window(flags: Flags, length: int) -> Flags:
    """Return the points that belong to at least so many successive flagged points."""
    if len(flags) < length:
        return np.zeros_like(flags)
    return _spread(_all_of(flags, length), length)


def _two_of_three(side: Flags, close: Flags) -> Flags:
    """Return the close points of each three on one side of which two or more are close."""
    if len(side) < 3:
        return np.zeros_like(side)
    first, second, third = close[:-2], close[1:-1], close[2:]
    two_close = (first & second) | (first & third) | (second & third)
    return _spread(_all_of(side, 3) & two_close, 3) & close


def _trends(values: Floats, length: int) -> tuple[Flags, Flags]:
    """Return the points named as part of a rising and of a falling trend.

    The direction is the one to the next point where that is part of a trend too, else the one from the point before.
    Where the next point is equal (the end of one trend and the start of another), the reference says falling; we take
    the direction from the point before.
    """
    none = np.zeros(values.shape, dtype=np.bool_)
    if len(values) < length:
        return none, none
    up, down = values[1:] > values[:-1], values[1:] < values[:-1]
    part = _spread(_all_of(up, length - 1) | _all_of(down, length - 1), length)
    if not part.any():
        return none, none
    onward = np.zeros(values.shape, dtype=np.bool_)
    onward[:-1] = part[1:] & (up | down)
    upward = np.zeros(values.shape, dtype=np.bool_)
    upward[1:] = up
    upward[:-1] = np.where(onward[:-1], up, upward[:-1])
    return part & upward, part & ~upward
