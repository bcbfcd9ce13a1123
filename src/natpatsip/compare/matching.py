"""Which passage of one text is which of another: the same, moved, reworded, added or removed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from natpatsip.compare.passages import Passage
from natpatsip.compare.word_diff import likeness

UNCHANGED, MOVED, REWORDED, ADDED, REMOVED = "unchanged", "moved", "reworded", "added", "removed"
ALIKE = 0.5  # two passages that share at least this much are one, reworded
FEWEST = 5  # words of a passage that can have moved to another chapter; shorter ones are in many by chance
UP, DOWN = "further up", "further down"


@dataclass(frozen=True)
class Match:
    """A passage of one text and its counterpart in the other; `kind` is one of the five above."""

    kind: str
    before: Passage | None = None
    now: Passage | None = None
    direction: str = ""  # of a passage that has moved within its chapter: `UP` or `DOWN`


def matched(before: Sequence[Passage], now: Sequence[Passage]) -> list[Match]:
    """Return all passages of two versions of a chapter, in the order of the second.

    A passage that was removed stands where it stood, before what was added there.
    """
    same = _the_same(before, now)
    reworded = _reworded(before, now, same)
    pairs = same | reworded
    fixed = _in_order(pairs)
    gone = deque(first for first in range(len(before)) if first not in set(pairs.values()))
    found: list[Match] = []
    ends = [len(before)]  # for each passage, from the last on: which of the first text is the next that did not move
    for second in reversed(range(len(now))):
        ends.append(fixed.get(second, ends[-1]))
    for second, passage in enumerate(now):
        first = pairs.get(second)
        end = ends[len(now) - second]
        while gone and gone[0] < end and (first is None or second in fixed):
            found.append(Match(REMOVED, before[gone.popleft()]))
        if first is None:
            found.append(Match(ADDED, now=passage))
        elif second in reworded:
            found.append(Match(REWORDED, before[first], passage))
        elif second in fixed:
            found.append(Match(UNCHANGED, before[first], passage))
        else:
            found.append(Match(MOVED, before[first], passage, _direction(first, second, fixed)))
    return [*found, *(Match(REMOVED, before[first]) for first in gone)]


def all_matched(
    before: Mapping[str, Sequence[Passage]],  # the passages of each chapter
    now: Mapping[str, Sequence[Passage]],
) -> dict[str, list[Match]]:
    """Return the passages of two reports by chapter, in the order of the second; a passage may change its chapter."""
    chapters = dict.fromkeys([*now, *before])
    found = {name: matched(before.get(name, ()), now.get(name, ())) for name in chapters}
    for by in (attrgetter("key"), attrgetter("text")):
        places: dict[object, deque[tuple[str, Match]]] = defaultdict(deque)
        for name, matches in found.items():
            for each in matches:
                if each.before and each.kind == REMOVED and len(each.before.words) >= FEWEST:
                    places[by(each.before)].append((name, each))
        for matches in found.values():
            for position, each in enumerate(matches):
                if each.now and each.kind == ADDED and places.get(by(each.now)):
                    origin, removed = places[by(each.now)].popleft()
                    matches[position] = Match(MOVED, removed.before, each.now)
                    found[origin] = [other for other in found[origin] if other is not removed]
    return found


def _the_same(before: Sequence[Passage], now: Sequence[Passage]) -> dict[int, int]:
    """Return which passage is the same as which in the other text, by position.

    By key first, so that a new value of a cited number is not a change; then by text, so that a number which was typed
    and is now cited is not one either.
    """
    found: dict[int, int] = {}
    by_each: tuple[Callable[[Passage], object], ...] = (attrgetter("key"), attrgetter("text"))
    for by in by_each:
        taken = set(found.values())
        places: dict[object, deque[int]] = defaultdict(deque)
        for first, passage in enumerate(before):
            if first not in taken:
                places[by(passage)].append(first)
        for second, passage in enumerate(now):
            if second not in found and places.get(by(passage)):
                found[second] = places[by(passage)].popleft()
    return found


def _reworded(before: Sequence[Passage], now: Sequence[Passage], same: Mapping[int, int]) -> dict[int, int]:
    """Return which of the other passages is a rewording of which, by position; the most alike are paired first."""
    taken = set(same.values())
    scored = [
        (-score, second, first)
        for first, old in enumerate(before)
        if first not in taken
        for second, new in enumerate(now)
        if second not in same and (score := likeness(old.words, new.words, least=ALIKE))
    ]
    pairs: dict[int, int] = {}
    for _, second, first in sorted(scored):
        if second not in pairs and first not in pairs.values():
            pairs[second] = first
    return pairs


def _in_order(pairs: Mapping[int, int]) -> dict[int, int]:
    """Return the most pairs of passages that are in the same order in both texts: the others have moved.

    Examples
    --------
    >>> _in_order({0: 2, 1: 0, 2: 1})
    {1: 0, 2: 1}
    """
    ends: list[int] = []  # the smallest last position of a sequence of each length
    at: list[int] = []  # and which passage that is
    previous: dict[int, int | None] = {}
    for second, first in sorted(pairs.items()):
        length = bisect_left(ends, first)
        previous[second] = at[length - 1] if length else None
        ends[length : length + 1], at[length : length + 1] = [first], [second]
    kept: list[int] = []
    last = at[-1] if at else None
    while last is not None:
        kept.append(last)
        last = previous[last]
    return {second: pairs[second] for second in reversed(kept)}


def _direction(first: int, second: int, fixed: Mapping[int, int]) -> str:
    was_after = sum(other < first for other in fixed.values())
    return DOWN if sum(other < second for other in fixed) > was_after else UP


def changed(matches: Mapping[str, Sequence[Match]]) -> Iterator[Match]:
    """Yield the passages that changed, chapter by chapter; in each, those that were removed come last."""
    for own in matches.values():
        yield from (each for each in own if each.kind not in (UNCHANGED, REMOVED))
        yield from (each for each in own if each.kind == REMOVED)
