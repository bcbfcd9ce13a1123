"""Unsupported claims: words about a chart that the chart does not bear out.

A sentence is about a figure where it refers to it, stands in the figure's part of a chapter, is the figure's own title
or caption, cites a fact that was made beside it, or names its subject before it says how that goes. What `claim`,
`describe` and `direction` print is borne out already; every other word of rise, fall, shift, improvement or control is
held against what the chart shows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from natpatsip.checks import code_cells
from natpatsip.checks.chart_words import Said, said_of_charts
from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding
from natpatsip.checks.places import numbered
from natpatsip.checks.sentences import MARK, Sentence
from natpatsip.wording import listing

CHECK = "unsupported-claim"
_REFERENCE = re.compile(r"(?<![\w\\@`])@(fig-[a-z0-9]+(?:-[a-z0-9]+)*)")
_BORNE_OUT = {"describe", "direction"}
_NAME_REACH = 60  # characters between a subject and what is said of it


@dataclass(frozen=True)
class Part:
    """A part of a chapter under one heading: its figures, by position of their cells."""

    heading: str
    figures: Mapping[int, str]

    def nearest(self, position: int, *, ahead: bool) -> str:
        """Return the figure before a cell, else the one after it; the other way round for what a chart is made of."""
        before = [name for at, name in sorted(self.figures.items()) if at <= position]
        after = [name for at, name in sorted(self.figures.items()) if at >= position]
        first, second = (after[:1], before[-1:]) if ahead else (before[-1:], after[:1])
        return (first or second or [""])[0]


def check(material: Material) -> list[Finding]:
    """Return what is said of charts that they do not show."""
    parts = _Parts(material)
    return [finding for sentence in material.narrative for finding in _of(sentence, parts, material)]


def _of(sentence: Sentence, parts: _Parts, material: Material) -> Iterator[Finding]:
    if sentence.role.startswith(("picture.", "tile.")):
        return
    text = _checked(sentence)
    said = said_of_charts(text)
    if not said:
        return
    for each in said:
        figures, is_referred = parts.figures_of(sentence, text, each)
        if not figures:
            continue
        shows = {name: material.figures[name][1].get("shows") for name in figures}
        known = {name: set(what) for name, what in shows.items() if what is not None}
        if any(each.is_borne_out_by(what) for what in known.values()):
            continue
        if not known and not is_referred:
            continue  # a chart of another kind, and no word that this sentence is about it
        yield _finding(sentence, each, figures, known)


def _finding(sentence: Sentence, said: Said, figures: Sequence[str], known: Mapping[str, Collection[str]]) -> Finding:
    name = next(iter(known), figures[0])
    if name in known:
        instead = f"shows: {listing(sorted(known[name])) or 'nothing that may be claimed'}"
    else:
        instead = "is no control chart, so that nothing bears the words out"
    message = (
        f'"{said.words}" in "{_short(sentence.shown)}" is not what the chart says: {name} {instead}. '
        "Say it with spc.claim(…) or spc.describe(…), or wording.direction(…) of two numbers."
    )
    expected = listing(sorted(known.get(name, ())))
    return sentence.place.finding(CHECK, message, found=said.words, expected=expected)


def _short(text: str, length: int = 90) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[:length].rpartition(" ")[0] + "…"


def _checked(sentence: Sentence) -> str:
    """Return the words to check: those typed, and those that an expression says itself without a condition."""
    values = iter(sentence.printed)

    def words(_: re.Match[str]) -> str:
        printed = next(values, None)
        if printed is None or sentence.kind == "code":
            return MARK
        says_itself = "claim" in code_cells.calls_in(printed.expression) or _is_literal(printed.expression)
        is_borne_out = not _BORNE_OUT.isdisjoint(code_cells.calls_in(printed.expression))
        return printed.text if says_itself and not is_borne_out else MARK

    return re.sub(MARK, words, sentence.text)


def _is_literal(expression: str) -> bool:
    tree = code_cells.tree_of(expression)
    body = tree.body[0].value if tree and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else None
    return isinstance(body, ast.Constant | ast.JoinedStr)


class _Parts:
    """The parts of all chapters, and which figure a sentence is about."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._part_of: dict[tuple[str, int], Part] = {}
        self._own: dict[tuple[str, int], str] = {}
        for name, (place, _) in material.figures.items():
            self._own[place.notebook, place.position] = name
        for notebook in material.executed:
            self._read(notebook)
        self._subjects = dict(self._named())
        self._of_fact = dict(self._made_beside())

    def _read(self, notebook: str) -> None:
        heading, cells, figures = "", list[int](), dict[int, str]()
        headings = {
            s.place.position: s.text
            for s in self._material.prose
            if s.kind == "heading" and s.place.notebook == notebook
        }
        for place, _ in self._material.cells():
            if place.notebook != notebook:
                continue
            if place.position in headings:
                self._close(notebook, heading, cells, figures)
                heading, cells, figures = headings[place.position], [], {}
            cells.append(place.position)
            if name := self._own.get((notebook, place.position)):
                figures[place.position] = name
        self._close(notebook, heading, cells, figures)

    def _close(self, notebook: str, heading: str, cells: Sequence[int], figures: Mapping[int, str]) -> None:
        part = Part(heading, figures)
        for position in cells:
            self._part_of[notebook, position] = part

    def _named(self) -> Iterator[tuple[str, str]]:
        """Go through the subjects of figures that stand alone in their part: its heading, and the heading's end."""
        for (notebook, position), name in self._own.items():
            part = self._part_of.get((notebook, position))
            if part and len(part.figures) == 1 and part.heading:
                words = re.sub(r"[*_`]", "", part.heading).lower().split()
                yield " ".join(words), name
                if len(words) > 2:
                    yield " ".join(words[-2:]) if words[-2] != "of" else " ".join(words[-3:]), name

    def _made_beside(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Go through the facts published in a figure's part, each with the figure that follows."""
        cells = {
            (name, cell.get("id", "")): number
            for name, content in self._material.executed.items()
            for number, cell in numbered(content)
        }
        for fact in self._material.facts.values():
            position = cells.get((fact.section, fact.cell), 0)
            part = self._part_of.get((fact.section, position))
            if part and (name := part.nearest(position, ahead=True)):
                yield fact.key, name

    def figures_of(self, sentence: Sentence, text: str, said: Said) -> tuple[list[str], bool]:
        """Return the figures that something is said of, and whether the sentence refers to them itself."""
        known = self._material.figures
        if referred := [name for name in _REFERENCE.findall(sentence.text) if name in known]:
            return referred, True
        own = self._own.get((sentence.place.notebook, sentence.place.position))
        if own and sentence.kind == "code":
            return [own], True
        lower = text.lower()
        before = lower[max(0, said.start - _NAME_REACH) : said.start]
        named = [name for subject, name in self._subjects.items() if re.search(rf"\b{re.escape(subject)}\b", before)]
        if named:
            return named, False
        facts = [each.fact for each in sentence.printed if each.fact is not None]
        if beside := [name for fact in facts if (name := self._of_fact.get(fact.key))]:
            return list(dict.fromkeys(beside)), False
        if sentence.kind == "code":
            return [], False
        part = self._part_of.get((sentence.place.notebook, sentence.place.position))
        if part is None or not part.figures:
            return [], False
        in_block = [name for name in _REFERENCE.findall(sentence.block) if name in known]
        return in_block or [part.nearest(sentence.place.position, ahead=False)], False
