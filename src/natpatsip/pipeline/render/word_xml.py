"""Parts of a Word document as XML: paragraphs, and fields with the text that they have after an update."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from natpatsip.pipeline.render.chapters import Chapter, attributes_of, walk

LONGEST_BOOKMARK = 40


def elements(xml: str) -> list[Any]:
    """Return the elements of a document's body written as `xml`."""
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def paragraph(style: str, text: str, *, before: str = "", inner: str = "") -> str:
    """Return a paragraph of `text`, or of the runs in `inner`, in a style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{before}</w:pPr>{inner or run(text)}</w:p>'


def run(text: str) -> str:
    """Return a run of plain text."""
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def field(instruction: str, shown: str) -> str:
    """Return a field that shows `shown` until it is updated."""
    return _mark("begin") + _instruction(instruction) + _mark("separate") + run(shown) + _mark("end")


def bookmark(name: str) -> str:
    """Return the name of the bookmark that pandoc makes of an id: Word takes no more than 40 letters.

    Examples
    --------
    >>> bookmark("waits")
    'waits'
    >>> len(bookmark("waiting-times-context-challenges-and-expectations"))
    40
    """
    if len(name) <= LONGEST_BOOKMARK and name[:1].isalpha():
        return name
    return "X" + hashlib.sha1(name.encode("utf-8"), usedforsecurity=False).hexdigest()[1:]


def contents(chapters: Sequence[Chapter], heading: str) -> Iterator[str]:
    """Yield the contents: a field over the headings of the first two levels."""
    entries = [
        (f"TOC{each.level}", each.id, each.text) for chapter in chapters for each in chapter.headings if each.level <= 2
    ]
    yield paragraph("ContentsHeading", heading, before="<w:pageBreakBefore/>")
    yield from _listing('TOC \\o "1-2" \\h \\z \\u', entries)


def figures(chapters: Sequence[Chapter], captions: Sequence[str]) -> Iterator[str]:
    """Yield the list of figures by their headlines: a field over the captions; nothing if there is no figure."""
    names = [
        attributes_of(node)[0]
        for chapter in chapters
        for node in walk(chapter.blocks)
        if node["t"] == "Div" and "report-figure" in attributes_of(node)[1]
    ]
    if names:
        yield paragraph("ContentsHeading", "Figures", before="<w:pageBreakBefore/>")
        entries = [("TableofFigures", name, text) for name, text in zip(names, captions, strict=True)]
        yield from _listing('TOC \\h \\z \\c "Figure"', entries)


def _listing(instruction: str, entries: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield an entry a line, without its page: only Word knows that, and adds it when the field is updated."""
    starts = chain([_mark("begin") + _instruction(instruction) + _mark("separate")], repeat(""))
    ends = chain(repeat("", len(entries) - 1), [_mark("end")])
    for (style, name, text), start, end in zip(entries, starts, ends, strict=False):
        anchor = quoteattr(bookmark(name))
        link = f'<w:hyperlink w:anchor={anchor} w:history="1">{run(text)}</w:hyperlink>'
        yield paragraph(style, "", inner=start + link + end)


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {escape(text)} </w:instrText></w:r>'
