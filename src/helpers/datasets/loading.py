"""Loading a dataset as it was known at the end of a quarter."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from helpers import context
from helpers.datasets import reading
from helpers.datasets.checking import Words, check_between_rows, check_cells, check_rows, parse_cells
from helpers.datasets.gaps import find_gaps
from helpers.datasets.reading import FOLDER, Fault
from helpers.datasets.schemas import FIXED_WORDS, SCHEMAS
from helpers.errors import DataError, nearest, together
from helpers.quarter import Quarter

RECORD = "application/vnd.natpatsip.dataset+json"
ORGANISATIONS = "organisations"
MOST_SHOWN = 20  # problems of a file that are said one by one


def load(name: str, *, quarter: Quarter | str | None = None, project: Path | None = None) -> pd.DataFrame:
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

    Returns
    -------
    DataFrame
        The file's columns; months as timestamps, counts as integers, all else as text. ``attrs`` has the ``file`` and
        its ``provenance``.

    Raises
    ------
    DataError
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
    context.record(RECORD, payload, f"{file}: {len(frame)} rows")
    return frame


def provenance(name: str, *, quarter: Quarter | str | None = None, project: Path | None = None) -> str:
    """Return "reported", "illustrative" or "mixed": what the rows of a dataset are."""
    return str(load(name, quarter=quarter, project=project).attrs["provenance"])


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
    summed.attrs = dict(frame.attrs)
    return summed


@lru_cache(maxsize=64)
def _known_by(quarter: Quarter, name: str, content: bytes, listed: bytes) -> pd.DataFrame:
    """Return the rows of a file that were known at the end of a quarter, the latest report of each."""
    frame, schema = _checked(name, content, listed), SCHEMAS[name]
    if "month" in frame:
        frame = frame[frame["month"] <= pd.Timestamp(quarter.last_month)]
    for column in ("as_of", "quarter"):
        if column in frame:
            frame = frame[frame[column] <= str(quarter)]
    if "as_of" in frame:
        frame = frame.sort_values("as_of", kind="stable").drop_duplicates(schema.subject, keep="last").sort_index()
    words = _words(listed) if name != ORGANISATIONS else FIXED_WORDS
    _raise(name, list(find_gaps(frame, schema, words, quarter)))
    return frame.reset_index(drop=True)


@lru_cache(maxsize=32)
def _checked(name: str, content: bytes, listed: bytes) -> pd.DataFrame:
    """Return the parsed rows of a file, the index their lines, after all checks that do not depend on the quarter."""
    schema = SCHEMAS[name]
    words = _words(listed) if name != ORGANISATIONS else FIXED_WORDS
    rows = reading.parse(content, f"{FOLDER}/{name}.csv", tuple(schema.columns))
    texts = pd.DataFrame.from_dict(rows.cells, orient="index", columns=rows.header, dtype=str)
    if any(fault.line == 1 for fault in rows.faults):
        texts = texts.loc[:, ~texts.columns.duplicated()]
        _raise(name, [*rows.faults, *check_cells(texts, schema, words)])
    faults = [*rows.faults, *check_cells(texts, schema, words)]
    sound = texts.drop(index=list({fault.line for fault in faults} & set(texts.index)))
    frame = parse_cells(sound, schema.columns)
    _raise(name, [*faults, *check_rows(frame, sound, schema), *check_between_rows(sound, schema, words)])
    return frame[list(schema.columns)]


@lru_cache(maxsize=8)
def _words(listed: bytes) -> Words:
    """Return the words that columns may hold, organisations as ``organisations.csv`` names them."""
    organisations = _checked(ORGANISATIONS, listed, listed)
    names = {kind: organisations.loc[organisations["kind"] == kind, "name"] for kind in ("psc", "icb")}
    return FIXED_WORDS | {kind: tuple(known) for kind, known in names.items()}


def _raise(name: str, faults: Sequence[Fault]) -> None:
    """Raise all faults of a file as one error, those beyond the first ones by their number."""
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column))
    texts = [f"{FOLDER}/{name}.csv{', ' if fault.line else ': '}{fault}" for fault in ordered[:MOST_SHOWN]]
    if len(ordered) > MOST_SHOWN:
        texts.append(f"{FOLDER}/{name}.csv: and {len(ordered) - MOST_SHOWN} more.")
    together([DataError(text) for text in texts])


def _provenance_of(frame: pd.DataFrame) -> str:
    kinds = set(frame["provenance"]) if "provenance" in frame else {"reported"}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "reported"
