"""Words that say how a measure goes, and what a chart must show to support them (``words/chart_words.csv``)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from natpatsip.checks.patterns import compiled, read_table, word_list

_DENIED = re.compile(rf"(?:\b(?:{word_list('denial')})\b|n['’]t)(?:\s\w+){{0,3}}\s*$", re.IGNORECASE)
_SUPPOSED = re.compile(rf"\b(?:{word_list('supposition')})\b", re.IGNORECASE)
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
