"""The search index of the pages: where each section and each figure is, and its text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.pandoc_ast import Node, attributes_of, classes_of, find, text_of
from natpatsip.pipeline.staging.markdown import path_of

FIGURE_TEXTS = ("description", "alt", "note")
Entry = tuple[str, str, str, str]


def search_index(chapters: Sequence[Chapter]) -> str:
    """Return the index as a script, which pages from disk can load: address, path, title and text of each place.

    The path is the headings that lead to the place, so that two places of one title can be told apart.
    """
    entries = [
        entry
        for chapter in chapters
        for entry in chapter.once(lambda: list(_entries(chapter)), "search entries")  # noqa: B023
    ]
    return f"natpatsipIndex({json.dumps(entries, ensure_ascii=False, separators=(',', ':'))});\n"


def _entries(chapter: Chapter) -> Iterator[Entry]:
    """Yield the entries of a chapter in the search index: its sections, then its figures."""
    page = f"{chapter.stem}.html"
    found: list[tuple[str, str, str, list[str]]] = []
    figures: list[Entry] = []
    above: list[tuple[int, str]] = []  # the headings that the next block is under, with their levels

    def path() -> str:
        return path_of([title for _, title in above])

    def read(blocks: Sequence[Node]) -> None:
        for block in blocks:
            if block["t"] == "Header":
                level, (name, _, _), inlines = block["c"]
                title = text_of(inlines)
                above[:] = [each for each in above if each[0] < level]
                found.append((page if level == 1 else f"{page}#{name}", path(), title, []))
                above.append((level, title))
            elif block["t"] == "Div" and "report-figure" in classes_of(block):
                name, _, pairs = attributes_of(block)
                texts = [*(pairs.get(key, "") for key in FIGURE_TEXTS), plain(block["c"][1])]
                title = f"Figure {pairs['number']}: {pairs['title']}"
                figures.append((f"{page}#{name}", path(), title, _joined(texts)))
            elif block["t"] == "Div" and "case-study" in classes_of(block):  # its headings are the text's
                read(block["c"][1])
            else:
                found[-1][3].append(plain([block]))

    read(chapter.blocks)
    for address, way, title, texts in found:
        yield address, way, title, _joined(texts)
    yield from figures


def plain(value: object) -> str:
    """Return the text of blocks for the search index, a space between any two: paragraphs, items, cells.

    Examples
    --------
    >>> plain([{"t": "Para", "c": [{"t": "Str", "c": "One."}]}, {"t": "Para", "c": [{"t": "Str", "c": "Two."}]}])
    'One. Two.'
    """
    texts = (
        text_of(node["c"][2] if node["t"] == "Header" else node["c"]) for node in find(value, "Para", "Plain", "Header")
    )
    return _joined(texts)


def _joined(texts: Iterable[str]) -> str:
    return " ".join(" ".join(texts).split())
