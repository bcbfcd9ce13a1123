"""Tables and callouts: parts of a page that a cell shows if they are its last line; `headline_tiles` has tiles.

A table that another library has made is one of the report's, too, if a cell ends with it.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, cast

from natpatsip import context, wording
from natpatsip.blocks import library_tables, own_drawings
from natpatsip.blocks.frames import labelled
from natpatsip.blocks.values_in_words import NotPrintableError, escaped, escaped_part, is_missing, text_of_value
from natpatsip.context import BLOCK as BLOCK
from natpatsip.context import LEFT_OUT, WARNING
from natpatsip.errors import FigureError, nearest
from natpatsip.facts.fact import Fact
from natpatsip.files.digests import sha256
from natpatsip.worded import Worded

if TYPE_CHECKING:
    import pandas as pd
    from great_tables import GT
    from pandas.io.formats.style import Styler

_YEAR = re.compile(r"\byears?\b", re.IGNORECASE)
_CODE = re.compile(r"\b(codes?|ids?|identifiers?)\b", re.IGNORECASE)
CALLOUTS = ("note", "tip", "important", "warning")


@dataclass(frozen=True)
class Block:
    """A part of a chapter in Quarto's markdown, with the facts it prints and the markdown that JupyterLab shows.

    The drawings in it, as SVG, are by the name that `drawing_span` gives them; the data that a script of the pages
    shows, by the name of their file.
    """

    markdown: str
    shown: str
    facts: tuple[Fact, ...] = ()
    drawings: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, str] | None = None  # what formatted it, and the digest of its content, if natpatsip did not

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {**self._records(), "text/markdown": self.shown, "text/plain": self.shown}

    def _records(self) -> dict[str, Any]:
        """Return what the build reads of the block."""
        record: dict[str, Any] = {"markdown": self.markdown, "facts": [fact.record() for fact in self.facts]}
        record |= {"drawings": dict(self.drawings)} if self.drawings else {}
        record |= {"data": dict(self.data)} if self.data else {}
        record |= {"own": dict(self.own)} if self.own else {}
        return {BLOCK: record, **({WARNING: {"message": self.warning}} if self.warning else {})}


@dataclass(frozen=True)
class Passage:
    """Sentences with facts in them, for an inline expression; readers can look each of them up."""

    parts: tuple[str | Fact, ...]

    @classmethod
    def of(cls, *parts: str | Fact) -> Passage:
        """Return a passage for a cell: the sentences that plain texts and facts make one after the other.

        Examples
        --------
        >>> str(Passage.of("The mean is ", Fact("seen", "all", 85.9, "percent", ""), "."))
        'The mean is 85.9%.'
        """
        return cls(parts)

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def _repr_markdown_(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        facts = [each for each in self.parts if isinstance(each, Fact)]
        markdown = "".join(fact_span(each) if isinstance(each, Fact) else escaped_part(each) for each in self.parts)
        record = {"markdown": markdown, "facts": [fact.record() for fact in facts]}
        return {BLOCK: record, "text/markdown": str(self), "text/plain": str(self)}


@dataclass(frozen=True)
class Drawing:
    """A small drawing, such as a line over time or a share of a whole, with its text alternative."""

    svg: str
    alt: str

    def _repr_svg_(self) -> str:
        return self.svg


def table(rows: pd.DataFrame | pd.Series[Any] | Styler | GT, *, caption: str = "") -> Block:
    """Return a table with the columns' names as its header, numbers to the right, and missing values empty.

    Row labels with a name (as after ``groupby``) are the first columns.

    Parameters
    ----------
    rows : DataFrame, Series, Styler or GT
        The rows; or a table of pandas (``frame.style``) or Great Tables, of which text and structure are kept:
        spanners, groups of rows, values as they were formatted, notes. Its colours are left out. It is a finding of
        ``natpatsip check`` until somebody has read it beside its data.
    caption : str
        What the table holds, in one line. A Styler or GT may have one of its own.

    Raises
    ------
    FigureError
        If the table has no caption, columns or rows, or a value or a name that readers could not make sense of.
    """
    caption = " ".join(str(caption).split())
    if library_tables.is_library_table(rows):
        return _library_table(rows, caption)
    if not caption:
        raise FigureError("A table has no caption. Say in one line what it holds.")
    what = f'The table "{caption}"'
    frame = labelled(cast("pd.DataFrame", rows), what)
    columns = [list(frame[name]) for name in frame.columns]
    is_number = [_is_numeric(column) for column in columns]
    cells = [
        [_cell(value, f'{what}, column "{name}", row {row}:', number) for row, value in enumerate(column, start=1)]
        for name, column, number in zip(frame.columns, columns, map(_number_of, frame.columns, columns), strict=True)
    ]
    names = [escaped(name) for name in frame.columns]
    text = pipe_table(names, is_number, [[printed for printed, _ in row] for row in zip(*cells, strict=True)])
    seen = pipe_table(names, is_number, [[plain for _, plain in row] for row in zip(*cells, strict=True)])
    facts = [fact for row in zip(*columns, strict=True) for value in row for fact in _facts(value)]
    return _made(f'the table "{caption}"', f"{text}\n\n: {caption}", f"{seen}\n\n*{caption}*", facts)


def _library_table(made: Any, caption: str) -> Block:
    """Return a table of another library; headings of several columns and of groups are marked in its markdown."""
    what = f'The table "{caption}"' if caption else "The table"
    found = library_tables.read(made, what)
    if not (caption := caption or found.caption):
        raise FigureError(
            f"A table has no caption. Say in one line what it holds: {library_tables.caption_remedy(made)}, or "
            'table(…, caption="…")'
        )
    names = [" ".join([*(f"[{each}]{{.spanner}}" for each in above), label]) for *above, label in found.columns]
    empty = [""] * (len(names) - 1)
    rows, plain = list[Sequence[str]](), list[Sequence[str]]()
    for number, row in enumerate(found.rows):
        if number in found.groups:
            rows.append([f"[{found.groups[number]}]{{.group}}", *empty])
            plain.append([f"**{found.groups[number]}**", *empty])
        rows.append(row)
        plain.append(row)
    is_number = [library_tables.is_number(column) for column in zip(*found.rows, strict=True)]
    notes = "<br>".join(found.notes)
    cells = pipe_table(names, is_number, rows)
    text = f"{cells}\n\n: {caption}" + (f"\n\n::: {{.table-notes}}\n{notes}\n:::" if notes else "")
    seen = pipe_table([": ".join(labels) for labels in found.columns], is_number, plain)
    what = f'the table "{caption.replace(chr(92), "")}"'
    warning = (
        f"{what[0].upper()}{what[1:]} gives cells colours or other formats, which the report leaves out. "
        "What they mean must be in its words, such as in a column of its own."
    )
    context.note(what, text)
    return Block(
        text,
        f"{seen}\n\n*{caption}*\n\n{notes}",
        warning=warning if found.has_formats else "",
        own=own_drawings.of_table(found.library, f"{cells}\n{notes}", found.values),
    )


def as_block(made: Any) -> dict[str, Any]:
    """Return what the build reads of a table of another library that a cell shows; JupyterLab shows the library's own.

    IPython calls it; a failure in it would be no error of the cell's, so what cannot be shown is recorded.
    """
    try:
        return table(made)._records()
    except FigureError as error:
        return {LEFT_OUT: {"message": str(error)}}


def _made(what: str, markdown: str, seen: str, facts: Sequence[Fact] = ()) -> Block:
    context.note(what, markdown)
    return Block(markdown, seen, tuple(facts))


def made_block(
    what: str, markdown: str, facts: Sequence[Fact] = (), drawings: Mapping[str, str] | None = None
) -> Block:
    """Return a block of Quarto's markdown; JupyterLab shows its text and drawings, without what marks facts.

    Parameters
    ----------
    what : str
        What it is, as messages name it.
    drawings : mapping
        The SVG of each `drawing_span` in it.
    """
    context.note(what, markdown)
    known = drawings or {}

    def in_jupyter(match: re.Match[str]) -> str:
        if not match[2]:
            return match[1]
        svg = base64.b64encode(known[match[2]].encode()).decode()
        return f'<img src="data:image/svg+xml;base64,{svg}" height="24" alt="{match[3]}"> {match[1]}'.rstrip()

    seen = re.sub(r"^: (.*)$", r"*\1*", _SPAN.sub(in_jupyter, markdown), flags=re.MULTILINE)
    return Block(markdown, seen, tuple(facts), known)


_SPAN = re.compile(r'\[([^\]\n]*)\]\{\.(?:fact [^}]*|drawing name="([^"]*)"[^}]*? alt="([^"]*)"[^}]*)\}')


def drawing_span(svg: str, *, kind: Literal["line", "icon"], alt: str, words: str = "") -> tuple[str, str]:
    """Return the name of a small drawing, made from its content, and the span in Quarto's markdown that shows it.

    Parameters
    ----------
    svg : str
        The drawing.
    kind : {"line", "icon"}
        How wide it is.
    alt : str
        What it shows, in words; empty for one that only repeats the words beside it.
    words : str
        Words beside it.
    """
    name = f"drawing-{sha256(svg)[:16]}"
    files = f'svg="drawings/{name}.svg" png="drawings/{name}.png"'
    return name, f'[{escaped(words)}]{{.drawing name="{name}" kind="{kind}" {files} alt="{_attribute(alt)}"}}'


def _attribute(text: str) -> str:
    """Return plain text as the value of a block's attribute, which Markdown and HTML read alike."""
    return html.escape(" ".join(text.split())).replace("\\", "\\\\")


