"""The glossary against the text: acronyms that it does not explain, and terms that the text does not use."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from natpatsip.blocks import BLOCK
from natpatsip.checks.allowed_numbers import PASSING
from natpatsip.checks.check_context import GLOSSARY, Material
from natpatsip.checks.findings import Finding
from natpatsip.checks.sentences import Sentence

CHECK = "glossary"
_ACRONYM = re.compile(
    r"(?<![\w&@/.-])(?:(?:[A-Z][a-z]{1,4}){1,3}[A-Z]{2,}|[A-Z]{2,}\d*|[A-Z]&[A-Z])(?=(?:s|['’]s)?(?![\w&]|\.\d))"
)
_NOT_READ = re.compile(r"`[^`]*`|\]\([^)]*\)|\{[^}]*\}|https?://\S+|@[a-z]+-[\w-]+")
_NAMES = tuple(
    re.compile("|".join(PASSING[kind]))
    for kind in ("standard or document", "telephone and postcode", "quarter or financial year")
)
KNOWN_TO_ALL = frozenset(
    [
        *("UK", "EU", "US", "USA", "PDF", "CSV", "HTML", "URL", "OK", "AM", "PM", "GMT", "BST", "ID", "TV", "COVID"),
        *("II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII", "XIII"),
        *("NOT", "AND", "OR", "ALL", "NO", "ANY", "MUST", "NEVER", "THE", "IN", "IS", "ON", "AT", "BY", "TO", "OF"),
    ]
)


def check(material: Material) -> list[Finding]:
    """Return the acronyms that the glossary lacks, and its terms that no chapter uses; none without a glossary."""
    if GLOSSARY not in material.executed:
        return []
    return [*_unexplained(material), *_unused(material)]


def _unexplained(material: Material) -> Iterator[Finding]:
    names = set(material.plan.settings.names)
    known = {word for term in material.terms for word in (term, *re.split(r"\W+", term))} | KNOWN_TO_ALL | names
    known |= {word.removesuffix("s") for word in known}
    seen: set[str] = set()
    for sentence in material.narrative:
        for acronym in acronyms(sentence.text):
            if acronym in known or acronym in seen or _is_a_row(sentence):
                continue
            seen.add(acronym)
            message = (
                f"{acronym} is used, but the glossary does not explain it. Add a row to notebooks/{GLOSSARY}.ipynb."
            )
            yield sentence.place.finding(CHECK, message, found=acronym)


def acronyms(text: str) -> list[str]:
    """Return the acronyms of a sentence, without the s of their plural.

    Examples
    --------
    >>> acronyms("ICBs and the MatNeoSIP team met NHS England (A&E) about NEWS2 in Q2.")
    ['ICB', 'MatNeoSIP', 'NHS', 'A&E', 'NEWS2']
    """
    for pattern in (_NOT_READ, *_NAMES):
        text = pattern.sub(" ", text)
    return _ACRONYM.findall(text)


def _is_a_row(sentence: Sentence) -> bool:
    """Say whether a sentence is a row of the glossary itself."""
    return sentence.kind == "row" and sentence.place.notebook == GLOSSARY


def _unused(material: Material) -> Iterator[Finding]:
    """Go through terms that no cell of any quarter uses; a table of other papers' terms says so in its caption."""
    text = "\n".join(_texts(material))
    for term, place in material.terms.items():
        cell = next(cell for cell in material.executed[GLOSSARY].cells if cell.get("id") == place.cell)
        if re.search(r"^:.*\b(?:other|elsewhere)\b", cell.source, re.MULTILINE | re.IGNORECASE):
            continue
        stem = re.escape(term.removesuffix("s"))
        if not re.search(rf"(?<![\w]){stem}(?:s|['’]s)?(?!\w)", text):
            message = f"{term} is explained in the glossary, but used nowhere. Take its row out, or use it."
            yield place.finding(CHECK, message, found=term)


def _texts(material: Material) -> Iterator[str]:
    """Go through what the cells of all quarters say, but for the glossary's own tables."""
    for place, cell in material.cells(everywhere=True):
        lines: Collection[str] = cell.source.splitlines()
        if place.notebook == GLOSSARY and cell.cell_type == "markdown":
            lines = [line for line in lines if not line.startswith(("|", ":"))]
        yield "\n".join(lines)
        yield from _shown(cell)
    yield from (notebook.title for notebook in material.plan.notebooks.values())


def _shown(cell: Any) -> Iterator[str]:
    for output in cell.get("outputs", []):
        if record := output.get("data", {}).get(BLOCK):
            yield record["markdown"]
    for kept in cell.metadata.get("user_expressions", []):
        yield str(kept["result"].get("data", {}).get("text/plain", ""))
