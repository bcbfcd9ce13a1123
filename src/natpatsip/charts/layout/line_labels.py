"""Labels of lines within the plot: each beside its own line, where neither data nor another label is.

The plot is divided into cells. Every place a label could have is weighed at once: by what it would cover, how far it is
from its line, and whether it leaves the stretch that the line has.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from natpatsip.charts import palette
from natpatsip.charts.layout.canvas import Canvas, Plot
from natpatsip.charts.layout.labels import EdgeLabel
from natpatsip.charts.layout.sizes import NOTE_SIZE, text_width

Grid = npt.NDArray[np.float64]
CELL = 2  # pixels
TALL = 14  # pixels of a line of text
APART = 3  # pixels of a label's sides from anything else
POINT = 5  # pixels from the middle of a point to its edge
# Cost of a cell covered; one pixel away from the line costs 1. A leader through a point would name the point.
ON_DATA, ON_POINT, ON_LABEL = 8.0, 60.0, 4000.0
OUTSIDE = 20.0  # cost of a pixel beyond the ends of its line for a latest label; others stay within them
WRONG_SIDE = 10.0
CLEAR = 6  # pixels from a label's edge to its line, up to which no leader is needed


@dataclass(frozen=True)
class LineLabel:
    """The label of a level line, and the stretch that the line has, in pixels; a leader, if any, goes to its level.

    Parameters
    ----------
    texts : tuple of EdgeLabel
        The lines of its text, from the top down.
    side : int
        −1 if it should be above its line, 1 below, 0 wherever there is room.
    """

    texts: tuple[EdgeLabel, ...]
    y: float
    start: float
    end: float
    is_at_end: bool = False
    side: int = 0

    @property
    def fits(self) -> bool:
        """Whether the line's stretch is wide enough for the label: it must not be beside another stretch's line."""
        return self.width + 2 * (APART + CELL) <= self.end - self.start

    @cached_property
    def width(self) -> float:
        """The label's pixels from side to side."""
        return max(text_width(each.words, NOTE_SIZE, bold=each.is_bold) for each in self.texts)

    @property
    def height(self) -> float:
        """The label's pixels from top to bottom."""
        return TALL * len(self.texts)

    def leaders(self, left: Any) -> list[Any]:
        """Return the places of a leader, below or above the label if it can be, for one left edge or many."""
        start, end = self.start + 2, max(self.start + 2, self.end - 2)
        return [
            np.minimum(np.clip(left + along, start, end), left + self.width)
            for along in np.arange(8, max(9.0, self.width - 8), CELL)
        ]


def latest_labels(
    labels: Sequence[EdgeLabel], plot: Plot, start: float, end: float, clutter: Clutter
) -> list[LineLabel]:
    """Return the labels of the latest mean and limits: one for each, or of the mean alone if they have no room.

    They have room if each limit's label is at its own line, all are in the order of their lines, and none is among the
    lines of an earlier stretch.
    """
    found = [
        LineLabel((each,), plot.y(each.value), start, end, is_at_end=True, side=each.side)
        for each in sorted(labels, key=lambda each: each.is_bold)  # limits have less choice
    ]
    trial = deepcopy(clutter)
    places = [(label, *_put(label, trial)[:2]) for label in found]
    limits = [(label, y) for label, _, y in places if not label.texts[0].is_bold]
    are_beside = all(_leader_from(label, y) is None for label, y in limits)
    are_within = all(left >= min(start, end - label.width - 2 * APART) - APART for label, left, _ in places)
    middles = [y for _, y in sorted((label.y, y) for label, _, y in places)]
    are_in_order = middles == sorted(middles) and len({label.y for label in found}) == len(found)
    if are_beside and are_within and are_in_order:
        return found
    return [replace(label, side=0) for label in found if label.texts[0].is_bold]


