"""An Excel workbook that screen readers can read: a cover sheet, the contents, notes, and one table a sheet.

The layout follows the UK government's guidance on spreadsheets
(https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/), as the R package
a11ytables does: no merged cells, no empty rows, each table in the first column and named, numbers as numbers, and no
empty cell in a table without a mark that the notes explain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.files.csv_files import original, rows_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

NOT_AVAILABLE = "[x]"
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
LONGEST = 32_767  # characters that a cell can hold
NARROWEST, WIDEST = 10, 60  # widths of columns, in characters
MOST = 1e15  # Excel keeps fifteen digits: of a larger number it would lose the last, and those of a code
Cell = str | float


@dataclass(frozen=True)
class Sheet:
    """A sheet with one table. Its name is that of its table, too, so it is made of letters, digits and underscores."""

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    about: Sequence[str] = ()  # sentences above the table

    @classmethod
    def of_csv(cls, name: str, title: str, text: str, *, about: Sequence[str] = ()) -> Sheet:
        """Return a sheet of a file of CSV. A column is of numbers if each cell is one, or has no digit."""
        header, *rows = ([original(cell) for cell in row] for row in rows_of(text))
        columns = [_typed([row[place] for row in rows]) for place in range(len(header))]
        return cls(name, title, header, list(zip(*columns, strict=True)), about)

    @cached_property
    def unique_header(self) -> list[str]:
        """The sheet's names of columns, of which a table may not have two that differ in their case alone."""
        found: dict[str, int] = {}
        names = []
        for name in self.header:
            count = found[name.casefold()] = found.get(name.casefold(), 0) + 1
            names.append(name if count == 1 else f"{name} ({count})")
        return names


def _typed(cells: Sequence[str]) -> list[Cell]:
    """Return the cells of a sheet's column, numbers as numbers and a mark where there is nothing.

    Examples
    --------
    >>> _typed(["1713", "", "*"]), _typed(["007", "8"])
    ([1713.0, '[x]', '*'], ['007', '8'])
    >>> _typed(["1234567890123456789", "8"])
    ['1234567890123456789', '8']
    """
    is_of_numbers = all(_is_number(cell) or not re.search(r"\d", cell) for cell in cells)
    typed = (float(cell) if is_of_numbers and _is_number(cell) else cell for cell in cells)
    return [NOT_AVAILABLE if cell == "" else cell for cell in typed]


class _Number(float):
    """A number that the file has as it reads: by sixteen digits, as XlsxWriter writes, 85.9 is 85.90000000000001."""

    def __format__(self, form: str) -> str:
        return repr(float(self))


def _is_number(cell: str) -> bool:
    """Return True for a number that Excel has: no infinity, which 1e400 would be, and none that has too many digits."""
    return bool(NUMBER.fullmatch(cell)) and abs(float(cell)) < MOST


def write_workbook(
    file: Path,
    *,
    title: str,
    cover: Mapping[str, str],  # what the cover sheet says: a heading and its text each
    marks: Mapping[str, str],  # what the marks in tables mean
    sheets: Sequence[Sheet],
    properties: Mapping[str, str],  # of the file: title, author, subject …
    day: date,  # the date of the file: equal content gives equal bytes
) -> None:
    """Write a workbook; its cover, its contents and its notes come first."""
    import xlsxwriter

    front = [Sheet("Notes", "Notes", ("Mark", "Meaning"), list(marks.items()))] if marks else []
    listed = [(each.name, each.title) for each in (*front, *sheets)]
    contents = Sheet("Contents", "Contents", ("Sheet", "What it holds"), listed)
    # In memory, since a build that is killed would leave XlsxWriter's temporary files behind.
    with xlsxwriter.Workbook(str(file), {"strings_to_urls": False, "in_memory": True}) as book:
        book.set_properties({**properties, "created": datetime.combine(day, time())})
        book.formats[0].set_font_size(12)
        _write_cover(book, title, cover)
        _write_sheet(book, contents, links=True)
        for sheet in (*front, *sheets):
            _write_sheet(book, sheet)


def _write_cover(book: Workbook, title: str, cover: Mapping[str, str]) -> None:
    page = book.add_worksheet("Cover")
    page.set_column(0, 0, 90)
    _write_text(page, 0, title, _format(book, bold=True, font_size=16))
    row = 1
    for heading, text in cover.items():
        _write_text(page, row, heading, _format(book, bold=True, font_size=14))
        _write_text(page, row + 1, text, _format(book))
        row += 2


def _write_sheet(book: Workbook, sheet: Sheet, *, links: bool = False) -> None:
    page = book.add_worksheet(sheet.name)
    above = ("This worksheet contains one table.", *sheet.about)
    _write_text(page, 0, sheet.title, _format(book, bold=True, font_size=14, text_wrap=False))
    for row, text in enumerate(above, start=1):
        _write_text(page, row, text, _format(book, text_wrap=False))
    top, last = 1 + len(above), len(sheet.header) - 1
    columns = [{"header": name, "header_format": _format(book, bold=True)} for name in sheet.unique_header]
    page.add_table(
        top,
        0,
        top + max(1, len(sheet.rows)),
        last,
        {"name": f"{sheet.name}_table", "columns": columns, "autofilter": False, "style": "Table Style Light 1"},
    )
    wrapped = _format(book)
    for row, cells in enumerate(sheet.rows, start=top + 1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                _write_text(page, row, cell, wrapped, column)
            else:
                page.write_number(row, column, _Number(cell))
        if links:
            page.write_url(row, 0, f"internal:'{cells[0]}'!A1", string=str(cells[0]))
    for column, name in enumerate(sheet.header):
        longest = max((len(str(row[column])) for row in sheet.rows), default=0)
        page.set_column(column, column, min(max(longest, len(name) / 2, NARROWEST), WIDEST) * 1.2)


def _format(book: Workbook, **more: Any) -> Any:
    return book.add_format({"font_size": 12, "text_wrap": True, "valign": "top", **more})


def _write_text(page: Worksheet, row: int, text: str, look: Any, column: int = 0) -> None:
    """Write a text as it is, never as a formula."""
    page.write_string(row, column, text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…", look)
