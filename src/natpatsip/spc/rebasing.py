"""A suggestion of where limits might be recalculated; a person finds the cause and decides.

Limits are recalculated only where a change in the process is known to have caused a step that lasts. The arithmetic
can show the step, but not the cause, so nothing here is ever applied: a suggestion becomes a rebase by an entry in
params, with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.findings import findings
from natpatsip.spc.limits import natural_process_limits, rounded_means
from natpatsip.spc.rules import SHORT_GROUP, XMR, Floats
from natpatsip.wording import decimals_for, plain


@dataclass(frozen=True)
class Suggestion:
    """A step from which limits could be recalculated, once its cause is known."""

    date: Any
    direction: str
    mean_before: float
    mean_after: float
    points_before: int
    points_after: int

    def __str__(self) -> str:
        when = self.date.strftime("%Y-%m-%d") if isinstance(self.date, pd.Timestamp) else f"point {self.date}"
        places = decimals_for([self.mean_before, self.mean_after], 2)
        before, after = plain(self.mean_before, places), plain(self.mean_after, places)
        return (
            f"A shift {self.direction} from {when}: mean {before} before ({self.points_before} points), "
            f"{after} since ({self.points_after} points). Rebase there only if you know its cause and "
            "expect the change to last; then enter the date and the reason in params."
        )


def suggest_rebase(result: pd.DataFrame) -> Suggestion | None:
    """Return the step in the last segment that would justify a rebase, or None.

    The step is the place at which cutting the segment in two leaves the least variation within the two parts. It is
    suggested if all of this holds:

    - the segment, as it is, shows a special cause;
    - there are 13 values or more before the step and 13 or more from it on, so that neither part has trial limits;
    - the first seven values from it on all lie on one side of the mean before (the definition of a shift);
    - the two medians lie one standard deviation apart or more, by the moving ranges within the parts;
    - the process has not gone back: most of the latest seven values still lie on that side of the mean before, and the
      chart rebased there does not end in a run in the other direction.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr`, or the rows of one series from `panel`.

    Raises
    ------
    SpcError
        If it is another kind of chart: the spread within the parts is that of moving ranges.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> chart = xmr([50, 52, 49, 51, 50] * 3 + [60, 62, 59, 61, 60] * 3)
    >>> found = suggest_rebase(chart)
    >>> found.date, found.direction, found.mean_before, found.mean_after
    (16, 'up', 50.4, 60.4)
    >>> suggest_rebase(xmr([50, 52, 49, 51, 50] * 6)) is None
    True
    """
    found = findings(result)
    if found.chart != XMR:
        raise SpcError(f"suggest_rebase knows XmR charts only; found a {found.chart} chart.")
    if not found.points or not found.current.special_causes:
        return None
    last = result[result["segment"] == result["segment"].iloc[-1]]
    known = last[last["value"].notna()]
    values = known["value"].to_numpy(dtype=np.float64)
    cut = min(range(1, len(values)), key=lambda place: _variation(values, place))
    if not SHORT_GROUP <= cut <= len(values) - SHORT_GROUP or not _is_step(values, cut, found.rule_length):
        return None
    before, after = _means(values, cut)
    date = known["date"].iloc[cut]
    return Suggestion(
        date=int(date) if isinstance(date, int | np.integer) else pd.Timestamp(date),
        direction="up" if after > before else "down",
        mean_before=before,
        mean_after=after,
        points_before=cut,
        points_after=len(values) - cut,
    )


def _means(values: Floats, cut: int) -> tuple[float, float]:
    """Return the mean before a possible step and the mean from it on."""
    return rounded_means(values[:cut, np.newaxis]).item(), rounded_means(values[cut:, np.newaxis]).item()


def _variation(values: Floats, cut: int) -> float:
    """Return the sum of squares about the means of the two parts that a step would make."""
    return float(sum(((part - part.mean()) ** 2).sum() for part in (values[:cut], values[cut:])))


def _is_step(values: Floats, cut: int, length: int) -> bool:
    """Return True if a series' values from a place on have made a step that lasts."""
    before, after = _means(values, cut)
    upward = after > before
    shifted = values[cut:] > before if upward else values[cut:] < before
    if not shifted[:length].all() or shifted[-length:].sum() * 2 <= length:
        return False
    back = values[-length:] < after if upward else values[-length:] > after
    apart = abs(float(np.median(values[cut:]) - np.median(values[:cut])))
    return not back.all() and apart >= _spread(values, cut)


def _spread(values: Floats, cut: int) -> float:
    """Return the larger standard deviation of the parts around a step, by their moving ranges; 0 where undefined."""
    reaches = []
    for part in (values[:cut], values[cut:]):
        limits = natural_process_limits(part[:, np.newaxis])
        reaches.append(float(limits.upper[0] - limits.mean[0]))
    return float(np.nanmax([*reaches, 0.0])) / 3
