"""Passages of narrative that are new, gone or reworded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.changes import Change
from natpatsip.compare.passages import Passage, passages
from natpatsip.compare.word_diff import ADDED, REMOVED, Stretch, difference, likeness, marked, shortened

ALIKE = 0.5  # two passages that share at least this much are one, reworded
MOST_WORDS = 40  # of a passage in a message; `words` holds all of it
AROUND = 5  # words shown beside each change in a message


def narrative_changes(before: BuiltReport, now: BuiltReport) -> Iterator[Change]:
    """Yield what was reworded, added and removed, chapter by chapter in the order of the second report."""
    for chapter in dict.fromkeys([*now.notebooks, *before.notebooks]):
        gone, added = list(passages(before, chapter)), list(passages(now, chapter))
        # By key first, so that a new value of a cited number is not a change; then by text, so that a number which was
        # typed and is now cited is not one either.
        for by in (attrgetter("key"), attrgetter("text")):
            gone, added = _unmatched(gone, added, by=by), _unmatched(added, gone, by=by)
        pairs = _pairs(gone, added)
        for position, passage in enumerate(added):
            if position in pairs:
                yield _reworded(gone[pairs[position]], passage, now)
            else:
                yield _whole("narrative-added", passage, now)
        for position, passage in enumerate(gone):
            if position not in pairs.values():
                yield _whole("narrative-removed", passage, before)


def _unmatched(
    these: Sequence[Passage], others: Sequence[Passage], *, by: Callable[[Passage], object]
) -> list[Passage]:
    """Return the passages that do not occur among others, or occur there less often."""
    left = Counter(map(by, others))
    found = []
    for passage in these:
        if left[by(passage)]:
            left[by(passage)] -= 1
        else:
            found.append(passage)
    return found


def _pairs(gone: Sequence[Passage], added: Sequence[Passage]) -> dict[int, int]:
    """Return which added passage is a rewording of which that is gone, by position; the most alike are paired first."""
    scored = [
        (-score, second, first)
        for first, old in enumerate(gone)
        for second, new in enumerate(added)
        if (score := likeness(old.words, new.words, least=ALIKE))
    ]
    pairs: dict[int, int] = {}
    for _, second, first in sorted(scored):
        if second not in pairs and first not in pairs.values():
            pairs[second] = first
    return pairs


def _reworded(before: Passage, now: Passage, report: BuiltReport) -> Change:
    words = difference(before.words, now.words)
    message = marked(words, around=AROUND)
    return _change("narrative-reworded", message, now, report, words, expected=before.text, found=now.text)


def _whole(kind: str, passage: Passage, report: BuiltReport) -> Change:
    text, message = passage.text, shortened(passage.text, MOST_WORDS)
    if kind == "narrative-added":
        return _change(kind, message, passage, report, ((ADDED, text),), found=text)
    return _change(kind, message, passage, report, ((REMOVED, text),), expected=text)


def _change(
    kind: str, message: str, passage: Passage, report: BuiltReport, words: tuple[Stretch, ...], **more: str
) -> Change:
    where, notebook = report.place(passage.chapter, passage.section), f"{passage.chapter}.ipynb"
    return Change(kind, message, where, notebook, passage.cell, words=words, **more)  # type: ignore[arg-type]
