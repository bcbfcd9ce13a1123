"""Reviewers' comments as they are recorded in notebooks: matched with those of the next review, answered, added to.

A comment is recorded below its cell. One on what no cell says, or whose cell is gone, is kept in a file beside the
params, so that it is not forgotten.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from natpatsip.files.yaml_entries import with_entry
from natpatsip.pipeline.review_notes import (
    COMMENTS,
    Note,
    Remark,
    entry_of,
    file_of_unplaced_comments,
    note_of,
    unplaced_by_id,
)
from natpatsip.review.changed_source import Refusal
from natpatsip.review.comments_and_changes import ANSWERED, APPLIED, OPEN, RESOLVED, Item
from natpatsip.review.sources import Sources, free_id

ALIKE = 0.5  # of the words that a comment was on and those that it is on in the next draft
BY_REVIEWER = "Resolved by the reviewer."  # an answer
HEADER = f"""\
# Comments of reviewers on what no cell of a notebook says, or whose cell is gone. Write each answer after "answer:", in
# quotation marks. natpatsip review --record writes the rest.
{COMMENTS}:
"""


@dataclass(eq=False)
class Kept:
    """A comment that was recorded."""

    note: Note
    notebook: str = ""  # its stem; empty if it is in the file of those that no notebook has
    cell: str = ""  # the id of its own cell, or of its entry in that file


class Recorded:
    """The comments on a quarter that were recorded, and what the reviewed files have beside them."""

    def __init__(self, sources: Sources, quarter: str, items: Sequence[Item]) -> None:
        self.sources, self.quarter = sources, quarter
        self.kept = list(self._read())
        self._claimed: defaultdict[str, list[Kept]] = defaultdict(list)  # by file: each is one of its comments at most
        self.of: dict[tuple[str, str], Kept] = {}  # by file and thread
        self._comments = {(item.file, item.thread): item for item in items if item.kind == "comment"}
        for item in items:
            if item.kind == "comment" and (found := self._find(item)):
                self._claim(item, found)
        self.items = [self._as_reply(item) for item in items]

    def _read(self) -> Iterator[Kept]:
        """Yield the reviewers' comments that are in notebooks, or in the file beside the params."""
        for notebook, cell in self.sources.all_cells():
            note = note_of(cell)
            if note and note.quarter == self.quarter:
                yield Kept(note, notebook, str(cell["id"]))
        entries = unplaced_by_id(self.sources.folder, self.quarter)
        yield from (Kept(note, cell=name) for name, note in entries)

    def _find(self, item: Item) -> Kept | None:
        """Return a comment's record in a notebook: at its cell if possible, as somebody may write the same twice."""
        free = [each for each in self.kept if each not in self._claimed[item.file]]
        same = [each for each in free if item.page_comment and each.note.source == item.page_comment]
        same = same or [each for each in free if each.note.is_on(item.author, item.date, item.text)]
        place = (item.notebook.removesuffix(".ipynb"), item.cell)
        return max(
            same,
            key=lambda each: (
                (each.notebook, each.note.about) == place,
                each.note.anchor in (item.anchor, item.original),
            ),
            default=None,
        )

    def _as_reply(self, item: Item) -> Item:
        """Return a comment that is an answer or a reply of the last draft as a reply: LibreOffice saves them so."""
        if item.kind != "comment" or (item.file, item.thread) in self.of:
            return item
        for (file, thread), kept in self.of.items():
            above = self._comments[file, thread]
            is_there = (file, above.spots) == (item.file, item.spots) or above.anchor == item.anchor != ""
            if (
                is_there
                and (above.file, above.cell) == (item.file, item.cell)
                and kept.note.has_said(item.author, item.text)
            ):
                return replace(item, kind="reply", thread=thread)
        return item

    def _claim(self, item: Item, kept: Kept) -> None:
        self._claimed[item.file].append(kept)
        self.of[item.file, item.thread] = kept

    def record(self) -> list[str]:
        """Put open comments below their cells, or into the file beside the params; take out those resolved in Word.

        Return the files that were changed besides notebooks.
        """
        changed = [each for each in self.items if each.is_change and each.status != APPLIED]
        pending = {(each.file, spot) for each in changed for spot in each.spots}
        before = {each: each.note for each in self.kept if not each.notebook}
        comments = [(item, self.of.get((item.file, item.thread))) for item in self.items if item.kind == "comment"]
        still_open = {kept for item, kept in comments if item.status != RESOLVED}  # in another file
        for item in self.items:
            if item.kind != "comment":
                continue
            is_as_before = any((item.file, spot) in pending for spot in item.spots)
            anchor = item.original if is_as_before and item.original else item.anchor
            kept = self.of.get((item.file, item.thread))
            if item.status == RESOLVED:
                if kept not in still_open:
                    self._resolve(kept)
            elif kept:
                self._update(kept, item, anchor)
            else:
                self._claim(item, self._new(item, anchor))
        return self._write_unplaced(before)

    def _resolve(self, kept: Kept | None) -> None:
        """Take a comment that reviewers have resolved out of its notebook."""
        if kept and kept.notebook and kept in self.kept:  # it may be resolved in several files
            self.sources.drop_note(kept.notebook, kept.cell)
            self.kept.remove(kept)
        elif kept and not kept.notebook and not kept.note.answer:
            kept.note = replace(kept.note, answer=BY_REVIEWER)

    def _new(self, item: Item, anchor: str) -> Kept:
        """Put a reviewer's comment into its notebook for the first time."""
        note = Note(
            self.quarter,
            item.cell,
            item.author,
            item.date,
            item.text,
            anchor,
            prefix=item.prefix,
            suffix=item.suffix,
            place=item.where,
            source=item.page_comment,
            modified=item.modified,
        ).with_replies(self._replies(item))
        kept = Kept(note)
        if item.cell:
            notebook = item.notebook.removesuffix(".ipynb")
            with contextlib.suppress(Refusal):  # its cell has gone: it is kept in the file
                self.sources.cell(notebook, item.cell)
                kept = Kept(note, notebook, self.sources.put_note(notebook, note))
        if not kept.notebook:
            place = "; ".join(filter(None, (item.where, item.why)))
            kept.note = replace(note, about="", place=place)
        self.kept.append(kept)
        return kept

    def _update(self, kept: Kept, item: Item, anchor: str) -> None:
        """Take into the notebook what a comment says by now, what was replied, and which words it is on."""
        note = kept.note.with_replies(self._replies(item))
        if item.page_comment:
            if item.modified > note.modified and item.text != note.text:
                note = note.edited(item.text, item.modified)
            note = replace(note, source=item.page_comment, modified=max(item.modified, note.modified))
        if (item.notebook, item.cell) == (f"{kept.notebook}.ipynb", note.about):
            is_alike = SequenceMatcher(None, anchor, note.anchor).ratio() >= ALIKE
            if anchor != note.anchor and (is_alike or not note.anchor):
                note = replace(note, anchor=anchor, prefix=item.prefix, suffix=item.suffix)
            note = replace(note, place=item.where)
        if note == kept.note:
            return
        kept.note = note
        if kept.notebook:
            kept.cell = self.sources.put_note(kept.notebook, note, kept.cell)

    def _replies(self, comment: Item) -> list[Remark]:
        """Return the replies to a reviewer's comment in its file."""
        return [
            Remark(each.author, each.date, each.text)
            for each in self.items
            if each.kind == "reply" and (each.file, each.thread) == (comment.file, comment.thread)
        ]

    def _write_unplaced(self, before: Mapping[Kept, Note]) -> list[str]:
        """Write the reviewers' comments that no notebook has into the file beside the params."""
        new = [each for each in self.kept if not each.notebook and before.get(each) != each.note]
        if not new:
            return []
        file = file_of_unplaced_comments(self.sources.folder, self.quarter)
        where = file.relative_to(self.sources.folder).as_posix()
        text = file.read_bytes().decode() if file.is_file() else HEADER
        taken = {each.cell for each in before}
        for each in new:
            if not each.cell:  # somebody may say the same of several places
                each.cell = free_id(each.note.id, taken)
                taken.add(each.cell)
            text = with_entry(text, COMMENTS, entry_of(each.note) | {"id": each.cell}, by=("id",), where=where)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return [where]

    def with_answers(self) -> list[Item]:
        """Return reviewers' comments with the answers in notebooks, and a note if their cell is not there any more.

        Replies are answered with their comment, except those that follow the answer in the thread.
        """
        answers = {thread: kept.note.answer for thread, kept in self.of.items()}
        found = []
        for item in self.items:
            if item.is_change:
                found.append(item)
                continue
            thread, why = (item.file, item.thread), item.why
            kept = self.of.get(thread)
            # A reply that is not known yet is answered if it is before the answer.
            is_known = item.kind == "comment" or (kept is not None and kept.note.has_said(item.author, item.text))
            answer = kept.note.answer if kept and is_known else answers.get(thread, "")
            try:
                if item.cell:
                    self.sources.cell(item.notebook.removesuffix(".ipynb"), item.cell)
            except Refusal as reason:
                why = str(reason)
            is_answered = bool(answer) and item.status == OPEN
            said = answer if item.kind == "comment" else ""
            found.append(replace(item, why=why, status=ANSWERED if is_answered else item.status, answer=said))
            if item.kind == "reply" and item.text == answer:
                answers[thread] = ""
        return found
