"""Passages of narrative (headings, paragraphs, list items, table rows) that are new, gone or reworded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from nbformat import NotebookNode

from natpatsip.blocks import BLOCK
from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.changes import Change
from natpatsip.compare.word_diff import (
    ADDED,
    AROUND,
    REMOVED,
    Stretch,
    Word,
    difference,
    likeness,
    marked,
    shortened,
    shown,
)
from natpatsip.pipeline.inline_code import INLINE, KEPT
from natpatsip.pipeline.notebook import appears_in
from natpatsip.pipeline.staging.chapter import inline_markdown
from natpatsip.pipeline.staging.markdown import FENCED, HEADING, REFERENCE

FACT = re.compile(r"\[([^\]]*)\]\{\.fact [^}]*\}")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
EMPHASIS = re.compile(r"(?<!\w)(\*\*|\*|_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
RULE = re.compile(r"\|?[\s:|-]+\|?$")
NUMBER = re.compile(r"\d[\d,.]*")
VALUE_WORDS = 6  # a result of more words is a sentence, not a value
FIRST_MARK = 0xF0000  # of a private-use plane: each stands in the text for a word of a result
ALIKE = 0.5  # two passages that share at least this much are one, reworded
MOST_WORDS = 40  # of a passage in a message; `words` holds all of it


@dataclass(frozen=True)
class Passage:
    """A stretch of narrative with its place: chapter, section and cell."""

    chapter: str
    section: str
    cell: str
    words: tuple[Word, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What it is compared by."""
        return tuple(word.key for word in self.words)

    @property
    def text(self) -> str:
        """The passage as it is read."""
        return shown(self.words)


def passages(report: BuiltReport, chapter: str) -> Iterator[Passage]:
    """Yield the narrative of a chapter: its markdown cells, and callouts that code cells show."""
    for cell in report.notebooks[chapter].cells[1:] if chapter in report.notebooks else ():
        if not appears_in(cell, report.quarter):
            continue
        for text, marks in _texts(cell, report):
            for part in _parts(text):
                heading = HEADING.match(part)
                words = marks.words_of(_plain(heading[2] if heading else part))
                if words:
                    yield Passage(chapter, report.section_of(chapter, cell.id), cell.id, words)


@dataclass
class Marks:
    """The words of inline expressions' results, by the private-use characters that stand for them in a text.

    A result must keep its own key while the text around it is split into passages and words.
    """

    words: dict[str, Word] = field(default_factory=dict)

    def put(self, expression: str, result: str) -> str:
        """Return the marks for a result: one for a value, one for each word of a sentence."""
        texts = result.split()
        if len(texts) <= VALUE_WORDS:
            return self._mark(Word("{" + expression + "}", result))
        return " ".join(self._mark(Word(NUMBER.sub("0", each), each)) for each in texts)

    def _mark(self, word: Word) -> str:
        mark = chr(FIRST_MARK + len(self.words))
        self.words[mark] = word
        return mark

    def words_of(self, text: str) -> tuple[Word, ...]:
        """Return the words of a text, with marks resolved."""
        return tuple(
            Word(
                _unescaped("".join(self.words[each].key if each in self.words else each for each in word)),
                _unescaped("".join(self.words[each].shown if each in self.words else each for each in word)),
            )
            for word in text.split()
        )


def _unescaped(text: str) -> str:
    """Return a text without the backslashes that keep signs from being markup, as readers see it."""
    return ESCAPE.sub(r"\1", text)


def _texts(cell: NotebookNode, report: BuiltReport) -> Iterator[tuple[str, Marks]]:
    marks = Marks()
    if cell.cell_type == "markdown":
        yield _marked(cell, report, marks), marks
        return
    for output in cell.get("outputs", []):
        block = output.get("data", {}).get(BLOCK, {}).get("markdown", "")
        if block.startswith("::: {.callout"):
            yield FACT.sub(r"\1", block), marks


