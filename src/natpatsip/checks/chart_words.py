"""Words that say how a measure goes, and what a chart must show to support them (``words/chart_words.csv``)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from natpatsip.checks.patterns import compiled, read_table

_DENIED = re.compile(
    r"\b(?:not|no|never|nor|neither|without|cannot|hardly|scarcely|no\slonger|yet\sto|fail(?:s|ed)?\sto|stopped|ceased|"
    r"n['’]t|rather\sthan|instead\sof)\b(?:\s\w+){0,3}\s*$|n['’]t(?:\s\w+){0,3}\s*$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|unless|when(?:ever)?|where|may|might|could|would|should|shall|will|can|aims?|hopes?|wants?|needs?|"
    r"expects?|expected|intends?|plans?|planned|helps?|so\sthat|in\sorder|until|how|why|what|which\sof|to\sfind|to\ssee|"
    r"to\slearn|work(?:s|ed|ing)?\sto|tries|trying|seeks?|before\sit|any\ssign|meant|ask(?:s|ed)?)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:()–]|\sbut\s|\swhile\s|\swhereas\s|\salthough\s|\sthough\s|\.\s")


@dataclass(frozen=True)
class ChartClaim:
    """Words that claim something of a chart: where they start, what supports them, and whether they deny it.

    A chart supports them if it shows any of `needs`; ``!`` is for what it must not show.
    """

    words: str
    start: int
    needs: tuple[str, ...]
    is_denied: bool = False

    def is_supported_by(self, shows: Collection[str]) -> bool:
        """Return True if a chart that shows these things supports the words."""
        holds = any((need[1:] not in shows) if need.startswith("!") else need in shows for need in self.needs)
        return holds != self.is_denied


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return compiled(read_table("chart_words"), re.IGNORECASE)


def claims_about_charts(text: str) -> list[ChartClaim]:
    """Return what a sentence says of how a measure goes, without what is only supposed, hoped or planned.

    Of words that fit several rows of the table, the first row counts.

    Examples
    --------
    >>> [(each.words, each.needs[0]) for each in claims_about_charts("It has risen, and is still below the target.")]
    [('has risen', 'shift up'), ('below the target', 'below target')]
    >>> claims_about_charts("If it falls again, teams will review it, and falls in frailty are a theme.")
    []
    """
    found: list[ChartClaim] = []
    for shows, pattern in _patterns().items():
        for match in pattern.finditer(text):
            if any(match.start() < other.start + len(other.words) and other.start < match.end() for other in found):
                continue
            cuts = [cut.end() for cut in _CLAUSE.finditer(text, 0, match.start())]
            clause = text[cuts[-1] if cuts else 0 : match.start()]
            if _SUPPOSED.search(clause) or _SUPPOSED.match(match[0]):
                continue
            # "has not changed" is a way to say stable, so its own "not" denies nothing
            denied = shows != "stable" and re.search(r"\b(?:not|never)\b|n['’]t\b", match[0])
            is_denied = bool(denied or _DENIED.search(clause))
            found.append(ChartClaim(match[0], match.start(), tuple(shows.split(" | ")), is_denied))
    return sorted(found, key=lambda each: each.start)
