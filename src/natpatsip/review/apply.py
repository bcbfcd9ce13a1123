"""Tracked changes of wording, taken into the markdown cells that the words are from.

A change is taken only if the paragraph says, letter by letter, what a block of the cell prints, and if the changed cell then
prints what the reviewer asked for and all its inline expressions are still there. Any other change is refused with the reason.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from natpatsip.compare import BuiltReport
from natpatsip.fact import CITED, Fact
from natpatsip.pipeline.inline_code import KEPT
from natpatsip.pipeline.notebook import source_of
from natpatsip.pipeline.staging.chapter import printed, tables_of
from natpatsip.review.items import APPLIED, REFUSED, Item
from natpatsip.review.locate import REFERENCE, Locator, normal
from natpatsip.review.source_text import Block, blocks_of
from natpatsip.review.word_file import BREAK, DOCUMENT, Paragraph

_MARKUP = re.compile(r"[\\`*_\[\]<>$@|{}]")
_TYPED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\xa0": " ", "\u202f": " "})
_GOES_ON = re.compile(r"\w|[.,]\d|%")  # what would make another number of the number before it


@dataclass(frozen=True)
class Edit:
    """What a file changes in one stretch of a paragraph: letters of the text before, what replaces them, the items."""

    start: int
    end: int
    text: str
    items: frozenset[str]


@dataclass(frozen=True)
class Splice:
    """The same change in the source of a cell."""

    notebook: str
    cell: str
    start: int
    end: int
    text: str
    items: frozenset[str]


class Refusal(Exception):  # noqa: N818 — it is no error: it is the reason, for people
    """Why a change cannot be taken into its cell."""


@dataclass
class Project:
    """The notebooks as they are now, and what their expressions printed when the report was built."""

    folder: Path
    report: BuiltReport | None
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)

    def cell(self, notebook: str, cell: str) -> dict[str, Any]:
        """Return a cell as it is now.

        Raises
        ------
        Refusal
            If it is not there any more.
        """
        if notebook not in self.contents:
            file = self.folder / "notebooks" / f"{notebook}.ipynb"
            if not file.is_file():
                raise Refusal(f"notebooks/{notebook}.ipynb is not there any more")
            self.contents[notebook] = json.loads(file.read_text(encoding="utf-8-sig"))
        for each in self.contents[notebook].get("cells", []):
            if each.get("id") == cell:
                return dict(each)
        raise Refusal(f'notebooks/{notebook}.ipynb has no cell "{cell}" any more')

    def values(self, notebook: str, cell: str) -> dict[str, str]:
        """Return what the expressions of a cell, and references to figures and tables, print."""
        found = dict(self._references)
        for result in self._results(notebook, cell):
            found[result["expression"]] = _plain(printed(result["result"]["data"]))
        return found

    def owner(self, notebook: str, cell: str, expression: str) -> str:
        """Return who decides what an expression prints, for the reason why it stays as it is."""
        if expression.startswith("@"):
            return f"{self.values(notebook, cell)[expression]} is numbered by the build"
        data = next(
            (each["result"]["data"] for each in self._results(notebook, cell) if each["expression"] == expression), {}
        )
        shown = self.values(notebook, cell).get(expression, "")
        if CITED not in data:
            return f"“{shown.strip()}” is what `{{python}} {expression}` prints: change it in the code"
        fact = Fact.from_record(data[CITED])
        own = next((each for each in self.report.facts if each.key == fact.key), fact) if self.report else fact
        where = f'notebooks/{own.section}.ipynb, cell "{own.cell}"' if own.section else own.rows or own.source
        return (
            f"{shown.strip()} is the fact {fact.id} ({fact.period}), which has its value from {where}: change it there"
        )

    def _results(self, notebook: str, cell: str) -> Sequence[Mapping[str, Any]]:
        content = self.report.notebooks.get(notebook) if self.report else None
        cells = (each for each in content.cells if each.get("id") == cell) if content else ()
        return next((each.metadata.get(KEPT, []) for each in cells), [])

    @cached_property
    def _references(self) -> dict[str, str]:
        if self.report is None:
            return {}
        tables = tables_of(self.report.notebooks, self.report.quarter)
        figures = {f"@{figure.id}": f"Figure {figure.number}" for figure in self.report.figures.values()}
        return figures | {f"@{name}": f"Table {number}" for name, (number, _) in tables.items()}

    def write(self, splices: Sequence[Splice]) -> list[str]:
        """Write the changes into the notebooks, and nothing else; return the files."""
        by_cell = defaultdict(list)
        for splice in splices:
            by_cell[splice.notebook, splice.cell].append(splice)
        for (notebook, name), found in by_cell.items():
            cell = next(each for each in self.contents[notebook]["cells"] if each.get("id") == name)
            source = source_of(cell)
            for splice in sorted(found, key=lambda each: each.start, reverse=True):
                source = source[: splice.start] + splice.text + source[splice.end :]
            cell["source"] = source.splitlines(keepends=True)
        files = []
        for notebook in sorted({notebook for notebook, _ in by_cell}):
            file = self.folder / "notebooks" / f"{notebook}.ipynb"
            text = json.dumps(self.contents[notebook], indent=1, ensure_ascii=False) + "\n"
            file.write_text(text, encoding="utf-8", newline="\n")
            files.append(f"notebooks/{notebook}.ipynb")
        return files


def _plain(markdown: str) -> str:
    """Return what markdown prints in a line; the space around it is part of it."""
    text = " ".join(block.text for block in blocks_of(markdown, {}))
    return f"{' ' * markdown.startswith(' ')}{text}{' ' * (markdown.endswith(' ') and bool(text))}"


def applied(files: Sequence[tuple[Locator, Sequence[Item]]], project: Project) -> tuple[list[Splice], list[list[Item]]]:
    """Return the changes of all files as changes of sources, and the items with what becomes of them."""
    splices: list[Splice] = []
    reasons: dict[str, str] = {}
    done: set[str] = set()
    for locator, items in files:
        for found in _groups(locator, items, project):
            splices += found.splices
            reasons |= {item: reason for item, reason in found.reasons.items() if item not in reasons}
            done |= found.done
    splices = _without_conflicts(splices, reasons)
    taken = {item for splice in splices for item in splice.items}
    settled = []
    for _, items in files:
        settled.append([_settled(item, taken, reasons, done) for item in items])
    return splices, settled


def _settled(item: Item, taken: set[str], reasons: Mapping[str, str], done: set[str]) -> Item:
    name = _name(item)
    if not item.is_change:
        return item
    if name in reasons:
        return replace(item, status=REFUSED, why=reasons[name])
    if name in taken or name in done:
        return replace(item, status=APPLIED)
    return replace(item, status=REFUSED, why=_why_not(item))


def _why_not(item: Item) -> str:
    if item.kind == "format":
        return "how text looks is the style's; write **bold** or *italic* in the cell if it is meant"
    return "the build makes this text"


def _name(item: Item) -> str:
    return f"{item.file} {item.id}"


def _without_conflicts(splices: Sequence[Splice], reasons: dict[str, str]) -> list[Splice]:
    """Return the changes that can be made together; those of an item of which a part is refused are left out."""
    kept: list[Splice] = []
    for splice in sorted(splices, key=lambda each: (each.notebook, each.cell, each.start, each.end)):
        same = [each for each in kept if (each.notebook, each.cell) == (splice.notebook, splice.cell)]
        clash = [
            each for each in same if (each.start < splice.end and splice.start < each.end) or each.start == splice.start
        ]
        if any((each.start, each.end, each.text) == (splice.start, splice.end, splice.text) for each in clash):
            twin = next(each for each in clash if each.text == splice.text)
            kept[kept.index(twin)] = replace(twin, items=twin.items | splice.items)
        elif clash:
            for item in splice.items:
                reasons.setdefault(item, "another change of the same words was taken first")
        else:
            kept.append(splice)
    while spoiled := [each for each in kept if any(item in reasons for item in each.items)]:
        for splice in spoiled:
            kept.remove(splice)
            for item in splice.items:
                reasons.setdefault(item, "a change that it belongs to was refused")
    return kept


@dataclass
class _Found:
    """What one paragraph of a file comes to."""

    splices: list[Splice] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)


def _groups(locator: Locator, items: Sequence[Item], project: Project) -> Iterator[_Found]:
    """Yield what each changed paragraph comes to; paragraphs that were split are one, as they were before."""
    names: dict[tuple[int, int], set[str]] = defaultdict(set)
    for item in items:
        if item.is_change and item.kind != "format":
            for spot in (*item.spots, *item.target):
                names[spot.paragraph, spot.piece].add(_name(item))
    moved = {_name(item) for item in items if item.kind == "move"}
    seen: Counter[tuple[str, str, str]] = Counter()
    group: list[int] = []
    for number, paragraph in enumerate(locator.file.paragraphs):
        group.append(number)
        if paragraph.part == DOCUMENT and paragraph.end is not None and paragraph.end.kind in ("insertion", "move-to"):
            continue
        yield _Group(locator, tuple(group), names, moved, project).result(seen)
        group = []


@dataclass(frozen=True)
class _Group:
    """A paragraph as it was before, which may be several now."""

    locator: Locator
    numbers: tuple[int, ...]
    names: Mapping[tuple[int, int], set[str]]
    moved: set[str]
    project: Project

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [self.locator.file.paragraphs[number] for number in self.numbers]

    def result(self, seen: Counter[tuple[str, str, str]]) -> _Found:
        """Return the changes of the source, or the reasons why there are none."""
        found = _Found()
        before, edits, asked = self._read()
        first = next((n for n in self.numbers if self.locator.file.paragraphs[n].text.strip()), self.numbers[-1])
        if not asked and not before:
            return found
        cell = self.locator.by_bookmark(self.locator.file.paragraphs[first]) if not asked else None
        cell = cell or (self.locator.cell_of(first) if asked else None)
        if cell is None:
            return found
        place = (cell.notebook, cell.id, before)
        nth = seen[place]
        seen[place] += 1
        if not asked:
            return found
        try:
            if not cell.id:
                raise Refusal(f"{cell.where or 'this text'} is made by the build, of no cell")
            if (
                any(
                    self.names.get((n, len(p.pieces)), set()) & self.moved
                    for n, p in zip(self.numbers, self.paragraphs, strict=True)
                )
                or asked & self.moved
            ):
                raise Refusal("text that was moved is moved in the notebook, with the numbers in it")
            source, block, values = self._block(cell.notebook, cell.id, before, nth, edits)
        except Refusal as reason:
            found.reasons |= dict.fromkeys(asked, str(reason))
            return found
        if block is None:
            found.done |= asked
            return found
        for edit in edits:
            try:
                start, end, text = spliced(
                    source, block, edit, values, lambda e: self.project.owner(cell.notebook, cell.id, e)
                )
                found.splices.append(Splice(cell.notebook, cell.id, start, end, text, edit.items))
            except Refusal as reason:
                found.reasons |= dict.fromkeys(edit.items, str(reason))
        return found

    def _block(
        self, notebook: str, cell: str, before: str, nth: int, edits: Sequence[Edit]
    ) -> tuple[str, Block | None, dict[str, str]]:
        """Return the source of the cell, the block that says what the paragraph said, and what expressions print.

        There is no block if the cell says already what the file asks for.
        """
        content = self.project.cell(notebook, cell)
        if content.get("cell_type") != "markdown":
            raise Refusal(f'code makes it, in notebooks/{notebook}.ipynb, cell "{cell}": change it there')
        source, values = source_of(content), self.project.values(notebook, cell)
        blocks = blocks_of(source, values)
        same = [block for block in blocks if block.text == before]
        if len(same) > nth:
            return source, same[nth], values
        after = before
        for edit in reversed(edits):
            after = after[: edit.start] + edit.text + after[edit.end :]
        if set(_lines(after)) <= {block.text for block in blocks}:
            return source, None, values
        said = (
            "has been changed since the file was made"
            if self.project.report
            else "cannot be compared: build the report"
        )
        raise Refusal(f'notebooks/{notebook}.ipynb, cell "{cell}" does not say this paragraph word by word; it {said}')

    def _read(self) -> tuple[str, list[Edit], set[str]]:
        """Return the text before all changes, the changes of it, and the items that they are of."""
        letters: list[str] = []
        edits: list[Edit] = []
        opened: tuple[int, list[str], set[str]] | None = None
        asked: set[str] = set()

        def close() -> None:
            nonlocal opened
            if opened and (opened[0] < len(letters) or opened[1]):
                edits.append(Edit(opened[0], len(letters), "".join(opened[1]), frozenset(opened[2])))
            opened = None

        for number, paragraph in zip(self.numbers, self.paragraphs, strict=True):
            for place, piece in enumerate(paragraph.pieces):
                names = self.names.get((number, place), set())
                asked |= names
                if not piece.text or piece.is_generated or piece.is_picture:
                    continue
                if not names:
                    close()
                else:
                    opened = opened or (len(letters), [], set())
                    opened[2].update(names)
                if piece.was_there:
                    _append(letters, piece.text)
                elif piece.is_there and opened:
                    opened[1].append(piece.text)
            names = self.names.get((number, len(paragraph.pieces)), set())
            asked |= names
            if number != self.numbers[-1]:
                opened = opened or (len(letters), [], set())
                opened[2].update(names)
                opened[1].append(BREAK)
        close()
        text = "".join(letters)
        kept = len(REFERENCE.sub("", text).rstrip())
        edits = [replace(edit, start=min(edit.start, kept), end=min(edit.end, kept)) for edit in edits]
        return text[:kept], [each for each in edits if each.start < each.end or each.text], asked


def _append(letters: list[str], text: str) -> None:
    """Add letters as they are compared: with straight quotation marks and single spaces."""
    for sign in text:
        if sign.isspace():
            if letters and letters[-1] != " ":
                letters.append(" ")
        else:
            letters.append(normal(sign) or sign)


def _lines(text: str) -> list[str]:
    return [line for line in map(normal, text.split(BREAK)) if line]


def spliced(source: str, block: Block, edit: Edit, values: Mapping[str, str], owner: Any) -> tuple[int, int, str]:
    """Return where the source changes, and to what.

    Raises
    ------
    Refusal
        If the change touches what an expression prints, or would leave broken markup.
    """
    letters = block.letters
    for letter in letters[edit.start : edit.end]:
        if letter.owner:
            raise Refusal(owner(letter.owner))
    _check_neighbours(block, edit, owner)
    whole = edit.start == 0 and edit.end == len(letters) and not edit.text.strip()
    if whole and block.kind != "cell":
        start, end, text = _removed(source, block)
    elif BREAK in edit.text:
        start, end, text = _parted(block, edit)
    else:
        start, end = _span(letters, edit.start, edit.end, block)
        text = typed(edit.text)
        if not text:
            start, end = _with_emphasis(source, start, end)
    _verify(source, block, edit, values, (start, end, text))
    return start, end, text


def _check_neighbours(block: Block, edit: Edit, owner: Any) -> None:
    """Refuse a change that would make another number of one beside it, or that is inside of one."""
    before = block.letters[edit.start - 1] if edit.start else None
    after = block.letters[edit.end] if edit.end < len(block.letters) else None
    if before and after and before.owner and before.owner == after.owner and before.start == after.start:
        raise Refusal(owner(before.owner))
    if before and before.owner and before.sign.isalnum() and _GOES_ON.match(edit.text):
        raise Refusal(owner(before.owner))
    if after and after.owner and after.sign.isalnum() and edit.text[-1:].isalnum():
        raise Refusal(owner(after.owner))


def _span(letters: Sequence[Any], start: int, end: int, block: Block) -> tuple[int, int]:
    """Return the stretch of the source that letters are from; an insertion follows the letter before it."""
    if start < end:
        return letters[start].start, letters[end - 1].end
    if start:
        return letters[start - 1].end, letters[start - 1].end
    return (letters[0].start, letters[0].start) if letters else (block.start, block.start)


def _removed(source: str, block: Block) -> tuple[int, int, str]:
    """Return the stretch of a whole block, with the line or the empty line after it."""
    after = re.compile(r"\n*").match(source, block.end)
    before = re.compile(r"\n*$").search(source[: block.start])
    gap = after.end() - block.end if after else 0
    if block.end + gap == len(source) and before:
        return before.start(), block.end, ""
    return block.start, block.end + gap, ""


def _parted(block: Block, edit: Edit) -> tuple[int, int, str]:
    """Return a change that begins new paragraphs or list items."""
    if block.kind == "cell":
        raise Refusal("a cell of a table holds one paragraph")
    between = f"\n{block.prefix}" if block.kind == "item" else "\n\n"
    pieces = [typed(line).strip() for line in edit.text.split(BREAK)]
    if edit.start == edit.end == 0 and not pieces[-1]:
        return (
            block.start,
            block.start,
            between.join(pieces[:-1]).join([block.prefix, between.removesuffix(block.prefix)]),
        )
    if edit.start == edit.end == len(block.letters) and not pieces[0]:
        return block.end, block.end, "".join(between + piece for piece in pieces[1:])
    if block.kind == "heading":
        raise Refusal("a heading is one line; split it in the notebook")
    start, end = _span(block.letters, edit.start, edit.end, block)
    return start, end, between.join(pieces)


def _with_emphasis(source: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch with the marks of emphasis that it alone stands between."""
    while start and end < len(source) and source[start - 1] == source[end] and source[end] in "*_":
        start, end = start - 1, end + 1
    return start, end


def typed(text: str) -> str:
    r"""Return words as an author would type them in markdown.

    Examples
    --------
    >>> print(typed("the trust’s *own* words"))
    the trust's \*own\* words
    """
    return _MARKUP.sub(r"\\\g<0>", text.translate(_TYPED))


def _verify(source: str, block: Block, edit: Edit, values: Mapping[str, str], change: tuple[int, int, str]) -> None:
    """Refuse a change after which the cell would not print what was asked for, or would lose an expression."""
    start, end, text = change
    before, now = blocks_of(source, values), blocks_of(source[:start] + text + source[end:], values)
    place = before.index(block)
    wanted = _lines(block.text[: edit.start] + edit.text + block.text[edit.end :])
    texts = [each.text for each in before]
    if [each.text for each in now] != [*texts[:place], *wanted, *texts[place + 1 :]]:
        raise Refusal("the words are parted by markup, such as a link or emphasis: change them in the notebook")
    if _owners(now) != _owners(before):
        raise Refusal("an inline expression would be lost")


def _owners(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    return [(letter.owner, letter.sign) for block in blocks for letter in block.letters if letter.owner]
