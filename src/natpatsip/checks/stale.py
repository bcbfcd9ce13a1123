"""Stale narrative: sentences carried over from the quarter before that nobody has reviewed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding, Place
from natpatsip.checks.patterns import word_list
from natpatsip.checks.sentences import MARK, Sentence, sentences_of
from natpatsip.pipeline.cell_tags import TO_REVIEW
from natpatsip.pipeline.inline_code import INLINE
from natpatsip.quarter import Quarter, is_quarter
from natpatsip.wording import listing

CHECK = "stale"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_YEAR = r"(?:19|20)\d\d\s?[/–-]\s?(?:20)?\d\d"
NAMED = re.compile(
    rf"\b(?:(?P<id>\d{{4}}-\d{{2}}-Q[1-4])|Q(?P<number>[1-4])(?:,?\s(?:of\s)?(?P<year>{_YEAR}))?(?!\w)"
    rf"|[Qq]uarter\s(?P<digit>[1-4]|one|two|three|four)\b(?:\sof\s(?P<year2>{_YEAR}))?"
    rf"|(?P<ordinal>{'|'.join(_ORDINALS)})\squarter\b(?:\sof\s(?:the\s(?:financial\s|NHS\s)?year\s)?(?P<year3>{_YEAR}))?)"
)
_COMPARED = re.compile(rf"\b(?:{word_list('comparison')})\b", re.IGNORECASE)
_PLANNED = re.compile(rf"\b(?:{word_list('plan')})\b", re.IGNORECASE)


def check(context: CheckContext) -> list[Finding]:
    """Return cells to review, cells unchanged word for word, and named quarters that are not the one built."""
    return [*to_review(context), *_unchanged_words(context), *_other_quarters(context)]


def to_review(context: CheckContext) -> Iterator[Finding]:
    """Yield the cells that were carried over and that nobody has reviewed."""
    for place, cell in context.cells():
        if TO_REVIEW in place.tags:
            message = (
                f"The cell was carried over from the quarter before and is tagged {TO_REVIEW}: "
                f'"{_start(cell.source)}". Read it, make it true of this quarter, and remove the tag.'
            )
            yield place.finding(CHECK, message, found=_start(cell.source))


def _unchanged_words(context: CheckContext) -> Iterator[Finding]:
    before, now = str(context.quarter.previous()), str(context.quarter)
    for name in context.executed:
        cells = [each for each in context.cells(name, all_quarters=True) if each[1].cell_type == "markdown"]
        earlier: dict[str, Place] = {}
        for place, cell in cells:
            if before in place.tags and now not in place.tags:
                earlier |= dict.fromkeys(_paragraphs(cell, place), place)
        for place, cell in cells:
            if now not in place.tags or not {before, TO_REVIEW}.isdisjoint(place.tags):
                continue
            same = {words: text for words, text in _paragraphs(cell, place).items() if words in earlier}
            if same:
                quoted = listing([f'"{_start(text)}"' for text in same.values()])
                places = listing(list(dict.fromkeys(earlier[words].name for words in same)))
                are, them = ("is", "it is") if len(same) == 1 else ("are", "they are")
                message = (
                    f"{quoted} {are} word for word what {context.quarter.previous().label} says ({places}). Say "
                    f"what is true now, or remove the tag from both cells and keep one, if {them} true of any quarter."
                )
                yield place.finding(CHECK, message, found=_start(next(iter(same.values()))))


def _paragraphs(cell: Any, place: Place) -> dict[str, str]:
    """Return a cell's paragraphs, stale or not, by their words, without headings, lead-ins of lists and short lines."""
    blocks = {each.block: each.kind for each in sentences_of(cell, place)}
    expressions = iter(INLINE.findall(cell.source))
    found = {}
    for block, kind in blocks.items():
        own = [next(expressions, "") for _ in range(block.count(MARK))]
        words = " ".join([*re.findall(r"\w+", block.lower()), *own])
        is_lead_in = block.rstrip(" *_").endswith(":")  # "... on three points:" says nothing by itself
        if kind == "text" and len(re.findall(r"\w+", block)) >= 4 and not is_lead_in:
            found[words] = block.replace(MARK, "{…}")
    return found


def _other_quarters(context: CheckContext) -> Iterator[Finding]:
    for sentence in context.narrative:
        for named, start, end in quarters_in(sentence.text, context.quarter):
            if named == context.quarter or _is_comparison(sentence, named, context.quarter, start, end):
                continue
            words = sentence.text[start:end]
            when = "an earlier" if named < context.quarter else "a later"
            message = (
                f'"{_start(sentence.shown)}" names {words}, {when} quarter than the one reported on '
                f"({context.quarter.label}), and compares nothing. Say what is true now, or what is compared."
            )
            yield sentence.place.finding(CHECK, message, found=words, expected=context.quarter.label)


def quarters_in(text: str, quarter: Quarter) -> Iterator[tuple[Quarter, int, int]]:
    """Yield the quarters that a sentence names, with start and end; a bare Q3 is one of the reported year.

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
        which = _ORDINALS.get(match["ordinal"]) or words.get(number) or int(number)
        yield Quarter(int(year[:4]) if year else quarter.year, which), match.start(), match.end()


def _is_comparison(sentence: Sentence, named: Quarter, quarter: Quarter, start: int, end: int) -> bool:
    """Return True if another quarter is named to compare with or, if it is still to come, to say what is planned."""
    others = {each for each, _, _ in quarters_in(sentence.text, quarter)} - {named}
    if quarter in others or any(each.text == quarter.label for each in sentence.printed):
        return True
    around = sentence.text[:start] + " " + sentence.text[end:]
    if _COMPARED.search(around) or _COMPARED.search(sentence.text[max(0, start - 30) : end]):
        return True
    return named > quarter and bool(_PLANNED.search(around))


def _start(text: str, length: int = 70) -> str:
    """Return how a stale text begins."""
    flat = " ".join(re.sub(r"`\{python\}[^`]*`", "{…}", text).split())
    return flat if len(flat) <= length else flat[:length].rpartition(" ")[0] + "…"
