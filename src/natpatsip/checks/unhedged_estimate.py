"""Unhedged estimates: a modelled effect in a sentence that states it as if it had been counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks import code_cells
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding, Place
from natpatsip.checks.patterns import word_list
from natpatsip.checks.sentences import MARK, Printed, Sentence
from natpatsip.facts.fact import Fact

CHECK = "unhedged-estimate"
HEDGES = re.compile(rf"\b(?:{word_list('hedge')})\b")

_OTHER_WORDS = {"share", "percent", "plural", "direction", "claim", "describe"}  # they print not the estimate itself
_AND = re.compile(r",?\s(?:and|but|while|whereas|though|yet)\s|,\s(?:with|of\swhom)\s|\s[–—]\s")
# A verb that has a subject before it; "may have avoided 5 and saved 3" has one "may" for both.
_STATES = re.compile(rf"(?<=\S\s)(?<!who\s)(?<!that\s)(?<!which\s)\b(?:{word_list('stating_verb')})\b")
_SAID_OF_ALL = re.compile(r"\s(?:that|is\sthat|are\sthat)\b|\s?:")
_ITS_OWN = re.compile(rf"\s(?:(?:an?|some|the|another|further|about|around|total|of)\s){{0,2}}{MARK}")


def check(context: CheckContext) -> list[Finding]:
    """Return the estimates that are printed without a word that says so."""
    return [*_in_sentences(context), *_in_blocks(context)]


def _in_sentences(context: CheckContext) -> Iterator[Finding]:
    for sentence in context.narrative:
        if sentence.role.startswith("tile."):
            continue  # a tile's value and label are one sentence, which its block holds
        if facts := list(_unhedged(sentence, context)):
            yield _finding(sentence.place, facts, sentence.shown)


def _unhedged(sentence: Sentence, context: CheckContext) -> Iterator[Fact]:
    """Yield the estimates of a sentence that no hedge covers; a row of a table is hedged as a whole."""
    values = iter(sentence.printed)
    for clause in sentence.text.split(";"):
        own = [_estimates(next(values), sentence.place.notebook, context) for _ in range(clause.count(MARK))]
        if not any(own):
            continue
        is_row = sentence.kind == "row"
        for facts, is_covered in zip(
            own, [is_hedged(sentence.block)] * len(own) if is_row else hedged(clause), strict=True
        ):
            yield from () if is_covered else facts


def is_hedged(text: str) -> bool:
    """Return True if a text words a number as an estimate; *May* with a capital inside a sentence is a month.

    Examples
    --------
    >>> is_hedged("Up to 99 lives may have been saved."), is_hedged("In May 99 lives were saved.")
    (True, False)
    """
    return bool(HEDGES.search(_lowered(text)))


def _lowered(text: str) -> str:
    """Return a text without the capitals of hedges at the start of a sentence; every letter keeps its place."""
    start = re.sub(r"^\W*([A-Z])", lambda match: match[0].lower(), text)
    return re.sub(r"(?<=[.:(] )(?:Up to|An estimated|Estimated|Potentially|Perhaps)", lambda m: m[0].lower(), start)


def hedged(clause: str) -> list[bool]:
    """Return, for each mark in a clause, whether a hedge covers it: one of its own, or that of its list.

    A hedge before a mark goes on over a list (*up to 64 in the quarter and 132 in the year*) until a part with a verb
    of its own states something else. One after a mark covers it if both are in one statement (*99 lives may have been
    saved*), unless it comes before another number (*99 were saved, and up to 195 in the year*).

    Examples
    --------
    >>> hedged(f"Up to {MARK} in the quarter and {MARK} in the year to date were saved")
    [True, True]
    >>> hedged(f"{MARK} lives were saved, and up to {MARK} in the year to date")
    [False, True]
    """
    text = _lowered(clause)
    hedges = [match.span() for match in HEDGES.finditer(text)]
    marks = [match.start() for match in re.finditer(MARK, text)]
    return [
        any(
            _covers_after(text, end, at) if end <= at else _covers_before(text, at, start, end) for start, end in hedges
        )
        for at in marks
    ]


def _covers_after(text: str, end: int, at: int) -> bool:
    """Return True if a hedge covers a mark after it: no other statement has begun in between."""
    if _SAID_OF_ALL.match(text, end):
        return True
    begun = [match for match in _AND.finditer(text, end) if match.end() <= at]
    if not begun:
        return True
    listed = text[end : begun[-1].start()]
    if MARK in listed and not _STATES.search(listed):  # up to 13 in the quarter and 25 in the year were saved
        return True
    until = next((match.start() for match in _AND.finditer(text, at)), len(text))
    return not _STATES.search(text[begun[-1].end() : until])


def _covers_before(text: str, at: int, start: int, end: int) -> bool:
    """Return True if a hedge covers a mark before it: both are in one statement, and it has no number of its own."""
    if _ITS_OWN.match(text, end):
        return False
    statements = _AND.split(text[at:start])
    return len(statements) == 1 or not any(_STATES.search(each) for each in statements[:-1])


def _estimates(printed: Printed, notebook: str, context: CheckContext) -> list[Fact]:
    """Return the estimates that an expression prints: the fact that it is, or those that it is made of by name."""
    if printed.fact is not None:
        return [printed.fact] if _is_estimate(printed.fact, context) else []
    code = code_cells.parse(printed.expression)
    if not code.calls.isdisjoint(_OTHER_WORDS):
        return []
    calls = [call for name in code.names for call in context.bound[notebook].get(name, ())] + code.fact_calls
    return [
        fact
        for call in calls
        for (name, period), fact in context.facts.items()
        if name == call.id and _may_be(call.period, period, context) and _is_estimate(fact, context)
    ]


def _may_be(written: str, period: str, context: CheckContext) -> bool:
    """Return True if a period as code writes it may be a fact's: a literal is known, a name is not."""
    if not written:
        return period == str(context.quarter)
    return written.strip("'\"") == period or not written.startswith(("'", '"'))


