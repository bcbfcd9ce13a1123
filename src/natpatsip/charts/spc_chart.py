"""The control chart in the *Making Data Count* convention, and the run chart for series that it does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from natpatsip.charts.chart_data import need_columns, need_rows
from natpatsip.charts.control_chart import ControlChart
from natpatsip.charts.layers import ReportChart, showing
from natpatsip.charts.layout.sizes import PLOT_HEIGHT, WIDTH
from natpatsip.spc import findings, shows

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
    notes: Sequence[str] = (),
    zero: bool = False,
    with_icons: bool = True,
    width: int = WIDTH,
    height: int = PLOT_HEIGHT,
) -> ReportChart:
    """Return the control chart of a result of `natpatsip.spc.xmr`, `p_chart`, `u_chart`, `t_chart` or `g_chart`.

    The line through the points is broken at a rebase, at a missing value and at an absent month; mean and limits are
    drawn for each segment, limits as stairs where each point has its own. Kinds of points differ in colour and in
    shape, and the legend names those that occur. A step change that matters has a badge beside the icons and a ground
    of its colour. The text alternative and the place of every label come from the data.

    Parameters
    ----------
    result : DataFrame
        From one of these, or the rows of one series from `natpatsip.spc.panel`, in order of date.
    y_title : str
        What the axis measures: the unit.
    percent : bool
        Values are percentages, 0 to 100.
    decimals : int, optional
        Decimals of means and limits: one, or none if values are in the hundreds.
    improvement : {"increase", "decrease", "neutral"}, optional
        Which direction is better, for the icons; by default the one that the result was made with.
    target_label : str, optional
        What the target is called; by default as ``_quarto.yml`` says (``natpatsip.labels.target``).
    rebase_reasons : mapping of date to str, optional
        Why limits were recalculated, as `params.rebase_reasons` gives it; a short phrase.
    annotations : mapping of date to str, optional
        What happened at a date that is not a rebase.
    trajectory : Series indexed by date, optional
        The planned course: drawn, but not used in any calculation.
    trajectory_label : str
        What the planned course is called.
    notes : sequence of str
        Sentences below the chart and at the end of its text alternative.
    zero : bool
        Start the axis at zero even if that costs half of its height.
    with_icons : bool
        Show the variation and assurance icons with their words.
    width, height : int
        Pixels: the whole chart's width, the plot's height.

    Raises
    ------
    FigureError
        If the frame has no rows or lacks a column, the axis has no title, or a date is not one.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> months = ["2024-01", "2024-02", "2024-03", "2024-04"]
    >>> chart = spc(xmr([71, 74, 69, 73], dates=months), y_title="Seen within 18 weeks")
    >>> chart.description
    'Control chart: average 71.8; all points show normal variation. Trial limits, from fewer than 13 points.'
    """
    need_columns(result, COLUMNS, chart="charts.spc")
    need_rows(result, chart="charts.spc")
    found = findings(result, improvement=improvement)
    chart = ControlChart(
        given=result,
        call="charts.spc",
        y_title=y_title,
        percent=percent,
        decimals=decimals,
        improvement=improvement,
        target_label=target_label,
        rebase_reasons=rebase_reasons,
        annotations=annotations,
        zero=zero,
        trajectory=trajectory,
        trajectory_label=trajectory_label,
        notes=tuple(notes),
        with_icons=with_icons,
        found=found,
        middle=found.middle.capitalize(),
    )
    return showing(chart.draw(width, height), shows(found))


def run(
    result: pd.DataFrame,
    *,
    y_title: str,
    percent: bool = False,
    decimals: int | None = None,
    improvement: str | None = None,
    target_label: str | None = None,
    rebase_reasons: Mapping[Any, str] | None = None,
    annotations: Mapping[Any, str] | None = None,
    notes: Sequence[str] = (),
    zero: bool = False,
    with_icons: bool = True,
    width: int = WIDTH,
    height: int = PLOT_HEIGHT,
) -> ReportChart:
    """Return the run chart of a result of `natpatsip.spc.run_chart`; the options are those of `spc`.

    Raises
    ------
    FigureError
        As from `spc`.

    Examples
    --------
    >>> from natpatsip.spc import run_chart
    >>> months = [f"2024-{month:02d}" for month in range(1, 10)]
    >>> chart = run(run_chart([2, 0, 1, 3, 0, 1, 0, 2, 1], dates=months), y_title="Never events")
    >>> chart.description
    'Run chart: median 1.0; all points show normal variation.'
    """
    need_columns(result, ("date", "value", "segment", "target", "median", "signal", "point_type"), chart="charts.run")
    columns = {"median": "mean", "signal": "special_cause_type"}
    return ControlChart(
        given=result.rename(columns=columns).assign(lpl=float("nan"), upl=float("nan"), short_group_warning=False),
        call="charts.run",
        y_title=y_title,
        percent=percent,
        decimals=decimals,
        improvement=improvement,
        target_label=target_label,
        rebase_reasons=rebase_reasons,
        annotations=annotations,
        notes=tuple(notes),
        zero=zero,
        with_icons=with_icons,
        middle="Median",
    ).draw(width, height)
