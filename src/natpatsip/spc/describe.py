"""What a chart shows now, in plain sentences that a board member follows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.spc.findings import Findings, Segment, findings
from natpatsip.spc.rules import SHORT_GROUP
from natpatsip.wording import date as day_in_words
from natpatsip.wording import in_words, listing, plain, plural
from natpatsip.wording import month as month_in_words


def describe(
    result: pd.DataFrame,
    *,
    measure: str = "the measure",
    unit: str = "",
    decimals: int = 1,
    improvement: str | None = None,
    target_label: str = "target",
    rebase_reasons: Mapping[Any, str] | None = None,
) -> str:
    """Return what the chart of one series shows now.

    The level and, at a rebase, the level before; the runs, trends and points outside the limits that the latest point
    belongs to; improvement or concern; the target. What a reader must know to trust it (few points, gaps, no limits)
    comes last.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr`, or the rows of one series from `panel`.
    measure : str
        As it stands in the middle of a sentence after *the mean for*.
    unit : str
        ``"%"`` follows the number at once, a word after a space.
    decimals : int
        The most that a number is printed with.
    improvement : {"increase", "decrease", "neutral"}
        Where ``result.attrs`` does not say it.
    target_label : str
        What the target is called.
    rebase_reasons : mapping of date to str, optional
        Why limits start afresh there, as `params.rebase_reasons` gives them; the last one stands in brackets.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> chart = xmr([70, 72, 71, 70, 73, 72, 71, 81, 80, 82, 83, 81, 80, 82], rebase=[8], target=85)
    >>> print(describe(chart, measure="place of birth", unit="%", target_label="ambition"))
    ... # doctest: +NORMALIZE_WHITESPACE
    The mean for place of birth has been 81.3% since point 8, up from 71.3% before: a shift up, which is an improvement.
    Since then the points show only ordinary variation (common cause), and the ambition of 85% lies above the mean and
    within the limits: it may be met or missed by chance. Limits from fewer than 13 points are trial limits.
    """
    found = findings(result, improvement=improvement)
    return _Description(found, measure, unit, decimals, target_label, _reason(found, rebase_reasons or {})).text()


def _reason(found: Findings, reasons: Mapping[Any, str]) -> str:
    """Return why the limits of the last segment are new, where that is known."""
    is_numbered = isinstance(found.first_date, int)
    by_date = {(date if is_numbered else pd.Timestamp(date)): text.strip() for date, text in reasons.items()}
    return by_date.get(found.rebased, "")


def say_date(date: Any, *, monthly: bool = True) -> str:
    """Return a date as a sentence has it: the month where all dates are first days of one.

    Examples
    --------
    >>> say_date(pd.Timestamp("2023-07-01")), say_date(pd.Timestamp("2023-07-09"), monthly=False), say_date(8)
    ('July 2023', '9 July 2023', 'point 8')
    """
    if not isinstance(date, datetime.date):
        return f"point {date}"
    return month_in_words(date) if monthly else day_in_words(date)


class _Description:
    """The sentences for one chart."""

    def __init__(self, found: Findings, measure: str, unit: str, decimals: int, target_label: str, reason: str) -> None:
        self.found = found
        self.measure = measure
        self.unit = unit if unit in ("", "%") else f" {unit}"
        self.decimals = decimals
        self.target_label = target_label
        self.reason = f" ({reason})" if reason else ""
        dates = [found.first_date, found.latest_date, *(segment.start for segment in found.segments)]
        self.monthly = all(getattr(date, "day", 1) == 1 for date in dates if date is not None)

    def text(self) -> str:
        if not self.found.points:
            return f"The chart for {self.measure} has no values."
        if self.found.points == 1:
            value, when = self.amount(self.found.latest_value), self.when(self.found.latest_date)
            return (
                f"The chart for {self.measure} has a single value, {value} ({when}), from which no limits can be drawn."
            )
        return " ".join([*self.news(), *self.caveats()])

    def amount(self, value: float) -> str:
        return f"{plain(value, self.decimals)}{self.unit}"

    def when(self, date: Any) -> str:
        return say_date(date, monthly=self.monthly)

    def news(self) -> list[str]:
        if np.isnan(self.found.mean):  # nothing that the latest value shows is about the present mean
            return [_sentence(self.no_level())]
        level, signals, target = self.level(), self.signals(), self.against_target()
        if signals:
            return [_sentence(level), _sentence(*signals), *([_sentence(target)] if target else [])]
        if not self.found.shifts and self.is_quiet():
            return [_sentence(level, self.quiet()), *([_sentence(target)] if target else [])]
        return [_sentence(level), _sentence(self.quiet(), target)]

    def level(self) -> str:
        found = self.found
        if not found.shifts:
            return f"The mean for {self.measure} is {self.amount(found.mean)}"
        since = f"{self.since()}{self.reason}"
        return f"The mean for {self.measure} has been {self.amount(found.mean)}{since}{self.compared()}"

    def no_level(self) -> str:
        """Return that there is no mean, and what it was before."""
        found = self.found
        before = "" if np.isnan(found.mean_before) else f"; it was {self.amount(found.mean_before)} before"
        return (
            f"The mean for {self.measure} cannot be calculated{self.since()}{self.reason}, "
            f"as the points that it would come from have no value{before}"
        )

    def since(self) -> str:
        return f" since {self.when(self.found.rebased)}" if self.found.shifts else ""

    def compared(self) -> str:
        """Return how the mean compares with the one before the last rebase, and with the first."""
        found, shift = self.found, self.found.shifts[-1]
        if np.isnan(found.mean_before):
            return ""
        change = _change(found.mean, found.mean_before, self.decimals)
        from_before = {1: ", up from", -1: ", down from", 0: ", as against"}[change]
        first = f" ({self.amount(found.baseline)} at first)" if len(found.segments) > 2 else ""
        compared = f"{from_before} {self.amount(found.mean_before)} before{first}"
        if shift.direction:
            return f"{compared}: a shift {shift.direction}{self.verdict(shift.direction == 'up')}"
        needed = in_words(shift.needed)
        if shift.points < shift.needed:
            return f"{compared}: too soon to call it a shift ({in_words(shift.points)} of {needed} points)"
        return (
            f"{compared}; as the first {needed} points do not all lie on one side of the earlier mean, this is no shift"
        )

    def verdict(self, upward: bool) -> str:
        """Return whether a direction is an improvement or a concern."""
        better = {"increase": True, "decrease": False}.get(self.found.improvement)
        if better is None:
            return ""
        return ", which is an improvement" if better == upward else ", which is a concern"

    def is_quiet(self) -> bool:
        """Whether the last segment has no special cause."""
        return not self.found.current.special_causes

    def quiet(self) -> str:
        """Return what there is to say where the latest point shows no special cause."""
        current = self.found.current
        if not current.has_limits:
            return f"no limits can be drawn{self.since()}: {_why_no_limits(current)}"
        since = "since then " if self.found.shifts else ""
        if self.is_quiet():
            return f"{since}the points show only ordinary variation (common cause)"
        earlier, last = current.special_causes, self.when(self.found.latest_signal)
        signal = f"{in_words(earlier)} earlier points show" if earlier > 1 else "one earlier point shows"
        when = f"the last in {last}" if earlier > 1 else last
        return f"{since}{signal} a special cause ({when}), the latest only ordinary variation (common cause)"

    def signals(self) -> list[str]:
        found = self.found
        said = []
        if found.outside:
            limit = {"above": "above the upper limit", "below": "below the lower limit"}[found.outside]
            said.append((f"the latest point ({self.latest()}) lies {limit}", found.outside == "above"))
        if found.trend:
            going = {"rising": "rise", "falling": "fall"}[found.trend]
            text = f"the last {in_words(found.trend_length)} points {going} one after another, a special-cause trend"
            said.append((text, found.trend == "rising"))
        if found.run:
            text = f"the last {in_words(found.run_length)} points all lie {found.run} this mean, a special-cause run"
            said.append((text, found.run == "above"))
        if found.close and not said:
            limit = {"above": "upper", "below": "lower"}[found.close]
            text = (
                f"two of three points in a row, the latest among them, lie close to the {limit} limit, a special cause"
            )
            said.append((text, found.close == "above"))
        alike = len({upward for _, upward in said}) == 1
        return [
            text + (self.verdict(upward) if not alike or place == len(said) else "")
            for place, (text, upward) in enumerate(said, start=1)
        ]

    def latest(self) -> str:
        return f"{self.when(self.found.latest_date)}, {self.amount(self.found.latest_value)}"

    def against_target(self) -> str:
        found = self.found
        if np.isnan(found.target) or np.isnan(found.mean):
            return ""
        target = f"the {self.target_label} of {self.amount(found.target)}"
        side = {1: "lies below", -1: "lies above", 0: "is level with"}[int(np.sign(found.mean - found.target))]
        beyond = "above the upper limit" if found.target > found.mean else "below the lower limit"
        if found.assurance == "consistent_pass":
            return f"{target} lies {beyond}: it is reliably met"
        if found.assurance == "consistent_fail":
            return f"{target} lies {beyond}: it will be missed unless the process changes"
        if found.assurance == "inconsistent":
            return f"{target} {side} the mean and within the limits: it may be met or missed by chance"
        return f"{target} {side} the mean"

    def caveats(self) -> list[str]:
        found, said = self.found, []
        if found.trailing_missing:
            rows = found.trailing_missing
            said.append(
                f"The latest value is that of {self.when(found.latest_date)}; "
                f"{in_words(rows)} later {plural(rows, 'value is', 'values are')} missing."
            )
        gaps = found.missing - found.trailing_missing
        if gaps:
            said.append(f"{_capital(in_words(gaps))} {plural(gaps, 'value is', 'values are')} missing.")
        if found.absent:
            dates = listing([self.when(date) for date in found.absent[:3]])
            more = f" and {len(found.absent) - 3} more" if len(found.absent) > 3 else ""
            said.append(f"There are no data for {dates}{more}; the points on either side count as neighbours.")
        if found.current.rows < SHORT_GROUP and found.current.has_limits:
            said.append(f"Limits from fewer than {SHORT_GROUP} points are trial limits.")
        return said


def _sentence(*parts: str) -> str:
    return _capital(", and ".join(part for part in parts if part)) + "."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _change(now: float, before: float, decimals: int) -> int:
    """Return whether one printed number is above (1), below (-1) or the same as another (0)."""
    return int(np.sign(now - before)) if plain(now, decimals) != plain(before, decimals) else 0


def _why_no_limits(segment: Segment) -> str:
    if segment.rows < 2:
        return "they need two neighbouring values"
    return "there are no two neighbouring values that differ"
