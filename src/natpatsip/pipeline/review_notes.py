"""Reviewers' comments in notebooks: each is a raw cell below the cell that it is about, in which analysts answer.

JupyterLab shows a raw cell as it is typed. No kernel runs it, and no chapter shows it: only the Word file of a draft
has the comment and its answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from natpatsip.errors import ParamsError
from natpatsip.files.digests import sha256
from natpatsip.quarter import PARAMS_FOLDER

OWN, REVIEW = "natpatsip", "review"  # metadata.natpatsip.review; the tag has the name too
ANSWER = "Answer:"
EDITED = "Before it was edited: "  # begins the reply that keeps an earlier wording of a comment
AUTHORS = "The authors"  # of an answer that a reviewer has edited the comment or replied after
COMMENTS = "comments"
STAGED = "review.json"  # in the staged project: the comments and answers of a draft


TEXTS = ("quarter", "about", "author", "date", "text", "anchor", "prefix", "suffix", "place", "source", "modified")
OPTIONAL = ("prefix", "suffix", "place", "source", "modified")


@dataclass(frozen=True)
class Remark:
    """A reply to a comment."""

    author: str
    date: str
    text: str


@dataclass(frozen=True)
class Note:
    """A comment, the cell that it is about, and what was answered."""

    quarter: str
    about: str  # the id of the cell; empty for a comment on what no cell says
    author: str
    date: str
    text: str
    anchor: str  # the words that it is about
    replies: tuple[Remark, ...] = ()
    answer: str = ""
    prefix: str = ""  # the text before those words, by which they are told from the same words elsewhere
    suffix: str = ""  # the text after them
    place: str = ""  # where it is, as readers find it
    source: str = ""  # the id of a comment on a page, which it keeps when it is edited
    modified: str = ""  # when that was edited

    @property
    def id(self) -> str:
        """The id of the comment's raw cell in the notebook, the same whenever the comment is read."""
        return id_of(self.source) if self.source else id_of(self.author, self.date, self.text)

    @property
    def elsewhere(self) -> str:
        """What a file that the build writes says if it does not have what the comment is on."""
        on = f"“{self.anchor}”" if self.anchor else "text that was deleted"
        return f"This comment is on {on}, which this file does not have{f' ({self.place})' if self.place else ''}."

    def is_on(self, author: str, date: str, text: str) -> bool:
        """Return True if this is what the comment in the notebook says, or said before it was edited."""
        says = text == self.text or any((each.author, each.text) == (author, EDITED + text) for each in self.replies)
        return says and (author, date) == (self.author, self.date)

    def has_said(self, author: str, text: str) -> bool:
        """Return True if a reply is one of its own: a reviewer's, an answer, or the place that the build has given."""
        by_build = {self.answer, self.elsewhere, *(each.text for each in self.replies if each.author == AUTHORS)}
        by_reviewers = {(each.author, _one_line(each.text)) for each in self.replies}
        return _one_line(text) in map(_one_line, by_build) or (author, _one_line(text)) in by_reviewers

    def with_replies(self, replies: Sequence[Remark]) -> Note:
        """Return the notebook's comment with new replies: they await an answer, and the last one is before them."""
        new = [each for each in replies if not self.has_said(each.author, each.text)]
        if not new:
            return self
        before = [Remark(AUTHORS, "", self.answer)] if self.answer else []
        return replace(self, answer="", replies=(*self.replies, *before, *new))

    def edited(self, text: str, modified: str) -> Note:
        """Return the notebook's comment with another text, unanswered yet; the old one and its answer are replies."""
        before = [Remark(self.author, self.modified or self.date, EDITED + self.text)]
        before += [Remark(AUTHORS, "", self.answer)] if self.answer else []
        return replace(self, text=text, modified=modified, answer="", replies=(*self.replies, *before))

    def cell(self) -> dict[str, Any]:
        """Return the comment as a raw cell of a notebook."""
        record = {
            name: value for name, value in asdict(self).items() if name != "answer" and (value or name not in OPTIONAL)
        }
        date = f", {self.date[:10]}" if self.date else ""
        lines = [f"Comment by {self.author or 'a reviewer'}{date}, on “{self.anchor}”:", "", self.text, ""]
        for each in self.replies:
            lines += [f"Reply by {each.author}:", "", each.text, ""]
        source = "\n".join([*lines, f"{ANSWER} {self.answer}".rstrip()])
        return {
            "cell_type": "raw",
            "id": self.id,
            "metadata": {OWN: {REVIEW: record}, "tags": [REVIEW]},
            "source": source.splitlines(keepends=True),
        }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def id_of(*parts: str) -> str:
    """Return the id of a comment's raw cell: by its author, date and text, or by its own id."""
    return f"review-{sha256(json.dumps(parts))[:12]}"


def note_of(cell: Mapping[str, Any]) -> Note | None:
    """Return the reviewer's comment that a notebook's cell is, as a build reads it; None if it is none."""
    own = cell.get("metadata", {}).get(OWN)
    record = own.get(REVIEW) if isinstance(own, dict) and cell.get("cell_type") == "raw" else None
    if not isinstance(record, dict):
        return None
    texts = {name: str(record.get(name, "")) for name in TEXTS}
    replies = tuple(
        Remark(*(str(each.get(name, "")) for name in ("author", "date", "text"))) for each in record.get("replies", ())
    )
    note = Note(**texts, replies=replies)
    source, empty = ("".join(each["source"]) for each in (cell, note.cell()))
    answer = source[len(empty) :] if source.startswith(empty) else source.rpartition(ANSWER)[2]
    return replace(note, answer=answer.strip())


