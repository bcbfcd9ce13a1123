"""Sentences checked against their chart: the analyst's words go into the report only if the chart supports them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from natpatsip.errors import ClaimError, SpcError, nearest
from natpatsip.spc.findings import Findings, Shift, findings
from natpatsip.spc.parsing import shown_date
from natpatsip.wording import decimals_for, in_words, listing, plain, plural

Words = TypeVar("Words")

PHRASES: Final[dict[str, Callable[[Findings], bool]]] = {
    "shift up": lambda found: found.shift == "up",
    "shift down": lambda found: found.shift == "down",
    "run above": lambda found: found.run == "above",
    "run below": lambda found: found.run == "below",
    "rising": lambda found: found.trend == "rising",
    "falling": lambda found: found.trend == "falling",
    "stable": lambda found: found.is_stable,
    "improving": lambda found: found.is_improving,
    "worsening": lambda found: found.is_worsening,
    "above target": lambda found: found.mean > found.target,
    "below target": lambda found: found.mean < found.target,
    "reliably meets": lambda found: found.assurance == "consistent_pass",
    "reliably misses": lambda found: found.assurance == "consistent_fail",
    "hit and miss": lambda found: found.assurance == "inconsistent",
}
"""What a chart may be said to show, and the condition for each (docs/spc.md)."""


def shows(result: pd.DataFrame | Findings) -> tuple[str, ...]:
    """Return all that a chart may be said to show.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> shows(xmr([3, 5, 4, 3, 5, 4, 5, 4], target=20))
    ('stable', 'below target', 'reliably misses')
    """
    found = result if isinstance(result, Findings) else findings(result)
    return tuple(phrase for phrase, holds in PHRASES.items() if holds(found))


def claim(words: Words, result: pd.DataFrame, shows: str | Iterable[str], *, at: Any = None) -> Words:
    """Return the words if the chart shows what they claim.

    Parameters
    ----------
    words : str
        What the report says about the chart.
    result : pandas.DataFrame
        From `xmr`.
    shows : str or several
        What the words claim: ``shift up``, ``shift down``, ``run above``, ``run below``, ``rising``, ``falling``,
        ``stable``, ``improving``, ``worsening``, ``above target``, ``below target``, ``reliably meets``, ``reliably
        misses``, ``hit and miss``.
    at : date
        An earlier rebase at which a shift is claimed; by default the last one.

    Raises
    ------
    ClaimError
        If the chart does not show it; says why, and what it shows instead.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> chart = xmr([3, 5, 4, 3, 5, 4, 5, 4])
    >>> claim("The process is steady.", chart, shows="stable")
    'The process is steady.'
    >>> claim("It gets better.", chart, shows="improving")  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
    ...
    natpatsip.errors.ClaimError: "It gets better." claims "improving", but the chart does not show it:
    no shift, run, trend or point outside the limits goes up. It shows: stable. Claim what it shows, or
    take the words out.
    """
    wanted = [shows] if isinstance(shows, str) else list(shows)
    if not wanted:
        raise SpcError(f'shows names nothing; expected what "{words}" claims: {listing(list(PHRASES))}.')
    for phrase in wanted:
        if phrase not in PHRASES:
            raise SpcError(
                f"shows is {phrase!r}; expected one of: {listing(list(PHRASES))}.{nearest(str(phrase), PHRASES)}"
            )
    if at is not None and not all(phrase.startswith("shift") for phrase in wanted):
        raise SpcError(f"at={at!r} applies only to a shift; found shows={listing(wanted)}.")
    found = findings(result)
    refuted = {phrase: reason for phrase in wanted if (reason := _refutation(phrase, found, at))}
    if refuted:
        raise ClaimError(_contradiction(words, refuted, found))
    return words


def _contradiction(words: Any, refuted: dict[str, str], found: Findings) -> str:
    """Return what is wrong with words that the chart does not show, and what it shows."""
    reasons = "; ".join(f'"{phrase}", but the chart does not show it: {reason}' for phrase, reason in refuted.items())
    supported = listing(list(shows(found)))
    remedy = "Claim what it shows, or take" if supported else "Take"
    return (
        f'"{words}" claims {reasons}. It shows: {supported or "nothing that may be claimed"}. {remedy} the words out.'
    )


def _refutation(phrase: str, found: Findings, at: Any) -> str:
    """Return why a chart does not show a phrase, or "" if it does."""
    if phrase.startswith("shift"):
        return _shift_refutation(phrase.removeprefix("shift "), found, at)
    if PHRASES[phrase](found):
        return ""
    if phrase in ("run above", "run below"):
        if not found.side:
            return f"the latest point lies on the {found.middle}" if found.points else "it has no values"
        return f"{_last_points(found.run_length)} on one side of the {found.middle}, {found.side} it"
    if phrase in ("rising", "falling"):
        going = f", {found.slope}" if found.slope else ""
        return f"{in_words(max(found.trend_length, 1))} of the {in_words(found.rule_length)} points of a trend{going}"
    if phrase == "stable":
        if not found.current.has_limits:
            return "its limits are undefined"
        count = found.current.special_causes
        points = f"{in_words(count)} {plural(count, 'point', 'points')}"
        return f"{points} from {shown_date(found.current.start)} on {plural(count, 'shows', 'show')} a special cause"
    if phrase in ("improving", "worsening"):
        return _direction_refutation(phrase, found)
    return _target_refutation(phrase, found)


def _last_points(count: int) -> str:
    return "the latest point alone lies" if count == 1 else f"the last {in_words(count)} points lie"


def _shift_refutation(direction: str, found: Findings, at: Any) -> str:
    """Return why a chart shows no shift in a direction, or "" if it does."""
    if not found.shifts and at is None:
        return f"the limits are not rebased, so there is no earlier {found.middle} to compare with"
    shift: Shift = found.shifts[-1] if at is None else found.shift_at(at)
    if shift.direction == direction:
        return ""
    if shift.points < shift.needed:
        needed = f"{in_words(shift.points)} of the {in_words(shift.needed)} points needed"
        return f"it has {needed} from {shown_date(shift.date)}"
    side, count = ("above", shift.above) if direction == "up" else ("below", shift.below)
    return (
        f"{in_words(count)} of the first {in_words(shift.needed)} points from {shown_date(shift.date)} "
        f"{plural(count, 'lies', 'lie')} {side} "
        f"{plain(shift.mean_before, decimals_for([shift.mean_before], 2))}, the {found.middle} before"
    )


def _direction_refutation(phrase: str, found: Findings) -> str:
    if found.improvement not in ("increase", "decrease"):
        return _no_direction(found)
    up = (found.improvement == "increase") == (phrase == "improving")
    if found.shift == ("up" if up else "down"):
        return f"since the shift {found.shift}, points show a special cause that goes {'down' if up else 'up'}"
    return f"no shift, run, trend or point outside the limits goes {'up' if up else 'down'}"


def _no_direction(found: Findings) -> str:
    return "neither direction is better" if found.improvement else "it does not say which direction is better"


def _target_refutation(phrase: str, found: Findings) -> str:
    if np.isnan(found.target):
        return "it has no target"
    if np.isnan(found.mean):
        return f"it has no {found.middle}"
    levels = found.mean, found.target, found.current.lpl, found.current.upl
    mean, target, lower, upper = (plain(level, decimals_for(levels, 2)) if level == level else "" for level in levels)
    if phrase in ("above target", "below target"):
        return f"its {found.middle} is {mean} and the target {target}"
    if not found.current.has_limits:
        return "its limits are undefined"
    if found.improvement not in ("increase", "decrease"):
        return _no_direction(found)
    return f"its limits are {lower} and {upper} and the target {target}"
