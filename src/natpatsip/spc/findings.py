"""What a chart shows, as values: for sentences, their checks, and the numbers that notebooks publish.

The definitions are those of ``docs/spc.md``, *What a chart may be said to show*. The latest point is the latest row
that has a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.assurance import assurance_of, direction_of, limits_of
from natpatsip.spc.gaps import absent_dates, step_of
from natpatsip.spc.parsing import read_rebase, shown_date
from natpatsip.spc.rules import BETWEEN_EVENTS, INTERVAL, MEAN, MIDDLES, RULE_LENGTH, XMR, Floats, verdict


@dataclass(frozen=True)
class Segment:
    """One stretch of a chart between rebases; its limits are those of its latest point that has any."""

    start: Any
    end: Any
    rows: int
    mean: float
    lpl: float
    upl: float
    special_causes: int

    @property
    def has_limits(self) -> bool:
        """Whether the segment's limits are defined."""
        return not np.isnan(self.lpl)


@dataclass(frozen=True)
class Shift:
    """A rebase, and on which side of the mean before it the first points lie; how many of them have no value."""

    date: Any
    mean_before: float
    points: int
    needed: int
    above: int
    below: int
    missing: int = 0

    @property
    def direction(self) -> str:
        """``"up"``, ``"down"``, or "" where the first points do not all lie on one side."""
        return "up" if self.above >= self.needed else "down" if self.below >= self.needed else ""

    @property
    def is_open(self) -> bool:
        """Whether only points without a value keep it from being a shift."""
        return not self.direction and self.missing > 0 and max(self.above, self.below) + self.missing >= self.needed


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
    step : str
        What lies between two points: month, quarter, year, week or day; date if the series is not regular. Interval
        where a point is itself what lies between two events.
    latest_date, latest_value
        Of the latest row that has a value; None and NaN where none has.
    trailing_missing : int
        Rows after that one.
    outside : str
        ``"above"`` or ``"below"`` where the latest point lies outside the limits, else "".
    side : str
        ``"above"``, ``"below"`` or "": on which side of the mean the latest point lies.
    run_length : int
        How many points up to the latest lie on its side of the mean.
    slope : str
        ``"rising"``, ``"falling"`` or "": from the point before to the latest.
    trend_length : int
        How many points up to the latest continue in that direction.
    close : str
        ``"above"`` or ``"below"`` where the latest point is close to a limit by the two-of-three rule, else "".
    went_up, went_down : bool
        True if a point since the last rebase, or of the whole series if there is none, shows a special cause that way.
    latest_signal
        Date of the last special cause of the last segment, or None.
    rule_length : int
        How many points make a run or a trend.
    improvement : str
        Which direction is better; "" where it is not known.
    target : float
        That of the latest row; NaN for none.
    assurance : str
        ``"consistent_pass"``, ``"consistent_fail"``, ``"inconsistent"`` or "".
    chart : str
        ``"xmr"``, ``"p"``, ``"u"``, ``"t"`` or ``"g"``.
    is_overdispersed : bool
        True if the points of a p or u chart vary so much more than by chance that its limits are too narrow.
    """

    segments: tuple[Segment, ...]
    shifts: tuple[Shift, ...]
    points: int
    missing: int
    absent: tuple[Any, ...]
    step: str
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
    went_up: bool
    went_down: bool
    latest_signal: Any
    rule_length: int
    improvement: str
    target: float
    assurance: str
    chart: str
    is_overdispersed: bool

    @property
    def middle(self) -> str:
        """What the line through the chart's points is called."""
        return MIDDLES.get(self.chart, MEAN)

    @property
    def current(self) -> Segment:
        """The last segment."""
        return self.segments[-1]

    @property
    def mean(self) -> float:
        """Mean now, of the last segment."""
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
        """Mean now minus the mean before the last rebase."""
        return self.mean - self.mean_before

    @property
    def gain_on_baseline(self) -> float:
        """Mean now minus the mean of the first segment."""
        return self.mean - self.baseline

    @property
    def rebased(self) -> Any:
        """Date of the last rebase that has a segment before it, or None."""
        return self.shifts[-1].date if self.shifts else None

    @property
    def shift(self) -> str:
        """``"up"`` or ``"down"`` where the last rebase marks a shift, else ""."""
        return self.shifts[-1].direction if self.shifts else ""

    @property
    def step_change(self) -> str:
        """``"up"`` or ``"down"`` where the last rebase marks a shift that no special cause since opposes, else ""."""
        is_opposed = {"up": self.went_down, "down": self.went_up}
        return "" if is_opposed.get(self.shift, False) else self.shift

    @property
    def step_verdict(self) -> str:
        """``"improvement"`` or ``"concern"`` where a step change goes in a direction that matters, else ""."""
        return verdict(self.improvement, is_up=self.step_change == "up") if self.step_change else ""

    @property
    def run(self) -> str:
        """``"above"`` or ``"below"`` where the latest point belongs to a run, else ""."""
        return self.side if self.run_length >= self.rule_length else ""

    @property
    def trend(self) -> str:
        """``"rising"`` or ``"falling"`` where the latest point belongs to a trend, else ""."""
        return self.slope if self.trend_length >= self.rule_length else ""

    @property
    def is_stable(self) -> bool:
        """Whether the last segment has limits and no special cause."""
        return self.current.has_limits and not self.current.special_causes

    @property
    def _latest_moves(self) -> set[str]:
        """``"up"`` and ``"down"``: which way the run, the trend and the limits of the latest point tell."""
        moves = {"above": "up", "rising": "up", "below": "down", "falling": "down"}
        return {moves[each] for each in (self.run, self.trend, self.outside) if each}

    @property
    def upward(self) -> bool:
        """Whether the latest point goes up (run, trend, outside the limits), or the last rebase with no fall since.

        A claim about now does not hold against the newest points: a special cause the other way, at the latest point
        or, for a shift, at any point since, rules it out.
        """
        return self._latest_moves == {"up"} or self.step_change == "up"

    @property
    def downward(self) -> bool:
        """Whether the latest point or the last rebase goes down, as `upward` says of up."""
        return self._latest_moves == {"down"} or self.step_change == "down"

    @property
    def is_improving(self) -> bool:
        """Whether the latest point or the last rebase goes in the improvement direction."""
        return {"increase": self.upward, "decrease": self.downward}.get(self.improvement, False)

    @property
    def is_worsening(self) -> bool:
        """Whether the latest point or the last rebase goes against the improvement direction."""
        return {"increase": self.downward, "decrease": self.upward}.get(self.improvement, False)

    def shift_at(self, date: Any) -> Shift:
        """Return the rebase at a date.

        Raises
        ------
        SpcError
            If the chart is not rebased there.
        """
        wanted = read_rebase(date, numbered=isinstance(self.first_date, int))
        for shift in self.shifts:
            if shift.date in wanted:
                return shift
        rebased = ", ".join(shown_date(shift.date) for shift in self.shifts) or "nowhere"
        raise SpcError(f"The chart is not rebased at {date}; it is rebased at: {rebased}.")


