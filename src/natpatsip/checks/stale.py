"""Stale narrative: sentences carried over from the quarter before that nobody has read again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding
from natpatsip.checks.places import Place
from natpatsip.checks.sentences import MARK, Sentence, sentences_of
from natpatsip.pipeline.notebook import is_quarter
from natpatsip.quarter import Quarter

CHECK = "stale"
TO_REVIEW = "to-review"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_YEAR = r"(?:19|20)\d\d\s?[/–-]\s?(?:20)?\d\d"
NAMED = re.compile(
    rf"\b(?:(?P<id>\d{{4}}-\d{{2}}-Q[1-4])|Q(?P<number>[1-4])(?:,?\s(?:of\s)?(?P<year>{_YEAR}))?(?!\w)"
    rf"|[Qq]uarter\s(?P<digit>[1-4]|one|two|three|four)\b(?:\sof\s(?P<year2>{_YEAR}))?"
    rf"|(?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th)\squarter\b(?:\sof\s(?:the\s(?:financial\s|NHS\s)?year\s)?(?P<year3>{_YEAR}))?)"
)
_COMPARED = re.compile(
    r"\b(?:than|compared|comparison|against|versus|vs|since|unlike|whereas|previous(?:ly)?|earlier|before|preceding|"
    r"last\s(?:quarter|year|time)|up\sfrom|down\sfrom|rose\sfrom|fell\sfrom|(?:from|between)\s.{0,30}\b(?:to|and|until|through)|"
    r"built\s(?:up)?on|beg[au]n|started|launched|carried\sover|year[\s-]on[\s-]year|unchanged\sfrom|as\sin|same\s(?:as|quarter)|after|until|"
    r"later|had\s\w+ed|change[sd]?\sfrom|follow(?:ing|ed))\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|will|shall|expect(?:s|ed)?|due|next|ready|begin(?:s|ning)?|starts?|from|by|for|until|aims?|intends?|"
    r"scheduled|future|coming|upcoming|ahead|later|would|should|may|could|to\s(?:be|start|begin|submit|come)|submit|sends?|into|"
    r"runs?|over|spread|through|understand|drawn\sup)\b",
    re.IGNORECASE,
)


def check(material: Material) -> list[Finding]:
    """Return cells to review, cells left word for word, and quarters named that are not the one built."""
    return [*to_review(material), *_left_as_they_were(material), *_other_quarters(material)]


def to_review(material: Material) -> Iterator[Finding]:
    """Go through the cells that were carried over and that nobody has read again."""
    for place, cell in material.cells():
        if TO_REVIEW in place.tags:
            message = (
                f"The cell was carried over from the quarter before and is tagged {TO_REVIEW}: {_start(cell.source)}. "
                "Read it, make it true of this quarter, and take the tag off."
            )
            yield place.finding(CHECK, message, found=_start(cell.source))


def _left_as_they_were(material: Material) -> Iterator[Finding]:
    before, now = str(material.quarter.previous()), str(material.quarter)
    for name in material.executed:
        cells = [(place, cell) for place, cell in material.cells(everywhere=True) if place.notebook == name]
        earlier: dict[str, Place] = {}
        for place, cell in cells:
            if before in place.tags and now not in place.tags and cell.cell_type == "markdown":
                earlier |= dict.fromkeys(_paragraphs(cell, place), place)
        for place, cell in cells:
            if (
                now in place.tags
                and before not in place.tags
                and TO_REVIEW not in place.tags
                and cell.cell_type == "markdown"
            ):
                for words, said in _paragraphs(cell, place).items():
                    if words in earlier:
                        message = (
                            f'"{_start(said)}" stands word for word as in {material.quarter.previous().label} '
                            f'(cell "{earlier[words].cell}"). Say what is true now, or take the tag off '
                            "both cells and keep one, where it holds in any quarter."
                        )
                        yield place.finding(CHECK, message, found=_start(said))
                        break


def _paragraphs(cell: Any, place: Place) -> dict[str, str]:
    """Return the paragraphs of a cell by their words; headings and lines of a word or two are left out."""
    blocks = {each.block: each.kind for each in sentences_of(cell, place)}
    expressions = iter(re.findall(r"`\{python\}\s+([^`]+?)\s*`", cell.source))
    found = {}
    for block, kind in blocks.items():
        own = [next(expressions, "") for _ in range(block.count(MARK))]
        words = " ".join([*re.findall(r"\w+", block.lower()), *own])
        if kind == "text" and len(re.findall(r"\w+", block)) >= 4:
            found[words] = block.replace(MARK, "{…}")
    return found


def _other_quarters(material: Material) -> Iterator[Finding]:
    for sentence in material.narrative:
        for named, start, end in quarters_in(sentence.text, material.quarter):
            if named == material.quarter or _is_comparison(sentence, named, material.quarter, start, end):
                continue
            said = sentence.text[start:end]
            when = "an earlier" if named < material.quarter else "a later"
            message = (
                f'"{_start(sentence.shown)}" names {said}, {when} quarter than the one reported on '
                f"({material.quarter.label}), and compares nothing. Say what is true now, or what is compared."
            )
            yield sentence.place.finding(CHECK, message, found=said, expected=material.quarter.label)


def quarters_in(text: str, quarter: Quarter) -> Iterator[tuple[Quarter, int, int]]:
    """Go through the quarters that a sentence names, a bare Q3 being one of the year that is reported on.

    Examples
    --------
    >>> [str(named) for named, _, _ in quarters_in("From Q1 to Q3 2023/24, then the second quarter", Quarter(2024, 2))]
    ['2024-25-Q1', '2023-24-Q3', '2024-25-Q2']
    """
    for match in NAMED.finditer(text):
        if match["id"]:
            if is_quarter(match["id"]):
                yield Quarter.parse(match["id"]), match.start(), match.end()
            continue
        year = match["year"] or match["year2"] or match["year3"]
        words = {"one": 1, "two": 2, "three": 3, "four": 4}
        number = match["number"] or match["digit"] or ""
        which = _ORDINALS.get(match["ordinal"] or "") or words.get(number) or int(number)
        yield Quarter(int(year[:4]) if year else quarter.year, which), match.start(), match.end()


def _is_comparison(sentence: Sentence, named: Quarter, quarter: Quarter, start: int, end: int) -> bool:
    """Say whether another quarter is named to compare with, or, where it is to come, to say what is planned."""
    others = {each for each, _, _ in quarters_in(sentence.text, quarter)} - {named}
    if quarter in others or any(each.text == quarter.label for each in sentence.printed):
        return True
    around = sentence.text[:start] + " " + sentence.text[end:]
    if _COMPARED.search(around) or _COMPARED.search(sentence.text[max(0, start - 30) : end]):
        return True
    return named > quarter and bool(_AHEAD.search(around))


def _start(text: str, length: int = 70) -> str:
    """Return how a text begins."""
    flat = " ".join(re.sub(r"`\{python\}[^`]*`", "{…}", text).split())
    return flat if len(flat) <= length else flat[:length].rpartition(" ")[0] + "…"
