"""The statistical process control chart, in the *Making Data Count* convention."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.charts import palette, spc_marks, theme
from helpers.charts.alt_text import spc_text
from helpers.charts.canvas import Canvas
from helpers.charts.geometry import Plot
from helpers.charts.icons import assurance_of, variation_of
from helpers.charts.layers import ReportChart
from helpers.charts.metrics import text_width
from helpers.charts.options import decimals_for, need_columns, need_rows, need_words
from helpers.charts.spc_labels import (
    EdgeLabel,
    annotation_marks,
    edge_labels,
    segment_marks,
    write_edge,
    write_header,
    write_marks,
    write_notes,
)
from helpers.charts.ticks import value_axis
from helpers.charts.timeline import Timeline, timeline

COLUMNS = (
    "date", "value", "segment", "target", "mean", "lpl", "upl",
    "special_cause_type", "point_type", "short_group_warning",
)  # fmt: skip


def spc(
    result: pd.DataFrame,
    *,
    y_title: str,
    percent: bool = False,
    decimals: int | None = None,
    improvement: str | None = None,
    target_label: str = "Ambition",
    rebase_reasons: Mapping[Any, str] | None = None,
    annotations: Mapping[Any, str] | None = None,
    trajectory: pd.Series[float] | None = None,
    trajectory_label: str = "Trajectory",
    zero: bool = False,
    with_icons: bool = True,
    width: int = theme.WIDTH,
    height: int = theme.PLOT_HEIGHT,
) -> ReportChart:
    """Return the control chart of a result of `helpers.spc.xmr`.

    The line through the points is broken at a rebase, at a missing value and at an absent month; mean and limits stand
    by segment. Kinds of points differ in colour and in shape, and the legend names those that occur. The text
    alternative and the place of every label come from the data.

    Parameters
    ----------
    result : DataFrame
        Of `helpers.spc.xmr`, in order of date.
    y_title : str
        What is measured, as the axis and the text alternative say it.
    percent : bool
        Values are percentages, 0 to 100.
    decimals : int, optional
        Of means and limits: one, or none where values are in the hundreds.
    improvement : {"increase", "decrease", "neutral"}, optional
        Which direction is better, for the icons; by default what the result was made with.
    target_label : str
        What the target is called.
    rebase_reasons : mapping of date to str, optional
        Why limits start afresh there, as `params.rebase_reasons` gives them; a short phrase.
    annotations : mapping of date to str, optional
        What happened at a date that is no rebase.
    trajectory : Series indexed by date, optional
        The planned course: drawn, never used in a calculation.
    zero : bool
        Start the axis at zero even where that costs half of its height.
    with_icons : bool
        Show the variation and assurance icons with their words.
    width, height : int
        Pixels: the whole chart's width, the plot's height.

    Raises
    ------
    FigureError
        Where the frame has no rows or lacks a column, or the axis has no title.

    Examples
    --------
    >>> from helpers.spc import xmr
    >>> months = ["2024-01", "2024-02", "2024-03", "2024-04"]
    >>> chart = spc(xmr([71, 74, 69, 73], dates=months), y_title="Babies kept warm")
    >>> chart.description.partition(".")[0]
    'Control chart of Babies kept warm, January 2024 to April 2024 (4 points)'
    """
    need_columns(result, COLUMNS, chart="charts.spc")
    need_rows(result, chart="charts.spc")
    need_words(y_title, chart="charts.spc")
    better = improvement or str(result.attrs.get("improvement", "neutral"))
    digits = decimals_for(result["mean"], percent=percent) if decimals is None else decimals
    result = result.copy(deep=False)
    result.attrs = {}  # which pandas would copy at every turn
    course = pd.Series(dtype=float) if trajectory is None else trajectory.dropna()
    reasons = _by_date(rebase_reasons)

    axis = value_axis(_values_on_axis(result, course, percent=percent), percent=percent, zero=zero)
    edges = edge_labels(result.iloc[-1], axis, percent=percent, decimals=digits, target_label=target_label)
    if len(course):
        edges.append(EdgeLabel(trajectory_label, float(course.iloc[-1]), palette.TRAJECTORY))
    left = max(text_width(tick) for tick in axis.words(percent=percent)) + 10
    right = max((text_width(label.words, bold=label.is_bold) for label in edges), default=80.0) + 20
    line = timeline([*result["date"], *course.index], width - left - right)
    segments = spc_marks.split_segments(result)
    bounds = spc_marks.segment_bounds(segments, line)
    marks = segment_marks(segments, bounds, line, percent=percent, decimals=digits, reasons=reasons)
    marks += annotation_marks(_by_date(annotations), line)
    assurance = assurance_of(result, better)
    icons = [icon for icon in (variation_of(result, better), assurance) if icon] if with_icons else []

    canvas = Canvas()
    top = write_marks(canvas, marks, line, height=height, right=line.width + right)
    top = write_header(canvas, y_title, _kinds(result), icons, left=-left, right=line.width + right, bottom=top)
    bottom = write_notes(
        canvas, notes_on(result, line), left=-left, right=line.width + right, top=height + line.label_height
    )
    plot = Plot(line.width, height, left, right, -top, bottom - height, axis)
    write_edge(canvas, edges, plot)

    layers = spc_marks.data_layers(result, segments, line, plot, percent=percent)
    if len(course):
        layers.insert(1, spc_marks.trajectory_layer(course, line, plot))
    if result["value"].notna().sum() == 0:
        canvas.text("No data", line.width / 2, height / 2, colour=palette.QUIET, align="center")
    description = spc_text(
        result,
        segments,
        line,
        y_title=y_title,
        percent=percent,
        decimals=digits,
        target_label=target_label,
        reasons=reasons,
        assurance=assurance,
    )
    return plot.finish([*canvas.backdrop(), *layers, *canvas.layers()], description)


def _by_date(words: Mapping[Any, str] | None) -> dict[Any, str]:
    """Return words by date, where a date may be written as 2024-09."""
    return {date if isinstance(date, int) else pd.Timestamp(date): text.strip() for date, text in (words or {}).items()}


def _values_on_axis(result: pd.DataFrame, course: pd.Series[float], *, percent: bool) -> list[float]:
    """Return what the axis has to hold: all but limits below none and above all."""
    drawn = [*result["value"], *result["mean"], *result["target"], *course]
    known = [value for value in drawn if value == value]
    low = 0.0 if known and min(known) >= 0 else -math.inf
    high = 100.0 if percent and known and max(known) <= 100 else math.inf
    return [*drawn, *result["lpl"].clip(lower=low), *result["upl"].clip(upper=high)]


def _kinds(result: pd.DataFrame) -> list[str]:
    """Return the kinds of points that occur, in the legend's order."""
    there = set(result.loc[result["value"].notna(), "point_type"].astype(str))
    return [kind for kind in palette.POINTS if kind in there]


def notes_on(result: pd.DataFrame, line: Timeline) -> list[str]:
    """Return what a reader has to know of the limits and of gaps, a sentence each."""
    last = result.iloc[-1]
    notes = []
    if pd.isna(last["lpl"]) and pd.notna(last["mean"]):
        notes.append("No limits: there are too few neighbouring values that differ.")
    elif bool(last["short_group_warning"]):
        notes.append(
            "Trial limits: fewer than 13 points since the last recalculation."
            if last["segment"]
            else "Trial limits: fewer than 13 points."
        )
    elif bool(result["short_group_warning"].any()):
        notes.append("Trial limits where a stretch has fewer than 13 points.")
    if result["value"].isna().any() or line.gaps_in(result["date"]):
        notes.append(
            "A gap in the line is a month without data."
            if line.is_monthly
            else "A gap in the line is a date without data."
        )
    return notes
