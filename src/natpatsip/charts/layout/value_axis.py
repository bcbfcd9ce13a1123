"""The value axis: a range that does not mislead, round steps, and values as a chart prints them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from natpatsip import wording
from natpatsip.charts.layout.sizes import text_width

TICK_COST = 0.25  # the share of its height that an axis grows by to have a tick at or above its highest value


def decimals_for(values: Iterable[float], levels: Iterable[float], *, percent: bool) -> int:
    """Return the decimals of a chart's levels: one, none if they are in the hundreds, more if its values are close."""
    known = [abs(level) for level in levels if level == level]
    return wording.decimals_for(values, 1 if percent or not known or max(known) < 100 else 0)


def amount(value: float, *, percent: bool = False, decimals: int = 0) -> str:
    """Return a value as the charts print it."""
    return wording.number(value, decimals, is_percent=percent) + ("%" if percent else "")


def short_number(value: float) -> float:
    """Return a number to seven significant digits: no chart or tooltip shows more."""
    return float(f"{value:.7g}")


@dataclass(frozen=True)
class ValueAxis:
    """A value axis: its two ends, its ticks and how many decimals they need."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int
    percent: bool = False

    @property
    def words(self) -> list[str]:
        """The ticks as the axis prints them."""
        return [amount(tick, percent=self.percent, decimals=self.decimals) for tick in self.ticks]

    @property
    def label_width(self) -> float:
        """Pixels that the ticks' labels take to the left of the plot."""
        return max(text_width(tick) for tick in self.words) + 10

    def y(self, value: float, height: float) -> float:
        """Return the pixel of a value in a plot of a height, at the plot's edge if the value is beyond the axis."""
        share = (value - self.low) / (self.high - self.low)
        return height * (1 - min(1.0, max(0.0, share)))

    def holds(self, value: float) -> bool:
        """Return True if a value is on the axis."""
        return self.low <= value <= self.high


def value_axis(
    values: Sequence[float],  # what the axis has to hold; missing values are ignored
    *,
    percent: bool = False,  # values are percentages
    zero: bool = False,  # start at zero, whatever that costs
    count: int = 5,  # roughly how many steps it has
    zero_cost: float = 0.5,  # the share of the height that starting at zero may cost
    is_rounded: bool = False,  # end the axis on ticks, so that both ends have a label
) -> ValueAxis:
    """Return an axis that holds all values and neither flattens nor exaggerates their variation.

    It starts at zero if that costs less than half of its height (or if `zero` is set), leaves out negative numbers
    and percentages above 100 that no value needs, and spans at least ten percentage points, or a tenth of the level,
    so that noise does not look like change. Its last tick is at or above the highest value, if that adds little height.

    Examples
    --------
    >>> axis = value_axis([79.1, 83.0, 85.0, 92.3], percent=True)
    >>> axis.ticks
    (80.0, 85.0, 90.0, 95.0)
    >>> value_axis([3, 40]).low
    0.0
    """
    known = [float(value) for value in values if value == value and not math.isinf(value)]
    low, high = (min(known), max(known)) if known else (0.0, 100.0 if percent else 1.0)
    span = max(high - low, 10.0 if percent else 0.1 * max(abs(low), abs(high)))
    span = span or 1.0
    middle = (low + high) / 2
    bottom, top = min(low, middle - span / 2) - 0.06 * span, max(high, middle + span / 2) + 0.06 * span
    if low >= 0 and (zero or bottom < 0 or low < zero_cost * high):
        bottom = 0.0
    elif zero:
        bottom, top = min(bottom, 0.0), max(top, 0.0)
    if low < 0 and high <= 0:
        top = min(top, 0.0)
    if percent and high <= 100 < top:
        top = 100.0
    step = _round_step((top - bottom) / count)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if is_rounded:
        bottom, top = math.floor(bottom / step + 1e-9) * step, math.ceil(top / step - 1e-9) * step
    elif (above := math.ceil(high / step - 1e-9) * step) > top and above - top <= TICK_COST * (top - bottom):
        top = above
    first, last = math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9)
    ticks = tuple(round(number * step, decimals + 2) for number in range(first, last + 1))
    places = max(6, decimals + 3)
    return ValueAxis(round(bottom, places), round(top, places), ticks, decimals, percent)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    steps = (1, 2, 2.5, 5, 10) if power >= 10 else (1, 2, 5, 10)
    return float(next(step * power for step in steps if step * power >= rough * 0.8))
