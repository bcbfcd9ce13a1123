"""Charts and pictures as every format shows them, drawn once and cached by what they show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.blocks.figures import VEGALITE as VEGALITE_TYPE
from natpatsip.blocks.library_figures import PLOTLY, SVG
from natpatsip.blocks.printable import visible
from natpatsip.charts import dark, icons, own_charts, palette
from natpatsip.charts.layout.sizes import narrow, pages
from natpatsip.errors import FigureError, RenderError, ReportError, together
from natpatsip.files.csv_files import rows_of, to_csv
from natpatsip.files.digests import key
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing import organisation_tables
from natpatsip.pipeline.drawing.drawn_texts import cut_alike, misleading, unreadable
from natpatsip.pipeline.drawing.empty_charts import is_made_here, undrawn
from natpatsip.pipeline.drawing.plotly_to_svg import plotly_svg
from natpatsip.pipeline.drawing.svg import portable, tidy

if TYPE_CHECKING:
    from natpatsip.pipeline.outputs import FigureRecord, Outputs

Specification = Mapping[str, Any]
SCALE = 2  # pixels of a PNG for each of the SVG's
VEGALITE = "6.4"
HERE = Path(__file__)
ADDRESSES = 66 * 2**30  # bytes that V8, which runs Vega, reserves; they take no memory
COLOURS = tuple(Path(str(module.__file__)) for module in (dark, icons, own_charts, palette))
SOURCES = (
    HERE,
    HERE.with_name("svg.py"),
    HERE.with_name("plotly_to_svg.py"),
    HERE.with_name("empty_charts.py"),
    *COLOURS,
)  # what draws, besides the library

# Charts come compiled, so a page needs neither Vega-Lite nor vega-embed, a third of the usual bundle. The addresses are
# vl-convert's names of modules that it carries; nothing is fetched.
EXPORTS = """import { View, parse } from "https://cdn.jsdelivr.net/npm/vega@6.2.0/+esm";
import { expressionInterpreter } from "https://cdn.jsdelivr.net/npm/vega-interpreter@2.0.0/+esm";
window.natpatsipVega = { View, parse, expressionInterpreter };
"""


@dataclass(frozen=True)
class Drawn:
    """A figure as every format shows it: SVG, PNG for Word, the SVG of its narrow layout and JSON for pages, if any.

    `pages` and `page_pngs` are its parts for paper, if it is too large for one page.
    """

    svg: str
    png: bytes
    narrow: str | None = None
    interactive: str = ""
    pages: tuple[str, ...] = ()
    page_pngs: tuple[bytes, ...] = ()


class Artist:
    """Draws Vega-Lite specifications, and turns SVGs into PNGs for Word.

    Parameters
    ----------
    cache : Cache
        Where drawings are stored between builds, by what they were made of.
    fonts : Path
        The folder of the report's typeface: the same on every machine, so that every machine draws the same.
    """

    def __init__(self, cache: Cache, fonts: Path) -> None:
        import vl_convert

        self._cache = cache
        self._converter = vl_convert
        vl_convert.register_font_directory(str(fonts))
        letters = key(*(part for file in sorted(fonts.glob("*.ttf")) for part in (file.name, file.read_bytes())))
        sources = (each.read_bytes() for each in SOURCES)
        self._toolchain = key(version("vl-convert-python"), VEGALITE, SCALE, letters, *sources)

    def warm_up(self) -> None:
        """Draw a chart that nobody sees: the first one takes a second."""
        _need_addresses()
        first = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "nominal"}}}
        self._converter.svg_to_png(self._converter.vegalite_to_svg(first, vl_version=VEGALITE))

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
            if fault := unreadable(svg):
                raise FigureError(f"{name}: {fault}")
            return bytes(tidy(portable(_drawable(svg)), prefix=name), "utf-8")

        made_from = json.dumps([name, forms.get(PLOTLY) or forms[SVG]], sort_keys=True)
        svg = self._once("svg", made_from, draw, fault=f"{name}: the figure cannot be drawn").decode()
        return Drawn(svg, self.png(name, svg))

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
        return Drawn(dark.marked(shown), self.png(name, shown))

    def figure(self, name: str, specification: Specification) -> Drawn:
        """Return a chart of Altair as every format shows it.

        Raises
        ------
        FigureError
            If Vega-Lite cannot draw it.
        """
        # Saved notebooks have their keys sorted: a chart is the same whether its notebook ran now or earlier.
        specification = _drawable(json.loads(json.dumps(specification, sort_keys=True)))
        svg, layout = self.chart(name, specification), narrow(specification)
        parts = [self.chart(f"{name}-page-{n}", part) for n, part in enumerate(pages(specification), 1)]
        return Drawn(
            svg=svg,
            png=self.png(name, svg),
            narrow=None if layout is None else self.chart(f"{name}-narrow", layout),
            interactive=self.interactive(name, specification),
            pages=tuple(parts),
            page_pngs=tuple(self.png(f"{name}-page-{n}", part) for n, part in enumerate(parts, 1)),
        )

    def chart(self, name: str, specification: Specification) -> str:
        """Return the SVG of a chart; `name` keeps the ids in it apart from other charts' on the same page.

        Raises
        ------
        FigureError
            If Vega-Lite cannot draw it.
        """

        def draw() -> bytes:
            drawn = cache(lambda: self._converter.vegalite_to_svg(dict(specification), vl_version=VEGALITE))
            if not is_made_here(specification) and (fault := self._fault(specification, drawn)):
                raise FigureError(f"{name}: {fault}")
            return bytes(dark.marked(tidy(drawn(), prefix=name)), "utf-8")

        made_from = json.dumps([VEGALITE, name, specification], sort_keys=True)
        return self._once("svg", made_from, draw, fault=f"{name}: Vega-Lite cannot draw the chart").decode()

    def _fault(self, specification: Specification, drawn: Callable[[], str]) -> str:
        """Return why a chart would say nothing, or something else than its data do; an empty text if it does not."""
        scene = cache(lambda: self._scene(specification))
        return undrawn(specification, scene) or misleading(specification, scene()) or cut_alike(drawn(), scene())

    def _scene(self, specification: Specification) -> Mapping[str, Any]:
        scene = self._converter.vegalite_to_scenegraph(dict(specification), vl_version=VEGALITE)
        return dict(scene["scenegraph"])

    def interactive(self, name: str, specification: Specification) -> str:
        """Return the chart as JSON for its page.

        Raises
        ------
        FigureError
            If Vega-Lite cannot compile it.
        """

        def compiled(chart: Specification) -> Specification:
            return dict(self._converter.vegalite_to_vega(dict(chart), vl_version=VEGALITE))

        def draw() -> bytes:
            return bytes(interactive_json(specification, compiled), "utf-8")

        made_from = json.dumps([VEGALITE, specification], sort_keys=True)
        return self._once("json", made_from, draw, fault=f"{name}: Vega-Lite cannot draw the chart").decode()

    def runtime(self) -> str:
        """Return the script that draws Vega-Lite in a page: the same versions as drew the SVGs, and no network."""

        def bundle() -> bytes:
            # A classic script that keeps its names to itself: pages opened from disk can load no modules.
            script = self._converter.javascript_bundle(EXPORTS, vl_version=VEGALITE)
            return bytes(f"(function () {{\n{script}\n}})();\n", "utf-8")

        return self._once("js", json.dumps([VEGALITE, EXPORTS]), bundle, fault="vega.js").decode()

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
        name = key(self._toolchain, made_from)
        if (cached := self._cache.get(kind, name)) is not None:
            return cached
        _need_addresses()
        try:
            drawn = draw()
        except (ValueError, SyntaxError, RuntimeError) as error:  # all that the libraries raise
            raise FigureError(f"{fault}: {str(error).splitlines()[0]}") from error
        self._cache.put(kind, name, drawn)
        return drawn


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


def write_drawings(
    staged: Path, figures: Iterable[FigureRecord], outputs: Iterable[Outputs], *, cache: Cache, fonts: Path
) -> None:
    """Write each figure and picture as SVG and PNG into the staged project, and each figure's data.

    What only pages need goes into ``drawings``: the narrow layout, and what makes a chart interactive.

    Raises
    ------
    FigureError
        If a chart cannot be drawn, or shows nothing of its data; all such figures are named, each with its cell.
    """
    errors: list[ReportError] = []
    artist = Artist(cache, fonts)
    folder, drawings = staged / "figures", staged / "drawings"
    drawings.mkdir()
    for figure in figures:
        (folder / f"{figure.id}.csv").write_bytes(to_csv(rows_of(figure.record["data"])).encode())
        try:
            drawn = artist.drawn(figure.id, figure.forms)
        except FigureError as error:
            errors.append(FigureError(f"{figure.place}: {error}" if figure.place else str(error)))
            continue
        (folder / f"{figure.id}.svg").write_text(drawn.svg, encoding="utf-8", newline="\n")
        (folder / f"{figure.id}.png").write_bytes(drawn.png)
        if drawn.narrow is not None:
            (drawings / f"{figure.id}-narrow.svg").write_text(drawn.narrow, encoding="utf-8")
        for number, (page, png) in enumerate(zip(drawn.pages, drawn.page_pngs, strict=True), 1):
            (drawings / f"{figure.id}-page-{number}.svg").write_text(page, encoding="utf-8")
            (drawings / f"{figure.id}-page-{number}.png").write_bytes(png)
        if drawn.interactive:
            (drawings / f"{figure.id}.json").write_text(drawn.interactive, encoding="utf-8")
        if drawn.interactive and not (drawings / "vega.js").exists():
            (drawings / "vega.js").write_text(artist.runtime(), encoding="utf-8", newline="\n")
    together(errors)
    gathered = list(outputs)
    for name, svg in {name: svg for each in gathered for name, svg in each.drawings.items()}.items():
        (drawings / f"{name}.svg").write_text(dark.marked(svg), encoding="utf-8")
        (drawings / f"{name}.png").write_bytes(artist.png(name, svg))
    for name, content in {name: content for each in gathered for name, content in each.page_data.items()}.items():
        # Saved notebooks have their keys sorted: the file is the same whether its notebook ran now or earlier.
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
        (drawings / f"{name}.json").write_text(text, encoding="utf-8")
        (drawings / f"{name}.html").write_text(organisation_tables.tables(content), encoding="utf-8")
    for picture in (picture for each in gathered for picture in each.pictures):
        drawn = artist.picture(picture.id, picture.data[SVG])
        (folder / f"{picture.id}.svg").write_text(drawn.svg, encoding="utf-8", newline="\n")
        (folder / f"{picture.id}.png").write_bytes(drawn.png)
        if "narrow" in picture.record:
            (drawings / f"{picture.id}-narrow.svg").write_text(dark.marked(picture.record["narrow"]), encoding="utf-8")


def interactive_json(
    chart: Specification,  # Vega-Lite, as `natpatsip.figure` records it
    # compiles Vega-Lite; here rather than in the page, which then has less to do and cannot do it otherwise
    to_vega: Callable[[Specification], Specification],
) -> str:
    """Return a chart as JSON for its page: what both layouts share, and each layout.

    Returns
    -------
    str
        An object with ``shared``, ``wide`` and, where the chart has such a layout, ``narrow``, each a part of a Vega
        specification. The data of ``shared`` go before those of the layout.

    Examples
    --------
    >>> interactive_json({"mark": "bar"}, lambda chart: {"marks": [chart["mark"]], "description": "in the page"})
    '{"shared":{},"wide":{"marks":["bar"]}}'
    """
    layouts = {"wide": chart, "narrow": narrow(chart)}
    drawn = {
        name: {key: value for key, value in to_vega(layout).items() if key not in ("description", "usermeta")}
        for name, layout in layouts.items()
        if layout is not None
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
