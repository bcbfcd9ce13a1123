"""Headline numbers as large tiles, each with its label, its icon and a small drawing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from natpatsip import context
from natpatsip.blocks import own_drawings
from natpatsip.blocks.tables_and_callouts import Block, Drawing, drawing_span, fact_span
from natpatsip.blocks.values_in_words import NotPrintableError, text_of_value
from natpatsip.charts import palette
from natpatsip.errors import FigureError
from natpatsip.facts.fact import Fact
from natpatsip.known_drawings import noted


@dataclass(frozen=True)
class Tile:
    """A headline number with its label and icon, and a drawing of it if there is one."""

    value: Fact | str
    words: tuple[str | Fact, ...]
    icon: str
    drawing: Drawing | None = None

    @property
    def label(self) -> str:
        """The tile's words as plain text."""
        return "".join(map(str, self.words))

    @property
    def markdown(self) -> str:
        """The tile's words as the report prints them: readers can look up each number in them."""
        return "".join(fact_span(each) if isinstance(each, Fact) else each for each in self.words)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that the tile prints."""
        return tuple(each for each in (self.value, *self.words) if isinstance(each, Fact))


def tile(
    value: Fact | str | float,
    label: str | Sequence[str | Fact],
    *,
    icon: str,
    of: Fact | None = None,
    drawing: Drawing | None = None,
) -> Tile:
    """Return a tile for `tiles`; `icon` is one of the extension's, by name.

    Parameters
    ----------
    label : str or sequence
        What the number is. Give a label that has another fact in it as its parts, so that readers can look that fact
        up, too: ``["of beds taken, up from ", cite("beds_before")]``.
    of : Fact, optional
        What the number is a part of: the label begins with *of 15*, and the part is drawn (`proportion`).
    drawing : Drawing, optional
        What is below the label, such as a measure's line from `measures.sparkline`.

    Raises
    ------
    FigureError
        If a text is said to be part of something, a part is more than its whole, a label has anything else than texts
        and facts in it, or a number is missing or infinite.
    """
    words = _words(label)
    if of is None:
        shown = value if isinstance(value, Fact | str) else _text(value, "".join(map(str, words)))
        return Tile(shown, words, icon, drawing)
    if not isinstance(value, Fact):
        raise FigureError(
            f'tile: found "{value}" of {of}; expected a fact, such as cite("teams_ready"), to be part of it.'
        )
    if not isinstance(of, Fact):
        raise FigureError(f'tile: found {value} of "{of}"; expected a fact, such as cite("teams"), to be the whole.')
    return Tile(value, ("of ", of, " ", *words), icon, drawing or proportion(value, of))


def _words(label: Any) -> tuple[str | Fact, ...]:
    """Return the parts of a tile's label."""
    parts = tuple(label) if isinstance(label, Iterable) and not isinstance(label, str) else (label,)
    if other := [each for each in parts if not isinstance(each, str | Fact)]:
        raise FigureError(
            f'tile: the label "{"".join(map(str, parts))}" has {other[0]} in it; expected texts and facts. Cite the '
            f'number, such as cite("beds_before"), or write it in quotation marks: "{other[0]}".'
        )
    return parts


def _text(value: float, label: str) -> str:
    """Return a tile's plain number, not a fact, as text and tables print it."""
    try:
        return text_of_value(value)
    except NotPrintableError as error:
        raise FigureError(f'tile: the value of "{label}" {error}.') from None


def tiles(*row: Tile | Sequence[Tile], programme: str = "") -> Block:
    """Return headline numbers as a row of large tiles.

    For a programme, by the name of its chapter, they are a panel in its colour, whose first number is the largest.

    Parameters
    ----------
    row : Tile or sequence of Tile
        The tiles, or lists of them; an empty list adds none, as where a tile is of one quarter alone.
    """
    shown = [tile for each in row for tile in ([each] if isinstance(each, Tile) else each)]
    drawings = dict[str, str]()

    def drawn(each: Tile) -> str:
        if each.drawing is None:
            return ""
        name, span = drawing_span(each.drawing.svg, kind="line", alt=each.drawing.alt)
        drawings[name] = each.drawing.svg
        return f"\n\n{span}"

    parts = [f'::: {{.tile icon="{each.icon}"}}\n{_value(each)}\n\n{each.markdown}{drawn(each)}\n:::' for each in shown]
    of_programme = f' programme="{programme}"' if programme else ""
    markdown = f":::: {{.tiles{of_programme}}}\n" + "\n\n".join(parts) + "\n::::"
    seen = "\n".join(f"- **{each.value}** {each.label}" for each in shown)
    context.note("the row of tiles", markdown)
    facts = tuple(fact for each in shown for fact in each.facts)
    own = own_drawings.of_small_drawings(
        (each.drawing.svg, each.drawing.alt, str(each.value), each.label) for each in shown if each.drawing
    )
    return Block(markdown, seen, facts, drawings, own=own)


FEW = 20  # of a whole at most that is drawn as dots, which can be counted


def proportion(part: Fact | int, whole: Fact | int) -> Drawing:
    """Return a part of a whole as a drawing for a headline tile: of up to 20 as dots, of more as a bar.

    Raises
    ------
    FigureError
        If one of them is not a count, or the part is less than nothing or more than the whole.

    Examples
    --------
    >>> proportion(3, 15).alt
    '3 of 15'
    >>> proportion(3, 15).svg.count("<circle"), proportion(29, 42).svg.count("<circle")
    (15, 0)
    """
    some, total = map(_count, (part, whole))
    if not 0 <= some <= total or not total:
        raise FigureError(f"proportion: found {some} of {total}; expected a part that is no more than its whole.")
    if total <= FEW:
        width = 8 * total
        shapes = "".join(
            f'<circle cx="{8 * n + 4}" cy="5" r="3.2" stroke="{palette.ACCENT}" stroke-width="0.8" '
            f'fill="{palette.ACCENT if n < some else palette.PAPER}"/>'
            for n in range(total)
        )
    else:
        width, filled = 160, round(159 * some / total, 1)
        frame = f'x="0.5" y="0.5" height="9" stroke="{palette.ACCENT}" stroke-width="0.8"'
        bars = ((159, palette.PAPER), (filled, palette.ACCENT))
        shapes = "".join(f'<rect {frame} width="{length:g}" fill="{fill}"/>' for length, fill in bars)
    size = f'width="{width}" height="10" viewBox="0 0 {width} 10"'
    alt = f"{some} of {total}"
    if isinstance(part, Fact) and part.label:
        alt = f"{part.label}: {alt}"
    return Drawing(noted(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{shapes}</svg>'), alt)


def _count(each: Fact | int) -> int:
    """Return a count; half a bed or 3% of the teams cannot be drawn as a number of dots."""
    value, unit = (each.value, each.unit) if isinstance(each, Fact) else (each, "")
    amount = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not amount.is_integer() or unit in ("percent", "GBP", "year"):
        raise FigureError(
            f"proportion: found {each}, which is not a count; expected a part of a whole in whole numbers. Leave out "
            "of=, and say in the label what the number is a part of."
        )
    return int(amount)


def _value(each: Tile) -> str:
    return fact_span(each.value) if isinstance(each.value, Fact) else each.value
