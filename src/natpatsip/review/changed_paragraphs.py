"""The paragraphs of a Word file as they were before the tracked changes, with the changes of each.

A paragraph that a reviewer has split is one, and a new paragraph belongs to the one that it was put before or after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from natpatsip.review.changed_source import Edit
from natpatsip.review.comments_and_changes import Item
from natpatsip.review.locate import REFERENCE, normal
from natpatsip.word_files.word_file import BREAK, Paragraph, Piece, WordFile

ADDED = ("insertion", "move-to")
Names = Mapping[tuple[int, int], set[str]]
"""The items that change a piece, by paragraph and piece; that after the last piece is the end of the paragraph."""


def name_of_item(item: Item) -> str:
    """Return a name of an item that no other of the files reviewed together has."""
    return f"{item.file} {item.id}"


def changed_paragraphs(file: WordFile, items: Sequence[Item]) -> Iterator[ChangedParagraph]:
    """Yield all paragraphs of the document, also those without a change, in reading order."""
    names: dict[tuple[int, int], set[str]] = defaultdict(set)
    for item in items:
        if item.is_change and item.kind != "format":
            for spot in (*item.spots, *item.target):
                names[spot.paragraph, spot.piece].add(name_of_item(item))
    group: list[tuple[int, Paragraph]] = []
    for number, paragraph in enumerate(file.paragraphs):
        above = group[-1][1] if group else None
        goes_on = above is not None and above.part == paragraph.part and (_is_parted(above) or _is_new(paragraph))
        if group and not goes_on:
            yield ChangedParagraph(tuple(group), names)
            group = []
        group.append((number, paragraph))
    if group:
        yield ChangedParagraph(tuple(group), names)


def _is_parted(paragraph: Paragraph) -> bool:
    """Return True if a paragraph was split off the text below it; a new one belongs to the text above."""
    return paragraph.end is not None and paragraph.end.kind in ADDED and not _is_new(paragraph)


def _is_new(paragraph: Paragraph) -> bool:
    """Return True if nothing of a paragraph was there before the reviewers' changes."""
    if paragraph.end is None or paragraph.end.kind not in ADDED:
        return False
    return not any(piece.text and piece.was_there for piece in paragraph.pieces)


@dataclass(frozen=True)
class ChangedParagraph:
    """A paragraph as it was before, which may be several now."""

    group: tuple[tuple[int, Paragraph], ...]
    names: Names

    @cached_property
    def number(self) -> int:
        """The number in the file of the first that said something before; of the last if none did."""
        return next((number for number, each in self.group if each.text.strip()), self.group[-1][0])

    @property
    def first(self) -> Paragraph:
        """The paragraph of that number."""
        return next(each for number, each in self.group if number == self.number)

    @cached_property
    def items(self) -> frozenset[str]:
        """All items that change it."""
        spots = ((number, place) for number, each in self.group for place in range(len(each.pieces) + 1))
        return frozenset(name for spot in spots for name in self.names.get(spot, ()))

    @property
    def joined_by(self) -> frozenset[str]:
        """The items that delete its end while something is left of it; what follows then goes on in its line."""
        number, last = self.group[-1]
        if last.end is None or last.end.kind in ADDED or not any(self.after):
            return frozenset()
        return frozenset(self.names.get((number, len(last.pieces)), ()))

    @property
    def before(self) -> str:
        """What it said before the changes, with straight quotes and single spaces, without references to sources."""
        return self._read[0]

    @property
    def edits(self) -> list[Edit]:
        """The changes, in reading order."""
        return self._read[1]

    @property
    def after(self) -> list[str]:
        """The paragraphs that all changes make of it."""
        text = self.before
        for edit in reversed(self.edits):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return [line for line in map(normal, text.split(BREAK)) if line]

    @cached_property
    def _read(self) -> tuple[str, list[Edit]]:
        """Return the text before the reviewers' changes, and the changes."""
        reader = _Reader([], [])
        for number, paragraph in self.group:
            end = self.names.get((number, len(paragraph.pieces)), set())
            if _is_new(paragraph):
                reader.insert(BREAK, end)
            for place, piece in enumerate(paragraph.pieces):
                if piece.text and not piece.is_generated and not piece.is_picture:
                    self._read_piece(reader, piece, self.names.get((number, place), set()))
            if _is_parted(paragraph):
                reader.insert(BREAK, end)
        return reader.result()

    def _read_piece(self, reader: _Reader, piece: Piece, items: set[str]) -> None:
        if piece.was_there:
            reader.come_to(items)
            reader.keep(piece.text)
        elif piece.is_there:
            reader.insert(piece.text, items)
        else:
            reader.come_to(items)


@dataclass
class _Reader:
    """Gathers the letters of a paragraph as it was, and its changes."""

    letters: list[str]
    edits: list[Edit]
    opened: Edit | None = None

    def come_to(self, items: set[str]) -> None:
        """Begin or go on with a change, or end it where the text is unchanged."""
        if items:
            opened = self.opened or Edit(len(self.letters), len(self.letters), "", frozenset())
            self.opened = replace(opened, items=opened.items | items)
        elif self.opened:
            self.edits.append(self.opened)
            self.opened = None

    def keep(self, text: str) -> None:
        """Add text that was there before the reviewers' changes."""
        for sign in text:
            if not sign.isspace():
                self.letters.append(normal(sign) or sign)
            elif self.letters and self.letters[-1] != " ":
                self.letters.append(" ")
        if self.opened:
            self.opened = replace(self.opened, end=len(self.letters))

    def insert(self, text: str, items: set[str]) -> None:
        """Add text that was not there before the reviewers' changes."""
        self.come_to(items)
        if self.opened:
            self.opened = replace(self.opened, text=self.opened.text + text)

    def result(self) -> tuple[str, list[Edit]]:
        """Return the text and its changes, without what the build adds at its end."""
        self.come_to(set())
        text = "".join(self.letters)
        text = REFERENCE.sub("", text).rstrip()
        last = len(text)
        edits = [replace(each, start=min(each.start, last), end=min(each.end, last)) for each in self.edits]
        return text, [each for each in edits if each.start < each.end or each.text]
