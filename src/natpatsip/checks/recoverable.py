"""Hidden numbers that the numbers beside them give away: in a column, in a row, or through a percentage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from natpatsip import wording
from natpatsip.checks.published_tables import PublishedTable
from natpatsip.checks.raw_counts import RawCounts
from natpatsip.checks.table_cells import (
    Cells,
    Names,
    bare,
    is_text,
    number_of,
    organisation_column,
    printed_number,
)
from natpatsip.datasets.descriptor import Disclosure
from natpatsip.datasets.secondary_suppression import Interval, hidden_interval, interval_of, left_for, numerators_of
from natpatsip.errors import first_few
from natpatsip.reporters import counted

HIDE_ANOTHER = "Hide another count beside it, or leave out what it follows from."
SAME_OF = " The same is true of {} there."
Given = tuple[str, str]
"""Whose hidden number is given away, and a sentence that says how."""
Row = tuple[str, ...]


def recoverable(table: PublishedTable, grouped: Iterable[Cells], counts: RawCounts, names: Names) -> Iterator[Given]:
    """Yield the hidden numbers of a table that are given away; its cells that belong together are `grouped`.

    Those that are given away in the same way have one cause: the first is described, and the others are counted.
    """
    by_total = [given for cells in grouped for given in _by_total(table.what, cells, counts, names)]
    for found in (by_total, list(_by_row_total(table, counts, names)), list(_by_percentage(table, counts, names))):
        if found:
            others = len(found) - 1
            more = SAME_OF.format(counted(others, "other hidden number")) if others else ""
            yield first_few([whose for whose, _ in found], 1), found[0][1] + more


def _by_total(what: str, cells: Cells, counts: RawCounts, names: Names) -> Iterator[Given]:
    """Yield the hidden counts of some cells that their total less the others leaves one value for."""
    at = [n for n, each in enumerate(cells.organisations) if each is not None]
    totals = [n for n, name in enumerate(cells.names) if n not in at and name.casefold() in names.totals]
    if len(totals) == 1 and at and not cells.is_share:
        yield from _fixed(f"{what}, {cells.place}", cells, totals[0], at, counts)


def _by_row_total(table: PublishedTable, counts: RawCounts, names: Names) -> Iterator[Given]:
    """Yield the same for parts that stand beside their total, for one organisation."""
    totals = [n for n, name in enumerate(table.columns) if name.casefold() in names.totals]
    of = organisation_column(table, counts.organisations)
    if len(totals) != 1 or of is None:
        return
    parts = [
        n
        for n in range(len(table.columns))
        if n not in (of, *totals) and not is_text(table, n, names.symbol) and not wording.is_share(table.columns[n])
    ]
    for row in table.rows:
        if row[of].casefold() in counts.organisations:
            cells = Cells(row[of], tuple(row), tuple([None] * len(row)), table.columns, is_row=True)
            yield from _fixed(f"{table.what}, {cells.place}", cells, totals[0], parts, counts)


def _fixed(where: str, cells: Cells, total: int, parts: Sequence[int], counts: RawCounts) -> Iterator[Given]:
    """Yield the hidden counts among some parts that have one value alone, given their total."""
    rule, values = counts.rule, cells.values
    hidden = [n for n in parts if cells.texts[n].strip() == rule.symbol]
    known = [n for n in parts if n not in hidden]
    if not hidden or np.isnan(values[[total, *known]]).any():
        return
    is_rounded = bool((values[known] % rule.base == 0).all())
    intervals = [
        hidden_interval(rule) if n in hidden else interval_of(values[n], rule, is_rounded=is_rounded) for n in parts
    ]
    whole = int(values[total]), int(values[total])
    for n in (n for n in hidden if is_fixed(left_for(whole, intervals, list(parts).index(n)))):
        message = (
            f"{where}: the hidden number for {cells.named(n)} follows from the total, {cells.texts[total]}, "
            f"and the others. {HIDE_ANOTHER}"
        )
        yield cells.names[n], message


def is_fixed(interval: Interval) -> bool:
    """Return True if a hidden count can have one value alone."""
    return interval[0] == interval[1]


def _by_percentage(table: PublishedTable, counts: RawCounts, names: Names) -> Iterator[Given]:
    """Yield the hidden numerators that a percentage in the same row gives away, given its denominator."""
    if counts.rule.percent is None:
        return
    columns = {names.counts.get(bare(name), ""): number for number, name in enumerate(table.columns)}
    top, whole = (columns.get(count) for count in counts.rule.percent)
    if top is None or whole is None:
        return
    for share in (n for n, name in enumerate(table.columns) if wording.is_share(name)):
        left = _numerators(table, (top, whole, share), counts.rule)
        shown = [each for row, each in left if row[top].strip() != counts.rule.symbol]
        fixed = [row for row, each in left if row[top].strip() == counts.rule.symbol and len(each) == 1]
        if not shown or not all(shown):  # other percentages, such as of change, do not agree with the counts shown
            continue
        for row in fixed:
            message = (
                f'{table.what}, column "{table.columns[share]}": {row[share]} of {row[whole]} gives '
                f"the hidden number of {row[0]}. Leave the percentage out where its number is hidden."
            )
            yield row[0], message


def _numerators(table: PublishedTable, columns: Sequence[int], rule: Disclosure) -> list[tuple[Row, set[int]]]:
    """Return the rows that have a numerator, a denominator and a percentage, with the numerators that agree with it."""
    tops, wholes = (_possible(table.column(column), rule) for column in columns[:2])
    shares = [printed_number(text) for text in table.column(columns[2])]
    return [
        (row, numerators_of(share, whole, top))
        for row, top, whole, share in zip(table.rows, tops, wholes, shares, strict=True)
        if top is not None and whole is not None and whole[1] > 0 and not share.is_nan()
    ]


def _possible(texts: Sequence[str], rule: Disclosure) -> list[Interval | None]:
    """Return what each count of a column, hidden or not, can have been; None where the column shows nothing."""
    numbers = [number_of(text) for text in texts]
    is_rounded = all(number % rule.base == 0 for number in numbers if not np.isnan(number))
    shown = [None if np.isnan(each) else interval_of(each, rule, is_rounded=is_rounded) for each in numbers]
    return [
        hidden_interval(rule) if text.strip() == rule.symbol else each for text, each in zip(texts, shown, strict=True)
    ]
