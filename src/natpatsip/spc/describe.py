"""What a chart shows now, in plain sentences that a board member can follow."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from natpatsip import wording
from natpatsip.spc.findings import Findings, findings
from natpatsip.spc.gaps import period_words
from natpatsip.spc.rules import BY_MOVING_RANGES, LIMIT_NAMES, SHORT_GROUP, verdict
from natpatsip.wording import decimals_for, given, listing, number, plain, plural


def describe(
    result: pd.DataFrame,
    *,
    measure: str = "the measure",
    unit: str = "",
    decimals: int | None = None,
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
        As it reads in the middle of a sentence after *the mean for*.
    unit : str
        ``"%"`` follows the number at once, a word follows after a space.
    decimals : int, optional
        The decimals that means are printed with; by default as many as they need, at most one, or more if values are
        small or close together.
    improvement : {"increase", "decrease", "neutral"}
        If ``result.attrs`` does not say so.
    target_label : str
        What the target is called.
    rebase_reasons : mapping of date to str, optional
        Why limits are recalculated at these dates, as `params.rebase_reasons` gives them; the last one is put in
        brackets.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> chart = xmr([70, 72, 71, 70, 73, 72, 71, 81, 80, 82, 83, 81, 80, 82], rebase=[8], target=85)
    >>> print(describe(chart, measure="patients seen within 18 weeks", unit="%", target_label="ambition"))
    ... # doctest: +NORMALIZE_WHITESPACE
    The mean for patients seen within 18 weeks has been 81.3% since point 8, up from 71.3%. This is a shift up, which
    is an improvement. Since then the points show only normal variation (common cause). The ambition of 85% is above
    the mean but within the limits, so it may be met or missed by chance. Limits from fewer than 13 points are trial
    limits.
    """
    found = findings(result, improvement=improvement)
    reasons = {
        (date if isinstance(found.first_date, int) else pd.Timestamp(date)): f" ({text.strip()})"
        for date, text in (rebase_reasons or {}).items()
    }
    places = decimals_for(result["value"], 1) if decimals is None else decimals
    unit = unit if unit in ("", "%") else f" {unit}"
    printed = plain if decimals is None else number
    return _Description(found, measure, unit, places, printed, target_label, reasons.get(found.rebased, "")).text()


NO_SPREAD = "they need two values or more, whose mean is neither 0 nor 100%"
TOO_NARROW = "The limits are too narrow: the points vary much more than counts of this size do by chance."


