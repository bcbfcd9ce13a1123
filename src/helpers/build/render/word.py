"""The Word file after its conversion: cover, contents there before any update, header rows, language, title."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from helpers.build.render.chapters import Chapter, Heading
from helpers.build.render.fonts import embed_fonts
from helpers.build.render.report import Report
from helpers.errors import RenderError

EPOCH = (1980, 1, 1, 0, 0, 0)
DISCLAIMER = "This is not an official publication of NHS England or of the Health Innovation Network."
ILLUSTRATIVE = (
    "Contains illustrative data. Monthly series, and figures marked so, are drawn for illustration and are not returns "
    "from collaboratives. Published figures are cited as published."
)


def finish_word(path: Path, report: Report, chapters: Sequence[Chapter], *, timestamp: int) -> None:
    """Give the converted file at `path` what the converters leave out.

    Raises
    ------
    RenderError
        Where a picture has no alternative text or a table no header row.
    """
    document = docx.Document(str(path))
    _drop_title_block(document)
    front = "".join([*_cover(report, chapters), *_contents(chapters)])
    body = document.element.body
    for position, element in enumerate(_elements(front)):
        body.insert(position, element)
    _running_lines(document, report)
    _mark_tables(document)
    _check_pictures(document)
    embed_fonts(document, report.extension / "fonts", report.font)
    _describe(document, report, timestamp)
    written = io.BytesIO()
    document.save(written)
    path.write_bytes(_without_times(written.getvalue()))


def _elements(xml: str) -> list[Any]:
    return list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>"))


def _drop_title_block(document: Any) -> None:
    for paragraph in document.paragraphs:
        if paragraph.style.name not in {"Title", "Subtitle", "Date", "Author"}:
            break
        paragraph._element.getparent().remove(paragraph._element)


# Cover ---------------------------------------------------------------------------------------------------------------


def _cover(report: Report, chapters: Sequence[Chapter]) -> Iterator[str]:
    status = f"{report.status} · {report.date}" if report.date else report.status
    yield _paragraph("Title", report.title)
    yield _paragraph("Subtitle", report.subtitle)
    yield _paragraph("Date", status)
    for chapter in chapters:
        if chapter.stem not in report.not_programmes:
            yield _paragraph("CoverLine", chapter.title)
    if report.is_illustrative:
        yield _paragraph("CalloutNoteTitle", "Illustrative data")
        yield _paragraph("CalloutNote", ILLUSTRATIVE)
    yield _paragraph("FigureNote", DISCLAIMER)


def _paragraph(style: str, text: str, *, before: str = "", inner: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{before}</w:pPr>{inner or _run(text)}</w:p>'


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


# Contents ------------------------------------------------------------------------------------------------------------


def _contents(chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield Word's own contents field with its entries in it, as they are after an update."""
    entries = [heading for chapter in chapters for heading in chapter.headings if heading.level <= 2]
    yield _paragraph("ContentsHeading", "Contents", before="<w:pageBreakBefore/>")
    for position, heading in enumerate(entries):
        start = _mark("begin") + _instruction('TOC \\o "1-2" \\h \\z \\u') + _mark("separate") if position == 0 else ""
        end = _mark("end") if position == len(entries) - 1 else ""
        yield _paragraph(f"TOC{heading.level}", "", inner=start + _entry(heading) + end)


def _entry(heading: Heading) -> str:
    """Return an entry without a page: only Word knows it, and puts it in when the field is updated."""
    return f'<w:hyperlink w:anchor="{escape(heading.id)}" w:history="1">{_run(heading.text)}</w:hyperlink>'


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {escape(text)} </w:instrText></w:r>'


# Running lines -------------------------------------------------------------------------------------------------------


def _running_lines(document: Any, report: Report) -> None:
    section = document.sections[0]
    section.different_first_page_header_footer = True
    draft = " · Draft" if report.status == "Draft" else ""
    header, footer = section.header, section.footer
    header.is_linked_to_previous = footer.is_linked_to_previous = False
    _fill(header.paragraphs[0], "Header", _run(f"{report.title} · {report.label}{draft}"))
    note = " · contains illustrative data" if report.is_illustrative else ""
    _fill(
        footer.paragraphs[0],
        "Footer",
        _run(f"{report.label} progress report{note} · page ")
        + _field("PAGE", "1")
        + _run(" of ")
        + _field("NUMPAGES", "1"),
    )


def _fill(paragraph: Any, style: str, inner: str) -> None:
    for element in _elements(_paragraph(style, "", inner=inner)):
        paragraph._element.getparent().replace(paragraph._element, element)


def _field(instruction: str, shown: str) -> str:
    return _mark("begin") + _instruction(instruction) + _mark("separate") + _run(shown) + _mark("end")


# Tables and pictures -------------------------------------------------------------------------------------------------


def _mark_tables(document: Any) -> None:
    for table in document.tables:
        rows = table._tbl.tr_lst
        if not rows:
            raise RenderError("report.docx: a table has no row. Give it a header row and one more, or take it out.")
        for position, row in enumerate(rows):
            properties = row.get_or_add_trPr()
            for tag in ("w:cantSplit", *(["w:tblHeader"] if position == 0 else [])):
                if properties.find(qn(tag)) is None:
                    properties.append(parse_xml(f"<{tag} {nsdecls('w')}/>"))
            for paragraph in row.iter(qn("w:p")):
                paragraph.get_or_add_pPr().style = "TableHeader" if position == 0 else "TableText"


def _check_pictures(document: Any) -> None:
    for position, picture in enumerate(document.element.body.iter(qn("wp:docPr")), start=1):
        words = picture.get("descr") or ""
        if not words.strip():
            raise RenderError(f"report.docx: picture {position} has no alternative text. Give its figure one.")


# Properties ----------------------------------------------------------------------------------------------------------


def _describe(document: Any, report: Report, timestamp: int) -> None:
    properties = document.core_properties
    properties.title = f"{report.title}: {report.subtitle}"
    properties.subject = f"Progress of the programmes in {report.label}"
    properties.language = report.lang
    properties.author = properties.last_modified_by = report.title
    properties.created = properties.modified = datetime.fromtimestamp(timestamp, tz=UTC).replace(tzinfo=None)
    properties.content_status = report.status


def _without_times(content: bytes) -> bytes:
    """Return the same archive with every part's date set to the first that archives can have."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            new.writestr(zipfile.ZipInfo(name, EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()
