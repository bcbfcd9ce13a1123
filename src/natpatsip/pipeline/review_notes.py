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

from natpatsip.files.digests import sha256

OWN, REVIEW = "natpatsip", "review"  # metadata.natpatsip.review; the tag has the name too
ANSWER = "Answer:"
STAGED = "review.json"  # in the staged project: the comments and answers of a draft


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
    about: str  # the id of the cell
    author: str
    date: str
    text: str
    anchor: str  # the words that it is about
    replies: tuple[Remark, ...] = ()
    answer: str = ""

    @property
    def id(self) -> str:
        """The id of its cell, the same whenever the comment is read."""
        return id_of(self.author, self.date, self.text)

    def cell(self) -> dict[str, Any]:
        """Return it as a cell of a notebook."""
        record = {name: value for name, value in asdict(self).items() if name != "answer"}
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


def id_of(author: str, date: str, text: str) -> str:
    """Return the id of the note on a comment."""
    return f"review-{sha256(json.dumps([author, date, text]))[:12]}"


def note_of(cell: Mapping[str, Any]) -> Note | None:
    """Return the note that a cell is; None if it is none."""
    own = cell.get("metadata", {}).get(OWN)
    record = own.get(REVIEW) if isinstance(own, dict) and cell.get("cell_type") == "raw" else None
    if not isinstance(record, dict):
        return None
    texts = {name: str(record.get(name, "")) for name in ("quarter", "about", "author", "date", "text", "anchor")}
    replies = tuple(
        Remark(*(str(each.get(name, "")) for name in ("author", "date", "text"))) for each in record.get("replies", ())
    )
    note = Note(**texts, replies=replies)
    source, empty = ("".join(each["source"]) for each in (cell, note.cell()))
    answer = source[len(empty) :] if source.startswith(empty) else source.rpartition(ANSWER)[2]
    return replace(note, answer=answer.strip())


def notes_of(cells: Sequence[Mapping[str, Any]], quarter: str) -> list[Note]:
    """Return the notes on a quarter among cells."""
    found = (note_of(cell) for cell in cells)
    return [note for note in found if note and note.quarter == quarter]


def without_notes(cells: Sequence[Any]) -> list[Any]:
    """Return cells without notes: these are for the report's authors alone."""
    return [cell for cell in cells if note_of(cell) is None]


def unanswered(project: Path, quarter: str) -> Iterator[str]:
    """Yield a sentence for each comment on a quarter that has no answer."""
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


def to_json(notes: Mapping[str, Sequence[Note]]) -> str:
    """Return the notes of each notebook as JSON."""
    return json.dumps({name: [asdict(note) for note in found] for name, found in notes.items()}, ensure_ascii=False)


def from_json(text: str) -> dict[str, list[Note]]:
    """Return the notes that `to_json` has written."""
    return {
        name: [Note(**{**each, "replies": tuple(Remark(**reply) for reply in each["replies"])}) for each in found]
        for name, found in json.loads(text).items()
    }
