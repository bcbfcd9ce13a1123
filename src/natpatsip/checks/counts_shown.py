"""Counts that a policy should have hidden, in what a cell carries (tables, the page of organisations) and in facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from natpatsip import wording
from natpatsip.checks.outcome import SMALL_NUMBER as CHECK
from natpatsip.checks.outcome import Finding, Place
from natpatsip.checks.published_tables import PublishedTable
from natpatsip.checks.raw_counts import RawCounts
from natpatsip.checks.recoverable import HIDE_ANOTHER, is_fixed, recoverable
from natpatsip.checks.table_cells import Cells, Names, bare, groups
from natpatsip.context import BLOCK
from natpatsip.datasets.disclosure import nearest_multiple
from natpatsip.datasets.secondary_suppression import hidden_interval, interval_of, left_for
from natpatsip.facts.fact import Fact
from natpatsip.measures import definitions
from natpatsip.measures.definitions import HIDDEN
from natpatsip.settings import Labels

TOTALS = ("total", "all", "sum")
NOT_GIVEN = "a number that cannot be calculated"
SUPPRESS = 'Suppress it with datasets.suppress_small_counts(…, "{name}") before it is shown.'


def in_cell(
    place: Place, cell: Any, tables: Iterable[PublishedTable], counts: RawCounts, names: Names
) -> Iterator[Finding]:
    """Yield what the tables of a cell hold, shown or not, and the page of organisations, and should not."""
    for table in tables:
        yield from _in_table(table, counts, names)
    yield from _in_page_data(place, cell, counts)


def names_of(counts: RawCounts, project: Path, labels: Labels) -> Names:
    """Return what the report calls the columns and the totals of a dataset."""
    known = {bare(count): count for count in counts.rule.counts}
    known |= {bare(label): column for column, label in labels.columns.items() if column in counts.rule.counts}
    for each in definitions.declared(project).by_id.values():
        roles = {each.columns.numerator: each.numerator, each.columns.denominator: each.denominator}
        if each.dataset == counts.name:
            known |= {bare(label): column for label, column in roles.items() if label and column in counts.rule.counts}
    return Names(known, frozenset([*TOTALS, *(each.casefold() for each in labels.totals)]), counts.rule.symbol)


# Tables ---------------------------------------------------------------------------------------------------------------


def _in_table(table: PublishedTable, counts: RawCounts, names: Names) -> Iterator[Finding]:
    grouped = list(groups(table, counts.organisations, names))
    for cells in grouped:
        yield from _shown(table.place, table.what, cells, counts, names)
    for whose, message in recoverable(table, grouped, counts, names):
        yield table.place.finding(CHECK, message, found=whose, expected=NOT_GIVEN)


def _shown(place: Place, what: str, cells: Cells, counts: RawCounts, names: Names) -> Iterator[Finding]:
    """Yield what a policy should have hidden or rounded in some cells, as one finding."""
    values, rule, where = cells.values, counts.rule, f'{what}, column "{cells.label}"'
    column, at = _column_of(cells, counts, names)
    small = [n for n in at if column and 1 <= values[n] <= rule.threshold]
    exact = [n for n in at if column and values[n] > rule.threshold and values[n] % rule.base]
    shares = [] if column else _of_small_counts(cells, counts)
    source, remedy = f"{counts.name}.{column} by {rule.geography}", SUPPRESS.format(name=counts.name)
    if small:
        hides = f"the policy shows counts of 1 to {rule.threshold} as {rule.symbol}"
        message = f"{where}: shows {cells.listed(small)}, which are {source}; {hides}. {remedy}"
        yield place.finding(CHECK, message, found=cells.texts[small[0]], expected=rule.symbol)
    elif exact:
        rounds = f"the policy rounds them to the nearest {rule.base}"
        message = f"{where}: shows {cells.listed(exact)}, which are {source}; {rounds}. {remedy}"
        rounded = wording.number(nearest_multiple(values[exact[0]], rule.base))
        yield place.finding(CHECK, message, found=cells.texts[exact[0]], expected=rounded)
    if shares:
        message = (
            f"{where}: shows {cells.listed(shares)}, percentages of counts of {counts.name} that it hides. {remedy}"
        )
        yield place.finding(CHECK, message, found=cells.texts[shares[0]], expected=rule.symbol)


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
    if named and counts.has_any(named, places, values[at]):
        return named, at
    return counts.is_of_organisations(places, values[at]), at


def _of_small_counts(cells: Cells, counts: RawCounts) -> list[int]:
    """Return which cells are percentages of counts that the policy hides."""
    at = [number for number, each in enumerate(cells.organisations) if each is not None]
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
    for column in np.flatnonzero(is_hidden.any(axis=0) & ~np.isnan(national)):
        hidden = is_hidden[:, column]
        there = np.flatnonzero(hidden | ~np.isnan(grid[:, column]))  # one without a row is not in the national sum
        intervals = [
            hidden_interval(rule) if hidden[row] else interval_of(grid[row, column], rule, is_rounded=True)
            for row in there
        ]
        whole = int(national[column]), int(national[column])
        fixed = [there[n] for n in np.flatnonzero(hidden[there]) if is_fixed(left_for(whole, intervals, int(n)))]
        if fixed:
            name, period = group["organisations"][fixed[0]], measure["periods"][column]
            message = (
                f"{where}: the hidden number for {name}, {period}, follows from the total of {group['national']} "
                f"and the others. {HIDE_ANOTHER}"
            )
            yield place.finding(CHECK, message, found=name, expected=NOT_GIVEN)


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
        if not of_one or isinstance(value, bool) or not isinstance(value, int) or fact.unit == definitions.PERCENT:
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
