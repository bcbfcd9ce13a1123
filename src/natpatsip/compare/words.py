"""Words: a text taken apart, and what differs between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
Stretch = tuple[str, str]  # one of those, and the words


@dataclass(frozen=True)
class Word:
    """A word: what it is told apart by, and how it is shown.

    A number that the text takes from a fact is told apart by the fact: where only its value changed, the word is the
    same.
    """

    key: str
    shown: str


def words_of(text: str) -> list[Word]:
    """Return the words of a plain text."""
    return [Word(word, word) for word in text.split()]


def difference(before: Sequence[Word], now: Sequence[Word]) -> tuple[Stretch, ...]:
    """Return what differs, word by word: stretches that are the same, removed or added.

    Examples
    --------
    >>> difference(words_of("Most met online"), words_of("All met in person"))
    (('removed', 'Most'), ('added', 'All'), ('same', 'met'), ('removed', 'online'), ('added', 'in person'))

    A word that is shown as before is the same, though it is now taken from a fact.

    >>> difference(words_of("9 sites met"), [Word('{cite("sites")}', "9"), *words_of("sites met")])
    (('same', '9 sites met'),)
    """
    found: list[Stretch] = []
    for kind, first, last, start, end in _opcodes([word.key for word in before], [word.key for word in now]):
        was, is_now = before[first:last], now[start:end]
        if kind == "equal":
            _add(found, SAME, is_now)
            continue
        for inner, one, two, three, four in _opcodes([word.shown for word in was], [word.shown for word in is_now]):
            if inner == "equal":
                _add(found, SAME, is_now[three:four])
            else:
                _add(found, REMOVED, was[one:two])
                _add(found, ADDED, is_now[three:four])
    return tuple(found)


def _opcodes(before: Sequence[str], now: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, before, now, autojunk=False).get_opcodes()


def _add(stretches: list[Stretch], kind: str, words: Sequence[Word]) -> None:
    """Add words to stretches; to the last one, where that is of their kind."""
    if not words:
        return
    if stretches and stretches[-1][0] == kind:
        stretches[-1] = (kind, f"{stretches[-1][1]} {shown(words)}")
    else:
        stretches.append((kind, shown(words)))


def likeness(before: Sequence[Word], now: Sequence[Word], *, least: float) -> float:
    """Return how alike two texts are, from 0 to 1; 0 where it is less than `least`."""
    matcher = SequenceMatcher(None, [word.key for word in before], [word.key for word in now], autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


def shown(words: Sequence[Word]) -> str:
    """Return words as a text."""
    return " ".join(word.shown for word in words)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many words.

    Examples
    --------
    >>> shortened("one two three", 3), shortened("one two three four", 3)
    ('one two three', 'one two three …')
    """
    words = text.split()
    return text if len(words) <= most else " ".join([*words[:most], "…"])
