"""Reading a data file into rows of text, each with its line, before anything is made of it.

One reader for all that read data files: it says what is wrong with the form of a file in one sentence, however many
rows show it.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from natpatsip.datasets.descriptor import FILE, DataField, Resource
from natpatsip.errors import DataFileError, closest, one_line, together
from natpatsip.files.merge_conflicts import reject_conflicts

BATCH = 500  # rows that are turned into columns together
MOST_SHOWN = 20  # faults of a file that are given one by one
MOST_ALIKE = 3  # rows with the same fault that are given one by one, and that are named where there are more
LFS = b"version https://git-lfs.github.com/spec/"
EXACT = 2**53  # from here on, whole numbers are not told apart by a float
NARROW = {"float": "float32", "halffloat": "float16"}  # the types of Parquet that have fewer digits than Python's
ONE_VALUE = "Save one value in a cell: a column for each part, a number of days for a span of time, UTF-8 for texts."
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file: the sentence, the row's line (0 for the whole file) and the column, or columns.

    ``cause`` is what explains all faults of a column that have it: they are given as one.
    """

    text: str
    line: int = 0
    column: str = ""
    cause: str = ""

    def __str__(self) -> str:
        where = [f"row {self.line}"] if self.line else []
        where += [f"column {self.column}"] if self.column else []
        return one_line(f"{', '.join(where)}: {self.text}" if where else self.text)


@dataclass
class Rows:
    """The rows of a file as text: header, the line of each row, its columns, and what is wrong with their form.

    Columns, not rows, are lists: hundreds of thousands of lists would slow down Python's garbage collection.
    """

    header: list[str]
    lines: list[int] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def by_name(self) -> dict[str, list[str]]:
        """The file's columns by name; of two that have the same, the first."""
        named: dict[str, list[str]] = {}
        for name, column in zip(self.header, self.columns, strict=True):
            named.setdefault(name, column)
        return named

    def of(self, columns: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the cells of some columns of the file, row by row."""
        named = self.by_name
        return list(zip(*(named[column] for column in columns), strict=True))

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Add rows of the file, which have a cell for each column."""
        for column, texts in zip(self.columns, zip(*rows, strict=True), strict=False):
            column.extend(texts)


class PlainFile(Resource):
    """A file of texts that need not be declared: its path is from the project's folder, or wherever it is."""

    @classmethod
    def of(cls, path: str, columns: Sequence[str], *, declared: Sequence[Resource] = ()) -> PlainFile:
        """Return a file that has some columns, and may have others; if it is declared, it is written as that says."""
        schema = {"fields": [{"name": column} for column in columns], "fieldsMatch": "subset"}
        file = cls.model_validate({"name": "file", "path": path, "format": "csv", "schema": schema})
        forms = [{"dialect": each.dialect, "encoding": each.encoding} for each in declared if each.file == path]
        return file.model_copy(update=forms[0]) if forms else file

    @property
    def file(self) -> str:
        """The data file's path."""
        return self.path


def records(data: bytes, resource: Resource) -> dict[int, dict[str, str]]:
    """Return the rows of a data file by line, each by column, as text.

    Raises
    ------
    DataFileError
        If it cannot be divided into rows, lacks a column, or a row has more or fewer cells than the header.
    """
    rows = parse(data, resource)
    raise_faults(resource.file, rows.faults)
    cells = zip(*rows.columns, strict=True)
    return {line: dict(zip(rows.header, row, strict=True)) for line, row in zip(rows.lines, cells, strict=True)}


def raise_faults(file: str, faults: Sequence[Fault]) -> None:
    """Raise all faults of a file as one error, those beyond the first ones by their number."""
    ordered = sorted(_by_text(_by_cause(faults)), key=lambda fault: (fault.line, fault.column))
    texts = [f"{file}{', ' if fault.line or fault.column else ': '}{fault}" for fault in ordered[:MOST_SHOWN]]
    if len(ordered) > MOST_SHOWN:
        texts.append(f"{file}: and {len(ordered) - MOST_SHOWN} more.")
    together([DataFileError(text) for text in texts])


def _by_cause(faults: Sequence[Fault]) -> Iterator[Fault]:
    """Yield a data file's faults, those of a column that have the same cause as one."""
    alike = Counter((fault.column, fault.cause) for fault in faults if fault.cause)
    for fault in faults:
        count = alike.pop((fault.column, fault.cause), 0)
        if count:
            others = {1: "", 2: " Another row is like it."}.get(count, f" {count - 1:,} more rows are like it.")
            yield replace(fault, text=f"{fault.text}{others} {fault.cause}")
        elif not fault.cause:
            yield fault


def _by_text(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield a data file's faults, those of a column that say the same of many rows as one."""
    alike: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.column, fault.text), []).append(fault)
    for each in alike.values():
        lines = sorted(fault.line for fault in each if fault.line)
        if len(lines) <= MOST_ALIKE:
            yield from each
            continue
        named = ", ".join(str(line) for line in lines[1 : 1 + MOST_ALIKE])
        dots = " …" if len(lines) > 1 + MOST_ALIKE else ""
        others = f"{len(lines) - 1:,} more rows are like it: {named}{dots}"
        yield replace(each[0], text=f"{each[0].text} {others}", line=lines[0])


