"""Markdown as staging handles it: headings, ids and attributes; and what authors type, in markdown that pandoc reads.

Authors type what JupyterLab reads: CommonMark, with GitHub's tables. Pandoc's markdown wants an empty line before a
list, a table or a quotation, and takes ``(c)``, ``a.`` and ``#.`` for list marks. Both renderers read the staged
chapters as pandoc's markdown, so staging writes what means the same there. What pandoc adds and JupyterLab shows as
text (divs, spans, captions, definitions, footnotes) is left as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


PLACES = "places.json"  # in the staged project: which cell each part of a chapter is from
HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*(?:\{#([\w-]+)[^}]*\})?\s*#*\s*$")
REFERENCE = re.compile(r"(?<![\w\\@`])@(fig-[a-z0-9]+(?:-[a-z0-9]+)*)")
FENCED = re.compile(r"\s*(:{3,}|`{3,}|~{3,})")
_LIST_MARK = re.compile(r"(\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+|\#|@[\w-]*))([.)])(?=\s|$)")
_YEAR = re.compile(r"(\s*(?:>\s*)*\d{3,9})([.)])(?=\s|$)")  # a number like this at the start of a line begins no list
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(
    r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[`~]*[ \t]*$|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL
)
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")
_MENTION = re.compile(r"(\[[^\[\]]*@[^\[\]]*\](?![(\[{]))|(?<![\w\\@.])@(?=\w)(?!(?:fig|tbl)-)")
"""Citations, which are in brackets and stay, or a sign that pandoc would take for one."""
_CAPTION = re.compile(r"\s*(?::|Table:)\s+\S")
_FENCE = re.compile(r"\s*:{3,}")
_ITEMS = ("bullet_list_open", "ordered_list_open")
_STARTS = (*_ITEMS, "blockquote_open", "table_open", "fence", "heading_open")


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 to 6, text, and the id that links name it by."""

    level: int
    text: str
    id: str = ""


def pieces(markdown: str) -> Iterator[Heading | str]:
    """Split a text into headings and the text between them; headings in fenced blocks stay in their block."""
    body: list[str] = []
    fences: list[str] = []
    for line in markdown.splitlines():
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
    """Update the stack of open fences: a div closes with a bare line of colons, code with its own mark."""
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


def without_empty_headings(parts: Iterable[tuple[Heading | str, str]]) -> list[tuple[Heading | str, str]]:
    """Leave out each heading that has nothing under it, and nothing under a heading below it.

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
    """Return what is wrong with the level of a heading under one of level `above`; empty if nothing is."""
    if 1 < heading.level <= above + 1:
        return ""
    return (
        f'the heading "{heading.text}" is of level {heading.level} under one of level {above}. Headings go down one '
        "level at a time, and only the chapter's title is of level 1."
    )


def slug(text: str) -> str:
    """Return a text as an id: lower-case words joined by hyphens.

    Examples
    --------
    >>> slug("Context, challenges & expectations"), slug("Cyngor Gwynedd – Łódź")
    ('context-challenges-expectations', 'cyngor-gwynedd-lodz')
    """
    flat = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\{[^}]*\}|[`*_]", "", flat).lower()).strip("-")


def attribute(text: str) -> str:
    """Return a text as the value of an attribute, with its quotes."""
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    escaped = re.sub(r"&(?=#?\w+;)", "&amp;", escaped).replace("{{<", "{{&lt;")  # a character's name; a shortcode
    return f'"{escaped}"'


def as_pandoc(
    text: str,  # one cell's, with the results of its inline expressions in place
    *,
    notes: str = "",  # what the names of its footnotes begin with, since all cells of a chapter share one list of names
) -> str:
    r"""Return markdown that pandoc reads as JupyterLab reads `text`; comments are left out.

    Examples
    --------
    >>> print(as_pandoc("Three things matter:\n- staff\n- space"))
    Three things matter:
    <BLANKLINE>
    - staff
    - space
    >>> print(as_pandoc("(c) Crown copyright"), as_pandoc("2024. That was a year."))
    (c\) Crown copyright 2024\. That was a year.
    """
    text = _outside_code(text, _COMMENT, "")
    text = _outside_code(text, _MENTION, lambda match: match[1] or r"\@")
    if notes:
        text = _outside_code(text, _FOOTNOTE, rf"[^{notes}-\1]")
    lines = text.split("\n")
    in_code = _code_lines(text)
    lines = [line if number in in_code else _YEAR.sub(r"\1\\\2", line) for number, line in enumerate(lines)]
    tokens = _parser().parse("\n".join(lines))
    for number, line in _rewritten(tokens, lines):
        lines[number] = line
    for number, blank in sorted(_blank_lines(tokens, lines), reverse=True):
        lines.insert(number, blank)
    return "\n".join(lines)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _outside_code(text: str, pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> str:
    """Replace a pattern wherever it is not in code."""
    pieces, start = [], 0
    for code in _CODE.finditer(text):
        pieces += [pattern.sub(new, text[start : code.start()]), code[0]]
        start = code.end()
    return "".join([*pieces, pattern.sub(new, text[start:])])


def _code_lines(text: str) -> set[int]:
    found = set[int]()
    for token in _parser().parse(text):
        if token.type in ("fence", "code_block") and token.map:
            found.update(range(*token.map))
    return found


def _rewritten(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of paragraphs and tables that pandoc would read as something else, by number."""
    for place, token in enumerate(tokens):
        if token.type == "paragraph_open" and token.map:
            content = tokens[place + 1].content.split("\n")
            for number, words in zip(range(*token.map), content, strict=False):
                marked = _without_marks(words)
                if marked != words:
                    before, _, after = lines[number].rpartition(words)
                    yield number, f"{before}{marked}{after}"
        elif token.type == "table_open" and token.map:
            for number in range(token.map[0] + 2, token.map[1]):  # pandoc knows a row by its bars
                line = lines[number]
                if "|" not in line.replace("\\|", "") and not _ends_table(line):
                    yield number, f"| {line.strip()} |"


def _without_marks(words: str) -> str:
    """Return a line of a paragraph, with an escape before what pandoc takes for the mark of a list or a line block."""
    if words == "|" or words.startswith("| "):
        return f"\\{words}"
    return _LIST_MARK.sub(r"\1\\\2", words, count=1) if _LIST_MARK.match(words) else words


def _ends_table(line: str) -> bool:
    return bool(_CAPTION.match(line) or _FENCE.match(line))


def _blank_lines(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where pandoc needs an empty line: the number of the line that it comes before, and what is in it."""
    containers: list[Token] = []
    for token in tokens:
        if token.nesting < 0:
            if containers and token.type.replace("_close", "_open") == containers[-1].type:
                containers.pop()
            continue
        if token.type in _STARTS and token.map and not (token.type in _ITEMS and _in_item(containers)):
            number = token.map[0]
            is_first = bool(containers) and containers[-1].map is not None and containers[-1].map[0] == number
            quoted = ">" * sum(each.type == "blockquote_open" for each in containers)
            if number and not is_first and lines[number - 1].strip(" \t>"):
                yield number, quoted
        if token.type == "table_open" and token.map:
            ends = (n for n in range(token.map[0] + 2, token.map[1]) if _ends_table(lines[n]))
            yield from ((number, "") for number in list(ends)[:1])
        if token.type in (*_ITEMS, "list_item_open", "blockquote_open"):
            containers.append(token)


def _in_item(containers: Sequence[Token]) -> bool:
    """Return True inside an item, where pandoc needs no empty line before a list, and one would set the items apart."""
    return bool(containers) and containers[-1].type == "list_item_open"
