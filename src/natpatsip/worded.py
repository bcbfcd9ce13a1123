"""Facts in words: *nine*, *all 15*. Readers can still look up where such a word comes from, as with a number.

`wording` formats plain numbers; what this module returns also cites the fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from natpatsip import wording
from natpatsip.errors import FactError
from natpatsip.facts.fact import BESIDE, CITED, Fact, number_of

EVERYONE = 100  # percent


@dataclass(frozen=True)
class Worded:
    """A fact and the words for it in a sentence; the facts that it is set against are cited with it."""

    fact: Fact
    words: str
    beside: tuple[Fact, ...] = ()

    def __str__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        cited = self.fact.record() | {BESIDE: [fact.record() for fact in self.beside]}
        return {"text/plain": self.words, "text/markdown": self.words, CITED: cited}


def in_words(fact: Fact) -> Worded:
    """Return a count in words up to ten, in figures above.

    Examples
    --------
    >>> str(in_words(Fact("a", "all", 9, "teams", ""))), str(in_words(Fact("b", "all", 42, "wards", "")))
    ('nine', '42')
    """
    return Worded(fact, wording.in_words(_count(fact)))


def out_of(part: Fact, whole: Fact | None = None) -> Worded:
    """Return a part of a whole in words, ready for the name of the whole to follow.

    Parameters
    ----------
    part : Fact
        A count, or a percentage of the whole.
    whole : Fact, optional
        The count that it is part of.

    Raises
    ------
    FactError
        If the part is below 0 or above the whole, the whole is 0, or either is not what it has to be.

    Examples
    --------
    >>> all_of_them = Fact("a", "all", 15, "teams", "")
    >>> str(out_of(Fact("b", "all", 15, "teams", ""), all_of_them))
    'all 15'
    >>> str(out_of(Fact("b", "all", 14, "teams", ""), all_of_them))
    '14 of the 15'
    >>> str(out_of(Fact("b", "all", 1, "sessions", ""), Fact("c", "all", 3, "sessions", "")))
    'one of the three'
    >>> str(out_of(Fact("c", "all", 100, "percent", ""))), str(out_of(Fact("c", "all", 98, "percent", "")))
    ('all', '98% of')
    """
    is_share = part.unit == "percent"
    if whole is None:
        _need_part(part, EVERYONE if is_share else None)
        return Worded(part, "all" if part.value == EVERYONE else f"{part} of")
    many = _count(whole)
    few, most = (part.value, EVERYONE) if is_share else (_count(part), many)
    _need_part(part, most)
    if few == most:
        return Worded(part, f"all {wording.in_words(many)}", (whole,))
    small = not is_share and (many <= len(wording.WORDS) - 1 or few == 0)
    return Worded(part, f"{in_words(part) if small else part} of the {in_words(whole)}", (whole,))


def said(fact: Fact, words: str) -> Worded:
    """Return a fact with words of your own for it, such as *complete* for a count of one review.

    Examples
    --------
    >>> str(said(Fact("a", "all", 1, "reviews", ""), "complete"))
    'complete'
    """
    return Worded(fact, words)


def _need_part(part: Fact, whole: int | None) -> None:
    """Raise a FactError for what cannot be a part: a count without its whole, below 0, above it, or of nothing."""
    name = f"{part.id} ({part.period})"
    if whole is None:
        raise FactError(f"{name} is {part.text}, which is not a percentage; give the whole that it is part of.")
    if whole == 0 or not 0 <= number_of(part) <= whole:
        of = "100%" if part.unit == "percent" else wording.number(whole)
        raise FactError(f"{name} is {part.text}, which cannot be a part of {of}. Check both numbers.")


def _count(fact: Fact) -> int:
    if not isinstance(fact.value, int) or fact.unit in ("percent", "GBP"):
        raise FactError(f"{fact.id} ({fact.period}) is {fact.text}, which is not a count and cannot be put into words.")
    return fact.value
