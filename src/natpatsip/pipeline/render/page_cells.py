"""Which cell each part of a page is from, on the pages of drafts: an empty span before the first thing that it says.

It is found where the Word file has its bookmark. Comments on pages carry the cell's id by it (``assets/comments.js``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from natpatsip.pipeline.render.cell_bookmarks import bookmark_of, with_marks
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.pandoc_ast import Node

CLASS = "np-cell"  # Quarto gives cell a meaning of its own
_NAME = re.compile(r'<w:bookmarkStart [^>]*w:name="([^"]*)"')
_INLINES = {"Para": 0, "Plain": 0, "Header": 2}  # where the words of a block are


def marked_source(chapter: Chapter) -> str:
    """Return the source of a chapter with marks of which cell each part is from, which Word and drafts' pages need."""
    return with_marks(chapter.source, chapter.stem, chapter.places)


def with_cells(chapter: Chapter) -> Chapter:
    """Return a chapter with a span for each cell; as it is if marks would change anything else in it."""
    return chapter.with_document(partial(_document, chapter), "cells") if chapter.marks else chapter


def _document(chapter: Chapter) -> Node:
    """Return the chapter's document with a span for each cell."""
    marked: list[Node] = (chapter.marked or chapter.document)["blocks"]
    ids = {bookmark_of(chapter.stem, place.cell): place.cell for place in chapter.places}
    if _marked(marked, {}) != chapter.blocks:
        return chapter.document
    return {**chapter.document, "blocks": _marked(marked, ids)}


def _marked(blocks: Sequence[Node], ids: dict[str, str]) -> list[Node]:
    """Return a page's blocks with spans in place of marks; without ids, the marks are taken out."""
    found: list[Node] = []
    waiting: list[Node] = []
    for position, block in enumerate(blocks):
        if names := _names(block, "RawBlock"):
            spans = _spans(names, ids)
            if position == 1 and found and found[0]["t"] == "Header":  # the mark of a title is below it
                found[0] = _before(spans, found[0])
            else:
                waiting += spans
            continue
        block = _in_items(block, ids)
        if block["t"] in _INLINES:
            found.append(_before(waiting, block))
        else:
            found += [{"t": "Plain", "c": waiting}] if waiting else []
            found.append(block)
        waiting = []
    return found


def _names(node: Any, kind: str) -> list[str]:
    is_mark = isinstance(node, dict) and node.get("t") == kind and node["c"][0] == "openxml"
    return _NAME.findall(node["c"][1]) if is_mark else []


def _spans(names: Sequence[str], ids: dict[str, str]) -> list[Node]:
    return [{"t": "Span", "c": [["", [CLASS], [["cell", ids[name]]]], []]} for name in names if name in ids]


def _before(spans: Sequence[Node], block: Node) -> Node:
    """Return a block that begins with spans."""
    if not spans:
        return block
    at = _INLINES[block["t"]]
    if at == 0:
        return {**block, "c": [*spans, *block["c"]]}
    return {**block, "c": [*block["c"][:at], [*spans, *block["c"][at]], *block["c"][at + 1 :]]}


def _in_items(value: Any, ids: dict[str, str]) -> Any:
    """Return an element with spans in place of the marks that are in items of its lists."""
    if isinstance(value, list):
        made: list[Any] = []
        is_changed = False
        for each in value:
            if (each.__class__ is dict and each.get("c").__class__ is not list) or each.__class__ is str:
                made.append(each)  # a word, which holds nothing
                continue
            names = _names(each, "RawInline")
            found = _spans(names, ids) if names else [_in_items(each, ids)]
            is_changed = is_changed or len(found) != 1 or found[0] is not each
            made += found
        return made if is_changed else value
    if isinstance(value, dict) and "c" in value:
        content = _in_items(value["c"], ids)
        return value if content is value["c"] else {**value, "c": content}
    return value
