"""The names of a legend, side by side in rows as wide as the chart; a name too long for a row has lines of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from natpatsip.charts.metrics import block_width, wrap_name
from natpatsip.charts.theme import TEXT_SIZE

PITCH = 18
LINE = 15  # within a name


@dataclass(frozen=True)
class Entry:
    """A name of a legend: its lines, the left edge of its mark, the middle of its first line below the legend's top."""

    lines: tuple[str, ...]
    x: float
    y: float


def flow(names: Sequence[str], width: float, *, mark: float, gap: float) -> tuple[list[Entry], float, float]:
    """Set names side by side, in as many rows as they need.

    Parameters
    ----------
    names : sequence of str
    width : float
        Pixels of a row.
    mark, gap : float
        Pixels before a name, for its mark, and after it.

    Returns
    -------
    entries : list of Entry
    height, reach : float
        Pixels of the legend from top to bottom, and from the left to the end of the last row.

    Examples
    --------
    >>> entries, height, _ = flow(["Mean", "Process limits", "Ambition"], 200, mark=26, gap=16)
    >>> [(entry.lines[0], entry.x > 0, entry.y) for entry in entries], height
    ([('Mean', False, 9.0), ('Process limits', True, 9.0), ('Ambition', False, 27.0)], 36.0)
    """
    entries: list[Entry] = []
    x, top, tall = 0.0, 0.0, 0.0
    for name in names:
        lines = tuple(wrap_name(name, width - mark, TEXT_SIZE))
        wide = mark + block_width(lines)
        if x and x + wide > width:
            x, top, tall = 0.0, top + tall, 0.0
        entries.append(Entry(lines, x, top + PITCH / 2))
        x, tall = x + wide + gap, max(tall, PITCH + LINE * (len(lines) - 1))
    return entries, top + tall, x
