"""Changes that were made while tracking was off, found by comparing a file with what the build wrote into it.

They become tracked changes without an author, so that all that follows treats them alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from natpatsip.compare.word_diff import likeness, words_of
from natpatsip.pipeline.render.cell_bookmarks import BUILT, NAMESPACE, is_contents, mark_of
from natpatsip.review.changed_paragraphs import ADDED
from natpatsip.review.locate import normal, notes_of_build
from natpatsip.word_files.word_file import DOCUMENT, Paragraph, Piece, Revision, WordFile

INSERTED = Revision("insertion", "", "", is_tracked=False)
DELETED = Revision("deletion", "", "", is_tracked=False)
ALIKE = 0.5  # two paragraphs that share at least this much are one, reworded
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

Line = tuple[str, str]  # a paragraph as it was built: the bookmark of its cell, and its text


def with_untracked(file: WordFile) -> WordFile:
    """Return a file with untracked changes as tracked ones; unchanged if it does not say what was built."""
    built = list(_built(file))
    if not built:
        return file
    groups = [group for group in _groups(file.paragraphs) if normal(_printed(group, file.paragraphs))]
    old, new = [normal(text) for _, text in built], [normal(_printed(group, file.paragraphs)) for group in groups]
    changed: dict[int, Paragraph] = {}
    gone: dict[int, list[Paragraph]] = {}  # by the number of the paragraph that they stood before
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        cells = [name for name, _ in built[a1:a2]], [mark_of(file.paragraphs[group[0]]) for group in groups[b1:b2]]
        pairs = _pairs(old[a1:a2], new[b1:b2], cells)
        for position, group in enumerate(groups[b1:b2]):
            if position in pairs:
                changed |= _reworded(group, file, built[a1 + pairs[position]][1])
            else:
                changed |= {number: _inserted(file.paragraphs[number]) for number in group}
        at = b1
        for position in range(a2 - a1):
            partner = next((each for each, pair in pairs.items() if pair == position), None)
            if partner is not None:
                at = b1 + partner + 1
            else:
                before = groups[at][0] if at < len(groups) else len(file.paragraphs)
                gone.setdefault(before, []).append(_deleted(built[a1 + position]))
    paragraphs: list[Paragraph] = []
    for number, paragraph in enumerate(file.paragraphs):
        paragraphs += [*gone.get(number, ()), changed.get(number, paragraph)]
    return replace(file, paragraphs=(*paragraphs, *gone.get(len(file.paragraphs), ())))


def _groups(paragraphs: Sequence[Paragraph]) -> Iterator[list[int]]:
    """Yield the numbers of the paragraphs that were built as one, and were split by a tracked change."""
    group: list[int] = []
    for number, paragraph in enumerate(paragraphs):
        if paragraph.part != DOCUMENT or is_contents(paragraph):
            continue
        group.append(number)
        if paragraph.end is None or paragraph.end.kind not in ADDED or not _printed(group, paragraphs):
            yield group
            group = []
    if group:
        yield group


def _printed(group: Sequence[int], paragraphs: Sequence[Paragraph]) -> str:
    return "".join(paragraphs[number].printed for number in group)


def _built(file: WordFile) -> Iterator[Line]:
    """Yield the paragraphs of the reviewed file as the build wrote them."""
    for root in notes_of_build(file):
        yield from ((each.get("cell", ""), each.text or "") for each in root.iter(f"{{{NAMESPACE}}}{BUILT}"))


def _pairs(old: Sequence[str], new: Sequence[str], cells: tuple[Sequence[str], Sequence[str]]) -> dict[int, int]:
    """Return which text in the file is a rewording of which built one, by position; pairs do not cross.

    Of those unlike any other, the only two of a cell are a pair.
    """
    pairs: dict[int, int] = {}
    left = 0
    for position, text in enumerate(new):
        scores = [(likeness(words_of(old[at]), words_of(text), least=ALIKE), -at) for at in range(left, len(old))]
        score, at = max(scores, default=(0.0, 0))
        if score:
            pairs[position] = -at
            left = 1 - at
    for position in range(len(new)):
        above = max((each for each in pairs if each < position), default=-1)
        below = min((each for each in pairs if each > position), default=len(new))
        if position in pairs:
            continue
        places = range(pairs.get(above, -1) + 1, pairs.get(below, len(old)))
        same = [at for at in places if cells[0][at] == cells[1][position]]
        rivals = [at for at in range(above + 1, below) if cells[1][at] == cells[1][position]]
        if len(same) == len(rivals) == 1:
            pairs[position] = same[0]
    return pairs


def _inserted(paragraph: Paragraph) -> Paragraph:
    pieces = [_with(piece, INSERTED) for piece in paragraph.pieces]
    return replace(paragraph, pieces=pieces, end=paragraph.end or INSERTED)


def _deleted(line: Line) -> Paragraph:
    name, text = line
    marks = (name,) if name else ()
    return Paragraph(DOCUMENT, pieces=[Piece(text, (DELETED,), bookmarks=marks)], end=DELETED, bookmarks=marks)


def _with(piece: Piece, revision: Revision) -> Piece:
    return replace(piece, revisions=(revision, *piece.revisions))


def _reworded(group: Sequence[int], file: WordFile, text: str) -> dict[int, Paragraph]:
    """Return paragraphs with their differences from the text as it was built as insertions and deletions."""
    now = _printed(group, file.paragraphs)
    old, new = _TOKEN.findall(text), _TOKEN.findall(now)
    inserted: set[int] = set()  # letters of the text now
    deleted: dict[int, str] = {}  # what stood before a letter
    at = [0]
    for token in new:
        at.append(at[-1] + len(token))
    before, after = ([normal(token) or " " for token in tokens] for tokens in (old, new))
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            inserted.update(range(at[b1], at[b2]))
            if a1 < a2:
                deleted[at[b1]] = "".join(old[a1:a2])
    found: dict[int, Paragraph] = {}
    place = 0
    for number in group:
        paragraph, pieces = file.paragraphs[number], list[Piece]()
        for piece in paragraph.pieces:
            if not piece.is_printed:
                pieces.append(piece)
                continue
            for part, is_inserted, gone in _parts(piece.text, place, inserted, deleted):
                if gone:
                    pieces.append(Piece(gone, (DELETED,), piece.comments, piece.bookmarks))
                each = replace(piece, text=part)
                pieces.append(_with(each, INSERTED) if is_inserted else each)
            place += len(piece.text)
        if number == group[-1] and (gone := deleted.get(len(now), "")):
            pieces.append(Piece(gone, (DELETED,), bookmarks=pieces[-1].bookmarks if pieces else paragraph.bookmarks))
        found[number] = replace(paragraph, pieces=pieces)
    return found


def _parts(text: str, place: int, inserted: set[int], deleted: dict[int, str]) -> Iterator[tuple[str, bool, str]]:
    """Yield the parts of a text that an untracked change inserted or did not, each with what was deleted before it."""
    start = 0
    for at in range(1, len(text) + 1):
        is_end = at == len(text)
        if is_end or (place + at in inserted) != (place + start in inserted) or place + at in deleted:
            yield text[start:at], place + start in inserted, deleted.get(place + start, "")
            start = at
