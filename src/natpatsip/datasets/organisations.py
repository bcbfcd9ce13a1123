"""The organisations of ``data/organisations.csv``: their names and aliases, and when each was open.

Organisations open, close and merge. One that has closed has ``open_to``; one that came of a merger is a row of its own
with ``open_from``. An alias in a data file is read as the organisation's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from natpatsip.datasets.descriptor import DataField, Kind, Resource
from natpatsip.datasets.plain_file import Fault
from natpatsip.errors import nearest


@dataclass(frozen=True)
class Organisation:
    """An organisation: the names that it is known by, and the first and last day on which it was open."""

    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    open_from: date | None = None
    open_to: date | None = None

    @property
    def is_always_open(self) -> bool:
        """Whether no day is known on which the organisation opened or closed."""
        return self.open_from is None and self.open_to is None

    def is_open(self, first: date, last: date) -> bool:
        """Return True if the organisation was open for the whole of a period.

        Examples
        --------
        >>> north = Organisation("team", "North", open_to=date(2024, 7, 31))
        >>> north.is_open(date(2024, 7, 1), date(2024, 7, 31)), north.is_open(date(2024, 8, 1), date(2024, 8, 31))
        (True, False)
        """
        return (self.open_from is None or self.open_from <= first) and (self.open_to is None or last <= self.open_to)


Organisations = Mapping[str, Mapping[str, Organisation]]
"""By kind, then by name, in the order of the file."""


def from_columns(
    values: Mapping[str, list[Any]], positions: list[int], fields: Mapping[str, DataField]
) -> dict[str, dict[str, Organisation]]:
    """Return the organisations of the file's columns; aliases and days are optional columns."""
    delimiter = fields["aliases"].delimiter if "aliases" in fields else ","
    found: dict[str, dict[str, Organisation]] = {}
    for place in positions:
        row = {name: column[place] for name, column in values.items()}
        own = Organisation(
            row["kind"], row["name"], _aliases(row.get("aliases"), delimiter), row.get("open_from"), row.get("open_to")
        )
        found.setdefault(own.kind, {})[own.name] = own
    return found


def names_read(organisations: Mapping[str, Organisation]) -> dict[str, str]:
    """Return the names and aliases of organisations, each with the name that it is read as."""
    aliases = {alias: own.name for own in organisations.values() for alias in own.aliases}
    return aliases | {name: name for name in organisations}


def faults(
    values: Mapping[str, list[Any]], lines: list[int], positions: list[int], resource: Resource
) -> Iterator[Fault]:
    """Yield what contradicts another organisation: unknown kinds and parents, an alias of two, days out of order."""
    kinds, known = resource.natpatsip.kinds, from_columns(values, positions, resource.fields)
    taken: dict[tuple[str, str], str] = {(kind, name): name for kind, own in known.items() for name in own}
    for place in positions:
        kind, name, line = values["kind"][place], values["name"][place], lines[place]
        if kind not in kinds:
            yield Fault(f'found "{kind}", expected one of {", ".join(kinds)}.{nearest(kind, kinds)}', line, "kind")
            continue
        if "parent" in values:
            yield from _parent_faults(values["parent"][place], kinds[kind].parent, known, kinds, line)
        for alias in known[kind][name].aliases:
            other = taken.setdefault((kind, alias), name)
            if other != name or alias == name:
                yield Fault(
                    f'found "{alias}", which is a name or an alias of {other} too. Leave it in one row.',
                    line,
                    "aliases",
                )
        start, end = (values[column][place] if column in values else None for column in ("open_from", "open_to"))
        if start and end and start > end:
            yield Fault(f"found {start} to {end}, expected an organisation to open before it closes.", line, "open_to")


def _parent_faults(
    parent: str | None, expected: str, known: Organisations, kinds: Mapping[str, Kind], line: int
) -> Iterator[Fault]:
    if not expected:
        if parent:
            yield Fault(
                f'found "{parent}", expected nothing: organisations of this kind have no parent.', line, "parent"
            )
    elif parent not in known.get(expected, {}):
        names = known.get(expected, {})
        text = f'found "{parent or ""}", expected the name of {kinds[expected].label}.{nearest(parent or "", names)}'
        yield Fault(text, line, "parent")


def _aliases(cell: str | None, delimiter: str) -> tuple[str, ...]:
    return tuple(filter(None, (alias.strip() for alias in (cell or "").split(delimiter))))
