"""Which characters the report's typefaces have: what none of them has cannot be printed, and is named with its place.

The table of characters is read from the files, so that a project with typefaces of its own is checked with those.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from pathlib import Path

from natpatsip.characters import not_shown
from natpatsip.files.csv_files import from_csv
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.pandoc_ast import attributes_of, classes_of
from natpatsip.pipeline.render.staged_report import Report

SVG_TEXT = re.compile(r"<(?:text|tspan)\b[^>]*>([^<]*)")
PRINTED = ("programme", "title", "description", "mark", "note", "credit")  # the printed attributes of a figure
TAGS = range(0xE0020, 0xE0080)
NOT_DRAWN = re.compile(r"[\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f]")


def missing_characters(report: Report, chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield a sentence for each character of each printed chapter that no typeface has, with its cell.

    Of what the build writes itself, such as the list of all numbers, it is told where the character comes from.
    """
    known = known_characters(report)
    printed = [each for each in chapters if report.in_print(each.name)]
    in_cells = set[str]().union(*(_printed(each) for each in printed if each.places))
    for chapter in printed:
        for character in sorted(_printed(chapter) - known - (set() if chapter.places else in_cells)):
            place = "" if chapter.places else _place_of_fact(report, character)
            yield f"{place or chapter.place(character)}: found {named(character)}"
        for figure, path in _drawings(chapter):
            svg = (report.root / path).read_text(encoding="utf-8") if (report.root / path).is_file() else ""
            letters = drawn("".join(map(unescape, SVG_TEXT.findall(svg))))
            for character in sorted(letters - known):
                yield f"{chapter.place(f'#{figure} ')}: the drawing of {figure} has {named(character)}"


def known_characters(report: Report) -> frozenset[str]:
    """Return the characters that the typefaces of a report's look have."""
    return characters_of(*sorted((report.extension / "fonts").glob("*.ttf")))


def _place_of_fact(report: Report, character: str) -> str:
    """Return the row, the key or the cell of the first fact that says a character; an empty string if none does."""
    facts = report.root / "facts.csv"
    for row in from_csv(facts.read_text(encoding="utf-8")) if facts.is_file() else ():
        if any(character in row[name] for name in ("label", "text", "unit", "source", "formula")):
            return row["rows"] or f"notebooks/{row['notebook']}, the cell with the id {row['cell']}"
    return ""


def named(character: str) -> str:
    """Return what a message says of a character that no typeface has."""
    name = unicodedata.name(character, "a character without a name").lower()
    return (
        f"“{character}” (U+{ord(character):04X}, {name}), which none of the report's typefaces has, so the PDF cannot "
        "show it. Write it in words or with another sign."
    )


def _printed(chapter: Chapter) -> set[str]:
    return set(chapter.once(lambda: sorted(_characters(chapter)), "printed"))


def _characters(chapter: Chapter) -> set[str]:
    """Return the characters of a chapter that typefaces have to draw."""
    texts = []
    for node in chapter.nodes:
        if node["t"] == "Str":
            texts.append(node["c"])
        elif node["t"] == "Code":
            texts.append(node["c"][1])
        elif node["t"] == "Div":
            pairs = attributes_of(node)[2]
            texts += [pairs[key] for key in PRINTED if key in pairs]
    return drawn("".join(texts))


def _drawings(chapter: Chapter) -> Iterator[tuple[str, str]]:
    """Yield the SVG of each figure and picture of a chapter, whose letters need a typeface."""
    for node in chapter.divs:
        if {"report-figure", "picture"} & set(classes_of(node)):
            name, _, pairs = attributes_of(node)
            if "svg" in pairs:
                yield name, pairs["svg"]


def drawn(text: str) -> set[str]:
    """Return the characters of a text that a typeface has to draw."""
    return set(NOT_DRAWN.sub("", text))


@cache
def characters_of(*files: Path) -> frozenset[str]:
    """Return the characters that typefaces in OpenType files have, by their tables "cmap" (formats 4 and 12).

    A glyph for a control character, such as the empty one that many have for U+0000, shows none. Nor does a tag's: some
    flags are a black flag and six of them, which none of the typefaces has as one sign, and Typst refuses.
    """
    found = {chr(code) for file in files for code in _codes(file.read_bytes())}
    return frozenset(each for each in found if not not_shown(each) and ord(each) not in TAGS)


def _codes(font: bytes) -> Iterator[int]:
    """Yield the codes of the characters that an OpenType font has."""
    tables = struct.unpack_from(">H", font, 4)[0]
    entries = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(tables))
    cmap = next(start for tag, _, start, _ in entries if tag == b"cmap")
    count = struct.unpack_from(">H", font, cmap + 2)[0]
    for number in range(count):
        start = cmap + struct.unpack_from(">HHL", font, cmap + 4 + 8 * number)[2]
        kind = struct.unpack_from(">H", font, start)[0]
        if kind == 12:
            for group in range(struct.unpack_from(">L", font, start + 12)[0]):
                first, last, _ = struct.unpack_from(">LLL", font, start + 16 + 12 * group)
                yield from range(first, last + 1)
        elif kind == 4:
            yield from _segments(font, start)


def _segments(font: bytes, start: int) -> Iterator[int]:
    """Yield the codes in a typeface's table of format 4, in which a code may stand for the glyph 0: none."""
    size = struct.unpack_from(">H", font, start + 6)[0]
    for place in range(0, size, 2):
        last = struct.unpack_from(">H", font, start + 14 + place)[0]
        first = struct.unpack_from(">H", font, start + 16 + size + place)[0]
        delta = struct.unpack_from(">H", font, start + 16 + 2 * size + place)[0]
        at = start + 16 + 3 * size + place
        offset = struct.unpack_from(">H", font, at)[0]
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = struct.unpack_from(">H", font, at + offset + 2 * (code - first))[0] if offset else code
            if glyph and (glyph + delta) & 0xFFFF:
                yield code
