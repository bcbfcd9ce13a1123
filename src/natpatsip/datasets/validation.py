"""A file held against its declaration: what is wrong in a cell, in a row, and between rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from natpatsip.datasets import organisations, plain_file
from natpatsip.datasets.cells import CellRule, value_expected, value_fits
from natpatsip.datasets.declaration import parse, source
from natpatsip.datasets.descriptor import ORGANISATIONS, DataField, Package, Resource
from natpatsip.datasets.organisations import Organisations
from natpatsip.datasets.plain_file import Fault
from natpatsip.datasets.total_rows import REMEDY, is_sum_of_others, likely_total, total_by_name
from natpatsip.errors import nearest
from natpatsip.facts.fact import unit_expected
from natpatsip.files import digests
from natpatsip.quarter import Quarter, first_month, is_quarter


@dataclass(frozen=True, eq=False)  # tables are compared and cached by identity: `examine` makes one for each content
class Table:
    """A file after all checks that do not depend on the quarter.

    ``texts`` and ``values`` hold its columns, as written and as read (None where missing); ``lines`` the lines of its
    rows, ``sound`` the places of those without a fault. ``is_identified`` is False where some row's key has a fault, so
    that nothing can be said of missing rows.
    """

    resource: Resource
    sha256: str
    lines: list[int]
    texts: Mapping[str, list[str]]
    values: Mapping[str, list[Any]]
    sound: list[int]
    faults: tuple[Fault, ...]
    is_identified: bool
    organisations: Organisations
    words: Mapping[str, tuple[str, ...]]

    def named(self, columns: Sequence[str], places: Sequence[int]) -> list[tuple[str, ...]]:
        """Return the cells of some rows as they are named in messages: an organisation by name, all else as written."""
        cells = [
            [text if value is None else value for value, text in zip(self.values[c], self.texts[c], strict=True)]
            if self.resource.fields[c].natpatsip.organisation  # of which an alias is read as the name
            else self.texts[c]
            for c in columns
        ]
        rows = list(zip(*cells, strict=True)) or [()] * len(self.lines)
        return rows if self.has_only(places) else [rows[place] for place in places]

    def has_only(self, places: Sequence[int]) -> bool:
        """Return True if some rows, in the order of the data file, are all that it has."""
        return len(places) == len(self.lines)

    def known_by(self, quarter: Quarter, places: Sequence[int]) -> list[int]:
        """Return which of a file's rows were known at a quarter's end: of several reports of a subject, the latest.

        Rows about a later period are left out, too.
        """
        as_of, subject = self.resource.natpatsip.as_of, self.resource.subject
        known = self.reported_by(quarter, places)
        if not as_of or not subject:
            return known
        latest: dict[tuple[str, ...], int] = {}
        for place, key in zip(known, self.named(subject, known), strict=True):
            if key not in latest or self.values[as_of][latest[key]] <= self.values[as_of][place]:
                latest[key] = place
        return sorted(latest.values())

    def reported_by(self, quarter: Quarter, places: Sequence[int]) -> list[int]:
        """Return which of a file's rows had been reported by the end of a quarter, about it or an earlier one."""
        known = list(places)
        for column in filter(None, (self.resource.natpatsip.as_of, self.resource.natpatsip.period)):
            values = self.values[column]
            if later := {value for value in set(values) if is_after(value, quarter)}:
                known = [place for place in known if values[place] not in later]
        return known


def is_after(period: Any, quarter: Quarter) -> bool:
    """Return True if the period of a row (a month, a day, a year, or that of a fact) begins after the end of a quarter.

    Examples
    --------
    >>> quarter = Quarter.parse("2024-25-Q2")
    >>> [is_after(period, quarter) for period in ("2024-25-Q3", "2024-10", "2024-25-YTD", "all", 2025, 2024)]
    [True, True, False, False, True, False]
    """
    if isinstance(period, int):
        return period > quarter.last_month.year
    start = first_month(period) if isinstance(period, str) else period
    last = quarter.last_month
    return isinstance(start, date) and (start.year, start.month) > (last.year, last.month)


