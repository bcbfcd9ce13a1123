"""What readers are shown and not told: acronyms that the glossary lacks, and facts without a label of their own.

Terms of the glossary that the text does not use, or that have no meaning beside them, or more than one, are found too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from natpatsip.blocks.figures import FIGURE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.numbers import allowed_numbers
from natpatsip.checks.outcome import Finding
from natpatsip.errors import nearest
from natpatsip.facts.fact import Fact
from natpatsip.facts.fact_labels import FILE as LABELS
from natpatsip.files.digests import key
from natpatsip.pipeline.plan import GLOSSARY

CHECK = "glossary"
_ACRONYM = re.compile(
    r"(?<![\w&@/.-])(?:(?:[A-Z][a-z]{1,4}){1,3}[A-Z]{2,}|[A-Z]{2,}\d*|[A-Z]&[A-Z])(?=(?:s|['’]s)?(?![\w&]|\.\d))"
)
_NOT_READ = re.compile(r"`[^`]*`|\]\([^)]*\)|\{[^}]*\}|https?://\S+|@[a-z]+-[\w-]+")
_NAMES_WITH_CAPITALS = ("standard or document", "telephone and postcode", "quarter or financial year")
KNOWN_TO_ALL = frozenset(
    [
        *("UK", "EU", "US", "USA", "PDF", "CSV", "HTML", "URL", "OK", "AM", "PM", "GMT", "BST", "ID", "TV", "COVID"),
        *("II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII", "XIII"),
        *("NOT", "AND", "OR", "ALL", "NO", "ANY", "MUST", "NEVER", "THE", "IN", "IS", "ON", "AT", "BY", "TO", "OF"),
    ]
)


def check(context: CheckContext) -> list[Finding]:
    """Return what the glossary, if there is one, lacks or has for nothing, and facts without a label."""
    if GLOSSARY not in context.executed:
        return [*_unlabelled(context)]
    of_terms = [*_unexplained(context), *_without_meaning(context), *_with_two_meanings(context), *_unused(context)]
    return [*of_terms, *_unlabelled(context)]


def _unexplained(context: CheckContext) -> Iterator[Finding]:
    names = set(context.settings.names)
    known = {word for term in context.terms for word in (term, *re.split(r"\W+", term))} | KNOWN_TO_ALL | names
    known |= {word.removesuffix("s") for word in known}
    seen: set[str] = set()
    allowed = key(*(context.allowed_numbers[kind].pattern for kind in _NAMES_WITH_CAPITALS))
    for sentence in context.narrative:
        found = partial(acronyms, sentence.text, context.allowed_numbers)
        for acronym in context.saved.once(found, "acronyms", allowed, sentence.text):
            is_own_row = sentence.kind == "row" and sentence.place.notebook == GLOSSARY
            if acronym in known or acronym in seen or is_own_row:
                continue
            seen.add(acronym)
            message = (
                f"{acronym} is used, but the glossary does not explain it. Add a row to notebooks/{GLOSSARY}.ipynb."
            )
            yield sentence.place.finding(CHECK, message, found=acronym)


def _without_meaning(context: CheckContext) -> Iterator[Finding]:
    """Yield the rows of the glossary of which readers see a term alone, or a meaning alone."""
    for term, (place, meaning) in context.terms.items():
        if not meaning:
            message = f'The glossary\'s row "{term}" has only one cell with words. Give it a term and its meaning.'
            yield place.finding(CHECK, message, found=term)


def _with_two_meanings(context: CheckContext) -> Iterator[Finding]:
    """Yield the terms that the glossary explains in more ways than one: on a page none of them would open."""
    meanings: dict[str, str] = {}
    for term, place, meaning in context.rows_of_terms:
        if meaning and meanings.setdefault(term, meaning) != meaning:
            message = (
                f'The glossary explains {term} twice, as "{meanings[term]}" and as "{meaning}": readers cannot tell '
                "which is meant, and pages open neither. Keep one row, and write the other out in the text."
            )
            yield place.finding(CHECK, message, found=term)


def acronyms(text: str, allowed: Mapping[str, re.Pattern[str]] | None = None) -> list[str]:
    """Return the acronyms of a sentence, without the s of their plural; documents and the like are not among them.

    Examples
    --------
    >>> acronyms("GPs and the QuiSIP team met NHS England (A&E) about NEWS2 in Q2.")
    ['GP', 'QuiSIP', 'NHS', 'A&E', 'NEWS2']
    """
    allowed = allowed or allowed_numbers()
    for pattern in (_NOT_READ, *(allowed[kind] for kind in _NAMES_WITH_CAPITALS)):
        text = pattern.sub(" ", text)
    return _ACRONYM.findall(text)


def _unused(context: CheckContext) -> Iterator[Finding]:
    """Yield terms that no cell of any quarter uses, except in a table captioned as terms used elsewhere."""
    used = _used(context)
    for term, (place, meaning) in context.terms.items():
        if not meaning:
            continue  # told already
        cell = next(cell for cell in context.executed[GLOSSARY].cells if cell.get("id") == place.cell)
        if re.search(r"^:.*\b(?:other|elsewhere)\b", cell.source, re.MULTILINE | re.IGNORECASE):
            continue
        if term not in used:
            message = f"{term} is explained in the glossary, but used nowhere. Remove its row, or use it."
            yield place.finding(CHECK, message, found=term)


def _used(context: CheckContext) -> set[str]:
    """Return the terms that the texts use."""
    terms = [term for term, (_, meaning) in context.terms.items() if meaning]
    known = key(*terms)
    found = (context.saved.once(partial(_terms_in, text, terms), "terms", known, text) for text in _texts(context))
    return set().union(*found)


def _terms_in(text: str, terms: Sequence[str]) -> list[str]:
    stems = {term: term.removesuffix("s") for term in terms}
    return [term for term, stem in stems.items() if stem in text and _is_used(stem, text)]


def _is_used(stem: str, text: str) -> bool:
    return re.search(rf"(?<![\w]){re.escape(stem)}(?:s|['’]s)?(?!\w)", text) is not None


def _unlabelled(context: CheckContext) -> Iterator[Finding]:
    """Yield facts that have no label in words, or that of another fact of the period."""
    owners: dict[tuple[str, str], str] = {}
    for fact in context.facts.values():
        shown = f"{fact.id} ({fact.period}: {fact.text})"
        owner = owners.setdefault((fact.label, fact.period), fact.id)
        if not fact.label and fact.section:
            yield _at(context, fact, f'{shown} has no label in words. Publish it with one, label="…".')
        elif not fact.label:
            hint = nearest(fact.id, context.labels)
            yield _at(context, fact, f"{shown} has no label in words.{hint} Add its row to {LABELS}: {fact.id},…")
        elif owner != fact.id:
            message = f'{shown} has the label of {owner}, "{fact.label}": readers cannot tell them apart. Reword one.'
            yield _at(context, fact, message)


def _at(context: CheckContext, fact: Fact, message: str) -> Finding:
    place = context.places.get((fact.section, fact.cell))
    if place:
        return place.finding(CHECK, message, fact=fact.id, found=fact.label)
    return Finding(CHECK, message, LABELS, fact=fact.id, found=fact.label)


def _texts(context: CheckContext) -> Iterator[str]:
    """Yield what the cells of all quarters say, except the glossary's own tables."""
    for place, cell in context.cells(all_quarters=True):
        lines: Collection[str] = cell.source.splitlines()
        if place.notebook == GLOSSARY and cell.cell_type == "markdown":
            lines = [line for line in lines if not line.startswith(("|", ":"))]
        yield "\n".join(lines)
        yield from _shown(cell)
    yield from (notebook.title for notebook in context.plan.notebooks.values())


def _shown(cell: Any) -> Iterator[str]:
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if BLOCK in data:
            yield data[BLOCK]["markdown"]
        if FIGURE in data:  # a measure gives a figure words that are in no cell
            yield " ".join(data[FIGURE][part] for part in ("title", "description", "caption"))
    for saved in cell.metadata.get("user_expressions", []):
        yield str(saved["result"].get("data", {}).get("text/plain", ""))
