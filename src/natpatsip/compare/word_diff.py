"""Texts compared word by word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
Stretch = tuple[str, str]  # one of these three, and the words
PLAIN = {SAME: "{}", REMOVED: "[-{}-]", ADDED: "{{+{}+}}"}  # as wdiff marks changes
AROUND = 5  # words shown beside each change in a message


@dataclass(frozen=True)
class Word:
    """A word as it is shown, and the key that it is compared by.

    The key of a number that the text cites is its fact, so that the word is the same if only the value has changed.
    """

    key: str
    shown: str


def words_of(text: str) -> list[Word]:
    """Return the words of a plain text, to compare them."""
    return [Word(word, word) for word in text.split()]


def difference(before: Sequence[Word], now: Sequence[Word]) -> tuple[Stretch, ...]:
    """Return the differences, word by word: stretches that are the same, removed or added.

    Examples
    --------
    >>> difference(words_of("Most met online"), words_of("All met in person"))
    (('removed', 'Most'), ('added', 'All'), ('same', 'met'), ('removed', 'online'), ('added', 'in person'))

    A word that looks the same is the same, even if it is now taken from a fact.

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
    """Append words to a difference as a stretch, or to its last stretch if that is of the same kind."""
    text = shown(words)
    if stretches and stretches[-1][0] == kind and text:
        stretches[-1] = (kind, f"{stretches[-1][1]} {text}")
    elif text:
        stretches.append((kind, text))


def likeness(before: Sequence[Word], now: Sequence[Word], *, least: float) -> float:
    """Return how alike two texts that are compared are, from 0 to 1; 0 if that is less than `least`."""
    matcher = SequenceMatcher(None, [word.key for word in before], [word.key for word in now], autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:  # upper bounds, far cheaper than ratio()
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


def shown(words: Sequence[Word]) -> str:
    """Return compared words as a text."""
    return " ".join(word.shown for word in words)


def marked(
    words: Sequence[Stretch],  # what `difference` returned
    marks: Mapping[str, str] = PLAIN,  # a format for each kind of stretch
    *,
    around: int | None = None,  # shorten stretches that are the same to this many words beside each change
    escape: Callable[[str], str] = str,  # applied to the words, not to the marks
) -> str:
    """Return stretches of a difference as one text, with the removed and the added words marked.

    Examples
    --------
    >>> marked([("same", "one two three four five six"), ("added", "seven")], around=2)
    '… five six {+seven+}'
    """
    shown = words if around is None else abridged(words, around)
    return " ".join(marks[kind].format(escape(text)) for kind, text in shown)


def abridged(words: Sequence[Stretch], around: int) -> list[Stretch]:
    """Return a difference whose stretches that are the same have so many words beside each change."""
    last = len(words) - 1
    return [
        (kind, _shortened_in_between(text, around, is_first=at == 0, is_last=at == last) if kind == SAME else text)
        for at, (kind, text) in enumerate(words)
    ]


def _shortened_in_between(text: str, around: int, *, is_first: bool, is_last: bool) -> str:
    words = text.split()
    if len(words) <= around * (1 if is_first or is_last else 2) + 1:
        return text
    return " ".join([*([] if is_first else words[:around]), "…", *([] if is_last else words[-around:])])


def shortened(text: str, most: int) -> str:
    """Return a text in a list of changes, shortened to a number of words.

    Examples
    --------
    >>> shortened("one two three", 3), shortened("one two three four", 3)
    ('one two three', 'one two three …')
    """
    words = text.split()
    return text if len(words) <= most else " ".join([*words[:most], "…"])