def examine(name: str, project: Path) -> Table:
    """Return a dataset's file, checked; its faults are not raised yet.

    Raises
    ------
    DataError
        If it is not declared, or a file cannot be read, or the organisations that it names have faults.
    """
    return examine_as(source(project), name, project)


def examine_as(descriptor: bytes, name: str, project: Path) -> Table:
    """Return a dataset's file, checked against a descriptor that need not be the project's yet."""
    package = parse(descriptor)
    resource = package.resource(name)
    needed = [name, *_references(resource, package)]
    return _examine(descriptor, tuple((each, plain_file.content(package.resource(each), project)) for each in needed))


def _references(resource: Resource, package: Package) -> list[str]:
    """Return the other resources that a resource's cells refer to."""
    named = [key.reference.resource for key in resource.table_schema.foreign_keys]
    named += [ORGANISATIONS for field in resource.table_schema.fields if field.natpatsip.organisation]
    return [name for name in dict.fromkeys(named) if name and name != resource.name]


@lru_cache(maxsize=32)
def _examine(descriptor: bytes, contents: tuple[tuple[str, bytes], ...]) -> Table:
    """Return a data file, checked against its declaration: the form, each cell, each row and what is between rows."""
    package, others = parse(descriptor), dict(contents[1:])
    name, data = contents[0]
    resource = package.resource(name)
    known: Organisations = {}
    if ORGANISATIONS in others and package.kinds:
        listed = _examine(descriptor, ((ORGANISATIONS, others[ORGANISATIONS]),))
        raise_faults(listed)
        known = listed.organisations
    rows, sha256 = plain_file.parse(data, resource), digests.sha256(data)
    lines, written = rows.lines, rows.by_name
    texts = {column: written[column] for column in resource.columns if column in written}
    values: dict[str, list[Any]] = {}
    faults = list(rows.faults)
    words: dict[str, tuple[str, ...]] = {}
    for column in texts:
        rule = _rule(resource.fields[column], resource, package, known, others)
        values[column], wrong_cells = rule.read(texts[column], lines)
        faults += wrong_cells
        words[column] = tuple(dict.fromkeys((rule.words or {}).values()))
    wrong = {fault.line for fault in faults}
    sound = [place for place, line in enumerate(lines) if line not in wrong] if wrong else list(range(len(lines)))
    table = Table(resource, sha256, lines, texts, values, sound, tuple(faults), False, known, words)
    if len(texts) < len(resource.columns):
        return table
    faults += [*_in_rows(table), *_between_rows(table, others, package)]
    if resource.natpatsip.kinds:
        faults += organisations.faults(values, lines, sound, resource)
        known = organisations.from_columns(values, sound, resource.fields)
    key = set(resource.table_schema.primary_key)
    is_identified = not rows.faults and not any(key & set(fault.column.split(", ")) for fault in faults)
    return replace(table, faults=tuple(faults), is_identified=is_identified, organisations=known)


def raise_faults(table: Table, more: Sequence[Fault] = ()) -> None:
    """Raise all faults of a file as one error, those beyond the first ones by their number."""
    plain_file.raise_faults(table.resource.file, [*table.faults, *more])


def _rule(
    field: DataField, resource: Resource, package: Package, known: Organisations, others: Mapping[str, bytes]
) -> CellRule:
    """Return what the cells of a field may be, its lists of words looked up."""
    schema, kind = resource.table_schema, field.natpatsip.organisation
    words, listed = {word: word for word in field.words} or None, ""
    if kind:
        words = organisations.names_read(known.get(kind, {}))
        listed = f"{package.kinds[kind].label} of {package.resource(ORGANISATIONS).file}"
    for key in schema.foreign_keys:
        if key.fields == (field.name,) and key.reference.resource in others and not kind:
            other = package.resource(key.reference.resource)
            column = key.reference.fields[0]
            words = {text: text for (text,) in plain_file.parse(others[other.name], other).of([column])}
            listed = f"a {column} of {other.file}"
    is_required = field.constraints.required or field.name in schema.primary_key
    return CellRule(field, schema.missing(field), is_required, words, listed)


