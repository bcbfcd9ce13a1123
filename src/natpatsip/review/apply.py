"""Tracked changes of wording, taken into the markdown cells that the words are from.

A change is taken only if its paragraph says, letter by letter, what a block of the cell prints. Any other is refused,
with the reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from natpatsip.pipeline.notebook import source_of
from natpatsip.review.changed_paragraphs import ChangedParagraph, changed_paragraphs, name_of_item
from natpatsip.review.changed_source import Refusal, Splice, joined, spliced, without_row
from natpatsip.review.comments_and_changes import APPLIED, REFUSED, Item
from natpatsip.review.locate import Cell, Locator
from natpatsip.review.source_text import Block, blocks_of
from natpatsip.review.sources import Sources
from natpatsip.word_files.word_file import BREAK

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


def _take(locator: Locator, items: Sequence[Item], sources: Sources, outcome: _Outcome) -> None:
    """Add what one file's changes come to."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[tuple[ChangedParagraph, Cell, str, Block]] = []
    paragraphs = list(changed_paragraphs(locator.file, items))
    following = _following(paragraphs)
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
            found.append((paragraph, cell, source, block))
    moved = _moved(found, items)
    rows = _emptied_rows(found)
    for paragraph, cell, source, block in found:
        values = sources.values(cell.notebook, cell.id)
        edits = paragraph.edits
        if paragraph.number in following:
            between = [
                edit for edit in edits if edit.start == edit.end == len(block.letters) and BREAK not in edit.text
            ]
            names = paragraph.joined_by.union(*(edit.items for edit in between))
            try:
                second, inserted = following[paragraph.number].before, "".join(edit.text for edit in between)
                join = joined(source, block, values, second, inserted)
                outcome.splices.append(Splice(cell.notebook, cell.id, *join, names))
            except Refusal as reason:
                outcome.refuse(names, reason)
            edits = [edit for edit in edits if edit not in between]
        for edit in edits:
            if edit.removes_all(block) and (cell, source.count("\n", 0, block.start)) in rows:
                row = Splice(cell.notebook, cell.id, *without_row(source, block.start), edit.items)
                if row not in outcome.splices:
                    outcome.splices.append(row)
                continue
            mover = next((name for name in edit.items if name in moved), "")
            change = replace(edit, source=moved.get(mover, "") if edit.text else "")
            owner = partial(sources.owner, cell.notebook, cell.id, is_deleted=not edit.text.strip())
            try:
                place = spliced(source, block, change, values, owner)
                outcome.splices.append(Splice(cell.notebook, cell.id, *place, edit.items))
            except Refusal as reason:
                outcome.refuse(edit.items, reason)


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


def _emptied_rows(found: Sequence[tuple[ChangedParagraph, Cell, str, Block]]) -> set[tuple[Cell, int]]:
    """Return the rows of tables of which nothing is left, by their cell and the number of their line."""
    left: dict[tuple[Cell, int], int] = {}
    for paragraph, cell, source, block in found:
        if block.kind == "cell":
            row = (cell, source.count("\n", 0, block.start))
            line = source.split("\n")[row[1]]
            left.setdefault(row, len(blocks_of(line, {})))
            is_typed = not any(letter.owner for letter in block.letters)
            left[row] -= is_typed and any(edit.removes_all(block) for edit in paragraph.edits)
    return {row for row, count in left.items() if not count}


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
    """Return True if lines are among texts, one right after the other."""
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
