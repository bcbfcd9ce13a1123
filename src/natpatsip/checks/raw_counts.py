"""The counts that a dataset's policy protects, and whether published numbers are these counts, whatever their name.

A column's name may be changed, its values may not: numbers that agree with the raw counts of organisation after
organisation, or of one month after month, are these counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from natpatsip import datasets
from natpatsip.datasets.descriptor import NUMERIC
from natpatsip.datasets.disclosure import SuppressionPolicy, nearest_multiple, policy
from natpatsip.datasets.validation import examine
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from pathlib import Path

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

FEWEST_ORGANISATIONS = 3  # with as many different numbers that agree, before these are taken for the counts
FEWEST_PERIODS = 6
SAME = 1e-9
NOT_TEXT = (*NUMERIC, "boolean", "year", "yearmonth", "date", "datetime")


@dataclass(frozen=True, eq=False)
class RawCounts:
    """A dataset under a disclosure policy: its raw counts by organisation, in every sum that a report may show.

    Its ``columns`` are those of counts and those by which rows are told apart. NumPy sums them, since a build that
    checks its notebooks would import pandas for nothing else.
    """

    name: str
    rule: SuppressionPolicy
    columns: Mapping[str, Sequence[Any]]
    period: str
    aliases: Mapping[str, str]

    @classmethod
    def read(cls, name: str, quarter: Quarter, project: Path) -> RawCounts:
        """Return a dataset's counts as they were known at the end of a quarter, from its rows without a fault.

        What is wrong with the file, or missing from it, is reported where a notebook reads it.
        """
        resource, rule = datasets.declared(project).resource(name), policy(name, project=project)
        table, period = examine(name, project), resource.natpatsip.period
        places = table.known_by(quarter, table.sound)
        counted = {rule.geography, period, *rule.counts}
        columns = {
            column: [table.values[column][place] for place in places]
            for column, field in resource.fields.items()
            if column in counted or field.type not in NUMERIC
        }
        for column, field in resource.fields.items():
            if field.type not in NOT_TEXT and column in columns:
                columns[column] = ["" if value is None else str(value) for value in columns[column]]
        known = table.organisations.get(resource.fields[rule.geography].natpatsip.organisation, {})
        aliases = {alias.casefold(): own.name for own in known.values() for alias in own.aliases}
        return cls(name, rule, columns, period, aliases)

    @cached_property
    def _names(self) -> list[str]:
        return sorted({str(name) for name in self.columns[self.rule.geography]})

    @cached_property
    def organisations(self) -> dict[str, int]:
        """The places of organisations in the raw counts by name or alias, in lower case."""
        places = {name.casefold(): place for place, name in enumerate(self._names)}
        return {
            alias: places[own.casefold()] for alias, own in self.aliases.items() if own.casefold() in places
        } | places

    @cached_property
    def _keys(self) -> list[str]:
        """The columns that tell raw counts of one organisation apart."""
        left_out = {self.rule.geography, "provenance", *self.rule.counts}
        return [name for name in self.columns if name not in left_out]

    @cached_property
    def _quarters(self) -> Sequence[Any]:
        """The quarter of each raw count's period; nothing if periods are not dates."""
        periods = self.columns.get(self.period, ())
        if not any(isinstance(period, date) for period in periods):
            return ()
        return [period and date(period.year, 3 * ((period.month - 1) // 3) + 1, 1) for period in periods]

    @cached_property
    def _organisation_codes(self) -> Codes:
        places = {name: place for place, name in enumerate(self._names)}
        return np.array([places[str(name)] for name in self.columns[self.rule.geography]], dtype=np.int64)

    @cached_property
    def _counts(self) -> dict[str, Floats]:
        found = {name: self.columns[name] for name in self.rule.counts if name in self.columns}
        return {name: np.array(values, dtype=np.float64) for name, values in found.items()}

    @cached_property
    def sums(self) -> dict[str, Floats]:
        """Raw counts that no table may give away, by column: a row for each organisation, a column for each sum."""
        kept = [key for key in (self.period,) if key]
        parts = [
            self._groups(self._keys),
            self._groups(kept),
            self._groups([key for key in self._keys if key not in kept]),
            self._groups([]),
        ]
        parts += [self._groups(keys, by_quarter=True) for keys in (self._keys, kept)] if self._quarters else []
        rows, size = self._organisation_codes, len(self._names)
        return {
            count: np.concatenate([_summed(rows, size, groups, values) for groups in parts], axis=1)
            for count, values in self._counts.items()
        }

    @cached_property
    def series(self) -> dict[str, list[Floats]]:
        """The raw counts over time by column: a row for each series of one organisation, a column for each period."""
        if not self.period:
            return {}
        others = [key for key in self._keys if key != self.period]
        found: dict[str, list[Floats]] = {}
        for count, values in self._counts.items():
            for by_quarter in (False, True) if self._quarters else (False,):
                periods = self._groups([self.period], by_quarter=by_quarter)
                for keys in (others, []):
                    owners = _combined([self._organisation_codes, self._groups(keys)])
                    found.setdefault(count, []).append(_summed(owners, _size(owners), periods, values))
        return found

    def _groups(self, keys: Sequence[str], *, by_quarter: bool = False) -> Codes:
        """Return the number of each row's group, in order of what some columns hold; -1 for rows that lack one."""
        held = [self._quarters if by_quarter and key == self.period else self.columns[key] for key in keys]
        return _combined([np.zeros(len(self._organisation_codes), dtype=np.int64), *map(_codes, held)])

    # What published numbers are

    def is_of_organisations(self, places: Sequence[int], values: Floats) -> str:
        """Return the column whose counts some organisations' values are, as they are or only rounded; empty if none."""
        known = ~np.isnan(values)
        if known.sum() < FEWEST_ORGANISATIONS or len(np.unique(values[known])) < FEWEST_ORGANISATIONS:
            return ""
        at = np.asarray(places)[known]
        for count, sums in self.sums.items():
            for each in (sums, nearest_multiple(sums, self.rule.base)):
                if (np.abs(each[at] - values[known][:, np.newaxis]) < SAME).all(axis=0).any():
                    return count
        return ""

    def has_any(self, count: str, places: Sequence[int], values: Floats) -> bool:
        """Return True if a value above 0 is a count of its organisation, as it is or only rounded."""
        if count not in self.sums:
            return False
        own, given = self.sums[count][np.asarray(places)], values[:, np.newaxis]
        shown = (own, nearest_multiple(own, self.rule.base))
        return any(bool(((given > 0) & (np.abs(each - given) < SAME)).any()) for each in shown)

    def is_of_one(self, values: Floats) -> str:
        """Return the column whose counts of one organisation are values of consecutive periods; empty if none."""
        known = ~np.isnan(values)
        if known.sum() < FEWEST_PERIODS or len(np.unique(values[known])) < 3 or len(self.organisations) < 2:
            return ""
        for count, found in self.series.items():
            if any(_run(own, values, known, within=SAME) for own in found):
                return count
        return ""

    def small_in_percentages(self, places: Sequence[int], values: Floats, decimals: int) -> Flags:
        """Return which organisations' percentages are of small raw counts; none unless all are of the raw counts."""
        known = ~np.isnan(values)
        if self.rule.percent is None or known.sum() < FEWEST_ORGANISATIONS or len(np.unique(values[known])) < 2:
            return np.zeros(len(values), dtype=np.bool_)
        at = np.asarray(places)[known]
        top, whole = (self.sums[column][at] for column in self.rule.percent)
        agree = (np.abs(_percent(top, whole) - values[known][:, np.newaxis]) <= _half_of_last(decimals)).all(axis=0)
        found = np.zeros(len(values), dtype=np.bool_)
        if agree.any():
            picked = int(np.argmax(agree))
            found[known] = self._is_small(top[:, picked], whole[:, picked])
        return found

    def small_in_percentages_of_one(self, values: Floats, decimals: int) -> Flags:
        """Return the same of one organisation's percentages, of consecutive periods."""
        known = ~np.isnan(values)
        found = np.zeros(len(values), dtype=np.bool_)
        is_enough = known.sum() >= FEWEST_PERIODS and len(np.unique(values[known])) > 1 and len(self.organisations) > 1
        if is_enough:
            for tops, wholes, percentages in self._percentages:
                if run := _run(percentages, values, known, within=_half_of_last(decimals)):
                    found[known] |= self._is_small(tops[run], wholes[run])
        return found

    @cached_property
    def _percentages(self) -> list[tuple[Floats, Floats, Floats]]:
        """The numerators and the denominators over time, with their percentages; none if the policy names none."""
        top, whole = (self.series.get(column, []) for column in self.rule.percent or ("", ""))
        pairs = [(tops, wholes) for tops, wholes in zip(top, whole, strict=True) if tops.shape == wholes.shape]
        return [(tops, wholes, _percent(tops, wholes)) for tops, wholes in pairs]

    def _is_small(self, top: Floats, whole: Floats) -> Flags:
        """Return which percentages are of small counts."""
        small: Flags = (top >= 1) & (top <= self.rule.threshold) | (whole >= 1) & (whole <= self.rule.threshold)
        return small


def _run(series: Floats, values: Floats, known: Flags, *, within: float) -> tuple[Codes, Codes] | None:
    """Return the places of the first run of consecutive periods in which a series has all known values; None if none.

    Where the first of them is decides for nearly all: the others are compared there alone.
    """
    at = np.flatnonzero(known)
    starts = max(series.shape[1] - len(values) + 1, 0)
    rows, first = np.nonzero(np.abs(series[:, at[0] : at[0] + starts] - values[at[0]]) <= within)
    columns = first[:, np.newaxis] + at
    agree = np.flatnonzero((np.abs(series[rows[:, np.newaxis], columns] - values[known]) <= within).all(axis=1))
    return (rows[agree[0]], columns[agree[0]]) if len(agree) else None


def _percent(top: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * top / whole


def _half_of_last(decimals: int) -> float:
    """Return how far a percentage can be from the one that is printed with some decimals."""
    return 0.5 * 10.0**-decimals + SAME


def _codes(values: Iterable[Any]) -> Codes:
    """Return codes of what raw counts are grouped by: the place of each value among all, in order; -1 for none."""
    listed = list(values)
    places = {value: place for place, value in enumerate(sorted({value for value in listed if value is not None}))}
    return np.array([-1 if value is None else places[value] for value in listed], dtype=np.int64)


def _combined(codes: Sequence[Codes]) -> Codes:
    """Return one code for each combination of raw counts' groups, in the same order; -1 where one of them is."""
    combined = codes[0]
    for each in codes[1:]:
        is_lacking = (combined < 0) | (each < 0)
        combined = np.where(is_lacking, -1, combined * _size(each) + each)
        _, inverse = np.unique(combined[~is_lacking], return_inverse=True)
        combined = np.full(len(combined), -1, dtype=np.int64)
        combined[~is_lacking] = inverse
    return combined


def _size(codes: Codes) -> int:
    return int(codes.max(initial=-1)) + 1


def _summed(rows: Codes, size: int, columns: Codes, values: Floats) -> Floats:
    """Return the sums of raw counts by row and column; not a number where there is none."""
    width = _size(columns)
    known = ~np.isnan(values) & (rows >= 0) & (columns >= 0)
    cells = (rows * width + columns)[known]
    sums: Floats = np.bincount(cells, weights=values[known], minlength=size * width).astype(np.float64)
    sums[np.bincount(cells, minlength=size * width) == 0] = np.nan
    return sums.reshape(size, width)
