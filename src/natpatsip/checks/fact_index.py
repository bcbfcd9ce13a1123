"""What is known of a fact and of a chart: its value, and the place that says it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from natpatsip.checks.findings import Finding
from natpatsip.checks.places import Place, numbered, place_of
from natpatsip.checks.relations import Operand
from natpatsip.checks.rules import reported_rows
from natpatsip.facts import parse_value, printed
from natpatsip.quarter import FORM

if TYPE_CHECKING:
    from natpatsip.checks.check_context import Material

ALL, IN_QUARTER = "*", " (quarter)"


@dataclass(frozen=True)
class KnownFact:
    """A fact's value with its place: a cell of a notebook, or a line of a file."""

    id: str
    period: str
    value: float
    text: str
    unit: str
    where: str
    place: Place | None = None

    @property
    def operand(self) -> Operand:
        """The fact as relations see it."""
        return Operand(f"{self.id} ({self.period})", self.value, self.text, self.where)

    def finding(self, check: str, message: str, *, found: str = "", expected: str = "") -> Finding:
        """Return a finding about it, at its place."""
        if self.place:
            return self.place.finding(check, message, fact=self.id, found=found, expected=expected)
        return Finding(check, message, self.where, fact=self.id, found=found, expected=expected)


class Known:
    """Looks facts up: in the executed notebooks, the reported data, the params, the builds of earlier quarters."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def fact(self, name: str, period: str) -> KnownFact | None:
        """Return a fact that has a number for its value, or None where nothing known gives it for that period."""
        return (
            self._published(name, period)
            or self._reported(name, period)
            or self._decided(name, period)
            or (self._built(name, period))
        )

    def _published(self, name: str, period: str) -> KnownFact | None:
        fact = self._material.facts.get((name, period))
        if fact is None or not fact.section or not isinstance(fact.value, int | float):
            return None
        place = self._cells.get((fact.section, fact.cell))
        where = place.where if place else f"notebooks/{fact.section}.ipynb"
        return KnownFact(name, period, float(fact.value), fact.text, fact.unit, where, place)

    @cached_property
    def _cells(self) -> dict[tuple[str, str], Place]:
        return {
            (name, str(cell.get("id", ""))): place_of(name, number, cell)
            for name, content in self._material.executed.items()
            for number, cell in numbered(content)
        }

    @cached_property
    def _rows(self) -> dict[tuple[str, str], tuple[int, dict[str, str]]]:
        """The newest reported row of each fact and period, as of the quarter, with its line in the file."""
        found: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
        for line, row in enumerate(reported_rows(self._material.plan.project), start=2):
            key = row["fact_id"], row["period"]
            if row["as_of"] <= str(self._material.quarter) and (
                key not in found or found[key][1]["as_of"] <= row["as_of"]
            ):
                found[key] = line, row
        return found

    def _reported(self, name: str, period: str) -> KnownFact | None:
        line, row = self._rows.get((name, period), (0, {}))
        return _number(name, period, row, f"data/reported.csv, row {line}") if row else None

    def of_the_quarter(self) -> list[KnownFact]:
        """Return the facts that came in for the quarter: rows reported in it, and values of its params."""
        now = str(self._material.quarter)
        rows = [(name, period) for (name, period), (_, row) in self._rows.items() if row["as_of"] == now]
        decided = [(name, value.period) for name, value in self._material.plan.params.values.items()]
        return [known for key in (*rows, *decided) if (known := self._reported(*key) or self._decided(*key))]

    def reported_before(self, name: str, period: str) -> KnownFact | None:
        """Return what was reported of a fact before this quarter: of the period, or of its own quarter then."""
        before = str(self._material.quarter.previous())
        for line, row in enumerate(reported_rows(self._material.plan.project), start=2):
            if row["fact_id"] == name and row["as_of"] == before and row["period"] == period:
                return _number(name, period, row, f"data/reported.csv, row {line}")
        return None

    def _decided(self, name: str, period: str) -> KnownFact | None:
        decided = self._material.plan.params.values.get(name)
        if decided is None or decided.period != period:
            return None
        where = f"params/{self._material.quarter}.yml, {name}"
        return KnownFact(name, period, decided.value, printed(decided.value, decided.unit), decided.unit, where)

    def _built(self, name: str, period: str) -> KnownFact | None:
        if not FORM.fullmatch(period) or period >= str(self._material.quarter):  # a later one changes no earlier one
            return None
        file = f"reports/{period}/facts.csv"
        row = self._built_rows(file).get((name, period))
        return _number(name, period, row[1], f"{file}, row {row[0]}") if row else None

    def _built_rows(self, name: str) -> dict[tuple[str, str], tuple[int, dict[str, str]]]:
        if name not in self._read:
            file = self._material.plan.project / name
            rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else ()
            self._read[name] = {(row["id"], row["period"]): (line, dict(row)) for line, row in enumerate(rows, start=2)}
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, dict[tuple[str, str], tuple[int, dict[str, str]]]]:
        return {}

    def charted(self, figure: str, column: str) -> Operand | None:
        """Return what a chart shows in its last row: a column, or the sum of all numbers with ``*``.

        A column with `` (quarter)`` after it is summed over the last three rows, the months of the quarter.
        """
        if figure not in self._material.figures:
            return None
        place, record = self._material.figures[figure]
        rows = list(csv.DictReader(io.StringIO(record["data"])))
        name = column.removesuffix(IN_QUARTER)
        shown = rows[-3:] if column.endswith(IN_QUARTER) else rows[-1:]
        if not rows or (name != ALL and name not in rows[0]):
            return None
        values = [
            value
            for row in shown
            for key, text in row.items()
            if name in (ALL, key) and (value := _value(text)) is not None
        ]
        total = sum(values)
        return Operand(f"{figure}: {column}", total, printed(total, ""), place.where)


def _number(name: str, period: str, row: Mapping[str, Any], where: str) -> KnownFact | None:
    value = parse_value(row["value"], row["unit"])
    if not isinstance(value, int | float):
        return None
    return KnownFact(name, period, float(value), printed(value, row["unit"]), row["unit"], where)


def _value(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
