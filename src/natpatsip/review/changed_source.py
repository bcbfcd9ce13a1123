"""A change of wording as a change of a cell's source.

It is taken only if the changed cell then prints what the reviewer asked for, and if all its inline expressions are
still there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from natpatsip.review.locate import normal
from natpatsip.review.source_text import Block, Letter, blocks_of
from natpatsip.word_files.word_file import BREAK

_MARKUP = re.compile(r"[\\`*_\[\]<>$@|{}]")
_TYPED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\xa0": " ", "\u202f": " "})
_GOES_ON = re.compile(r"\w|[.,]\d|%")  # what would make another number of the number before it


class Refusal(Exception):  # noqa: N818 — it is no error: it is the reason, for people
    """Why a change cannot be taken into its cell."""


@dataclass(frozen=True)
class Edit:
    """What a file changes in one stretch of a paragraph: letters of the text before, what replaces them, the items."""

    start: int
    end: int
    text: str
    items: frozenset[str]
    source: str = ""  # how the text was typed where it was moved from; otherwise it is new text

    @property
    def lines(self) -> list[str]:
        """The reviewer's new text as it is typed, paragraph by paragraph."""
        return [self.source if line and self.source else typed(line).strip() for line in self.text.split(BREAK)]

    def result(self, before: str) -> list[str]:
        """Return the paragraphs that the reviewer's change makes of the text before."""
        return [
            line for line in map(normal, (before[: self.start] + self.text + before[self.end :]).split(BREAK)) if line
        ]

    def removes_all(self, block: Block) -> bool:
        """Return True if the reviewer's change leaves nothing of a block."""
        return self.start == 0 and self.end == len(block.letters) and not self.text.strip()


@dataclass(frozen=True)
class Splice:
    """The same change in the source of a cell."""

    notebook: str
    cell: str
    start: int
    end: int
    text: str
    items: frozenset[str]


def spliced(
    source: str,
    block: Block,  # the block of the source that is changed
    edit: Edit,
    values: Mapping[str, str],  # what expressions print
    owner: Callable[[str], str],  # who decides what an expression prints
) -> tuple[int, int, str]:
    """Return where a reviewer's change changes the source, and to what.

    Raises
    ------
    Refusal
        If the change touches what an expression prints, or would leave broken markup.
    """
    for letter in block.letters[edit.start : edit.end]:
        if letter.owner:
            raise Refusal(owner(letter.owner))
    _check_neighbours(block, edit, owner)
    if edit.result(block.text) == [block.text]:
        raise Refusal("an empty line or another space changes nothing in the report")
    if edit.removes_all(block) and block.kind != "cell":
        change = _removed(source, block)
    elif BREAK in edit.text:
        change = _parted(block, edit)
    else:
        start, end = _span(block, edit)
        change = (start, end, typed(edit.text)) if edit.text else (*_with_emphasis(source, start, end), "")
    _verify(source, block, edit, values, change)
    return change


def _check_neighbours(block: Block, edit: Edit, owner: Callable[[str], str]) -> None:
    """Refuse a change that would make another number of one beside it, or that is inside of one."""
    before = block.letters[edit.start - 1] if edit.start else None
    after = block.letters[edit.end] if edit.end < len(block.letters) else None
    if before and after and before.owner and before.owner == after.owner and before.start == after.start:
        raise Refusal(owner(before.owner))
    if before and before.owner and before.sign.isalnum() and _GOES_ON.match(edit.text):
        raise Refusal(owner(before.owner))
    if after and after.owner and after.sign.isalnum() and edit.text[-1:].isalnum():
        raise Refusal(owner(after.owner))


def _span(block: Block, edit: Edit) -> tuple[int, int]:
    """Return the stretch of the source that changed letters are from; an insertion follows the letter before it."""
    letters: Sequence[Letter] = block.letters
    if edit.start < edit.end:
        return letters[edit.start].start, letters[edit.end - 1].end
    at = letters[edit.start - 1].end if edit.start else letters[0].start
    return at, at


def _removed(source: str, block: Block) -> tuple[int, int, str]:
    """Return the stretch of a whole block with line ends after it, so that what is left stays as far apart.

    The last item of a list has an empty line after it and none before. Without that line, the list would swallow what
    follows.
    """
    above, below = source[: block.start], source[block.end :]
    before = len(above) - len(above.rstrip("\n"))
    after = len(below) - len(below.lstrip("\n"))
    return block.start, block.end + (min(before, after) if before else after), ""


