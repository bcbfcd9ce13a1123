"""From a place in a Word file to the notebook and cell that it is from.

The build has put a bookmark around what each cell says. Where editing has lost it, the text is looked for in the report
as it was built, and after that the cell above is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from lxml import etree

from natpatsip.compare import BuiltReport
from natpatsip.compare.passages import passages
from natpatsip.compare.word_diff import likeness, words_of
from natpatsip.facts.fact_descriptions import period
from natpatsip.pipeline.notebook_outputs import Outputs
from natpatsip.pipeline.render.cell_bookmarks import NAMESPACE, SECOND, bookmark_of, is_contents
from natpatsip.pipeline.staging.passports import homes_of
from natpatsip.word_files.word_file import DOCUMENT, Paragraph, WordFile
from natpatsip.word_files.word_xml import PARSER

ALIKE = 0.6  # of two texts that are taken for the same, one of them edited
PAGE = re.compile(r"\t\d+\s*$")  # of an entry of the contents, which LibreOffice saves as plain text
ENTRY = re.compile(r"a\d+")  # what a number is called in the list of all numbers
REFERENCE = re.compile(r"\s*\[a\d+(?:(?:[–\u2011-]\u2060?|,\s)a\d+)*\]\s*$")  # to the entries of a paragraph's numbers
COVER = ("Title", "Subtitle", "Date", "CoverLine", "ContentsHeading")  # styles
FRONT = "the cover and the contents"
STORIES = {"word/footnotes.xml": "footnotes", "word/endnotes.xml": "endnotes"}


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook; without an id, a place outside of notebooks."""

    notebook: str = ""  # its stem
    id: str = ""
    where: str = ""  # what readers find it by
    is_near: bool = False  # whether it is the cell above, since its own was not found
    is_listed: bool = False  # whether it is that of a number, of which the text is the entry in the list of all numbers


@dataclass(frozen=True)
class Locator:
    """Finds the cells of one Word file's paragraphs."""

    file: WordFile
    report: BuiltReport | None  # as it was built; None if it is not there any more

    @cached_property
    def quarter(self) -> str:
        """The quarter that the reviewed file reports on; empty if the file does not say."""
        return next((root.get("quarter", "") for root in notes_of_build(self.file)), "")

    def cell_of(self, number: int) -> Cell:
        """Return the cell of a paragraph of the reviewed file."""
        paragraph = self.file.paragraphs[number]
        if paragraph.part != DOCUMENT:
            return Cell(where=STORIES.get(paragraph.part, "the lines at the head and foot of pages"))
        if paragraph.style in COVER:  # whose words a chapter may say too
            return Cell(where=FRONT)
        cell = self.by_bookmark(paragraph)
        if cell is None and not paragraph.printed.strip() and paragraph.shown.strip():  # a new paragraph
            cell = replace(self._above(number), is_near=False)
        cell = cell or self._by_entry(number) or self._by_contents(number) or self._by_text(paragraph)
        cell = cell or self._above(number)
        if not cell.id or not self.report or cell.is_listed:
            return cell
        return replace(cell, where=self.report.place_of_cell(cell.notebook, cell.id))

    def _above(self, number: int) -> Cell:
        """Return the cell of the text above in the same chapter; a place without a cell if the build wrote it."""
        for paragraph in reversed(self.file.paragraphs[:number]):
            if found := self.by_bookmark(paragraph):
                return replace(found, is_near=True)
            if paragraph.style == "Heading1":
                return Cell(where=words_of_paragraph(paragraph))
        return Cell(where=FRONT)

    @cached_property
    def by_name(self) -> dict[str, tuple[str, str]]:
        """The notebook and cell of each bookmark: as the file says, and as the report's notebooks do."""
        names = {
            each.get("name", ""): (each.get("notebook", ""), each.get("id", ""))
            for root in notes_of_build(self.file)
            for each in root.iter(f"{{{NAMESPACE}}}cell")
        }
        if self.report:
            pairs = [(name, cell.id) for name, content in self.report.notebooks.items() for cell in content.cells]
            names |= {bookmark_of(*pair): pair for pair in pairs}
        return names

    def by_bookmark(self, paragraph: Paragraph) -> Cell | None:
        """Return the cell of the bookmark that began last; one that ends where a paragraph starts is not its own."""
        inner = [piece.bookmarks for piece in paragraph.pieces if piece.text and piece.was_there]
        inner = inner or [piece.bookmarks for piece in paragraph.pieces if piece.text]
        for names in (*inner, paragraph.bookmarks):
            for name in reversed(names):
                if cell := self.by_name.get(name.removesuffix(SECOND)):
                    return Cell(*cell)
        return None

    def _by_text(self, paragraph: Paragraph) -> Cell | None:
        """Return the cell that says the same, or nearly the same."""
        text = words_of_paragraph(paragraph)
        if not text or not self.report:
            return None
        if text in self._texts:
            return self._texts[text]
        words = words_of(text)
        if len(words) < 4:
            return None
        scored = [(likeness(words, words_of(other), least=ALIKE), cell) for other, cell in self._texts.items()]
        score, cell = max(scored, key=lambda each: each[0], default=(0.0, None))
        return cell if score else None

    def _by_contents(self, number: int) -> Cell | None:
        """Return the cell of a heading by its entry in the contents: several chapters may have headings of one name."""
        paragraph = self.file.paragraphs[number]
        if not self.report or not is_contents(paragraph):
            return None
        texts = (words_of_paragraph(each) for each in reversed(self.file.paragraphs[:number]) if is_contents(each))
        titles = {normal(title): name for name, title in self.report.titles.items()}
        chapter = next((titles[text] for text in texts if text in titles), "")
        return texts_of(self.report, [chapter]).get(words_of_paragraph(paragraph)) if chapter else None

    def _by_entry(self, number: int) -> Cell | None:
        """Return the cell of the number whose entry in the list of all numbers has a paragraph."""
        paragraphs = self.file.paragraphs
        rows = (at for at in range(number, 0, -1) if ENTRY.fullmatch(paragraphs[at].text.strip()))
        start = next(rows, 0) if paragraphs[number].in_table else 0
        if not start or not all(each.in_table for each in paragraphs[start : number + 1]):
            return None
        title = next((each for each in reversed(paragraphs[:start]) if each.style == "Heading2"), None)
        name, about = (words_of_paragraph(each) for each in paragraphs[start + 1 : start + 3])
        key = words_of_paragraph(title) if title else "", name, about.partition(" · ")[0].casefold()
        found = self._entries.get(key)
        return found and replace(found, where=self._above(start).where)

    @cached_property
    def _entries(self) -> dict[tuple[str, str, str], Cell]:
        """The cells of numbers by what their entries say: the chapter, and the number's name and period."""
        if not self.report:
            return {}
        outputs = {name: Outputs.of(name, content) for name, content in self.report.notebooks.items()}
        facts = {fact.key: fact for fact in self.report.facts}
        found: dict[tuple[str, str, str], Cell] = {}
        for name in outputs:
            for key, home in homes_of(outputs, [name]).items():
                if home.notebook == name and key in facts:
                    when = period(facts[key].period, self.report.quarter).casefold()
                    entry = normal(self.report.titles[name]), normal(facts[key].name), when
                    found[entry] = Cell(home.notebook, home.cell, is_listed=True)
        return found

    @cached_property
    def _texts(self) -> Mapping[str, Cell]:
        return texts_of(self.report) if self.report else {}


