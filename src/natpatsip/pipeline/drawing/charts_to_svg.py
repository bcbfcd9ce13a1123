"""Charts and pictures as every format shows them, drawn once and cached by what they show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from natpatsip.blocks.figures import VEGALITE as VEGALITE_TYPE
from natpatsip.blocks.library_figures import PLOTLY, SVG
from natpatsip.characters import visible
from natpatsip.charts import dark, icons, own_charts, palette
from natpatsip.charts.layout.sizes import narrow, pages
from natpatsip.charts.own_charts.drawn_marks import is_made_here, undrawn
from natpatsip.charts.own_charts.drawn_texts import cut_alike, misleading
from natpatsip.errors import FigureError, RenderError
from natpatsip.files import memory
from natpatsip.files.digests import key
from natpatsip.files.memory import Same
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing import placed_texts
from natpatsip.pipeline.drawing.plotly_to_svg import plotly_svg
from natpatsip.pipeline.drawing.svg import portable, tidy
from natpatsip.pipeline.options import FORMATS

Specification = Mapping[str, Any]
SCALE = 2  # pixels of a PNG for each of the SVG's
VEGALITE = "6.4"
HERE = Path(__file__)
ADDRESSES = 66 * 2**30  # bytes that V8, which runs Vega, reserves; they take no memory
COLOURS = tuple(Path(str(module.__file__)) for module in (dark, icons, palette))
OWN_CHARTS = Path(own_charts.__file__).parent

SOURCES = (
    HERE,
    HERE.with_name("svg.py"),
    HERE.with_name("plotly_to_svg.py"),
    HERE.with_name("placed_texts.py"),
    *(OWN_CHARTS / f"{name}.py" for name in ("drawn_marks", "drawn_texts", "specifications")),
    *COLOURS,
)  # what draws, and what refuses a drawing, besides the library

# What JSON writes for the characters that `visible` replaces, and for line ends of Windows.
_NOT_VISIBLE = re.compile(r"\\[bfr]|\\u(?:00[0189]|202[a-e]|206[6-9]|d[89a-f]|fff[ef])|\x7f")


@dataclass(frozen=True)
class Drawn:
    """A figure as the formats of a build show it: SVG, PNG for Word, and for pages its narrow layout and JSON, if any.

    `pages` and `page_pngs` are its layout for paper, if it has one: in parts if it is too large for one page.
    """

    svg: str
    png: bytes | None = None
    narrow: str | None = None
    interactive: str = ""
    pages: tuple[str, ...] = ()
    page_pngs: tuple[bytes, ...] = ()


class NotDrawnError(Exception):
    """No earlier build has drawn this."""


class Artist:
    """Draws Vega-Lite specifications, and turns SVGs into PNGs for Word.

    Parameters
    ----------
    cache : Cache
        Where drawings are stored between builds, by what they were made of.
    fonts : Path
        The folder of the report's typeface: the same on every machine, so that every machine draws the same.
    formats : collection of str
        The formats that are built: what none of them shows is not drawn.
    """

    def __init__(self, cache: Cache, fonts: Path, formats: Collection[str] = FORMATS) -> None:
        self._cache = cache
        self._fonts = fonts
        self._formats = frozenset(formats)

    @cached_property
    def _toolchain(self) -> str:
        fonts = sorted(self._fonts.glob("*.ttf"))
        letters = key(*(part for file in fonts for part in (file.name, file.read_bytes())))
        sources = (each.read_bytes() for each in SOURCES)
        return key(version("vl-convert-python"), VEGALITE, SCALE, letters, *sources)

    @cached_property
    def _converter(self) -> Any:
        import vl_convert  # only where something is drawn: it brings a whole V8 with it

        vl_convert.register_font_directory(str(self._fonts))
        return vl_convert

    def warm_up(self) -> None:
        """Compile a chart that nobody sees, to draw others sooner: the first one takes half a second."""
        _need_addresses()
        first = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "nominal"}}}
        self._converter.vegalite_to_svg(first, vl_version=VEGALITE)

    def drawn(self, name: str, forms: Mapping[str, Any]) -> Drawn:
        """Return a figure as every format shows it, by its drawing: of Altair, of matplotlib or of Plotly.

        Raises
        ------
        FigureError
            If it cannot be drawn.
        """
        if VEGALITE_TYPE in forms:
            return self.figure(name, forms[VEGALITE_TYPE])

        def draw() -> bytes:
            svg = plotly_svg(name, forms[PLOTLY]) if PLOTLY in forms else forms[SVG]
            return bytes(tidy(portable(_drawable(svg)), prefix=name), "utf-8")

        made_from = json.dumps([name, forms.get(PLOTLY) or forms[SVG]], sort_keys=True)
        svg = self._once("svg", made_from, draw, fault=f"{name}: the figure cannot be drawn").decode()
        return Drawn(svg, self._word_png(name, svg))

    def picture(self, name: str, svg: str) -> Drawn:
        """Return a picture as every format shows it.

        Raises
        ------
        FigureError
            If it is not XML, or cannot be drawn.
        """
        try:
            shown = portable(_drawable(svg))
        except SyntaxError as error:
            raise FigureError(f"{name}: the SVG cannot be drawn: {error}") from error
        return Drawn(dark.marked(shown), self._word_png(name, shown))

    def figure(self, name: str, specification: Specification) -> Drawn:
        """Return a chart of Altair as every format shows it.

        Raises
        ------
        FigureError
            If Vega-Lite cannot draw it.
        """
        chart = self._layout(_cleaned(specification))
        slim = narrow(chart.specification) if "html" in self._formats else None
        layouts = {"wide": chart} | ({} if slim is None else {"narrow": self._layout(slim)})
        svg = self._svg(name, chart)
        is_paged = not self._formats.isdisjoint(("pdf", "docx"))
        parts = [
            self.chart(f"{name}-page-{n}", part)
            for n, part in enumerate(pages(chart.specification) if is_paged else (), 1)
        ]
        pngs = [
            self.png(f"{name}-page-{n}", part) for n, part in enumerate(parts if "docx" in self._formats else (), 1)
        ]
        return Drawn(
            svg=svg,
            png=pngs[0] if pngs else self._word_png(name, svg),
            narrow=None if slim is None else self._svg(f"{name}-narrow", layouts["narrow"]),
            interactive=self._interactive(name, layouts) if "html" in self._formats else "",
            pages=tuple(parts),
            page_pngs=tuple(pngs),
        )

    def chart(self, name: str, specification: Specification) -> str:
        """Return the SVG of a chart; `name` keeps the ids in it apart from other charts' on the same page.

        Raises
        ------
        FigureError
            If Vega-Lite cannot draw it.
        """
        return self._svg(name, self._layout(specification))

    def _layout(self, specification: Specification) -> _Layout:
        return _Layout(specification, lambda: self._converter)

    def _svg(self, name: str, layout: _Layout) -> str:
        """Return the SVG of a chart's layout, drawn or from the cache."""

        def draw() -> bytes:
            if not is_made_here(layout.specification) and (fault := _fault(layout)):
                raise FigureError(f"{name}: {fault}")
            return bytes(dark.marked(tidy(layout.svg, prefix=name)), "utf-8")

        made_from = key(VEGALITE, name, layout.text)
        return self._once("svg", made_from, draw, fault=f"{name}: Vega-Lite cannot draw the chart").decode()

    def _interactive(self, name: str, layouts: Mapping[str, _Layout]) -> str:
        """Return the chart as JSON for its page."""

        def draw() -> bytes:
            return bytes(interactive_json({name: each.vega for name, each in layouts.items()}), "utf-8")

        made_from = key(VEGALITE, *(each.text for each in layouts.values()))
        return self._once("json", made_from, draw, fault=f"{name}: Vega-Lite cannot draw the chart").decode()

    def _word_png(self, name: str, svg: str) -> bytes | None:
        return self.png(name, svg) if "docx" in self._formats else None

    def png(self, name: str, svg: str) -> bytes:
        """Return the picture as PNG, for Word.

        Raises
        ------
        FigureError
            If the SVG cannot be drawn.
        """

        def draw() -> bytes:
            return bytes(self._converter.svg_to_png(svg, scale=SCALE))

        return self._once("png", svg, draw, fault=f"{name}: the SVG cannot be drawn")

    def _once(self, kind: str, made_from: str, draw: Callable[[], bytes], *, fault: str) -> bytes:
        """Return a drawing from the cache, or draw and save it."""
        name = key(self._toolchain, made_from)
        if (cached := self._cache.get(kind, name)) is not None:
            return cached
        drawn = self._draw(draw, fault)
        self._cache.put(kind, name, drawn)
        return drawn

    def _draw(self, draw: Callable[[], bytes], fault: str) -> bytes:
        _need_addresses()
        try:
            return draw()
        except (ValueError, SyntaxError, RuntimeError) as error:  # all that the libraries raise
            raise FigureError(f"{fault}: {str(error).splitlines()[0]}") from error


