"""The English that the checks understand, as data: tables of regular expressions in ``words/``, with their examples.

A row has a kind, a pattern, an example that the pattern matches and a near miss; the tests run every example. In a
pattern ``{month}`` stands for that line of ``word_lists.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"
_NAME = re.compile(r"\{([a-z_]+)\}")  # a number in braces is a quantifier


@cache
def read_table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table without its header: kind, pattern, example, near miss."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(tuple(row) for row in csv.reader(lines))[1:]


@cache
def _word_lists() -> dict[str, str]:
    return {row[0]: row[1] for row in read_table("word_lists")}


def word_list(name: str, more: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the alternatives of a word list as one pattern, with words that a report adds to it."""
    words = _word_lists()
    return _expanded(words[name], words, more or {}) + _added(name, more or {})


def compiled(
    rows: Iterable[Sequence[str]], flags: re.RegexFlag, *, more: Mapping[str, Sequence[str]] | None = None
) -> dict[str, re.Pattern[str]]:
    """Return one pattern for each kind of a table, in the table's order.

    Parameters
    ----------
    rows : iterable of rows
        Each with kind and pattern.
    flags : re.RegexFlag
        How to compile.
    more : mapping, optional
        Words that a report adds to word lists, by the list's name.
    """
    words = _word_lists()
    patterns: dict[str, list[str]] = {}
    for kind, pattern, *_ in rows:
        patterns.setdefault(kind, []).append(_expanded(pattern, words, more or {}))
    return {kind: re.compile("|".join(own), flags) for kind, own in patterns.items()}


def _expanded(pattern: str, words: Mapping[str, str], more: Mapping[str, Sequence[str]]) -> str:
    while found := _NAME.search(pattern):
        name = found[1]
        pattern = pattern.replace(found[0], words[name] + _added(name, more))
    return pattern


def _added(name: str, more: Mapping[str, Sequence[str]]) -> str:
    return "".join(f"|{re.escape(word)}" for word in more.get(name, ()))
