"""A markdown cell as it is read, letter by letter, with where each letter is in its source.

An inline expression is one piece: its letters have an owner, and no change of wording may touch them. What this module
does not understand, it shows as it is typed; a paragraph that then differs from the Word file's is left alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from natpatsip.compare.passages import ESCAPE, ITEM
from natpatsip.pipeline.inline_code import INLINE
from natpatsip.pipeline.staging.markdown import FENCED, HEADING
from natpatsip.review.locate import normal

QUOTE = re.compile(r"\s*(?:>\s?)+")
RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$")
CAPTION = re.compile(r"\s*(?::|Table:)\s+")
PICTURE = "\ufffc"  # stands for what has no letters
_NAMED = re.compile(r"(?<![\w\\@`])@((?:fig|tbl)-[a-z0-9]+(?:-[a-z0-9]+)*)")
_LINK = re.compile(r"(?<![!\\])\[((?:[^\[\]\\]|\\.)*)\](\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)|\{[^{}]*\})")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_EMPHASIS = re.compile(
    r"(?<![\\*])(\*\*\*|\*\*|\*)(?=[^\s*])(.+?)(?<=[^\s*\\])\1(?!\*)|(?<![\w\\_])(__|_)(?=[^\s_])(.+?)(?<=[^\s_\\])\3(?![\w_])",
    re.DOTALL,
)
_HIDDEN = re.compile(r"<!--.*?-->|\[\^[^\]\s]+\]|\{#[^}\n]*\}\s*$", re.DOTALL | re.MULTILINE)
_BREAK = re.compile(r"<br\s*/?>|\\\n| {2,}\n", re.IGNORECASE)
_MATH = re.compile(r"(?<!\\)\$(?=\S)(?:\\.|[^$\\])*?(?<=\S)\$(?!\d)")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
_SIGNS = {"---": "—", "--": "–", "...": "…"}


@dataclass(frozen=True)
class Letter:
    """A letter as it is read, and where it is typed; with an owner if an expression has printed it."""

    sign: str
    start: int
    end: int
    owner: str = ""  # the expression, or the reference to a figure


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item or table cell: its letters, and where all of it is in the source."""

    letters: tuple[Letter, ...]
    start: int
    end: int
    prefix: str = ""  # the mark of a list item
    kind: str = "paragraph"

    @property
    def text(self) -> str:
        """What the block says to a reviewer."""
        return "".join(letter.sign for letter in self.letters)


def blocks_of(
    source: str,
    values: Mapping[str, str],  # what each expression, and each reference such as ``@fig-waits``, prints
) -> list[Block]:
    r"""Return the blocks of a markdown cell as reviewers read them, in reading order.

    Examples
    --------
    >>> [block.text for block in blocks_of("## Waits\n\n**Most** waits fell by `{python} fall`.", {"fall": "9%"})]
    ['Waits', 'Most waits fell by 9%.']
    """
    return [block for block in _blocks(source, values) if block.letters]


def _blocks(source: str, values: Mapping[str, str]) -> Iterator[Block]:
    """Yield the blocks of a markdown cell as reviewers read them."""
    opened: list[tuple[int, int]] = []  # the lines of a paragraph: where the text of each starts and ends
    first, prefix = 0, ""
    at = 0
    fence = ""
    for line in [*source.split("\n"), ""]:
        start, at = at, at + len(line) + 1
        found = FENCED.match(line)
        in_code = bool(fence) or (found is not None and found[1][0] != ":")
        if found and found[1][0] != ":":
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        is_own = bool(HEADING.match(line)) or line.lstrip().startswith("|")
        item = None if is_own else ITEM.match(line)
        if opened and (not line.strip() or is_own or item or found):
            yield _block(source, opened, values, first, prefix)
            opened, prefix = [], ""
        if not line.strip() or found or in_code:
            continue
        if is_own:
            yield from _rows(source, line, start, values) if "|" in line[:4] else _heading(source, line, start, values)
            continue
        if not opened:
            first, prefix = start, item[0] if item else ""
        mark = item or QUOTE.match(line) or CAPTION.match(line)
        inner = start + (
            mark.end() if mark and not (opened and not QUOTE.match(line)) else len(line) - len(line.lstrip())
        )
        opened.append((inner, start + len(line)))


