"""The marks of a control chart that show data: points and their line, means, limits, target."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts import palette
from natpatsip.charts.alt_text import point_words
from natpatsip.charts.icons import ICONS, Icon
from natpatsip.charts.layers import Channel, Encoding, Layer, Rows, layer, words
from natpatsip.charts.layout.canvas import Plot
from natpatsip.charts.layout.line_labels import ON_LABEL, Clutter
from natpatsip.charts.layout.time_axis import Timeline
from natpatsip.charts.layout.value_axis import amount, short_number
from natpatsip.spc import assurance_icon, variation_icon
from natpatsip.spc.assurance import limits_of, limits_vary
from natpatsip.spc.rules import MEAN

LIMIT_DASH = [5, 4]
OF_POINTS = ["date", "value", "segment", "point_type", "special_cause_type"]  # the columns that say what a point shows
TOOLTIP = ("Series", "Quarter", "Month", "Date", "Value", "Shows")


def kinds_in(result: pd.DataFrame) -> list[str]:
    """Return the kinds of points that occur, in the legend's order."""
    there = set(result.loc[result["value"].notna(), "point_type"].astype(str))
    return [kind for kind in palette.POINTS if kind in there]


def icons_of(result: pd.DataFrame, improvement: Any = None) -> tuple[Icon | None, Icon | None]:
    """Return the drawings of the icons that SPC gives a series: none without a value, no assurance without a target."""
    if result["value"].isna().all():
        return None, None
    variation = variation_icon(result, improvement=improvement).name
    assurance = assurance_icon(result, improvement=improvement).name
    return ICONS[variation], None if assurance == "assurance-none" else ICONS[assurance]


def values_on_axis(result: pd.DataFrame, course: Mapping[Any, float], *, percent: bool) -> list[float]:
    """Return the values that the axis has to hold: all except limits below 0 or above 100% that no value passes."""
    drawn = [*result["value"], *result["mean"], *result["target"], *course.values()]
    known = [value for value in drawn if value == value]
    low = 0.0 if known and min(known) >= 0 else -math.inf
    high = 100.0 if percent and known and max(known) <= 100 else math.inf
    return [*drawn, *result["lpl"].clip(lower=low), *result["upl"].clip(upper=high)]


def split_segments(result: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each segment of a control chart, in order, to draw its lines."""
    return [rows for _, rows in result.groupby("segment", sort=True)]


def segment_bounds(segments: Sequence[pd.DataFrame], line: Timeline) -> list[tuple[float, float]]:
    """Return where each segment's lines begin and end: half-way to its neighbours, a third of a step at the ends."""
    first = [line.number(rows["date"].iloc[0]) for rows in segments]
    last = [line.number(rows["date"].iloc[-1]) for rows in segments]
    between = [(end + start) / 2 for end, start in zip(last[:-1], first[1:], strict=True)]
    edge = 0.35 * line.step
    return list(zip([first[0] - edge, *between], [*between, last[-1] + edge], strict=True))


def point_rows(result: pd.DataFrame, line: Timeline, *, percent: bool, middle: str = MEAN) -> Rows:
    """Return the points that have a value, each with the stretch of line it belongs to and the words of its tooltip."""
    path, rows, segment = 0, [], None
    places = wording.decimals_for(result["value"])
    gaps = line.gaps_in(result["date"])
    for position, row in enumerate(result[OF_POINTS].to_dict("records")):
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
                line.name if line.is_dated else "Date": line.words(row["date"]),
                "Value": amount(row["value"], percent=percent, decimals=_decimals(row["value"], places)),
                "Shows": point_words(row, middle),
            }
        )
    return rows


def _decimals(value: float, least: int) -> int:
    return 0 if float(value).is_integer() else max(least, 1 if abs(value) >= 1 else 3)


def tooltip(row: Mapping[str, Any]) -> list[Channel]:
    """Return the channels of a point's tooltip: those of its words that it has."""
    return [words(name) for name in TOOLTIP if name in row]


