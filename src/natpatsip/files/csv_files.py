"""CSV files that a report publishes: safe to open in a spreadsheet, and read back as they were written.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, and runs it. As OWASP advises
(https://owasp.org/www-community/attacks/CSV_Injection), such a text gets an apostrophe in front; numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?([eE][+-]?[0-9]+)?%?")
_QUOTED = re.compile(r'[",\r\n]|[;\t]\s*[\'"]?[=+\-@＝＋－＠]')


def neutral(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-3.2"), neutral("'tis"), neutral("'=1")
    ("'=1+1", '-3.2', "'tis", "''=1")
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def original(cell: str) -> str:
    """Return the text that `neutral` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def to_csv(rows: Iterable[Sequence[object]], *, is_neutral: bool = True) -> str:
    """Return rows as CSV, by default without formulas; cells with a line break of any kind are in quotation marks."""
    change = neutral if is_neutral else str
    cells = ([change("" if each is None else str(each)) for each in row] for row in rows)
    return "".join(",".join(_quoted(each, len(row)) for each in row) + "\n" for row in cells)


def frame_to_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV, its texts as they are; pandas itself leaves a carriage return without quotation marks.

    Times of day are written if a column has any, on the clock of its time zone.
    """
    times = frame.select_dtypes(["datetime", "datetimetz"])
    written = frame.assign(**{str(name): column.dt.strftime(_format_of(column)) for name, column in times.items()})
    return to_csv(rows_of(written.to_csv(index=False, lineterminator="\r\n")), is_neutral=False)


def _format_of(times: pd.Series[Any]) -> str:
    known = times.dropna()
    if (known == known.dt.normalize()).all():
        return "%Y-%m-%d"
    return "%Y-%m-%d %H:%M" if (known == known.dt.floor("min")).all() else "%Y-%m-%d %H:%M:%S"


def rows_of(text: str) -> Iterator[list[str]]:
    """Yield the rows of CSV, the header among them."""
    return csv.reader(io.StringIO(text, newline=""), strict=True)


def _quoted(text: str, width: int) -> str:
    is_quoted = _QUOTED.search(text) or (width == 1 and not text)  # else the row would be an empty line
    return '"' + text.replace('"', '""') + '"' if is_quoted else text


def from_csv(text: str) -> list[dict[str, str]]:
    """Return the rows of a file that `to_csv` wrote, by column.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than the header.
    """
    try:
        rows = [[original(cell) for cell in row] for row in rows_of(text)]
    except csv.Error as error:
        raise ValueError(str(error)) from error
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
