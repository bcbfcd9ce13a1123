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
_IS = (
    r"\b(?:is|are|was|were|has|have|had|be|been|being|keeps?|kept|remains?|remained|stays?|stayed|stands?|looks?|seems?|"
    rf"appears?|continues?|continued|became|becomes?|grew|gets?|got|getting)\s(?:to\s(?:be\s)?)?{_ADVERB}"
)
_GOES = rf"\b(?:has|have|had|is|are|was|were|keeps?|kept|continues?\sto|continued\sto)\s{_ADVERB}"
_SOME = r"\b(?:an?|the|this|that|steady|sharp|clear|marked|further|continued|sustained)\s(?:\w+\s)?"
_WENT_ON = r"(?=\s*[.,;:]|\s(?:in|to|since|from|of|is|was|has|over|after|continues?|goes|on|concerns?)\b)"
_GOES_ON = r"(?=\s*[.]|\s(?:to|from|since|by|again|further|each|every|steadily|sharply|month)\b)"
_TURNED = (
    r"(?=\s*[.,;:]|\s(?:since|again|from|to|by|further|over|in|sharply|steadily|markedly|significantly|this|on)\b)"
)
_THAN = r"than\s(?:ever|before|at\s(?:the\s)?(?:baseline|start)|a\syear|last|in\s(?:19|20)\d\d)\b"
_MEETS = r"(?:meets?|met|achiev(?:es?|ed)|reach(?:es|ed)?|exceed(?:s|ed)?|beats?)"

PATTERNS: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    (
        ("shift up",),
        (
            r"\bupward\sshift\b",
            r"\bshift(?:s|ed)?\s(?:\w+ly\s)?up(?:wards?)?\b",
            r"\bstep(?:s|ped)?\s(?:\w+\s)?up(?:wards?)?\b",
        ),
    ),
    (
        ("shift down",),
        (
            r"\bdownward\sshift\b",
            r"\bshift(?:s|ed)?\s(?:\w+ly\s)?down(?:wards?)?\b",
            r"\bstep(?:s|ped)?\s(?:\w+\s)?down(?:wards?)?\b",
        ),
    ),
    (
        ("reliably meets",),
        (rf"\b(?:reliably|consistently|always|invariably|routinely|every\smonth)\s{_MEETS}\s{_TARGET}",),
    ),
    (
        ("reliably misses",),
        (
            r"\b(?:reliably|consistently|always|invariably|routinely)\s"
            rf"(?:miss(?:es|ed)?|fails?|failed|falls?\sshort\sof)\s(?:to\smeet\s)?{_TARGET}",
        ),
    ),
    (
        ("below target", "reliably misses"),
        (
            r"\b(?:below|under|beneath|short\sof|lower\sthan|miss(?:es|ed|ing)|fail(?:s|ed)?\sto\s(?:meet|reach))\s"
            rf"{_TARGET}",
        ),
    ),
    (
        ("above target", "reliably meets"),
        (
            r"\b(?:above|over|beyond|past|higher\sthan|exceed(?:s|ed|ing)?|meets?|met|meeting|reach(?:es|ed|ing)?|"
            rf"achiev(?:es|ed|ing)|surpass(?:es|ed|ing)?|beat(?:s|ing)?|hit(?:s|ting)?)\s{_TARGET}",
        ),
    ),
    (("run above", "shift up"), (r"\babove\s(?:the|its)\s(?:mean|average|centre\sline)\b",)),
    (("run below", "shift down"), (r"\bbelow\s(?:the|its)\s(?:mean|average|centre\sline)\b",)),
    (
        ("!stable",),
        (
            r"\b(?:out\sof\s(?:statistical\s)?control|unstable|not\s(?:yet\s)?settled|erratic|volatile)\b",
            r"\b(?:shows?|signals?|points?\sto)\s(?:an?\s)?special[\s-]cause\b",
        ),
    ),
    (
        ("stable",),
        (
            rf"{_IS}(?:stable|steady|settled|reliable|flat|level|constant|under\scontrol|unchanged)\b",
            r"\b(?:in\s(?:quality\s|statistical\s)?control|steady\s(?:at|state)|stable\s(?:at|process|level))\b",
            r"\b(?:common[\s-]cause|ordinary\svariation|levell?ed\soff|plateau(?:ed|s)?|holds?\ssteady|held\ssteady)\b",
            r"\b(?:no|without)\s(?:sign\sof\s)?(?:special[\s-]cause|signal|(?:real\s|significant\s)?change)\b",
            r"\b(?:did|does|do|has|have)\snot\schanged?\b",
            r"\bremained\sthe\ssame\b",
        ),
    ),
    (
        ("improving",),
        (
            rf"{_IS}(?:improving|improved|better|getting\sbetter|on\sthe\smend)\b",
            rf"\b(?:has|have|had)\s{_ADVERB}improved\b",
            r"\b(?:an?|the|marked|clear|steady|real|significant|sustained|further|continued|continuing|signs?\sof)\s"
            r"(?:(?!quality|safety)\w+\s)?(?<!quality\s)(?<!safety\s)improvement"
            r"(?=\s*[.,;:]|\s(?:in\s(?!the\sway)|on\s|since\s|over\s|of\s|from\s|to\s|this\s|is\s|has\s|was\s))",
            rf"\b(?:improves|improved){_TURNED}",
            r"\bkeeps?\simproving\b|\b(?:and|also|yet)\simprov(?:ing|ed)\b(?!\s\w+ing)",
            r"\b(?:go(?:es|ne|ing)?|went)\sfrom\sstrength\sto\sstrength\b",
        ),
    ),
    (
        ("worsening",),
        (
            rf"{_IS}(?:worsening|worsened|worse|getting\sworse|deteriorating|deteriorated|slipping|slipped)\b",
            rf"\b(?:has|have|had)\s{_ADVERB}(?:worsened|deteriorated|slipped)\b",
            r"\b(?:worsens|worsened|for\sthe\sworse)\b",
            rf"\bdeteriorat(?:ed|es){_TURNED}",
            r"\b(?:an?|the|marked|clear)\sdeterioration\sin\s(?!patients?|women|babies)",
        ),
    ),
    (
        UP,
        (
            rf"{_GOES}(?:risen|rising|rise|grown|growing|grow|climbed|climbing|climb|increased|increasing|increase|"
            r"gone\sup|going\sup|soared|surged|picked\sup|up(?!\sto\b)(?!\sand\srunning))\b",
            r"\b(?:rose|climbed|soared|surged|increased|grew|went\sup|goes\sup)\b(?!\s(?:their|its|our)\b)",
            rf"{_SOME}(?:rise|increase|climb|upturn|upward\strend|growth){_WENT_ON}",
            r"\bon\sthe\s(?:rise|increase|up)\b",
            r"\b(?:upward|rising)\strend\b|\btrend(?:s|ing)?\s(?:is\s)?up(?:wards?)?\b",
            rf"\b(?:rises|increases|climbs){_GOES_ON}",
            r"\bup\s(?:from|on|since)\b",
            rf"\bmore\s(?:\w+\s){{1,6}}{_THAN}",
        ),
    ),
    (
        DOWN,
        (
            rf"{_GOES}(?:fallen|falling|fall|declined|declining|decline|decreased|decreasing|decrease|dropped|dropping|"
            r"drop|gone\sdown|going\sdown|plummeted|dwindled|dwindling|dipped|reduced|down(?!\sto\b))\b",
            r"\b(?:fell|declined|dropped|plummeted|dwindled|dipped|decreased|went\sdown|goes\sdown)\b",
            rf"{_SOME}(?:fall|decline|decrease|drop|dip|downturn|downward\strend|reduction){_WENT_ON}",
            r"\bon\sthe\s(?:decline|wane)\b",
            r"\b(?:downward|falling)\strend\b|\btrend(?:s|ing)?\s(?:is\s)?down(?:wards?)?\b",
            rf"\b(?:falls|declines|decreases|drops){_GOES_ON}",
            r"\bdown\s(?:from|on|since)\b",
            rf"\b(?:fewer|less)\s(?:\w+\s){{1,6}}{_THAN}",
        ),
    ),
)
"""What a chart must show (any of it; ``!`` for must not), and the words for it. The first that fits counts."""

