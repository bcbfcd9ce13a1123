"""Figures that other libraries draw: of matplotlib as SVG, of Plotly as the JSON that the build has drawn.

Neither library is imported unless the notebook has imported it.
"""

from __future__ import annotations

import base64
import io
import json
import math
import re
import sys
from collections.abc import Mapping
from typing import Any

from natpatsip import look
from natpatsip.charts.layout.sizes import FONT, WIDTH
from natpatsip.errors import FigureError
from natpatsip.project import project_root

PLOTLY, SVG = "application/vnd.plotly.v1+json", "image/svg+xml"
LIBRARY_FORMS = frozenset({PLOTLY, SVG})
POINT = 0.75  # of a pixel, in which matplotlib measures
TYPEFACE = FONT.partition(",")[0]
SETTINGS: dict[Any, Any] = {  # of matplotlib: letters stay letters, in the report's typeface, and ids are the same
    "svg.fonttype": "none",
    "font.sans-serif": [TYPEFACE, "DejaVu Sans"],
    "mathtext.fontset": "custom",
    **{f"mathtext.{style}": TYPEFACE for style in ("rm", "sf", "cal", "tt")},
    "mathtext.it": f"{TYPEFACE}:italic",
    "mathtext.bf": f"{TYPEFACE}:bold",
}
# The kinds of Plotly's traces that lie on a map, which it loads from the network; a heatmap or a treemap does not.
FROM_THE_NETWORK = re.compile("(?:scatter|density|choropleth)map(?:box)?|choropleth|scattergeo")


def drawn(made: Any, name: str) -> dict[str, Any] | None:
    """Return what a cell shows of a figure of matplotlib or Plotly; None if it is of another library.

    Parameters
    ----------
    made : Figure or Axes of matplotlib, or Figure of Plotly
        The figure. One of pyplot's is closed, so that it is not shown a second time.
    name : str
        Its id in the report.

    Raises
    ------
    FigureError
        If it shows no data, or could not be drawn without the network.
    """
    classes = {f"{each.__module__}.{each.__qualname__}" for each in type(made).__mro__}
    if "matplotlib.axes._base._AxesBase" in classes:
        return {SVG: _matplotlib_svg(made.get_figure(), name)}
    if "matplotlib.figure.FigureBase" in classes:
        return {SVG: _matplotlib_svg(made, name)}
    if "plotly.basedatatypes.BaseFigure" in classes:
        return {PLOTLY: _plotly_json(made, name)}
    return None


def content(made: Any, forms: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the library that has drawn a figure, and its content; of matplotlib's, SVG in its own font.

    So neither the report's typeface nor the ones that a machine has make it another figure.
    """
    if PLOTLY in forms:
        return "Plotly", _with_numbers(forms[PLOTLY])
    import matplotlib as mpl

    figure = made.get_figure() if hasattr(made, "get_figure") else made
    written = io.StringIO()
    own = {"svg.fonttype": "none", "svg.hashsalt": "own", "font.sans-serif": ["DejaVu Sans"]}
    with mpl.rc_context({**own, "mathtext.fontset": "dejavusans"}):  # type: ignore[dict-item]
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return "matplotlib", written.getvalue()


def _with_numbers(node: Any) -> Any:
    """Return a figure of Plotly with its columns as numbers: it writes those of arrays as their bytes, in base64."""
    if isinstance(node, list):
        return [_with_numbers(each) for each in node]
    if isinstance(node, float) and not math.isfinite(node):
        return None  # as it writes them in lists
    if not isinstance(node, Mapping):
        return node
    if not {"dtype", "bdata"} <= node.keys():
        return {name: _with_numbers(each) for name, each in node.items()}
    import numpy as np

    numbers = np.frombuffer(base64.b64decode(node["bdata"]), np.dtype(node["dtype"]).newbyteorder("<"))
    shape = [int(length) for length in str(node.get("shape", numbers.size)).split(",")]
    return _with_numbers(numbers.reshape(shape).tolist())


def _matplotlib_svg(figure: Any, name: str) -> str:
    import matplotlib as mpl  # the notebook has imported it
    from matplotlib import font_manager

    if not any(map(_has_data, figure.axes)):
        raise FigureError(
            f"{name}: the figure shows no data. Check what is plotted, or that the figure is the right one."
        )
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for file in sorted(look.fonts(project_root()).glob("*.ttf")):
        if str(file) not in known:
            font_manager.fontManager.addfont(file)
    for formatter in (each.get_major_formatter() for axes in figure.axes for each in (axes.xaxis, axes.yaxis)):
        if hasattr(formatter, "set_useOffset"):  # else 1,000,001 may be labelled 1, with "+1e6" or "1e6" at the end
            formatter.set_useOffset(False)
            formatter.set_scientific(False)
    written = io.StringIO()
    with mpl.rc_context({**SETTINGS, "svg.hashsalt": name}):
        figure.savefig(written, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)
    return _widened(written.getvalue())


def _widened(svg: str) -> str:
    """Return a drawing of matplotlib as wide as the page's column at least: a narrower one's letters are stretched."""
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())  # type: ignore[union-attr]
    if (lacking := WIDTH * POINT - width) <= 0:
        return svg
    svg = re.sub(r' width="[\d.]+pt"', f' width="{WIDTH * POINT:g}pt"', svg, count=1)
    return re.sub(r'viewBox="[^"]*"', f'viewBox="{-lacking / 2:.2f} 0 {WIDTH * POINT:g} {height:g}"', svg, count=1)


def _has_data(axes: Any) -> bool:
    """Return True if axes of matplotlib have something plotted that has a place."""
    limits = getattr(axes, "xy_dataLim", axes.dataLim)  # of axes in space; of others
    return all(math.isfinite(value) for value in limits.get_points().flat)


def _plotly_json(figure: Any, name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(figure.to_json())
    if not record["data"]:
        raise FigureError(f"{name}: the figure shows no data. Add what it is to show.")
    if maps := [kind for each in record["data"] if FROM_THE_NETWORK.fullmatch(kind := each.get("type", ""))]:
        raise FigureError(
            f"{name}: Plotly loads the map under a {maps[0]} from the network, which a build does not read. Draw the "
            "outlines from a file of the project with Altair or matplotlib."
        )
    return record