def _in_rows(table: Table) -> Iterator[Fault]:
    """Yield the rows of a file that break a declared rule within themselves."""
    resource, options = table.resource, table.resource.natpatsip
    for rule in options.rules:
        if rule.at_most:
            yield from _at_most(table, *rule.at_most)
        if rule.together:
            yield from _together(table, *rule.together)
        if rule.same:
            yield from _same(table, *rule.same)
    for field in resource.table_schema.fields:
        if field.natpatsip.unit:
            yield from _units(table, field.name, field.natpatsip.unit)
        if options.as_of and (field.name == options.period or field.natpatsip.form == "period"):
            yield from _no_later(table, field.name, options.as_of)
        if field.type == "datetime":
            yield from _other_offsets(table, field.name)


def _at_most(table: Table, low: str, high: str) -> Iterator[Fault]:
    """Yield the rows of a file in which one number is greater than another, which a declared rule makes its bound."""
    for place in table.sound:
        first, second = table.values[low][place], table.values[high][place]
        if first is not None and second is not None and first > second:
            yield Fault(
                f"{_found(table, place, low, high)}, expected {low} no greater than {high}.", _line(table, place), low
            )


def _together(table: Table, one: str, other: str) -> Iterator[Fault]:
    for place in table.sound:
        if bool(table.texts[one][place]) != bool(table.texts[other][place]):
            yield Fault(f"{_found(table, place, one, other)}, expected both or neither.", _line(table, place), other)


def _same(table: Table, one: str, other: str) -> Iterator[Fault]:
    """Yield the rows of a file that say something else of a subject than the first one, as is declared."""
    first: dict[str, tuple[int, str]] = {}
    for place, (subject, found) in zip(table.sound, table.named([one, other], table.sound), strict=True):
        line, expected = first.setdefault(subject, (table.lines[place], found))
        if found != expected:
            text = f'found "{found}" for {subject}, expected "{expected}" as in row {line}.'
            yield Fault(text, _line(table, place), other)


def _units(table: Table, value: str, unit: str) -> Iterator[Fault]:
    for place in table.sound:
        kind = table.texts[unit][place]
        if usual := unit_expected(kind):
            text = f'found "{kind}", expected "{usual}", with which the sign of a number is printed.'
            yield Fault(text, _line(table, place), unit)
        elif table.values[value][place] is not None and not value_fits(table.texts[value][place], kind):
            text = f"{_found(table, place, value, unit)}, expected {value_expected(kind)}."
            yield Fault(text, _line(table, place), value)


def _no_later(table: Table, period: str, as_of: str) -> Iterator[Fault]:
    """Yield rows about a period that begins after the quarter in which they were reported."""
    for place in table.sound:
        reported, about = table.values[as_of][place], table.values[period][place]
        start = first_month(about) if isinstance(about, str) else about
        if start and reported and is_quarter(reported) and is_after(start, Quarter.parse(reported)):
            text = f"{_found(table, place, period, as_of)}, expected {period} no later than {as_of}."
            yield Fault(text, _line(table, place), period)


def _other_offsets(table: Table, column: str) -> Iterator[Fault]:
    """Yield the first time that is told in another zone than the one before it: the same digits are another hour."""
    times = [(place, value) for place in table.sound if (value := table.values[column][place]) is not None]
    for place, value in times:
        if value.utcoffset() != times[0][1].utcoffset():
            first = _line(table, times[0][0])
            text = f"{_found(table, place, column)}, which is not in the time zone of row {first}. "
            yield Fault(text + "Save all times of the column in one, such as UTC.", _line(table, place), column)
            return