_COMPILED = tuple((needs, re.compile("|".join(patterns), re.IGNORECASE)) for needs, patterns in PATTERNS)
_HINT = re.compile(  # at what a sentence must hold for any of these patterns; most hold none
    r"up|down|rise|ris(?:en|ing)|rose|gr[eo]w|climb|increas|soar|surg|pick|trend|more|fewer|less|fall|fell|declin|decreas|"
    r"drop|dip|plummet|dwindl|reduc|wane|improv|better|mend|strength|worse|deteriorat|slip|stable|steady|settled|reliab|"
    r"flat|level|constant|control|unchanged|common|ordinary|special|signal|change|plateau|same|erratic|volatile|mean|"
    r"average|centre|target|ambition|goal|standard",
    re.IGNORECASE,
)
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
        >>> Said("has risen", 0, UP).is_borne_out_by({"shift up"})
        True
        >>> Said("has risen", 0, UP, is_denied=True).is_borne_out_by({"shift up"})
        False
        """
        holds = any((need[1:] not in shows) if need.startswith("!") else need in shows for need in self.needs)
        return holds != self.is_denied


def said_of_charts(text: str) -> list[Said]:
    """Return what a sentence says of how a measure goes; what is only supposed, hoped or planned is left out.

    Examples
    --------
    >>> [(each.words, each.needs[0]) for each in said_of_charts("It has risen, and is still below the target.")]
    [('has risen', 'shift up'), ('below the target', 'below target')]
    >>> said_of_charts("If it falls again, teams will review it, and falls in frailty are a theme.")
    []
    """
    found: list[Said] = []
    if not _HINT.search(text):
        return found
    for needs, pattern in _COMPILED:
        for match in pattern.finditer(text):
            if any(match.start() < other.start + len(other.words) and other.start < match.end() for other in found):
                continue
            clause = _clause_before(text, match.start())
            if _SUPPOSED.search(clause) or _SUPPOSED.match(match[0]):
                continue
            found.append(Said(match[0], match.start(), needs, _is_denied(clause, match[0], needs)))
    return sorted(found, key=lambda each: each.start)


def _is_denied(clause: str, words: str, needs: tuple[str, ...]) -> bool:
    """Say whether words are denied, before them or among them; *has not changed* is a way to say stable."""
    within = needs != ("stable",) and re.search(r"\b(?:not|never)\b|n['’]t\b", words)
    return bool(_DENIED.search(clause) or within)


def _clause_before(text: str, start: int) -> str:
    """Return the words of a clause that stand before a place."""
    cuts = [match.end() for match in _CLAUSE.finditer(text, 0, start)]
    return text[cuts[-1] if cuts else 0 : start]
