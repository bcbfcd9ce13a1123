"""Opioids: people by month and integrated care board; the sums for England give figures 9 to 11."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from drawing.counts import apportion, looks_like_headline
from drawing.series import MONTHS, Segment, draw_points, holds, spans

TREND = 6  # months of figure 9's trailing mean
PATIENCE = 200
BASELINE = 742_860  # people on opioids for four or more months, mean of 2021
FEWER = 36_952  # in March 2024
MARCH_2024 = 38  # the month's number
STARTS = ("2021-01", "2022-01", "2023-04")
PEOPLE = {  # in the area of each board, in hundred thousands, roughly
    "Bath and North East Somerset, Swindon and Wiltshire": 9.4,
    "Bedfordshire, Luton and Milton Keynes": 10.2,
    "Birmingham and Solihull": 15.1,
    "Black Country": 12.6,
    "Bristol, North Somerset and South Gloucestershire": 10.3,
    "Buckinghamshire, Oxfordshire and Berkshire West": 19.1,
    "Cambridgeshire and Peterborough": 9.7,
    "Cheshire and Merseyside": 26.9,
    "Cornwall and the Isles of Scilly": 5.8,
    "Coventry and Warwickshire": 10.1,
    "Derby and Derbyshire": 10.8,
    "Devon": 12.5,
    "Dorset": 8.1,
    "Frimley": 8.1,
    "Gloucestershire": 6.7,
    "Greater Manchester": 31.2,
    "Hampshire and Isle of Wight": 19.2,
    "Herefordshire and Worcestershire": 8.2,
    "Hertfordshire and West Essex": 16.1,
    "Humber and North Yorkshire": 17.6,
    "Kent and Medway": 19.3,
    "Lancashire and South Cumbria": 18.2,
    "Leicester, Leicestershire and Rutland": 11.7,
    "Lincolnshire": 7.9,
    "Mid and South Essex": 12.4,
    "Norfolk and Waveney": 10.7,
    "North Central London": 17.0,
    "North East and North Cumbria": 31.4,
    "North East London": 23.2,
    "North West London": 25.9,
    "Northamptonshire": 8.1,
    "Nottingham and Nottinghamshire": 12.4,
    "Shropshire, Telford and Wrekin": 5.2,
    "Somerset": 5.9,
    "South East London": 20.3,
    "South West London": 17.0,
    "South Yorkshire": 14.9,
    "Staffordshire and Stoke-on-Trent": 11.7,
    "Suffolk and North East Essex": 10.3,
    "Surrey Heartlands": 11.1,
    "Sussex": 18.3,
    "West Yorkshire": 26.3,
}
LONDON = 0.45  # of the national rate
NORTH = 1.35
NORTHERN = (
    "Cheshire and Merseyside",
    "Greater Manchester",
    "Humber and North Yorkshire",
    "Lancashire and South Cumbria",
    "North East and North Cumbria",
    "South Yorkshire",
    "West Yorkshire",
)


@dataclass(frozen=True)
class Measure:
    """The mean of a measure in each segment, its change in a month, and its spread as a share of the mean."""

    levels: tuple[int, ...]
    slopes: tuple[int, ...]
    spread: float

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments, with their means."""
        parts = zip(STARTS, self.levels, self.slopes, strict=True)
        return tuple(Segment(start, level, slope=slope) for start, level, slope in parts)


MEASURES: Mapping[str, Measure] = {
    "chronic": Measure((BASELINE, 726_390, 706_240), (-240, -450, -330), 0.004),
    "high_dose": Measure((48_620, 43_850, 38_310), (-70, -90, -60), 0.014),  # 10,310 fewer
}


def draw_opioids(boards: Sequence[str], rng: Random) -> Iterator[tuple[str, str, str, int, str]]:
    """Yield the rows of opioids_monthly.csv, by month, board and measure."""
    england = {name: next(drawn for _ in count() if (drawn := _attempt(name, rng))) for name in MEASURES}
    weights = {
        (name, board): _rate(board) * rng.gauss(1, 0.12) * PEOPLE[board] for name in MEASURES for board in boards
    }
    trends = {(name, board): rng.gauss(0, 0.0006) for name in MEASURES for board in boards}
    parts: dict[tuple[str, int], list[int]] = {}
    for name, people in england.items():
        for month, total in enumerate(people):
            own = [weights[name, b] * (1 + trends[name, b] * month) * rng.gauss(1, 0.006) for b in boards]
            parts[name, month] = apportion(total, [total * weight / sum(own) for weight in own], rng)
    for month, first in enumerate(MONTHS):
        for number, board in enumerate(boards):
            for name in MEASURES:
                yield f"{first:%Y-%m}", board, name, parts[name, month][number], "illustrative"


def _rate(board: str) -> float:
    """Return how common these prescriptions are in an area, against the whole of England."""
    return NORTH if board in NORTHERN else LONDON if board.endswith("London") else 1.0


def _attempt(name: str, rng: Random) -> list[int] | None:
    """Draw the series of England once; return None where it does not show what the report says."""
    measure = MEASURES[name]
    points = draw_points(measure.segments, [measure.spread * level for level in measure.levels], rng)
    people = [round(point) for point in points]
    if name == "chronic":
        wanted = BASELINE - FEWER
        if abs(people[MARCH_2024] - wanted) > measure.spread * wanted:
            return None
        people[MARCH_2024] = wanted
    for segment, (first, end) in zip(measure.segments, spans(measure.segments), strict=True):
        others = [month for month in range(first, end) if month != MARCH_2024]
        off = round(segment.mean * (end - first)) - sum(people[first:end])
        for number, month in enumerate(others):
            people[month] += off // len(others) + (number < off % len(others))
    _settle(people, measure.segments, rng)
    return people if _is_accepted(people, measure.segments) else None


def _trailing(people: Sequence[int]) -> list[int]:
    """Return the trailing means of a series, from the month that has the first."""
    return [round(sum(people[m - TREND + 1 : m + 1]) / TREND) for m in range(TREND - 1, len(people))]


def _settle(people: list[int], segments: Sequence[Segment], rng: Random) -> None:
    """Move people between months of a segment, some at a time, until no number looks like a headline fact."""
    for _ in range(PATIENCE):
        found = [month for month, number in enumerate(people) if looks_like_headline(number)]
        found += [
            number + rng.randrange(TREND) for number, mean in enumerate(_trailing(people)) if looks_like_headline(mean)
        ]
        if not found:
            return
        first, end = next(own for own in spans(segments) if own[0] <= found[0] < own[1])
        other, some = rng.randrange(first, end), rng.randrange(1, 60)
        if MARCH_2024 not in (found[0], other):
            people[found[0]] += some
            people[other] -= some


def _is_accepted(people: Sequence[int], segments: Sequence[Segment]) -> bool:
    """Return True if a series of England shows what the report says, and no headline number by chance."""
    means = [round(segment.mean) for segment in segments]
    if any(looks_like_headline(number) for number in (*people, *_trailing(people), *means)):
        return False
    return holds([float(number) for number in people], segments, decimals=0)