def findings(result: pd.DataFrame, *, improvement: str | None = None) -> Findings:
    """Return what the chart of one series shows.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr`, or the rows of one series from `panel`.
    improvement : {"increase", "decrease", "neutral"}
        If ``result.attrs`` does not say so.

    Raises
    ------
    SpcError
        If the result has no rows, or those of several series.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> chart = xmr([3, 5, 4, 3, 5, 4, 5, 9, 8, 9, 10, 9, 8, 9], rebase=[8])
    >>> found = findings(chart)
    >>> found.shift, found.mean_before, round(found.mean, 2), found.is_stable, found.is_improving
    ('up', 4.142857142857143, 8.86, True, True)
    """
    _check_one_series(result)
    values = result["value"].to_numpy(dtype=np.float64)
    present = np.flatnonzero(~np.isnan(values))
    latest = int(present[-1]) if present.size else -1
    rule_length = int(result.attrs.get("rule_length", RULE_LENGTH))
    chart = str(result.attrs.get("chart", XMR))
    dates = [int(date) if isinstance(date, int | np.integer) else pd.Timestamp(date) for date in result["date"]]
    cuts = (np.flatnonzero(np.diff(result["segment"].to_numpy())) + 1).tolist()
    starts, ends = [0, *cuts], [*cuts, len(result)]
    segments = tuple(_segment(result, dates, start, end) for start, end in zip(starts, ends, strict=True))
    shifts = tuple(
        _shift(dates[start], values[start:end], before.mean, rule_length)
        for start, end, before in zip(cuts, ends[1:], segments, strict=False)
    )
    first = max((start for start in starts if start <= latest), default=0)  # of the latest point's segment
    recent = slice(first, latest + 1)
    side, run_length = _ending(result["relative_to_mean"].to_numpy()[recent], "below", "above")
    slope, steps = _ending(np.sign(np.diff(values[recent])), "falling", "rising")
    cause = result["special_cause_type"].iloc[latest] if present.size else ""
    causes = " ".join(map(str, result["special_cause_type"].iloc[starts[-1] :]))
    flagged = np.flatnonzero(result["special_cause_flag"].to_numpy()[starts[-1] :])
    return Findings(
        segments=segments,
        shifts=shifts,
        points=present.size,
        missing=len(result) - present.size,
        absent=() if chart in BETWEEN_EVENTS else absent_dates(dates),
        step=INTERVAL if chart in BETWEEN_EVENTS else step_of(dates),
        first_date=dates[0],
        latest_date=dates[latest] if present.size else None,
        latest_value=float(values[latest]),
        trailing_missing=len(result) - 1 - latest,
        outside={"Above UCL": "above", "Below LCL": "below"}.get(cause, ""),
        side=side,
        run_length=run_length,
        slope=slope,
        trend_length=steps + 1 if slope else 0,
        close={"2 in 3 Above CL": "above", "2 in 3 Below CL": "below"}.get(cause, ""),
        went_up="Above" in causes or "Increasing" in causes,
        went_down="Below" in causes or "Decreasing" in causes,
        latest_signal=dates[starts[-1] + int(flagged[-1])] if flagged.size else None,
        rule_length=rule_length,
        improvement=direction_of(result, improvement),
        target=float(result["target"].iloc[-1]),
        assurance=assurance_of(result, improvement=improvement),
        chart=chart,
        is_overdispersed=bool(result.attrs.get("is_overdispersed", False)),
    )


