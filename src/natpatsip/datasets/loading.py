"""Loading a dataset as it was known at the end of a quarter."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from natpatsip import context
from natpatsip.datasets.coverage import missing_rows
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.descriptor import INFERRED, NOT_STATED, TIMES, DataField, Resource
from natpatsip.datasets.sums import PERIOD
from natpatsip.datasets.validation import Table, examine, raise_faults
from natpatsip.errors import ReportError
from natpatsip.quarter import Quarter
from natpatsip.wording import listing

RECORD = "application/vnd.natpatsip.dataset+json"
READ_FIRST = 20_000_000  # bytes, which take about ten seconds; a notebook's process is waited for a minute


def load(
    name: str, *, quarter: Quarter | str | None = None, project: Path | None = None, is_shown: bool = True
) -> pd.DataFrame:
    """Read a dataset as it was known at the end of a quarter.

    Rows reported later (``as_of``) and rows about later months or quarters are left out; of what was reported more than
    once, the latest counts. What was read is recorded in the notebook's outputs.

    Parameters
    ----------
    name : str
        A resource of ``data/datapackage.yaml``.
    quarter : Quarter, optional
        By default the notebook's own.
    project : Path, optional
        By default the project that the notebook is in.
    is_shown : bool
        Whether the notebook shows what was read.

    Returns
    -------
    DataFrame
        The declared columns: months and days as timestamps, numbers as numbers, all else as text, an organisation's
        alias replaced by its name. A missing number is not a number, never 0; a missing text is empty. ``attrs`` has
        the ``file``, its ``provenance``, the declared ``period``, and how many cells are ``missing`` for which reason.

    Raises
    ------
    DataError
        If the dataset is not declared.
    DataFileError
        If the file is missing or breaks its declaration; all problems are named with row and column.
    """
    if quarter is None or project is None:
        here = context.current()
        quarter, project = quarter or here.quarter, project or here.project
    parsed = quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter)
    return _recorded(examine(name, project), parsed, is_shown=is_shown)


def _recorded(table: Table, quarter: Quarter, *, is_shown: bool) -> pd.DataFrame:
    """Return the rows of a dataset that were known at the end of a quarter, and record that they were read."""
    resource, (rows, missing, source) = table.resource, _known_by(quarter, table)
    frame = rows.copy(deep=False)  # pandas copies what is written to
    found = {PERIOD: resource.natpatsip.period, "missing": missing}
    frame.attrs = {"file": resource.file, "provenance": source} | {key: each for key, each in found.items() if each}
    context.READ[resource.file] = source
    payload = {"file": resource.file, "sha256": table.sha256, "rows": len(frame), "provenance": source}
    count = f"{len(frame):,} {'row' if len(frame) == 1 else 'rows'}"
    text = f"{resource.file}: {count}, {source}, as known at the end of {quarter.label}"
    context.record(RECORD, payload, text + _missing_in_words(missing) if is_shown else "")
    return frame


def find(name: str, *, quarter: Quarter, project: Path, **key: str) -> pd.DataFrame:
    """Return the rows of a dataset that have certain texts, as `load` reads it; what was read is recorded."""
    table = examine(name, project)
    frame = _recorded(table, quarter, is_shown=False)
    places = _by_key(quarter, table, tuple(key)).get(tuple(key.values()))
    return frame.iloc[places] if places else frame.head(0)


@lru_cache(maxsize=16)
def _by_key(quarter: Quarter, table: Table, columns: tuple[str, ...]) -> dict[tuple[str, ...], list[int]]:
    """Return the places of a dataset's rows by what some columns hold."""
    rows, _, _ = _known_by(quarter, table)
    found: dict[tuple[str, ...], list[int]] = {}
    for place, key in enumerate(zip(*(rows[column] for column in columns), strict=True)):
        found.setdefault(key, []).append(place)
    return found


