"""Counts that were suppressed before they came into the data: they are not known here, but are not missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from natpatsip import datasets
from natpatsip.datasets.disclosure import policy
from natpatsip.datasets.validation import examine
from natpatsip.measures.measured_series import MeasuredSeries
from natpatsip.quarter import Quarter

SUPPRESSED = "suppressed"  # what a declaration calls such a missing value


def suppressed_points(
    measure: MeasuredSeries, column: str, names: Sequence[str], dates: pd.DatetimeIndex, *, is_by_quarter: bool
) -> npt.NDArray[np.bool_]:
    """Return which points have a suppressed count: a row for each organisation, a column for each date.

    A point of a quarter's months has one where any of its months has.
    """
    own, here = measure.definition, measure.here
    resource = datasets.declared(here.project).resource(own.dataset)
    flags = np.zeros((len(names), len(dates)), dtype=np.bool_)
    if column not in resource.fields:
        return flags
    suppressed = _suppressed_rows(measure, column)
    if not any(suppressed):
        return flags
    rows = measure.rows.loc[suppressed, [own.by, resource.natpatsip.period]]
    for name, period in rows.itertuples(index=False):
        at = dates.get_indexer(pd.DatetimeIndex([_point_of(period, is_by_quarter=is_by_quarter)]))[0]
        if at >= 0:
            flags[names.index(str(name)), at] = True
    return flags


def _suppressed_rows(measure: MeasuredSeries, column: str) -> list[bool]:
    """Return which rows have the mark of the dataset's policy, or a missing value that is declared as *suppressed*."""
    own, here = measure.definition, measure.here
    table = examine(own.dataset, here.project)
    labels = table.resource.table_schema.missing(table.resource.fields[column])
    marks = {mark for mark, label in labels.items() if label == SUPPRESSED}
    marks |= {policy(own.dataset, project=here.project).symbol} & labels.keys()
    if not marks:
        return [False] * len(measure.rows)
    known = table.known_by(here.quarter, table.sound)
    return [table.texts[column][known[place]] in marks for place in measure.rows.index]


def _point_of(period: Any, *, is_by_quarter: bool) -> pd.Timestamp:
    """Return the date of the measure's point that a period of the data is in."""
    if isinstance(period, str):
        return pd.Timestamp(Quarter.parse(period).first_month)
    return pd.Timestamp(Quarter.of(period.date()).last_month) if is_by_quarter else pd.Timestamp(period)
