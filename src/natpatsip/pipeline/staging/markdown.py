"""Markdown as staging handles it: headings apart from the text under them, ids and attributes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from typing import NamedTuple

PLACES = "places.json"  # in the staged project: which cell each part of a chapter is from
HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*(?:\{#([\w-]+)[^}]*\})?(?:\s+#+)?\s*$")
REFERENCE = re.compile(r"(?<![\w\\@`])@(fig-[a-z0-9]+(?:-[a-z0-9]+)*)")
LINE_END = re.compile(r"\r\n?|\n")  # of Markdown; Python has more
BETWEEN = " › "  # the headings that lead to a place
FENCED = re.compile(r"\s*(:{3,}|`{3,}|~{3,})")


class Place(NamedTuple):
    """Which cell a part of a chapter is from, and the number of the part's first line."""

    line: int
    name: str  # of the cell, as messages name it
    cell: str = ""  # its id


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 to 6, text, and the id that links name it by."""

    level: int
    text: str
    id: str = ""


def pieces(markdown: str) -> Iterator[Heading | str]:
    """Split a chapter's text into headings and the text between them; fenced blocks keep the headings in them."""
    body: list[str] = []
    fences: list[str] = []
    for line in LINE_END.split(markdown):
        fence = FENCED.match(line)
        if fence:
            _open_or_close(fences, fence[1], line)
        found = None if fences or fence else HEADING.match(line)
        if not found:
            body.append(line)
            continue
        if text := "\n".join(body).strip():
            yield text
        body = []
        yield Heading(len(found[1]), found[2], found[3] or "")
    if text := "\n".join(body).strip():
        yield text


def _open_or_close(fences: list[str], mark: str, line: str) -> None:
    """Update the stack of a chapter's open fences: a div closes with a bare line of colons, code with its own mark."""
    is_bare = not line.strip().strip(mark[0])
    in_code = bool(fences) and fences[-1][0] in "`~"
    if in_code:
        if is_bare and mark[0] == fences[-1][0] and len(mark) >= len(fences[-1]):
            fences.pop()
    elif mark[0] == ":" and is_bare:
        if fences:
            fences.pop()
    else:
        fences.append(mark)


def path_of(titles: Sequence[str]) -> str:
    """Return the headings of a chapter that lead to a place, without those that the next one repeats.

    Examples
    --------
    >>> path_of(["Measures", "Measures: waiting times", "Median wait"])
    'Measures: waiting times › Median wait'
    """
    repeated = (re.match(rf"{re.escape(title)}(?!\w)", after) for title, after in pairwise(titles))
    return BETWEEN.join(compress(titles, [*(not each for each in repeated), True]))


def without_empty_headings(parts: Iterable[tuple[Heading | str, str]]) -> list[tuple[Heading | str, str]]:
    """Leave out each heading of a chapter that has nothing under it, and nothing under a heading below it.

    Each part comes with the name of its cell.

    Examples
    --------
    >>> without_empty_headings([(Heading(2, "A"), "1"), (Heading(3, "B"), "1"), (Heading(2, "C"), "2"), ("text", "2")])
    [(Heading(level=2, text='C', id=''), '2'), ('text', '2')]
    """
    kept: list[tuple[Heading | str, str]] = []
    for part, place in reversed(list(parts)):
        after = kept[-1][0] if kept else None
        is_empty = isinstance(part, Heading) and (
            after is None or (isinstance(after, Heading) and after.level <= part.level)
        )
        if not is_empty:
            kept.append((part, place))
    return kept[::-1]


def skipped_level(heading: Heading, above: int) -> str:
    """Return what is wrong with the level of a chapter's heading under one of level `above`; empty if nothing is."""
    if 1 < heading.level <= above + 1:
        return ""
    return (
        f'the heading "{heading.text}" is of level {heading.level} under one of level {above}. Headings go down one '
        "level at a time, and only the chapter's title is of level 1."
    )


def slug(text: str) -> str:
    """Return the text of a chapter's heading as an id: lower-case words joined by hyphens.

    Examples
    --------
    >>> slug("Context, challenges & expectations"), slug("Cyngor Gwynedd – Łódź")
    ('context-challenges-expectations', 'cyngor-gwynedd-lodz')
    """
    flat = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\{[^}]*\}|[`*_]", "", flat).lower()).strip("-")


def attribute(text: str) -> str:
    """Return a text as the value of an attribute in a chapter's markdown, with its quotes."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub(r"&(?=#?\w+;)", "&amp;", escaped).replace("{{<", "{{&lt;")  # a character's name; a shortcode
    return f'"{escaped}"'