def _parted(block: Block, edit: Edit) -> tuple[int, int, str]:
    """Return a change that begins new paragraphs or list items."""
    if block.kind == "cell":
        raise Refusal("a cell of a table holds one paragraph")
    between = f"\n{block.prefix}" if block.kind == "item" else "\n\n"
    first, *others = edit.lines
    if edit.start == edit.end == len(block.letters) and not first:
        return block.end, block.end, "".join(between + line for line in others)
    if edit.start == edit.end == 0 and not edit.lines[-1]:
        after = between.removesuffix(block.prefix)
        return block.start, block.start, "".join(block.prefix + line + after for line in edit.lines[:-1])
    if block.kind == "heading":
        raise Refusal("a heading is one line; split it in the notebook")
    start, end = _span(block, edit)
    above, below = block.letters[: edit.start], block.letters[edit.end :]
    if not first and above and (above[-1].sign, above[-1].owner) == (" ", ""):
        start = above[-1].start
    if not edit.lines[-1] and below and (below[0].sign, below[0].owner) == (" ", ""):
        end = below[0].end
    return start, end, between.join(edit.lines)


def joined(
    source: str,
    block: Block,
    values: Mapping[str, str],
    after: str,
    between: str = "",  # what was inserted at the end of the block
) -> tuple[int, int, str]:
    """Return the change that makes one paragraph of a block and the next, which says what stands in `after`.

    Deleting the end of a paragraph leaves no space after its last sentence, so one is added.

    Raises
    ------
    Refusal
        If the next block is another, or the two are of different kinds.
    """
    blocks = blocks_of(source, values)
    place = blocks.index(block)
    second = blocks[place + 1] if place + 1 < len(blocks) else None
    if second is None or second.text != after:
        raise Refusal("it joins what two cells say, or what the build puts between: join them in the notebook")
    if block.kind != second.kind or block.kind not in ("paragraph", "item"):
        raise Refusal("only two paragraphs, or two items of a list, can be joined: do it in the notebook")
    change = (block.end, second.start + len(second.prefix), "")
    now = blocks_of(source[: change[0]] + source[change[1] :], values)
    texts = [each.text for each in blocks]
    if [each.text for each in now] != [*texts[:place], block.text + second.text, *texts[place + 2 :]]:
        raise Refusal("the two paragraphs are parted by markup: join them in the notebook")
    return change[0], change[1], f"{typed(between).rstrip()} "


def without_row(source: str, at: int) -> tuple[int, int, str]:
    """Return the change that takes out the line of a table's row, of which reviewers left nothing."""
    start, end = source.rfind("\n", 0, at) + 1, source.find("\n", at)
    return (start, end + 1, "") if end >= 0 else (max(0, start - 1), len(source), "")


def _with_emphasis(source: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch to change with the marks of emphasis that it alone stands between."""
    while start and end < len(source) and source[start - 1] == source[end] and source[end] in "*_":
        start, end = start - 1, end + 1
    return start, end


def typed(text: str) -> str:
    r"""Return a reviewer's words as an author would type them in markdown.

    Examples
    --------
    >>> print(typed("the trust’s *own* words"))
    the trust's \*own\* words
    """
    return _MARKUP.sub(r"\\\g<0>", text.translate(_TYPED))


def _verify(source: str, block: Block, edit: Edit, values: Mapping[str, str], change: tuple[int, int, str]) -> None:
    """Refuse a change after which the cell would not print what was asked for, or would lose an expression."""
    start, end, text = change
    before, now = blocks_of(source, values), blocks_of(source[:start] + text + source[end:], values)
    place = before.index(block)
    wanted = edit.result(block.text)
    texts = [each.text for each in before]
    if [each.text for each in now] != [*texts[:place], *wanted, *texts[place + 1 :]]:
        raise Refusal("the words are parted by markup, such as a link or emphasis: change them in the notebook")
    if _owners(now) != _owners(before):
        raise Refusal("an inline expression would be lost")


def _owners(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    return [(letter.owner, letter.sign) for block in blocks for letter in block.letters if letter.owner]
