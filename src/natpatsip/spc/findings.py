"""What a chart shows, as values: for sentences, their checks, and the numbers that notebooks publish.

The definitions are those of ``docs/spc.md``, *What a chart may be said to show*. The latest point is the latest row
that has a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from natpatsip.errors import SpcError
from natpatsip.spc import series


@dataclass(frozen=True)
class Segment:
    """One stretch of a chart between rebases."""

    start: Any
    end: Any
    rows: int
    mean: float
    lpl: float
    upl: float
    special_causes: int

    @property
    def has_limits(self) -> bool:
        """Whether its limits are defined."""
        return not np.isnan(self.lpl)


@dataclass(frozen=True)
class Shift:
    """A rebase, and how its first points lie to the mean before."""

    date: Any
    mean_before: float
    points: int
    needed: int
    above: int
    below: int

    @property
    def direction(self) -> str:
        """``"up"``, ``"down"``, or nothing where the first points do not all lie on one side."""
        return "up" if self.above >= self.needed else "down" if self.below >= self.needed else ""


@dataclass(frozen=True)
class Findings:
    """What the chart of one series shows.

    Attributes
    ----------
    segments : tuple of Segment
        In order of date; the last one is what the process does now.
    shifts : tuple of Shift
        One for each rebase that has a segment before it.
    points, missing : int
        Rows with and without a value.
    absent : tuple of Timestamp
        Dates that a regular series has no row for.
    latest_date, latest_value
        Of the latest row that has a value; None and NaN where none has.
    trailing_missing : int
        Rows after that one.
    outside : str
        ``"above"`` or ``"below"`` where the latest point lies outside the limits.
    side : str
        ``"above"``, ``"below"`` or nothing: where the latest point lies to the mean.
    run_length : int
        How many points up to the latest lie on its side of the mean.
    slope : str
        ``"rising"``, ``"falling"`` or nothing: from the point before to the latest.
    trend_length : int
        How many points up to the latest go on in that direction.
    close : str
        ``"above"`` or ``"below"`` where the latest point is close to a limit by the two-of-three rule.
    rule_length : int
        How many points make a run or a trend.
    improvement : str
        Which direction is better; nothing where it is not known.
    target : float
        That of the latest row; NaN for none.
    assurance : str
        ``"consistent_pass"``, ``"consistent_fail"``, ``"inconsistent"`` or nothing.
    """

    segments: tuple[Segment, ...]
    shifts: tuple[Shift, ...]
    points: int
    missing: int
    absent: tuple[Any, ...]
    first_date: Any
    latest_date: Any
    latest_value: float
    trailing_missing: int
    outside: str
    side: str
    run_length: int
    slope: str
    trend_length: int
    close: str
    latest_signal: Any
    rule_length: int
    improvement: str
    target: float
    assurance: str

    @property
    def current(self) -> Segment:
        """The last segment."""
        return self.segments[-1]

    @property
    def mean(self) -> float:
        """Mean now."""
        return self.current.mean

    @property
    def mean_before(self) -> float:
        """Mean of the segment before the last rebase; NaN where there is none."""
        return self.segments[-2].mean if len(self.segments) > 1 else float("nan")

    @property
    def baseline(self) -> float:
        """Mean of the first segment."""
        return self.segments[0].mean

    @property
    def gain(self) -> float:
        """Mean now less the mean before the last rebase."""
        return self.mean - self.mean_before

    @property
    def gain_on_baseline(self) -> float:
        """Mean now less the mean of the first segment."""
        return self.mean - self.baseline

    @property
    def rebased(self) -> Any:
        """Date of the last rebase that has a segment before it, or None."""
        return self.shifts[-1].date if self.shifts else None

    @property
    def shift(self) -> str:
        """``"up"`` or ``"down"`` where the last rebase marks a shift, else nothing."""
        return self.shifts[-1].direction if self.shifts else ""

    @property
    def run(self) -> str:
        """``"above"`` or ``"below"`` where the latest point belongs to a run, else nothing."""
        return self.side if self.run_length >= self.rule_length else ""

    @property
    def trend(self) -> str:
        """``"rising"`` or ``"falling"`` where the latest point belongs to a trend, else nothing."""
        return self.slope if self.trend_length >= self.rule_length else ""

    @property
    def is_stable(self) -> bool:
        """Whether the last segment has limits and no special cause."""
        return self.current.has_limits and not self.current.special_causes

    @property
    def upward(self) -> bool:
        """Whether a shift, run, trend or point outside the limits goes up, at the last rebase or the latest point."""
        return "up" in (self.shift,) or "above" in (self.run, self.outside) or self.trend == "rising"

    @property
    def downward(self) -> bool:
        """Whether one of these goes down."""
        return "down" in (self.shift,) or "below" in (self.run, self.outside) or self.trend == "falling"

    @property
    def is_improving(self) -> bool:
        """Whether one of these goes in the improvement direction."""
        return {"increase": self.upward, "decrease": self.downward}.get(self.improvement, False)

    @property
    def is_worsening(self) -> bool:
        """Whether one of these goes against the improvement direction."""
        return {"increase": self.downward, "decrease": self.upward}.get(self.improvement, False)

    def shift_at(self, date: Any) -> Shift:
        """Return the rebase at a date.

        Raises
        ------
        SpcError
            Where the chart has none there.
        """
        wanted = series.read_rebase(date, numbered=isinstance(self.first_date, int))
        for shift in self.shifts:
            if shift.date in wanted:
                return shift
        rebased = ", ".join(series.shown_date(shift.date) for shift in self.shifts) or "nowhere"
        raise SpcError(f"The chart is not rebased at {date}; it is rebased at: {rebased}.")
