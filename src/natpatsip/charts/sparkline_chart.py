"""A series as a small line without axes, for a table's cell or a tile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from natpatsip.charts import palette
from natpatsip.known_drawings import noted

WIDTH, HEIGHT, EDGE = 120, 28, 3  # pixels


def svg(values: pd.Series[float], *, middle: pd.Series[float] | None, segments: pd.Series[int] | None) -> str:
    """Return a series as a small line with its latest point, as SVG; a missing value is a gap.

    Parameters
    ----------
    values : Series of float, one a point in order of time
        The line.
    middle, segments : Series, one a point, or None
        The mean or median at each point, and the segment that it belongs to: one level line for each segment.
    """
    values = values.reset_index(drop=True)
    levels = values if middle is None else pd.concat([values, middle])
    low, high = float(levels.min()), float(levels.max())

    def x(place: int) -> float:
        return round(EDGE + place * (WIDTH - 2 * EDGE) / max(len(values) - 1, 1), 1)

    def y(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) * (HEIGHT - 2 * EDGE) / ((high - low) or 1), 1)

    parts = [
        _line([(x(place), y(values[place])) for place in stretch], palette.PROCESS, 1.2)
        for stretch in _stretches(values)
    ]
    if middle is not None and segments is not None:
        middle, segments = middle.reset_index(drop=True), segments.reset_index(drop=True)
        for _, level in middle[middle.notna()].groupby(segments):
            height = y(level.iloc[0])
            parts.append(_line([(x(level.index[0]), height), (x(level.index[-1]), height)], palette.MEAN, 1))
    known = [place for place, is_known in enumerate(values.notna()) if is_known]
    if known:
        at = f'cx="{x(known[-1])}" cy="{y(values[known[-1]])}"'
        parts.append(f'<circle {at} r="2.2" fill="{palette.ACCENT}"/>')
    return noted(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{''.join(parts)}</svg>"
    )


def _stretches(values: pd.Series[float]) -> Iterator[list[int]]:
    """Yield the stretches of a small line: places of values that follow one another without a gap."""
    known = values.notna()
    for _, stretch in values[known].groupby((~known).cumsum()[known]):
        yield list(stretch.index)


def _line(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
    path = "L".join(f"{x:g},{y:g}" for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'
