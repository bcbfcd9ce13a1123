"""The Word file after its conversion: cover, contents there before any update, header rows, language, title."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm

from natpatsip.errors import RenderError
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.staged_report import Report
from natpatsip.pipeline.render.word_fields import contents, elements, field, figures, paragraph, run
from natpatsip.pipeline.render.word_fonts import embed_fonts
from natpatsip.pipeline.render.word_tables import mark_tables

EPOCH = (1980, 1, 1, 0, 0, 0)


def finish_word(path: Path, report: Report, chapters: Sequence[Chapter], *, timestamp: int) -> None:
    """Give the converted file at `path` what the converters leave out.

    Raises
    ------
    RenderError
        Where a picture has no alternative text or a table no header row.
    """
    document = docx.Document(str(path))
    _drop_title_block(document)
    captions = [each.text for each in document.paragraphs if each.style is not None and each.style.name == "Caption"]
    front = "".join(
        [
            *_cover(report, chapters),
            *contents(chapters, report.settings.headings.contents),
            *figures(chapters, captions),
        ]
    )
    body = document.element.body
    for position, element in enumerate(elements(front)):
        body.insert(position, element)
    if report.settings.logo:
        _put_logo(document, report)
    _running_lines(document, report)
    mark_tables(document)
    _check_links(document)
    _check_pictures(document)
    embed_fonts(document, report.extension / "fonts", report.font)
    _describe(document, report, timestamp)
    written = io.BytesIO()
    document.save(written)
    path.write_bytes(_without_times(written.getvalue()))


def _drop_title_block(document: Any) -> None:
    for first in document.paragraphs:
        if first.style.name not in {"Title", "Subtitle", "Date", "Author"}:
            break
        first._element.getparent().remove(first._element)


# Cover ---------------------------------------------------------------------------------------------------------------


def _cover(report: Report, chapters: Sequence[Chapter]) -> Iterator[str]:
    status = f"{report.status} · Data to {report.date}" if report.date else report.status
    yield paragraph("Title", report.title)
    yield paragraph("Subtitle", report.subtitle)
    yield paragraph("Date", status)
    for chapter in chapters:
        if chapter.stem not in report.not_programmes:
            yield paragraph("CoverLine", chapter.title)
    if report.is_illustrative:
        words = report.settings.illustrative_data
        yield paragraph("CalloutNoteTitle", words.title)
        yield paragraph("CalloutNote", f"Contains illustrative data. {words.cover}")
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


# Links and pictures -------------------------------------------------------------------------------------------------


def _check_links(document: Any) -> None:
    """Refuse a link within the document that leads to no bookmark: it would do nothing."""
    body = document.element.body
    known = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    for link in body.iter(qn("w:hyperlink")):
        anchor = link.get(qn("w:anchor"))
        if anchor and anchor not in known:
            text = "".join(node.text or "" for node in link.iter(qn("w:t")))
            raise RenderError(
                f'report.docx: the link "{text}" leads to {anchor}, which is no place in the document. Build again, '
                "and report this if it stays."
            )


def _check_pictures(document: Any) -> None:
    for position, picture in enumerate(document.element.body.iter(qn("wp:docPr")), start=1):
        words = picture.get("descr") or ""
        if not words.strip():
            raise RenderError(f"report.docx: picture {position} has no alternative text. Give its figure one.")


# Properties ----------------------------------------------------------------------------------------------------------


def _describe(document: Any, report: Report, timestamp: int) -> None:
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
    _settle(document.settings.element, report.lang)


def _settle(settings: Any, lang: str) -> None:
    """Say that the file is written for today's Word, which else opens it in a mode for older ones."""
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), lang)
    if settings.find(qn("w:compat")) is None:
        mode = (
            f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        )
        settings.find(qn("w:rsids")).addprevious(parse_xml(mode))


def _without_times(content: bytes) -> bytes:
    """Return the same archive with every part's date set to the first that archives can have."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            new.writestr(zipfile.ZipInfo(name, EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()
