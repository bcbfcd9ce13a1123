"""The data that a new quarter waits for: each file with its columns, and what of it is there already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from natpatsip.datasets.descriptor import Options


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
    from natpatsip import datasets

    lacking = datasets.complete(quarter, project)
    return [
        Awaited(resource.file, resource.columns, _rows(resource.natpatsip, quarter))
        for resource in datasets.awaited(project)
        if any(sentence.startswith(f"{resource.file} ") for sentence in lacking)
    ]


def _rows(options: Options, quarter: Quarter) -> str:
    """Return what the rows of a dataset are to be of, by the columns that tell."""
    if options.period and options.required == "each month":
        return f"{options.period} " + ", ".join(f"{month:%Y-%m}" for month in quarter.months)
    return f"{' and '.join(filter(None, (options.as_of, options.period)))} {quarter}"
