"""Words that say how a measure goes, and what a chart must show to bear them out."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

UP: Final = ("shift up", "run above", "rising")
DOWN: Final = ("shift down", "run below", "falling")
_TARGET = r"(?:the\s|its\s|our\s|their\s|this\s|an?\s)?(?:\w+\s){0,2}(?:target|ambition|goal|standard)\b"
_ADVERB = r"(?:\w+ly\s|still\s|now\s|again\s|also\s|not\s|never\s|been\s|since\s|all\s|much\s|a\slittle\s|further\s)*"
_BE = rf"\b(?:is|are|was|were|has|have|had|be|been|being|keeps?|kept|remains?|remained|stays?|stayed|stands?|looks?|seems?|appears?|continues?|continued|became|becomes?|grew|gets?|got|getting)\s(?:to\s(?:be\s)?)?{_ADVERB}"

PATTERNS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("shift up",), r"\b(?:upward\sshift|shift(?:s|ed)?\s(?:\w+ly\s)?up(?:wards?)?|step(?:s|ped)?\s(?:\w+\s)?up(?:wards?)?|step\schange\sup(?:wards?)?)\b"),
    (("shift down",), r"\b(?:downward\sshift|shift(?:s|ed)?\s(?:\w+ly\s)?down(?:wards?)?|step(?:s|ped)?\s(?:\w+\s)?down(?:wards?)?)\b"),
    (("reliably meets",), rf"\b(?:reliably|consistently|always|invariably|routinely|every\smonth)\s(?:meets?|met|achiev(?:es?|ed)|reach(?:es|ed)?|exceed(?:s|ed)?|beats?)\s{_TARGET}"),
    (("reliably misses",), rf"\b(?:reliably|consistently|always|invariably|routinely)\s(?:miss(?:es|ed)?|fails?|failed|falls?\sshort\sof)\s(?:to\smeet\s)?{_TARGET}"),
    (("below target", "reliably misses"), rf"\b(?:below|under|beneath|short\sof|lower\sthan|miss(?:es|ed|ing)|fail(?:s|ed)?\sto\s(?:meet|reach))\s{_TARGET}"),
    (("above target", "reliably meets"), rf"\b(?:above|over|beyond|past|higher\sthan|exceed(?:s|ed|ing)?|meets?|met|meeting|reach(?:es|ed|ing)?|achiev(?:es|ed|ing)|surpass(?:es|ed|ing)?|beat(?:s|ing)?|hit(?:s|ting)?)\s{_TARGET}"),
    (("run above", "shift up"), r"\babove\s(?:the|its)\s(?:mean|average|centre\sline)\b"),
    (("run below", "shift down"), r"\bbelow\s(?:the|its)\s(?:mean|average|centre\sline)\b"),
    (("!stable",), r"\b(?:out\sof\s(?:statistical\s)?control|unstable|not\s(?:yet\s)?settled|erratic|volatile)\b|\b(?:shows?|signals?|points?\sto)\s(?:an?\s)?special[\s-]cause\b"),
    (("stable",), rf"{_BE}(?:stable|steady|settled|reliable|flat|level|constant|under\scontrol|unchanged)\b|\b(?:in\s(?:quality\s|statistical\s)?control|steady\s(?:at|state)|stable\s(?:at|process|level)|common[\s-]cause|ordinary\svariation|(?:no|without)\s(?:sign\sof\s)?(?:special[\s-]cause|signal|(?:real\s|significant\s)?change)|(?:did|does|do|has|have)\snot\schanged?|levell?ed\soff|plateau(?:ed|s)?|held\ssteady|holds?\ssteady|remained\sthe\ssame)\b"),
    (("improving",), rf"{_BE}(?:improving|improved|better|getting\sbetter|on\sthe\smend)\b|\b(?:has|have|had)\s{_ADVERB}improved\b|\b(?<!quality\s)(?<!safety\s)(?:an?|the|marked|clear|steady|real|significant|sustained|further|continued|continuing|signs?\sof)\s(?:\w+\s)?(?<!quality\s)(?<!safety\s)improvement(?=\s*[.,;:]|\s(?:in\s(?!the\sway)|on\s|since\s|over\s|of\s|from\s|to\s|this\s|is\s|has\s|was\s))|\b(?:improves|improved)(?=\s*[.,;:]|\s(?:since|again|from|to|by|further|over|in|sharply|steadily|markedly|significantly|this|on)\b)|\bkeeps?\simproving\b|\bgo(?:es|ne|ing)?\sfrom\sstrength\sto\sstrength\b"),
    (("worsening",), rf"{_BE}(?:worsening|worsened|worse|getting\sworse|deteriorating|deteriorated|slipping|slipped)\b|\b(?:has|have|had)\s{_ADVERB}(?:worsened|deteriorated|slipped)\b|\b(?:worsens|worsened)\b|\b(?:for\sthe\sworse)\b|\bdeteriorat(?:ed|es)(?=\s*[.,;:]|\s(?:since|again|from|to|by|further|over|in|sharply|steadily)\b)|\b(?:an?|the|marked|clear)\sdeterioration\sin\s(?!patients?|women|babies)"),
    (UP, rf"\b(?:has|have|had|is|are|was|were|keeps?|kept|continues?\sto|continued\sto)\s{_ADVERB}(?:risen|rising|rise|grown|growing|grow|climbed|climbing|climb|increased|increasing|increase|gone\sup|going\sup|soared|surged|picked\sup|up)\b(?!\sto\s(?:\d|\ue000))(?!\sand\srunning)|\b(?:rose|climbed|soared|surged|increased|grew|went\sup|goes\sup)\b(?!\s(?:their|its|our|the\s(?:number|use)\sof\sways))|\b(?:an?|the|this|that|steady|sharp|clear|marked|further|continued|sustained)\s(?:\w+\s)?(?:rise|increase|climb|upturn|upward\strend|growth)(?=\s*[.,;:]|\s(?:in|to|since|from|of|is|was|has|over|after|continues?|goes|on)\b)|\bon\sthe\s(?:rise|increase|up)\b|\b(?:upward|rising)\strend\b|\btrend(?:s|ing)?\s(?:is\s)?up(?:wards?)?\b|\b(?:rises|increases|climbs)(?=\s*[.,;:]|\s(?:to|from|since|by|again|further|each|every|steadily|sharply|month)\b)|\bup\s(?:from|on|since)\b"),
    (DOWN, rf"\b(?:has|have|had|is|are|was|were|keeps?|kept|continues?\sto|continued\sto)\s{_ADVERB}(?:fallen|falling|fall|declined|declining|decline|decreased|decreasing|decrease|dropped|dropping|drop|gone\sdown|going\sdown|plummeted|dwindled|dwindling|dipped|reduced|down)\b(?!\sto\s\ue000\s(?:in|of))|\b(?:fell|declined|dropped|plummeted|dwindled|dipped|decreased|went\sdown|goes\sdown)\b|\b(?:an?|the|this|that|steady|sharp|clear|marked|further|continued|sustained)\s(?:\w+\s)?(?:fall|decline|decrease|drop|dip|downturn|downward\strend|reduction)(?=\s*[.,;:]|\s(?:in|to|since|from|of|is|was|has|over|after|continues?|concerns?)\b)|\bon\sthe\s(?:decline|wane)\b|\b(?:downward|falling)\strend\b|\btrend(?:s|ing)?\s(?:is\s)?down(?:wards?)?\b|\b(?:falls|declines|decreases|drops)(?=\s*[.]|\s(?:to|from|since|by|again|further|each|every|steadily|sharply)\b)|\bdown\s(?:from|on|since)\b"),
)
"""What a chart must show (any of it; ``!`` for must not), and the words that claim it. The first that fits a place counts."""

_COMPILED = tuple((needs, re.compile(pattern, re.IGNORECASE)) for needs, pattern in PATTERNS)
_DENIED = re.compile(
    r"\b(?:not|no|never|nor|neither|without|cannot|hardly|scarcely|no\slonger|yet\sto|fail(?:s|ed)?\sto|stopped|ceased|"
    r"n['’]t|rather\sthan|instead\sof)\b(?:\s\w+){0,3}\s*$|n['’]t(?:\s\w+){0,3}\s*$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|unless|when(?:ever)?|where|may|might|could|would|should|shall|will|can|aims?|hopes?|wants?|needs?|"
    r"expects?|expected|intends?|plans?|planned|helps?|so\sthat|in\sorder|until|how|why|what|which\sof|to\sfind|to\ssee|"
    r"to\slearn|work(?:s|ed|ing)?\sto|tries|trying|seeks?|until|before\sit|any\ssign|meant|ask(?:s|ed)?)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:()–]|\sbut\s|\swhile\s|\swhereas\s|\salthough\s|\sthough\s|\.\s")


@dataclass(frozen=True)
class Said:
    """Words that claim something of a chart, where they stand, and whether they deny it."""

    words: str
    start: int
    needs: tuple[str, ...]
    is_denied: bool = False

    def is_borne_out_by(self, shows: Collection[str]) -> bool:
        """Say whether a chart that shows this bears the words out.

        Examples
        --------
        >>> Said("has risen", 0, UP).is_borne_out_by({"shift up"}), Said("has risen", 0, UP, True).is_borne_out_by({"stable"})
        (True, True)
        """
        holds = any((need[1:] not in shows) if need.startswith("!") else need in shows for need in self.needs)
        return holds != self.is_denied


def said_of_charts(text: str) -> list[Said]:
    """Return what a sentence says of how a measure goes; what is only supposed, hoped or planned is left out.

    Examples
    --------
    >>> [(each.words, each.needs[0]) for each in said_of_charts("It has risen since April, and is still below the target.")]
    [('has risen', 'shift up'), ('below the target', 'below target')]
    >>> said_of_charts("If it falls again, teams will review it."), said_of_charts("Quality improvement and falls in frailty")
    ([], [])
    """
    found: list[Said] = []
    for needs, pattern in _COMPILED:
        for match in pattern.finditer(text):
            if any(match.start() < other.start + len(other.words) and other.start < match.end() for other in found):
                continue
            clause = _clause_before(text, match.start())
            if _SUPPOSED.search(clause) or _SUPPOSED.match(match[0]):
                continue
            denied = bool(_DENIED.search(clause) or re.search(r"\b(?:not|never)\b|n['’]t\b", match[0])) and needs != ("stable",)
            found.append(Said(match[0], match.start(), needs, denied))
    return sorted(found, key=lambda each: each.start)


def _clause_before(text: str, start: int) -> str:
    """Return the words of a clause that stand before a place."""
    cuts = [match.end() for match in _CLAUSE.finditer(text, 0, start)]
    return text[cuts[-1] if cuts else 0 : start]
