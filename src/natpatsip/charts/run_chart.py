"""The run chart: a median instead of mean and limits, for series that an XmR chart does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from natpatsip.charts import theme
from natpatsip.charts.layers import ReportChart
from natpatsip.charts.options import named_target, need_columns, need_rows
from natpatsip.charts.spc_chart import draw


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
    zero: bool = False,
    width: int = theme.WIDTH,
    height: int = theme.PLOT_HEIGHT,
) -> ReportChart:
    """Return the run chart of a result of `natpatsip.spc.run_chart`; the options are those of `spc`.

    Raises
    ------
    FigureError
        Where the frame has no rows or lacks a column, or the axis has no title.

    Examples
    --------
    >>> from natpatsip.spc import run_chart
    >>> months = [f"2024-{month:02d}" for month in range(1, 10)]
    >>> chart = run(run_chart([2, 0, 1, 3, 0, 1, 0, 2, 1], dates=months), y_title="Never events")
    >>> chart.description.split(". ")[2]
    'Median 1.0'
    """
    need_columns(result, ("date", "value", "segment", "target", "median", "signal", "point_type"), chart="charts.run")
    need_rows(result, chart="charts.run")
    columns = {"median": "mean", "signal": "special_cause_type"}
    as_spc = result.rename(columns=columns).assign(lpl=float("nan"), upl=float("nan"), short_group_warning=False)
    return draw(
        as_spc,
        middle="Median",
        y_title=y_title,
        percent=percent,
        decimals=decimals,
        improvement=improvement or str(result.attrs.get("improvement", "neutral")),
        target_label=named_target(target_label, result["target"]),
        rebase_reasons=rebase_reasons,
        annotations=annotations,
        zero=zero,
        width=width,
        height=height,
    )
