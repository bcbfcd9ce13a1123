"""The counts that a dataset's policy protects, and whether published numbers are these counts, whatever their name.

A column's name may be changed, its values may not: numbers that agree with the raw counts of organisation after
organisation, or of one month after month, are these counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from natpatsip import datasets
from natpatsip.datasets.disclosure import SuppressionPolicy, nearest_multiple, policy
from natpatsip.datasets.loading import sound_rows
from natpatsip.datasets.validation import examine
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FEWEST_ORGANISATIONS = 3  # with as many different numbers that agree, before these are taken for the counts
FEWEST_PERIODS = 6
SAME = 1e-9


@dataclass(frozen=True)
class ProtectedCounts:
    """A dataset under a disclosure policy: its raw counts by organisation, in every sum that a report may show."""

    name: str
    rule: SuppressionPolicy
    frame: pd.DataFrame
    period: str
    aliases: Mapping[str, str]

    @classmethod
    def read(cls, name: str, quarter: Quarter, project: Path) -> ProtectedCounts:
        """Return a dataset's counts as they were known at the end of a quarter."""
        resource, rule = datasets.declared(project).resource(name), policy(name, project=project)
        frame = sound_rows(name, quarter=quarter, project=project)
        kind = resource.fields[rule.geography].natpatsip.organisation
        known = examine(name, project).organisations.get(kind, {})
        aliases = {alias.casefold(): own.name for own in known.values() for alias in own.aliases}
        return cls(name, rule, frame, resource.natpatsip.period, aliases)

    @cached_property
    def organisations(self) -> dict[str, int]:
        """The places of organisations by name or alias, in lower case."""
        names = sorted(self.frame[self.rule.geography].astype(str).unique())
        places = {name.casefold(): place for place, name in enumerate(names)}
        return {
            alias: places[own.casefold()] for alias, own in self.aliases.items() if own.casefold() in places
        } | places

    @cached_property
    def _keys(self) -> list[str]:
        """The columns that tell rows of one organisation apart."""
        left_out = {self.rule.geography, "provenance", *self.rule.counts}
        return [
            str(name)
            for name, column in self.frame.items()
            if name not in left_out and (name == self.period or column.dtype.kind not in "iuf")
        ]

    @cached_property
    def _by_quarter(self) -> pd.DataFrame:
        if not self.period or self.frame[self.period].dtype.kind != "M":
            return self.frame.iloc[:0]
        return self.frame.assign(**{self.period: self.frame[self.period].dt.to_period("Q").dt.to_timestamp()})

    @cached_property
    def sums(self) -> dict[str, Floats]:
        """The raw counts by column: a row for each organisation, a column for each sum that a report may show."""
        kept = [key for key in (self.period,) if key]
        parts = [
            (self.frame, self._keys),
            (self.frame, kept),
            (self.frame, [key for key in self._keys if key not in kept]),
            (self.frame, []),
        ]
        parts += [(self._by_quarter, self._keys), (self._by_quarter, kept)] if len(self._by_quarter) else []
        return {
            count: np.concatenate([self._pivot(frame, keys, count) for frame, keys in parts], axis=1)
            for count in self.rule.counts
            if count in self.frame
        }

    def _pivot(self, frame: pd.DataFrame, keys: Sequence[str], count: str) -> Floats:
        by = self.rule.geography
        summed = frame.groupby([by, *keys], observed=True)[count].sum(min_count=1)
        table = summed.unstack(list(keys)) if keys else summed.to_frame()
        return np.asarray(table.sort_index(), dtype=np.float64)

    @cached_property
    def series(self) -> dict[str, list[Floats]]:
        """The raw counts over time by column: a row for each series of one organisation, a column for each period."""
        if not self.period:
            return {}
        others = [key for key in self._keys if key != self.period]
        frames = [self.frame, self._by_quarter] if len(self._by_quarter) else [self.frame]
        return {
            count: [self._over_time(frame, keys, count) for frame in frames for keys in (others, [])]
            for count in self.rule.counts
            if count in self.frame
        }

    def _over_time(self, frame: pd.DataFrame, keys: Sequence[str], count: str) -> Floats:
        summed = frame.groupby([self.rule.geography, *keys, self.period], observed=True)[count].sum(min_count=1)
        return np.asarray(summed.unstack(self.period), dtype=np.float64)

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
        first = int(np.flatnonzero(known)[0])
        for count, found in self.series.items():
            for own in (each for each in found if each.shape[1] >= len(values)):
                windows = np.lib.stride_tricks.sliding_window_view(own, len(values), axis=1)
                alike = windows[np.abs(windows[:, :, first] - values[first]) < SAME]
                if (np.abs(alike - values) < SAME)[:, known].all(axis=1).any():
                    return count
        return ""

    def small_in_percentages(self, places: Sequence[int], values: Floats, decimals: int) -> Flags:
        """Return which organisations' percentages are of small raw counts; none unless all are of the raw counts."""
        none = np.zeros(len(values), dtype=np.bool_)
        known = ~np.isnan(values)
        if self.rule.percent is None or known.sum() < FEWEST_ORGANISATIONS or len(np.unique(values[known])) < 2:
            return none
        top, whole = (self.sums[column] for column in self.rule.percent)
        at, half = np.asarray(places)[known], 0.5 * 10.0**-decimals + SAME
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = 100 * top / whole
        agree = (np.abs(shares[at] - values[known][:, np.newaxis]) <= half).all(axis=0)
        found = none.copy()
        if agree.any():
            picked = int(np.flatnonzero(agree)[0])
            small = [(counts[at, picked] >= 1) & (counts[at, picked] <= self.rule.threshold) for counts in (top, whole)]
            found[known] = small[0] | small[1]
        return found
