"""The data that a new quarter waits for: each file with its columns, and what of it is there already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from natpatsip.quarter import Quarter


@dataclass(frozen=True)
class Awaited:
    """A data file that needs rows for a quarter: its columns, and what the rows are to be of."""

    file: str
    columns: tuple[str, ...]
    rows: str


def awaited(quarter: Quarter, project: Path) -> list[Awaited]:
    """Return the files that a quarter's report needs new rows in, those that lack none left out.

    Raises
    ------
    DataError
        Where a file cannot be read.
    """
    from natpatsip.datasets import SCHEMAS, complete

    lacking = complete(quarter, project)
    found = []
    for name, schema in SCHEMAS.items():
        file = f"data/{name}.csv"
        if any(sentence.startswith(f"{file} ") for sentence in lacking):
            found.append(Awaited(file, tuple(schema.columns), _rows(schema.columns, quarter)))
    return found


def _rows(columns: Collection[str], quarter: Quarter) -> str:
    if "month" in columns:
        return "month " + ", ".join(f"{month:%Y-%m}" for month in quarter.months)
    if "quarter" in columns:
        return f"as_of and quarter {quarter}"
    return f"as_of {quarter}"
