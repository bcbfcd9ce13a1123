"""How a data file is written: its encoding, what separates its cells, and its columns as text.

Spreadsheets write CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or the code page of Windows. What is found is
declared, so the file stays as it was delivered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from natpatsip.datasets import plain_file
from natpatsip.datasets.descriptor import Resource
from natpatsip.datasets.plain_file import raise_faults
from natpatsip.errors import DataFileError

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UTF_8 = "utf-8"
WINDOWS = "windows-1252"
DELIMITERS = (",", ";", "\t", "|")
OTHERS = {  # what other files begin with
    b"PK\x03\x04": "a workbook or another archive",
    b"\xd0\xcf\x11\xe0": "a workbook of an old Excel",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a database of SQLite",
}
SAMPLE = 500  # rows that tell what separates cells
MOST_ROWS = 5  # that a message names


@dataclass(frozen=True)
class Sheet:
    """A file's columns as text, the line of each row, and the keys of a resource that say how it is written."""

    form: Mapping[str, Any]
    columns: Mapping[str, list[str]]
    lines: Sequence[int]


def read(data: bytes, where: str) -> Sheet:
    """Return what a file that is not declared yet holds.

    Raises
    ------
    DataFileError
        If it is empty, neither CSV nor Parquet, has no rows, or columns without a name of their own.
    """
    if not data.strip():
        raise DataFileError(f"{where}: is empty. Declare it when it has a header and rows.")
    for start, kind in OTHERS.items():
        if data.startswith(start):
            raise DataFileError(f"{where}: is {kind}, not CSV. Save what the report needs as CSV UTF-8 or Parquet.")
    is_parquet = data.startswith(b"PAR1")
    suffix = PurePosixPath(where).suffix.lower().lstrip(".")
    if not is_parquet and suffix not in ("csv", "tsv", "txt"):
        raise DataFileError(f'{where}: found the ending "{suffix}", expected csv or parquet. Save it as one of them.')
    form = {} if is_parquet else _form(data, where)
    if is_parquet and suffix != "parquet":
        form["format"] = "parquet"
    if suffix == "txt":
        form["format"] = "csv"
    rows = plain_file.parse(data, _untyped(where, form))
    _refuse_header(where, rows.header)
    raise_faults(where, rows.faults)
    if not rows.lines:
        raise DataFileError(f"{where}: has a header and no rows, so nothing tells what its columns hold. Add rows.")
    columns = rows.by_name
    if is_parquet:
        times = {name: kind for name, texts in columns.items() if (kind := _kind_of_times(texts))}
        rows = plain_file.parse(data, _untyped(where, form, times))
        columns = rows.by_name
    return Sheet(form, columns, rows.lines)


def _untyped(where: str, form: Mapping[str, Any], types: Mapping[str, str] | None = None) -> Resource:
    """Return a resource for a file that is not declared yet: its cells are text, except some, times of a kind."""
    fields = [{"name": name, "type": kind} for name, kind in (types or {}).items()]
    schema = {"fields": fields, "fieldsMatch": "subset"}
    path = where.partition("/")[2] or where
    return Resource.model_validate({"name": "file", "path": path, "schema": schema, **form})


def _form(data: bytes, where: str) -> dict[str, Any]:
    """Return the encoding and dialect of a CSV file to declare, where they differ from the usual ones."""
    encoding = _encoding(data, where)
    text = data.decode("utf-8-sig" if encoding == UTF_8 else encoding)
    if "\0" in text:
        raise DataFileError(f"{where}: is not text. Save it as CSV UTF-8.")
    if text.lower().startswith("sep="):
        raise DataFileError(f"{where}, row 1: is a setting of Excel ({text.splitlines()[0]}). Delete that line.")
    is_ambiguous = b"+" in data  # validators may take such a file for UTF-7 if nothing is declared
    form: dict[str, Any] = {"encoding": encoding} if encoding != UTF_8 or is_ambiguous else {}
    if (delimiter := _delimiter(text)) != ",":
        form["dialect"] = {"delimiter": delimiter}
    return form


def _encoding(data: bytes, where: str) -> str:
    """Return the encoding of a file."""
    if data.startswith(UTF_16):
        return "utf-16"
    for encoding in (UTF_8, WINDOWS):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DataFileError(f"{where}: is neither UTF-8 nor {WINDOWS}. Save the file as CSV UTF-8.")


def _delimiter(text: str) -> str:
    """Return the separator of a file to declare: with it most rows have as many cells, and most cells."""
    found: list[tuple[float, int, str]] = []
    for mark in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        rows = [row for row in islice(reader, SAMPLE) if row]
        width = max(map(len, rows), default=1)
        alike = sum(len(row) == width for row in rows) / max(1, len(rows))
        found.append((alike, width, mark))
    several = [each for each in found if each[1] > 1]
    return max(several, key=lambda each: (each[0], each[1]))[2] if several else ","


def _refuse_header(where: str, header: Sequence[str]) -> None:
    """Refuse to declare columns without a name, or with the name of another."""
    blank = [number for number, name in enumerate(header, start=1) if not name.strip()]
    if blank:
        numbers = ", ".join(map(str, blank[:MOST_ROWS]))
        raise DataFileError(
            f"{where}, row 1: column {numbers} has no name. The first row has the names of all columns: delete titles "
            "above it and columns without a name."
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataFileError(f"{where}, row 1: the column {twice[0]} is there twice. Take one out, or rename it.")


def _kind_of_times(texts: Sequence[str]) -> str:
    """Return what the times of a Parquet file to declare are: months, days or, where hours count, nothing."""
    known = [text for text in texts if text]
    days = [text.removesuffix("T00:00:00") for text in known]
    if not known or any(len(day) != len("2024-09-01") or day.count("-") != 2 for day in days):
        return ""
    return "yearmonth" if all(day.endswith("-01") for day in days) else "date"
