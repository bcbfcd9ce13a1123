"""Passages of narrative as readers see them: headings, paragraphs, list items and table rows, with their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.word_diff import Word, shown
from natpatsip.pipeline.inline_code import INLINE, KEPT
from natpatsip.pipeline.notebook import appears_in
from natpatsip.pipeline.staging.markdown import FENCED, HEADING, REFERENCE
from natpatsip.pipeline.staging.output_texts import inline_markdown

if TYPE_CHECKING:
    from nbformat import NotebookNode

FACT = re.compile(r"\[([^\]]*)\]\{\.fact [^}]*\}")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
EMPHASIS = re.compile(r"(?<!\w)(\*\*|\*|_)(?=\S)(.+?)(?<=\S)\1(?!\w)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
RULE = re.compile(r"\|?[\s:|-]+\|?$")
NUMBER = re.compile(r"\d[\d,.]*")
VALUE_WORDS = 6  # a result of more words is a sentence, not a value
FIRST_MARK = 0xF0000  # of a private-use plane: each stands in the text for a word of a result


@dataclass(frozen=True)
class Passage:
    """A stretch of narrative with its place: chapter, section and cell."""

    chapter: str
    section: str
    cell: str
    words: tuple[Word, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What the passage is compared by."""
        return tuple(word.key for word in self.words)

    @property
    def text(self) -> str:
        """The passage as it is read."""
        return shown(self.words)


def passages(report: BuiltReport, chapter: str, *, with_tables: bool = False) -> Iterator[Passage]:
    """Yield the narrative of a chapter: its markdown cells, and callouts that code cells show.

    The tables and tiles that code cells show are numbers rather than narrative, and left out unless asked for.
    """
    for cell in report.notebooks[chapter].cells[1:] if chapter in report.notebooks else ():
        if not appears_in(cell, report.quarter):
            continue
        for text, marks in _texts(cell, report, with_tables=with_tables):
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
        """Return the marks for a result in a passage: one for a value, one for each word of a sentence."""
        texts = result.split()
        if len(texts) <= VALUE_WORDS:
            return self._mark(Word("{" + expression + "}", result))
        return " ".join(self._mark(Word(NUMBER.sub("0", each), each)) for each in texts)

    def _mark(self, word: Word) -> str:
        mark = chr(FIRST_MARK + len(self.words))
        self.words[mark] = word
        return mark

    def words_of(self, text: str) -> tuple[Word, ...]:
        """Return the words of a passage to compare, with marks resolved."""
        return tuple(
            Word(
                _unescaped("".join(self.words[each].key if each in self.words else each for each in word)),
                _unescaped("".join(self.words[each].shown if each in self.words else each for each in word)),
            )
            for word in text.split()
        )


def _unescaped(text: str) -> str:
    """Return a passage without the backslashes that keep signs from being markup, as readers see it."""
    return ESCAPE.sub(r"\1", text)


def _texts(cell: NotebookNode, report: BuiltReport, *, with_tables: bool) -> Iterator[tuple[str, Marks]]:
    """Yield the texts of a cell that passages are in, each with its marks."""
    marks = Marks()
    if cell.cell_type == "markdown":
        yield _marked(cell, report, marks), marks
        return
    for output in cell.get("outputs", []):
        block = output.get("data", {}).get(BLOCK, {}).get("markdown", "")
        if with_tables or block.startswith("::: {.callout"):
            yield FACT.sub(r"\1", block), marks


def _marked(cell: NotebookNode, report: BuiltReport, marks: Marks) -> str:
    """Return the text of a cell to compare, with marks for its results and references."""
    results: Iterator[dict[str, Any]] = iter(cell.metadata.get(KEPT, []))

    def value(match: re.Match[str]) -> str:
        data = next(results, {}).get("result", {}).get("data", {})
        return marks.put(match[1], FACT.sub(r"\1", inline_markdown(data)) if data else match[0])

    def reference(match: re.Match[str]) -> str:
        figure = report.figures.get(match[1])
        return marks.put(match[0], f"Figure {figure.number}" if figure else match[0])

    return REFERENCE.sub(reference, INLINE.sub(value, cell.source))


def _parts(text: str) -> Iterator[str]:
    """Split a text into passages, at empty lines, headings, list items and table rows."""
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