def notes_of_build(file: WordFile) -> Iterator[etree._Element]:
    """Yield the XML in which the build has noted the quarter, the cells and the paragraphs of a file."""
    for content in file.parts.values():
        try:
            root = etree.fromstring(content, PARSER)
        except etree.XMLSyntaxError:
            continue
        if root.tag == f"{{{NAMESPACE}}}cells":
            yield root


def texts_of(report: BuiltReport, chapters: Collection[str] = ()) -> dict[str, Cell]:
    """Return, to locate comments by, each passage's and figure's text with its cell, except texts of several cells.

    If chapters are named, it is theirs alone.
    """
    found: dict[str, Cell | None] = {}
    for name, content in report.notebooks.items():
        if chapters and name not in chapters:
            continue
        pairs = [(passage.text, passage.cell) for passage in passages(report, name)]
        for figure in Outputs.of(name, content).figures:
            texts = (str(figure.record[key]) for key in ("title", "description", "caption"))
            pairs += [(text, figure.cell.id) for text in texts if text]
        pairs.append((report.titles[name], content.cells[0].id))
        for text, cell in pairs:
            key = normal(text)
            found[key] = None if key in found and found[key] != Cell(name, cell) else Cell(name, cell)
    return {text: cell for text, cell in found.items() if cell}


def cell_that_says(report: BuiltReport, words: str) -> Cell | None:
    """Return the one cell that says the words of a comment; None if none or several do."""
    wanted = normal(words)
    cells = {cell for text, cell in texts_of(report).items() if wanted and wanted in text}
    return cells.pop() if len(cells) == 1 else None


_SAME = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\xa0": " ", "\u202f": " ", "\u2011": "-"})


def normal(text: str) -> str:
    r"""Return a text to locate as it is compared: straight quotation marks, single spaces, no references to sources.

    Examples
    --------
    >>> normal("It’s 677 women.\xa0[a12–a14, a20]")
    "It's 677 women."
    """
    return " ".join(REFERENCE.sub("", text.translate(_SAME)).split())


def words_of_paragraph(paragraph: Paragraph) -> str:
    """Return a reviewed paragraph's text without what the build generates; an inserted one's is what was inserted."""
    text = paragraph.printed or paragraph.shown
    return normal(PAGE.sub("", text) if is_contents(paragraph) else text)