def _check_one_series(result: pd.DataFrame) -> None:
    if not isinstance(result, pd.DataFrame) or "special_cause_type" not in result:
        raise SpcError(f"Expected the result of spc.xmr, found {type(result).__name__}.")
    if not len(result):
        raise SpcError("The result has no rows; expected the rows of one series.")
    if result["date"].duplicated().any():
        raise SpcError("The result holds several series; expected one. Select the rows of one series first.")


def _segment(result: pd.DataFrame, dates: list[Any], start: int, end: int) -> Segment:
    """Return a segment between rebases, from its rows."""
    lower, upper = limits_of(result.iloc[start:end])
    return Segment(
        start=dates[start],
        end=dates[end - 1],
        rows=end - start,
        mean=float(result["mean"].iloc[start]),
        lpl=lower,
        upl=upper,
        special_causes=int(result["special_cause_flag"].iloc[start:end].sum()),
    )


def _shift(date: Any, values: Floats, mean_before: float, needed: int) -> Shift:
    first = values[:needed]
    return Shift(
        date=date,
        mean_before=mean_before,
        points=len(values),
        needed=needed,
        above=int((first > mean_before).sum()),
        below=int((first < mean_before).sum()),
        missing=int(np.isnan(first).sum()),
    )


def _ending(signs: Floats, negative: str, positive: str) -> tuple[str, int]:
    """Return the word for the latest points' sign and how many have it; "" and 0 for zero or missing."""
    if not signs.size or np.isnan(signs[-1]) or not signs[-1]:
        return "", 0
    others = np.flatnonzero(signs != signs[-1])
    return positive if signs[-1] > 0 else negative, len(signs) - (int(others[-1]) + 1 if others.size else 0)
