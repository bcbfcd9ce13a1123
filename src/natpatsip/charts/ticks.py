"""What an axis says: months in horizontal words, values in round steps, a range that does not mislead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from natpatsip import wording

MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
DAY_STEPS = (1, 2, 7, 14, 28)
MONTH_LABEL = 40  # pixels that "2024" or "Sep" need with air around
DAY_LABEL = 56


@dataclass(frozen=True)
class TimeTicks:
    """Tick dates of a time axis, as ISO texts, and the Vega expression that words them."""

    dates: tuple[str, ...]
    label: str
    has_years_below: bool


def time_ticks(first: pd.Timestamp, last: pd.Timestamp, width: float) -> TimeTicks:
    """Return ticks of a time axis such that no two labels touch.

    Months have the year under the first of them and under each January; from a year's step on, years stand alone.
    Dates closer than some ten weeks are labelled by day.

    Examples
    --------
    >>> time_ticks(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-09-01"), 300).dates[:3]
    ('2024-01-01', '2024-03-01', '2024-05-01')
    """
    days = (last - first).days
    if 0 < days < 75:
        return _day_ticks(first, last, width)
    months = (last.year - first.year) * 12 + last.month - first.month
    most = max(1, int(width // MONTH_LABEL))
    step = next((s for s in MONTH_STEPS if months / s + 1 <= most), MONTH_STEPS[-1])
    start = first.year * 12 + first.month - 1 + (first.day > 1)
    wanted = range(-(-start // step) * step, last.year * 12 + last.month, step)
    dates = tuple(f"{number // 12:04d}-{number % 12 + 1:02d}-01" for number in wanted)
    if not dates:
        dates = (f"{first:%Y-%m}-01",)
    if step >= 12:
        return TimeTicks(dates, "utcFormat(datum.value, '%Y')", has_years_below=False)
    with_year = "[utcFormat(datum.value, '%b'), utcFormat(datum.value, '%Y')]"
    return TimeTicks(
        dates,
        f"datum.index == 0 || utcmonth(datum.value) == 0 ? {with_year} : utcFormat(datum.value, '%b')",
        has_years_below=True,
    )


def _day_ticks(first: pd.Timestamp, last: pd.Timestamp, width: float) -> TimeTicks:
    days, most = (last - first).days, max(1, int(width // DAY_LABEL))
    step = next((s for s in DAY_STEPS if days / s + 1 <= most), DAY_STEPS[-1])
    dates = tuple(f"{day:%Y-%m-%d}" for day in pd.date_range(first, last, freq=f"{step}D"))
    with_year = "[utcFormat(datum.value, '%-d %b'), utcFormat(datum.value, '%Y')]"
    return TimeTicks(dates, f"datum.index == 0 ? {with_year} : utcFormat(datum.value, '%-d %b')", True)


@dataclass(frozen=True)
class ValueAxis:
    """A value axis: its two ends, its ticks and how many decimals they need."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int

    def words(self, *, percent: bool = False) -> list[str]:
        """Return the ticks as the axis prints them."""
        return [wording.number(tick, self.decimals) + ("%" if percent else "") for tick in self.ticks]


def value_axis(
    values: Sequence[float],
    *,
    percent: bool = False,
    zero: bool = False,
    count: int = 5,
    zero_cost: float = 0.5,
    is_rounded: bool = False,
) -> ValueAxis:
    """Return an axis that holds all values and neither flattens nor exaggerates what they do.

    It starts at zero where that costs less than half of its height (or where told to), leaves out negative numbers
    and percentages above 100 that no value needs, and spans at least ten percentage points, or a tenth of the level,
    so that noise does not look like change.

    Parameters
    ----------
    values : sequence of float
        What it has to hold.
    percent : bool
        Values are percentages.
    zero : bool
        Start at zero, whatever it costs.
    count : int
        About how many steps.
    zero_cost : float
        How much of the height starting at zero may cost.
    is_rounded : bool
        End on ticks, so that both ends have a label.

    Examples
    --------
    >>> axis = value_axis([79.1, 83.0, 85.0, 92.3], percent=True)
    >>> axis.ticks
    (80.0, 85.0, 90.0)
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
    first, last = math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9)
    ticks = tuple(round(number * step, 10) for number in range(first, last + 1))
    if percent and high > 100:
        ticks = tuple(tick for tick in ticks if tick <= 100)
    return ValueAxis(round(bottom, 6), round(top, 6), ticks, decimals)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    steps = (1, 2, 2.5, 5, 10) if power >= 10 else (1, 2, 5, 10)
    return float(next(step * power for step in steps if step * power >= rough * 0.8))