def notes_of(cells: Sequence[Mapping[str, Any]], quarter: str) -> list[Note]:
    """Return the reviewers' comments on a quarter among a notebook's cells."""
    found = (note_of(cell) for cell in cells)
    return [note for note in found if note and note.quarter == quarter]


def without_notes(cells: Sequence[Any]) -> list[Any]:
    """Return a notebook's cells without reviewers' comments: these are for the report's authors alone."""
    return [cell for cell in cells if note_of(cell) is None]


def unanswered(project: Path, quarter: str) -> Iterator[str]:
    """Yield a sentence, for a final edition, for each comment in notebooks on a quarter that has no answer."""
    for file in sorted((project / "notebooks").glob("[!.]*.ipynb")):
        try:
            cells = json.loads(file.read_bytes()).get("cells", [])
        except (ValueError, AttributeError):  # the build names what is wrong with it
            continue
        for note in notes_of(cells, quarter):
            if not note.answer:
                who = note.author or "a reviewer"
                yield (
                    f'notebooks/{file.name}, cell "{note.about}": the comment of {who} has no answer: '
                    f"“{note.text}”. Write one after “{ANSWER}” in the cell below, or delete that cell."
                )
    where = file_of_unplaced_comments(project, quarter)
    for number, note in enumerate(unplaced(project, quarter)):
        if not note.answer:
            who = note.author or "a reviewer"
            yield (
                f"{where.relative_to(project).as_posix()}, comments.{number}: the comment of {who} has no answer: "
                f"“{note.text}”. Write one after “answer:”, or delete the comment."
            )


def file_of_unplaced_comments(project: Path, quarter: str) -> Path:
    """Return the file of the comments on a quarter that are on what no cell says, or whose cell is gone."""
    return project / PARAMS_FOLDER / f"{quarter}.{REVIEW}" / "comments.yml"


def unplaced(project: Path, quarter: str) -> list[Note]:
    """Return the comments on a quarter that no notebook has."""
    return [note for _, note in unplaced_by_id(project, quarter)]


def unplaced_by_id(project: Path, quarter: str) -> list[tuple[str, Note]]:
    """Return the comments on a quarter that no notebook has, each with the id of its entry in their file.

    Raises
    ------
    ParamsError
        If their file is not valid.
    """
    file = file_of_unplaced_comments(project, quarter)
    if not file.is_file():
        return []
    from natpatsip.files.yaml_models import read_yaml  # here: final editions import this module, with every build

    where = file.relative_to(project).as_posix()
    content = read_yaml(file.read_bytes(), where, ParamsError)
    listed = content.get(COMMENTS) if isinstance(content, Mapping) else None
    if content is not None and (not isinstance(content, Mapping) or not isinstance(listed or [], list)):
        raise ParamsError(f"{where}: found no list {COMMENTS}. Restore it from git: git checkout -- {where}")
    found = [_unplaced(each, f"{where}, {COMMENTS}.{number}", quarter) for number, each in enumerate(listed or [])]
    return [(str(each.get("id") or note.id), note) for each, note in zip(listed or [], found, strict=True)]


def _unplaced(entry: Any, where: str, quarter: str) -> Note:
    """Return a reviewer's comment that no notebook has, from an entry of their file."""
    replies = (entry.get("replies") or []) if isinstance(entry, Mapping) else None
    if not isinstance(replies, list) or not all(isinstance(each, Mapping) for each in replies):
        raise ParamsError(f"{where}: is not a comment as natpatsip review --record writes it. Restore it from git.")
    said = [Remark(*(str(each.get(name) or "") for name in ("author", "date", "text"))) for each in replies]
    texts = {name: str(entry.get(name) or "") for name in TEXTS if name != "quarter"}
    answer = str(entry.get("answer") or "").strip()
    return Note(quarter, **texts, replies=tuple(said), answer=answer)


def entry_of(note: Note) -> dict[str, Any]:
    """Return a comment that no notebook has, as its file holds it."""
    texts = {name: getattr(note, name) for name in TEXTS if name != "quarter"}
    named = {"id": note.id} | {name: text for name, text in texts.items() if text}
    replies = {"replies": [asdict(each) for each in note.replies]} if note.replies else {}
    return named | replies | {"answer": note.answer}


def to_json(notes: Mapping[str, Sequence[Note]]) -> str:
    """Return the comments in each notebook as JSON, for the staged project."""
    return json.dumps({name: [asdict(note) for note in found] for name, found in notes.items()}, ensure_ascii=False)


def from_json(text: str) -> dict[str, list[Note]]:
    """Return the comments of the staged project that `to_json` has written."""
    return {
        name: [Note(**{**each, "replies": tuple(Remark(**reply) for reply in each["replies"])}) for each in found]
        for name, found in json.loads(text).items()
    }
