"""How each kind of chart analyses, draws and tabulates a measure's series: a new kind is an entry of `KINDS`.

`natpatsip.measures.definitions.ROLES` says which facts it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from natpatsip import charts, spc, wording
from natpatsip.spc.arguments import read_method
from natpatsip.spc.attribute_charts import ratio_chart
from natpatsip.spc.rules import RULE_LENGTH

if TYPE_CHECKING:
    from natpatsip.charts.layers import ReportChart
    from natpatsip.measures.measured_series import MeasuredSeries

LEVELS = ("mean", "median", "lpl", "upl")  # columns of an analysis
FEWEST_FOR_ICONS = RULE_LENGTH  # with fewer points no rule can find a change: an icon would say that there is none


@dataclass(frozen=True)
class Kind:
    """A kind of chart."""

    name: str
    """What it is called in the source of a fact."""
    analyse: Callable[[MeasuredSeries, pd.DataFrame], pd.DataFrame]
    """Takes a measure and its series, or the beginning of it."""
    draw: Callable[[MeasuredSeries, pd.DataFrame, Mapping[str, Any]], ReportChart]
    tabulate: Callable[[MeasuredSeries, pd.DataFrame], pd.DataFrame]
    levels: Callable[[MeasuredSeries, pd.DataFrame], Mapping[str, tuple[float, str]]]
    """Its facts by role: each value, and in words how it was calculated."""


def _analysed(
    measure: MeasuredSeries, series: pd.DataFrame, analyse: Callable[..., pd.DataFrame] = spc.xmr, *columns: str
) -> pd.DataFrame:
    """Return the analysis of a measure's series, or of its beginning, with the rebases up to its end.

    `analyse` takes the columns one by one.
    """
    dates = set(series["date"])
    result = analyse(
        *(series[column] for column in columns or ("value",)),
        dates=series["date"],
        improvement=measure.definition.improvement,
        rebase=[date for date in measure.rebase_dates if date in dates],
        target=measure.target,
    )
    if measure.gaps:
        result.attrs["gaps"] = measure.gaps
    return result


def no_icons(result: pd.DataFrame) -> str:
    """Return why a measure's chart has no icons: no rule can find a change, or rules find too many; else ""."""
    if int(result["value"].notna().sum()) < FEWEST_FOR_ICONS:
        return "too few points"
    return "limits too narrow" if result.attrs.get("is_overdispersed") else ""


def _ratio(measure: MeasuredSeries, series: pd.DataFrame) -> pd.DataFrame:
    own = measure.definition
    chart = partial(ratio_chart, own.chart, per=float(own.per), method=read_method(None, False, RULE_LENGTH))
    return _analysed(measure, series, chart, "numerator", "denominator")


def _draw_spc(measure: MeasuredSeries, result: pd.DataFrame, options: Mapping[str, Any]) -> ReportChart:
    """Return the control or run chart; the options that an author gives replace the measure's own."""
    draw = charts.run if measure.definition.chart == "run" else charts.spc
    own = {
        "y_title": measure.axis,
        "percent": measure.definition.is_percent,
        "decimals": measure.decimals,
        "rebase_reasons": measure.rebase_reasons,
        "notes": measure.notes,
        "with_icons": not no_icons(result),
    }
    return draw(result, **{**own, **options})


def _spc_table(measure: MeasuredSeries, result: pd.DataFrame) -> pd.DataFrame:
    names, own = measure.columns, measure.definition
    also = {names[key]: measure.series[key] for key in ("numerator", "denominator") if key in measure.series}
    shown, decimals = _with_rounded_levels(measure, result), _table_decimals(measure)
    table = charts.spc_table(shown, value_name=names["value"], decimals=decimals, also=also)
    table.attrs |= {"provenance": measure.series.attrs.get("provenance"), "file": own.dataset}
    return table


def _with_rounded_levels(measure: MeasuredSeries, result: pd.DataFrame) -> pd.DataFrame:
    """Return the analysis with its means and limits as the chart prints them."""

    def rounded(level: float) -> float:
        return wording.rounded(level, measure.decimals, is_percent=measure.definition.is_percent)

    names = [name for name in LEVELS if name in result]
    return result.assign(**{name: result[name].map(rounded, na_action="ignore") for name in names})


def _table_decimals(measure: MeasuredSeries) -> int:
    """Return the decimals of a measure's table: those of its levels, or more where its values are not whole."""
    needed = 0 if measure.is_counted else wording.decimals_for(measure.series["value"], 1)
    return max(measure.places, needed)