class Archive(Artist):
    """What earlier builds have drawn; `NotDrawnError` is raised for anything else."""

    def figure_of(self, name: str, data: Mapping[str, Any], forms: Mapping[str, Any]) -> Drawn:
        """Return a figure that a cell shows, by all that the cell shows of it and by the forms it can be drawn of."""
        made_of = (name, Same(data), self._toolchain, self._formats)
        return memory.once(lambda: self.drawn(name, forms), "drawn", *made_of)

    def _draw(self, draw: Callable[[], bytes], fault: str) -> bytes:
        raise NotDrawnError


@dataclass(frozen=True)
class _Layout:
    """A chart in one of its layouts. It is compiled once, for its SVG, its page and what is checked of it."""

    specification: Specification  # Vega-Lite
    converter: Callable[[], Any]

    @cached_property
    def text(self) -> str:
        """The specification of the layout as JSON, which is drawn."""
        return json.dumps(self.specification, sort_keys=True)

    @cached_property
    def vega(self) -> Specification:
        """The layout compiled to Vega."""
        return dict(self.converter().vegalite_to_vega(dict(self.specification), vl_version=VEGALITE))

    @cached_property
    def svg(self) -> str:
        """What Vega draws."""
        draw: Callable[[Specification], str] = self.converter().vega_to_svg
        return placed_texts.drawn(self.vega, draw) if is_made_here(self.specification) else draw(self.vega)

    @cached_property
    def scene(self) -> Mapping[str, Any]:
        """What Vega draws, as a scenegraph."""
        return dict(self.converter().vega_to_scenegraph(self.vega)["scenegraph"])