def callout(kind: Literal["note", "tip", "important", "warning"], title: str, text: str) -> Block:
    """Return a box that is set apart from the text."""
    if kind not in CALLOUTS:
        raise FigureError(
            f'There is no callout "{kind}"; expected {wording.listing(CALLOUTS)}.{nearest(kind, CALLOUTS)}'
        )
    markdown = f"::: {{.callout-{kind}}}\n## {title}\n\n{text}\n:::"
    return _made(f'the callout "{title}"', markdown, f"> **{title}**\n>\n> {text}")


def fact_span(fact: Fact, words: str = "") -> str:
    """Return a fact in Quarto's markdown: its text or other plain words for it, marked with what it is."""
    return f'[{escaped(words or fact.text)}]{{.fact key="{fact.id}" period="{fact.period}"}}'


def _number_of(name: Any, column: Sequence[Any]) -> Callable[[float], str]:
    """Return how a table prints a column's numbers: with one decimal, or more if they are small or close together.

    No number but 100 is printed as 100: it may be a percentage, whatever the column is called. Years and codes have no
    thousands separator; whole numbers such as 2022, 2023 and 2024 are years.
    """
    numbers = [float(value) for value in column if isinstance(value, Real | Decimal) and not is_missing(value)]
    are_whole = all(value.is_integer() and value >= 0 for value in numbers)
    is_code = _CODE.search(str(name)) or (_YEAR.search(str(name)) and all(1000 <= each < 10_000 for each in numbers))
    if (is_code and are_whole) or wording.are_years(numbers):
        return lambda value: str(int(value))
    places = wording.decimals_for(numbers, 1)
    return partial(wording.plain, decimals=places, is_percent=True)