def content(resource: Resource, project: Path) -> bytes:
    """Return the bytes of a dataset's file.

    Raises
    ------
    DataFileError
        If the file does not exist.
    """
    file = project / resource.file
    if not file.is_file():
        raise DataFileError(
            f"{resource.file}: there is no such file. Put it there, with the columns {', '.join(resource.columns)}; "
            f"or, if the report no longer has it, take {resource.name} out of {FILE}."
        )
    return file.read_bytes()


def parse(data: bytes, resource: Resource) -> Rows:
    """Return the rows of a data file, with faults of their form collected.

    Raises
    ------
    DataFileError
        If the file is empty, has another encoding than declared, or is neither CSV nor Parquet, so that it
        cannot be divided into rows.
    """
    where = resource.file
    if not data.strip():
        raise DataFileError(f"{where}: is empty. Expected the columns {', '.join(resource.columns)}, and rows.")
    if data.startswith(LFS):
        raise DataFileError(f"{where}: is a pointer of Git LFS, not the data. Fetch the file with: git lfs pull")
    kind = resource.format or Path(resource.path).suffix.lstrip(".").lower()
    if kind == "parquet":
        rows = _parquet(data, resource)
    elif kind in ("csv", "tsv"):
        rows = _csv(data, resource)
    else:
        raise DataFileError(f'{where}: found the format "{kind}", expected csv or parquet.')
    rows.faults += _header_faults(rows.header, resource)
    return rows


def _csv(data: bytes, resource: Resource) -> Rows:
    """Return the rows of a CSV file as text, with faults of its form collected."""
    where, dialect = resource.file, resource.dialect
    encoding = resource.encoding.lower().replace("utf8", "utf-8")
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)  # spreadsheets begin with a mark
    except LookupError:
        raise DataFileError(f"{where}: there is no encoding {resource.encoding}. Save the file as CSV UTF-8.") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataFileError(
            f"{where}, row {line}: is not {encoding.upper()} (byte {data[error.start]:#04x}). "
            "Save the file as CSV UTF-8."
        ) from error
    reject_conflicts(text, where, DataFileError)
    if not text.strip():
        raise DataFileError(f"{where}: is empty. Expected the columns {', '.join(resource.columns)}, and rows.")
    reader = csv.reader(
        io.StringIO(text, newline=""),
        strict=True,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote_char,
        doublequote=dialect.double_quote,
        escapechar=dialect.escape_char,
        skipinitialspace=dialect.skip_initial_space,
    )
    rows, line, batch = Rows(header=[]), 1, list[list[str]]()
    try:
        for cells in reader:
            if not rows.header:
                rows.header, rows.columns = cells, [[] for _ in cells]
                _refuse_other_delimiter(cells, resource)
            elif len(cells) == len(rows.header):
                rows.lines.append(line)
                batch.append(cells)
                if len(batch) == BATCH:
                    rows.add(batch)
                    batch.clear()
            elif cells:
                rows.faults.append(Fault(_wrong_number(cells, rows.header, dialect.delimiter), line))
            line = reader.line_num + 1  # a cell may hold line breaks
        rows.add(batch)
    except csv.Error as error:
        raise DataFileError(f"{where}, row {line}: is not CSV: {error}. Look at the quotation marks.") from error
    return rows


def _wrong_number(cells: Sequence[str], header: Sequence[str], delimiter: str) -> str:
    """Return what is said of a row that has not as many cells as the header."""
    found = f"found {len(cells)} {'cell' if len(cells) == 1 else 'cells'}, expected {len(header)}."
    if not len(cells) > len(header) > 1:
        return found
    if not any(map(str.strip, cells[len(header) :])):  # as spreadsheets leave them where something has been deleted
        return f"{found} Take out the empty ones at the end of the row."
    name = DELIMITERS.get(delimiter, f'"{one_line(delimiter)}"')
    return f"{found} Put a cell that has a {name} in it between quotation marks."


def _refuse_other_delimiter(header: Sequence[str], resource: Resource) -> None:
    """Refuse a file of one column that is several columns to another delimiter: each row would be a fault."""
    if len(header) != 1 or len(resource.columns) == 1:
        return
    for mark, name in DELIMITERS.items():
        if mark in header[0] and mark != resource.dialect.delimiter:
            raise DataFileError(
                f"{resource.file}, row 1: the cells are separated by {name}s. "
                f'Save the file as CSV with commas, or declare dialect: {{delimiter: "{one_line(mark)}"}} for it.'
            )


