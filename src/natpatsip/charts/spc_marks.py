"""The marks of a control chart that stand for data: points and their line, means, limits, target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from natpatsip.charts import palette
from natpatsip.charts.geometry import Plot
from natpatsip.charts.layers import Channel, Encoding, Layer, Rows, layer, words
from natpatsip.charts.options import amount
from natpatsip.charts.spc_words import point_words
from natpatsip.charts.timeline import Timeline


def split_segments(result: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each segment, in order."""
    return [rows for _, rows in result.groupby("segment", sort=True)]


def segment_bounds(segments: Sequence[pd.DataFrame], line: Timeline) -> list[tuple[float, float]]:
    """Return where each segment's lines begin and end: half-way to the neighbours, a third of a step at the ends."""
    first = [line.number(rows["date"].iloc[0]) for rows in segments]
    last = [line.number(rows["date"].iloc[-1]) for rows in segments]
    between = [(end + start) / 2 for end, start in zip(last[:-1], first[1:], strict=True)]
    edge = 0.35 * line.step
    return list(zip([first[0] - edge, *between], [*between, last[-1] + edge], strict=True))


def point_rows(result: pd.DataFrame, line: Timeline, *, percent: bool) -> Rows:
    """Return the points that have a value, each with the stretch of line it belongs to and its tooltip's words."""
    path, rows, segment = 0, [], None
    gaps = line.gaps_in(result["date"])
    for position, row in enumerate(result.to_dict("records")):
        if row["segment"] != segment or position in gaps:
            path, segment = path + 1, row["segment"]
        if pd.isna(row["value"]):
            path += 1
            continue
        rows.append(
            {
                "date": line.value(line.number(row["date"])),
                "value": short_number(row["value"]),
                "path": path,
                "kind": str(row["point_type"]),
                "Month" if line.is_monthly else "Date": line.words(row["date"]),
                "Value": amount(row["value"], percent=percent, decimals=_decimals(row["value"])),
                "Shows": point_words(row),
            }
        )
    return rows


def short_number(value: float) -> float:
    """Return a number to seven significant digits, which no eye and no tooltip misses."""
    return float(f"{value:.7g}")


def _decimals(value: float) -> int:
    return 0 if float(value).is_integer() else 1 if abs(value) >= 1 else 3


def data_layers(
    result: pd.DataFrame, segments: Sequence[pd.DataFrame], line: Timeline, plot: Plot, *, percent: bool
) -> list[Layer]:
    """Return the layers of a control chart that stand for data, from the back to the front."""
    points = point_rows(result, line, percent=percent)
    means, limits = reference_rows(segments, segment_bounds(segments, line), line, plot)
    places = {
        "x": line.channel("date", has_axis=True),
        "y": plot.channel("value", percent=percent, has_axis=True),
        "detail": words("path"),
    }
    return [
        layer("line", points, places, color=palette.PROCESS, strokeWidth=1.6),
        *_rules(limits, line, plot, palette.LIMIT, dash=[5, 4]),
        *_rules(means, line, plot, palette.MEAN, width=1.4),
        *_rules(target_rows(result, line), line, plot, palette.TARGET, dash=[8, 4], width=1.6),
        *_points(points, line, plot),
    ]


def reference_rows(
    segments: Sequence[pd.DataFrame], bounds: Sequence[tuple[float, float]], line: Timeline, plot: Plot
) -> tuple[Rows, Rows]:
    """Return the lines of means and of limits; a limit that is beyond what can be is not drawn."""
    means, limits = [], []
    for rows, (start, end) in zip(segments, bounds, strict=True):
        ends = {"from": line.value(start), "to": line.value(end)}
        first = rows.iloc[0]
        if pd.notna(first["mean"]):
            means.append({**ends, "at": short_number(first["mean"])})
        limits += [
            {**ends, "at": short_number(first[name])}
            for name in ("lpl", "upl")
            if pd.notna(first[name]) and plot.holds(first[name])
        ]
    return means, limits


def target_stretches(result: pd.DataFrame, line: Timeline) -> list[tuple[float, float, float]]:
    """Return from where to where on the axis each target holds, and the target."""
    stretch = (result["target"] != result["target"].shift()).cumsum()
    edge = 0.5 * line.step
    return [
        (line.number(same["date"].iloc[0]) - edge, line.number(same["date"].iloc[-1]) + edge, same["target"].iloc[0])
        for _, same in result[result["target"].notna()].groupby(stretch)
    ]


def target_rows(result: pd.DataFrame, line: Timeline) -> Rows:
    """Return the target's lines: one, or one for each stretch of dates that share a target."""
    return [
        {"from": line.value(start), "to": line.value(end), "at": short_number(target)}
        for start, end, target in target_stretches(result, line)
    ]


def trajectory_layer(trajectory: pd.Series[Any], line: Timeline, plot: Plot) -> Layer:
    """Return the planned course as a dashed line."""
    rows = [
        {"date": line.value(line.number(date)), "value": short_number(value)}
        for date, value in trajectory.dropna().items()
    ]
    places = {"x": line.channel("date"), "y": plot.channel("value")}
    return layer("line", rows, places, color=palette.TRAJECTORY, strokeWidth=1.6, strokeDash=[3, 3])


def _rules(
    rows: Rows, line: Timeline, plot: Plot, colour: str, *, dash: Sequence[float] = (), width: float = 1.3
) -> list[Layer]:
    places = {"x": line.channel("from"), "x2": {"field": "to"}, "y": plot.channel("at")}
    dashes = {"strokeDash": list(dash)} if dash else {}
    return [layer("rule", rows, places, color=colour, strokeWidth=width, **dashes)] if rows else []


def _points(points: Rows, line: Timeline, plot: Plot) -> list[Layer]:
    if not points:
        return []
    kinds = [kind for kind in palette.POINTS if any(point["kind"] == kind for point in points)]

    def look(name: str) -> Channel:
        scale = {"domain": kinds, "range": [getattr(palette.POINTS[kind], name) for kind in kinds]}
        return {"field": "kind", "type": "nominal", "scale": scale, "legend": None}

    encoding: Encoding = {
        "x": line.channel("date"),
        "y": plot.channel("value"),
        "fill": look("fill"),
        "stroke": look("outline"),
        "shape": look("shape"),
        "tooltip": [words(name) for name in ("Month", "Date", "Value", "Shows") if name in points[0]],
    }
    usual, special = point_size(line, is_special=False), point_size(line, is_special=True)
    if usual != special:
        encoding["size"] = {"condition": {"test": "datum.kind == 'common_cause'", "value": usual}, "value": special}
    return [layer("point", points, encoding, opacity=1, size=special, strokeWidth=1)]


def point_size(line: Timeline, *, is_special: bool) -> float:
    """Return the area of a point's symbol: so small that neighbours do not merge, so large that its shape is seen.

    Where points are many, what is special stays large enough to be told from the others by its shape.
    """
    least = 5.5 if is_special else 3.5
    across = min(9.0, max(least, 0.8 * line.pixels_a_step))
    return round(across**2, 1)
