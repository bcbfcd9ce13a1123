"""Tables that other libraries make (a pandas Styler, a `GT` of Great Tables), read from the HTML that they write.

Text and structure carry over: spanners, column labels, groups of rows, the stub, values as they were formatted, notes.
Colours and other formats of cells do not, as the report has a look of its own, whose contrast is known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from math import isclose
from numbers import Real
from typing import Any

from natpatsip import wording
from natpatsip.blocks.values_in_words import escaped, escaped_part
from natpatsip.context import LIBRARY_TABLES
from natpatsip.errors import FigureError

NONE = "None"  # may be a word of the data: a degree of harm
NO_VALUE = ("nan", "NaN", "NaT", "<NA>", NONE, "inf", "-inf")
"""What libraries print where there is no value: readers would take it for a word, or for none."""
NO_TEXT = ("img", "svg", "picture", "canvas", "iframe", "object", "input", "button", "math", "video")
STRUCK = ("s", "strike", "del")
MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "sup": "^", "sub": "~"}
NUMBER = re.compile(r"[-−+]?\s?[£$€]?\d[\d,.]*\s?%?(?: \[[^]]+\])?")
# A zero, and what may stand around it: signs, brackets, a unit in letters. All of a whole has a % sign.
ZERO = re.compile(r"\(?[-−+]?[£$€]?0+(?:\.0+)?(?:\s?%|\s?[^\W\d_]+)?\)?")
PERCENTAGE = re.compile(r"[-−+]?\d[\d,]*(?:\.\d+)?\s?%")
FULL = re.compile(r"\+?100(?:\.0+)?\s?%")
_STYLED = re.compile(r"#T_\w+?_(?:row|level)\d+_")  # a rule of a Styler's for single cells
_FORMATS = re.compile(r"color|background|font-|text-decoration|border")


@dataclass(frozen=True)
class LibraryTable:
    """A table as it was read: all texts are markdown.

    Parameters
    ----------
    caption : str
        Its caption, or its title and subtitle; empty if it has none.
    columns : tuple of tuple of str
        The label of each column, behind the spanners above it, the highest first.
    rows : tuple of tuple of str
        The cells.
    groups : mapping
        The heading of a group of rows, by the number of the row that it comes before.
    notes : tuple of str
        What stands below it: source notes and footnotes.
    has_formats : bool
        Whether it gives cells colours or other formats.
    library : str
        What made it.
    values : tuple
        The values and the row labels of its data; empty if it does not say.
    """

    caption: str
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    groups: Mapping[int, str]
    notes: tuple[str, ...]
    has_formats: bool
    library: str
    values: tuple[Any, ...] = ()


def is_library_table(made: Any) -> bool:
    """Return True for a table that `read` can read."""
    return _library(made) is not None


def caption_remedy(made: Any) -> str:
    """Return how such a table is given a caption."""
    return (_library(made) or ("", "", ""))[1]


def _library(made: Any) -> tuple[str, str, str] | None:
    names = ((each.__module__, each.__qualname__) for each in type(made).__mro__)
    return next((LIBRARY_TABLES[name] for name in names if name in LIBRARY_TABLES), None)


def read(made: Any, what: str) -> LibraryTable:
    """Return a table that another library has made, read from its HTML.

    Parameters
    ----------
    made : Styler or GT
        The table.
    what : str
        What it is, as errors name it.

    Raises
    ------
    FigureError
        If it has no columns or rows, a column has no name, or a cell holds what not all formats can show, or no value.
    """
    library = _library(made)
    if library is None:
        raise FigureError(f"{what} is of type {type(made).__name__}; expected a DataFrame, a Styler or a GT.")
    from lxml import etree  # only where it is needed: the process that builds imports this module, too

    root = etree.fromstring(getattr(made, library[0])(), etree.HTMLParser())
    table = next(iter(root.iter("table")))
    etree.strip_elements(table, "style", "script", with_tail=False)
    cells = [_row(row) for part in table.iter("tbody") for row in part.iter("tr")]
    groups, body = _groups([row for row in cells if row])
    if not body:
        raise FigureError(f"{what} has no rows. Check its filter, or say in a sentence that there are none.")
    width = max(sum(each.across for each in row) for row in body)
    rows = [[_cell(node, what) for node in row] for row in _filled(body, width)]
    headings = _filled([_row(row) for row in table.iter("tr") if _is_heading(row)], width)
    columns = [_labels([row[place] for row in headings], what) for place in range(width)]
    if width and not columns[0] and [row[0] for row in rows] == [str(number) for number in range(len(rows))]:
        columns, rows = columns[1:], [row[1:] for row in rows]  # the numbers only count the rows
    values = _values(made)
    _check(columns, rows, what, texts=Counter(value for value in values or () if isinstance(value, str)))
    if values is not None:
        summaries = [any("summary" in node.get("class", "") for node in row) for row in _filled(body, width)]
        own = [row for row, is_summary in zip(rows, summaries, strict=True) if not is_summary]
        _need_no_false_ends(values, own, what)
        _need_single_percentages(values, own, what)
    styles = "".join(node.text or "" for node in root.iter("style"))
    inline = (node.get("style", "") for node in table.iter("td", "th"))
    return LibraryTable(
        caption=_caption(table, what),
        columns=tuple(columns),
        rows=tuple(map(tuple, rows)),
        groups=groups,
        notes=tuple(note for cell in table.iterfind("tfoot//td") if (note := _cell(cell, what, is_note=True))),
        has_formats=bool(_STYLED.search(styles)) or any(map(_FORMATS.search, inline)),
        library=library[2],
        values=tuple(values or ()),
    )


@dataclass(frozen=True)
class _Spanning:
    """A cell with the number of columns and rows that it takes."""

    node: Any
    across: int
    down: int


def _row(row: Any) -> list[_Spanning]:
    """Return the cells of a row of an HTML table, with the columns and rows that each takes."""
    return [
        _Spanning(node, int(node.get("colspan") or 1), int(node.get("rowspan") or 1))
        for node in row
        if node.tag in ("td", "th")
    ]


def _groups(rows: Sequence[list[_Spanning]]) -> tuple[dict[int, Any], list[list[_Spanning]]]:
    """Return the headings of groups, each a cell as wide as the table, by the row that follows; and the other rows."""
    groups, body = dict[int, str](), list[list[_Spanning]]()
    for row in rows:
        if len(row) == 1 and row[0].across > 1:
            groups[len(body)] = _cell(row[0].node, "the table")
        else:
            body.append(row)
    return {number: heading for number, heading in groups.items() if heading}, body


def _filled(rows: Sequence[Sequence[_Spanning]], width: int) -> list[list[Any]]:
    """Return rows of an HTML table with a cell in each column: one that spans several is in each of them."""
    grid: list[list[Any]] = [[None] * width for _ in rows]
    for number, row in enumerate(rows):
        place = 0
        for cell in row:
            while place < width and grid[number][place] is not None:
                place += 1
            for below in grid[number : number + cell.down]:
                below[place : place + cell.across] = [cell.node] * min(cell.across, width - place)
            place += cell.across
    return grid


def _is_heading(row: Any) -> bool:
    return row.getparent().tag == "thead" and "gt_heading" not in row.get("class", "").split()


def _labels(cells: Sequence[Any], what: str) -> tuple[str, ...]:
    """Return the texts above a column of a library's table, from the top, each once."""
    found = []
    for cell in dict.fromkeys(each for each in cells if each is not None):
        name = ""
        if _is_axis_name(cell):  # a pivot's: what its columns are
            continue
        if (first := next((each for each in cell.getparent() if _is_axis_name(each)), None)) is not None:
            name = _cell(first, what)
        if text := _cell(cell, what):
            found.append(f"{name}: {text}" if name else text)
    return tuple(found)


