"""The Word file after its conversion: cover, contents, header rows, language, title."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.opc.pkgwriter import PackageWriter
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt
from lxml import etree

from natpatsip.errors import RenderError
from natpatsip.pipeline.render import cell_bookmarks
from natpatsip.pipeline.render.chapter_parts import blocks_of, blocks_text, document_text, part_of
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.comments_into_word import add_comments
from natpatsip.pipeline.render.pandoc import meta, run_pandoc
from natpatsip.pipeline.render.pandoc_tasks import perform
from natpatsip.pipeline.render.staged_report import RenderJob, Report
from natpatsip.pipeline.render.word_fonts import embed_fonts
from natpatsip.pipeline.render.word_markup import NO_PAGE, contents, elements, field, paragraph, run
from natpatsip.pipeline.render.word_pages import pages_of, qn
from natpatsip.pipeline.render.word_tables import format_tables
from natpatsip.pipeline.review_notes import STAGED, from_json
from natpatsip.settings import OWN
from natpatsip.word_files.word_file import paragraphs_of

EPOCH = (1980, 1, 1, 0, 0, 0)
AFTER_LIST = 4  # points between a list and the text after it
LIST_INDENT, LIST_HANGING = 340, 240  # twentieths of a point, of each level's text and of the sign before it
LIST_OF_FIGURES = "list-of-figures"
ICON = "icon"  # what the filter gives as the alternative text of an icon beside words
CUSTOM_XML_PROPERTIES = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
ITEM = (  # Word wants an id of each part with XML of one's own
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<ds:datastoreItem '
    'ds:itemID="{8E6C1A54-3D0B-4E6F-9C57-1B1B0F0A6C11}" '
    'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs/></ds:datastoreItem>'
)
DECORATIVE = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative '
    'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>'
)


def write_word(job: RenderJob, chapters: Sequence[Chapter]) -> None:
    """Write ``report.docx``; errors are those of `finish_word`."""
    report, output = job.report, job.output / "report.docx"
    marked = [each.with_document(each.marked or each.document, "marks") for each in chapters]
    parts = [part_of(report, "docx", blocks_text(each.blocks), what=output.name) for each in marked]
    blocks = ",".join(filter(None, map(blocks_of, perform(parts, cache=job.cache, jobs=1))))
    document = document_text(meta(report.metadata)["c"], f"[{blocks}]")

    def make() -> None:
        reference = report.extension / "natpatsip-reference.docx"
        arguments = ("--from=json", "--to=docx", f"--reference-doc={reference}", f"--output={output}")
        run_pandoc(*arguments, folder=report.root, what=output.name, text=document)
        finish_word(output, report, chapters, timestamp=job.timestamp)

    settings = (report.root / "_quarto.yml").read_bytes()
    job.cache.file("docx", output, document, settings, _notes(report), job.timestamp, make=make)


def finish_word(path: Path, report: Report, chapters: Sequence[Chapter], *, timestamp: int) -> None:
    """Give the converted file at `path` what the converters leave out.

    Raises
    ------
    RenderError
        If a picture has no alternative text, or a table has no row.
    """
    document = docx.Document(str(path))
    _drop_title_block(document)
    body = document.element.body
    cell_bookmarks.stretch(body)
    _list_figures_first(body)
    in_order = sorted(chapters, key=lambda chapter: chapter.name.removesuffix(".qmd") != LIST_OF_FIGURES)
    front = [*_cover(report, chapters), *contents(in_order, report.settings.headings.contents)]
    for position, element in enumerate(elements("".join(front))):
        body.insert(position, element)
    if report.settings.logo:
        _put_logo(document, report)
    _running_lines(document, report)
    format_tables(document)
    _indent_lists(document)
    _space_paragraphs(document)
    _check_pictures(document)
    embed_fonts(document, report.extension / "fonts", report.font)
    _describe(document, report, timestamp)
    _name_cells(document, report)
    _number_pages(document)
    if notes := _notes(report):
        add_comments(document, from_json(notes), report.settings.publisher or report.title)
    path.write_bytes(packed(document.part.package))


def _drop_title_block(document: Any) -> None:
    for first in document.paragraphs:
        if first.style.name not in {"Title", "Subtitle", "Date", "Author"}:
            break
        first._element.getparent().remove(first._element)


def _list_figures_first(body: Any) -> None:
    """Put the Word file's list of figures before the first chapter, as in the PDF; Quarto's book begins otherwise."""
    starts = [
        each.getprevious()
        for each in body.iter(qn("w:p"))
        if each.style == "Heading1" and each.getprevious() is not None
    ]
    for start, following in pairwise(starts):
        if start.get(qn("w:name")) == LIST_OF_FIGURES:
            while (moved := start).getparent() is body:
                start = moved.getnext()
                starts[0].addprevious(moved)
                if start is following:
                    break
            return


def _number_pages(document: Any) -> None:
    """Fill in on which page the Word file's contents and list of figures say that something is."""
    pages = pages_of(document)
    for instruction in document.element.body.iter(qn("w:instrText")):
        words = (instruction.text or "").split()
        if words[:1] == ["PAGEREF"]:
            shown = instruction.getparent().getnext().getnext().find(qn("w:t"))  # behind the mark that separates them
            shown.text = str(pages.get(words[1], NO_PAGE))


