"""Tables, headline tiles and callouts: parts of a page that a cell shows if they are its last line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from natpatsip import wording
from natpatsip.errors import FigureError, nearest
from natpatsip.facts import Fact
from natpatsip.plain_text import escaped

if TYPE_CHECKING:
    import pandas as pd

BLOCK = "application/vnd.natpatsip.block+json"
CALLOUTS = ("note", "tip", "important", "warning")


@dataclass(frozen=True)
class Block:
    """A part of a chapter in Quarto's markdown, with the facts it prints and the markdown that JupyterLab shows."""

    markdown: str
    shown: str
    facts: tuple[Fact, ...] = ()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        record = {"markdown": self.markdown, "facts": [fact.record() for fact in self.facts]}
        return {BLOCK: record, "text/markdown": self.shown, "text/plain": self.shown}


@dataclass(frozen=True)
class Tile:
    """A headline number with its label and icon."""

    value: Fact | str
    label: str
    icon: str


def table(frame: pd.DataFrame, *, caption: str) -> Block:
    """Return a table with the columns' names as its header, numbers to the right, and missing values empty.

    Raises
    ------
    FigureError
        If the table has no caption or no columns.
    """
    if not caption.strip():
        raise FigureError("A table has no caption. Say in one line what it holds.")
    if not len(frame.columns):
        raise FigureError(f'The table "{caption}" has no columns.')
    columns = [escaped(str(name)) for name in frame.columns]
    marks = ["--:" if _is_numeric(frame[name]) else "---" for name in frame.columns]
    head = [_row(columns), "|" + "|".join(marks) + "|"]
    rows = list(frame.itertuples(index=False))
    text = "\n".join([*head, *(_row([_cell(value) for value in row]) for row in rows)])
    shown = "\n".join([*head, *(_row([_cell(_plainly(value)) for value in row]) for row in rows)])
    facts = tuple(value for row in rows for value in row if isinstance(value, Fact))
    return Block(f"{text}\n\n: {caption.strip()}", f"{shown}\n\n*{caption.strip()}*", facts)


def tile(value: Fact | str, label: str, *, icon: str) -> Tile:
    """Return a tile for `tiles`; `icon` is one of the extension's, by name."""
    return Tile(value, label, icon)


def tiles(row: Sequence[Tile]) -> Block:
    """Return headline numbers as a row of large tiles."""
    parts = [f'::: {{.tile icon="{each.icon}"}}\n{_value(each)}\n\n{each.label}\n:::' for each in row]
    markdown = ":::: {.tiles}\n" + "\n\n".join(parts) + "\n::::"
    shown = "\n".join(f"- **{each.value}** {each.label}" for each in row)
    return Block(markdown, shown, tuple(each.value for each in row if isinstance(each.value, Fact)))


def callout(kind: Literal["note", "tip", "important", "warning"], title: str, text: str) -> Block:
    """Return a box that stands out from the text."""
    if kind not in CALLOUTS:
        raise FigureError(
            f'There is no callout "{kind}"; expected {wording.listing(CALLOUTS)}.{nearest(kind, CALLOUTS)}'
        )
    return Block(f"::: {{.callout-{kind}}}\n## {title}\n\n{text}\n:::", f"> **{title}**\n>\n> {text}")


def _value(each: Tile) -> str:
    return fact_span(each.value) if isinstance(each.value, Fact) else each.value


def fact_span(fact: Fact, words: str = "") -> str:
    """Return a fact in Quarto's markdown: its text or other plain words for it, marked with what it is."""
    return f'[{escaped(words or fact.text)}]{{.fact key="{fact.id}" period="{fact.period}"}}'


def _cell(value: Any) -> str:
    if isinstance(value, Fact):
        return fact_span(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
        return ""
    if isinstance(value, int | float) or hasattr(value, "item"):
        return wording.plain(float(value))
    return escaped(str(value))


def _plainly(value: Any) -> Any:
    return value.text if isinstance(value, Fact) else value


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _is_numeric(column: pd.Series[Any]) -> bool:
    return column.dtype.kind in "iuf" or all(isinstance(value, Fact | int | float) for value in column)
