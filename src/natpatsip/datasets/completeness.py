"""What the data of a quarter lack.

From the files' text alone: the schedule asks each day, and pandas takes longer to import than the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from natpatsip.datasets.reading import FOLDER, content, parse
from natpatsip.errors import DataError, together
from natpatsip.quarter import Quarter

MONTHLY = {"maternity_monthly": ("psc", "intervention"), "opioids_monthly": ("icb", "measure")}
QUARTERLY = {"icb_approach": "icb", "icb_phases": "icb"}
REPORTED = "reported"


def complete(quarter: Quarter, project: Path) -> list[str]:
    """Return what the data of a quarter lack; nothing where they are complete.

    Complete are monthly files with each of the quarter's months for every series that the file has, board files with
    the quarter, and ``reported.csv`` with every fact that the quarter before had.

    Parameters
    ----------
    quarter : Quarter
        The quarter asked about.
    project : Path
        The project's folder.

    Returns
    -------
    list of str
        A sentence for each file that lacks something.

    Raises
    ------
    DataError
        Where a file cannot be read, or lacks a column that tells.
    """
    return [*_months(quarter, project), *_quarters(quarter, project), *_facts(quarter, project)]


def _months(quarter: Quarter, project: Path) -> Iterator[str]:
    for name, series in MONTHLY.items():
        rows = _cells(name, project, "month", *series)
        starts = {what: month for month, _, what in sorted(rows, reverse=True)}
        everything = {tuple(own) for _, *own in rows}
        present = {f"{month:%Y-%m}": set[tuple[str, ...]]() for month in quarter.months}
        for month, *own in rows:
            if month in present:
                present[month].add(tuple(own))
        if empty := [month for month, found in present.items() if not found]:
            yield f"{FOLDER}/{name}.csv has no rows for {', '.join(empty)}"
        for month, found in present.items():
            expected = {(one, what) for one, what in everything if starts[what] <= month}
            if found and (absent := expected - found):
                example = ", ".join(min(absent))
                yield f"{FOLDER}/{name}.csv lacks {len(absent)} of {len(expected)} series in {month} ({example})"


def _quarters(quarter: Quarter, project: Path) -> Iterator[str]:
    for name, member in QUARTERLY.items():
        if str(quarter) not in {when for when, _ in _cells(name, project, "quarter", member)}:
            yield f"{FOLDER}/{name}.csv has no rows for {quarter}"


def _facts(quarter: Quarter, project: Path) -> Iterator[str]:
    known: dict[str, set[tuple[str, str]]] = {}
    for fact, as_of, period in _cells(REPORTED, project, "fact_id", "as_of", "period"):
        known.setdefault(as_of, set()).add((fact, "its quarter" if period == as_of else period))
    now = known.get(str(quarter), set())
    earlier = max((as_of for as_of in known if as_of < str(quarter)), default=None)
    if not now:
        yield f"{FOLDER}/{REPORTED}.csv has no rows as of {quarter}"
    elif earlier and (absent := known[earlier] - now):
        facts = ", ".join(f"{fact} ({period})" for fact, period in sorted(absent))
        yield f"{FOLDER}/{REPORTED}.csv has no row as of {quarter} for {facts}"


def _cells(name: str, project: Path, *columns: str) -> list[tuple[str, ...]]:
    """Return the cells of some columns of a file."""
    rows = parse(content(name, project, columns), f"{FOLDER}/{name}.csv", columns)
    absent = [column for column in columns if column not in rows.header]
    together([DataError(f"{FOLDER}/{name}.csv, row 1: the column {column} is missing.") for column in absent])
    return rows.of(columns)