def _is_axis_name(cell: Any) -> bool:
    """Return True for a Styler's name of an axis of columns, which it puts before their labels."""
    classes = "index_name" in cell.get("class", "").split()
    return classes and any("col_heading" in (each.get("class") or "") for each in cell.getparent())


def _caption(table: Any, what: str) -> str:
    captions = [*table.iter("caption"), *table.iterfind("thead/tr/td[@class]")]
    texts = [text for each in captions if (text := _cell(each, what, is_note=True))]
    return ". ".join([*(text.rstrip(".") for text in texts[:-1]), *texts[-1:]])


def _values(made: Any) -> list[Any] | None:
    """Return the values and the row labels of the data that a library's table is of; None if it does not say."""
    import pandas as pd

    data = getattr(made, "data", getattr(made, "_tbl_data", None))
    if not isinstance(data, pd.DataFrame):
        return None
    levels = (data.index.get_level_values(n) for n, name in enumerate(data.index.names) if name is not None)
    return list(chain(data.to_numpy(dtype=object).flat, *levels))


def _check(
    columns: Sequence[tuple[str, ...]],
    rows: Sequence[Sequence[str]],
    what: str,
    *,
    texts: Counter[str],  # those in the data, counted
) -> None:
    """Raise a FigureError if a table of another library lacks columns, their names or values."""
    if not columns:
        raise FigureError(f"{what} has no columns.")
    for number, labels in enumerate(columns, start=1):
        if not labels:
            raise FigureError(
                f'{what} has no name for column {number}. Name it: frame.rename_axis("team") or frame.rename(columns='
                '{…}); in Great Tables, gt.tab_stubhead("Team") or gt.cols_label(…)'
            )
    if twice := [" ".join(labels) for labels, count in Counter(columns).items() if count > 1]:
        raise FigureError(f"{what} has more than one column called {wording.listing(twice)}. Give each its own name.")
    for number, row in enumerate(rows, start=1):
        for place, (labels, cell) in enumerate(zip(columns, row, strict=True)):
            printed = cell.replace("\\", "")
            if (
                printed == NONE
                and texts[NONE] > 0
                and not is_number([row[place] for row in rows if row[place] != NONE])
            ):
                texts[NONE] -= 1
            elif printed in NO_VALUE:
                raise FigureError(
                    f'{what}, column "{labels[-1]}", row {number}: prints {printed}, so there is no '
                    'value. Say what readers see instead: style.format(na_rep="not known"), '
                    'gt.sub_missing(missing_text="not known"), or "" for nothing.'
                )


