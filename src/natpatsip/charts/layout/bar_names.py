"""The names of bars below them: as many as there is room for, quarters with their year, months in short."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from natpatsip.charts import palette
from natpatsip.charts.layout.canvas import Canvas
from natpatsip.charts.layout.labels import GAP
from natpatsip.charts.layout.sizes import block_width, text_width, wrap_name
from natpatsip.charts.layout.time_axis import MONTH_STEPS

PITCH = 17  # of the lines of a name
MOST_LINES = 3
QUARTER = re.compile(r"Q[1-4] \d{4}/\d{2}")
MONTH = re.compile(rf"({'|'.join(calendar.month_name[1:])}) \d{{4}}")
QUARTER_STEPS = (1, 2, 4, 8, 12, 20, 40, 80)


def write_bar_names(canvas: Canvas, names: Sequence[str], slot: float, height: float, *, left: float) -> float:
    """Write the bars' names below them and return the pixels they take.

    If they would meet, only some bars are named, each with a tick. Quarters have their year below, under the first and
    under each first quarter. Months are shortened, and named at steps that divide a year. `slot` is the distance from
    one bar to the next, `left` the chart's room to the left of the plot.
    """
    split = [name.split(" ") for name in names if QUARTER.fullmatch(name)]
    if len(split) == len(names):
        lines = _quarters(split, slot)
    elif all(map(MONTH.fullmatch, names)):
        lines = _wrapped([f"{name[:3]} {name[-4:]}" for name in names], slot, left, MONTH_STEPS)
    else:
        lines = _wrapped(names, slot, left, range(1, len(names) + 1))
    is_thinned = not all(lines)
    for at, name in enumerate(lines):
        if name and is_thinned:
            canvas.line(((at + 0.5) * slot, height), ((at + 0.5) * slot, height + 5), colour=palette.AXIS)
        x = _centre(name, at, slot, left, len(names))
        canvas.block([text for text in name if text], x, height + 15, pitch=PITCH, align="center")
    return 8.0 + PITCH * max(len(name) for name in lines)


def _centre(name: Sequence[str], at: int, slot: float, left: float, count: int) -> float:
    """Return where a bar's name is centred: under the bar, or moved in where it would leave the chart."""
    half = block_width(name) / 2
    return max(half - left, min((at + 0.5) * slot, count * slot - half))


def _quarters(split: Sequence[Sequence[str]], slot: float) -> list[list[str]]:
    """Return each quarter's lines; if they are many, only quarters far enough apart are named."""
    year_width = text_width("2024/25") + GAP
    every = next((step for step in QUARTER_STEPS if step * slot >= (24 if step < 4 else year_width)), QUARTER_STEPS[-1])
    first = next((at for at, (quarter, _) in enumerate(split) if quarter == "Q1"), 0) % every
    lines = [
        [quarter, year if quarter == "Q1" or at == first else ""] if at % every == first else []
        for at, (quarter, year) in enumerate(split)
    ]
    following = lines[first + 1 : first + math.ceil(year_width / slot)]
    if any(len(after) > 1 and after[1] for after in following):
        lines[first][1] = ""  # the first year gives way if the next is close
    return lines


def _wrapped(names: Sequence[str], slot: float, left: float, steps: Iterable[int]) -> list[list[str]]:
    """Return names in at most three lines, of every bar or at the smallest of the steps that leaves room."""
    for every in steps:
        named = range(0, len(names), every)
        lines = {at: wrap_name(names[at], every * slot - 6) for at in named}
        if any(" ".join(lines[at]) != " ".join(names[at].split()) or len(lines[at]) > MOST_LINES for at in named):
            continue  # a word would be broken
        ends = [(_centre(lines[at], at, slot, left, len(names)), block_width(lines[at]) / 2) for at in named]
        if all(one + half + GAP / 2 <= other - next_half for (one, half), (other, next_half) in pairwise(ends)):
            return [lines.get(at, []) for at in range(len(names))]
    return [wrap_name(names[0], slot * len(names)), *([] for _ in names[1:])]