def _parquet(data: bytes, resource: Resource) -> Rows:
    """Return the rows of a Parquet file, each cell as a CSV file would have it; rows are counted from 1."""
    import numpy as np  # pyarrow needs it; a CSV file does not

    try:
        from pyarrow import ArrowException, BufferReader  # type: ignore[import-not-found, unused-ignore]
        from pyarrow.parquet import ParquetFile  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise DataFileError(
            f"{resource.file}: Parquet files need pyarrow. Install it: pip install 'natpatsip[parquet]'"
        ) from error
    try:
        # Without threads: a process that pyarrow has started some in may abort or hang as it ends (apache/arrow#34314).
        table = ParquetFile(BufferReader(data), pre_buffer=False).read(use_threads=False)
    except (ArrowException, OSError) as error:
        raise DataFileError(f"{resource.file}: is not a Parquet file: {' '.join(str(error).split())}.") from error
    rows = Rows(list(table.column_names), list(range(1, table.num_rows + 1)))
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind, field, values = str(column.type), resource.fields.get(name), column.to_pylist()
        if kind in NARROW:  # the digits that somebody gave, 85.9, and not those of the nearest double, 85.9000015258789
            values = [None if value is None else float(str(np.dtype(NARROW[kind]).type(value))) for value in values]
        texts = [_as_text(value, field) for value in values]
        if field and None in texts:
            text = f"found a value of the type {kind}, expected a text, a number, a day or a time. {ONE_VALUE}"
            rows.faults.append(Fault(text, texts.index(None) + 1, name))
        rows.columns.append([text or "" for text in texts])
    return rows


def _as_text(value: Any, field: DataField | None) -> str | None:
    """Return a value of a typed file as text, in the form that its field declares; None if it has no such form."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return (field.true_values if value else field.false_values)[0] if field else str(value).lower()
    if isinstance(value, float | Decimal):
        is_whole = isinstance(value, float) and value.is_integer() and abs(value) < EXACT
        text = str(int(value)) if is_whole else str(value)
        return text.replace(".", field.decimal_char) if field and field.type == "number" else text
    if isinstance(value, bytes):  # texts of writers that do not mark them as texts
        with contextlib.suppress(UnicodeDecodeError):
            return value.decode()
        return None
    if hasattr(value, "isoformat"):
        return _time_as_text(value, field)
    if isinstance(value, list) and field and field.type == "list":
        return field.delimiter.join(map(str, value))
    return str(value) if isinstance(value, str | int) else None


def _time_as_text(value: Any, field: DataField | None) -> str:
    """Return a time of a typed data file as text."""
    forms = {"yearmonth": "%Y-%m", "year": "%Y", "date": "%Y-%m-%d"}
    form = forms.get(field.type) if field else None
    if field and field.type in ("date", "datetime") and field.format not in ("default", "any"):
        return _in_its_form(value, field)
    has_time = isinstance(value, datetime) and value.time() != time()  # of which a day would lose the zone's hour
    return str(value.isoformat()) if form is None or has_time else str(value.strftime(form))


def _in_its_form(value: Any, field: DataField) -> str:
    """Return a time in the form that its field declares; if that would lose its hour or zone, one that is refused."""
    if isinstance(value, date):
        whole = value if isinstance(value, datetime) else datetime.combine(value, time())
        whole = whole.replace(tzinfo=None) if field.type == "date" else whole
        text = str(whole.strftime(field.format))
        with contextlib.suppress(ValueError):  # a form with a year of two digits may not lead back
            if datetime.strptime(text, field.format).isoformat() == whole.isoformat():
                return text
    return str(value.isoformat())


def _renaming(name: str) -> str:
    return f' Found "{name}": rename it in the file, or declare it by that name.' if name else ""


def _header_faults(found: Sequence[str], resource: Resource) -> list[Fault]:
    columns, match = resource.columns, resource.table_schema.fields_match
    absent = [column for column in columns if column not in found]
    unknown = [column for column in found if column not in columns]
    twice = sorted({column for column in found if found.count(column) > 1})
    meant = {name: closest(name, absent) for name in unknown}  # a misspelt column is one problem
    likely = {column: closest(column, unknown) for column in absent}
    other_names = {column: name if meant.get(name) == column else "" for column, name in likely.items()}
    texts = [f"the column {column} is missing.{_renaming(name)}" for column, name in other_names.items()]
    if match != "subset":  # the standard's word for a file that may have more columns than are declared
        left = [column for column in unknown if column not in other_names.values()]
        texts += [f'found the column "{column}", which is not declared.' for column in left]
    texts += [f"the column {column} is there twice. Take one of them out." for column in twice]
    return [Fault(f"{text} Expected {', '.join(columns)}.", 1) for text in texts]