def _heading(source: str, line: str, start: int, values: Mapping[str, str]) -> Iterator[Block]:
    found = HEADING.match(line)
    if found:
        span = (start + found.start(2), start + found.end(2))
        yield Block(_letters(source, [span], values), start, start + len(line), kind="heading")


def _rows(source: str, line: str, start: int, values: Mapping[str, str]) -> Iterator[Block]:
    """Yield the cells of a line of a table, as reviewers read them."""
    if RULE.match(line):
        return
    for cell in re.finditer(r"(?:`[^`]*`|\\.|[^|\\])+", line):
        span = (start + cell.start(), start + cell.end())
        yield Block(_letters(source, [span], values), *span, kind="cell")


def _block(source: str, lines: Sequence[tuple[int, int]], values: Mapping[str, str], first: int, prefix: str) -> Block:
    kind = "item" if prefix else "paragraph"
    return Block(_letters(source, lines, values), first, lines[-1][1], prefix, kind)


def _letters(source: str, lines: Sequence[tuple[int, int]], values: Mapping[str, str]) -> tuple[Letter, ...]:
    """Return the letters of a block as reviewers read them; what is between its lines is one space."""
    end = lines[-1][1]
    breaks = {stop: start for (_, stop), (start, _) in pairwise(lines)}
    skipped = _marks(source, lines[0][0], end)
    found: list[Letter] = []

    def add(text: str, start: int, stop: int, owner: str = "") -> None:
        for sign in text:
            if sign.isspace() or sign == "\u00a0":
                if not found or found[-1].sign == " ":
                    continue
                sign = " "
            found.append(Letter(sign, start, stop, owner))

    at = lines[0][0]
    while at < end:
        if at in breaks:
            add(" ", at, breaks[at])
            at = breaks[at]
        elif at in skipped:
            at = skipped[at]
        else:
            text, stop, owner = _next(source, at, end, values)
            add(normal(text) if len(text) == 1 and not text.isspace() else text, at, stop, owner)
            at = stop
    while found and found[-1].sign == " ":
        found.pop()
    return tuple(found)


def _next(source: str, at: int, end: int, values: Mapping[str, str]) -> tuple[str, int, str]:
    """Return what the source shows at a place, where that ends in the source, and the expression that printed it."""
    if found := INLINE.match(source, at, end):
        return values.get(found[1], PICTURE), found.end(), found[1]
    if found := _NAMED.match(source, at, end):
        return values.get(found[0], PICTURE), found.end(), found[0]
    if found := _HIDDEN.match(source, at, end):
        return "", found.end(), ""
    if found := _BREAK.match(source, at, end):
        return " ", found.end(), ""
    if found := _IMAGE.match(source, at, end) or _MATH.match(source, at, end):
        return PICTURE, found.end(), found[0]
    if found := ESCAPE.match(source, at, end):
        return found[1], found.end(), ""
    if found := _ENTITY.match(source, at, end):
        return html.unescape(found[0]), found.end(), ""
    for typed, sign in _SIGNS.items():
        if source.startswith(typed, at, end):
            return sign, at + len(typed), ""
    return source[at], at + 1, ""


def _marks(source: str, start: int, end: int) -> dict[int, int]:
    """Return the stretches of markup that no reviewer reads: of links, emphasis and code, with where each ends."""
    code = [found.span() for found in INLINE.finditer(source, start, end)]
    marks: dict[int, int] = {}
    for found in _CODE.finditer(source, start, end):
        if found.start() not in {one for one, _ in code}:
            marks[found.start()], marks[found.end(2)] = found.start(2), found.end()
            code.append(found.span())

    def is_code(place: int) -> bool:
        return any(one <= place < other for one, other in code)

    for found in _LINK.finditer(source, start, end):
        if not is_code(found.start()):
            marks[found.start()], marks[found.end(1)] = found.start(1), found.end()
            code.append((found.start(2), found.end(2)))  # an address is not text
    todo = [(start, end)]
    while todo:
        one, other = todo.pop()
        for found in _EMPHASIS.finditer(source, one, other):
            group = 1 if found[1] else 3
            if not is_code(found.start(group)) and not is_code(found.end(group + 1)):
                marks[found.start(group)] = found.end(group)
                marks[found.end(group + 1)] = found.end()
                todo.append(found.span(group + 1))
    return marks
