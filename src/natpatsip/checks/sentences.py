"""The sentences of a cell, each with what its inline expressions printed.

An inline expression is one mark in the text (`MARK`), so that a rule about words never meets code, and any digit left
was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from natpatsip.checks.outcome import Place
from natpatsip.checks.patterns import word_list
from natpatsip.facts.fact import CITED, Fact
from natpatsip.pipeline.inline_code import FENCE, INLINE, text_of

MARK = "\ue000"
_MARKS = re.compile("[\ue000-\uf8ff]")  # while a cell is read, each expression has a mark of its own
_ATTRIBUTES = re.compile(r"\{[#.][^{}]*\}")
_HEADING = re.compile(r"#{1,6}\s+")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_ABBREVIATION = re.compile(rf"(?:\b(?:{word_list('abbreviation')})\.|\b[A-Z]\.)$", re.IGNORECASE)
_END = re.compile(r"[.!?]+[\"'”’)\]*_]*\s+(?=[\"'“‘(*_\[]*(?:[A-Z0-9£@`\ue000-\uf8ff]))")


@dataclass(frozen=True)
class Printed:
    """An inline expression, what it printed, and the fact if it is one."""

    expression: str
    text: str = ""
    fact: Fact | None = None


@dataclass(frozen=True)
class Sentence:
    """A sentence of the narrative, with `MARK` in place of each inline expression."""

    text: str
    place: Place
    kind: str = "text"  # or "heading", "row" (of a table), "code" (a string in code that reads as prose)
    printed: tuple[Printed, ...] = ()  # the expression at each mark, in order
    block: str = field(default="", repr=False)  # the whole paragraph or list item, with the same marks
    role: str = ""  # for "code": the argument that it is in, such as figure.title

    @property
    def shown(self) -> str:
        """The sentence as the report prints it, as far as it is known."""
        values = iter(self.printed)
        return re.sub(MARK, lambda _: each.text if (each := next(values, None)) and each.text else "…", self.text)


def sentences_of(cell: Any, place: Place) -> list[Sentence]:
    """Return the sentences of a markdown cell, with the results saved in its metadata."""
    text, printed = _marked(cell)
    found: list[Sentence] = []
    for kind, block in _blocks(text):
        for sentence in split(block):
            own = tuple(printed[ord(mark) - ord(MARK)] for mark in _MARKS.findall(sentence))
            found.append(Sentence(_MARKS.sub(MARK, sentence), place, kind, own, _MARKS.sub(MARK, block)))
    return found


def _marked(cell: Any) -> tuple[str, list[Printed]]:
    """Return the text of a cell to check with marks for its expressions, and what these printed."""
    results = iter(cell.metadata.get("user_expressions", []))
    printed: list[Printed] = []

    def mark(match: re.Match[str]) -> str:
        saved = next(results, None)
        data = saved["result"].get("data", {}) if saved and saved.get("expression") == match[1] else {}
        fact = Fact.from_record(data[CITED]) if CITED in data else None
        printed.append(Printed(match[1], text_of(data) if data else "", fact))
        return chr(ord(MARK) + len(printed) - 1)

    source = _MARKS.sub("", FENCE.sub("", cell.source))
    return INLINE.sub(mark, re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL)), printed


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the sentences to check are in, each on one line: headings, paragraphs, list items, table rows."""
    kind, lines = "text", list[str]()
    for line in [*text.splitlines(), ""]:
        bare = line.strip()
        is_fence = bare.startswith(":::")
        is_row = bare.startswith("|")
        starts = is_fence or is_row or bool(_HEADING.match(bare)) or bool(_ITEM.match(line)) or not bare
        if starts and lines:
            yield kind, " ".join(lines)
            kind, lines = "text", []
        if is_fence or not bare or _RULE.match(bare):
            continue
        if is_row:
            yield "row", bare.strip("|").strip()
        elif heading := _HEADING.match(bare):
            yield "heading", _ATTRIBUTES.sub("", bare[heading.end() :]).strip()
        else:
            item = _ITEM.match(line)
            lines.append(line[item.end() :].strip() if item else bare.lstrip("> "))


def split(block: str) -> list[str]:
    """Return the sentences of a paragraph to check.

    Examples
    --------
    >>> split("It rose, e.g. in Q2. Most agreed. See Fig. 3 for more.")
    ['It rose, e.g. in Q2.', 'Most agreed.', 'See Fig. 3 for more.']
    """
    found, start = [], 0
    for end in _END.finditer(block):
        if _ABBREVIATION.search(block[start : end.start() + 1]):
            continue
        found.append(block[start : end.end()].strip())
        start = end.end()
    if rest := block[start:].strip():
        found.append(rest)
    return found