def read_all(project: Path, quarter: Quarter | str) -> list[str]:
    """Read the datasets of a project as they were known at the end of a quarter, so that `load` finds what they hold.

    It returns the names of those that could be read. Errors are left to `load`, which raises them again. So are files
    that would exceed `READ_FIRST` together: every notebook would wait for them, and perhaps none reads them.
    """
    parsed, room = quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter), READ_FIRST
    found: list[str] = []
    for resource in declared(project).resources:
        file = project / resource.file
        if resource.given_schema is None or not file.is_file() or (size := file.stat().st_size) > room:
            continue
        room -= size
        with contextlib.suppress(ReportError):
            _known_by(parsed, examine(resource.name, project))
            found.append(resource.name)
    return found


def provenance(name: str, *, quarter: Quarter | str | None = None, project: Path | None = None) -> str:
    """Return "reported", "illustrative", "mixed" or "not stated": what the rows of a dataset are."""
    return str(load(name, quarter=quarter, project=project, is_shown=False).attrs["provenance"])


@lru_cache(maxsize=64)
def _known_by(quarter: Quarter, table: Table) -> tuple[pd.DataFrame, dict[str, dict[str, int]], str]:
    """Return the rows of a file that were known at the end of a quarter, with their provenance.

    Between them, how many cells are missing for which reason.
    """
    faults = (
        missing_rows(table, table.known_by(quarter, range(len(table.lines))), quarter) if table.is_identified else ()
    )
    raise_faults(table, list(faults))
    places = table.known_by(quarter, table.sound)
    frame = _frame(table, places)
    missing = {name: found for name in table.resource.fields if (found := _missing(name, table, places))}
    return frame, missing, _provenance_of(frame, table.resource)


def _frame(table: Table, places: list[int]) -> pd.DataFrame:
    return pd.DataFrame({name: _column(field, table, places) for name, field in table.resource.fields.items()})


def _column(field: DataField, table: Table, places: list[int]) -> pd.Series[Any]:
    """Return a column of some rows of a dataset as pandas has it."""
    values, texts = (_of_rows(columns[field.name], table, places) for columns in (table.values, table.texts))
    has_gaps = None in values
    if field.type in TIMES:
        numbers, known = pd.factorize(np.array(texts, dtype=object))  # a column repeats its days: each is read once
        by_text = dict(zip(texts, values, strict=True))
        written = [value and value.isoformat() for value in map(by_text.get, known)]
        return pd.to_datetime(pd.Series(written, dtype=object), format="ISO8601").take(numbers).reset_index(drop=True)
    if field.type in ("integer", "year", "number"):
        return pd.Series(values, dtype="float64" if has_gaps or field.type == "number" else "int64")
    if field.type == "boolean":
        return pd.Series(values, dtype="boolean" if has_gaps else "bool")
    return pd.Series(["" if value is None else str(value) for value in values] if has_gaps else values, dtype="str")


def _of_rows(column: Sequence[Any], table: Table, places: list[int]) -> Sequence[Any]:
    """Return the cells of a dataset's column in some rows."""
    return column if table.has_only(places) else [column[place] for place in places]


def _missing(name: str, table: Table, places: list[int]) -> dict[str, int]:
    """Return how many cells of a dataset's column are missing for which declared reason."""
    if None not in table.values[name]:
        return {}
    labels = table.resource.table_schema.missing(table.resource.fields[name])
    empty = (table.texts[name][place] for place in places if table.values[name][place] is None)
    return dict(Counter(label for text in empty if (label := labels.get(text, ""))))


def _missing_in_words(missing: dict[str, dict[str, int]]) -> str:
    """Return what a notebook shows of a dataset's missing cells."""
    parts = [f"{count:,} of {name} {label}" for name, found in missing.items() for label, count in found.items()]
    return f"; missing: {listing(parts)}" if parts else ""


def _provenance_of(frame: pd.DataFrame, resource: Resource) -> str:
    column = resource.provenance_column
    if not column:
        return resource.natpatsip.provenance or NOT_STATED
    kinds = set(frame[column].replace(INFERRED, "reported")) - {""}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "reported"
