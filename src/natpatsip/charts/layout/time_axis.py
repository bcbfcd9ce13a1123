"""The time axis of a series: months, days or the plain numbers of points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import pandas as pd

from natpatsip.charts.layers import Channel
from natpatsip.spc.gaps import period_words, step_of

NUMBER_STEPS = (1, 2, 5, 10, 20, 50, 100)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
DAY_STEPS = (1, 2, 7, 14, 28)
MONTH_LABEL = 40  # pixels that "2024" or "Sep" need with space around it
DAY_LABEL = 56
NUMBER_LABEL = 40


@dataclass(frozen=True)
class TimeTicks:
    """Tick dates of a time axis, as ISO texts, and the Vega expression that labels them."""

    dates: tuple[str, ...]
    label: str
    has_years_below: bool


def time_ticks(first: pd.Timestamp, last: pd.Timestamp, width: float) -> TimeTicks:
    """Return the ticks of a time axis, spaced so that no two labels touch.

    Months have the year under the first of them and under each January; if a step is a year or more, years stand alone.
    A span of less than about ten weeks is labelled by day.

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
class Timeline:
    """Where each date of a series goes on an axis, and how it is worded."""

    dates: tuple[Any, ...]  # in order, each once; ints are the numbers of points of a series without dates
    width: float  # pixels from end to end; the first and last points are half a step inside
    has_steps: bool = True  # False where a point is an event: no date has to have one

    @property
    def is_dated(self) -> bool:
        """True if the axis has dates, not just numbers of points."""
        return isinstance(self.dates[0], pd.Timestamp)

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Each date on the axis as a number: days, or the number of the point."""
        return tuple(self.number(date) for date in self.dates)

    def number(self, date: Any) -> float:
        """Return a date's number on the axis: days, or the number of the point."""
        return float(date.value / 86_400e9) if isinstance(date, pd.Timestamp) else float(date)

    @cached_property
    def step(self) -> float:
        """The usual distance on the axis from one point to the next."""
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
        """True if every date on the axis is the first of a month."""
        return self.is_dated and all(date == date.normalize() and date.day == 1 for date in self.dates)

    def gaps_in(self, dates: Iterable[Any]) -> frozenset[int]:
        """Return the positions of dates before which the axis lacks one; only a regular series can lack one."""
        steps = [self._steps(one, other) for one, other in pairwise(dates)]
        if not steps or not self.has_steps:
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
        """Return a date's number as it is written in the chart's data: an ISO date, or the number."""
        if not self.is_dated:
            return round(number, 3)
        stamp = pd.Timestamp(round(number * 86_400), unit="s")
        return f"{stamp:%Y-%m-%d}" if stamp == stamp.normalize() else f"{stamp:%Y-%m-%dT%H:%MZ}"

    @cached_property
    def step_name(self) -> str:
        """What lies between two points of the axis: month, quarter, year, week or day; date if it is not regular."""
        return step_of(self.dates)

    @property
    def name(self) -> str:
        """What a column of the axis's dates is called."""
        if self.step_name == "quarter":
            return "Quarter"
        return "Month" if self.is_monthly else "Date" if self.is_dated else "Point"

    def words(self, date: Any) -> str:
        """Return a date of the axis in words: Q2 2024/25, September 2024, 3 September 2024, or point 7."""
        if not self.is_dated:
            return f"point {date}"
        return period_words(date, self.step_name, is_monthly=self.is_monthly)

    def at(self, date: Any) -> str:
        """Return a date of the axis with its preposition: in September 2024, on 3 September 2024, or at point 7."""
        return f"{'in' if self.is_monthly else 'on' if self.is_dated else 'at'} {self.words(date)}"

    def short(self, date: Any) -> str:
        """Return a date of the axis in short: Sep 2024, 3 Sep 2024, or Point 7."""
        if not self.is_dated:
            return f"Point {date}"
        if self.step_name == "quarter":
            return self.words(date)
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
        return {"title": None, "values": values, "tickCount": len(values) + 1, "labelLimit": 0, **label}

    @cached_property
    def ticks(self) -> TimeTicks:
        """The labels of an axis of dates."""
        return time_ticks(self.dates[0], self.dates[-1], self.width)

    @property
    def label_height(self) -> int:
        """Pixels that the labels take below the axis."""
        return 44 if self.is_dated and self.ticks.has_years_below else 27


def timeline(dates: Iterable[Any], width: float = 0, *, has_steps: bool = True) -> Timeline:
    """Return the time axis of dates, which may come in any order and more than once."""
    return Timeline(tuple(sorted(set(dates))), width, has_steps)