def _spc_levels(measure: MeasuredSeries, result: pd.DataFrame) -> dict[str, tuple[float, str]]:
    """Return the middle lines of the first, the second last and the last period, and the latest value."""
    column = "median" if "median" in result else "mean"
    middle = measure.definition.middle.lower()
    known = f", of {measure.of_shown}" if measure.of_shown else ""
    by_period = list(result.groupby("segment", sort=True)[column].first())
    if len(by_period) == 1:
        only = by_period[0], f"{middle} of the chart's only period{known}"
        return {"baseline": only, "mean": only, "latest": _latest(measure, result)}
    return {
        "baseline": (by_period[0], f"{middle} of the chart's first period, its baseline{known}"),
        "mean": (by_period[-1], f"{middle} of the chart's latest period{known}"),
        "latest": _latest(measure, result),
        "mean_before": (by_period[-2], f"{middle} of the chart's period before the latest{known}"),
    }


def _latest(measure: MeasuredSeries, result: pd.DataFrame) -> tuple[float, str]:
    """Return the latest value, and of when it is."""
    known = result[result["value"].notna()]
    if known.empty:
        return float("nan"), ""
    return float(known["value"].iloc[-1]), f"value of {measure.when(known['date'].iloc[-1])}"


def _series(_: MeasuredSeries, series: pd.DataFrame) -> pd.DataFrame:
    return series[["date", "value"]]


def _draw_trend(measure: MeasuredSeries, result: pd.DataFrame, options: Mapping[str, Any]) -> ReportChart:
    own = measure.definition
    drawn = {"y_title": measure.axis, "percent": own.is_percent, "decimals": measure.decimals, **options}
    return charts.trend(result, x="date", y="value", **drawn)


def _trend_table(measure: MeasuredSeries, result: pd.DataFrame) -> pd.DataFrame:
    name, decimals = measure.columns["value"], _table_decimals(measure)
    return charts.trend_table(result, x="date", y="value", value_name=name, decimals=decimals)


def _trend_levels(measure: MeasuredSeries, result: pd.DataFrame) -> dict[str, tuple[float, str]]:
    known = result.dropna()
    if known.empty:
        return {}
    first = known.iloc[0]
    rolling = measure.definition.rolling
    how = f"mean of {rolling} {measure.step}s" if rolling > 1 else "value"
    return {
        "baseline": (first["value"], f"the chart's first {how}"),
        "latest": (known.iloc[-1]["value"], f"the chart's latest {how}"),
    }


def _stacked_columns(measure: MeasuredSeries) -> dict[str, Any]:
    order = list(measure.definition.categories.values()) or None
    return {"x": "date", "y": "value", "category": measure.definition.category, "order": order}


def _draw_stacked(measure: MeasuredSeries, result: pd.DataFrame, options: Mapping[str, Any]) -> ReportChart:
    own = measure.definition
    groups = {name: [own.categories[part] for part in parts] for name, parts in own.groups.items()}
    return charts.stacked(result, **_stacked_columns(measure), **{"y_title": measure.axis, "groups": groups, **options})


def _stacked_table(measure: MeasuredSeries, result: pd.DataFrame) -> pd.DataFrame:
    return charts.stacked_table(result, **_stacked_columns(measure), bar_name=measure.step.capitalize())


KINDS: Mapping[str, Kind] = {
    "xmr": Kind("SPC chart", _analysed, _draw_spc, _spc_table, _spc_levels),
    "p": Kind("p chart", _ratio, _draw_spc, _spc_table, _spc_levels),
    "u": Kind("u chart", _ratio, _draw_spc, _spc_table, _spc_levels),
    "t": Kind("T chart", partial(_analysed, analyse=spc.t_chart), _draw_spc, _spc_table, _spc_levels),
    "g": Kind("G chart", partial(_analysed, analyse=spc.g_chart), _draw_spc, _spc_table, _spc_levels),
    "run": Kind("Run chart", partial(_analysed, analyse=spc.run_chart), _draw_spc, _spc_table, _spc_levels),
    "trend": Kind("Line chart", _series, _draw_trend, _trend_table, _trend_levels),
    "stacked": Kind("Stacked bars", lambda _, series: series, _draw_stacked, _stacked_table, lambda *_: {}),
}
"""Kinds of charts, by the name that ``chart:`` gives."""
