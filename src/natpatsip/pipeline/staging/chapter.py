"""A chapter as it is written from an executed notebook: plain Quarto markdown with no code left."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from natpatsip import wording
from natpatsip.blocks.figures import FIGURE, PICTURE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.characters import not_shown
from natpatsip.charts.layout.sizes import narrow, pages
from natpatsip.errors import NotebookError, ReportError, StagingError, nearest, together
from natpatsip.facts.fact import CITED
from natpatsip.files.digests import sha256
from natpatsip.pipeline.inline_code import substitute
from natpatsip.pipeline.notebook import appears_in, place_of
from natpatsip.pipeline.notebook_outputs import TABLE_ID, FigureRecord
from natpatsip.pipeline.staging.commonmark import as_pandoc, lone_footnotes, long_rows, nested_footnotes, quoted_numbers
from natpatsip.pipeline.staging.data_phrases import typed_in
from natpatsip.pipeline.staging.markdown import (
    REFERENCE,
    Heading,
    Place,
    attribute,
    pieces,
    skipped_level,
    slug,
    without_empty_headings,
)
from natpatsip.pipeline.staging.output_texts import check_words, printed
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from natpatsip.settings import IllustrativeData

CHAPTER_LINK = re.compile(r"\]\(([\w-]+)\.ipynb(?:#([^)\s]*))?\)")
TABLE_REFERENCE = re.compile(r"(?<![\w\\@`])@(tbl-[a-z0-9]+(?:-[a-z0-9]+)*)")
ATTACHED = re.compile(r"!\[([^\]]*)\]\(attachment:([^)\s]+)[^)]*\)")
PASTED = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}  # what all formats can show


class ChapterWriter:
    """Writes an executed notebook as a chapter."""

    def __init__(
        self,
        *,
        name: str,  # the chapter's
        title: str,
        quarter: Quarter,  # cells of other quarters are left out
        # the figures of the whole report by id, with their numbers: a chapter may refer to any
        figures: Mapping[str, FigureRecord],
        chapters: Mapping[str, str],  # the titles of all chapters by name
        illustrative: IllustrativeData,  # the words with figures that rest on illustrative data
        # the number and the chapter of each table of the report that has an id in its caption
        tables: Mapping[str, tuple[int, str]] | None = None,
        phrases: Callable[[], Iterable[str]] = tuple,  # of the data that were read, which words of Python may be in
    ) -> None:
        self.name, self.title, self.quarter, self.figures, self.chapters = name, title, quarter, figures, chapters
        self.illustrative, self._notes, self.tables = illustrative, "", tables or {}
        self._phrases = phrases
        self.pasted: dict[str, bytes] = {}
        """The images that were pasted into cells, by the name of the file that the text shows."""
        self.places: list[Place] = []
        """Which cell each part of the text is from, the title first."""
        self._ids: dict[str, str] = {}  # of cells, by their names in messages
        self._cells: Sequence[NotebookNode] = ()

    def write(self, nb: NotebookNode) -> str:
        """Return the chapter's text.

        Raises
        ------
        StagingError, NotebookError
            If a reference leads nowhere, a heading level is skipped or an expression has no value.
        """
        self._cells = nb.cells
        parts = without_empty_headings(self._parts(nb))
        written, line = [f"# {self.title} {{#{self.name}}}"], 3
        self.places.append(Place(1, self._place_of(nb, nb.cells[0]), nb.cells[0].get("id", "")))
        for text, place in self._written(parts):
            self.places.append(Place(line, place, self._ids[place]))
            written.append(text)
            line += text.count("\n") + 2
        return "\n\n".join(written) + "\n"

    def _parts(self, nb: NotebookNode) -> Iterator[tuple[Heading | str, str]]:
        """Yield the headings and texts of the chapter, each with its cell."""
        errors: list[ReportError] = []
        for cell in nb.cells[1:]:  # the first is for the analyst
            if not appears_in(cell, self.quarter):
                continue
            place, self._notes = self._place_of(nb, cell), cell.get("id", "")
            self._ids[place] = self._notes
            try:
                if cell.cell_type == "markdown":
                    parts: Iterable[Heading | str] = pieces(self._linked(self._attached(cell)))
                else:
                    parts = self._shown(cell) if cell.cell_type == "code" else ()
                yield from [(part, place) for part in parts]
            except (NotebookError, StagingError) as error:
                errors.append(type(error)(f"{place}: {error}"))
        together(errors)

    def _place_of(self, nb: NotebookNode, cell: NotebookNode) -> str:
        return f"notebooks/{self.name}.ipynb, {place_of(nb.cells, cell)}"

    def _attached(self, cell: NotebookNode) -> str:
        """Return the text of a cell of markdown with its values in place, and its pasted images as files."""

        def image(match: re.Match[str]) -> str:
            shown, file, content = pasted_image(match, cell.get("attachments", {}))
            self.pasted[file] = content
            return shown

        return ATTACHED.sub(image, substitute(cell, partial(printed, typed=self._typed)))

    def _typed(self) -> list[str]:
        """Return the texts in the notebook's code, which authors have typed, and phrases of the data."""
        return [*typed_in(self._cells), *self._phrases()]

    def _shown(self, cell: NotebookNode) -> Iterator[str]:
        """Yield what a code cell publishes: figures, pictures, blocks and markdown; all else is for the analyst."""
        for output in cell.outputs:
            data = output.get("data", {})
            check_words(data, typed=self._typed)
            if FIGURE in data:
                yield self._figure(self.figures[data[FIGURE]["id"]])
            elif PICTURE in data:
                yield self._picture(data[PICTURE])
            elif BLOCK in data:
                yield self._linked(data[BLOCK]["markdown"])
            elif "text/markdown" in data and CITED not in data:
                yield self._linked(data["text/markdown"])

    def _figure(self, figure: FigureRecord) -> str:
        """Return a figure as the chapter's markdown."""
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
        }
        if figure.specification:
            attributes["interactive"] = f"drawings/{figure.id}.json"
        if narrow(figure.specification):
            attributes["narrow"] = f"drawings/{figure.id}-narrow.svg"
        if parts := pages(figure.specification):
            attributes["pages"] = str(len(parts))
        if record["is_illustrative"]:
            attributes |= {"note": self.illustrative.figure, "mark": self.illustrative.title}
        return _div("report-figure", figure.id, attributes, self._linked(record["caption"]))

    def _picture(self, record: Mapping[str, Any]) -> str:
        """Return a picture as the chapter's markdown."""
        name = record["id"]
        attributes = {"svg": f"figures/{name}.svg", "png": f"figures/{name}.png", "alt": record["alt"]}
        if "narrow" in record:
            attributes["narrow"] = f"drawings/{name}-narrow.svg"
        if record["credit"]:
            attributes["credit"] = record["credit"]
        return _div("picture", name, attributes, self._linked(record["caption"]))

    def _linked(self, text: str) -> str:
        """Return what was typed as pandoc's markdown, with references to figures and links to chapters resolved."""
        refuse_what_is_lost(text)
        text = TABLE_ID.sub(self._numbered_caption, as_pandoc(text, notes=self._notes))
        text = TABLE_REFERENCE.sub(self._table_reference, text)
        check_chapter_links(text, self.chapters)
        return CHAPTER_LINK.sub(self._chapter_link, REFERENCE.sub(self._reference, text))

    def _reference(self, match: re.Match[str]) -> str:
        figure = self.figures.get(match[1])
        if figure is None:
            raise StagingError(f"@{match[1]} refers to no figure of this report.{nearest(match[1], self.figures)}")
        place = "" if figure.chapter == self.name else f"{figure.chapter}.qmd"
        return f"[Figure {figure.number}]({place}#{figure.id})"

    def _numbered_caption(self, match: re.Match[str]) -> str:
        number, _ = self.tables[match[2]]
        return (
            f": Table {number}. {match[1]} {{#table-{match[2].removeprefix('tbl-')}}}"  # Quarto numbers those of tbl-
        )

    def _table_reference(self, match: re.Match[str]) -> str:
        name = match[1]
        if name not in self.tables:
            raise StagingError(
                f"@{name} refers to no table of this report.{nearest(name, self.tables)} End the caption of the table "
                f"with {{#{name}}}."
            )
        number, chapter = self.tables[name]
        return f"[Table {number}]({'' if chapter == self.name else f'{chapter}.qmd'}#table-{name.removeprefix('tbl-')})"

    def _chapter_link(self, match: re.Match[str]) -> str:
        """Return the chapter's link to another chapter, or to a heading or figure of it."""
        name, fragment = match[1], match[2]
        if not fragment:
            return f"]({name}.qmd)"
        known = fragment if fragment in self.figures else f"{name}-{slug(fragment)}"
        return f"]({name}.qmd#{known})"

    def _written(self, parts: list[tuple[Heading | str, str]]) -> Iterator[tuple[str, str]]:
        """Give each heading of the chapter an id unique in the whole report, and check that no level is skipped."""
        level, seen = 1, set[str]()
        for part, place in parts:
            if isinstance(part, str):
                yield part, place
                continue
            if fault := skipped_level(part, level):
                raise StagingError(f"{place}: {fault}")
            level = part.level
            name = base = part.id or f"{self.name}-{slug(part.text)}"
            count = 1
            while name in seen:
                count += 1
                name = f"{base}-{count}"
            seen.add(name)
            yield f"{'#' * level} {part.text} {{#{name}}}", place