def _between_rows(table: Table, others: Mapping[str, bytes], package: Package) -> Iterator[Fault]:
    """Yield the rows of a file that are there twice, or refer to a row that does not exist."""
    schema = table.resource.table_schema
    unique = [schema.primary_key, *schema.unique_keys, *((f.name,) for f in schema.fields if f.constraints.unique)]
    for columns in dict.fromkeys(unique):
        yield from _twice(table, columns)
    yield from _totals(table)
    for field in schema.fields:
        if field.natpatsip.refers_to:
            yield from _unknown_parts(table, field, field.natpatsip.refers_to)
    for key in schema.foreign_keys:
        other = key.reference.resource
        if other in others and len(key.fields) > 1:
            rows = plain_file.parse(others[other], package.resource(other))
            yield from _unknown_rows(
                table, key.fields, set(rows.of(key.reference.fields)), package.resource(other).file
            )
        elif other in ("", table.resource.name) and not table.resource.natpatsip.kinds:  # else its parents' kinds count
            known = set(table.named(key.reference.fields, table.sound))
            yield from _unknown_rows(table, key.fields, known, "another row")


def _totals(table: Table) -> Iterator[Fault]:
    """Yield the organisation, if there is one, whose rows are the total of the others."""
    schema, options = table.resource.table_schema, table.resource.natpatsip
    policy = options.disclosure
    listed = [field.name for field in schema.fields if field.natpatsip.organisation]
    column = policy.geography if policy and policy.geography else next(iter(listed), "")
    if column not in table.values or options.kinds:
        return
    counts = [name for name in (policy.counts if policy else ()) if name in table.values]
    counts += [field.name for field in schema.fields if field.type == "integer" and field.name not in counts]
    names = [name or "" for name in table.values[column]]
    total, how = "" if column in listed else total_by_name(set(names)), "which is the name of a total"
    likely = likely_total(names, table.values[counts[0]]) if counts and not total else ""
    if likely:
        by = [name for name in dict.fromkeys((*schema.primary_key, options.as_of, options.period)) if name != column]
        groups = list(zip(*(table.texts[name] for name in by if name), strict=True)) or [()] * len(names)
        if is_sum_of_others(likely, names, groups, table.values[counts[0]]):
            total, how = likely, f"whose {counts[0]} is always the sum of the others"
    if total:
        text = f'found "{total}", {how}; expected organisations alone. {REMEDY}'
        yield Fault(text, table.lines[names.index(total)], column)


def _twice(table: Table, columns: Sequence[str]) -> Iterator[Fault]:
    """Yield the rows of a file that repeat what is declared to identify one."""
    first: dict[tuple[str, ...], int] = {}
    sound = table.sound if columns else []
    named = table.named(columns, sound)
    if len(set(named)) == len(named):  # as in nearly every file
        return
    for place, cells in zip(sound, named, strict=True):
        line = table.lines[place]
        before = first.setdefault(cells, line)
        if before != line and any(table.values[column][place] is not None for column in columns):
            yield Fault(f'found "{", ".join(cells)}", expected it once; row {before} has it too.', line, columns[-1])


def _unknown_parts(table: Table, field: DataField, column: str) -> Iterator[Fault]:
    known = {name for (name,) in table.named([column], table.sound)}
    for place in table.sound:
        for part in filter(None, table.texts[field.name][place].split(field.delimiter)):
            if part not in known:
                text = f'found "{part}", expected the {column} of another row.{nearest(part, known)}'
                yield Fault(text, _line(table, place), field.name)


def _unknown_rows(table: Table, columns: Sequence[str], known: set[tuple[str, ...]], where: str) -> Iterator[Fault]:
    """Yield the rows of a file that refer to a row that does not exist."""
    for place, cells in zip(table.sound, table.named(columns, table.sound), strict=True):
        if any(table.values[column][place] is not None for column in columns) and cells not in known:
            hint = nearest(cells[0], (row[0] for row in known)) if len(cells) == 1 else ""
            yield Fault(
                f'found "{", ".join(cells)}", expected it in {where}.{hint}', _line(table, place), ", ".join(columns)
            )


def _found(table: Table, place: int, *columns: str) -> str:
    return "found " + " and ".join(f"{column} {table.texts[column][place]}" for column in columns)


def _line(table: Table, place: int) -> int:
    return table.lines[place]
