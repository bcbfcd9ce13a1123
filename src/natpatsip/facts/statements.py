"""Sentences that rest on numbers: they go into the report only if the numbers support them.

`natpatsip.spc.claim` does the same for what a chart shows.
"""

from __future__ import annotations

from typing import TypeVar

from natpatsip.errors import ClaimError

Words = TypeVar("Words")


def hold(words: Words, *, where: bool, found: str) -> Words:
    """Return the analyst's words if the numbers support them, and stop the build if they do not.

    Parameters
    ----------
    words : str
        Part of a sentence.
    where : bool
        The condition for the words.
    found : str
        What the numbers are, for the person who has to rewrite the sentence.

    Raises
    ------
    ClaimError
        If the condition is not met.

    Examples
    --------
    >>> hold("Most of these teams", where=15 > 29 / 2, found="15 of 29")
    'Most of these teams'
    >>> hold("Most of these teams", where=14 > 29 / 2, found="14 of 29")
    Traceback (most recent call last):
    ...
    natpatsip.errors.ClaimError: "Most of these teams" does not hold: 14 of 29. Rewrite the sentence.
    """
    if not where:
        raise ClaimError(f'"{words}" does not hold: {found}. Rewrite the sentence.')
    return words
