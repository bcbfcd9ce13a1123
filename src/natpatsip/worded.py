"""Facts as a sentence says them: *nine*, *all 15*. A reader can still ask such a word where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from natpatsip import wording
from natpatsip.errors import FactError
from natpatsip.facts import BESIDE, CITED, Fact

EVERYONE = 100  # percent


@dataclass(frozen=True)
class Worded:
    """A fact, and the words that a sentence has for it; other facts that it is told beside are cited with it."""

    fact: Fact
    words: str
    beside: tuple[Fact, ...] = ()

    def __str__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        cited = self.fact.record() | {BESIDE: [fact.record() for fact in self.beside]}
        return {"text/plain": self.words, "text/markdown": self.words, CITED: cited}


def in_words(fact: Fact) -> Worded:
    """Return a count that prose says in words up to ten.

    Examples
    --------
    >>> str(in_words(Fact("a", "all", 9, "interventions", ""))), str(in_words(Fact("b", "all", 42, "boards", "")))
    ('nine', '42')
    """
    return Worded(fact, wording.in_words(_count(fact)))


def out_of(part: Fact, whole: Fact | None = None) -> Worded:
    """Return a part as prose says it before the name of the whole.

    Parameters
    ----------
    part : Fact
        A count, or a percentage of the whole.
    whole : Fact, optional
        The count that it is a part of.

    Examples
    --------
    >>> all_of_them = Fact("a", "all", 15, "collaboratives", "")
    >>> str(out_of(Fact("b", "all", 15, "collaboratives", ""), all_of_them))
    'all 15'
    >>> str(out_of(Fact("b", "all", 14, "collaboratives", ""), all_of_them))
    '14 of the 15'
    >>> str(out_of(Fact("b", "all", 1, "sessions", ""), Fact("c", "all", 3, "sessions", "")))
    'one of the three'
    >>> str(out_of(Fact("c", "all", 100, "percent", ""))), str(out_of(Fact("c", "all", 98, "percent", "")))
    ('all', '98% of')
    """
    if whole is None:
        return Worded(part, "all" if part.value == EVERYONE else f"{part} of")
    many = _count(whole)
    if _count(part) == many:
        return Worded(part, f"all {wording.in_words(many)}", (whole,))
    small = many <= len(wording.WORDS) - 1 or part.value == 0
    return Worded(part, f"{in_words(part) if small else part} of the {in_words(whole)}", (whole,))


def said(fact: Fact, words: str) -> Worded:
    """Return a fact with words for it, such as *complete* for a count of one review.

    Examples
    --------
    >>> str(said(Fact("a", "all", 1, "reviews", ""), "complete"))
    'complete'
    """
    return Worded(fact, words)


def _count(fact: Fact) -> int:
    if not isinstance(fact.value, int):
        raise FactError(f"{fact.id} ({fact.period}) is {fact.text}, which is no count and cannot be said in words.")
    return fact.value
