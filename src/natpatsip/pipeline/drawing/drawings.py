"""The drawings of a staged report: each figure and picture in every form that a format shows, and its data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.charts import dark
from natpatsip.figures import PICTURE
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing.charts_to_svg import Artist
from natpatsip.pipeline.outputs import outputs_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from natpatsip.pipeline.staging.stage import Staged


def write_drawings(staged: Staged, executed: Mapping[str, NotebookNode], *, kept: Cache, fonts: Path) -> None:
    """Draw each figure and picture as SVG and PNG, and write each figure's data.

    What pages alone need stands apart, in ``drawings``: the narrow layout, and what makes a chart interactive.

    Parameters
    ----------
    staged : Staged
        The report, whose chapters name the drawings.
    executed : mapping
        Its executed notebooks, which hold the pictures.
    kept : Cache
        Where drawings are kept from one build to the next.
    fonts : Path
        The folder of the report's typeface.

    Raises
    ------
    FigureError
        Where a chart cannot be drawn.
    """
    artist = Artist(kept, fonts)
    folder, drawings = staged.folder / "figures", staged.folder / "drawings"
    drawings.mkdir()
    for figure in staged.figures:
        (folder / f"{figure.id}.csv").write_text(figure.record["data"], encoding="utf-8")
        drawn = artist.figure(figure.id, figure.specification)
        (folder / f"{figure.id}.svg").write_text(drawn.svg, encoding="utf-8")
        (folder / f"{figure.id}.png").write_bytes(drawn.png)
        if drawn.narrow is not None:
            (drawings / f"{figure.id}-narrow.svg").write_text(drawn.narrow, encoding="utf-8")
        (drawings / f"{figure.id}.json").write_text(drawn.interactive, encoding="utf-8")
    if staged.figures:
        (drawings / "vega.js").write_text(artist.runtime(), encoding="utf-8")
    for content in executed.values():
        for _, record, data in outputs_of(content, PICTURE):
            svg = data["image/svg+xml"]
            (folder / f"{record['id']}.svg").write_text(dark.marked(svg), encoding="utf-8")
            (folder / f"{record['id']}.png").write_bytes(artist.png(record["id"], svg))
            if "narrow" in record:
                (drawings / f"{record['id']}-narrow.svg").write_text(dark.marked(record["narrow"]), encoding="utf-8")
