"""What reviewers have left in a file, item by item: comments, replies, insertions, deletions, moves, formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from natpatsip.errors import one_line
from natpatsip.reporters import annotation, as_json, counted
from natpatsip.word_files.word_file import BREAK, Paragraph, Piece, Revision, WordFile

OPEN, ANSWERED, RESOLVED, APPLIED, REFUSED = "open", "answered", "resolved", "applied", "refused"
UNTRACKED = "untracked"  # a change that was not applied yet, made while tracking was off
AWAITS = (OPEN, UNTRACKED, REFUSED)  # what somebody still has to do something about
AROUND, BESIDE = 80, 8  # letters of the text around a comment's words, and the paragraphs that it is taken from
MOST_LETTERS = 160  # of a text in a message; JSON has all of it
KINDS = {"insertion": "insertion", "deletion": "deletion", "move-from": "move", "move-to": "move"}


@dataclass(frozen=True)
class Spot:
    """Where in a file a piece of text is: the number of its paragraph, and of the piece in it."""

    paragraph: int
    piece: int


@dataclass(frozen=True)
class Item:
    """A comment, a reply or a tracked change."""

    kind: str
    author: str
    date: str
    text: str  # what the comment says, what was inserted, deleted or moved, or what of the format was changed
    anchor: str  # the words that it is about
    notebook: str = ""
    cell: str = ""
    status: str = OPEN
    where: str = ""  # the place for people: chapter and section
    file: str = ""
    thread: str = ""  # the id of the comment that it answers, or its own
    id: str = ""
    why: str = ""  # why it could not be applied, or what became of its place
    answer: str = ""  # what its authors have answered
    page_comment: str = field(default="", compare=False)  # the id of a comment on a page
    modified: str = field(default="", compare=False)  # when that was last edited
    is_tracked: bool = field(default=True, compare=False)  # False for a change that was made while tracking was off
    original: str = field(default="", compare=False)  # the words that a comment was about before any change of them
    prefix: str = field(default="", compare=False)  # the text before those words
    suffix: str = field(default="", compare=False)  # the text after them
    spots: tuple[Spot, ...] = field(default=(), compare=False)
    target: tuple[Spot, ...] = field(default=(), compare=False)  # where it was moved to

    def record(self) -> dict[str, Any]:
        """Return the comment or change as JSON can hold it; what every item has is there even if it is empty."""
        needed = ("kind", "author", "date", "text", "anchor", "notebook", "cell", "status")
        more = ("where", "file", "thread", "id", "why", "answer")
        return {name: getattr(self, name) for name in needed} | {
            name: getattr(self, name) for name in more if getattr(self, name)
        }

    @property
    def is_change(self) -> bool:
        """Whether the item is a tracked change, and not something that was said."""
        return self.kind not in ("comment", "reply")


def items_of(file: WordFile) -> list[Item]:
    """Return all items of a file in reading order; comments whose place has gone are at the end."""
    name, paragraphs = file.path.name, file.paragraphs
    found = [*_changes(paragraphs), *_formats(paragraphs), *_remarks(file)]
    found.sort(key=lambda item: (not item.spots, item.spots[0].paragraph if item.spots else 0))
    return [replace(item, file=name, id=item.id or f"change-{number}") for number, item in enumerate(found, start=1)]


def _remarks(file: WordFile) -> Iterator[Item]:
    """Yield comments and replies with the words that they are about."""
    spots = _by_comment(file.paragraphs)
    for comment in file.comments.values():
        own, above = spots.get(comment.id, []), spots.get(comment.parent, [])
        here = own if not above or _anchored(file.paragraphs, own) else above
        prefix, suffix = _around(file.paragraphs, here)
        yield Item(
            kind="reply" if comment.parent else "comment",
            author=comment.author,
            date=comment.date,
            text=comment.text,
            anchor=_anchor(file.paragraphs, here),
            original=_joined(_pieces(file.paragraphs, here), now=False),
            status=RESOLVED if comment.is_resolved else OPEN,
            thread=f"comment-{comment.parent or comment.id}",
            id=f"comment-{comment.id}",
            why="" if here else "its place in the file has been deleted",
            prefix=prefix,
            suffix=suffix,
            spots=tuple(here),
        )


def _by_comment(paragraphs: Sequence[Paragraph]) -> dict[str, list[Spot]]:
    """Return the spots that are under each reviewer's comment."""
    found: dict[str, list[Spot]] = {}
    for number, paragraph in enumerate(paragraphs):
        for place, piece in enumerate(paragraph.pieces):
            for comment in piece.comments:
                found.setdefault(comment, []).append(Spot(number, place))
    return found


