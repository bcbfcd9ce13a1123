"""Maternity: nine interventions, 45 months, 15 collaboratives; the national sums give figures 1 to 8."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from random import Random

from drawing.counts import apportion, is_headline, looks_like_headline, step_aside
from drawing.pathway import BIRTHS, CHANGED, LATE, PATHWAY, PRAISED, SHARES, TOTAL, National, Women, span, totals
from drawing.series import MONTHS, Segment, draw_points, holds, shows
from drawing.settle import settle

MORE = ((12, 12, 13), (15, 15, 7), (7, 15, 15))  # women more in the last months that leave figures 4 and 8 stable


def draw_maternity(women: Women, rng: Random) -> Iterator[tuple[str, str, str, int, int, str]]:
    """Yield the rows of maternity_monthly.csv, by month, collaborative and intervention."""
    national = next(drawn for _ in count() if (drawn := _attempt(women, rng)))
    offsets = _with_the_praised_first({(name, psc): rng.gauss(0, 0.22) for name in PATHWAY for psc in SHARES})
    parts = {
        (name, month): _split(name, month, national[name], offsets, rng, spare=int((name, month - month % 3) in women))
        for name, own in PATHWAY.items()
        for month in range(own.counted_from, len(MONTHS))
    }
    for month, first in enumerate(MONTHS):
        for number, psc in enumerate(SHARES):
            for name, own in PATHWAY.items():
                if month >= own.counted_from:
                    numerators, denominators = parts[name, month]
                    yield f"{first:%Y-%m}", psc, name, numerators[number], denominators[number], "illustrative"


def _attempt(women: Women, rng: Random) -> dict[str, National] | None:
    """Draw all national series once; return None where they do not show what the report says."""
    percentages = {name: _percentages(name, women, rng) for name in PATHWAY}
    eligible = _eligible(rng)
    _scale_to_total(eligible, percentages, TOTAL[0], BIRTHS)
    _scale_to_total(eligible, percentages, TOTAL[2], LATE)
    for (name, first), wanted in women.items():
        own = range(first, first + 3)
        found = sum(eligible[name][m] * percentages[name][m] / 100 for m in own)
        for month in own:
            eligible[name][month] *= wanted / found
    drawn = {name: _whole(eligible[name], percentages[name]) for name in PATHWAY}
    for (name, first), wanted in women.items():
        drawn[name].numerator[first + rng.randrange(3)] += wanted - sum(drawn[name].numerator[first : first + 3])
    settle(drawn, women, rng)
    return drawn if _is_accepted(drawn, women) else None


def _percentages(name: str, women: Women, rng: Random) -> list[float]:
    """Return a percentage for each month, as spread out as counts of this size are; 0 before the first."""
    own = PATHWAY[name]
    spread = [110 * math.sqrt(s.mean / 100 * (1 - s.mean / 100) / own.eligible) for s in own.segments]
    while True:
        points = draw_points(own.segments, spread, rng)
        if name not in dict(women.keys()) or _bears_more(points, [own.eligible] * 3):
            return [0.0] * own.counted_from + points


def _eligible(rng: Random) -> dict[str, list[float]]:
    """Return how many are eligible by month: recording that grows, a mild season, chance shared and own."""
    shared = []
    for month, first in enumerate(MONTHS):
        growth = 1 + 0.04 * month / len(MONTHS)
        season = 1 + 0.012 * math.cos(2 * math.pi * (first.month - 9) / 12)
        shared.append(growth * season * rng.gauss(1, 0.02))
    return {
        name: [
            rng.gauss(own.eligible * births, 0.8 * math.sqrt(own.eligible)) if month >= own.counted_from else 0.0
            for month, births in enumerate(shared)
        ]
        for name, own in PATHWAY.items()
    }


def _scale_to_total(
    eligible: dict[str, list[float]], percentages: Mapping[str, Sequence[float]], segment: Segment, names: Sequence[str]
) -> None:
    """Scale how many are eligible for some interventions so that the total has the mean of a segment."""
    first, end = span(segment)
    mean = {
        name: sum(eligible[name][m] * percentages[name][m] / 100 for m in range(first, end)) / (end - first)
        for name in PATHWAY
    }
    factor = 1 + (segment.mean - sum(mean.values())) / sum(mean[name] for name in names)
    for name in names:
        eligible[name] = [factor * number for number in eligible[name]]


def _whole(eligible: Sequence[float], percentages: Sequence[float]) -> National:
    """Return whole counts, none of which a reader could take for a headline fact."""
    denominators = [step_aside(round(number)) for number in eligible]
    pairs = zip(denominators, percentages, strict=True)
    return National([step_aside(round(d * percentage / 100)) for d, percentage in pairs], denominators)


def _is_accepted(drawn: Mapping[str, National], women: Women) -> bool:
    """Return True if national series show what the report says, also with some more women in the last quarter."""
    total = totals(drawn)
    counts = [n for each in drawn.values() for n in (*each.numerator, *each.denominator) if n]
    if any(looks_like_headline(n) for n in (*counts, *total)):
        return False
    sums = [sum(each.numerator[m : m + 3]) for each in drawn.values() for m in range(0, len(MONTHS), 3)]
    known = list(women.values())
    if any(sums.count(n) != 1 for n in known) or any(is_headline(n) for n in sums if n not in known):
        return False
    for name, each in drawn.items():
        if name not in LATE and not holds(each.percentages(), PATHWAY[name].segments, decimals=1):
            return False
        if name in dict(women.keys()) and not _bears_more(each.percentages(), each.denominator[-3:]):
            return False
    between = Segment(TOTAL[1].start, sum(total[slice(*span(TOTAL[1]))]) / 13)
    return holds([float(n) for n in total], (TOTAL[0], between, TOTAL[2]), decimals=0)


def _bears_more(points: Sequence[float], eligible: Sequence[float]) -> bool:
    """Return True if a series stays common cause when more women are counted in each of the last three months."""
    for more in MORE:
        last = zip(points[-3:], more, eligible, strict=True)
        if not shows([*points[:-3], *(point + 100 * added / size for point, added, size in last)]):
            return False
    return True


def _split(
    name: str, month: int, national: National, offsets: Mapping[tuple[str, str], float], rng: Random, *, spare: int
) -> tuple[list[int], list[int]]:
    """Return the numerators and denominators of the collaboratives, which add up to the national ones.

    In a quarter whose women are reported, each numerator stays below its denominator, so that it can be corrected.
    """
    numerator, denominator = national.numerator[month], national.denominator[month]
    whole = sum(SHARES.values())
    expected = [denominator * share / whole for share in SHARES.values()]
    sizes = apportion(denominator, [rng.gauss(e, 0.6 * math.sqrt(e)) for e in expected], rng, low=[2] * len(SHARES))
    likely = []
    for psc, size in zip(SHARES, sizes, strict=True):
        chance = _expit(_logit(numerator / denominator) + offsets[name, psc] + _area(name, psc, month))
        likely.append(rng.gauss(size * chance, math.sqrt(size * chance * (1 - chance))))
    return apportion(numerator, likely, rng, high=[size - spare for size in sizes]), sizes


def _with_the_praised_first(offsets: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Return how far collaboratives are from the national rate, with the praised one ahead in every intervention."""
    exchanged = dict(offsets)
    for name in PATHWAY:
        best = max((psc for psc in SHARES if psc not in CHANGED), key=lambda psc: offsets[name, psc])
        exchanged[name, PRAISED], exchanged[name, best] = offsets[name, best], offsets[name, PRAISED]
    return exchanged


def _area(name: str, psc: str, month: int) -> float:
    """Return how far an area is from the national rate, in log odds, before two areas changed their process."""
    if name != "place_of_birth" or month >= PATHWAY[name].segments[-1].first:
        return 0.0
    return -1.15 if psc in CHANGED else 0.25


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _expit(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
