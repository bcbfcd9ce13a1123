"""Charts and pictures drawn once, in one process, and kept by what they show."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from natpatsip.charts import dark, icons, palette
from natpatsip.charts.layout.sizes import narrow
from natpatsip.errors import FigureError
from natpatsip.pipeline.caching.store import Cache, key
from natpatsip.pipeline.drawing import svg as svgs

SCALE = 2  # pixels of a PNG for each of the SVG's
VEGALITE = "6.4"
HERE = Path(__file__)
# What draws, besides the library.
COLOURS = tuple(Path(str(module.__file__)) for module in (dark, icons, palette))
OURS = (HERE, *(HERE.with_name(name) for name in ("svg.py", "svg_minify.py", "interactive.py")), *COLOURS)


@dataclass(frozen=True)
class Drawn:
    """A figure as every format shows it.

    Attributes
    ----------
    svg : str
        The chart.
    png : bytes
        The same, for Word.
    narrow : str or None
        The chart laid out for a narrow page, where it has such a layout.
    interactive : str
        The chart as JSON for its page.
    """

    svg: str
    png: bytes
    narrow: str | None
    interactive: str


class Artist:
    """Draws Vega-Lite specifications, and turns SVGs into PNGs for Word.

    Parameters
    ----------
    kept : Cache
        Where drawings are kept between builds, by what they were made of.
    fonts : Path
        The folder of the report's typeface: the same on every machine, so that every machine draws the same.
    """

    def __init__(self, kept: Cache, fonts: Path) -> None:
        import vl_convert

        self._kept = kept
        self._drawer = vl_convert
        vl_convert.register_font_directory(str(fonts))
        files = sorted(fonts.glob("*.ttf"))
        letters = key(*(part for file in files for part in (file.name, file.read_bytes())))
        self._means = key(version("vl-convert-python"), VEGALITE, SCALE, letters, *(each.read_bytes() for each in OURS))

    def warm_up(self) -> None:
        """Draw a chart that nobody sees: the first one takes a second."""
        first = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "nominal"}}}
        self._drawer.svg_to_png(self._drawer.vegalite_to_svg(first, vl_version=VEGALITE))

    def figure(self, name: str, specification: Mapping[str, Any]) -> Drawn:
        """Return a figure as every format shows it.

        Raises
        ------
        FigureError
            Where Vega-Lite cannot draw it.
        """
        svg, layout = self.chart(name, specification), narrow(specification)
        return Drawn(
            svg=svg,
            png=self.png(name, svg),
            narrow=None if layout is None else self.chart(f"{name}-narrow", layout),
            interactive=self.interactive(name, specification),
        )

    def chart(self, name: str, specification: Mapping[str, Any]) -> str:
        """Return the SVG of a chart; `name` keeps the ids in it apart from other charts' on the same page.

        Raises
        ------
        FigureError
            Where Vega-Lite cannot draw it.
        """

        def draw() -> bytes:
            try:
                drawn = self._drawer.vegalite_to_svg(dict(specification), vl_version=VEGALITE)
            except ValueError as error:
                raise FigureError(f"{name}: Vega-Lite cannot draw the chart: {str(error).splitlines()[0]}") from error
            return bytes(dark.marked(svgs.tidy(drawn, prefix=name)), "utf-8")

        return self._once("svg", json.dumps([VEGALITE, name, specification], sort_keys=True), draw).decode()

    def interactive(self, name: str, specification: Mapping[str, Any]) -> str:
        """Return the chart as JSON for its page.

        Raises
        ------
        FigureError
            Where Vega-Lite cannot compile it.
        """
        from natpatsip.pipeline.drawing import interactive

        def compiled(chart: Mapping[str, Any]) -> Mapping[str, Any]:
            return dict(self._drawer.vegalite_to_vega(dict(chart), vl_version=VEGALITE))

        def draw() -> bytes:
            try:
                return bytes(interactive.specification(specification, compiled), "utf-8")
            except ValueError as error:
                raise FigureError(f"{name}: Vega-Lite cannot draw the chart: {str(error).splitlines()[0]}") from error

        return self._once("json", json.dumps([VEGALITE, specification], sort_keys=True), draw).decode()

    def runtime(self) -> str:
        """Return the script that draws Vega-Lite in a page: the same versions as drew the SVGs, and no network."""
        from natpatsip.pipeline.drawing import interactive

        def bundle() -> bytes:
            made = self._drawer.javascript_bundle(interactive.EXPORTS, vl_version=VEGALITE)
            return bytes(interactive.as_script(made), "utf-8")

        return self._once("js", json.dumps([VEGALITE, interactive.EXPORTS]), bundle).decode()

    def png(self, name: str, svg: str) -> bytes:
        """Return the picture as PNG, for Word.

        Raises
        ------
        FigureError
            Where the SVG cannot be drawn.
        """

        def draw() -> bytes:
            try:
                return bytes(self._drawer.svg_to_png(svg, scale=SCALE))
            except ValueError as error:
                raise FigureError(f"{name}: the SVG cannot be drawn: {str(error).splitlines()[0]}") from error

        return self._once("png", svg, draw)

    def _once(self, kind: str, made_from: str, draw: Callable[[], bytes]) -> bytes:
        name = key(self._means, made_from)
        kept = self._kept.get(kind, name)
        if kept is not None:
            return kept
        drawn = draw()
        self._kept.put(kind, name, drawn)
        return drawn
