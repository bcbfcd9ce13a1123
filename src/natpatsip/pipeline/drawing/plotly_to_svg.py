"""Plotly's figures as SVG, by kaleido: it has Chrome or Chromium draw them with the Plotly that is installed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from natpatsip.charts.layout.sizes import WIDTH
from natpatsip.errors import FigureError

SHELL = "chromium-headless-shell"  # Debian's Chromium without windows, which kaleido does not look for
HEIGHT = 400  # of a figure that has no height of its own
REMEDY = (
    "A figure of Plotly is drawn by kaleido with Chrome or Chromium: pip install kaleido, and install one of these. "
    "Or draw the chart with natpatsip.charts, Altair or matplotlib, which need neither."
)


def plotly_svg(name: str, figure: Mapping[str, Any]) -> str:
    """Return a figure of Plotly as SVG; nothing is loaded from the network.

    Parameters
    ----------
    name : str
        Its id in the report, for errors.
    figure : mapping
        The figure as Plotly writes it to JSON.

    Raises
    ------
    FigureError
        If kaleido or its browser is not installed, or cannot draw the figure.
    """
    try:
        import kaleido
    except ImportError:
        raise FigureError(f"{name}: kaleido is not installed. {REMEDY}") from None
    from kaleido.errors import ChromeNotFoundError

    layout = figure.get("layout", {})
    options = {"format": "svg", "width": layout.get("width") or WIDTH, "height": layout.get("height") or HEIGHT}
    page = {"page_generator": kaleido.PageGenerator(mathjax=False)}  # which it would load from the network
    try:
        try:
            drawn: bytes = kaleido.calc_fig_sync(dict(figure), opts=options, kopts=page)
        except ChromeNotFoundError:
            shell = shutil.which(SHELL)
            if shell is None:
                raise
            drawn = kaleido.calc_fig_sync(dict(figure), opts=options, kopts={**page, "path": shell})
    except ChromeNotFoundError:
        raise FigureError(f"{name}: kaleido finds no browser. {REMEDY}") from None
    except Exception as error:  # of the browser, of its driver and of Plotly's script
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise FigureError(f"{name}: kaleido cannot draw the figure: {lines[0]} {REMEDY}") from error
    return drawn.decode()
