"""Rows that no measure can be made of: impossible counts, rates in several rows, a total among organisations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.datasets.descriptor import Resource
from natpatsip.datasets.total_rows import REMEDY, is_sum_of_others, likely_total, total_by_name
from natpatsip.errors import DataError
from natpatsip.measures.definitions import CONTROL_CHARTS, Definition
from natpatsip.measures.measures_file import Measures
from natpatsip.quarter import Quarter

MOST_SHOWN = 3  # rows that a message names


@dataclass(frozen=True)
class RowChecks:
    """The checks of the rows of one measure; each raises a DataError with the place of the measure and of the rows."""

    measures: Measures
    id: str
    resource: Resource  # the measure's dataset

    @property
    def _own(self) -> Definition:
        return self.measures.by_id[self.id]

    @property
    def _period(self) -> str:
        return self.resource.natpatsip.period

    def refuse_impossible(self, rows: pd.DataFrame) -> None:
        """Refuse rows that no measure's sum may hold, with the months and organisations of the first ones."""
        own, period = self._own, self._period
        if own.is_share:
            over = rows[own.numerator] > rows[own.denominator]
            self._refuse(rows, over, [own.numerator, own.denominator], "a numerator is above its denominator")
        if own.chart == "u":
            nowhere = (rows[own.numerator] > 0) & (rows[own.denominator] == 0)
            self._refuse(rows, nowhere, [own.numerator, own.denominator], "something is counted of a denominator of 0")
        if own.chart in CONTROL_CHARTS[1:]:
            for column in own.counts:
                counts = rows[column]
                is_amount = own.chart == "u" and column == own.denominator
                self._refuse(rows, counts < 0, [column], "a count is below 0")
                self._refuse(rows, (counts % 1 > 0) & (not is_amount), [column], "a count is not a whole number")
        if own.is_rate and rows[period].duplicated().any():
            at = self._at(rows[rows[period].duplicated()].iloc[0])
            raise DataError(
                f"{self.measures.place(self.id, 'value')}: {rows.attrs['file']} has several rows {at}, "
                f"and values in {own.unit} cannot be added up. Filter one of them, or give numerator and denominator."
            )

    def refuse_total(self, rows: pd.DataFrame) -> None:
        """Refuse rows of a total among those of the organisations, which the measure would count twice."""
        own = self._own
        if not own.by:
            return
        names = rows[own.by]
        is_listed = bool(self.resource.fields[own.by].natpatsip.organisation)
        total, how = "" if is_listed else total_by_name(set(map(str, names.unique()))), "is the name of a total"
        if not total and own.counts:
            sums = rows.groupby(names)[own.counts[0]].sum()
            likely = likely_total([*map(str, sums.index)], sums.tolist())
            if likely and is_sum_of_others(
                likely, [*map(str, names)], list(rows[self._period]), list(rows[own.counts[0]].fillna(0))
            ):
                total, how = likely, "is always the sum of the others"
        if total:
            raise DataError(
                f'{self.measures.place(self.id, "by")}: the column {own.by} of {rows.attrs["file"]} has "{total}", '
                f"which {how}; expected organisations alone. {REMEDY}"
            )

    def _refuse(self, rows: pd.DataFrame, is_wrong: pd.Series[bool], columns: list[str], what: str) -> None:
        """Refuse the measure's wrong rows, if there are any, with what some columns have in the first of them."""
        wrong = rows[is_wrong]
        if wrong.empty:
            return
        found = [
            f"{' and '.join(f'{column} {row[column]:g}' for column in columns)} {self._at(row)}"
            for _, row in wrong.head(MOST_SHOWN).iterrows()
        ]
        more = f" and {len(wrong) - MOST_SHOWN} more" if len(wrong) > MOST_SHOWN else ""
        raise DataError(
            f"{self.measures.place(self.id)}: {what} in {rows.attrs['file']}: "
            f"{'; '.join(found)}{more}. Correct the rows, or the columns that the measure names."
        )

    def _at(self, row: Any) -> str:
        day = row[self._period]
        if self._own.is_between_events:
            when = f"on {wording.date(day)}"
        else:
            when = f"in {wording.month(day) if hasattr(day, 'strftime') else Quarter.parse(day).label}"
        return when + (f" ({row[self._own.by]})" if self._own.by else "")
