"""Whole numbers: parts that add up, and numbers of headline facts that no drawn row may hold by chance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from random import Random

_FACTS = """
36 37 38 42 54 57 62 64 99 132 141 150 191 195 274 400 506 557 567 596 677 714 1000 1016 1431 1725 2725 4500 10198 10310
25000 36952
"""
HEADLINES = frozenset(map(int, _FACTS.split()))
MARKS = tuple(str(number) for number in sorted(HEADLINES) if number >= 100)


def is_headline(number: int) -> bool:
    """Return True if a number is a headline fact, or prints as one behind a thousands separator (12,677)."""
    return number in HEADLINES or (number >= 10_000 and number % 1000 in HEADLINES and number % 1000 >= 100)


def looks_like_headline(number: int) -> bool:
    """Return True if a reader, or a search, finds a headline fact in the digits of a national number."""
    return is_headline(number) or any(mark in str(number) for mark in MARKS)


def step_aside(number: int, *, step: int = 1) -> int:
    """Return the nearest national number, going by `step`, in which no headline fact is found."""
    while looks_like_headline(number):
        number += step
    return number


def apportion(
    total: int,
    weights: Sequence[float],
    rng: Random,
    *,
    low: Sequence[int] | None = None,
    high: Sequence[int] | None = None,
) -> list[int]:
    """Return whole parts that add up to a total, close to weights that already do, none of them a headline number.

    Parameters
    ----------
    total : int
        What the parts add up to.
    weights : sequence of float
        The parts before rounding; scaled to the total where there is no upper bound.
    rng : Random
        Chooses the parts that are moved to reach the total.
    low, high : sequences of int, optional
        The least and the greatest that each part may be.

    Raises
    ------
    RuntimeError
        Where the bounds leave no way to reach the total.
    """
    low = low or [0] * len(weights)
    high = high or [total] * len(weights)
    parts = [_allowed(round(weight), *bounds) for weight, *bounds in zip(weights, low, high, strict=True)]
    for _ in range(100_000):
        short = total - sum(parts)
        if not short:
            return parts
        chosen = rng.randrange(len(parts))
        step = 1 if short > 0 else -1
        moved = parts[chosen] + step
        while is_headline(moved):
            moved += step
        if low[chosen] <= moved <= high[chosen] and abs(moved - parts[chosen]) <= abs(short):
            parts[chosen] = moved
    raise RuntimeError(f"{total} cannot be made of parts between {low} and {high}")


def _allowed(part: int, low: int, high: int) -> int:
    """Return the number nearest to a part that lies within the bounds and is no headline number."""
    candidates: Collection[int] = [n for n in range(part - 4, part + 5) if low <= n <= high and not is_headline(n)]
    if candidates:
        return min(candidates, key=lambda n: abs(n - part))
    bound = high if part > high else low
    while is_headline(bound):
        bound += -1 if part > high else 1
    return bound