@dataclass(frozen=True)
class _Description:
    """The sentences for one chart."""

    found: Findings
    measure: str
    unit: str
    decimals: int
    printed: Callable[..., str]
    target_label: str
    reason: str

    def text(self) -> str:
        """Return the description of the chart."""
        found = self.found
        if not found.points:
            return f"The chart for {self.measure} has no values."
        if found.points == 1:
            value = f"{self.amount(found.latest_value)} ({self.date(found.latest_date)})"
            return f"The chart for {self.measure} has a single value, {value}, from which no limits can be drawn."
        return " ".join([*self.main_sentences(), *self.caveats()])

    def amount(self, value: float) -> str:
        return self._with_unit(self.printed, value)

    def _with_unit(self, printed: Callable[..., str], value: float) -> str:
        return f"{printed(value, self.decimals, is_percent=self.unit == '%')}{self.unit}"

    def date(self, date: Any) -> str:
        """Return a date: its quarter or its month alone if all dates of the chart begin one."""
        if not isinstance(date, datetime.date):
            return f"point {date}"
        return period_words(date, self.found.step, is_monthly=self.is_monthly)

    @property
    def is_monthly(self) -> bool:
        """True if all dates of the chart are first days of a month, without a time."""
        dates = [self.found.first_date, self.found.latest_date, *(segment.start for segment in self.found.segments)]
        return all(each.day == 1 and each == each.normalize() for each in dates if each is not None)

    def main_sentences(self) -> list[str]:
        """Return the main sentences of the description: the level, signals and the target."""
        if np.isnan(self.found.mean):  # nothing that the latest value shows is about the present mean
            return [_sentence(self.no_level())]
        level, signals, target = self.level(), self.signals(), self.against_target()
        closing = [_sentence(target)] if target else []
        if signals:
            return [_sentence(level), _sentence(*signals), *closing]
        if not self.found.shifts and not self.found.current.special_causes:
            return [_sentence(level, self.no_signal()), *closing]
        return [_sentence(level), _sentence(self.no_signal()), *closing]

    def level(self) -> str:
        """Return the description's sentence on the mean or median now."""
        found = self.found
        if not found.shifts:
            return f"The {found.middle} for {self.measure} is {self.amount(found.mean)}"
        return (
            f"The {found.middle} for {self.measure} has been {self.amount(found.mean)}{self.since()}{self.compared()}"
        )

    def no_level(self) -> str:
        """Return the description's words for no mean now, and what it was before."""
        before = self.found.mean_before
        earlier = "" if np.isnan(before) else f"; it was {self.amount(before)} before"
        return (
            f"The {self.found.middle} for {self.measure} cannot be calculated{self.since()}, "
            f"as the points it would come from have no value{earlier}"
        )

    def since(self) -> str:
        return f" since {self.date(self.found.rebased)}{self.reason}" if self.found.shifts else ""

    def compared(self) -> str:
        """Return how the mean compares with the one before the last rebase, and with the first."""
        found, shift = self.found, self.found.shifts[-1]
        if np.isnan(found.mean_before):
            return ""
        is_same = self.amount(found.mean) == self.amount(found.mean_before)
        change = ", as against" if is_same else ", up from" if found.gain > 0 else ", down from"
        first = f" ({self.amount(found.baseline)} at baseline)" if len(found.segments) > 2 else ""
        compared = f"{change} {self.amount(found.mean_before)}{first}"
        if shift.direction:
            return f"{compared}. This is a shift {shift.direction}{self.verdict(upward=shift.direction == 'up')}"
        needed = number(shift.needed)
        if shift.points < shift.needed:
            return f"{compared}: too soon to call it a shift ({number(shift.points)} of {needed} points)"
        if shift.is_open:
            lacking = (
                f"{number(shift.missing)} of the first {needed} points {plural(shift.missing, 'has', 'have')} no value"
            )
            return f"{compared}; as {lacking}, the others make no shift"
        earlier = f"one side of the earlier {found.middle}"
        return f"{compared}; as the first {needed} points do not all lie on {earlier}, this is no shift"

    def verdict(self, *, upward: bool) -> str:
        """Return that a direction is an improvement or a concern."""
        found = verdict(self.found.improvement, is_up=upward)
        return f", which is {'an' if found == 'improvement' else 'a'} {found}" if found else ""

    def no_signal(self) -> str:
        """Return what there is to say if the latest point shows no special cause."""
        current = self.found.current
        if not current.has_limits:
            reason = self.no_limits()
            since = f" since {self.date(self.found.rebased)}" if self.found.shifts else ""
            return f"no limits can be drawn{since}: {reason}"
        since = "since then " if self.found.shifts else ""
        count = current.special_causes
        if not count:
            return f"{since}the points show only normal variation (common cause)"
        last = self.date(self.found.latest_signal)
        earlier = "one earlier point shows" if count == 1 else f"{number(count)} earlier points show"
        when = last if count == 1 else f"the last in {last}"
        return f"{since}{earlier} a special cause ({when}), the latest only normal variation (common cause)"

    def no_limits(self) -> str:
        """Return why the last segment has no limits."""
        if self.found.chart in BY_MOVING_RANGES:
            is_one = self.found.current.rows == 1
            return "they need two neighbouring values" if is_one else "there are no two neighbouring values that differ"
        return NO_SPREAD

    def signals(self) -> list[str]:
        """Return the special causes that the latest point belongs to, with a verdict on each that needs its own."""
        found = self.found
        texts = []
        if found.outside:
            latest = f"{self.date(found.latest_date)}, {self.amount(found.latest_value)}"
            limit = f"{found.outside} the {LIMIT_NAMES[found.outside]} limit"
            texts.append((f"the latest point ({latest}) lies {limit}", found.outside == "above"))
        if found.trend:
            goes = {"rising": "rise", "falling": "fall"}[found.trend]
            text = f"the last {number(found.trend_length)} points {goes} one after another, a special-cause trend"
            texts.append((text, found.trend == "rising"))
        if found.run:
            lie = f"all lie {found.run} this {found.middle}"
            text = f"the last {number(found.run_length)} points {lie}, a special-cause run"
            texts.append((text, found.run == "above"))
        if found.close and not texts:
            limit = f"the {LIMIT_NAMES[found.close]} limit"
            text = f"2 of 3 points in a row, including the latest, are close to {limit}, a special cause"
            texts.append((text, found.close == "above"))
        one_way = len({upward for _, upward in texts}) == 1  # then one verdict at the end is enough
        return [
            text + (self.verdict(upward=upward) if not one_way or place == len(texts) else "")
            for place, (text, upward) in enumerate(texts, start=1)
        ]

    def against_target(self) -> str:
        """Return what the description says of the target."""
        found = self.found
        if np.isnan(found.target) or np.isnan(found.mean):
            return ""
        target = f"the {self.target_label} of {self._with_unit(given, found.target)}"
        if found.assurance in ("consistent_pass", "consistent_fail"):
            beyond = "above the upper limit" if found.target > found.mean else "below the lower limit"
            outcome = {
                "consistent_pass": "is reliably met",
                "consistent_fail": "will be missed unless the process changes",
            }
            return f"{target} lies {beyond}: it {outcome[found.assurance]}"
        side = {1: "is below", -1: "is above", 0: "is level with"}[int(np.sign(found.mean - found.target))]
        if found.assurance == "inconsistent":
            return f"{target} {side} the {found.middle} but within the limits, so it may be met or missed by chance"
        return f"{target} {side} the {found.middle}"

    def caveats(self) -> list[str]:
        """Return the description's caveats: what is missing, and limits from few points."""
        found, sentences = self.found, []
        if found.trailing_missing:
            rows = found.trailing_missing
            sentences.append(
                f"The latest value is that of {self.date(found.latest_date)}; "
                f"{number(rows)} later {plural(rows, 'value is', 'values are')} missing."
            )
        if gaps := found.missing - found.trailing_missing:
            sentences.append(_sentence(f"{number(gaps)} {plural(gaps, 'value is', 'values are')} missing"))
        if found.absent:
            first = found.absent[:3]
            of_months = self.is_monthly and found.step != "quarter"
            dates = wording.months(first) if of_months else listing([self.date(date) for date in first])
            more = f" and {len(found.absent) - 3} more" if len(found.absent) > 3 else ""
            sentences.append(f"There are no data for {dates}{more}; the points on either side count as neighbours.")
        if found.is_overdispersed:
            sentences.append(TOO_NARROW)
        if found.current.rows < SHORT_GROUP and found.current.has_limits:
            sentences.append(f"Limits from fewer than {SHORT_GROUP} points are trial limits.")
        return sentences


def _sentence(*parts: str) -> str:
    text = ", and ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}."
