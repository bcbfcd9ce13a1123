"""Tracked changes of wording, taken into the markdown cells that the words are from.

A change is taken only if its paragraph says, letter by letter, what a block of the cell prints. Any other is refused,
with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from natpatsip.pipeline.notebook import source_of
from natpatsip.review.changed_paragraphs import ChangedParagraph, changed_paragraphs, name_of_item
from natpatsip.review.items import APPLIED, REFUSED, Item
from natpatsip.review.locate import Cell, Locator
from natpatsip.review.source_text import Block, blocks_of
from natpatsip.review.sources import Sources
from natpatsip.review.splices import Refusal, Splice, spliced

FORMAT = "how text looks is the style's; write **bold** or *italic* in the cell if it is meant"
GENERATED = "the build makes this text"


@dataclass
class _Outcome:
    """What the changes come to: those of the sources, those refused, and those that the sources have already."""

    splices: list[Splice] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def refuse(self, items: frozenset[str], reason: object) -> None:
        for item in items:
            self.reasons.setdefault(item, str(reason))


def applied(files: Sequence[tuple[Locator, Sequence[Item]]], sources: Sources) -> tuple[list[Splice], list[list[Item]]]:
    """Return the changes of all files as changes of sources, and the items with what becomes of them."""
    outcome = _Outcome()
    for locator, items in files:
        _take(locator, items, sources, outcome)
    outcome.splices = _without_conflicts(outcome)
    return outcome.splices, [[_settled(item, outcome) for item in items] for _, items in files]


def _settled(item: Item, outcome: _Outcome) -> Item:
    if not item.is_change:
        return item
    name = name_of_item(item)
    if name in outcome.reasons:
        return replace(item, status=REFUSED, why=outcome.reasons[name])
    if name in outcome.done or any(name in splice.items for splice in outcome.splices):
        return replace(item, status=APPLIED)
    return replace(item, status=REFUSED, why=FORMAT if item.kind == "format" else GENERATED)


def _take(locator: Locator, items: Sequence[Item], sources: Sources, outcome: _Outcome) -> None:
    """Add what one file's changes come to."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[tuple[ChangedParagraph, Cell, str, Block]] = []
    for paragraph in changed_paragraphs(locator.file, items):
        cell = locator.cell_of(paragraph.number) if paragraph.items else locator.by_bookmark(paragraph.first)
        if cell is None:
            continue
        nth = seen[cell.notebook, cell.id, paragraph.before]
        seen[cell.notebook, cell.id, paragraph.before] += 1
        if not paragraph.items:
            continue
        try:
            block, source = _block(paragraph, cell, nth, sources)
        except Refusal as reason:
            outcome.refuse(paragraph.items, reason)
            continue
        if block is None:
            outcome.done |= paragraph.items
        else:
            found.append((paragraph, cell, source, block))
    moved = _moved(found, items)
    for paragraph, cell, source, block in found:
        values = sources.values(cell.notebook, cell.id)
        for edit in paragraph.edits:
            mover = next((name for name in edit.items if name in moved), "")
            change = replace(edit, source=moved.get(mover, "") if edit.text else "")
            try:
                place = spliced(source, block, change, values, lambda each: sources.owner(cell.notebook, cell.id, each))  # noqa: B023
                outcome.splices.append(Splice(cell.notebook, cell.id, *place, edit.items))
            except Refusal as reason:
                outcome.refuse(edit.items, reason)


def _moved(found: Sequence[tuple[ChangedParagraph, Cell, str, Block]], items: Sequence[Item]) -> dict[str, str]:
    """Return how each whole paragraph that was moved is typed, by the move."""
    moves = {name_of_item(item) for item in items if item.kind == "move"}
    return {
        name: source[block.start + len(block.prefix) : block.end]
        for paragraph, _, source, block in found
        for edit in paragraph.edits
        for name in edit.items & moves
        if edit.removes_all(block)
    }


def _block(paragraph: ChangedParagraph, cell: Cell, nth: int, sources: Sources) -> tuple[Block | None, str]:
    """Return the block that says what the paragraph said, and the source that it is in.

    There is no block if the cell says already what the file asks for.
    """
    if not cell.id:
        raise Refusal(f"the build makes this, of no cell: {cell.where}" if cell.where else GENERATED)
    content = sources.cell(cell.notebook, cell.id)
    where = f'notebooks/{cell.notebook}.ipynb, cell "{cell.id}"'
    if content.get("cell_type") != "markdown":
        raise Refusal(f"code makes it, in {where}: change it there")
    source = source_of(content)
    blocks = blocks_of(source, sources.values(cell.notebook, cell.id))
    same = [block for block in blocks if block.text == paragraph.before]
    if len(same) > nth:
        return same[nth], source
    texts = {block.text for block in blocks}
    if paragraph.edits and set(paragraph.after) <= texts and (paragraph.after or paragraph.before not in texts):
        return None, source
    if cell.is_near:
        raise Refusal(f"the build makes this, below what {where} says")
    if sources.report is None:
        raise Refusal("what the report said is not known: build it first")
    raise Refusal(f"{where} does not say this paragraph word for word: it was changed since, or code prints part of it")


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
