"""Reading a CSV file into rows of text, each with its line, before anything is made of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from natpatsip.errors import DataFileError, nearest

FOLDER = "data"


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file: where, what was found, what was expected, and what helps.

    Parameters
    ----------
    text : str
        The sentence, after the file and the row.
    line : int
        The row's line in the file; 0 for what concerns the whole of it.
    column : str
        The column, or columns.
    """

    text: str
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        where = [f"row {self.line}"] if self.line else []
        where += [f"column {self.column}"] if self.column else []
        return f"{', '.join(where)}: {self.text}" if where else self.text


@dataclass
class Rows:
    """The rows of a file as text: header, cells by line, and what is wrong with their form."""

    header: list[str]
    cells: dict[int, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def of(self, columns: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the cells of some columns, row by row."""
        places = [self.header.index(column) for column in columns]
        return [tuple(row[place] for place in places) for row in self.cells.values()]


def path(name: str, project: Path) -> Path:
    """Return the file of a dataset."""
    return project / FOLDER / f"{name}.csv"


def content(name: str, project: Path, columns: Sequence[str]) -> bytes:
    """Return the bytes of a dataset's file.

    Raises
    ------
    DataFileError
        Where there is no such file.
    """
    file = path(name, project)
    if not file.is_file():
        raise DataFileError(
            f"{FOLDER}/{file.name}: there is no such file. Put it there, with the columns {', '.join(columns)}."
        )
    return file.read_bytes()


def parse(data: bytes, where: str, columns: Sequence[str]) -> Rows:
    """Return the rows of a CSV file, with faults of their form collected.

    Parameters
    ----------
    data : bytes
        The file.
    where : str
        Its name in messages, such as ``data/reported.csv``.
    columns : sequence of str
        What the header has to name, in any order.

    Raises
    ------
    DataFileError
        Where the file is empty, is not UTF-8 or is no CSV, so that its rows cannot be told.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte {data[error.start]:#04x}"
        raise DataFileError(f"{where}, row {line}: is not UTF-8 ({found}). Save the file as CSV UTF-8.") from error
    if not text.strip():
        raise DataFileError(f"{where}: is empty. Expected the columns {', '.join(columns)}, and rows.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = Rows(header=[])
    line = 1
    try:
        for cells in reader:
            if not rows.header:
                rows.header = cells
                rows.faults += _header_faults(cells, columns)
            elif len(cells) == len(rows.header):
                rows.cells[line] = cells
            elif cells:
                rows.faults.append(Fault(f"found {len(cells)} cells, expected {len(rows.header)}.", line))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataFileError(f"{where}, row {line}: is no CSV: {error}. Look at the quotation marks.") from error
    return rows


def _header_faults(found: Sequence[str], columns: Sequence[str]) -> list[Fault]:
    absent = [column for column in columns if column not in found]
    unknown = [column for column in found if column not in columns]
    twice = sorted({column for column in found if found.count(column) > 1})
    texts = [f"the column {column} is missing.{nearest(column, unknown)}" for column in absent]
    texts += [f'found the column "{column}", which is none of its own.{nearest(column, absent)}' for column in unknown]
    texts += [f"the column {column} stands twice. Take one of them out." for column in twice]
    return [Fault(f"{text} Expected {', '.join(columns)}.", 1) for text in texts]
