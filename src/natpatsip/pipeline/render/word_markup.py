"""Paragraphs, runs, fields and the contents of a Word file, written as its XML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from natpatsip.pipeline.render.chapters import Chapter

LONGEST_BOOKMARK = 40
NO_PAGE = "–"  # in a field, until the page is known


def elements(xml: str) -> list[Any]:
    """Return the elements of a Word file's body written as `xml`."""
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def paragraph(style: str, text: str, *, before: str = "", inner: str = "") -> str:
    """Return the XML of a Word paragraph of `text`, or of the runs in `inner`, in a style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{before}</w:pPr>{inner or run(text)}</w:p>'


def run(text: str) -> str:
    """Return the XML of a Word run of plain text."""
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def field(instruction: str, shown: str) -> str:
    """Return the XML of a Word field that shows `shown` until it is updated; nothing if that is empty."""
    return _mark("begin") + _instruction(instruction) + _mark("separate") + (shown and run(shown)) + _mark("end")


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
    """Yield the Word file's contents: a field over the headings of the first two levels."""
    entries = [
        (f"TOC{each.level}", each.id, each.text) for chapter in chapters for each in chapter.headings if each.level <= 2
    ]
    yield paragraph("ContentsHeading", heading, before="<w:pageBreakBefore/>")
    yield from _listing('TOC \\o "1-2" \\h \\z \\u', entries)


def _listing(instruction: str, entries: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield an entry a line with a field for its page, which `_number_pages` fills in."""
    starts = chain([_mark("begin", is_stale=True) + _instruction(instruction) + _mark("separate")], repeat(""))
    ends = chain(repeat("", len(entries) - 1), [_mark("end")])
    for (style, name, text), start, end in zip(entries, starts, ends, strict=False):
        anchor = bookmark(name)
        page = "<w:r><w:tab/></w:r>" + field(f"PAGEREF {anchor} \\h", NO_PAGE)
        link = f'<w:hyperlink w:anchor={quoteattr(anchor)} w:history="1">{run(text)}{page}</w:hyperlink>'
        yield paragraph(style, "", inner=start + link + end)


def _mark(kind: str, *, is_stale: bool = False) -> str:
    stale = ' w:dirty="true"' if is_stale else ""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"{stale}/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {escape(text)} </w:instrText></w:r>'
