"""Counts that a policy should have hidden, in what a cell carries (tables, the page of organisations) and in facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from natpatsip import wording
from natpatsip.checks.outcome import SMALL_NUMBER as CHECK
from natpatsip.checks.outcome import Finding, Place
from natpatsip.checks.published_tables import PublishedTable
from natpatsip.checks.raw_counts import RawCounts
from natpatsip.checks.recoverable import HIDE_ANOTHER, SAME_OF, Given, is_fixed, recoverable
from natpatsip.checks.table_cells import Cells, Names, bare, groups
from natpatsip.context import BLOCK
from natpatsip.datasets.disclosure import nearest_multiple
from natpatsip.datasets.secondary_suppression import hidden_interval, interval_of, left_for
from natpatsip.errors import first_few
from natpatsip.facts.fact import Fact
from natpatsip.measures import measures_file
from natpatsip.measures.definitions import HIDDEN, PERCENT
from natpatsip.reporters import counted
from natpatsip.settings import Labels

TOTALS = ("total", "all", "sum")
NOT_GIVEN = "a number that cannot be calculated"
SMALL, EXACT, SHARE = "small", "exact", "share"
SUPPRESS = 'Suppress it with datasets.suppress_small_counts(…, "{name}") before it is shown.'


def in_cell(
    place: Place, cell: Any, tables: Iterable[PublishedTable], counts: RawCounts, names: Names
) -> Iterator[Finding]:
    """Yield what the tables of a cell hold, shown or not, and the page of organisations, and should not."""
    shown: list[_Shown] = []
    given: list[Given] = []
    for table in tables:
        grouped = list(groups(table, counts.organisations, names))
        shown += [each for cells in grouped for each in _shown(table.what, cells, counts, names)]
        given += recoverable(table, grouped, counts, names)
    yield from _one_of_each_cause(place, shown, counts)
    yield from (place.finding(CHECK, message, found=whose, expected=NOT_GIVEN) for whose, message in given)
    yield from _in_page_data(place, cell, counts)


def names_of(counts: RawCounts, project: Path, labels: Labels) -> Names:
    """Return what the report calls the columns and the totals of a dataset."""
    known = {bare(count): count for count in counts.rule.counts}
    known |= {bare(label): column for column, label in labels.columns.items() if column in counts.rule.counts}
    for each in measures_file.declared(project).by_id.values():
        roles = {each.columns.numerator: each.numerator, each.columns.denominator: each.denominator}
        if each.dataset == counts.name:
            known |= {bare(label): column for label, column in roles.items() if label and column in counts.rule.counts}
    return Names(known, frozenset([*TOTALS, *(each.casefold() for each in labels.totals)]), counts.rule.symbol)


# Tables ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shown:
    """Cells of a table that should not show what they show."""

    fault: str  # SMALL, EXACT or SHARE
    column: str  # of the dataset
    carrier: str  # what they are in: the data of fig-waits, column "Seen"
    texts: tuple[str, ...]  # what each shows
    named: tuple[str, ...]  # the same with what it is of: 4 for North (2024-09-01)
    expected: str  # of the first


def _shown(what: str, cells: Cells, counts: RawCounts, names: Names) -> Iterator[_Shown]:
    """Yield what a policy should have hidden or rounded in some cells."""
    column, faults = _faults(cells, counts, names)
    for fault, faulty in faults.items():
        if faulty:
            texts = tuple(cells.texts[n] for n in faulty)
            named = tuple(f"{cells.texts[n]} for {cells.named(n)}" for n in faulty)
            rounded = wording.number(nearest_multiple(cells.values[faulty[0]], counts.rule.base))
            carrier = what if cells.is_row else f"{what}, {cells.place}"
            yield _Shown(fault, column, carrier, texts, named, rounded if fault == EXACT else counts.rule.symbol)


@lru_cache(maxsize=2_000)  # a chart's table, its data and its download show the same
def _faults(cells: Cells, counts: RawCounts, names: Names) -> tuple[str, dict[str, list[int]]]:
    """Return the column of the dataset that cells are, and by fault which of them should not show what they show."""
    values, rule = cells.values, counts.rule
    column, at = _column_of(cells, counts, names)
    if not column:
        return "", {SHARE: _of_small_counts(cells, counts)}
    small = [n for n in at if 1 <= values[n] <= rule.threshold]
    exact = [n for n in at if values[n] > rule.threshold and values[n] % rule.base]
    return column, {SMALL: small, EXACT: exact}


def _one_of_each_cause(place: Place, shown: Sequence[_Shown], counts: RawCounts) -> Iterator[Finding]:
    """Yield one finding for each column of the dataset that a cell shows, however many numbers and tables show it.

    What it `found` counts them all, so that an acceptance does not hold for a table that shows more of them later.
    """
    rule, hidden = counts.rule, {(each.column, each.carrier) for each in shown if each.fault == SMALL}
    causes: dict[tuple[str, str], list[_Shown]] = {}
    for each in shown:
        if each.fault != EXACT or (each.column, each.carrier) not in hidden:  # what hides the small ones rounds these
            causes.setdefault((each.fault, each.column), []).append(each)
    for (fault, column), found in causes.items():
        first = found[0]
        together = [each for each in found if each.carrier == first.carrier]
        why = {
            SMALL: f"which are {counts.name}.{column} by {rule.geography}; the policy shows counts of 1 to "
            f"{rule.threshold} as {rule.symbol}",
            EXACT: f"which are {counts.name}.{column} by {rule.geography}; the policy rounds them to the nearest "
            f"{rule.base}",
            SHARE: f"percentages of counts of {counts.name} that it hides",
        }[fault]
        others = list(dict.fromkeys(each.carrier for each in found if each.carrier != first.carrier))
        also = f" The same is in {first_few(others)}." if others else ""
        message = (
            f"{first.carrier}: shows {first_few([text for each in together for text in each.named])}, {why}."
            f"{also} {SUPPRESS.format(name=counts.name)}"
        )
        texts = [text for each in found for text in each.texts]
        yield place.finding(CHECK, message, found=first_few(texts, 1), expected=first.expected)


def _column_of(cells: Cells, counts: RawCounts, names: Names) -> tuple[str, list[int]]:
    """Return the column of the dataset that cells are, empty if they are none of its, and which of them are."""
    values = cells.values
    if not bool((values[~np.isnan(values)] % 1 == 0).all()):
        return "", []
    at = [number for number, each in enumerate(cells.organisations) if each is not None]
    if not at:
        return counts.is_of_one(values), list(range(len(values)))
    places = [each for each in cells.organisations if each is not None]
    named = "" if cells.is_share else names.counts.get(bare(cells.label), "")
    if counts.has_any(named, places, values[at]):
        return named, at
    return counts.is_of_organisations(places, values[at]), at


def _of_small_counts(cells: Cells, counts: RawCounts) -> list[int]:
    """Return which cells are percentages of counts that the policy hides."""
    at = [number for number, each in enumerate(cells.organisations) if each is not None]
    if not at:
        return [*map(int, np.flatnonzero(counts.small_in_percentages_of_one(cells.values, cells.decimals)))]
    places = [each for each in cells.organisations if each is not None]
    small = counts.small_in_percentages(places, cells.values[at], cells.decimals)
    return [number for number, is_small in zip(at, small, strict=True) if is_small]


# The page of organisations, and facts ---------------------------------------------------------------------------------


def _in_page_data(place: Place, cell: Any, counts: RawCounts) -> Iterator[Finding]:
    """Yield what the data of the page of organisations should not hold."""
    for output in cell.get("outputs", ()):
        for data in output.get("data", {}).get(BLOCK, {}).get("data", {}).values():
            for group in data["groups"]:
                for measure in (each for each in group["measures"] if each["dataset"] == counts.name):
                    for role in measure["counts"]:
                        yield from _in_measure(place, group, measure, role, counts)


def _in_measure(
    place: Place, group: Mapping[str, Any], measure: Mapping[str, Any], role: str, counts: RawCounts
) -> Iterator[Finding]:
    rule = counts.rule
    cells = [row or [None] * len(measure["periods"]) for row in measure["counts"][role]]
    is_hidden = np.array([[cell == HIDDEN for cell in row] for row in cells])
    grid = np.array([[None if cell == HIDDEN else cell for cell in row] for row in cells], dtype=float)
    national = np.array(measure["national"][role], dtype=float)
    where = f'the page of organisations, measure "{measure["label"]}", {role}'
    small = np.argwhere(((grid >= 1) & (grid <= rule.threshold)) | ((grid > 0) & (grid % rule.base != 0)))
    if len(small):
        row, column = small[0]
        name, period = group["organisations"][row], measure["periods"][column]
        message = (
            f"{where}: holds {grid[row, column]:g} for {name}, {period}, which the policy of {counts.name} does not "
            "show. Take the block from measures.by_organisation() as it is."
        )
        yield place.finding(CHECK, message, found=f"{grid[row, column]:g}", expected=rule.symbol)
    given = []
    for column in np.flatnonzero(is_hidden.any(axis=0) & ~np.isnan(national)):
        hidden = is_hidden[:, column]
        there = np.flatnonzero(hidden | ~np.isnan(grid[:, column]))  # one without a row is not in the national sum
        intervals = [
            hidden_interval(rule) if hidden[row] else interval_of(grid[row, column], rule, is_rounded=True)
            for row in there
        ]
        whole = int(national[column]), int(national[column])
        fixed = [there[n] for n in np.flatnonzero(hidden[there]) if is_fixed(left_for(whole, intervals, int(n)))]
        given += [(group["organisations"][row], measure["periods"][column]) for row in fixed]
    if given:
        (name, period), others = given[0], len(given) - 1
        message = (
            f"{where}: the hidden number for {name}, {period}, follows from the total of {group['national']} "
            f"and the others. {HIDE_ANOTHER}{SAME_OF.format(counted(others, 'other hidden number')) if others else ''}"
        )
        yield place.finding(CHECK, message, found=first_few([name for name, _ in given], 1), expected=NOT_GIVEN)


def in_facts(
    facts: Iterable[Fact], places: Mapping[tuple[str, str], Place], counts: RawCounts, *, file: str
) -> Iterator[Finding]:
    """Yield the facts that are counts of one organisation: passports and facts.csv carry them.

    Parameters
    ----------
    places : mapping
        The places of cells, by section and cell id.
    file : str
        The dataset's file, which the rows of facts begin with.
    """
    rule = counts.rule
    named = re.compile(
        rf"\b{re.escape(rule.geography)} ({'|'.join(map(re.escape, counts.organisations))})\b", re.IGNORECASE
    )
    for fact in facts:
        value = fact.value
        of_one = named.search(fact.rows) if fact.rows.startswith(file) else None
        if not of_one or isinstance(value, bool) or not isinstance(value, int) or fact.unit == PERCENT:
            continue
        is_small = 1 <= value <= rule.threshold
        if is_small or (value > 0 and value % rule.base):
            message = (
                f"{fact.id} ({fact.period}) is {fact.text}, a count of {of_one[1]} alone. "
                f"{'The policy hides it' if is_small else f'The policy rounds it to the nearest {rule.base}'}. "
                "Publish a national number, or one that the policy lets be shown."
            )
            place = places.get((fact.section, fact.cell))
            expected = rule.symbol if is_small else wording.number(nearest_multiple(value, rule.base))
            if place:
                yield place.finding(CHECK, message, fact=fact.id, found=fact.text, expected=expected)
            else:
                yield Finding(CHECK, message, fact.rows, fact=fact.id, found=fact.text, expected=expected)
