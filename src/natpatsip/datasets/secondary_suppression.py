"""What published numbers say of a hidden one: total minus the others, and a percentage of a known denominator.

A count that is suppressed is not hidden if the numbers beside it leave one value that it can have. Each published
number is an interval of whole numbers here: an exact count is one number, a rounded one as many as its base, a hidden
one those from 1 to the policy's threshold.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from natpatsip.datasets.descriptor import Disclosure

Interval = tuple[int, int]
"""The least and the greatest whole number that a count can be."""


def interval_of(count: float, rule: Disclosure, *, is_rounded: bool) -> Interval:
    """Return what a count that is shown can have been.

    Examples
    --------
    >>> rule = Disclosure(policy="Ours", source="us", counts="seen", geography="team", threshold=7, base=5)
    >>> interval_of(10, rule, is_rounded=True), interval_of(13, rule, is_rounded=False)
    ((8, 12), (13, 13))
    """
    shown = int(count)
    if not is_rounded or shown == 0:
        return shown, shown
    least = shown - rule.base // 2
    return max(least, rule.threshold + 1), least + rule.base - 1


def hidden_interval(rule: Disclosure) -> Interval:
    """Return what a hidden count can have been."""
    return 1, rule.threshold


def left_for(total: Interval, parts: Iterable[Interval], place: int) -> Interval:
    """Return what a hidden part of a sum can be, given the total and the other parts.

    Examples
    --------
    Of 40 in all, the others being 20 and 16, a hidden one is 4; where the others are rounded, it is not fixed:

    >>> left_for((40, 40), [(20, 20), (16, 16), (1, 7)], 2)
    (4, 4)
    >>> left_for((40, 40), [(18, 22), (13, 17), (1, 7)], 2)
    (1, 7)
    """
    known = list(parts)
    least, most = known[place]
    lows, highs = (sum(each[side] for at, each in enumerate(known) if at != place) for side in (0, 1))
    return max(least, total[0] - highs), min(most, total[1] - lows)


def numerators_of(percent: Decimal, denominator: Interval, hidden: Interval) -> set[int]:
    """Return the hidden numerators that give a percentage as it is printed.

    Examples
    --------
    >>> numerators_of(Decimal("33.3"), (12, 12), (1, 7)), numerators_of(Decimal("33"), (8, 12), (1, 7))
    ({4}, {3, 4})
    """
    exponent = percent.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    return {
        top
        for top in range(hidden[0], hidden[1] + 1)
        for whole in range(max(denominator[0], top, 1), denominator[1] + 1)
        if abs(Decimal(100 * top) / whole - percent) <= half
    }