def pasted_image(match: re.Match[str], attached: Mapping[str, Mapping[str, Any]]) -> tuple[str, str, bytes]:
    """Return an image that was pasted into a cell as Markdown, the name of its file, and the file's content.

    Raises
    ------
    StagingError
        If it is not in the cell in a form that all formats can show, or has no alternative text.
    """
    alt, name = match[1].strip(), unquote(match[2])
    bundle = {kind: data for kind, data in attached.get(name, {}).items() if kind in PASTED}
    if not bundle:
        kinds = wording.listing([kind.removeprefix("image/") for kind in PASTED])
        raise StagingError(f"the pasted image {name} is not in the cell as {kinds}. Paste it again.")
    if not alt or alt == name or alt == match[2]:
        raise StagingError(
            f"the pasted image {name} has no alternative text. Say in its brackets what it shows: "
            f"![North has the most beds](attachment:{match[2]})."
        )
    kind, data = next(iter(bundle.items()))
    content = base64.b64decode("".join(data))
    file = f"pasted-{sha256(content)[:16]}.{PASTED[kind]}"
    return f"![{match[1]}](figures/{file})", file, content


def refuse_what_is_lost(text: str) -> None:
    """Refuse, while a chapter is staged, a cell of Markdown of which no format would show a part.

    Raises
    ------
    StagingError
        If there is a control character, a footnote has no text or no place or is within another, a table's row has
        more cells than its header, or a line begins with >5, of which the sign makes a quotation.
    """
    if fault := not_shown(text):
        raise StagingError(fault)
    if lone := lone_footnotes(text):
        mark = f"[^{lone[0]}]"
        raise StagingError(
            f"the footnote {mark} has no text or no place in this cell. Write both in one cell: {mark} where it "
            f"belongs, and {mark}: with its text on a line of its own; or \\{mark} for the signs."
        )
    if nested := nested_footnotes(text):
        raise StagingError(
            f"the text of a footnote refers to another, [^{nested[0]}], which would not be shown. Write what it says "
            "in the first one, or refer to it from the text."
        )
    if quoted := quoted_numbers(text):
        raise StagingError(
            f'the line "{quoted[0]}" is a quotation, and its sign would not be shown. Write more than, or \\> for the '
            "sign itself; for a quotation, put a space after the sign."
        )
    if rows := long_rows(text):
        raise StagingError(
            f'the row "{rows[0].strip()}" has more cells than the header of its table, and the last would not be '
            "shown. Give the header a cell for each, or write \\| for the sign itself."
        )


def check_chapter_links(text: str, chapters: Collection[str]) -> None:
    """Check that each link to a notebook leads to a chapter.

    Raises
    ------
    StagingError
        If one does not.
    """
    for match in CHAPTER_LINK.finditer(text):
        if match[1] not in chapters:
            raise StagingError(f"the link to {match[1]}.ipynb leads to no chapter.{nearest(match[1], chapters)}")


def _div(kind: str, name: str, attributes: Mapping[str, str], content: str) -> str:
    if fault := next(filter(None, map(not_shown, attributes.values())), ""):
        raise StagingError(f"{name}: {fault}")
    written = " ".join(f"{key}={attribute(value)}" for key, value in attributes.items())
    return f"::: {{.{kind} #{name} {written}}}\n{content}\n:::"
