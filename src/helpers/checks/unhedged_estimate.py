"""Unhedged estimates: a modelled effect in a sentence that states it as if it had been counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.blocks import BLOCK
from helpers.checks import coded
from helpers.checks.finding import Finding
from helpers.checks.material import Material
from helpers.checks.places import Place
from helpers.checks.sentences import MARK, Sentence
from helpers.facts import Fact

CHECK = "unhedged-estimate"
HEDGES = re.compile(
    r"\b(?:up to|may|might|could|would have|potential(?:ly)?|estimat(?:es?|ed|ing|ions?)|model(?:led|ling|s)?|modeled|"
    r"(?:thought|believed|expected) to|likely|probabl[ey]|perhaps|possib(?:le|ly)|as many as|in the order of|"
    r"suggest(?:s|ed|ing)?|project(?:ed|ions?)|predict(?:ed|ion|s)?|indicative|at most)\b"
)


def check(material: Material) -> list[Finding]:
    """Return the estimates that are printed without a word that says so."""
    return [*_in_sentences(material), *_in_blocks(material)]


def _in_sentences(material: Material) -> Iterator[Finding]:
    for sentence in material.narrative:
        if sentence.role.startswith("tile."):
            continue  # a tile's value and label are one sentence, which its block holds
        for clause, facts in _clauses(sentence, material):
            if facts and not is_hedged(clause):
                yield _finding(sentence.place, facts, sentence.shown)


def _clauses(sentence: Sentence, material: Material) -> Iterator[tuple[str, list[Fact]]]:
    """Go through the parts of a sentence between semicolons, each with the estimates that it prints."""
    values = iter(sentence.printed)
    for clause in sentence.text.split(";"):
        own = [next(values) for _ in range(clause.count(MARK))]
        facts = [
            fact for each in own for fact in _estimates(each.expression, each.fact, sentence.place.notebook, material)
        ]
        yield sentence.block if sentence.kind == "row" else clause, facts


def is_hedged(text: str) -> bool:
    """Say whether a text words a number as an estimate; *May* with a capital inside a sentence is a month.

    Examples
    --------
    >>> is_hedged("Up to 99 lives may have been saved."), is_hedged("In May 99 lives were saved.")
    (True, False)
    """
    start = re.sub(r"^\W*([A-Z])", lambda match: match[0].lower(), text)
    return bool(
        HEDGES.search(
            re.sub(r"(?<=[.:(] )(?:Up to|An estimated|Estimated|Potentially|Perhaps)", lambda m: m[0].lower(), start)
        )
    )


def _estimates(expression: str, fact: Fact | None, notebook: str, material: Material) -> Iterator[Fact]:
    """Go through the estimates that an expression prints: the fact it is, or those it is made of by name."""
    if fact is not None:
        if is_estimate(fact, material):
            yield fact
        return
    if not {"share", "percent", "plural", "direction", "claim", "describe"}.isdisjoint(coded.calls_in(expression)):
        return  # words, or another number than the estimate
    named = [each for name in coded.names_in(expression) for each in material.bound[notebook].get(name, ())]
    for _, name, written in [*named, *coded.cited_in(expression)]:
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
