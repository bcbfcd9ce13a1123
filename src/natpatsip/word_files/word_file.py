"""A Word file as reviewers send it back: its paragraphs, with insertions, deletions and comments, and their authors.

Read from the XML itself: python-docx knows neither tracked changes nor the threads of comments. Every part is read that
may hold text: the document, notes, headers and footers. What an older Word would show for a drawing is passed over.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lxml import etree

from natpatsip.errors import UsageError
from natpatsip.word_files.word_comments import Comment, comments_of
from natpatsip.word_files.word_xml import PARSER, SIGNS, attribute_of, date_of, name_of

DOCUMENT = "word/document.xml"
BREAK = "\n"  # the end of a paragraph, where it was inserted or deleted
REVISIONS = {"w:ins": "insertion", "w:del": "deletion", "w:moveFrom": "move-from", "w:moveTo": "move-to"}
REFERENCES = re.compile(
    r"[\[\]a\d–\u2011\u2060,\s]*"
)  # to the entries of numbers; in their style, people may have typed more
_FORMATS = {
    "w:rPrChange", "w:pPrChange", "w:tblPrChange", "w:tblPrExChange", "w:tblGridChange", "w:trPrChange", "w:tcPrChange",
    "w:sectPrChange", "w:numberingChange", "w:cellIns", "w:cellDel", "w:cellMerge",
}  # fmt: skip


@dataclass(frozen=True)
class Revision:
    """A tracked change of text: what it is, who made it, when; and the name of the move that it is part of."""

    kind: str
    author: str
    date: str
    move: str = ""
    row: int = 0  # the number of the table row that was inserted or deleted as a whole; 0 if none was
    is_tracked: bool = True  # False if it was found by comparing the file with what was built


@dataclass(frozen=True)
class Piece:
    """A stretch of text with the same revisions, under the same comments and in the same cell."""

    text: str
    revisions: tuple[Revision, ...] = ()  # two, if one person inserted it and another deleted it again
    comments: frozenset[str] = frozenset()
    bookmarks: tuple[str, ...] = ()
    is_picture: bool = False  # then the text is its alternative text
    is_generated: bool = False  # a number of a page, or a reference to a source

    @property
    def was_there(self) -> bool:
        """Whether the text was in the file before any tracked change."""
        return all(each.kind in ("deletion", "move-from") for each in self.revisions)

    @property
    def is_printed(self) -> bool:
        """Whether this is text that was in the file before any tracked change, and is from a cell."""
        return self.was_there and not self.is_picture and not self.is_generated

    @property
    def is_there(self) -> bool:
        """Whether the text is still there if all tracked changes are accepted."""
        return all(each.kind in ("insertion", "move-to") for each in self.revisions)


@dataclass(frozen=True)
class FormatChange:
    """A tracked change of how something looks."""

    author: str
    date: str
    what: str


@dataclass
class Paragraph:
    """A paragraph: its pieces, and whether its end was inserted or deleted."""

    part: str
    style: str = ""
    in_table: bool = False
    pieces: list[Piece] = field(default_factory=list)
    end: Revision | None = None
    bookmarks: tuple[str, ...] = ()  # those that it begins in
    formats: list[tuple[FormatChange, str]] = field(default_factory=list)  # each with the words that it is about

    @property
    def text(self) -> str:
        """The paragraph's text as it was before any tracked change; without pictures."""
        return "".join(piece.text for piece in self.pieces if piece.was_there and not piece.is_picture)

    @property
    def printed(self) -> str:
        """The text as before any tracked change, without pictures and without what the build generates."""
        return "".join(piece.text for piece in self.pieces if piece.is_printed)

    @property
    def shown(self) -> str:
        """The paragraph's text if all tracked changes are accepted."""
        return "".join(piece.text for piece in self.pieces if piece.is_there and not piece.is_picture)


@dataclass(frozen=True)
class WordFile:
    """What a Word file holds for a review."""

    path: Path
    paragraphs: tuple[Paragraph, ...]
    comments: Mapping[str, Comment]
    parts: Mapping[str, bytes]  # its parts of custom XML

    @classmethod
    def read(cls, path: Path) -> WordFile:
        """Read a Word file.

        Raises
        ------
        UsageError
            If it is not there, or is not a Word file.
        """
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file. Give the path of a reviewed Word file.")
        try:
            with zipfile.ZipFile(path) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
            paragraphs = [each for name in _stories(parts) for each in paragraphs_of(parts[name], name)]
            comments = comments_of(parts)
        except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, OSError) as error:
            raise UsageError(f"{path}: is not a Word file ({error}). Save it in Word as .docx.") from error
        custom = {name: content for name, content in parts.items() if name.startswith("customXml/item")}
        return cls(path, tuple(paragraphs), comments, custom)


def paragraphs_of(content: bytes, part: str = DOCUMENT) -> list[Paragraph]:
    """Return the paragraphs of a part of a Word file, in reading order."""
    return _Reader(part).read(content)