def _need_no_false_ends(values: Iterable[Any], rows: Sequence[Sequence[str]], what: str) -> None:
    """Raise a FigureError if more cells are printed as 0, or as 100%, than the data have, in hidden columns too."""
    held = list(values)
    for pattern, ends, words in ((ZERO, (0,), "less than 1"), (FULL, (1, 100), "over 99%")):
        printed = [cell for row in rows for text in row if pattern.fullmatch(cell := text.replace("\\", ""))]
        there = sum(bool(pattern.fullmatch(str(each).strip())) or _is_one_of(each, ends) for each in held)
        if len(printed) > there:
            raise FigureError(
                f"{what} prints {printed[0]} for a value that is not {' or '.join(map(str, ends))}. Give it more "
                f'decimals, or words such as "{words}": style.format(precision=…), gt.fmt_number(decimals=…)'
            )


def _need_single_percentages(values: Iterable[Any], rows: Sequence[Sequence[str]], what: str) -> None:
    """Raise a FigureError if percentages of the data are printed as a hundred times as much."""
    held = {float(each) for each in values if isinstance(each, Real | Decimal)}
    for text in (cell.replace("\\", "") for row in rows for cell in row):
        number = float(re.sub(r"[^\d.]", "", text)) if PERCENTAGE.fullmatch(text) else 0
        is_doubled = number > 1000 and any(isclose(abs(each) * 100, number, rel_tol=0.001) for each in held)
        if is_doubled and not any(isclose(abs(each), number, rel_tol=0.001) for each in held):
            raise FigureError(
                f"{what} prints {text} for {number / 100:g}: its format multiplies by 100, and the data are "
                'percentages. Write style.format("{:.1f}%"), or gt.fmt_percent(scale_values=False).'
            )