def data_layers(
    result: pd.DataFrame,
    segments: Sequence[pd.DataFrame],
    line: Timeline,
    plot: Plot,
    course: Mapping[Any, float],
    *,
    middle: str = MEAN,
) -> list[Layer]:
    """Return the layers of a control chart that show data, from the back to the front."""
    points = point_rows(result, line, percent=plot.axis.percent, middle=middle)
    means, limits = _reference_rows(segments, line, plot)
    targets = [
        {"from": line.value(start), "to": line.value(end), "at": short_number(target)}
        for start, end, target in target_stretches(result, line)
    ]
    places = {
        "x": line.channel("date", has_axis=True),
        "y": plot.channel("value", has_axis=True),
        "detail": words("path"),
    }
    return [
        *_course(course, line, plot),
        layer("line", points, places, color=palette.PROCESS, strokeWidth=1.6),
        *_rules(limits, line, plot, palette.LIMIT, dash=LIMIT_DASH),
        *_stairs(segments, line, plot),
        *_rules(means, line, plot, palette.MEAN, width=1.4),
        *_rules(targets, line, plot, palette.TARGET, dash=[8, 4], width=1.6),
        *_points(points, line, plot),
    ]


def clutter(result: pd.DataFrame, segments: Sequence[pd.DataFrame], line: Timeline, plot: Plot) -> Clutter:
    """Return what the data of a control chart cover of its plot."""
    drawn = Clutter(plot.width, plot.height)
    reach = math.sqrt(_point_size(line, is_special=True)) / 2 + 1  # pixels from a point's middle, its outline included
    if result["value"].isna().all():
        drawn.add_text(plot.width / 2 - 30, plot.height / 2 - 10, plot.width / 2 + 30, plot.height / 2 + 10)
    for _, rows in result[result["value"].notna()].groupby(["segment", result["value"].isna().cumsum()]):
        points = [(line.x(line.number(date)), plot.y(value))
                  for date, value in zip(rows["date"], rows["value"], strict=True)]  # fmt: skip
        drawn.add_path(points)
        for x, y in points:
            drawn.add_point(x, y, reach)
    for number, (rows, (start, end)) in enumerate(zip(segments, segment_bounds(segments, line), strict=True)):
        for level in (rows["mean"].iloc[0], *(() if limits_vary(rows) else limits_of(rows))):
            if pd.notna(level) and plot.axis.holds(level):
                drawn.add_level(plot.y(level), line.x(start), line.x(end))
        if number:
            drawn.add_box(line.x(start), 0, line.x(start), plot.height, weight=ON_LABEL)
    for stair in limit_paths(segments, line):
        drawn.add_path([(line.x(number), plot.y(level)) for number, level in stair])
    for start, end, target in target_stretches(result, line):
        drawn.add_level(plot.y(target), line.x(start), line.x(end))
    return drawn


def _reference_rows(segments: Sequence[pd.DataFrame], line: Timeline, plot: Plot) -> tuple[Rows, Rows]:
    """Return the lines of means and of limits; a limit beyond possible values is not drawn."""
    means, limits = [], []
    for rows, (start, end) in zip(segments, segment_bounds(segments, line), strict=True):
        ends = {"from": line.value(start), "to": line.value(end)}
        if pd.notna(mean := rows["mean"].iloc[0]):
            means.append({**ends, "at": short_number(mean)})
        if limits_vary(rows):
            continue
        known = (limit for limit in limits_of(rows) if pd.notna(limit) and plot.axis.holds(limit))
        limits += [{**ends, "at": short_number(limit)} for limit in known]
    return means, limits


