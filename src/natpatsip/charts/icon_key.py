"""What the icons of a chart mean: each that occurs with its words, in rows over the chart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from natpatsip.charts import theme
from natpatsip.charts.canvas import Canvas
from natpatsip.charts.icons import ASSURANCE, VARIATION, Icon, draw
from natpatsip.charts.metrics import block_width, text_width

ICON = 20
PITCH = ICON + 6
SIZE = theme.NOTE_SIZE


def in_order(icons: Collection[Icon | None]) -> list[Icon]:
    """Return the icons that occur, each once, in the order of the convention."""
    there = {icon.name for icon in icons if icon}
    return [icon for icon in (*VARIATION.values(), *ASSURANCE.values()) if icon.name in there]


def write_key(canvas: Canvas, groups: Mapping[str, Sequence[Icon]], width: float, *, bottom: float) -> float:
    """Write groups of icons with their words, in columns beside the group's name, and return how far up they reach.

    Parameters
    ----------
    groups : mapping of str to icons
        By the name of a group, its icons.
    bottom : float
        Where the key ends, and `canvas` goes on.
    """
    head = max(text_width(name, SIZE, bold=True) for name in groups) + 12
    slot = block_width([icon.words for icons in groups.values() for icon in icons], SIZE) + ICON + 18
    columns = max(1, int((width - head + 12) // slot))
    rows = [
        ("" if start else name, icons[start : start + columns])
        for name, icons in groups.items()
        for start in range(0, len(icons), columns)
    ]
    for number, (name, icons) in enumerate(rows):
        y = bottom - (len(rows) - number - 0.5) * PITCH
        if name:
            canvas.text(name, 0, y, size=SIZE, bold=True)
        for place, icon in enumerate(icons):
            x = head + place * slot
            draw(canvas, icon, x + ICON / 2 + 1, y, size=ICON)
            canvas.text(icon.words, x + ICON + 6, y, size=SIZE)
    return bottom - len(rows) * PITCH
