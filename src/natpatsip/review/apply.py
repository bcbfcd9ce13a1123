"""Tracked changes of wording, taken into the markdown cells that the words are from.

A change is taken only if its paragraph says, letter by letter, what a block of the cell prints. Any other is refused,
with the reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from natpatsip.pipeline.notebook import source_of
from natpatsip.review.changed_paragraphs import ChangedParagraph, changed_paragraphs, name_of_item
from natpatsip.review.changed_source import Edit, Refusal, Splice, joined, spliced, without_row
from natpatsip.review.comments_and_changes import APPLIED, REFUSED, Item
from natpatsip.review.locate import Cell, Locator
from natpatsip.review.source_text import Block, blocks_of
from natpatsip.review.sources import Sources
from natpatsip.word_files.word_file import BREAK

FORMAT = "how text looks is the style's; write **bold** or *italic* in the cell if it is meant"
GENERATED = "the build makes this text"


@dataclass
class _Outcome:
    """What becomes of the changes: splices of sources, reasons for refusals, and what the sources already have."""

    splices: list[Splice] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def refuse(self, items: frozenset[str], reason: object) -> None:
        for item in items:
            self.reasons.setdefault(item, str(reason))

    def add(self, cell: Cell, items: frozenset[str], change: Callable[[], tuple[int, int, str]]) -> None:
        """Add a change of a cell's source, or the reason why it is refused."""
        try:
            splice = Splice(cell.notebook, cell.id, *change(), items)
        except Refusal as reason:
            self.refuse(items, reason)
            return
        if splice not in self.splices:  # each cell of an emptied row takes out the row
            self.splices.append(splice)


def applied(
    files: Sequence[tuple[Locator, Sequence[Item]]],
    sources: Sources,
    *,
    is_applied: bool,  # whether the changes will be made; otherwise they stay open, with what stands against them
) -> tuple[list[Splice], list[list[Item]]]:
    """Return the changes of all files as changes of sources, and the items with what becomes of them."""
    outcome = _Outcome()
    for locator, items in files:
        _take(locator, items, sources, outcome)
    outcome.splices = _without_conflicts(outcome)
    settled = [[_settled(item, outcome, is_applied=is_applied) for item in items] for _, items in files]
    return outcome.splices, settled


def _settled(item: Item, outcome: _Outcome, *, is_applied: bool) -> Item:
    if not item.is_change:
        return item
    name = name_of_item(item)
    is_taken = any(name in splice.items for splice in outcome.splices)
    why = outcome.reasons.get(name, "")
    if not why and name in outcome.done:
        return replace(item, status=APPLIED)
    if not why and is_taken:
        return replace(item, status=APPLIED) if is_applied else item
    why = why or (FORMAT if item.kind == "format" else GENERATED)
    return replace(item, status=REFUSED if is_applied else item.status, why=why)


@dataclass(frozen=True)
class _Found:
    """A changed paragraph, and the block of a cell's source that says what the paragraph said."""

    paragraph: ChangedParagraph
    cell: Cell
    source: str
    block: Block

    @property
    def row(self) -> tuple[Cell, int]:
        """The line of the source that the changed block is in, and its cell."""
        return self.cell, self.source.count("\n", 0, self.block.start)


def _take(locator: Locator, items: Sequence[Item], sources: Sources, outcome: _Outcome) -> None:
    """Add the changes of one file to the outcome."""
    paragraphs = list(changed_paragraphs(locator.file, items))
    following = _following(paragraphs)
    found = _with_blocks(paragraphs, following, locator, sources, outcome)
    moved, rows = _moved(found, items), _emptied_rows(found)
    for each in found:
        cell, source, block = each.cell, each.source, each.block
        values = sources.values(cell.notebook, cell.id)
        second = following.get(each.paragraph.number)
        for edit in _join(each, second, values, outcome) if second else each.paragraph.edits:
            if edit.removes_all(block) and each.row in rows:
                outcome.add(cell, edit.items, partial(without_row, source, block.start))
                continue
            mover = next((name for name in edit.items if name in moved), "")
            change = replace(edit, source=moved.get(mover, "") if edit.text else "")
            owner = partial(sources.owner, cell.notebook, cell.id, is_deleted=not edit.text.strip())
            outcome.add(cell, edit.items, partial(spliced, source, block, change, values, owner))


