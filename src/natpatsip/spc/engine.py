"""The one engine under `xmr` and `panel`: segments side by side in a padded array.

All rules of a chart stay within a segment, so that the segment, not the series, is the unit. Segments stand as columns
of an array with time downwards, so that each step works on a whole row of neighbours in memory. They are taken in
order of length, a few thousand at a time: little padding, and what is worked on stays in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from natpatsip.spc.limits import natural_process_limits
from natpatsip.spc.rules import RULE_LENGTH, Codes, Flags, Floats, Integers
from natpatsip.spc.signals import find_signals

CELLS = 1 << 17


@dataclass(frozen=True)
class Settings:
    """How limits are calculated and signals found."""

    fix_after: int | None = None
    screen_outliers: bool = True
    rule_length: int = RULE_LENGTH


@dataclass(frozen=True)
class Analysis:
    """Limits by segment, and position and special cause by point, in the order of the input."""

    mean: Floats
    lower: Floats
    upper: Floats
    side: Codes
    outside: Flags
    close: Flags
    cause: Codes


def analyse(values: Floats, starts: Integers, lengths: Integers, settings: Settings) -> Analysis:
    """Return the analysis of segments that lie one after another.

    Parameters
    ----------
    values : array of shape (points,)
        In order of series, then date; NaN where missing.
    starts, lengths : arrays of shape (segments,)
        Where each segment starts in `values`, and how many points it has (one or more).
    settings : Settings
    """
    points, segments = len(values), len(starts)
    found = Analysis(
        mean=np.empty(segments),
        lower=np.empty(segments),
        upper=np.empty(segments),
        side=np.empty(points, dtype=np.int8),
        outside=np.empty(points, dtype=np.bool_),
        close=np.empty(points, dtype=np.bool_),
        cause=np.empty(points, dtype=np.int8),
    )
    for columns, rows, inside in _blocks(starts, lengths):
        block = values[rows] if inside is None else np.where(inside, values[rows], np.nan)
        limits = natural_process_limits(block[: settings.fix_after], screen_outliers=settings.screen_outliers)
        signals = find_signals(block, limits, rule_length=settings.rule_length)
        found.mean[columns], found.lower[columns], found.upper[columns] = limits[:3]
        own = rows if inside is None else rows[inside]
        for whole, part in zip((found.side, found.outside, found.close, found.cause), signals, strict=True):
            whole[own] = part if inside is None else part[inside]
    return found


def _blocks(starts: Integers, lengths: Integers) -> Iterator[tuple[Integers, Integers, Flags | None]]:
    """Yield segments of like length: their numbers, the places of their points, and which of these are no padding."""
    order = np.argsort(lengths, kind="stable")
    first = 0
    while first < len(order):
        # A block is as wide as its longest segment allows; growing lengths shrink it.
        width = max(1, CELLS // int(lengths[order[first]]))
        longest = int(lengths[order[min(first + width, len(order)) - 1]])
        width = max(1, CELLS // longest)
        columns = order[first : first + width]
        longest = int(lengths[columns[-1]])
        steps = np.arange(longest)[:, np.newaxis]
        rows = starts[columns] + steps
        if lengths[columns[0]] == longest:
            yield columns, rows, None
        else:
            inside = steps < lengths[columns]
            yield columns, np.where(inside, rows, 0), inside
        first += len(columns)