def _is_one_of(value: Any, ends: Sequence[int]) -> bool:
    """Return True if a table's value is one of these, apart from rounding errors such as those of a sum of shares."""
    if not isinstance(value, Real | Decimal) or value in ends:
        return isinstance(value, Real | Decimal)
    number = float(value)
    return any(abs(number - end) < wording.OFF_100 if end else wording.is_residue(number) for end in ends)


def _cell(cell: Any, what: str, *, is_note: bool = False) -> str:
    """Return the content of an HTML cell as markdown; the mark of a footnote comes after it, never beside a digit."""
    if cell is None:
        raise FigureError(f"{what} has rows of different lengths.")
    marks: list[str] = []
    text = "".join(_inlines(cell, marks, f"{what} has a cell with")).replace("\xa0", " ")
    text = re.sub(r"\s+", " ", re.sub(r"(?:\s*<br>\s*)+", "<br>", text)).strip().removeprefix("<br>")
    text = text.removesuffix("<br>")
    return " ".join([*marks, text] if is_note else [text, *marks]).strip()


def _inlines(node: Any, marks: list[str], fault: str) -> Iterator[str]:
    """Yield the markdown of what is in an HTML cell."""
    if node.text:
        yield escaped_part(node.text)
    for child in node:
        yield from _inline(child, marks, fault)
        if child.tail:
            yield escaped_part(child.tail)


def _inline(node: Any, marks: list[str], fault: str) -> Iterator[str]:
    """Yield the markdown of an HTML element in a cell of a library's table."""
    if not isinstance(node.tag, str) or re.search(r"display:\s*none", node.get("style", "")):  # a comment
        return
    if node.tag in NO_TEXT:
        raise FigureError(f"{fault} a picture ({node.tag}), which has no words. Write the value in the cell.")
    if node.tag in STRUCK:
        raise FigureError(f"{fault} struck-out text, which not all formats can show. Take the text out.")
    if "gt_footnote_marks" in node.get("class", "").split():
        marks.append(rf"\[{escaped(''.join(node.itertext()))}\]")
        return
    inner = "".join(_inlines(node, marks, fault))
    address = node.get("href", "") if node.tag == "a" else ""
    mark = MARKS.get(node.tag, "") if inner.strip() else ""
    if node.tag == "br":
        yield "<br>"
    elif node.tag in ("p", "div", "li"):
        yield f"<br>{inner}<br>"
    elif re.match(r"https?://|mailto:", address):
        yield f"[{inner.strip()}](<{address}>)"
    elif mark in ("^", "~"):  # pandoc ends them at a space
        unbroken = inner.strip().replace(" ", "\\ ")
        yield f"{mark}{unbroken}{mark}"
    elif mark:
        yield f"{' ' * inner[:1].isspace()}{mark}{inner.strip()}{mark}{' ' * inner[-1:].isspace()}"
    else:
        yield inner


def is_number(cells: Sequence[str]) -> bool:
    """Return True if the cells of a column are numbers as people read them, or signs for none.

    Examples
    --------
    >>> is_number(["1,400", "", "-3.5", "81%", "£2 [1]", "–"]), is_number(["12 to 14"]), is_number(["–"])
    (True, False, False)
    """
    texts = [text for cell in cells if any(map(str.isalnum, text := cell.replace("\\", "").strip()))]
    return bool(texts) and all(map(NUMBER.fullmatch, texts))