def _with_blocks(
    paragraphs: Sequence[ChangedParagraph],
    following: Mapping[int, ChangedParagraph],
    locator: Locator,
    sources: Sources,
    outcome: _Outcome,
) -> list[_Found]:
    """Return the changed paragraphs whose block is found; the others are refused or done in the outcome."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[_Found] = []
    lines = _joined_lines(paragraphs, following)
    for paragraph in paragraphs:
        cell = locator.cell_of(paragraph.number) if paragraph.items else locator.by_bookmark(paragraph.first)
        if cell is None:
            continue
        nth = seen[cell.notebook, cell.id, paragraph.before]
        seen[cell.notebook, cell.id, paragraph.before] += 1
        if not paragraph.items:
            continue
        try:
            block, source = _block(paragraph, cell, nth, sources, lines[paragraph.number])
        except Refusal as reason:
            outcome.refuse(paragraph.items, reason)
            continue
        if block is None:
            outcome.done |= paragraph.items
        else:
            found.append(_Found(paragraph, cell, source, block))
    return found


def _join(first: _Found, second: ChangedParagraph, values: Mapping[str, str], outcome: _Outcome) -> list[Edit]:
    """Add the change that joins a paragraph to the next one; return its other edits."""
    end = len(first.block.letters)
    edits = first.paragraph.edits
    between = [edit for edit in edits if edit.start == edit.end == end and BREAK not in edit.text]
    names = first.paragraph.joined_by.union(*(edit.items for edit in between))
    inserted = "".join(edit.text for edit in between)
    outcome.add(first.cell, names, partial(joined, first.source, first.block, values, second.before, inserted))
    return [edit for edit in edits if edit not in between]


def _following(paragraphs: Sequence[ChangedParagraph]) -> dict[int, ChangedParagraph]:
    """Return, for each paragraph whose end was deleted, the next of which something is left.

    Those that were deleted as a whole between the two are passed over.
    """
    found: dict[int, ChangedParagraph] = {}
    opened: int | None = None
    for paragraph in paragraphs:
        if opened is not None and paragraph.before and paragraph.after:
            found[opened] = paragraph
            opened = None
        if paragraph.joined_by:
            opened = paragraph.number
        elif paragraph.after:
            opened = None
    return found


def _joined_lines(
    paragraphs: Sequence[ChangedParagraph], following: Mapping[int, ChangedParagraph]
) -> defaultdict[int, list[str]]:
    """Return, for each paragraph that is joined to another, what the two say in one line, without spaces."""
    found = defaultdict[int, list[str]](list)
    for paragraph in paragraphs:
        if second := following.get(paragraph.number):
            line = _without_spaces(paragraph.after[-1] + second.after[0])
            found[paragraph.number].append(line)
            found[second.number].append(line)
    return found


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def _emptied_rows(found: Sequence[_Found]) -> set[tuple[Cell, int]]:
    """Return the rows of tables of which reviewers left nothing, by their cell and the number of their line."""
    left: dict[tuple[Cell, int], int] = {}
    for each in found:
        block, row = each.block, each.row
        if block.kind == "cell":
            left.setdefault(row, len(blocks_of(each.source.split("\n")[row[1]], {})))
            is_typed = not any(letter.owner for letter in block.letters)
            left[row] -= is_typed and any(edit.removes_all(block) for edit in each.paragraph.edits)
    return {row for row, count in left.items() if not count}


def _moved(found: Sequence[_Found], items: Sequence[Item]) -> dict[str, str]:
    """Return how each whole paragraph that was moved is typed, by the move."""
    moves = {name_of_item(item) for item in items if item.kind == "move"}
    return {
        name: each.source[each.block.start + len(each.block.prefix) : each.block.end]
        for each in found
        for edit in each.paragraph.edits
        for name in edit.items & moves
        if edit.removes_all(each.block)
    }


def _block(
    paragraph: ChangedParagraph,
    cell: Cell,
    nth: int,
    sources: Sources,
    lines: Sequence[str],  # what it says in one line with a paragraph that it is joined to
) -> tuple[Block | None, str]:
    """Return the block that says what the paragraph said, and the source that it is in.

    There is no block if the cell says already what the file asks for.
    """
    if not cell.id:
        raise Refusal(f"the build makes this, of no cell: {cell.where}" if cell.where else GENERATED)
    if cell.is_listed:
        raise Refusal(
            f'the build makes this list; the number comes from notebooks/{cell.notebook}.ipynb, cell "{cell.id}"'
        )
    content = sources.cell(cell.notebook, cell.id)
    where = f'notebooks/{cell.notebook}.ipynb, cell "{cell.id}"'
    if content.get("cell_type") != "markdown":
        raise Refusal(f"code makes it, in {where}: change it there")
    source = source_of(content)
    blocks = blocks_of(source, sources.values(cell.notebook, cell.id))
    same = [block for block in blocks if block.text == paragraph.before]
    if len(paragraph.after) > 1 and _is_said(paragraph.after, [block.text for block in blocks]):
        return None, source
    if any(line in _without_spaces(block.text) for line in lines for block in blocks):
        return None, source
    if len(same) > nth:
        return same[nth], source
    texts = {block.text for block in blocks}
    if paragraph.edits and set(paragraph.after) <= texts and (paragraph.after or paragraph.before not in texts):
        return None, source
    if not paragraph.before and paragraph.first.in_table:
        raise Refusal(f"a row or a cell was added to a table: add it in {where}")
    if cell.is_near:
        raise Refusal(f"the build makes this, below what {where} says")
    if sources.report is None:
        raise Refusal("what the report said is not known: build it first")
    raise Refusal(f"{where} does not say this paragraph word for word: it was changed since, or code prints part of it")


def _is_said(lines: Sequence[str], texts: Sequence[str]) -> bool:
    """Return True if lines of a changed paragraph are among texts, one right after the other."""
    return any(list(lines) == list(texts[at : at + len(lines)]) for at in range(len(texts)))


def _without_conflicts(outcome: _Outcome) -> list[Splice]:
    """Return the changes that can be made together; those of an item of which a part is refused are left out."""
    kept: list[Splice] = []
    for splice in sorted(outcome.splices, key=lambda each: (each.notebook, each.cell, each.start, each.end)):
        clash = next((each for each in kept if _overlap(each, splice)), None)
        if clash is None:
            kept.append(splice)
        elif replace(clash, items=splice.items) == splice:  # two reviewers ask for the same
            kept[kept.index(clash)] = replace(clash, items=clash.items | splice.items)
        else:
            outcome.refuse(splice.items, "another change of the same words was taken first")
    while spoiled := [each for each in kept if any(item in outcome.reasons for item in each.items)]:
        for splice in spoiled:
            kept.remove(splice)
            outcome.refuse(splice.items, "a change that it belongs to was refused")
    return kept


def _overlap(one: Splice, other: Splice) -> bool:
    if (one.notebook, one.cell) != (other.notebook, other.cell):
        return False
    return one.start == other.start or (one.start < other.end and other.start < one.end)
