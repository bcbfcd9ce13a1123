"""The drawings of a report, written into the staged project: its figures, pictures, and what pages need beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from natpatsip.blocks.library_figures import SVG
from natpatsip.charts import dark
from natpatsip.charts.own_charts.drawn_marks import is_made_here
from natpatsip.charts.own_charts.drawn_texts import unreadable
from natpatsip.errors import FigureError, ReportError, together
from natpatsip.pipeline.drawing import organisation_tables
from natpatsip.pipeline.drawing.charts_to_svg import Artist
from natpatsip.pipeline.options import FORMATS

if TYPE_CHECKING:
    from natpatsip.pipeline.caching.store import Cache
    from natpatsip.pipeline.drawing.charts_to_svg import Drawn
    from natpatsip.pipeline.notebook_outputs import FigureRecord, Outputs

# The script that draws charts in a page, of the Vega that draws the SVGs: scripts/vega_bundle.py makes it.
VEGA = Path(__file__).with_name("vega") / "vega.js"
LICENCES = VEGA.with_name("vega-licences.txt")  # of all that is in it; they stay with it wherever it goes


def write_drawings(
    staged: Path,
    figures: Iterable[FigureRecord],
    outputs: Mapping[str, Outputs],  # of the chapters
    *,
    cache: Cache,
    fonts: Path,
    phrases: Callable[[str], Iterable[str]],  # returns what was typed in the code of a chapter, and phrases of the data
    formats: Collection[str] = FORMATS,  # what none of them shows is not drawn
    found: Mapping[str, Drawn] = MappingProxyType({}),  # figures that were in the cache, by id
) -> None:
    """Write each figure and picture as SVG into the staged project, and as PNG if Word shows it.

    What only pages need goes into ``drawings``: the narrow layout, and what makes a chart interactive.

    Raises
    ------
    FigureError
        If a chart cannot be drawn, or shows nothing of its data; all such figures are named, each with its cell.
    """
    errors: list[ReportError] = []
    artist = Artist(cache, fonts, formats)
    folder, drawings = staged / "figures", staged / "drawings"
    drawings.mkdir()
    for figure in figures:
        try:
            drawn = found.get(figure.id) or artist.drawn(figure.id, figure.forms)
            if not is_made_here(figure.specification) and (
                fault := unreadable(drawn.svg, partial(phrases, figure.chapter))
            ):
                raise FigureError(f"{figure.id}: {fault}")
        except FigureError as error:
            errors.append(FigureError(f"{figure.place}: {error}" if figure.place else str(error)))
            continue
        _write_figure(folder, drawings, figure.id, drawn)
    together([*errors, *_unreadable_pictures(outputs, phrases)])
    gathered = list(outputs.values())
    for name, svg in {name: svg for each in gathered for name, svg in each.drawings.items()}.items():
        (drawings / f"{name}.svg").write_text(dark.marked(svg), encoding="utf-8")
        if "docx" in formats:
            (drawings / f"{name}.png").write_bytes(artist.png(name, svg))
    for name, content in {name: content for each in gathered for name, content in each.page_data.items()}.items():
        # Saved notebooks have their keys sorted: the file is the same whether its notebook ran now or earlier.
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
        (drawings / f"{name}.json").write_text(text, encoding="utf-8")
        (drawings / f"{name}.html").write_text(organisation_tables.tables(content), encoding="utf-8")
    for picture in (picture for each in gathered for picture in each.pictures):
        _write_picture(folder, picture.id, artist.picture(picture.id, picture.data[SVG]))
        if "narrow" in picture.record:
            (drawings / f"{picture.id}-narrow.svg").write_text(dark.marked(picture.record["narrow"]), encoding="utf-8")


def _unreadable_pictures(
    outputs: Mapping[str, Outputs], phrases: Callable[[str], Iterable[str]]
) -> Iterator[FigureError]:
    for name, each in outputs.items():
        for picture in each.pictures:
            if fault := unreadable(picture.data[SVG], partial(phrases, name)):
                place = f"notebooks/{name}.ipynb, {each.cells[picture.cell.get('id', '')]}"
                yield FigureError(f"{place}: {picture.id}: {fault}")


def _write_figure(folder: Path, drawings: Path, name: str, drawn: Drawn) -> None:
    _write_picture(folder, name, drawn)
    if drawn.narrow is not None:
        (drawings / f"{name}-narrow.svg").write_text(drawn.narrow, encoding="utf-8")
    for number, page in enumerate(drawn.pages, 1):
        (drawings / f"{name}-page-{number}.svg").write_text(page, encoding="utf-8")
    for number, png in enumerate(drawn.page_pngs, 1):
        (drawings / f"{name}-page-{number}.png").write_bytes(png)
    if drawn.interactive:
        (drawings / f"{name}.json").write_text(drawn.interactive, encoding="utf-8")


def _write_picture(folder: Path, name: str, drawn: Drawn) -> None:
    (folder / f"{name}.svg").write_text(drawn.svg, encoding="utf-8", newline="\n")
    if drawn.png is not None:
        (folder / f"{name}.png").write_bytes(drawn.png)
