"""Sentences that rest on numbers: they go into the report only where the numbers bear them out.

`natpatsip.spc.claim` does the same for what a chart shows.
"""

from __future__ import annotations

from typing import TypeVar

from natpatsip.errors import ClaimError

Words = TypeVar("Words")


def hold(words: Words, *, where: bool, found: str) -> Words:
    """Return the analyst's words where the numbers bear them out, and stop the build where they do not.

    Parameters
    ----------
    words : str
        Part of a sentence.
    where : bool
        What has to be so.
    found : str
        How it is instead, for who has to write the sentence anew.

    Raises
    ------
    ClaimError
        Where it is not so.

    Examples
    --------
    >>> hold("Most of these boards", where=15 > 29 / 2, found="15 of 29")
    'Most of these boards'
    >>> hold("Most of these boards", where=14 > 29 / 2, found="14 of 29")
    Traceback (most recent call last):
    ...
    natpatsip.errors.ClaimError: "Most of these boards" does not hold: 14 of 29. Write the sentence anew.
    """
    if not where:
        raise ClaimError(f'"{words}" does not hold: {found}. Write the sentence anew.')
    return words
