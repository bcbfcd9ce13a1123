"""Legends: names with their marks, kinds of points with their symbols, icons with their words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from natpatsip.charts import palette
from natpatsip.charts.icons import ICONS, Icon, draw
from natpatsip.charts.layout.canvas import Canvas
from natpatsip.charts.layout.sizes import NOTE_SIZE, TEXT_SIZE, block_width, text_width, wrap_name

PITCH = 18
LINE = 15  # within a name
ICON, ICON_GAP = 34, 16  # of an icon beside the legend
EDGE = 3  # pixels within a drawing's edge, which would cut a letter that a renderer draws wider than it was planned
KEY_ICON = 20  # of an icon in a key
KEY_PITCH = KEY_ICON + 6
BETWEEN_NAMES = 16
Item = TypeVar("Item")


@dataclass(frozen=True)
class Entry:
    """A name in a legend: its lines, the left edge of its mark, and the y of its first line below the legend's top."""

    lines: tuple[str, ...]
    x: float
    y: float


def flow(names: Sequence[str], width: float, *, mark: float) -> tuple[list[Entry], float, float]:
    """Return names side by side in as many rows as they need; a name too long for a row has lines of its own.

    Parameters
    ----------
    width : float
        Pixels of a row.
    mark : float
        Pixels before a name, for its mark.

    Returns
    -------
    entries : list of Entry
    height, reach : float
        Pixels of the legend from top to bottom, and from the left to the end of the last row.

    Examples
    --------
    >>> entries, height, _ = flow(["Mean", "Process limits", "Target"], 200, mark=26)
    >>> [(entry.lines[0], entry.x > 0, entry.y) for entry in entries], height
    ([('Mean', False, 9.0), ('Process limits', True, 9.0), ('Target', False, 27.0)], 36.0)
    """
    entries: list[Entry] = []
    x, top, tall = 0.0, 0.0, 0.0
    for name in names:
        lines = tuple(wrap_name(name, width - mark, TEXT_SIZE))
        wide = mark + block_width(lines)
        if x and x + wide > width:
            x, top, tall = 0.0, top + tall, 0.0
        entries.append(Entry(lines, x, top + PITCH / 2))
        x, tall = x + wide + BETWEEN_NAMES, max(tall, PITCH + LINE * (len(lines) - 1))
    return entries, top + tall, x


def kinds_width(kinds: Sequence[str]) -> float:
    """Return the pixels that kinds of points take side by side."""
    return sum(text_width(palette.POINTS[kind].words) + 31 for kind in kinds)


def rows_of_kinds(kinds: Sequence[str], width: float) -> list[list[str]]:
    """Return kinds of points in rows that fit a width."""
    return _in_rows(kinds, lambda row: kinds_width(row) <= width)


def _in_rows(items: Sequence[Item], fits: Callable[[Sequence[Item]], bool]) -> list[list[Item]]:
    """Return a legend's items in rows that fit."""
    rows: list[list[Item]] = []
    for item in items:
        if rows and fits([*rows[-1], item]):
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows


def write_kinds(canvas: Canvas, kinds: Sequence[str], x: float, y: float) -> None:
    """Write kinds of points side by side, each with its symbol."""
    for kind in kinds:
        style = palette.POINTS[kind]
        canvas.symbol(style.shape, x, y, fill=style.fill, outline=style.outline, size=81)
        canvas.text(style.words, x + 9, y)
        x += text_width(style.words) + 31


def icons_width(icons: Sequence[Icon]) -> float:
    """Return the pixels that icons with their words take, and the gaps before them."""
    return sum(ICON + 6 + _words_width(icon) + ICON_GAP for icon in icons)


def rows_of_icons(icons: Sequence[Icon], width: float) -> list[list[Icon]]:
    """Return icons in rows that fit a width."""
    return _in_rows(icons, lambda row: icons_width(row) - ICON_GAP <= width)


def _words_width(icon: Icon) -> float:
    return max(text_width(icon.kind, NOTE_SIZE), text_width(icon.words, NOTE_SIZE, bold=_is_bold(icon)))


def _is_bold(icon: Icon) -> bool:
    """Return True for the words of an icon that have a colour of their own."""
    return icon.ink != palette.INK


def write_icons(canvas: Canvas, icons: Sequence[Icon], *, right: float, y: float) -> None:
    """Draw icons with their words, up to a right edge."""
    right -= EDGE
    for icon in reversed(icons):
        x = right - _words_width(icon)
        canvas.text(icon.kind, x, y - LINE / 2, colour=palette.QUIET, size=NOTE_SIZE)
        canvas.text(icon.words, x, y + LINE / 2, size=NOTE_SIZE, colour=icon.ink, bold=_is_bold(icon))
        draw(canvas, icon, x - 6 - ICON / 2, y, size=ICON)
        right = x - 6 - ICON - ICON_GAP


def in_order(icons: Collection[Icon | None]) -> list[Icon]:
    """Return the icons that occur, each once, in the order of the convention."""
    return [icon for icon in ICONS.values() if icon in icons]


def write_icon_key(canvas: Canvas, groups: Mapping[str, Sequence[Icon]], width: float, *, bottom: float) -> float:
    """Write groups of icons with their words, in columns beside the group's name, and return the y of the key's top."""
    head = max(text_width(name, NOTE_SIZE, bold=True) for name in groups) + 12
    slot = block_width([icon.words for icons in groups.values() for icon in icons], NOTE_SIZE) + KEY_ICON + 18
    columns = max(1, int((width - head + 12) // slot))
    rows = [
        ("" if start else name, icons[start : start + columns])
        for name, icons in groups.items()
        for start in range(0, len(icons), columns)
    ]
    for number, (name, icons) in enumerate(rows):
        y = bottom - (len(rows) - number - 0.5) * KEY_PITCH
        if name:
            canvas.text(name, 0, y, size=NOTE_SIZE, bold=True)
        for column, icon in enumerate(icons):
            x = head + column * slot
            draw(canvas, icon, x + KEY_ICON / 2 + 1, y, size=KEY_ICON)
            canvas.text(icon.words, x + KEY_ICON + 6, y, size=NOTE_SIZE)
    return bottom - len(rows) * KEY_PITCH