class Clutter:
    """What is drawn in a plot, cell by cell."""

    def __init__(self, width: float, height: float) -> None:
        self.cells: Grid = np.zeros((int(height // CELL) + 1, int(width // CELL) + 1))
        self.points: Grid = np.zeros_like(self.cells)

    def add_box(self, left: float, top: float, right: float, bottom: float, *, weight: float = ON_DATA) -> None:
        """Add a box to what is drawn in the plot."""
        self.cells[self._within(left, top, right, bottom)] += weight

    def add_text(self, left: float, top: float, right: float, bottom: float) -> None:
        """Add a text, which neither a label nor a leader may cross."""
        self.add_box(left, top, right, bottom, weight=ON_LABEL)

    def add_point(self, x: float, y: float, reach: float) -> None:
        """Add a point of data, which neither a label nor a leader crosses if there is another place."""
        self.points[self._within(x - reach, y - reach, x + reach, y + reach)] = ON_POINT

    def _within(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        """Return the rows and columns of the plot's cells that a box covers."""
        rows, columns = (
            slice(max(0, int(low // CELL)), max(0, int(high // CELL) + 1))
            for low, high in ((top, bottom), (left, right))
        )
        return rows, columns

    def add_path(self, points: Sequence[tuple[float, float]]) -> None:
        """Add points and the straight lines between them to what is drawn in the plot."""
        for x, y in points:
            self.add_box(x - POINT, y - POINT, x + POINT, y + POINT)
        for (x, y), (x2, y2) in pairwise(points):
            count = int(max(abs(x2 - x), abs(y2 - y)) // CELL) + 1
            columns = (np.linspace(x, x2, count) // CELL).astype(int).clip(0, self.cells.shape[1] - 1)
            rows = (np.linspace(y, y2, count) // CELL).astype(int).clip(0, self.cells.shape[0] - 1)
            self.cells[rows, columns] += ON_DATA

    def add_level(self, y: float, start: float, end: float) -> None:
        """Add a level line to what is drawn in the plot."""
        self.add_box(start, y, end, y)

    def covered(self, width: int, height: int, *, is_free: bool) -> Grid:
        """Return what a label of so many cells would cover in the plot, by the cell of its upper left corner.

        A label that is free to be on either side of its line avoids points at more cost.
        """
        cells = self.cells + self.points * is_free
        total: Grid = np.pad(cells, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
        found: Grid = (
            total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
        )
        return found


def write_line_labels(canvas: Canvas, labels: Iterable[LineLabel], clutter: Clutter) -> None:
    """Write each label beside its line, with a leader where it had to go further away; `clutter` gets them too."""
    for label in labels:
        x, y, at = _put(label, clutter)
        half = label.height / 2
        for number, each in enumerate(label.texts):
            middle = y - half + TALL * (number + 0.5)
            canvas.text(each.words, x, middle, colour=each.colour, bold=each.is_bold, size=NOTE_SIZE)
        if (edge := _leader_from(label, y)) is not None:
            canvas.line((at, edge), (at, label.y), colour=palette.INK, width=0.8)


def _put(label: LineLabel, clutter: Clutter) -> tuple[float, float, float]:
    """Add a label with its leader to what is drawn, and return its left edge, its middle and the leader's x."""
    x, y, at = _place(label, clutter)
    half = label.height / 2
    clutter.add_text(x - APART, y - half, x + label.width + APART, y + half)
    if (edge := _leader_from(label, y)) is not None:
        clutter.add_box(at, min(edge, label.y), at, max(edge, label.y), weight=ON_LABEL)
    return x, y, at


def _leader_from(label: LineLabel, y: float) -> float | None:
    """Return where the leader of a label leaves it; None if the label is so close to its line that it needs none."""
    half = label.height / 2
    if abs(y - label.y) <= half + CLEAR:
        return None
    return y + (half if y < label.y else -half)


def _place(label: LineLabel, clutter: Clutter) -> tuple[float, float, float]:
    """Return the left edge and the middle of a line's label, and the x of its leader if it has one."""
    apart = 1 if label.is_at_end else APART  # latest labels have little room between their lines
    wide, tall = (math.ceil(pixels / CELL) for pixels in (label.width + 2 * APART, label.height + 2 * apart))
    wide, tall = min(wide, clutter.cells.shape[1]), min(tall, clutter.cells.shape[0])
    cost = clutter.covered(wide, tall, is_free=not label.side)
    left = np.arange(cost.shape[1]) * CELL + APART
    middle = np.arange(cost.shape[0]) * CELL + tall * CELL / 2
    beyond = np.maximum(label.start + 2 - left, 0) + np.maximum(left + label.width - label.end + 2, 0)
    overhang = max(0.0, label.width + 4 - (label.end - label.start))  # what no place could avoid
    wanted = label.end - label.width - 4 if label.is_at_end else label.start + 4
    is_wrong = (middle - label.y) * label.side < 0
    cost = cost + (np.abs(middle - label.y) + WRONG_SIDE * is_wrong)[:, None]
    rows = np.arange(cost.shape[0])
    is_above = middle < label.y
    edges = np.where(is_above, rows + tall, rows)
    drawn = np.pad(clutter.cells + clutter.points, ((1, 0), (1, 1)))
    near = (drawn[:, :-2] + drawn[:, 1:-1] + drawn[:, 2:]) / 3
    crossed = near.cumsum(axis=0)  # so a line is crossed once, and has to be paid for all along
    level = min(max(int(label.y // CELL), 0), len(crossed) - 2)
    through = np.abs(crossed[edges] - crossed[level + is_above])
    leaders = label.leaders(left)
    crossings = [(at // CELL).astype(int) for at in leaders]
    leaving = OUTSIDE if label.is_at_end else ON_LABEL
    along = (leaving * np.maximum(beyond - overhang, 0) + 0.1 * np.abs(left - wanted))[None, :]
    has_leader = np.abs(middle - label.y) > label.height / 2 + CLEAR
    # What leaders cross is looked at only where the best place without one could be beaten: that leaves few rows.
    to_beat = (cost + along)[~has_leader].min(initial=np.inf)
    has_chance = has_leader & ((cost + along).min(axis=1) <= to_beat)
    cost[has_chance] += np.min([through[has_chance][:, each] for each in crossings], axis=0)
    cost = cost + along
    row, column = np.unravel_index(int(cost.argmin()), cost.shape)
    leads = [through[row, each[column]] for each in crossings]
    return float(left[column]), float(middle[row]), float(leaders[int(np.argmin(leads))][column])