def _cell(value: Any, place: str, number: Callable[[float], str]) -> tuple[str, str]:
    """Return a value of a table as the report prints it, and as JupyterLab shows it."""
    if isinstance(value, Fact):
        return fact_span(value), value.text
    if isinstance(value, Worded):
        return fact_span(value.fact, value.words), value.words
    if is_missing(value):
        return "", ""
    try:
        text = escaped(text_of_value(value, number=number))
    except NotPrintableError as error:
        raise FigureError(f"{place} the value {error}.") from None
    return text, text


def _facts(value: Any) -> tuple[Fact, ...]:
    if isinstance(value, Worded):
        return value.fact, *value.beside
    return (value,) if isinstance(value, Fact) else ()


def pipe_table(names: Iterable[str], is_number: Iterable[bool], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in markdown, of cells in markdown, with the columns of numbers aligned to the right."""
    marks = "|" + "|".join("--:" if each else "---" for each in is_number) + "|"
    return "\n".join([_row(names), marks, *map(_row, rows)])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _is_numeric(column: Sequence[Any]) -> bool:
    """Return True if a table's column is mostly numbers; a word such as "not reported" is aligned with them."""
    known = [value for value in column if not is_missing(value)]
    numbers = [
        isinstance(each, Fact) or (isinstance(each, Real | Decimal) and not isinstance(each, bool)) for each in known
    ]
    words = sum(isinstance(each, str) for each in known)
    return sum(numbers) > len(known) / 2 and sum(numbers) + words == len(known)