# Cover ---------------------------------------------------------------------------------------------------------------


def _cover(report: Report, chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield the paragraphs of the Word file's cover."""
    dates = [report.published, f"Data to {report.date}" if report.date else ""]
    status = " · ".join(filter(None, [report.status, *dates]))
    yield paragraph("Title", report.title)
    yield paragraph("Subtitle", report.subtitle)
    yield paragraph("Date", status)
    for chapter in chapters:
        if report.is_programme(chapter.name):
            yield paragraph("CoverLine", chapter.title)
    if report.is_illustrative:
        yield paragraph("CalloutNoteTitle", "Contains illustrative data")
        yield paragraph("CalloutNote", report.settings.illustrative_data.cover)
    if report.settings.imprint:
        yield paragraph("FigureNote", report.settings.imprint)


def _put_logo(document: Any, report: Report) -> None:
    """Put the publisher's logo above the title: as a PNG, since older Word shows no SVG."""
    file = report.extension / "assets" / report.settings.logo_file
    content = file.read_bytes()
    if file.suffix == ".svg":
        import vl_convert

        content = vl_convert.svg_to_png(content.decode(), scale=4)
    picture = (
        document.paragraphs[0].insert_paragraph_before().add_run().add_picture(io.BytesIO(content), height=Cm(1.5))
    )
    picture._inline.docPr.set("descr", report.settings.publisher or report.title)


# Running lines -------------------------------------------------------------------------------------------------------


def _running_lines(document: Any, report: Report) -> None:
    """Write the lines at the head and foot of the Word file's pages."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    draft = " · Draft" if report.status == "Draft" else ""
    header, footer = section.header, section.footer
    header.is_linked_to_previous = footer.is_linked_to_previous = False
    _fill(header.paragraphs[0], "Header", run(f"{report.title} · {report.label}{draft}"))
    note = " · contains illustrative data" if report.is_illustrative else ""
    _fill(
        footer.paragraphs[0],
        "Footer",
        run(f"{report.subtitle}{note} · page ") + field("PAGE", "1") + run(" of ") + field("NUMPAGES", "1"),
    )


def _fill(line: Any, style: str, inner: str) -> None:
    for element in elements(paragraph(style, "", inner=inner)):
        line._element.getparent().replace(line._element, element)


# Pictures -------------------------------------------------------------------------------------------------------------


PROSE = ("First Paragraph", "Body Text")


def _space_paragraphs(document: Any) -> None:
    """Let a figure in parts break in Word behind each but the last, keep what belongs together, space lists."""
    styles = document.styles
    known = {style.style_id: style.name for style in styles if style.type == WD_STYLE_TYPE.PARAGRAPH}
    usual = styles.default(WD_STYLE_TYPE.PARAGRAPH).name
    named = [(each, known.get(each._p.style, usual)) for each in document.paragraphs]
    for (shown, name), (following, next_name) in pairwise(named):
        names = name, next_name
        if names == ("Figure", "Figure Description"):
            shown.paragraph_format.keep_with_next = False
        elif names == ("Figure Text", "Figure Note") or (name in PROSE and _leads_to(shown, next_name)):
            shown.paragraph_format.keep_with_next = True
        elif name == "Compact" and next_name in PROSE:
            following.paragraph_format.space_before = Pt(AFTER_LIST)


def _indent_lists(document: Any) -> None:
    """Indent each level of a list in Word as the PDF does: pandoc's are indented three times as far."""
    for level in document.part.numbering_part.element.iter(qn("w:lvl")):
        for indent in level.iter(qn("w:ind")):
            indent.set(qn("w:left"), str(LIST_INDENT * (int(level.get(qn("w:ilvl"))) + 1)))
            indent.set(qn("w:hanging"), str(LIST_HANGING))


def _leads_to(prose: Any, following: str) -> bool:
    """Return whether a paragraph in Word introduces what follows it: a figure, a picture, or a list after its colon."""
    return following in ("Caption", "Figure") or (following == "Compact" and prose.text.rstrip().endswith(":"))


def _check_pictures(document: Any) -> None:
    """Check that each picture in the Word file has an alternative text."""
    for picture in document.element.body.iter(qn("wp:inline")):
        for side in "TBLR":
            picture.set(f"dist{side}", "0")  # LibreOffice leaves 3 mm on each side where a file does not say
    for position, picture in enumerate(document.element.body.iter(qn("wp:docPr")), start=1):
        words = picture.get("descr") or ""
        if words == ICON:  # beside its words
            picture.set("descr", "")
            picture.append(parse_xml(DECORATIVE))
        elif not words.strip():
            raise RenderError(f"report.docx: picture {position} has no alternative text. Give its figure one.")


# Properties ----------------------------------------------------------------------------------------------------------


def _describe(document: Any, report: Report, timestamp: int) -> None:
    """Fill in the properties and the settings of the Word file."""
    properties = document.core_properties
    properties.title = f"{report.title}: {report.subtitle}"
    properties.subject = report.settings.description
    properties.language = report.lang
    properties.author = properties.last_modified_by = report.settings.publisher or report.title
    properties.created = properties.modified = datetime.fromtimestamp(timestamp, tz=UTC).replace(tzinfo=None)
    properties.content_status = report.status
    package = document.part.package
    for name in [name for name, link in package.rels.items() if link.reltype == RELATIONSHIP_TYPE.CUSTOM_PROPERTIES]:
        package.rels.pop(name)  # the templates' variables, which pandoc puts there
    settings = document.settings.element
    _set_compatibility(settings, report.lang)
    _switch_on(settings, "w:trackRevisions", before=AFTER_TRACKING)
    _switch_on(settings, "w:updateFields", before=AFTER_UPDATING)


def _notes(report: Report) -> str:
    """Return reviewers' comments and the answers to them for the Word file, as JSON; empty if there are none."""
    file = report.root / STAGED
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _name_cells(document: Any, report: Report) -> None:
    """Add the part that says whose cell each bookmark is and what was built, for whoever has the file alone."""
    package = document.part.package
    content = cell_bookmarks.cells_part(
        str(report.metadata[OWN].get("quarter", "")),
        cell_bookmarks.cells_of(report.places),
        paragraphs_of(etree.tostring(document.element)),
    )
    part = Part(PackURI("/customXml/item1.xml"), "application/xml", content, package)
    properties = Part(PackURI("/customXml/itemProps1.xml"), CUSTOM_XML_PROPERTIES, ITEM.encode(), package)
    part.relate_to(properties, RELATIONSHIP_TYPE.CUSTOM_XML_PROPS)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


# The settings that may follow, as the schema has their order.
AFTER_TRACKING = (
    "w:doNotTrackMoves", "w:doNotTrackFormatting", "w:documentProtection", "w:autoFormatOverride",
    "w:styleLockTheme", "w:styleLockQFSet", "w:defaultTabStop",
)  # fmt: skip
AFTER_UPDATING = ("w:hdrShapeDefaults", "w:footnotePr", "w:endnotePr", "w:compat")


def _switch_on(settings: Any, name: str, *, before: Sequence[str]) -> None:
    """Put a setting of the Word file that is on before the first of those that may follow it."""
    if settings.find(qn(name)) is None:
        following = next(each for each in map(settings.find, map(qn, before)) if each is not None)
        following.addprevious(parse_xml(f"<{name} {nsdecls('w')}/>"))


def _set_compatibility(settings: Any, lang: str) -> None:
    """Mark the file as written for today's Word, which otherwise opens it in a mode for older ones."""
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), lang)
    if settings.find(qn("w:compat")) is None:
        mode = (
            f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        )
        settings.find(qn("w:rsids")).addprevious(parse_xml(mode))


def packed(package: Any) -> bytes:
    """Return the Word file's bytes: each part is packed once, with the first date that archives can have."""
    for part in package.parts:
        part.before_marshal()
    found: dict[str, bytes] = {}
    writer: Any = SimpleNamespace(write=lambda name, content: found.update({name.membername: content}))
    packer: Any = PackageWriter
    packer._write_content_types_stream(writer, package.parts)
    packer._write_pkg_rels(writer, package.rels)
    packer._write_parts(writer, package.parts)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(found, key=lambda each: (each != "[Content_Types].xml", each)):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), found[name], zipfile.ZIP_DEFLATED)
    return written.getvalue()
