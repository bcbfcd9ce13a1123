"""Numbers as UK reports print them: 2,725; £18 million; 85.9%; 14 August 2024."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def round_half_up(value: float, decimals: int = 0) -> float:
    """Round half away from zero, going by the shortest decimal form of the value (1.005, not its binary value).

    Examples
    --------
    >>> round_half_up(2.5), round_half_up(-2.5), round_half_up(1.005, 2)
    (3.0, -3.0, 1.01)
    """
    return float(_decimal(value, decimals))


def _decimal(value: float, decimals: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: float, decimals: int = 0) -> str:
    """Return a number with thousands separators.

    Examples
    --------
    >>> number(2724.5), number(-0.2), number(36952), number(2.2, 1)
    ('2,725', '0', '36,952', '2.2')
    """
    rounded = _decimal(value, decimals)
    return f"{abs(rounded) if rounded == 0 else rounded:,}".replace("-", "−")


def plain(value: float, decimals: int = 1) -> str:
    """Return a number with as many decimals as it needs, up to a limit.

    Examples
    --------
    >>> plain(83.0), plain(79.12), plain(2725)
    ('83', '79.1', '2,725')
    """
    text = number(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def large(value: float) -> str:
    """Return a number with "million" or "billion" where that loses nothing, else in figures.

    Examples
    --------
    >>> large(1_000_000), large(18_000_000), large(1_250_000), large(10_310)
    ('1 million', '18 million', '1.25 million', '10,310')
    """
    for size, word in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if abs(value) >= size and round(value / size, 2) * size == value:
            return f"{plain(value / size, 2)} {word}"
    return number(value)


def money(value: float) -> str:
    """Return an amount in pounds.

    Examples
    --------
    >>> money(18_000_000), money(12_345)
    ('£18 million', '£12,345')
    """
    return ("−£" if value < 0 else "£") + large(abs(value))


def percent(value: float, decimals: int = 1) -> str:
    """Return a percentage with as many decimals as it needs.

    Examples
    --------
    >>> percent(83.04), percent(85.94)
    ('83%', '85.9%')
    """
    return f"{plain(value, decimals)}%"


def date(day: datetime.date) -> str:
    """Return a day as *14 August 2024*."""
    return f"{day.day} {day:%B %Y}"


def month(day: datetime.date) -> str:
    """Return the month of a day as *August 2024*."""
    return f"{day:%B %Y}"


def plural(count: float, one: str, many: str) -> str:
    """Return the singular or plural word that goes with a count.

    Examples
    --------
    >>> plural(1, "person", "people"), plural(0, "person", "people")
    ('person', 'people')
    """
    return one if abs(count) == 1 else many


def singular(unit: str) -> str:
    """Return the singular of a unit; a unit that is not a plural is unchanged.

    Examples
    --------
    >>> singular("sessions"), singular("therapies"), singular("people per month"), singular("number needed to treat")
    ('session', 'therapy', 'person per month', 'number needed to treat')
    """
    first, _, rest = unit.partition(" ")
    own = {"women": "woman", "men": "man", "people": "person", "lives": "life"}
    if first not in own and first.endswith("s") and not first.endswith("ss"):
        own[first] = f"{first[:-3]}y" if first.endswith("ies") else first[:-1]
    return " ".join(filter(None, [own.get(first, first), rest]))


def in_words(count: int) -> str:
    """Return a count in words up to ten, in figures above.

    Examples
    --------
    >>> in_words(7), in_words(11)
    ('seven', '11')
    """
    return WORDS[count] if 0 <= count <= 10 else number(count)


def listing(items: Sequence[object]) -> str:
    """Return items as a list in a sentence.

    Examples
    --------
    >>> listing(["a", "b", "c"]), listing(["a"])
    ('a, b and c', 'a')
    """
    texts = [str(item) for item in items]
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def direction(change: float, *, up: str = "rose", down: str = "fell", level: str = "did not change") -> str:
    """Return the word for a change.

    Examples
    --------
    >>> direction(3), direction(-1), direction(0)
    ('rose', 'fell', 'did not change')
    """
    return up if change > 0 else down if change < 0 else level
