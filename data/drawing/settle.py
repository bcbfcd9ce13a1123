"""Single counts moved by one, until means are met to the printed digit and no number is a headline fact by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from drawing.counts import is_headline, looks_like_headline
from drawing.pathway import BIRTHS, LATE, PATHWAY, TOTAL, National, Women, span, totals
from drawing.series import MONTHS, spans

PASSES = 20
PATIENCE = 200


def settle(drawn: Mapping[str, National], women: Women, rng: Random) -> None:
    """Move counts of national series that came from rounding; counts that add up to reported women stay."""
    fixed = {(name, month) for name, first in women for month in range(first, first + 3)}
    for _ in range(PASSES):
        moves = _clear_sums(drawn, fixed, rng) + _clear_totals(drawn, fixed, rng)
        moves += _meet_percentages(drawn, fixed, rng) + _meet_totals(drawn, fixed, rng)
        if not moves:
            return


def _move(drawn: Mapping[str, National], name: str, month: int, step: int, fixed: set[tuple[str, int]]) -> bool:
    """Move one count if it may move and makes no headline number; return True if it moved."""
    own = drawn[name]
    moved = own.numerator[month] + step
    if (name, month) in fixed or not 0 <= moved <= own.denominator[month] or looks_like_headline(moved):
        return False
    total = sum(each.numerator[month] for each in drawn.values())
    if looks_like_headline(total + step) and not looks_like_headline(total):
        return False
    own.numerator[month] = moved
    return True


def _clear_sums(drawn: Mapping[str, National], fixed: set[tuple[str, int]], rng: Random) -> int:
    """Move a count in each quarter whose sum is a headline number."""
    moves = 0
    for name, own in drawn.items():
        for first in range(0, len(MONTHS), 3):
            if is_headline(sum(own.numerator[first : first + 3])) and (name, first) not in fixed:
                moves += _move(drawn, name, first + rng.randrange(3), rng.choice((-1, 1)), fixed)
    return moves


def _clear_totals(drawn: Mapping[str, National], fixed: set[tuple[str, int]], rng: Random) -> int:
    """Move counts in each month whose total looks like a headline number."""
    moves = 0
    for month, total in enumerate(totals(drawn)):
        if looks_like_headline(total):
            step = rng.choice((-1, 1))
            moves += sum(_move(drawn, name, month, step, fixed) for name in rng.sample(BIRTHS, 2))
    return moves


def _meet_percentages(drawn: Mapping[str, National], fixed: set[tuple[str, int]], rng: Random) -> int:
    """Move counts in each segment whose mean percentage is off."""
    moves = 0
    for name in (name for name in PATHWAY if name not in LATE):
        own, segments = drawn[name], PATHWAY[name].segments
        for segment, (first, end) in zip(segments, spans(segments), strict=True):
            step_size = 100 / PATHWAY[name].eligible / (end - first)
            for _ in range(PATIENCE):
                off = segment.mean - _mean(own.percentages()[first:end])
                if abs(off) <= max(0.55 * step_size, 0.01):
                    break
                moves += _move(drawn, name, rng.randrange(first, end), 1 if off > 0 else -1, fixed)
    return moves


def _meet_totals(drawn: Mapping[str, National], fixed: set[tuple[str, int]], rng: Random) -> int:
    """Move counts until the first and the last mean of the total are met."""
    moves = 0
    for segment, names in ((TOTAL[0], BIRTHS), (TOTAL[2], LATE)):
        first, end = span(segment)
        for _ in range(PATIENCE):
            off = segment.mean - _mean(totals(drawn)[first:end])
            if abs(off) <= 0.2:
                break
            moves += _move(drawn, rng.choice(names), rng.randrange(first, end), 1 if off > 0 else -1, fixed)
    return moves


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)
