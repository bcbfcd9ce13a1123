"""Chapters that the build writes by itself, from what the notebooks made."""

from __future__ import annotations

from collections.abc import Sequence

from natpatsip.pipeline.outputs import FigureRecord
from natpatsip.pipeline.staging.markdown import escaped
from natpatsip.settings import Settings


def list_of_figures(figures: Sequence[FigureRecord], settings: Settings) -> str:
    """Return the list of figures: number, programme, description, and where (a link, or a page in print)."""
    rows = [
        f"| [Figure {each.number}]({each.chapter}.qmd#{each.id}) | {escaped(each.programme)} "
        f'| {escaped(each.record["description"])} | [{each.number}]{{.page-of target="{each.id}"}} |'
        for each in figures
    ]
    table = "\n".join(
        [f"| Figure | {escaped(settings.labels.programme)} | Description | Page |", "|:--|:--|:-----|--:|", *rows]
    )
    return f"# {escaped(settings.headings.figures)} {{#list-of-figures .list-of-figures}}\n\n{table}\n"
