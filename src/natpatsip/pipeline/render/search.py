"""The index of the full-text search: what stands under each heading, as a script that pages from disk can load."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from natpatsip.pipeline.render.chapters import Chapter, Node, attributes_of, classes_of, text_of

Entry = tuple[str, str, str, str]

FIGURE_TEXTS = ("description", "alt", "note")


def search_index(chapters: Sequence[Chapter]) -> str:
    """Return the script: for each heading and figure its address, chapter, title and text."""
    entries = [entry for chapter in chapters for entry in _entries(chapter)]
    return f"natpatsipIndex({json.dumps(entries, ensure_ascii=False, separators=(',', ':'))});\n"


def _entries(chapter: Chapter) -> Iterator[Entry]:
    page = f"{chapter.stem}.html"
    found: list[tuple[str, str, list[str]]] = []
    figures: list[Entry] = []

    def read(blocks: Sequence[Node]) -> None:
        for block in blocks:
            if block["t"] == "Header":
                level, (name, _, _), inlines = block["c"]
                found.append((page if level == 1 else f"{page}#{name}", text_of(inlines), []))
            elif block["t"] == "Div" and "report-figure" in classes_of(block):
                name, _, said = attributes_of(block)
                texts = [*(said.get(key, "") for key in FIGURE_TEXTS), plain(block["c"][1])]
                title = f"Figure {said['number']}: {said['title']}"
                figures.append((f"{page}#{name}", chapter.title, title, _joined(texts)))
            elif block["t"] == "Div" and _has_headings(block):
                read(block["c"][1])
            else:
                found[-1][2].append(plain([block]))

    read(chapter.blocks)
    for address, title, texts in found:
        yield address, chapter.title, title, _joined(texts)
    yield from figures


def _has_headings(div: Node) -> bool:
    """Whether a div is a part of the text with headings of its own; a callout's first line is its title, not one."""
    return "case-study" in classes_of(div)


def plain(value: object) -> str:
    """Return the text of blocks with a space between any two: paragraphs, items, cells.

    Examples
    --------
    >>> plain([{"t": "Para", "c": [{"t": "Str", "c": "One."}]}, {"t": "Para", "c": [{"t": "Str", "c": "Two."}]}])
    'One. Two.'
    """
    parts: list[str] = []

    def read(part: object) -> None:
        if isinstance(part, list):
            for each in part:
                read(each)
        elif isinstance(part, dict) and part.get("t") in ("Para", "Plain"):
            parts.append(text_of(part["c"]))
        elif isinstance(part, dict) and part.get("t") == "Header":
            parts.append(text_of(part["c"][2]))
        elif isinstance(part, dict):
            read(part.get("c"))

    read(value)
    return _joined(parts)


def _joined(texts: Sequence[str]) -> str:
    return " ".join(" ".join(texts).split())