def _stories(parts: Iterable[str]) -> list[str]:
    """Return the parts of a Word file that hold text, the document itself first."""
    names = sorted(parts)
    found = [
        name for name in names if name.startswith(("word/footnotes", "word/endnotes", "word/header", "word/footer"))
    ]
    return [DOCUMENT, *(name for name in found if name.endswith(".xml"))]


@dataclass
class _Reader:
    """Reads a part, in reading order."""

    part: str
    found: list[Paragraph] = field(default_factory=list)
    open: list[Paragraph] = field(default_factory=list)  # a text box is a paragraph in a paragraph
    revisions: list[Revision] = field(default_factory=list)
    comments: dict[str, None] = field(default_factory=dict)
    bookmarks: dict[str, str] = field(default_factory=dict)  # names of those that are open, by id
    moves: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)  # the instruction of each open field
    tables: int = 0
    rows: int = 0

    def read(self, content: bytes) -> list[Paragraph]:
        self._visit_all(etree.fromstring(content, PARSER))
        return self.found

    def _visit_all(self, element: Any) -> None:
        for child in element:
            self._visit(child)

    def _visit(self, element: Any) -> None:
        """Read an element of the Word file, and what is in it."""
        name = name_of(element)
        if name == "w:p":
            self._paragraph(element)
        elif name in REVISIONS:
            self.revisions.append(self._revision(name, element))
            self._visit_all(element)
            self.revisions.pop()
        elif name == "w:r":
            self._run(element)
        elif name == "w:tr":
            self._row(element)
        elif name == "w:tbl":
            self.tables += 1
            self._visit_all(element)
            self.tables -= 1
        elif name == "m:oMath":
            self._add("".join(each.text or "" for each in element.iter() if name_of(each) == "m:t"), is_generated=True)
        elif name == "mc:AlternateContent":
            self._visit_all(next((each for each in element if name_of(each) == "mc:Choice"), element))
        elif name in _FORMATS:
            self._format(element, name, "")
        elif not self._range(name, element):
            self._visit_all(element)

    def _range(self, name: str, element: Any) -> bool:
        """Note the start or end of a Word file's bookmark, comment or move; return False if it is none."""
        identity = attribute_of(element, "id")
        if name == "w:bookmarkStart":
            label = attribute_of(element, "name")
            self.bookmarks.pop(label, None)
            self.bookmarks[label] = identity  # the last is the one that began last
        elif name == "w:bookmarkEnd":
            self.bookmarks = {label: each for label, each in self.bookmarks.items() if each != identity}
        elif name == "w:commentRangeStart":
            self.comments[identity] = None
        elif name == "w:commentRangeEnd":
            self.comments.pop(identity, None)
        elif name in ("w:moveFromRangeStart", "w:moveToRangeStart"):
            self.moves[identity] = attribute_of(element, "name")
        elif name in ("w:moveFromRangeEnd", "w:moveToRangeEnd"):
            self.moves.pop(identity, None)
        else:
            return False
        return True

    def _revision(self, name: str, element: Any, row: int = 0) -> Revision:
        move = next(reversed(self.moves.values()), "") if name.startswith("w:move") else ""
        return Revision(REVISIONS[name], attribute_of(element, "author"), date_of(element), move, row)

    def _row(self, element: Any) -> None:
        """Read a row of a Word file's table, which may have been inserted or deleted as a whole."""
        self.rows += 1
        marks = [
            each for child in element if name_of(child) == "w:trPr" for each in child if name_of(each) in REVISIONS
        ]
        own = [self._revision(name_of(each), each, self.rows) for each in marks]
        self.revisions += own
        self._visit_all(element)
        del self.revisions[len(self.revisions) - len(own) :]

    def _paragraph(self, element: Any) -> None:
        """Read a paragraph of the Word file, with what becomes of its end."""
        paragraph = Paragraph(self.part, in_table=self.tables > 0, bookmarks=tuple(self.bookmarks))
        self.open.append(paragraph)
        self.found.append(paragraph)
        for child in element:
            if name_of(child) == "w:pPr":
                self._properties(paragraph, child)
            else:
                self._visit(child)
        if paragraph.end is not None and paragraph.end.kind.startswith(
            "move"
        ):  # its name is known after the start only
            moves = [
                each.move for piece in paragraph.pieces for each in piece.revisions if each.kind == paragraph.end.kind
            ]
            paragraph.end = replace(paragraph.end, move=next(reversed(moves), paragraph.end.move))
        if not paragraph.bookmarks:
            paragraph.bookmarks = next((piece.bookmarks for piece in paragraph.pieces if piece.bookmarks), ())
        self.open.pop()

    def _properties(self, paragraph: Paragraph, properties: Any) -> None:
        """Read the properties of a paragraph of the Word file: style, tracked end and formats."""
        for each in properties:
            name = name_of(each)
            if name == "w:pStyle":
                paragraph.style = attribute_of(each, "val")
            elif name == "w:rPr":
                for mark in each:
                    if name_of(mark) in REVISIONS:
                        paragraph.end = self._revision(name_of(mark), mark)
                    elif name_of(mark) in _FORMATS:
                        self._format(mark, name_of(mark), "")
            elif name in _FORMATS:
                self._format(each, name, "")
            else:
                self._visit(each)

    def _run(self, element: Any) -> None:
        """Read a run of the Word file: text, signs, pictures and comments."""
        style = ""
        start = len(self.open[-1].pieces) if self.open else 0
        changes = []
        for child in element:
            name = name_of(child)
            if name == "w:rPr":
                style = next((attribute_of(each, "val") for each in child if name_of(each) == "w:rStyle"), "")
                changes = [each for each in child if name_of(each) in _FORMATS]
            elif name in ("w:t", "w:delText"):
                text = child.text or ""
                is_reference = style == "SourceMark" and REFERENCES.fullmatch(text) is not None
                self._add(text, is_generated=is_reference or self._is_page())
            elif name in SIGNS:
                self._add(SIGNS[name])
            elif name == "w:sym":
                self._add(chr(int(attribute_of(child, "char") or "fffd", 16)))
            elif name == "w:fldChar":
                self._field(attribute_of(child, "fldCharType"))
            elif name in ("w:instrText", "w:delInstrText"):
                if self.fields:
                    self.fields[-1] += child.text or ""
            elif name == "w:commentReference":
                self._add("", comment=attribute_of(child, "id"))
            elif name in ("w:drawing", "w:pict", "w:object"):
                self._picture(child)
            elif name == "mc:AlternateContent":
                self._picture(next((each for each in child if name_of(each) == "mc:Choice"), child))
        words = "".join(piece.text for piece in self.open[-1].pieces[start:]) if self.open else ""
        for change in changes:
            self._format(change, "w:rPrChange", words)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append("")
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _is_page(self) -> bool:
        return any(instruction.split()[:1] in (["PAGEREF"], ["PAGE"], ["NUMPAGES"]) for instruction in self.fields)

    def _picture(self, element: Any) -> None:
        """Read a picture of the Word file: its alternative text, and the text in a box."""
        described = [each for each in element.iter() if name_of(each) == "wp:docPr"]
        for each in described[:1]:
            self._add(attribute_of(each, "descr"), is_picture=True)
        for each in element.iter():
            if name_of(each) == "w:txbxContent":
                self._visit_all(each)

    def _add(
        self,
        text: str,
        *,
        comment: str = "",
        is_picture: bool = False,
        is_generated: bool = False,
    ) -> None:
        """Add text of the Word file to its paragraph, with the changes and comments that it is under."""
        if not self.open:
            return
        under = frozenset(self.comments) | ({comment} if comment else frozenset())
        rows = {(each.kind, each.author) for each in self.revisions if each.row}
        revisions = tuple(each for each in self.revisions if each.row or (each.kind, each.author) not in rows)
        self.open[-1].pieces.append(Piece(text, revisions, under, tuple(self.bookmarks), is_picture, is_generated))

    def _format(self, element: Any, name: str, words: str) -> None:
        """Note a tracked change of how something in the Word file looks."""
        change = FormatChange(attribute_of(element, "author"), date_of(element), _changed(element, name))
        if not self.open and not self.found:
            self.found.append(Paragraph(self.part, bookmarks=tuple(self.bookmarks)))
        paragraph = self.open[-1] if self.open else self.found[-1]
        if paragraph.formats and paragraph.formats[-1][0] == change and words and name == "w:rPrChange":
            paragraph.formats[-1] = (change, paragraph.formats[-1][1] + words)
        else:
            paragraph.formats.append((change, words))


_WHAT = {
    "w:rPrChange": "characters",
    "w:pPrChange": "paragraph",
    "w:sectPrChange": "page layout",
    "w:cellIns": "table cell inserted",
    "w:cellDel": "table cell deleted",
    "w:cellMerge": "table cells merged",
    "w:numberingChange": "numbering",
}


def _changed(element: Any, name: str) -> str:
    """Return which format a tracked change is of: ``characters: bold``."""
    kind = _WHAT.get(name, "table")
    parent = element.getparent()
    if parent is None or name.startswith("w:cell"):
        return kind
    old = {name_of(each): dict(each.attrib) for child in element for each in child}
    new = {name_of(each): dict(each.attrib) for each in parent if name_of(each) not in (name, "w:rPr", "w:sectPr")}
    differs = [each.removeprefix("w:") for each in {**new, **old} if new.get(each) != old.get(each)]
    words = {"b": "bold", "i": "italic", "u": "underlined", "pStyle": "style", "rStyle": "style", "jc": "alignment"}
    return f"{kind}: {', '.join(words.get(each, each) for each in differs)}" if differs else kind
