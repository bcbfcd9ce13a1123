"""Small numbers that a dataset's disclosure policy should have hidden, and hidden ones that others give away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from natpatsip import datasets
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding, Place
from natpatsip.checks.published_tables import PublishedTable, tables_in
from natpatsip.datasets.completeness import DATA
from natpatsip.datasets.validation import examine
from natpatsip.files import memory
from natpatsip.files.digests import key, sha256, sha256_of, sha256_of_folder
from natpatsip.files.memory import Same

if TYPE_CHECKING:
    from natpatsip.checks.raw_counts import RawCounts
    from natpatsip.checks.table_cells import Names


def check(context: CheckContext) -> list[Finding]:
    """Return the small numbers in everything that the executed notebooks carry: tables, charts, downloads, facts."""
    if not context.protected:
        return []
    cells = [_Cell(place, cell) for place, cell in context.cells(all_quarters=True)]
    facts = key(
        *(f"{fact.record()} {context.places.get((fact.section, fact.cell))}" for fact in context.facts.values())
    )
    found: dict[Finding, None] = {}
    for name in context.protected:
        counts = _ProtectedCounts(name, context)
        for cell in cells:
            found |= dict.fromkeys(counts.found(partial(counts.in_cell, cell), cell.place, cell.digest))
        found |= dict.fromkeys(counts.found(counts.in_facts, facts))
    return list(found)


@dataclass(frozen=True)
class _Cell:
    """A cell with its place, and what is read of it for several datasets."""

    place: Place
    content: Any

    @cached_property
    def digest(self) -> str:
        return memory.once(lambda: sha256(json.dumps(self.content)), "digest of a cell", Same(self.content))

    @cached_property
    def tables(self) -> list[PublishedTable]:
        return list(tables_in(self.place, self.content))


class _ProtectedCounts:
    """The counts of a dataset, and where they are found; read, with NumPy, only for what has changed since a build."""

    def __init__(self, name: str, context: CheckContext) -> None:
        self.name, self._context, project = name, context, context.project
        self._file = datasets.declared(project).resource(name).file
        data = sha256_of(project / self._file), sha256_of_folder(project / DATA)
        self._made_of = key("small numbers", name, context.quarter, context.settings.labels, *data)

    def found(self, find: Callable[[], Iterable[Finding]], *made_of: object) -> Iterator[Finding]:
        """Yield the small numbers that are found, as an earlier build may have found them."""
        saved = self._context.saved.once(lambda: [astuple(each) for each in find()], self._made_of, *made_of)
        yield from (Finding(*each) for each in saved)

    def in_cell(self, cell: _Cell) -> Iterable[Finding]:
        """Return the small numbers that a cell carries and should not."""
        if not cell.tables and not cell.content.get("outputs"):
            return ()
        from natpatsip.checks import counts_shown

        return counts_shown.in_cell(cell.place, cell.content, cell.tables, self._counts, self._names)

    def in_facts(self) -> Iterable[Finding]:
        """Return the facts that are small numbers, and should not be published."""
        from natpatsip.checks import counts_shown

        return counts_shown.in_facts(self._context.facts.values(), self._context.places, self._counts, file=self._file)

    @cached_property
    def _names(self) -> Names:
        from natpatsip.checks import counts_shown

        return counts_shown.names_of(self._counts, self._context.project, self._context.settings.labels)

    @cached_property
    def _counts(self) -> RawCounts:
        from natpatsip.checks.raw_counts import RawCounts

        name, quarter, project = self.name, self._context.quarter, self._context.project
        made_of = (name, quarter, project, Same(examine(name, project)), Same(datasets.declared(project)))
        return memory.once(lambda: RawCounts.read(name, quarter, project), "protected counts", *made_of)
