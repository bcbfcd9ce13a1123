"""What a process that stays remembers of its builds: results, by all that they were made of.

A preview builds again and again, and each save changes one file of many. Notebooks show the same measures, and their
processes begin with what the one that they are forked from remembers. Outside of `remembering` nothing is remembered,
so a build from the command line needs no more memory for it. A result is shared by all that ask for it: nobody may
change it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

Found = TypeVar("Found")
OLDEST = 3  # builds after which a result that none of them has used is forgotten: some of them fail half-way


class Same:
    """An object as a part of what a result is made of, which is the same as itself alone.

    It holds the object, so that no other can have its place in memory.
    """

    __slots__ = ("of",)

    def __init__(self, of: object) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.of is other.of


class _Memory:
    """The results, each with the number of the latest build that used it."""

    def __init__(self) -> None:
        self.results: dict[Hashable, tuple[int, Any]] = {}
        self.is_on, self.build = False, 0


_memory = _Memory()


@contextmanager
def remembering(*, is_on: bool) -> Iterator[None]:
    """Remember results during a build, and forget afterwards what the latest builds have not used."""
    before, _memory.is_on = _memory.is_on, is_on
    _memory.build += is_on
    try:
        yield
    finally:
        _memory.is_on = before
        if is_on:
            last = _memory.build - OLDEST
            _memory.results = {key: each for key, each in _memory.results.items() if each[0] > last}


def once(make: Callable[[], Found], *made_of: Hashable) -> Found:
    """Return what `make` returns, from memory if it was made of the same before.

    Parameters
    ----------
    made_of : hashable
        What it is, and everything that it depends on; objects without a value of their own as `Same`.

    Examples
    --------
    >>> numbers = iter(range(9))
    >>> with remembering(is_on=True):
    ...     once(lambda: next(numbers), "n", "a"), once(lambda: next(numbers), "n", "a")
    (0, 0)
    >>> once(lambda: next(numbers), "n", "a")
    1
    """
    if not _memory.is_on:
        return make()
    found = _memory.results.get(made_of)
    result = make() if found is None else cast("Found", found[1])
    _memory.results[made_of] = (_memory.build, result)
    return result


def is_on() -> bool:
    """Return True if results are remembered: some are made of what it takes time to find."""
    return _memory.is_on


def forget() -> None:
    """Forget all results that the process remembers."""
    _memory.results.clear()
