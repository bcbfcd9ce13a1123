"""What a chart shows, as values: for sentences, their checks, and the numbers that notebooks publish.

The definitions are those of ``docs/spc.md``, *What a chart may be said to show*. The latest point is the latest row
that has a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import SpcError
from helpers.spc import series
from helpers.spc.assurance import ASSURANCES, assurance_codes
from helpers.spc.rules import IMPROVEMENTS, RULE_LENGTH, Flags, Floats


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


def findings(result: pd.DataFrame, *, improvement: str | None = None) -> Findings:
    """Return what the chart of one series shows.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr`, or the rows of one series from `panel`.
    improvement : {"increase", "decrease", "neutral"}
        Where ``result.attrs`` does not say it.

    Examples
    --------
    >>> from helpers.spc.single import xmr
    >>> chart = xmr([3, 5, 4, 3, 5, 4, 5, 9, 8, 9, 10, 9, 8, 9], rebase=[8])
    >>> found = findings(chart)
    >>> found.shift, found.mean_before, round(found.mean, 2), found.is_stable, found.is_improving
    ('up', 4.142857142857143, 8.86, True, True)
    """
    _check_one_series(result)
    values = result["value"].to_numpy(dtype=np.float64)
    present = np.flatnonzero(~np.isnan(values))
    latest = int(present[-1]) if present.size else None
    rule_length = int(result.attrs.get("rule_length", RULE_LENGTH))
    cuts = np.flatnonzero(np.diff(result["segment"].to_numpy())) + 1
    starts, ends = [0, *cuts.tolist()], [*cuts.tolist(), len(result)]
    dates = [_plain(date) for date in result["date"]]
    segments = tuple(_segment(result, dates, start, end) for start, end in zip(starts, ends, strict=True))
    shifts = tuple(
        _shift(dates[start], values[start:end], before.mean, rule_length)
        for start, end, before in zip(starts[1:], ends[1:], segments, strict=False)
    )
    direction = _direction(result, improvement)
    target = float(result["target"].iloc[-1])
    code = assurance_codes(
        [target], [segments[-1].lpl], [segments[-1].upl], [IMPROVEMENTS.index(direction or "neutral")]
    )
    signal = result["special_cause_type"].iloc[latest] if latest is not None else "Common Cause"
    side, run_length = _latest_run(result["relative_to_mean"].to_numpy(), latest, starts)
    slope, trend_length = _latest_trend(values, latest, starts)
    return Findings(
        segments=segments,
        shifts=shifts,
        points=present.size,
        missing=len(result) - present.size,
        first_date=dates[0],
        latest_date=dates[latest] if latest is not None else None,
        latest_value=float(values[latest]) if latest is not None else float("nan"),
        trailing_missing=len(result) - 1 - latest if latest is not None else len(result),
        outside={"Above UCL": "above", "Below LCL": "below"}.get(signal, ""),
        side=side,
        run_length=run_length,
        slope=slope,
        trend_length=trend_length,
        close={"2 in 3 Above CL": "above", "2 in 3 Below CL": "below"}.get(signal, ""),
        latest_signal=_latest_signal(result, dates, starts[-1]),
        rule_length=rule_length,
        improvement=direction,
        target=target,
        assurance=ASSURANCES[int(code[0])],
    )


def _check_one_series(result: pd.DataFrame) -> None:
    if not isinstance(result, pd.DataFrame) or "special_cause_type" not in result:
        raise SpcError(f"Expected the result of spc.xmr, found {type(result).__name__}.")
    if not len(result):
        raise SpcError("The result has no rows; expected the rows of one series.")
    if result["date"].duplicated().any():
        raise SpcError("The result holds several series; expected one. Select the rows of one series first.")


def _plain(date: Any) -> Any:
    return int(date) if isinstance(date, int | np.integer) else pd.Timestamp(date)


def _direction(result: pd.DataFrame, improvement: str | None) -> str:
    """Return the improvement direction, or nothing where neither the caller nor the result says it."""
    said = improvement if improvement is not None else result.attrs.get("improvement", "")
    if isinstance(said, Mapping):
        key = tuple(result[column].iloc[0] for column in result.attrs.get("by", []))
        said = said.get(key[0] if len(key) == 1 else key, "")
    if not said:
        return ""
    return IMPROVEMENTS[series.check_improvement(said)]


def _segment(result: pd.DataFrame, dates: list[Any], start: int, end: int) -> Segment:
    first = result.iloc[start]
    return Segment(
        start=dates[start],
        end=dates[end - 1],
        rows=end - start,
        mean=float(first["mean"]),
        lpl=float(first["lpl"]),
        upl=float(first["upl"]),
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
    )


def _trailing(flags: Flags) -> int:
    """Return how many flags at the end are set."""
    clear = np.flatnonzero(~flags)
    return len(flags) - (int(clear[-1]) + 1 if clear.size else 0)


def _latest_run(sides: Floats, latest: int | None, starts: list[int]) -> tuple[str, int]:
    if latest is None or sides[latest] == 0 or np.isnan(sides[latest]):
        return "", 0
    first = max(start for start in starts if start <= latest)
    return "above" if sides[latest] > 0 else "below", _trailing(sides[first : latest + 1] == sides[latest])


def _latest_trend(values: Floats, latest: int | None, starts: list[int]) -> tuple[str, int]:
    first = max((start for start in starts if latest is not None and start <= latest), default=0)
    steps = np.sign(np.diff(values[first : latest + 1])) if latest is not None else np.array([])
    if not steps.size or steps[-1] == 0 or np.isnan(steps[-1]):
        return "", 0
    return "rising" if steps[-1] > 0 else "falling", _trailing(steps == steps[-1]) + 1


def _latest_signal(result: pd.DataFrame, dates: list[Any], start: int) -> Any:
    """Return the date of the last special cause of the last segment, or None."""
    flagged = np.flatnonzero(result["special_cause_flag"].to_numpy()[start:])
    return dates[start + int(flagged[-1])] if flagged.size else None
