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
    """Return the rows of a table of the checks' English without its header: kind, pattern, example, near miss."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(tuple(row) for row in csv.reader(lines))[1:]


@cache
def _word_lists() -> dict[str, str]:
    return {row[0]: row[1] for row in read_table("word_lists")}


def word_list(name: str) -> str:
    """Return a word list of the checks' English as one pattern."""
    return _expanded("{" + name + "}", {})


def compiled(
    rows: Iterable[Sequence[str]], flags: re.RegexFlag, *, more: Mapping[str, Sequence[str]] | None = None
) -> dict[str, re.Pattern[str]]:
    """Return one pattern for each kind of a table of English, in its order, given words that a report adds to lists."""
    patterns: dict[str, list[str]] = {}
    for kind, pattern, *_ in rows:
        patterns.setdefault(kind, []).append(_expanded(pattern, more or {}))
    return {kind: re.compile("|".join(own), flags) for kind, own in patterns.items()}


def _expanded(pattern: str, more: Mapping[str, Sequence[str]]) -> str:
    while found := _NAME.search(pattern):
        added = "".join(f"|{re.escape(word)}" for word in more.get(found[1], ()))
        pattern = pattern.replace(found[0], _word_lists()[found[1]] + added)
    return pattern
