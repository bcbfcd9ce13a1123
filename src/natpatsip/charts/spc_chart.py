"""The statistical process control chart, in the *Making Data Count* convention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from natpatsip.charts import theme
from natpatsip.charts.alt_text import spc_text
from natpatsip.charts.geometry import finish
from natpatsip.charts.icons import assurance_of, variation_of
from natpatsip.charts.layers import ReportChart, showing
from natpatsip.charts.options import decimals_for, named_target, need_columns, need_rows, need_words
from natpatsip.charts.spc_layout import SpcContent, lay_out, values_on_axis
from natpatsip.charts.ticks import value_axis
from natpatsip.spc.claims import shows
from natpatsip.spc.observing import findings

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
    target_label: str | None = None,
    rebase_reasons: Mapping[Any, str] | None = None,
    annotations: Mapping[Any, str] | None = None,
    trajectory: pd.Series[float] | None = None,
    trajectory_label: str = "Trajectory",
    zero: bool = False,
    with_icons: bool = True,
    width: int = theme.WIDTH,
    height: int = theme.PLOT_HEIGHT,
) -> ReportChart:
    """Return the control chart of a result of `natpatsip.spc.xmr`.

    The line through the points is broken at a rebase, at a missing value and at an absent month; mean and limits stand
    by segment. Kinds of points differ in colour and in shape, and the legend names those that occur. The text
    alternative and the place of every label come from the data.

    Parameters
    ----------
    result : DataFrame
        Of `natpatsip.spc.xmr`, in order of date.
    y_title : str
        What is measured, as the axis and the text alternative say it.
    percent : bool
        Values are percentages, 0 to 100.
    decimals : int, optional
        Of means and limits: one, or none where values are in the hundreds.
    improvement : {"increase", "decrease", "neutral"}, optional
        Which direction is better, for the icons; by default what the result was made with.
    target_label : str, optional
        What the target is called; by default as ``_quarto.yml`` says (``natpatsip.labels.target``).
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
    >>> from natpatsip.spc import xmr
    >>> months = ["2024-01", "2024-02", "2024-03", "2024-04"]
    >>> chart = spc(xmr([71, 74, 69, 73], dates=months), y_title="Babies kept warm")
    >>> chart.description.partition(".")[0]
    'Control chart of Babies kept warm, January 2024 to April 2024 (4 points)'
    """
    need_columns(result, COLUMNS, chart="charts.spc")
    need_rows(result, chart="charts.spc")
    drawn = draw(
        result,
        y_title=y_title,
        percent=percent,
        decimals=decimals,
        improvement=improvement or str(result.attrs.get("improvement", "neutral")),
        target_label=named_target(target_label, result["target"]),
        rebase_reasons=rebase_reasons,
        annotations=annotations,
        trajectory=trajectory,
        trajectory_label=trajectory_label,
        zero=zero,
        with_icons=with_icons,
        width=width,
        height=height,
    )
    return showing(drawn, shows(findings(result, improvement=improvement)))


def draw(
    result: pd.DataFrame,
    *,
    y_title: str,
    percent: bool,
    decimals: int | None,
    improvement: str,
    target_label: str,
    rebase_reasons: Mapping[Any, str] | None,
    annotations: Mapping[Any, str] | None,
    zero: bool,
    width: int,
    height: int,
    middle: str = "Mean",
    trajectory: pd.Series[float] | None = None,
    trajectory_label: str = "",
    with_icons: bool = True,
) -> ReportChart:
    """Return the chart of a result that is known to have its columns, about a mean or another middle."""
    need_words(y_title, chart="charts.spc")
    icons = variation_of(result, improvement), assurance_of(result, improvement)
    course = pd.Series(dtype=float) if trajectory is None else trajectory.dropna()
    held = result.copy(deep=False)
    held.attrs = {}  # which pandas would copy at every turn
    content = SpcContent(
        result=held,
        y_title=y_title,
        percent=percent,
        decimals=decimals_for(result["mean"], percent=percent) if decimals is None else decimals,
        middle=middle,
        target_label=target_label,
        reasons=_by_date(rebase_reasons),
        annotations=_by_date(annotations),
        course=course,
        course_label=trajectory_label,
        icons=[icon for icon in icons if icon] if with_icons else [],
        axis=value_axis(values_on_axis(held, course, percent=percent), percent=percent, zero=zero),
    )
    description = spc_text(content, assurance=icons[1])
    return finish(lambda pixels: lay_out(content, pixels, height), width, description)


def _by_date(words: Mapping[Any, str] | None) -> dict[Any, str]:
    """Return words by date, where a date may be written as 2024-09."""
    return {date if isinstance(date, int) else pd.Timestamp(date): text.strip() for date, text in (words or {}).items()}
