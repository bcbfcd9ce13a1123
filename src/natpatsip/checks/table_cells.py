"""The cells of a published table that belong together: a column, or a row whose columns are organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import compress
from math import isnan
from typing import Any

import numpy as np

from natpatsip import wording
from natpatsip.checks.published_tables import PublishedTable
from natpatsip.datasets.disclosure import MISSING

NUMBER = re.compile(r"[-−]?\d[\d,]*(\.\d+)?%?")
AMONG_WORDS = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?%?(?!\w)")


@dataclass(frozen=True, eq=False)
class Names:
    """What the report calls the columns and the totals of a dataset."""

    counts: Mapping[str, str]
    """The count that a column has, by the column's name in lower case."""
    totals: frozenset[str]
    symbol: str
    """What is shown in place of a hidden number."""


def bare(name: str) -> str:
    """Return the name of a published table's column without what only its spelling adds."""
    return " ".join(name.replace("_", " ").casefold().split())


@lru_cache(maxsize=100_000)
def printed_number(text: str) -> Decimal:
    """Return the number that a published cell shows, with its decimals; not a number if it shows none.

    Examples
    --------
    >>> printed_number("1,016"), printed_number("−3.20%"), printed_number("*")
    (Decimal('1016'), Decimal('-3.20'), Decimal('NaN'))
    """
    bare = text.strip()
    return Decimal(bare.replace(",", "").replace("−", "-").rstrip("%") if NUMBER.fullmatch(bare) else "NaN")


@lru_cache(maxsize=100_000)  # the tables of a report repeat their numbers, and each is read for several rules
def number_of(text: str) -> float:
    """Return the number that a published cell shows, for arithmetic with measured values.

    Examples
    --------
    >>> number_of("1,016"), number_of("33.3%"), number_of("*")
    (1016.0, 33.3, nan)
    """
    return float(printed_number(text))


@lru_cache(maxsize=100_000)
def _decimals_of(text: str) -> int:
    exponent = printed_number(text).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True)
class Cells:
    """Cells of one kind, such as a column: what they are called, each cell's text, organisation and row's name.

    They equal cells that show the same of the same organisations, wherever those are.
    """

    label: str
    texts: tuple[str, ...]
    organisations: tuple[int | None, ...]
    names: tuple[str, ...] = field(compare=False)
    part: str = field(default="", compare=False)
    """Which part of a column they are, such as one month; of a row, its name."""
    is_row: bool = field(default=False, compare=False)

    @property
    def place(self) -> str:
        """What the cells are in the published table, as findings name it."""
        return f'{"row" if self.is_row else "column"} "{self.label}"'

    @cached_property
    def values(self) -> Any:
        """The published cells' numbers, not a number where there is none."""
        return np.array([number_of(text) for text in self.texts])

    @property
    def is_share(self) -> bool:
        """Whether the published cells are percentages, which do not add up."""
        return wording.is_share(self.label) or any(text.endswith("%") for text in self.texts)

    @property
    def decimals(self) -> int:
        """The decimals that the cells are shown with; none where all end with a 0, as pandas writes 18.0 for 18."""
        return max(map(_decimals_of, self.texts), default=0)

    def named(self, n: int) -> str:
        """Return the name of a published cell's row, and of the part of the table that it is in."""
        return f"{self.names[n]} ({self.part})" if self.part else self.names[n]


def groups(table: PublishedTable, known: Mapping[str, int], names: Names) -> Iterator[Cells]:
    """Yield the cells of a table that belong together: of a column, or of a row whose columns are organisations."""
    wide = [number for number, name in enumerate(table.columns) if name.casefold() in known]
    if len(wide) > 1:
        ends = [number for number, name in enumerate(table.columns) if name.casefold() in names.totals]
        for row in table.rows:
            label = ", ".join(row[n] for n in range(len(row)) if n not in (*wide, *ends) and row[n]) or "its row"
            places = [*wide, *ends]
            organisations = tuple(known.get(table.columns[n].casefold()) for n in places)
            shown = tuple(row[n] for n in places)
            yield Cells(label, shown, organisations, tuple(table.columns[n] for n in places), label, is_row=True)
    of = organisation_column(table, known)
    texts = [n for n in range(len(table.columns)) if n != of and is_text(table, n, names.symbol)]
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(table.rows):
        groups.setdefault(tuple(row[n] for n in texts) if of is not None else (), []).append(number)
    differing = [len(set(parts)) > 1 for parts in zip(*groups, strict=True)]
    for column in (n for n in range(len(table.columns)) if n != of and n not in texts and n not in wide):
        for parts, rows in groups.items():
            picked = [table.rows[number] for number in rows]
            yield Cells(
                table.columns[column],
                tuple(row[column] for row in picked),
                tuple(None if of is None else known.get(row[of].casefold()) for row in picked),
                tuple(row[0 if of is None else of] for row in picked),
                ", ".join(compress(parts, differing)),
            )
    owners = tuple(None if of is None else known.get(row[of].casefold()) for row in table.rows)
    for column in texts:
        for shown in _among_words(table.column(column)):
            yield Cells(table.columns[column], shown, owners, tuple(row[0 if of is None else of] for row in table.rows))


def _among_words(texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the first number of each text of a column, the second and so on: *3 of 20* has two.

    Examples
    --------
    >>> list(_among_words(["3 of 20", "5 of 1,040", "none"])), list(_among_words(["North", "RMH01"]))
    ([('3', '5', ''), ('20', '1,040', '')], [])
    """
    found = [AMONG_WORDS.findall(text) for text in texts]
    for place in range(max(map(len, found), default=0)):
        yield tuple(each[place] if place < len(each) else "" for each in found)


def organisation_column(table: PublishedTable, known: Mapping[str, int]) -> int | None:
    """Return the published column that names an organisation in at least half of its rows; None if there is none."""
    for number in range(len(table.columns)):
        named = sum(cell.casefold() in known for cell in table.column(number))
        if 2 * named >= len(table.rows):
            return number
    return None


def is_text(table: PublishedTable, column: int, symbol: str) -> bool:
    """Return True if a column of a published table holds words or dates, and no numbers."""
    filled = [cell for cell in table.column(column) if cell not in ("", MISSING, symbol)]
    return bool(filled) and sum(isnan(number_of(cell)) for cell in filled) > len(filled) / 2
