"""The time axis of a series: months, days or the plain numbers of points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from natpatsip import wording
from natpatsip.charts.layers import Channel
from natpatsip.charts.ticks import TimeTicks, time_ticks

NUMBER_STEPS = (1, 2, 5, 10, 20, 50, 100)
NUMBER_LABEL = 40


@dataclass(frozen=True)
class Timeline:
    """Where each date of a series stands on an axis of so many pixels, and how it is worded.

    Parameters
    ----------
    dates : tuple of Timestamp or of int
        In order, each once; ints are the numbers of points of a series without dates.
    width : float
        Pixels from end to end; the first and last points stand half a step inside.
    """

    dates: tuple[Any, ...]
    width: float

    @property
    def is_dated(self) -> bool:
        """Whether the series has dates, not just numbers of points."""
        return isinstance(self.dates[0], pd.Timestamp)

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Each date as a number: days, or the number of the point."""
        return tuple(self.number(date) for date in self.dates)

    def number(self, date: Any) -> float:
        """Return a date as a number of days, or a point's number."""
        return float(date.value / 86_400e9) if isinstance(date, pd.Timestamp) else float(date)

    def number_of(self, value: str | float) -> float:
        """Return the number of a date as the chart's data hold it: the inverse of `value`."""
        return self.number(pd.Timestamp(value)) if isinstance(value, str) else value

    @cached_property
    def step(self) -> float:
        """The usual distance from one point to the next."""
        return float(pd.Series(self.numbers).diff().median()) if len(self.dates) > 1 else 30.0 if self.is_dated else 1.0

    @cached_property
    def low(self) -> float:
        """The axis's left end."""
        return self.numbers[0] - 0.6 * self.step

    @cached_property
    def high(self) -> float:
        """The axis's right end."""
        return self.numbers[-1] + 0.6 * self.step

    def x(self, number: float) -> float:
        """Return the pixel of a date's number."""
        return (number - self.low) / (self.high - self.low) * self.width

    @property
    def pixels_a_step(self) -> float:
        """Pixels from one point to the next."""
        return self.step / (self.high - self.low) * self.width

    @cached_property
    def is_monthly(self) -> bool:
        """Whether every date is the first of a month."""
        return self.is_dated and all(date == date.normalize() and date.day == 1 for date in self.dates)

    def gaps_in(self, dates: Iterable[Any]) -> frozenset[int]:
        """Return positions of dates before which one is absent; only a regular series can lack one."""
        listed = [_known(date) for date in dates]
        steps = [self._steps(one, other) for one, other in pairwise(listed)]
        if not steps:
            return frozenset()
        usual = pd.Series(steps).mode().iloc[0]
        if sum(step == usual for step in steps) < 0.75 * len(steps):
            return frozenset()
        return frozenset(position for position, step in enumerate(steps, start=1) if step > usual)

    def _steps(self, one: Any, other: Any) -> float:
        if self.is_monthly:
            return float((other.year - one.year) * 12 + other.month - one.month)
        return self.number(other) - self.number(one)

    def value(self, number: float) -> str | float:
        """Return a date's number as the chart's data hold it: an ISO date, or the number."""
        if not self.is_dated:
            return round(number, 3)
        stamp = pd.Timestamp(round(number * 86_400), unit="s")
        return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%dT%H:%MZ}"

    def words(self, date: Any) -> str:
        """Return a date in words: September 2024, 3 September 2024, or point 7."""
        if not self.is_dated:
            return f"point {date}"
        return wording.month(date) if self.is_monthly else wording.date(date)

    def at(self, date: Any) -> str:
        """Return when that is: in September 2024, on 3 September 2024, or at point 7."""
        return f"{'in' if self.is_monthly else 'on' if self.is_dated else 'at'} {self.words(date)}"

    def short(self, date: Any) -> str:
        """Return a date in few letters: Sep 2024, 3 Sep 2024, or Point 7."""
        if not self.is_dated:
            return f"Point {date}"
        return f"{date:%b %Y}" if self.is_monthly else f"{date.day} {date:%b %Y}"

    def channel(self, field: str, *, has_axis: bool = False) -> Channel:
        """Return the x channel of a field of dates, on this axis."""
        scale: dict[str, Any] = {"domain": [self.value(self.low), self.value(self.high)], "nice": False}
        drawn = {"axis": self._drawn_axis()} if has_axis else {}
        if not self.is_dated:
            return {"field": field, "type": "quantitative", "scale": {**scale, "zero": False}, **drawn}
        return {"field": field, "type": "temporal", "scale": {**scale, "type": "utc"}, **drawn}

    def _drawn_axis(self) -> dict[str, Any]:
        """Return the axis, with as many labels as fit side by side."""
        if self.is_dated:
            values: list[Any] = list(self.ticks.dates)
            label = {"labelExpr": self.ticks.label, "labelOverlap": False}
        else:
            most = max(1, int(self.width // NUMBER_LABEL))
            first, last = self.dates[0], self.dates[-1]
            step = next((s for s in NUMBER_STEPS if (last - first) / s + 1 <= most), NUMBER_STEPS[-1])
            values = list(range(-(-first // step) * step, last + 1, step))
            label = {"format": "d"}
        return {"title": None, "values": values, "tickCount": len(values) + 1, **label}

    @cached_property
    def ticks(self) -> TimeTicks:
        """The labels of an axis of dates."""
        return time_ticks(self.dates[0], self.dates[-1], self.width)

    @property
    def label_height(self) -> int:
        """Pixels that the labels take below the axis."""
        return 44 if self.is_dated and self.ticks.has_years_below else 27


def timeline(dates: Iterable[Any], width: float) -> Timeline:
    """Return the time axis of dates, in any order and more than once."""
    return Timeline(tuple(sorted({_known(date) for date in dates})), width)


def _known(date: Any) -> Any:
    return int(date) if isinstance(date, int | np.integer) else pd.Timestamp(date)