def _is_estimate(fact: Fact, context: CheckContext) -> bool:
    """Return True if a fact is a modelled effect, as published or by the rules, or is calculated from one."""
    is_own = fact.is_estimate or context.rules.is_estimate(fact.id, fact.period)
    return is_own or any(_is_estimate(each, context) for each in fact.inputs)


def _in_blocks(context: CheckContext) -> Iterator[Finding]:
    """Yield findings in tiles, table rows and callouts: each is hedged by its own words, a table by its caption too."""
    for place, cell in context.cells():
        records = [output.get("data", {}).get(BLOCK) for output in cell.get("outputs", [])]
        for record in filter(None, records):
            facts = map(Fact.from_record, record["facts"])
            estimates = {fact.key: fact for fact in facts if _is_estimate(fact, context)}
            markdown = record["markdown"] if estimates else ""
            caption = "".join(re.findall(r"^: (.+)$", markdown, re.MULTILINE))
            header = markdown.splitlines()[0] if markdown.startswith("|") else ""
            for part in _parts(markdown):
                keys = re.findall(r'key="([^"]+)" period="([^"]+)"', part)
                own = [estimates[key] for key in keys if key in estimates]
                if own and not any(map(is_hedged, (part, caption, header.lower()))):
                    yield _finding(place, own, re.sub(r"\[([^\]]*)\]\{\.fact[^}]*\}", r"\1", part))


def _parts(markdown: str) -> list[str]:
    """Return a block's tiles, rows or paragraphs, in each of which an estimate is hedged or not."""
    if ".tile " in markdown:
        return [part.split("}\n", 1)[-1] for part in re.split(r"^::: \{", markdown, flags=re.MULTILINE)[1:]]
    return markdown.splitlines()


def _finding(place: Place, facts: list[Fact], text: str) -> Finding:
    shown = " ".join(re.sub(r"[:{}]{3,}", " ", text).split())
    names = ", ".join(dict.fromkeys(f"{fact.id} ({fact.text})" for fact in facts))
    message = (
        f'"{shown}" states {names}, a modelled effect, as if it were counted. Word it as an estimate: "up to", '
        '"may have", "potentially", "an estimated".'
    )
    return place.finding(CHECK, message, fact=facts[0].id, found=shown, expected=f"up to {facts[0].text}")
