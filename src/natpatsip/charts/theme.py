"""The one look of every chart: typeface, sizes and axes, registered as Altair's theme.

Importing this module makes the theme the current one, so that a chart an analyst draws with Altair directly looks
like the others.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import altair as alt

from natpatsip import look
from natpatsip.charts import palette
from natpatsip.charts.layout.sizes import FONT, LINE_HEIGHT, PLOT_HEIGHT, TEXT_SIZE
from natpatsip.project import project_root

CONFIG: dict[str, Any] = {
    "aria": False,  # the figure is one image with one text alternative; a label on each mark is noise
    "background": palette.PAPER,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "domainColor": palette.AXIS,
        "gridColor": palette.GRID,
        "labelColor": palette.INK,
        "labelFontSize": TEXT_SIZE,
        "labelPadding": 5,
        "tickColor": palette.AXIS,
        "tickSize": 5,
        "titleColor": palette.INK,
        "titleFontSize": TEXT_SIZE,
        "titleFontWeight": 400,
    },
    "axisX": {"grid": False, "labelAngle": 0},
    "axisY": {
        "domain": False,
        "ticks": False,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleAngle": 0,
        "titleBaseline": "bottom",
        "titleY": -9,  # above the first label, which it would lie over
    },
    "legend": {
        "labelColor": palette.INK,
        "labelFontSize": TEXT_SIZE,
        "labelLimit": 0,
        "offset": 30,  # above the title of the axis
        "orient": "top",
        "title": None,
    },
    "text": {"color": palette.INK, "fontSize": TEXT_SIZE, "lineHeight": LINE_HEIGHT},
    "range": {"category": list(palette.CATEGORIES)},
}
"""Vega-Lite configuration that the theme puts into every chart."""


PANEL_SPACING = 44  # between panels: the title of an axis is above the lower one
HEADING_PADDING = 26  # between a panel and its heading: the title of an axis is between them
SHADES = [palette.PALE_BLUE, palette.CATEGORIES[0]]  # as a scheme, so that steps get shades between them

OWN_CHARTS: dict[str, Any] = {
    "mark": {"color": palette.CATEGORIES[0]},
    "range": {
        "category": list(palette.CATEGORIES),
        **{kind: {"scheme": SHADES} for kind in ("ordinal", "ramp", "heatmap")},
    },
    "view": {"stroke": None, "continuousHeight": PLOT_HEIGHT},
    **{kind: {"spacing": PANEL_SPACING} for kind in ("concat", "facet")},
    **{kind: {"labelPadding": HEADING_PADDING} for kind in ("headerColumn", "headerFacet")},
}
"""What `natpatsip.figure` adds for a chart that an analyst draws; `natpatsip.charts` gives its own all of this."""


@alt.theme.register("natpatsip", enable=True)
def natpatsip() -> alt.theme.ThemeConfig:
    """Return the theme in the form that Altair expects."""
    return {"config": CONFIG}  # type: ignore[typeddict-item]  # Altair types each key; ours is plain JSON


def is_current() -> bool:
    """Return True if charts have this look, and no theme that a notebook has registered, which may hide their marks."""
    return (active := alt.theme.get()) is not None and active() == natpatsip()


@cache
def register_fonts(project: Path | None = None) -> None:
    """Give vl-convert the report's typeface, once per process, so that every machine draws the same chart."""
    import vl_convert

    vl_convert.register_font_directory(str(look.fonts(project or project_root())))