def _anchored(paragraphs: Sequence[Paragraph], spots: Sequence[Spot]) -> bool:
    return any(paragraphs[spot.paragraph].pieces[spot.piece].text for spot in spots)


def _anchor(paragraphs: Sequence[Paragraph], spots: Sequence[Spot]) -> str:
    """Return the words under a comment; those of the whole paragraph if it was put between two letters."""
    text = _joined(_pieces(paragraphs, spots))
    if not text and spots:
        number = spots[0].paragraph
        text = _joined([(number, piece) for piece in paragraphs[number].pieces if not piece.is_generated])
    return text


def _around(paragraphs: Sequence[Paragraph], spots: Sequence[Spot]) -> tuple[str, str]:
    """Return the text before and after the words under a comment, also of the paragraphs beside theirs.

    A space between them and the words is kept: without one, the words are a part of a longer one.
    """
    if not spots:
        return "", ""
    (first, start), (last, end) = ((spot.paragraph, spot.piece) for spot in (spots[0], spots[-1]))
    if not _anchored(paragraphs, spots):
        start, end = 0, len(paragraphs[last].pieces)
    before = [paragraphs[at].shown for at in range(max(0, first - BESIDE), first)]
    before.append("".join(map(_text_now, paragraphs[first].pieces[:start])))
    after = ["".join(map(_text_now, paragraphs[last].pieces[end + 1 :]))]
    after += [each.shown for each in paragraphs[last + 1 : last + 1 + BESIDE]]
    words = "".join(_text_now(piece) for _, piece in _pieces(paragraphs, spots))
    prefix = " ".join(before) + words[: len(words) - len(words.lstrip())]
    suffix = words[len(words.rstrip()) :] + " ".join(after)
    return re.sub(r"\s+", " ", prefix)[-AROUND:], re.sub(r"\s+", " ", suffix)[:AROUND]


def _text_now(piece: Piece) -> str:
    return piece.text if piece.is_there and not piece.is_picture else ""


def _pieces(paragraphs: Sequence[Paragraph], spots: Iterable[Spot]) -> list[tuple[int, Piece]]:
    return [(spot.paragraph, paragraphs[spot.paragraph].pieces[spot.piece]) for spot in spots]


def _joined(pieces: Iterable[tuple[int, Piece]], *, now: bool = True) -> str:
    """Return the text of pieces, now or before any change; the other only if nothing else is there."""
    kept = [(number, piece) for number, piece in pieces if piece.text]
    kept = [each for each in kept if (each[1].is_there if now else each[1].was_there)] or kept
    lines = ["".join(piece.text for _, piece in group) for _, group in groupby(kept, key=lambda each: each[0])]
    return " ".join(" ".join(lines).split())


def _changes(paragraphs: Sequence[Paragraph]) -> Iterator[Item]:
    """Yield the tracked changes of text: what one person changed at one time without a gap is one."""
    groups: list[tuple[Revision, list[Spot]]] = []
    opened: dict[tuple[Any, ...], list[Spot]] = {}

    def add(revision: Revision, spot: Spot) -> None:
        key = _key(revision)
        if key not in opened:
            opened[key] = []
            groups.append((revision, opened[key]))
        opened[key].append(spot)

    def close(*, but: Iterable[Revision] = ()) -> None:
        kept = {_key(each) for each in but}
        for key in [key for key in opened if key not in kept and not _is_named(key)]:
            del opened[key]

    for number, paragraph in enumerate(paragraphs):
        for place, piece in enumerate(paragraph.pieces):
            if piece.text:
                close(but=piece.revisions)
                for revision in piece.revisions:
                    add(revision, Spot(number, place))
        end = paragraph.end
        is_joined = end is not None and _key(end) in opened
        if end is not None:
            add(end, Spot(number, len(paragraph.pieces)))
        close(but=() if is_joined or end is None else [end])
    yield from _paired(paragraphs, groups)


def _key(revision: Revision) -> tuple[Any, ...]:
    """Return what tells one reviewer's change from another."""
    if revision.row:
        return revision.kind, revision.row
    if revision.move:
        return revision.kind, revision.move
    return revision.kind, revision.author, revision.date, revision.is_tracked


def _is_named(key: tuple[Any, ...]) -> bool:
    """Return True for a tracked move or table row, which goes on over kept text."""
    return len(key) == 2


