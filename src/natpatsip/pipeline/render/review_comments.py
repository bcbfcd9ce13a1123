"""Reviewers' comments in the next draft of the Word file, each at its cell and with the answers as replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from natpatsip.digests import sha256
from natpatsip.pipeline.render.cell_bookmarks import bookmark_of
from natpatsip.pipeline.review_notes import Note, Remark

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
_LINK = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"


def add_comments(document: Any, notes: Mapping[str, Sequence[Note]], author: str) -> None:
    """Add the comments of each notebook, and the answers as replies of `author`."""
    rows = []
    for notebook, found in notes.items():
        for note in found:
            runs = _runs_of(document, bookmark_of(notebook, note.about), note.anchor)
            if not runs:  # a chapter for pages alone
                continue
            first = _add(document, runs, Remark(note.author, note.date, note.text), note.id)
            rows.append(f'<w15:commentEx w15:paraId="{first}" w15:done="0"/>')
            answer = [Remark(author, "", note.answer)] if note.answer else []
            for number, remark in enumerate((*note.replies, *answer)):
                own = _add(document, runs, remark, f"{note.id} {number}")
                rows.append(f'<w15:commentEx w15:paraId="{own}" w15:paraIdParent="{first}" w15:done="0"/>')
    if rows:
        _drop_styles(document)
        xml = f'<w15:commentsEx xmlns:w15="{_W15}">{"".join(rows)}</w15:commentsEx>'.encode()
        part = Part(PackURI("/word/commentsExtended.xml"), _TYPE, xml, document.part.package)
        document.part.relate_to(part, _LINK)


def _drop_styles(document: Any) -> None:
    """Take out the character style of python-docx's marks of comments, which the report's look does not have."""
    for run in document.element.body.iter(qn("w:r")):
        if run.find(qn("w:commentReference")) is not None and run.rPr is not None:
            run.remove(run.rPr)


def _add(document: Any, runs: Sequence[Any], remark: Remark, seed: str) -> str:
    """Add a comment and return the id of its paragraph, by which threads are told."""
    initials = "".join(word[0] for word in remark.author.split())
    element = document.add_comment(
        [runs[0], runs[-1]], remark.text, author=remark.author, initials=initials
    )._comment_elm
    if remark.date:
        element.set(qn("w:date"), remark.date)
    else:
        element.attrib.pop(qn("w:date"), None)  # the same report gives the same bytes
    own = f"{int(sha256(seed)[:7], 16) + 1:08X}"
    element.findall(qn("w:p"))[-1].set(f"{{{_W14}}}paraId", own)
    return own


def _runs_of(document: Any, bookmark: str, anchor: str) -> list[Any]:
    """Return the runs of a cell that hold the words of a comment; all of its first paragraph if none does."""
    paragraphs = [Paragraph(each, document._body) for each in _paragraphs_of(document.element.body, bookmark)]
    paragraphs = [each for each in paragraphs if each.runs]
    for paragraph in paragraphs:
        text, found, runs = "".join(run.text for run in paragraph.runs), [], paragraph.runs
        start = text.find(anchor) if anchor else -1
        at = 0
        for run in runs:
            if start >= 0 and at < start + len(anchor) and start < at + len(run.text):
                found.append(run)
            at += len(run.text)
        if found:
            return found
    return list(paragraphs[0].runs) if paragraphs else []


def _paragraphs_of(body: Any, bookmark: str) -> list[Any]:
    """Return the paragraphs from the start of a bookmark to its end."""
    number, found = None, []
    for element in body.iter(qn("w:p"), qn("w:bookmarkStart"), qn("w:bookmarkEnd")):
        if element.tag == qn("w:bookmarkStart") and element.get(qn("w:name")) == bookmark:
            number = element.get(qn("w:id"))
            found.append(next(element.iterancestors(qn("w:p"))))
        elif number is not None and element.tag == qn("w:p"):
            found.append(element)
        elif number is not None and element.tag == qn("w:bookmarkEnd") and element.get(qn("w:id")) == number:
            return found
    return found
