"""National series: points with a given mean in each segment, in which the SPC engine finds what the report says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from natpatsip.spc import xmr

RUN = 7  # points on one side that make a shift
MONTHS = tuple(date(2021 + i // 12, i % 12 + 1, 1) for i in range(45))  # January 2021 to September 2024
LATEST = 3  # the months of the newest quarter, which the quarter before does not have yet
COMMON = "Common Cause"
RUN_ABOVE = "7 Points Above CL"
WIDTH = (2.2, 3.4)  # of the limits, from the mean, in standard deviations that were drawn with
INSIDE = 0.95  # of the way to a limit is as far as a point goes, so that small corrections change no message


@dataclass(frozen=True)
class Segment:
    """A stretch between rebases.

    Its first month, its mean, how many points end it above the mean as a run, and how much it moves in a month.
    """

    start: str
    mean: float
    run_above: int = 0
    slope: float = 0.0

    @property
    def first(self) -> int:
        """The number of its first month."""
        return MONTHS.index(date.fromisoformat(f"{self.start}-01"))


def spans(segments: Sequence[Segment]) -> list[tuple[int, int]]:
    """Return where each segment begins and ends, as for a slice of the months."""
    firsts = [segment.first for segment in segments]
    return list(zip(firsts, [*firsts[1:], len(MONTHS)], strict=True))


def draw_points(segments: Sequence[Segment], spread: Sequence[float], rng: Random) -> list[float]:
    """Return points of which each segment has its exact mean and shows what it has to show.

    Parameters
    ----------
    segments : sequence of Segment
        In order of time, the first from the first month.
    spread : sequence of float
        The standard deviation of the points, for each segment.
    rng : Random
        The source of chance.
    """
    points: list[float] = []
    for number, (segment, (first, end)) in enumerate(zip(segments, spans(segments), strict=True)):
        before = segments[number - 1].mean if number else None
        while True:
            drawn = _noise(first, end, segment, spread[number], rng)
            if _shifts(drawn, segment.mean, before) and _is_typical(drawn, spread[number], segment.run_above):
                points += drawn
                break
    return points


def _noise(first: int, end: int, segment: Segment, spread: float, rng: Random) -> list[float]:
    """Return one draw: chance, a mild season, and a lift for the run that ends it, brought to the mean."""
    noise = []
    for month in range(first, end):
        season = 0.25 * math.sin(2 * math.pi * (MONTHS[month].month - 2) / 12)
        lift = 0.0 if not segment.run_above else 0.75 if month >= end - segment.run_above else -0.5
        noise.append(spread * (rng.gauss(0, 1) + season + lift) + segment.slope * (month - first))
    off = sum(noise) / len(noise)
    return [segment.mean + point - off for point in noise]


def _shifts(points: Sequence[float], mean: float, before: float | None) -> bool:
    """Return True if the first points of a segment all lie on the shift's side of the mean before."""
    return before is None or all((point - before) * (mean - before) > 0 for point in points[:RUN])


def _is_typical(points: Sequence[float], spread: float, run_above: int) -> bool:
    """Return True if a draw shows what it has to, within limits that are neither wide nor narrow for its spread."""
    chart = xmr(points)
    return WIDTH[0] < (chart["upl"].iloc[0] - chart["mean"].iloc[0]) / spread < WIDTH[1] and shows(points, run_above)


def shows(points: Sequence[float], run_above: int = 0) -> bool:
    """Return True if a segment is common cause except for a run above the mean that ends it, at exactly that length."""
    mean = sum(points) / len(points)
    if run_above and (points[-run_above - 1] > mean or min(points[-run_above:]) <= mean):
        return False
    chart = xmr(points)
    if (chart["value"] - mean).abs().max() > INSIDE * (chart["upl"].iloc[0] - mean):
        return False
    return list(chart["special_cause_type"]) == [COMMON] * (len(points) - run_above) + [RUN_ABOVE] * run_above


def holds(points: Sequence[float], segments: Sequence[Segment], *, decimals: int) -> bool:
    """Return True if a series that was rounded to counts still shows all it has to, in both quarters."""
    before = None
    for segment, (first, end) in zip(segments, spans(segments), strict=True):
        own = points[first:end]
        mean = sum(own) / len(own)
        if abs(mean - segment.mean) > 0.3 * 10**-decimals or not _shifts(own, mean, before):
            return False
        if not shows(own, segment.run_above):
            return False
        before = mean
    start = segments[-1].first
    return shows(points[start : len(MONTHS) - LATEST])
