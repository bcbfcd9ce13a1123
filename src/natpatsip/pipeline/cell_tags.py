"""Tags of cells: which of them mean something to a build, and which are nearly one of those."""

from __future__ import annotations

import re

from natpatsip.quarter import is_quarter

TO_REVIEW = "to-review"  # a cell that was carried over from the quarter before
WITH_MEANING = ("parameters", "injected-parameters", TO_REVIEW, "typed-number")
YEARS = r"\d{4}-(?:\d{2})?\d{2}|\d{2}-\d{2}"
NEARLY_QUARTER = re.compile(  # 2024-25, fy2024-25-q1, q1-24-25, 2024q1: of letters, digits and hyphens alone
    rf"\d{{4}}-.*|(?:fy-?)?(?:{YEARS}|\d{{4}}|\d{{6}})-?q[1-4]|q[1-4]-?(?:fy-?)?(?:{YEARS}|\d{{4}}|\d{{6}})|fy-?(?:{YEARS})"
)


def wrong_tag(tag: str) -> str:
    """Return what is wrong with a tag that is nearly one with a meaning; it would have none, without a word.

    Examples
    --------
    >>> wrong_tag("Q2 2024/25"), wrong_tag("to_review")
    ('is not a valid quarter. Write it like 2024-25-Q2.', 'is nearly "to-review". Write it so, or use another word.')
    >>> wrong_tag("2024-25-Q2"), wrong_tag("draft")
    ('', '')
    """
    plain = re.sub(r"[\W_]+", "-", tag).strip("-").lower()
    if not is_quarter(tag) and NEARLY_QUARTER.fullmatch(plain):
        return "is not a valid quarter. Write it like 2024-25-Q2."
    if plain in WITH_MEANING and tag not in WITH_MEANING:
        return f'is nearly "{plain}". Write it so, or use another word.'
    return ""