def _paired(paragraphs: Sequence[Paragraph], groups: Sequence[tuple[Revision, list[Spot]]]) -> Iterator[Item]:
    """Yield an item for each group of tracked changes; the two ends of a move are one."""
    targets = [(revision, spots) for revision, spots in groups if revision.kind == "move-to"]
    for revision, spots in groups:
        if revision.kind == "move-to":
            continue
        target: list[Spot] = []
        if revision.kind == "move-from":
            words = _words(paragraphs, spots)
            for pair in targets:
                same = pair[0].move == revision.move if revision.move else _words(paragraphs, pair[1]) == words
                if same:
                    target = pair[1]
                    targets.remove(pair)
                    break
        yield _change(paragraphs, revision, spots, target)
    for revision, spots in targets:  # the text that they were moved from is not in the file
        yield _change(paragraphs, revision, spots, spots)


def _change(paragraphs: Sequence[Paragraph], revision: Revision, spots: Sequence[Spot], target: Sequence[Spot]) -> Item:
    first = paragraphs[spots[0].paragraph]
    text = _words(paragraphs, spots)
    around = " ".join((first.text if any(piece.was_there for piece in first.pieces) else first.shown).split())
    return Item(
        kind=KINDS[revision.kind],
        author=revision.author,
        date=revision.date,
        text=text or "¶",
        anchor=around,
        status=OPEN if revision.is_tracked else UNTRACKED,
        is_tracked=revision.is_tracked,
        spots=tuple(spots),
        target=tuple(target),
    )


def _words(paragraphs: Sequence[Paragraph], spots: Iterable[Spot]) -> str:
    """Return the text at some spots of a change, in lines; spots at the end of a paragraph are its end."""
    lines: dict[int, str] = {}
    for spot in spots:
        pieces = paragraphs[spot.paragraph].pieces
        lines[spot.paragraph] = lines.get(spot.paragraph, "") + "".join(
            piece.text for piece in pieces[spot.piece : spot.piece + 1]
        )
    return BREAK.join(lines.values()).strip(BREAK)


def _formats(paragraphs: Sequence[Paragraph]) -> Iterator[Item]:
    for number, paragraph in enumerate(paragraphs):
        for change, words in paragraph.formats:
            anchor = " ".join((words or paragraph.shown or paragraph.text).split())
            yield Item("format", change.author, change.date, change.what, anchor, spots=(Spot(number, 0),))


# As text, JSON and annotations ---------------------------------------------------------------------------------------


def as_text(items: Sequence[Item]) -> str:
    """Return the items for a terminal, by notebook and cell."""
    lines = [_summary(items)]
    for (notebook, cell, where), group in groupby(items, key=lambda item: (item.notebook, item.cell, item.where)):
        place = f'notebooks/{notebook}, cell "{cell}"' if cell else where or "not in a notebook"
        lines += ["", f"{place} ({where})" if cell and where else place]
        for item in group:
            lines.append(one_line(f"  - [{item.status}] {_sentence(item)}"))
            if item.why:
                lines.append(one_line(f"      {item.why}"))
            if item.answer:
                lines.append(one_line(f"      answer: {_short(item.answer)}"))
    return "\n".join(lines)


def as_github(items: Sequence[Item]) -> str:
    """Return a notice for each item that awaits somebody, which GitHub shows beside the notebook."""
    return "\n".join(
        annotation(
            "notice",
            f"{_sentence(item)}{f' ({item.why})' if item.why else ''}",
            title=f"review: {item.kind}",
            file=f"notebooks/{item.notebook}" if item.notebook else "",
        )
        for item in items
        if item.status in AWAITS
    )


FORMATS: Mapping[str, Callable[[Sequence[Item]], str]] = {"text": as_text, "json": as_json, "github": as_github}

_VERBS = {
    "comment": "comments on",
    "reply": "replies on",
    "insertion": "inserts",
    "deletion": "deletes",
    "move": "moves",
    "format": "formats",
}


def _sentence(item: Item) -> str:
    nobody = "somebody" if item.is_tracked else "somebody, while tracking was off,"
    who = f"{item.author or nobody}{f', {item.date[:10]},' if item.date else ''} {_VERBS[item.kind]}"
    anchor, text = _short(item.anchor), _short(item.text)
    if item.kind in ("comment", "reply"):
        return f"{who} “{anchor}”: {text}" if anchor else f"{who} what has gone: {text}"
    if item.kind == "format":
        return f"{who} “{anchor}”: {text}"
    return f"{who} “{text}” in “{anchor}”" if anchor and anchor != text else f"{who} “{text}”"


def _short(text: str) -> str:
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS].rpartition(' ')[0]} …"


def _summary(items: Sequence[Item]) -> str:
    kinds = [kind for kind in _VERBS if any(item.kind == kind for item in items)]
    counts = [counted(sum(item.kind == kind for item in items), kind).replace("replys", "replies") for kind in kinds]
    awaiting = sum(item.status in AWAITS for item in items)
    listed = ", ".join(counts) or "nothing"
    return f"{listed}; {awaiting or 'none'} open"