def limit_paths(segments: Sequence[pd.DataFrame], line: Timeline) -> list[list[tuple[float, float]]]:
    """Return the limits that vary, as stairs: each point's own, up to half-way to its neighbours.

    A point without limits ends the stairs.
    """
    paths: list[list[tuple[float, float]]] = []
    for rows, (start, end) in zip(segments, segment_bounds(segments, line), strict=True):
        if not limits_vary(rows):
            continue
        numbers = [line.number(date) for date in rows["date"]]
        edges = [start, *((one + other) / 2 for one, other in pairwise(numbers)), end]
        for name in ("lpl", "upl"):
            stair: list[tuple[float, float]] = []
            for place, level in enumerate(rows[name]):
                if pd.isna(level):
                    paths, stair = [*paths, stair], []
                else:
                    stair += [(edges[place], level), (edges[place + 1], level)]
            paths.append(stair)
    return [stair for stair in paths if stair]


def _stairs(segments: Sequence[pd.DataFrame], line: Timeline, plot: Plot) -> list[Layer]:
    rows = [
        {"date": line.value(number), "at": short_number(level), "path": path}
        for path, stair in enumerate(limit_paths(segments, line))
        for number, level in stair
    ]
    places = {"x": line.channel("date"), "y": plot.channel("at"), "detail": words("path")}
    style = {"color": palette.LIMIT, "strokeWidth": 1.3, "strokeDash": LIMIT_DASH}
    return [layer("line", rows, places, **style)] if rows else []


def target_stretches(result: pd.DataFrame, line: Timeline) -> list[tuple[float, float, float]]:
    """Return where on the axis each target begins and ends, and the target."""
    edge, found = 0.5 * line.step, []
    for target, rows in groupby(zip(result["target"], result["date"], strict=True), key=itemgetter(0)):
        dates = [date for _, date in rows]
        if pd.notna(target):
            found.append((line.number(dates[0]) - edge, line.number(dates[-1]) + edge, float(target)))
    return found


def _course(course: Mapping[Any, float], line: Timeline, plot: Plot) -> list[Layer]:
    """Return the planned course as a dashed line."""
    rows = [{"date": line.value(line.number(date)), "value": short_number(value)} for date, value in course.items()]
    places = {"x": line.channel("date"), "y": plot.channel("value")}
    style = {"color": palette.TRAJECTORY, "strokeWidth": 1.6, "strokeDash": [3, 3]}
    return [layer("line", rows, places, **style)] if rows else []


def _rules(
    rows: Rows, line: Timeline, plot: Plot, colour: str, *, dash: Sequence[float] = (), width: float = 1.3
) -> list[Layer]:
    places = {"x": line.channel("from"), "x2": {"field": "to"}, "y": plot.channel("at")}
    dashes = {"strokeDash": list(dash)} if dash else {}
    return [layer("rule", rows, places, color=colour, strokeWidth=width, **dashes)] if rows else []


def _points(points: Rows, line: Timeline, plot: Plot) -> list[Layer]:
    if not points:
        return []
    there = {point["kind"] for point in points}
    kinds = [kind for kind in palette.POINTS if kind in there]

    def look(name: str) -> Channel:
        scale = {"domain": kinds, "range": [getattr(palette.POINTS[kind], name) for kind in kinds]}
        return {"field": "kind", "type": "nominal", "scale": scale, "legend": None}

    encoding: Encoding = {
        "x": line.channel("date"),
        "y": plot.channel("value"),
        "fill": look("fill"),
        "stroke": look("outline"),
        "shape": look("shape"),
        "tooltip": tooltip(points[0]),
    }
    usual, special = _point_size(line, is_special=False), _point_size(line, is_special=True)
    if usual != special:
        encoding["size"] = {"condition": {"test": "datum.kind == 'common_cause'", "value": usual}, "value": special}
    return [layer("point", points, encoding, opacity=1, size=special, strokeWidth=1)]


def _point_size(line: Timeline, *, is_special: bool) -> float:
    """Return the area of a point's symbol: small enough that neighbours do not merge, and large enough to see.

    If points are many, special causes stay large enough for their shape to be seen.
    """
    least = 5.5 if is_special else 3.5
    across = min(9.0, max(least, 0.8 * line.pixels_a_step))
    return round(across**2, 1)
