"""Narrative: which passages are new, gone or reworded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from natpatsip.compare.changes import Change
from natpatsip.compare.charts import place
from natpatsip.compare.edition import Edition
from natpatsip.compare.passages import Passage, passages
from natpatsip.compare.words import ADDED, REMOVED, SAME, Stretch, difference, likeness, shortened

ALIKE = 0.5  # passages that share so much are one, reworded
MOST_WORDS = 40  # of a passage in a message; the whole stands in its words
KEY, TEXT = attrgetter("key"), attrgetter("text")  # a word may be the same, though it is now taken from a fact
AROUND = 5  # words shown on each side of a change


def narrative_changes(before: Edition, now: Edition) -> Iterator[Change]:
    """Go through what was reworded, added and removed, chapter by chapter in the order of the second edition."""
    for chapter in [*now.notebooks, *(name for name in before.notebooks if name not in now.notebooks)]:
        old = list(passages(before, chapter)) if chapter in before.notebooks else []
        new = list(passages(now, chapter)) if chapter in now.notebooks else []
        gone, come = _unmatched(old, new, by=KEY), _unmatched(new, old, by=KEY)
        gone, come = _unmatched(gone, come, by=TEXT), _unmatched(come, gone, by=TEXT)
        pairs = _pairs(gone, come)
        was = {id(passage): earlier for earlier, passage in pairs}
        for passage in come:
            earlier = was.get(id(passage))
            yield _reworded(earlier, passage, now) if earlier else _whole("narrative-added", passage, now)
        paired = {id(earlier) for earlier, _ in pairs}
        yield from (_whole("narrative-removed", each, before) for each in gone if id(each) not in paired)


def _unmatched(
    these: Sequence[Passage], others: Sequence[Passage], *, by: Callable[[Passage], object]
) -> list[Passage]:
    """Return the passages that do not stand word for word among others, as often as they do here."""
    left = Counter(map(by, others))
    found = []
    for passage in these:
        if left[by(passage)]:
            left[by(passage)] -= 1
        else:
            found.append(passage)
    return found


def _pairs(gone: Sequence[Passage], come: Sequence[Passage]) -> list[tuple[Passage, Passage]]:
    """Return the passages that are alike enough to be one, the most alike first."""
    scored = [
        (score, first, second)
        for first, old in enumerate(gone)
        for second, new in enumerate(come)
        if (score := likeness(old.words, new.words, least=ALIKE))
    ]
    found, used_old, used_new = [], set[int](), set[int]()
    for _, first, second in sorted(scored, key=lambda each: (-each[0], each[2], each[1])):
        if first not in used_old and second not in used_new:
            used_old.add(first)
            used_new.add(second)
            found.append((gone[first], come[second]))
    return found


def _reworded(before: Passage, now: Passage, edition: Edition) -> Change:
    words = difference(before.words, now.words)
    return _change("narrative-reworded", marked(words), now, edition, words, expected=before.text, found=now.text)


def _whole(kind: str, passage: Passage, edition: Edition) -> Change:
    is_added = kind == "narrative-added"
    words = ((ADDED if is_added else REMOVED, passage.text),)
    found, expected = (passage.text, "") if is_added else ("", passage.text)
    return _change(kind, shortened(passage.text, MOST_WORDS), passage, edition, words, found=found, expected=expected)


def _change(
    kind: str,
    message: str,
    passage: Passage,
    edition: Edition,
    words: tuple[Stretch, ...],
    *,
    found: str,
    expected: str,
) -> Change:
    where = place(edition, passage.chapter, passage.section)
    return Change(
        kind,
        message,
        where,
        notebook=f"{passage.chapter}.ipynb",
        cell=passage.cell,
        words=words,
        found=found,
        expected=expected,
    )


def marked(words: Sequence[Stretch]) -> str:
    """Return a rewording in one line: [-removed-] {+added+}, long stretches that are the same cut.

    Examples
    --------
    >>> marked([("same", "one two three four five six seven eight nine ten eleven"), ("added", "twelve")])
    '… seven eight nine ten eleven {+twelve+}'
    """
    marks = {REMOVED: "[-{}-]", ADDED: "{{+{}+}}", SAME: "{}"}
    return " ".join(marks[kind].format(text) for kind, text in cut(words, AROUND))


def cut(words: Sequence[Stretch], around: int) -> list[Stretch]:
    """Return stretches with those that are the same cut to some words around each change."""
    found = []
    for place_, (kind, text) in enumerate(words):
        texts = text.split()
        is_first, is_last = place_ == 0, place_ == len(words) - 1
        most = around * (1 if is_first or is_last else 2)
        if kind == SAME and len(texts) > most + 1:
            head, tail = ([] if is_first else texts[:around]), ([] if is_last else texts[-around:])
            text = " ".join([*head, "…", *tail])
        found.append((kind, text))
    return found
