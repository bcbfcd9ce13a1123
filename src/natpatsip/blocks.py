"""Tables, headline tiles and callouts: parts of a page that a cell shows if they are its last line."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

from natpatsip import shown, wording
from natpatsip.digests import sha256
from natpatsip.errors import FigureError, nearest
from natpatsip.facts import Fact
from natpatsip.frames import labelled
from natpatsip.plain_text import escaped
from natpatsip.printable import NotPrintableError, is_missing, text_of_value
from natpatsip.shown import BLOCK as BLOCK
from natpatsip.worded import Worded

if TYPE_CHECKING:
    import pandas as pd

CALLOUTS = ("note", "tip", "important", "warning")


@dataclass(frozen=True)
class Block:
    """A part of a chapter in Quarto's markdown, with the facts it prints and the markdown that JupyterLab shows.

    The drawings in it, as SVG, are by the name that `drawing_span` gives them.
    """

    markdown: str
    shown: str
    facts: tuple[Fact, ...] = ()
    drawings: Mapping[str, str] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        record: dict[str, Any] = {"markdown": self.markdown, "facts": [fact.record() for fact in self.facts]}
        record |= {"drawings": dict(self.drawings)} if self.drawings else {}
        return {BLOCK: record, "text/markdown": self.shown, "text/plain": self.shown}


@dataclass(frozen=True)
class Passage:
    """Sentences with facts in them, for an inline expression; readers can look each of them up."""

    parts: tuple[str | Fact, ...]

    @classmethod
    def of(cls, *parts: str | Fact) -> Passage:
        """Return the sentences that plain texts and facts make one after the other.

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
        markdown = "".join(fact_span(each) if isinstance(each, Fact) else _escaped_within(each) for each in self.parts)
        record = {"markdown": markdown, "facts": [fact.record() for fact in facts]}
        return {BLOCK: record, "text/markdown": str(self), "text/plain": str(self)}


def _escaped_within(text: str) -> str:
    """Return a part of a line escaped, with the spaces at its ends, which separate it from others."""
    return f"{' ' * text.startswith(' ')}{escaped(text)}{' ' * text.endswith(' ')}" if text.strip() else text


@dataclass(frozen=True)
class Tile:
    """A headline number with its label and icon."""

    value: Fact | str
    label: str
    icon: str


def table(frame: pd.DataFrame | pd.Series[Any], *, caption: str) -> Block:
    """Return a table with the columns' names as its header, numbers to the right, and missing values empty.

    Row labels with a name (as after ``groupby``) are the first columns.

    Raises
    ------
    FigureError
        If the table has no caption, columns or rows, or a value or a name that readers could not make sense of.
    """
    if not str(caption).strip():
        raise FigureError("A table has no caption. Say in one line what it holds.")
    caption, what = str(caption).strip(), f'The table "{str(caption).strip()}"'
    rows = labelled(frame, what)
    columns = [list(rows[name]) for name in rows.columns]
    marks = ["--:" if _is_numeric(column) else "---" for column in columns]
    cells = [
        [_cell(value, f'{what}, column "{name}", row {row}:', number) for row, value in enumerate(column, start=1)]
        for name, column, number in zip(rows.columns, columns, map(_number_of, rows.columns, columns), strict=True)
    ]
    head = [_row([escaped(name) for name in rows.columns]), "|" + "|".join(marks) + "|"]
    text = "\n".join([*head, *(_row([printed for printed, _ in row]) for row in zip(*cells, strict=True))])
    seen = "\n".join([*head, *(_row([plain for _, plain in row]) for row in zip(*cells, strict=True))])
    facts = [fact for row in zip(*columns, strict=True) for value in row for fact in _facts(value)]
    return _made(f'the table "{caption}"', f"{text}\n\n: {caption}", f"{seen}\n\n*{caption}*", facts)


def _made(what: str, markdown: str, seen: str, facts: Sequence[Fact] = ()) -> Block:
    shown.note(what, markdown)
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
    shown.note(what, markdown)
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
    """Return the name of a small drawing, which is of its content, and the span in Quarto's markdown that shows it.

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
    return name, f'[{escaped(words)}]{{.drawing name="{name}" kind="{kind}" {files} alt="{alt}"}}'


def tile(value: Fact | str, label: str, *, icon: str) -> Tile:
    """Return a tile for `tiles`; `icon` is one of the extension's, by name."""
    return Tile(value, label, icon)


def tiles(row: Sequence[Tile]) -> Block:
    """Return headline numbers as a row of large tiles."""
    parts = [f'::: {{.tile icon="{each.icon}"}}\n{_value(each)}\n\n{each.label}\n:::' for each in row]
    markdown = ":::: {.tiles}\n" + "\n\n".join(parts) + "\n::::"
    seen = "\n".join(f"- **{each.value}** {each.label}" for each in row)
    return _made("the row of tiles", markdown, seen, [each.value for each in row if isinstance(each.value, Fact)])


def callout(kind: Literal["note", "tip", "important", "warning"], title: str, text: str) -> Block:
    """Return a box that is set apart from the text."""
    if kind not in CALLOUTS:
        raise FigureError(
            f'There is no callout "{kind}"; expected {wording.listing(CALLOUTS)}.{nearest(kind, CALLOUTS)}'
        )
    markdown = f"::: {{.callout-{kind}}}\n## {title}\n\n{text}\n:::"
    return _made(f'the callout "{title}"', markdown, f"> **{title}**\n>\n> {text}")


def _value(each: Tile) -> str:
    return fact_span(each.value) if isinstance(each.value, Fact) else each.value


def fact_span(fact: Fact, words: str = "") -> str:
    """Return a fact in Quarto's markdown: its text or other plain words for it, marked with what it is."""
    return f'[{escaped(words or fact.text)}]{{.fact key="{fact.id}" period="{fact.period}"}}'


def _number_of(name: Any, column: Sequence[Any]) -> Callable[[float], str]:
    """Return how the numbers of a column are printed: with one decimal, or more if they are small or close together."""
    numbers = [float(value) for value in column if isinstance(value, Real | Decimal) and not is_missing(value)]
    places = wording.decimals_for(numbers, 1)
    return partial(wording.plain, decimals=places, is_percent="%" in str(name))


def _cell(value: Any, place: str, number: Callable[[float], str]) -> tuple[str, str]:
    """Return a value as the report prints it, and as JupyterLab shows it."""
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


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _is_numeric(column: Sequence[Any]) -> bool:
    known = [value for value in column if not is_missing(value)]
    return bool(known) and all(
        isinstance(value, Fact) or (isinstance(value, Real | Decimal) and not isinstance(value, bool))
        for value in known
    )
