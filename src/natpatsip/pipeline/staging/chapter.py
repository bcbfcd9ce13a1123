"""The nbconvert exporter that makes a chapter of an executed notebook: plain Quarto markdown with no code left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from natpatsip.blocks import BLOCK, fact_span
from natpatsip.charts.layout.sizes import narrow
from natpatsip.errors import NotebookError, StagingError, nearest
from natpatsip.facts import CITED, Fact
from natpatsip.figures import FIGURE, PICTURE
from natpatsip.pipeline.inline_code import substitute, text_of
from natpatsip.pipeline.notebook import appears_in, place_of
from natpatsip.pipeline.outputs import FigureRecord
from natpatsip.pipeline.staging.markdown import REFERENCE, Heading, attribute, pieces, slug, without_empty_headings
from natpatsip.quarter import Quarter

CHAPTER_LINK = re.compile(r"\]\(([\w-]+)\.ipynb(?:#([^)\s]*))?\)")
PUBLISHED = (FIGURE, PICTURE, BLOCK, "text/markdown", CITED)  # the outputs of cells that a chapter takes


class ChapterExporter(Exporter):
    """Exports an executed notebook as a chapter.

    Parameters
    ----------
    name, title : str
        The chapter's.
    quarter : Quarter
        Cells of other quarters are left out.
    figures : mapping
        The figures of the whole report by id, with their numbers: a chapter may refer to any.
    chapters : mapping
        The titles of all chapters by name.
    note : str
        The text under a figure that rests on illustrative data.
    """

    output_mimetype = "text/markdown"

    def __init__(
        self,
        *,
        name: str,
        title: str,
        quarter: Quarter,
        figures: Mapping[str, FigureRecord],
        chapters: Mapping[str, str],
        note: str,
        **options: Any,
    ) -> None:
        super().__init__(default_preprocessors=[], **options)  # type: ignore[no-untyped-call]
        self.name, self.title, self.quarter, self.figures, self.chapters = name, title, quarter, figures, chapters
        self.note = note

    def _file_extension_default(self) -> str:
        return ".qmd"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the chapter's text, and the resources as nbconvert passes them on.

        Raises
        ------
        StagingError, NotebookError
            If a reference leads nowhere, a heading level is skipped or an expression has no value.
        """
        nb, resources = super().from_notebook_node(_without_data(nb), resources, **options)
        parts = without_empty_headings(self._parts(nb))
        return "\n\n".join([f"# {self.title} {{#{self.name}}}", *self._written(parts)]) + "\n", resources

    def _parts(self, nb: NotebookNode) -> Iterator[Heading | str]:
        for cell in nb.cells[1:]:  # the first is for the analyst
            if not appears_in(cell, self.quarter):
                continue
            try:
                if cell.cell_type == "markdown":
                    yield from pieces(self._linked(substitute(cell, printed)))
                elif cell.cell_type == "code":
                    yield from self._shown(cell)
            except (NotebookError, StagingError) as error:
                place = place_of(nb.cells, cell)
                raise type(error)(f"notebooks/{self.name}.ipynb, {place}: {error}") from None

    def _shown(self, cell: NotebookNode) -> Iterator[str]:
        """Yield what a code cell publishes: figures, pictures, blocks and markdown; all else is for the analyst."""
        for output in cell.outputs:
            data = output.get("data", {})
            if FIGURE in data:
                yield self._figure(self.figures[data[FIGURE]["id"]])
            elif PICTURE in data:
                yield self._picture(data[PICTURE])
            elif BLOCK in data:
                yield self._linked(data[BLOCK]["markdown"])
            elif "text/markdown" in data and CITED not in data:
                yield self._linked(data["text/markdown"])

    def _figure(self, figure: FigureRecord) -> str:
        record = figure.record
        attributes = {
            "number": str(figure.number),
            "programme": figure.programme,
            "title": record["title"],
            "description": record["description"],
            "svg": f"figures/{figure.id}.svg",
            "png": f"figures/{figure.id}.png",
            "alt": record["alt"],
            "data": f"figures/{figure.id}.csv",
            "interactive": f"drawings/{figure.id}.json",
        }
        if narrow(figure.specification):
            attributes["narrow"] = f"drawings/{figure.id}-narrow.svg"
        if record["is_illustrative"]:
            attributes["note"] = self.note
        return _div("report-figure", figure.id, attributes, self._linked(record["caption"]))

    def _picture(self, record: Mapping[str, Any]) -> str:
        name = record["id"]
        attributes = {"svg": f"figures/{name}.svg", "png": f"figures/{name}.png", "alt": record["alt"]}
        if "narrow" in record:
            attributes["narrow"] = f"drawings/{name}-narrow.svg"
        if record["credit"]:
            attributes["credit"] = record["credit"]
        return _div("picture", name, attributes, self._linked(record["caption"]))

    def _linked(self, text: str) -> str:
        """Resolve references to figures and links to chapters."""
        return CHAPTER_LINK.sub(self._chapter_link, REFERENCE.sub(self._reference, text))

    def _reference(self, match: re.Match[str]) -> str:
        figure = self.figures.get(match[1])
        if figure is None:
            raise StagingError(f"@{match[1]} refers to no figure of this report.{nearest(match[1], self.figures)}")
        place = "" if figure.chapter == self.name else f"{figure.chapter}.qmd"
        return f"[Figure {figure.number}]({place}#{figure.id})"

    def _chapter_link(self, match: re.Match[str]) -> str:
        name, fragment = match[1], match[2]
        if name not in self.chapters:
            raise StagingError(f"the link to {name}.ipynb leads to no chapter.{nearest(name, self.chapters)}")
        if not fragment:
            return f"]({name}.qmd)"
        known = fragment if fragment in self.figures else f"{name}-{slug(fragment)}"
        return f"]({name}.qmd#{known})"

    def _written(self, parts: list[Heading | str]) -> Iterator[str]:
        """Give each heading an id that is unique in the whole report, and check that no level is skipped."""
        level, seen = 1, set[str]()
        for part in parts:
            if isinstance(part, str):
                yield part
                continue
            if part.level == 1 or part.level > level + 1:
                raise StagingError(
                    f'notebooks/{self.name}.ipynb: the heading "{part.text}" is of level {part.level} under '
                    f"one of level {level}. Headings go down one level at a time, and only the chapter's title "
                    "is of level 1."
                )
            level = part.level
            name = base = part.id or f"{self.name}-{slug(part.text)}"
            count = 1
            while name in seen:
                count += 1
                name = f"{base}-{count}"
            seen.add(name)
            yield f"{'#' * level} {part.text} {{#{name}}}"


def _without_data(nb: NotebookNode) -> NotebookNode:
    """Return a notebook without the data of its charts, of which nbconvert would make two copies."""
    cells = [
        _with(cell, outputs=[*map(_published, cell.outputs)]) if cell.get("outputs") else cell for cell in nb.cells
    ]
    return _with(nb, cells=cells)


def _published(output: NotebookNode) -> NotebookNode:
    if "data" not in output:
        return output
    return _with(output, data={key: output.data[key] for key in PUBLISHED if key in output.data})


def _with(node: NotebookNode, **parts: Any) -> NotebookNode:
    """Return a node with some of its parts replaced; all others are shared with it."""
    return NotebookNode({**node, **parts})  # type: ignore[no-untyped-call]


def printed(data: Mapping[str, Any]) -> str:
    """Return what an inline expression prints: a fact with its mark, anything else as its text."""
    return fact_span(Fact.from_record(data[CITED]), text_of(data)) if CITED in data else text_of(data)


def _div(kind: str, name: str, attributes: Mapping[str, str], content: str) -> str:
    written = " ".join(f"{key}={attribute(value)}" for key, value in attributes.items())
    return f"::: {{.{kind} #{name} {written}}}\n{content}\n:::"
