"""Loading a dataset as it was known at the end of a quarter."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from natpatsip import context
from natpatsip.datasets import reading
from natpatsip.datasets.checking import Words, check_between_rows, check_cells, check_rows, parse_cells
from natpatsip.datasets.gaps import find_gaps
from natpatsip.datasets.reading import FOLDER, Fault
from natpatsip.datasets.schemas import FIXED_WORDS, SCHEMAS, Schema
from natpatsip.errors import DataError, DataFileError, nearest, together
from natpatsip.lineage import FILTER
from natpatsip.quarter import Quarter

RECORD = "application/vnd.natpatsip.dataset+json"
ORGANISATIONS = "organisations"
MOST_SHOWN = 20  # problems of a file that are said one by one


def load(
    name: str, *, quarter: Quarter | str | None = None, project: Path | None = None, is_shown: bool = True
) -> pd.DataFrame:
    """Read a dataset as it was known at the end of a quarter.

    Rows reported later (``as_of``), later quarters and later months are left out; of what was reported more than
    once, the latest counts. What was read is recorded in the notebook's outputs.

    Parameters
    ----------
    name : str
        One of `SCHEMAS`; the file is ``data/<name>.csv``.
    quarter : Quarter, optional
        By default the notebook's own.
    project : Path, optional
        By default the project that the notebook is in.
    is_shown : bool
        Whether the notebook says what was read.

    Returns
    -------
    DataFrame
        The file's columns; months as timestamps, counts as integers, all else as text. ``attrs`` has the ``file`` and
        its ``provenance``.

    Raises
    ------
    DataFileError
        Where the file is missing or breaks its schema; all problems are named with row and column.
    """
    if quarter is None or project is None:
        here = context.current()
        quarter, project = quarter or here.quarter, project or here.project
    parsed = quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter)
    if name not in SCHEMAS:
        raise DataError(f'"{name}" is no dataset: {", ".join(SCHEMAS)} are.{nearest(name, SCHEMAS)}')
    content = reading.content(name, project, tuple(SCHEMAS[name].columns))
    listed = reading.content(ORGANISATIONS, project, tuple(SCHEMAS[ORGANISATIONS].columns))
    frame = _known_by(parsed, name, content, listed).copy()
    whence = _provenance_of(frame)
    file = f"{FOLDER}/{name}.csv"
    frame.attrs = {"file": file, "provenance": whence}
    context.READ[file] = whence
    sha256 = hashlib.sha256(content).hexdigest()
    payload = {"file": file, "sha256": sha256, "rows": len(frame), "provenance": whence}
    count = f"{len(frame):,} {'row' if len(frame) == 1 else 'rows'}"
    said = f"{file}: {count}, {whence}, as known at the end of {parsed.label}"
    context.record(RECORD, payload, said if is_shown else "")
    return frame


def provenance(name: str, *, quarter: Quarter | str | None = None, project: Path | None = None) -> str:
    """Return "reported", "illustrative" or "mixed": what the rows of a dataset are."""
    return str(load(name, quarter=quarter, project=project, is_shown=False).attrs["provenance"])


def national(frame: pd.DataFrame, intervention: str) -> pd.DataFrame:
    """Return the national series of an intervention: the sum over all collaboratives.

    Parameters
    ----------
    frame : DataFrame
        ``maternity_monthly``.
    intervention : str
        One of `INTERVENTIONS`.

    Returns
    -------
    DataFrame
        ``month``, ``numerator``, ``denominator`` and ``percent`` (not a number where nobody was eligible), one row a
        month.

    Raises
    ------
    DataError
        Where the frame has no such intervention.
    """
    rows = frame[frame["intervention"] == intervention]
    if rows.empty:
        known = sorted(frame["intervention"].unique())
        raise DataError(f'"{intervention}" is no intervention of the data.{nearest(intervention, known)}')
    summed = rows.groupby("month", as_index=False)[["numerator", "denominator"]].sum()
    summed["percent"] = 100 * summed["numerator"] / summed["denominator"]
    summed.attrs = frame.attrs | {FILTER: f"intervention {intervention}, summed by month"}
    return summed


@dataclass(frozen=True)
class Examined:
    """A file after all checks that do not depend on the quarter.

    Parameters
    ----------
    frame : DataFrame
        The parsed rows; where there are faults, those without.
    keys : DataFrame, optional
        What identifies each row, also those with a fault elsewhere; None where some row cannot be identified.
    faults : tuple of Fault
        What was found.
    """

    frame: pd.DataFrame
    keys: pd.DataFrame | None
    faults: tuple[Fault, ...]


@lru_cache(maxsize=64)
def _known_by(quarter: Quarter, name: str, content: bytes, listed: bytes) -> pd.DataFrame:
    """Return the rows of a file that were known at the end of a quarter, the latest report of each."""
    examined, schema = _examine(name, content, listed), SCHEMAS[name]
    faults = list(examined.faults)
    if examined.keys is not None:
        faults += find_gaps(_known(examined.keys, schema, quarter), schema, _words(name, listed), quarter)
    _raise(name, faults)
    return _known(examined.frame, schema, quarter).reset_index(drop=True)


def _known(frame: pd.DataFrame, schema: Schema, quarter: Quarter) -> pd.DataFrame:
    if "month" in frame:
        frame = frame[frame["month"] <= pd.Timestamp(quarter.last_month)]
    for column in ("as_of", "quarter"):
        if column in frame:
            frame = frame[frame[column] <= str(quarter)]
    if "as_of" in frame:
        frame = frame.sort_values("as_of", kind="stable").drop_duplicates(schema.subject, keep="last").sort_index()
    return frame


@lru_cache(maxsize=32)
def _examine(name: str, content: bytes, listed: bytes) -> Examined:
    """Check a file: its form, its cells, its rows, and what they say of each other."""
    schema, words = SCHEMAS[name], _words(name, listed)
    rows = reading.parse(content, f"{FOLDER}/{name}.csv", tuple(schema.columns))
    texts = pd.DataFrame.from_dict(rows.cells, orient="index", columns=rows.header, dtype=str)
    texts = texts.loc[:, ~texts.columns.duplicated()]
    faults = [*rows.faults, *check_cells(texts, schema, words)]
    if not set(schema.columns) <= set(texts.columns):
        return Examined(texts, None, tuple(faults))
    texts = texts[list(schema.columns)]
    sound = texts.drop(index=list({fault.line for fault in faults} & set(texts.index)))
    frame = parse_cells(sound, schema)
    faults += [*check_rows(frame, sound, schema), *check_between_rows(sound, schema)]
    is_identified = not rows.faults and not any(set(fault.column.split(", ")) & set(schema.key) for fault in faults)
    keys = parse_cells(texts[list(schema.key)], schema) if is_identified else None
    return Examined(frame, keys, tuple(faults))


def _words(name: str, listed: bytes) -> Words:
    """Return the words that a file's columns may hold, organisations as ``organisations.csv`` names them."""
    return FIXED_WORDS if name == ORGANISATIONS else FIXED_WORDS | _names(listed)


@lru_cache(maxsize=8)
def _names(listed: bytes) -> dict[str, tuple[str, ...]]:
    examined = _examine(ORGANISATIONS, listed, listed)
    _raise(ORGANISATIONS, examined.faults)
    kinds, names = examined.frame["kind"], examined.frame["name"]
    return {kind: tuple(names[kinds == kind]) for kind in ("psc", "icb")}


def _raise(name: str, faults: Sequence[Fault]) -> None:
    """Raise all faults of a file as one error, those beyond the first ones by their number."""
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column))
    texts = [
        f"{FOLDER}/{name}.csv{', ' if fault.line or fault.column else ': '}{fault}" for fault in ordered[:MOST_SHOWN]
    ]
    if len(ordered) > MOST_SHOWN:
        texts.append(f"{FOLDER}/{name}.csv: and {len(ordered) - MOST_SHOWN} more.")
    together([DataFileError(text) for text in texts])


def _provenance_of(frame: pd.DataFrame) -> str:
    kinds = set(frame["provenance"]) if "provenance" in frame else {"reported"}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "reported"
