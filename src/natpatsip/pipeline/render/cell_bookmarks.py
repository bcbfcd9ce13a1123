"""Bookmarks in the Word file that say which cell its text is from, so that a reviewer's comment leads to the cell.

The marks are put into the chapters for Word alone, as raw WordprocessingML, which both renderers pass on. Once the file
is made, each bookmark is stretched over all that its cell says. Their names begin with ``_``, which Word does not list.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from natpatsip.files.digests import sha256
from natpatsip.pipeline.staging.markdown import Place

if TYPE_CHECKING:
    from natpatsip.word_files.word_file import Paragraph

PREFIX, SECOND = "_Cell_", "_2"
BUILT = "built"  # the element of a paragraph's text as it was built
LARGEST = 1 << 28  # of the ids of bookmarks
NAMESPACE = "urn:natpatsip:cells"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CONTENTS = re.compile(r"(?i)(toc|contents)\s*(heading|\d)")
_ITEM = re.compile(r"(?!\s*([-*])(?:\s*\1){2,}\s*$)(\s*(?:[-*+]|\d+[.)])\s+)(?=\S)")  # and no rule, as "* * *" is


def bookmark_of(notebook: str, cell: str) -> str:
    """Return the name of a cell's bookmark, which is the same in every build.

    Examples
    --------
    >>> bookmark_of("waits", "at-a-glance")
    '_Cell_8330bf12ca1d2ea9'
    """
    return f"{PREFIX}{sha256(f'{notebook}/{cell}'.encode())[:16]}"


def with_marks(source: str, notebook: str, places: Sequence[Place]) -> str:
    """Return the source of a chapter with the mark of each cell before the first thing that it says.

    A mark would part a list that goes on in the next cell, so that of a list is in its first item.
    """
    lines = source.split("\n")
    firsts = {place.cell: place for place in reversed(places)}
    for place in sorted(firsts.values(), reverse=True):
        mark, at = _mark(bookmark_of(notebook, place.cell)), place.line - 1
        if item := _ITEM.match(lines[at]):
            lines[at] = f"{item[0]}`{mark}`{{=openxml}}{lines[at][item.end() :]}"
        else:  # that of the title is below it: Quarto wants the title first
            lines.insert(at + (place.line == 1), f"\n```{{=openxml}}\n{mark}\n```\n")
    return "\n".join(lines)


def _mark(name: str) -> str:
    number = int(name.removeprefix(PREFIX)[:7], 16)
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>'


def stretch(body: Any) -> None:
    """Stretch the bookmark of each cell over the paragraphs, tables and figures up to the next cell or chapter.

    It begins and ends in paragraphs, as Word itself saves bookmarks.
    """
    marks: list[tuple[Any, Any]] = []  # the start and end of each bookmark, without one that is now the title's
    lines: list[list[Any]] = []  # the paragraphs of each
    title = None
    for block in list(body):
        starts = [each for each in block.iter(f"{W}bookmarkStart") if each.get(f"{W}name", "").startswith(PREFIX)]
        ends = [start.getnext() for start in starts]
        if starts and title is not None:  # the mark of a title is below it
            _put(starts[0], ends[0], [title])
            starts, ends = starts[1:], ends[1:]
            title = None
        marks += zip(starts, ends, strict=True)
        lines += [[] for _ in starts]
        if block.tag == f"{W}p" and block.style == "Heading1":
            title, marks, lines = block, [*marks, (None, None)], [*lines, []]  # no cell's until the next mark
        elif found := list(block.iter(f"{W}p")):
            title = None
            if lines:
                lines[-1] += found
    for (start, end), found in zip(marks, lines, strict=True):
        if start is None or not found:
            continue
        if len(found) > 1 and _follows_table(found[0]):
            _put(*_second(start, end), found[1:])
        _put(start, end, found)


def _follows_table(paragraph: Any) -> bool:
    """Return True if a table is right above a paragraph: LibreOffice 7.4 loses bookmarks that begin there."""
    block = paragraph
    while block.getparent().tag != f"{W}body":
        block = block.getparent()
    above = block.getprevious()
    while above is not None and above.tag in (f"{W}bookmarkStart", f"{W}bookmarkEnd"):
        above = above.getprevious()
    return above is not None and above.tag == f"{W}tbl"


def _second(start: Any, end: Any) -> tuple[Any, Any]:
    """Return another bookmark of the same cell."""
    second = copy.copy(start), copy.copy(end)
    for each in second:
        each.set(f"{W}id", str(int(start.get(f"{W}id")) + LARGEST))
    second[0].set(f"{W}name", start.get(f"{W}name") + SECOND)
    return second


def _put(start: Any, end: Any, paragraphs: Sequence[Any]) -> None:
    """Put a bookmark around paragraphs."""
    properties = paragraphs[0].find(f"{W}pPr")
    paragraphs[0].insert(0 if properties is None else 1, start)
    paragraphs[-1].append(end)


def cells_part(quarter: str, cells: Iterable[tuple[str, str]], paragraphs: Iterable[Paragraph] = ()) -> bytes:
    """Return the part of the Word file that says which notebook and cell each bookmark is of, and what was built.

    By the text of each paragraph as it was built, a review finds what was changed without tracking.
    """
    from xml.sax.saxutils import escape, quoteattr  # for Word alone: it imports what opens addresses

    rows = [
        f"<cell name={quoteattr(bookmark_of(*cell))} notebook={quoteattr(cell[0])} id={quoteattr(cell[1])}/>"
        for cell in dict.fromkeys(cells)
    ]
    rows += [
        f"<{BUILT} cell={quoteattr(mark_of(each))}>{escape(each.printed)}</{BUILT}>"
        for each in paragraphs
        if each.printed.strip() and not is_contents(each)
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<cells xmlns="{NAMESPACE}" quarter="{quarter}">{"".join(rows)}</cells>'.encode()


def is_contents(paragraph: Paragraph) -> bool:
    """Return True if a paragraph is of the contents, which programs write again when they update fields."""
    return is_of_contents(paragraph.style)


def is_of_contents(style: str) -> bool:
    """Return True if a style of the Word file is that of the contents."""
    return bool(_CONTENTS.match(style))


def mark_of(paragraph: Paragraph) -> str:
    """Return the name of the bookmark of a paragraph's cell; empty if the build has written it."""
    names = next((piece.bookmarks for piece in paragraph.pieces if piece.text), paragraph.bookmarks)
    return next((name.removesuffix(SECOND) for name in reversed(names) if name.startswith(PREFIX)), "")


def cells_of(places: Mapping[str, Sequence[Place]]) -> Iterator[tuple[str, str]]:
    """Yield the notebook and id of each cell that the chapters are from."""
    for notebook, found in places.items():
        yield from ((notebook, place.cell) for place in found)
