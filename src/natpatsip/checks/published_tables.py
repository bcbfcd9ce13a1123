"""Every table of numbers that a quarter's notebooks carry out, whatever its form, each with the cell that it is from.

A figure's data are its download; a chart's specification holds the rows that it draws; tables are in blocks, in
Markdown and in what a cell shows to the analyst, which the executed notebook that is published still has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from natpatsip.blocks.figures import VEGALITE
from natpatsip.checks.outcome import Place
from natpatsip.context import BLOCK, FIGURE
from natpatsip.files.csv_files import rows_of
from natpatsip.pipeline.inline_code import KEPT, substitute, text_of

_SPAN = re.compile(r"\[([^\]\n]*)\]\{[^}\n]*\}")
PIPES = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|?[\s:|-]*-[\s:|-]*\|?")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_MARKUP = re.compile(r"\*\*|`")
_APART = re.compile(r"\s{2,}|\t")


@dataclass(frozen=True)
class PublishedTable:
    """A table as texts: where it is, what carries it, its columns and its rows."""

    place: Place
    what: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, number: int) -> list[str]:
        """Return the cells of a published table's column."""
        return [row[number] for row in self.rows]


def tables_in(place: Place, cell: Any) -> Iterator[PublishedTable]:
    """Yield the tables of a cell: those that readers see, and those in what the executed notebook holds."""
    seen: set[tuple[tuple[str, ...], ...]] = set()
    for what, rows in _carried(cell):
        wide = max(map(len, rows), default=0)
        filled = tuple((*row, *[""] * (wide - len(row))) for row in rows)
        if len(filled) > 1 and wide > 1 and filled not in seen:
            seen.add(filled)
            yield PublishedTable(place, what, filled[0], filled[1:])


def _carried(cell: Any) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield each table that a cell carries, and what carries it: text, a figure's data, a chart, an output."""
    if cell.cell_type == "markdown":
        text = substitute(cell, text_of) if KEPT in cell.metadata else cell.source
        yield from (("the table", rows) for rows in in_markdown(text))
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if FIGURE in data:
            name = data[FIGURE]["id"]
            yield f"the data of {name}", [tuple(row) for row in rows_of(data[FIGURE]["data"])]
        if VEGALITE in data:
            yield from (("the chart's specification", rows) for rows in _in_specification(data[VEGALITE]))
        markdown = data.get(BLOCK, {}).get("markdown") or "".join(data.get("text/markdown", ""))
        yield from (("the table", rows) for rows in in_markdown(markdown))
        if html := "".join(data.get("text/html", "")):
            yield from (("the output of the cell", rows) for rows in _in_html(html))
        plain = "".join(output.get("text", "")) or "".join(data.get("text/plain", ""))
        if not {BLOCK, FIGURE, "text/html"} & data.keys():
            yield from (("the output of the cell", rows) for rows in _in_plain_text(plain))


def in_markdown(text: str) -> Iterator[list[tuple[str, ...]]]:
    """Yield the pipe tables that a text publishes."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if number and "|" in line and _RULE.fullmatch(line.strip()) and "|" in lines[number - 1]:
            body = [lines[number - 1]]
            for row in lines[number + 1 :]:
                if "|" not in row:
                    break
                body.append(row)
            yield [_cells(row) for row in body]


def _cells(line: str) -> tuple[str, ...]:
    bare = line.strip().removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return tuple(_plain(cell) for cell in PIPES.split(bare))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", _MARKUP.sub("", _SPAN.sub(r"\1", text))).strip()


def _in_specification(found: Any) -> Iterator[list[tuple[str, ...]]]:
    """Yield the rows that a published chart of Vega-Lite holds, wherever they are in it."""
    if isinstance(found, dict):
        for value in found.values():
            yield from _in_specification(value)
    elif isinstance(found, list):
        rows = [each for each in found if isinstance(each, dict)]
        names = list(dict.fromkeys(name for row in rows for name, value in row.items() if not _is_nested(value)))
        if len(rows) > 1:
            yield [tuple(names), *(tuple(_text(row.get(name)) for name in names) for row in rows)]
        for each in found:
            if isinstance(each, dict) and any(_is_nested(value) for value in each.values()):
                yield from _in_specification(each)


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


class _Tables(HTMLParser):
    """Reads the rows of HTML tables; what is in a cell is its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell of published HTML."""
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self._is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            self.tables[-1][-1][-1] += data.strip()


def _in_html(text: str) -> Iterator[list[tuple[str, ...]]]:
    reader = _Tables()
    reader.feed(text)
    for found in reader.tables:
        yield [tuple(row) for row in found if row]


def _in_plain_text(text: str) -> Iterator[list[tuple[str, ...]]]:
    """Yield the lines of a printed frame or series as a table; columns are counted from the right, as pandas aligns."""
    lines = [line for line in text.splitlines() if len(_APART.split(line.strip())) > 1]
    if len(lines) < 2:
        return
    rows = [_APART.split(line.strip()) for line in lines]
    wide = max(map(len, rows))
    # The names of columns are above their numbers; the corner above the names of rows is empty.
    head = rows[0] if lines[0].startswith(" ") or not _has_digit(lines[0]) else []
    body = [row for row in (rows[1:] if head else rows) if len(row) in (wide, wide - 1)]
    names = [*[""] * (wide - len(head)), *head] if head else [""] * wide
    yield [tuple(names), *((*[""] * (wide - len(row)), *row) for row in body)]


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)
