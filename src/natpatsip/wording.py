"""Numbers as UK reports print them: 2,725; £18 million; 85.9%; 14 August 2024.

How many decimals a number has is decided here, for charts, tables, sentences and facts alike. `decimals_for` gives
the decimals that tell the values of a series apart. A single number gets more than it was asked for if it would
otherwise be printed as 0 though it is not zero, or as 100% though it is less or more.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Sequence
from decimal import MAX_PREC, ROUND_HALF_UP, Context, Decimal
from itertools import pairwise, zip_longest
from numbers import Integral

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
    exact = Decimal(int(value)) if isinstance(value, Integral) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_DIGITS)


_DIGITS = Context(prec=MAX_PREC)  # as many as a number has before and after its point
NOISE = 1e-9  # what arithmetic may add to a series, by its size: values that are nearer than this are the same
RESIDUES = (1e-22, 1e-9)  # between them is what arithmetic leaves of a difference of numbers as reports have them
OFF_100 = 1e-12  # what it adds to a percentage at most
RESIDUE_BITS = 28  # at most of what is left of a difference; almost any other number has 53
MOST_DECIMALS = 12  # of a series
MOST_GIVEN = 4  # decimals of a number that people set; one with more was calculated
PENCE_BELOW = 100  # pounds: in larger amounts they are less than 1%
NOTHING = ("None", "nan", "NaT", "<NA>")  # what Python and pandas call a missing value


def decimals_for(values: Iterable[float], usual: int = 0) -> int:
    """Return the decimals that tell values apart: two digits of their spread, or of their size if all are the same.

    Parameters
    ----------
    values : iterable of float
        Missing and infinite values are ignored.
    usual : int
        The fewest decimals.

    Examples
    --------
    >>> decimals_for([0.02, 0.05, 0.03]), decimals_for([99.99, 100, 99.98], 1), decimals_for([79.1, 85.9, 83], 1)
    (3, 3, 1)
    >>> decimals_for([0.04, 0.04]), decimals_for([85, 85])
    (3, 0)
    """
    known = [float(value) for value in values if value is not None and math.isfinite(value)] or [0.0]
    size = max(map(abs, known))
    spread = max(known) - min(known)
    return max(usual, min(_two_digits(spread if spread > NOISE * size else size), MOST_DECIMALS))


def _two_digits(size: float) -> int:
    """Return the decimals that show two digits of a size."""
    return max(0, 1 - math.floor(math.log10(size))) if size > 0 else 0


def is_residue(value: float) -> bool:
    """Return True for what arithmetic leaves of a difference that is 0: a few units in the last place of two numbers.

    A residue has few binary digits; nearly every other tiny number uses all that a number can have. Two cases are told
    wrongly: a power of two is taken for a residue, and a residue that was divided for a number. Round a difference
    before you divide it.

    Examples
    --------
    >>> is_residue(0.1 + 0.2 - 0.3), is_residue(2.5e-13), is_residue(1e-13 / 3), is_residue(0)
    (True, False, False, False)
    """
    smallest, largest = RESIDUES
    size = abs(float(value))
    return smallest < size < largest and size.as_integer_ratio()[0].bit_length() <= RESIDUE_BITS


def honest_decimals(value: float, decimals: int = 0, *, is_percent: bool = False) -> int:
    """Return the decimals asked for, or more if a value that is not 0, or not 100%, would be printed as one.

    What arithmetic leaves of a difference (`is_residue`) counts as 0.

    Examples
    --------
    >>> honest_decimals(0.04), honest_decimals(0.04, 2), honest_decimals(99.98, 1, is_percent=True)
    (3, 2, 3)
    >>> honest_decimals(1e-9 / 3), honest_decimals(0.1 + 0.2 - 0.3)
    (11, 0)
    """
    for mark in (0, 100) if is_percent else (0,):
        distance = abs(float(value) - mark)
        is_off = distance > OFF_100 if mark else distance > 0 and not is_residue(value)
        if is_off and _decimal(value, decimals) == mark:
            return max(decimals, _two_digits(distance))
    return decimals


def are_years(numbers: Iterable[float]) -> bool:
    """Return True for two or more whole numbers of this or the last century, each the one before and 1 more.

    Examples
    --------
    >>> are_years([2022, 2023, 2024]), are_years([2022.0, 2023.0]), are_years([2023, 2412]), are_years([2023])
    (True, True, False, False)
    >>> are_years([2022.5, 2023.5])
    False
    """
    listed = list(numbers)
    follow = (after - before == 1 for before, after in pairwise(listed))
    return len(listed) > 1 and 1900 <= listed[0] < 2100 and float(listed[0]).is_integer() and all(follow)


def is_share(name: str) -> bool:
    """Return True if a column's name says that it holds percentages.

    Examples
    --------
    >>> is_share("Seen, %"), is_share("Per cent"), is_share("Percentage seen"), is_share("Seen")
    (True, True, True, False)
    """
    return "%" in name or "percent" in name.casefold().replace(" ", "")


def number(value: float, decimals: int = 0, *, is_percent: bool = False) -> str:
    """Return a number with thousands separators, and with more decimals if it would be a false 0 or 100%.

    Raises
    ------
    ValueError
        If it is missing or infinite.

    Examples
    --------
    >>> number(2724.5), number(-0.2), number(36952), number(2.2, 1), number(0.1 + 0.2 - 0.3), number(0.04, 1)
    ('2,725', '−0.2', '36,952', '2.2', '0', '0.04')
    """
    _need_finite(value)
    needed = honest_decimals(value, decimals, is_percent=is_percent)
    rounded = _decimal(value, needed)
    text = f"{abs(rounded) if rounded == 0 else rounded:,f}".replace("-", "−")
    return _trimmed(text) if needed > decimals else text


def _need_finite(value: float) -> None:
    """Raise a ValueError for what is missing or infinite: in words it would be *NaN%*, or *did not change*."""
    if not math.isfinite(value):
        raise ValueError(f"the number to be put into words is {value}: there is none. Say so, or leave it out")


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: float, decimals: int = 0, *, is_percent: bool = False) -> float:
    """Return the number that `number` prints.

    Examples
    --------
    >>> rounded(79.12, 1), rounded(0.04, 1), rounded(99.98, 1, is_percent=True)
    (79.1, 0.04, 99.98)
    """
    return round_half_up(value, honest_decimals(value, decimals, is_percent=is_percent))


def plain(value: float, decimals: int = 1, *, is_percent: bool = False) -> str:
    """Return a number with as many decimals as it needs, up to a limit that only a false 0 or 100% exceeds.

    Examples
    --------
    >>> plain(83.0), plain(79.12), plain(2725), plain(0.003)
    ('83', '79.1', '2,725', '0.003')
    """
    return _trimmed(number(value, decimals, is_percent=is_percent))


def given(value: float, decimals: int = 1, *, is_percent: bool = False) -> str:
    """Return a number that people set, such as a target, with the decimals that they gave it, four at most.

    Examples
    --------
    >>> given(72.25), given(85.0), given(2.555, 0), given(200 / 3)
    ('72.25', '85', '2.555', '66.7')
    """
    is_short = math.isclose(value, round(value, MOST_GIVEN), rel_tol=1e-15)
    return plain(value, max(decimals, MOST_GIVEN) if is_short else decimals, is_percent=is_percent)


def large(value: float) -> str:
    """Return a number with "million" or "billion" where that loses nothing, else in figures.

    Examples
    --------
    >>> large(1_000_000), large(18_000_000), large(1_250_000), large(10_310)
    ('1 million', '18 million', '1.25 million', '10,310')
    """
    value = _of_python(value)
    for size, word in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if abs(value) >= size and value % (size // 100) == 0:
            return f"{plain(value / size, 2)} {word}"
    return number(value)


def _of_python(value: float) -> float:
    """Return a whole number as Python's: NumPy's abs(-128) of one byte is -128."""
    return int(value) if isinstance(value, Integral) else value


def money(value: float) -> str:
    """Return an amount in pounds, with pence below £100 if it has any.

    Examples
    --------
    >>> money(18_000_000), money(12_345), money(12.5), money(345.67)
    ('£18 million', '£12,345', '£12.50', '£346')
    """
    sign = "−£" if value < 0 and not is_residue(value) else "£"
    size = abs(_of_python(value))
    pence = number(size, 2)
    has_pence = size < PENCE_BELOW and not pence.endswith(".00")
    return sign + (pence if has_pence else large(size))


def percent(value: float, decimals: int = 1) -> str:
    """Return a percentage with as many decimals as it needs.

    Examples
    --------
    >>> percent(83.04), percent(85.94), percent(99.98), percent(0.04)
    ('83%', '85.9%', '99.98%', '0.04%')
    """
    return f"{plain(value, decimals, is_percent=True)}%"


def date(day: datetime.date) -> str:
    """Return a day as *14 August 2024*."""
    return f"{day.day} {day:%B %Y}"


def month(day: datetime.date) -> str:
    """Return the month of a day as *August 2024*."""
    return f"{day:%B %Y}"


def months(days: Sequence[datetime.date]) -> str:
    """Return months as a list in a sentence, each year once.

    Examples
    --------
    >>> months([datetime.date(2018, month, 1) for month in (6, 7, 8)])
    'June, July and August 2018'
    >>> months([datetime.date(2018, 12, 1), datetime.date(2019, 1, 1), datetime.date(2019, 3, 1)])
    'December 2018, January and March 2019'
    """
    return listing(
        [
            f"{day:%B}" if after is not None and after.year == day.year else month(day)
            for day, after in zip_longest(days, days[1:])
        ]
    )


def plural(count: float, one: str, many: str) -> str:
    """Return the singular or plural word that goes with a count.

    Examples
    --------
    >>> plural(1, "person", "people"), plural(0, "person", "people")
    ('person', 'people')
    """
    _need_finite(count)
    return one if abs(count) == 1 else many


JOINING = ("per", "of", "in", "with", "on", "at", "for", "to", "needed", "a")
SINGULARS = {
    "people": "person",
    "women": "woman",
    "men": "man",
    "children": "child",
    "lives": "life",
    "series": "series",
    "analyses": "analysis",
    "diagnoses": "diagnosis",
    "cases": "case",
    "courses": "course",
    "causes": "cause",
    "phases": "phase",
    "exercises": "exercise",
    "breaches": "breach",
    "losses": "loss",
    "midwives": "midwife",
    "doses": "dose",
    "nurses": "nurse",
    "responses": "response",
}
UNCERTAIN = re.compile(
    r".*(?:(?:[sxzo]|[cs]h|[^i]v)e|[ui])s|knives|\w*wives|species|calories|movies|indices|appendices|matrices"
)
"""Nouns whose plural does not say what their singular is, as those of boxes and axes do not."""
ACRONYMS = re.compile(r"[A-Z]{2,}s")  # such as ICUs


def singular(unit: str) -> str:
    """Return the singular of a unit, empty if its plural does not say it; a unit that is not a plural is unchanged.

    Examples
    --------
    >>> singular("sessions"), singular("therapies"), singular("people per month"), singular("number needed to treat")
    ('session', 'therapy', 'person per month', 'number needed to treat')
    >>> singular("boxes"), singular("per 1,000 patients")
    ('', 'per 1,000 patients')
    """
    words = unit.split(" ")
    # The noun is the last word before "per", "of", "in" …, or before the end: "hospital wards", "people per month".
    noun = next((place for place, word in enumerate(words) if word in JOINING), len(words)) - 1
    if noun < 0:
        return unit
    word = words[noun]
    known = SINGULARS.get(word.lower())
    if not known and UNCERTAIN.fullmatch(word.lower()) and not ACRONYMS.fullmatch(word):
        return ""
    if known:
        words[noun] = known.capitalize() if word[0].isupper() else known
    elif word.endswith("s") and not word.endswith("ss"):
        words[noun] = f"{word[:-3]}y" if word.endswith("ies") else word[:-1]
    return " ".join(words)


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

    Raises
    ------
    ValueError
        If an item is missing.

    Examples
    --------
    >>> listing(["a", "b", "c"]), listing(["a"])
    ('a, b and c', 'a')
    """
    texts = [str(item) for item in items]
    if missing := [item for item in items if not isinstance(item, str) and str(item) in NOTHING]:
        raise ValueError(f"a list has {missing[0]} in it: there is no value. Leave it out, or say what is not known")
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def direction(change: float, *, up: str = "rose", down: str = "fell", level: str = "did not change") -> str:
    """Return the word for a change.

    Examples
    --------
    >>> direction(3), direction(-1), direction(0), direction(0.1 + 0.2 - 0.3)
    ('rose', 'fell', 'did not change', 'did not change')
    """
    _need_finite(change)
    if is_residue(change):
        return level
    return up if change > 0 else down if change < 0 else level
