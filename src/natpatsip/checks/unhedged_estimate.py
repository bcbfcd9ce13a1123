"""Unhedged estimates: a modelled effect in a sentence that states it as if it had been counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from natpatsip.blocks import BLOCK
from natpatsip.checks import code_cells
from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding
from natpatsip.checks.places import Place
from natpatsip.checks.sentences import MARK, Sentence
from natpatsip.facts import Fact

CHECK = "unhedged-estimate"
HEDGES = re.compile(
    r"\b(?:up to|may|might|could|would have|potential(?:ly)?|estimat(?:es?|ed|ing|ions?)|model(?:led|ling|s)?|modeled|"
    r"(?:thought|believed|expected) to|likely|probabl[ey]|perhaps|possib(?:le|ly)|as many as|in the order of|"
    r"suggest(?:s|ed|ing)?|project(?:ed|ions?)|predict(?:ed|ion|s)?|indicative|at most)\b"
)

_AND = re.compile(r",?\s(?:and|but|while|whereas|though|yet)\s|,\s(?:with|of\swhom)\s|\s[–—]\s")
_STATES = re.compile(  # a verb that has a subject before it; "may have avoided 5 and saved 3" has one may for both
    r"(?<=\S\s)(?<!who\s)(?<!that\s)(?<!which\s)\b(?:were|was|are|is|have|has|had|did|survived?|saved?|avoided?|lived|"
    r"died|prevented)\b"
)
_SAID_OF_ALL = re.compile(r"\s(?:that|is\sthat|are\sthat)\b|\s?:")
_ITS_OWN = re.compile(rf"\s(?:(?:an?|some|the|another|further|about|around|total|of)\s){{0,2}}{MARK}")


def check(material: Material) -> list[Finding]:
    """Return the estimates that are printed without a word that says so."""
    return [*_in_sentences(material), *_in_blocks(material)]


def _in_sentences(material: Material) -> Iterator[Finding]:
    for sentence in material.narrative:
        if sentence.role.startswith("tile."):
            continue  # a tile's value and label are one sentence, which its block holds
        if facts := list(_unhedged(sentence, material)):
            yield _finding(sentence.place, facts, sentence.shown)


def _unhedged(sentence: Sentence, material: Material) -> Iterator[Fact]:
    """Go through the estimates of a sentence that no hedge covers; a row of a table is hedged as a whole."""
    values = iter(sentence.printed)
    for clause in sentence.text.split(";"):
        covered: list[bool] | None = None
        for number in range(clause.count(MARK)):
            each = next(values)
            facts = list(_estimates(each.expression, each.fact, sentence.place.notebook, material))
            if not facts:
                continue
            if covered is None:
                covered = [is_hedged(sentence.block)] * clause.count(MARK) if sentence.kind == "row" else hedged(clause)
            if not covered[number]:
                yield from facts


def is_hedged(text: str) -> bool:
    """Say whether a text words a number as an estimate; *May* with a capital inside a sentence is a month.

    Examples
    --------
    >>> is_hedged("Up to 99 lives may have been saved."), is_hedged("In May 99 lives were saved.")
    (True, False)
    """
    return bool(HEDGES.search(_lowered(text)))


def _lowered(text: str) -> str:
    """Return a text whose hedges at the start of a sentence have no capital; every letter keeps its place."""
    start = re.sub(r"^\W*([A-Z])", lambda match: match[0].lower(), text)
    return re.sub(r"(?<=[.:(] )(?:Up to|An estimated|Estimated|Potentially|Perhaps)", lambda m: m[0].lower(), start)


def hedged(clause: str) -> list[bool]:
    """Say of each mark in a clause whether a hedge covers it: one of its own, or that of the list it stands in.

    A hedge before a mark goes on over a list (*up to 64 in the quarter and 132 in the year*) until a part with a verb
    of its own states something else. One after a mark covers it where it ends the same statement (*99 lives may have
    been saved*), and never where it stands before another number (*99 were saved, and up to 195 in the year*).

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
    return [any(_covers(text, at, *hedge) for hedge in hedges) for at in marks]


def _covers(text: str, at: int, start: int, end: int) -> bool:
    return _covers_after(text, end, at) if end <= at else _covers_before(text, at, start, end)


def _covers_after(text: str, end: int, at: int) -> bool:
    """Say whether a hedge covers a mark that comes after it: no other statement has begun in between."""
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
    """Say whether a hedge covers a mark that comes before it: both are in one statement, and no number is its own."""
    if _ITS_OWN.match(text, end):
        return False
    statements = _AND.split(text[at:start])
    return len(statements) == 1 or not any(_STATES.search(each) for each in statements[:-1])


def _estimates(expression: str, fact: Fact | None, notebook: str, material: Material) -> Iterator[Fact]:
    """Go through the estimates that an expression prints: the fact it is, or those it is made of by name."""
    if fact is not None:
        if is_estimate(fact, material):
            yield fact
        return
    if not {"share", "percent", "plural", "direction", "claim", "describe"}.isdisjoint(code_cells.calls_in(expression)):
        return  # words, or another number than the estimate
    named = [each for name in code_cells.names_in(expression) for each in material.bound[notebook].get(name, ())]
    for _, name, written in [*named, *code_cells.cited_in(expression)]:
        for key, known in material.facts.items():
            if key[0] == name and _is_period(written, key[1], material) and is_estimate(known, material):
                yield known


def _is_period(written: str, period: str, material: Material) -> bool:
    """Say whether a period as code writes it may be a fact's: a literal is known, a name is not."""
    if not written:
        return period == str(material.quarter)
    return written.strip("'\"") == period or not written.startswith(("'", '"'))


def is_estimate(fact: Fact, material: Material) -> bool:
    """Say whether a fact is a modelled effect: as published, or by the rules."""
    return fact.is_estimate or material.rules.is_estimate(fact.id, fact.period)


def _in_blocks(material: Material) -> Iterator[Finding]:
    """Go through tiles, table rows and callouts that print facts: each by its own words, a table by its caption too."""
    for place, cell in material.cells():
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get(BLOCK)
            if not record or not record["facts"]:
                continue
            estimates = {
                (fact.id, fact.period): fact
                for each in record["facts"]
                if is_estimate(fact := Fact.from_record(each), material)
            }
            if not estimates:
                continue
            markdown = record["markdown"]
            caption = "".join(re.findall(r"^: (.+)$", markdown, re.MULTILINE))
            header = markdown.splitlines()[0] if markdown.startswith("|") else ""
            for part in _parts(markdown):
                own = [
                    estimates[key] for key in re.findall(r'key="([^"]+)" period="([^"]+)"', part) if key in estimates
                ]
                if own and not any(map(is_hedged, (part, caption, header.lower()))):
                    yield _finding(place, own, re.sub(r"\[([^\]]*)\]\{\.fact[^}]*\}", r"\1", part))


def _parts(markdown: str) -> list[str]:
    """Return a block's tiles, rows or paragraphs."""
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