def _marked(cell: NotebookNode, report: BuiltReport, marks: Marks) -> str:
    results: Iterator[dict[str, Any]] = iter(cell.metadata.get(KEPT, []))

    def value(match: re.Match[str]) -> str:
        data = next(results, {}).get("result", {}).get("data", {})
        return marks.put(match[1], FACT.sub(r"\1", inline_markdown(data)) if data else match[0])

    def reference(match: re.Match[str]) -> str:
        figure = report.figures.get(match[1])
        return marks.put(match[0], f"Figure {figure.number}" if figure else match[0])

    return REFERENCE.sub(reference, INLINE.sub(value, cell.source))


def _parts(text: str) -> Iterator[str]:
    """Split a text at empty lines, headings, list items and table rows."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        is_own = bool(HEADING.match(line)) or line.startswith("|")
        if (not line.strip() or is_own or ITEM.match(line) or FENCED.match(line)) and lines:
            yield " ".join(lines)
            lines = []
        if FENCED.match(line) or not line.strip():
            continue
        if is_own:
            yield line
        else:
            lines.append(line)


def _plain(text: str) -> str:
    """Return a passage without link targets, emphasis, bullets and table borders."""
    if text.startswith("|"):
        return "" if RULE.fullmatch(text) else " · ".join(cell.strip() for cell in text.strip("| ").split("|"))
    text = LINK.sub(r"\1", ITEM.sub("", text, count=1))
    while (plain := EMPHASIS.sub(r"\2", text)) != text:
        text = plain
    return text


def narrative_changes(before: BuiltReport, now: BuiltReport) -> Iterator[Change]:
    """Yield what was reworded, added and removed, chapter by chapter in the order of the second report."""
    for chapter in dict.fromkeys([*now.notebooks, *before.notebooks]):
        gone, added = list(passages(before, chapter)), list(passages(now, chapter))
        # By key first, so that a new value of a cited number is not a change; then by text, so that a number which was
        # typed and is now cited is not one either.
        for by in (attrgetter("key"), attrgetter("text")):
            gone, added = _unmatched(gone, added, by=by), _unmatched(added, gone, by=by)
        pairs = _pairs(gone, added)
        for position, passage in enumerate(added):
            if position in pairs:
                yield _reworded(gone[pairs[position]], passage, now)
            else:
                yield _whole("narrative-added", passage, now)
        for position, passage in enumerate(gone):
            if position not in pairs.values():
                yield _whole("narrative-removed", passage, before)


def _unmatched(
    these: Sequence[Passage], others: Sequence[Passage], *, by: Callable[[Passage], object]
) -> list[Passage]:
    """Return the passages that do not occur among others, or occur there less often."""
    left = Counter(map(by, others))
    found = []
    for passage in these:
        if left[by(passage)]:
            left[by(passage)] -= 1
        else:
            found.append(passage)
    return found


def _pairs(gone: Sequence[Passage], added: Sequence[Passage]) -> dict[int, int]:
    """Return which added passage is a rewording of which that is gone, by position; the most alike are paired first."""
    scored = [
        (-score, second, first)
        for first, old in enumerate(gone)
        for second, new in enumerate(added)
        if (score := likeness(old.words, new.words, least=ALIKE))
    ]
    pairs: dict[int, int] = {}
    for _, second, first in sorted(scored):
        if second not in pairs and first not in pairs.values():
            pairs[second] = first
    return pairs


def _reworded(before: Passage, now: Passage, report: BuiltReport) -> Change:
    words = difference(before.words, now.words)
    message = marked(words, around=AROUND)
    return _change("narrative-reworded", message, now, report, words, expected=before.text, found=now.text)


def _whole(kind: str, passage: Passage, report: BuiltReport) -> Change:
    text, message = passage.text, shortened(passage.text, MOST_WORDS)
    if kind == "narrative-added":
        return _change(kind, message, passage, report, ((ADDED, text),), found=text)
    return _change(kind, message, passage, report, ((REMOVED, text),), expected=text)


def _change(
    kind: str, message: str, passage: Passage, report: BuiltReport, words: tuple[Stretch, ...], **more: str
) -> Change:
    where, notebook = report.place(passage.chapter, passage.section), f"{passage.chapter}.ipynb"
    return Change(kind, message, where, notebook, passage.cell, words=words, **more)  # type: ignore[arg-type]