def _fault(layout: _Layout) -> str:
    """Return why a drawn chart would say nothing, or something else than its data do; an empty text if it does not."""
    specification = layout.specification
    return (
        undrawn(specification, lambda: layout.scene)
        or misleading(specification, layout.scene)
        or cut_alike(layout.svg, layout.scene)
    )


def _cleaned(specification: Specification) -> Specification:
    """Return a chart to draw with its keys sorted and without control characters.

    Saved notebooks have their keys sorted: a chart is the same whether its notebook ran now or earlier.
    """
    text = json.dumps(specification, sort_keys=True)
    content: Specification = json.loads(text)
    return _drawable(content) if _NOT_VISIBLE.search(text) else content


def _drawable(content: Any) -> Any:
    """Return a specification, or an SVG, without control characters: XML may hold none, and vl-convert dies of one."""
    if isinstance(content, str):
        return visible(content.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(content, dict):
        return {_drawable(name): _drawable(each) for name, each in content.items()}
    return [_drawable(each) for each in content] if isinstance(content, list) else content


def _need_addresses() -> None:
    """Check that this process may reserve the addresses that V8 needs: without them it ends the process at once.

    Raises
    ------
    RenderError
        If it may not.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit not in (resource.RLIM_INFINITY, -1) and limit < ADDRESSES:
        raise RenderError(
            f"no chart can be drawn: this process may have {limit / 1e9:,.3g} GB of addresses (ulimit -v), and drawing "
            f"reserves {ADDRESSES / 1e9:.0f} GB of them, nearly all without memory. Run ulimit -v unlimited, and build "
            "again; to limit memory, use a control group (systemd-run -p MemoryMax=…)."
        )


def interactive_json(
    # each layout of a chart as Vega; compiled here rather than in the page, which then has less to do and cannot do it
    # otherwise
    layouts: Mapping[str, Specification],
) -> str:
    """Return a chart as JSON for its page: what both layouts share, and each layout.

    Returns
    -------
    str
        An object with ``shared``, ``wide`` and, where the chart has such a layout, ``narrow``, each a part of a Vega
        specification. The data of ``shared`` go before those of the layout.

    Examples
    --------
    >>> interactive_json({"wide": {"marks": ["bar"], "description": "in the page"}})
    '{"shared":{},"wide":{"marks":["bar"]}}'
    """
    drawn = {
        name: {key: value for key, value in layout.items() if key not in ("description", "usermeta")}
        for name, layout in layouts.items()
    }
    wide, other = drawn["wide"], drawn.get("narrow", {})
    shared = {key: value for key, value in wide.items() if other.get(key) == value}
    apart = {name: {key: value for key, value in each.items() if key not in shared} for name, each in drawn.items()}
    if "narrow" in apart and "data" not in shared:
        plain = [each for each in wide.get("data", ()) if "values" in each and "transform" not in each]
        rows = [each for each in plain if each in other.get("data", ())]
        shared["data"] = rows
        for each in apart.values():
            each["data"] = [one for one in each.get("data", ()) if one not in rows]
    return json.dumps({"shared": shared, **apart}, separators=(",", ":"), ensure_ascii=False)
