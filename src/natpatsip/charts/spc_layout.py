"""Where everything of a control chart stands, at a given width."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from natpatsip.charts import palette, spc_marks
from natpatsip.charts.canvas import Canvas
from natpatsip.charts.geometry import Drawing, Plot
from natpatsip.charts.icons import Icon
from natpatsip.charts.metrics import text_width
from natpatsip.charts.spc_labels import (
    EdgeLabel,
    annotation_marks,
    edge_labels,
    edge_width,
    segment_marks,
    write_edge,
    write_header,
    write_marks,
    write_notes,
)
from natpatsip.charts.theme import NARROW
from natpatsip.charts.ticks import ValueAxis
from natpatsip.charts.timeline import Timeline, timeline


@dataclass(frozen=True)
class SpcContent:
    """What a control chart shows, before it has a size."""

    result: pd.DataFrame
    y_title: str
    percent: bool
    decimals: int
    middle: str
    target_label: str
    reasons: Mapping[Any, str]
    annotations: Mapping[Any, str]
    course: pd.Series[float]
    course_label: str
    icons: Sequence[Icon]
    axis: ValueAxis

    @cached_property
    def segments(self) -> list[pd.DataFrame]:
        """The rows of each segment."""
        return spc_marks.split_segments(self.result)

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of points that occur, in the legend's order."""
        return kinds_in(self.result)

    def timeline(self, width: float) -> Timeline:
        """Return the time axis at a width."""
        return timeline([*self.result["date"], *self.course.index], width)

    def edges(self, width: float) -> list[EdgeLabel]:
        """Return the labels of the right edge, in fewer words where the chart is narrow."""
        labels = edge_labels(
            self.result.iloc[-1],
            self.axis,
            percent=self.percent,
            decimals=self.decimals,
            middle=self.middle,
            target_label=self.target_label,
            is_narrow=width <= NARROW,
        )
        if len(self.course):
            labels.append(EdgeLabel(self.course_label, float(self.course.iloc[-1]), palette.TRAJECTORY))
        return labels


def lay_out(content: SpcContent, width: int, height: int) -> Drawing:
    """Return a control chart at a width, with a plot of a height."""
    percent, edges = content.percent, content.edges(width)
    left = max(text_width(tick) for tick in content.axis.words(percent=percent)) + 10
    right = edge_width(edges, width)
    line = content.timeline(width - left - right)
    edge = line.width + right
    bounds = spc_marks.segment_bounds(content.segments, line)
    marks = segment_marks(
        content.segments,
        bounds,
        line,
        percent=percent,
        decimals=content.decimals,
        middle=content.middle,
        reasons=content.reasons,
    )

    canvas = Canvas()
    top = write_marks(canvas, [*marks, *annotation_marks(content.annotations, line)], line, height=height, right=edge)
    top = write_header(canvas, content.y_title, content.kinds, content.icons, left=-left, right=edge, bottom=top)
    foot = height + line.label_height
    bottom = write_notes(canvas, notes_on(content, line), left=-left, right=edge, top=foot)
    plot = Plot(line.width, height, left, right, -top, bottom - height, content.axis)
    write_edge(canvas, edges, plot)
    if not content.kinds:
        canvas.text("No data", line.width / 2, height / 2, colour=palette.QUIET, align="center")

    layers = spc_marks.data_layers(content.result, content.segments, line, plot, percent=percent)
    course = [spc_marks.trajectory_layer(content.course, line, plot)] if len(content.course) else []
    return Drawing(plot, [*canvas.backdrop(), *course, *layers, *canvas.layers()])


def kinds_in(result: pd.DataFrame) -> list[str]:
    """Return the kinds of points that occur, in the legend's order."""
    there = set(result.loc[result["value"].notna(), "point_type"].astype(str))
    return [kind for kind in palette.POINTS if kind in there]


def values_on_axis(result: pd.DataFrame, course: pd.Series[float], *, percent: bool) -> list[float]:
    """Return what the axis has to hold: all but limits below none and above all."""
    drawn = [*result["value"], *result["mean"], *result["target"], *course]
    known = [value for value in drawn if value == value]
    low = 0.0 if known and min(known) >= 0 else -math.inf
    high = 100.0 if percent and known and max(known) <= 100 else math.inf
    return [*drawn, *result["lpl"].clip(lower=low), *result["upl"].clip(upper=high)]


def notes_on(content: SpcContent, line: Timeline) -> list[str]:
    """Return what a reader has to know of the limits and of gaps, a sentence each."""
    last, known = content.segments[-1].iloc[-1], content.segments[-1]["value"].dropna()
    notes = []
    if content.kinds and content.middle == "Mean" and pd.isna(last["lpl"]):
        why = (
            "they need two neighbouring points or more"
            if known.nunique() != 1 or len(known) == 1
            else ("all values are the same")
        )
        notes.append(f"No limits: {why}.")
    elif content.kinds and bool(last["short_group_warning"]):
        since = " since the last recalculation" if len(content.segments) > 1 else ""
        notes.append(f"Trial limits: fewer than 13 points{since}.")
    elif bool(content.result["short_group_warning"].any()) and content.kinds:
        notes.append("Trial limits where a stretch has fewer than 13 points.")
    if content.kinds and (content.result["value"].isna().any() or line.gaps_in(content.result["date"])):
        notes.append(f"A gap in the line is a {'month' if line.is_monthly else 'date'} without data.")
    return notes
