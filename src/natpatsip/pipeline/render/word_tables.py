"""The tables of a Word file after its conversion: header rows, styles, where they may break, and icons beside words."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from natpatsip.errors import RenderError
from natpatsip.pipeline.render.word_pages import qn

SHORT = 20  # rows at most of a table that stays on one page, as in the PDF
LITTLE = 1500  # letters at most in such a table
AFTER = 160  # twentieths of a point between a table and the text after it
BESIDE_ICON = 340  # twentieths of a point from an icon's left edge to its words
EMU = 635  # in a twentieth of a point
LIST_OF_NUMBERS = ("Entry", "What it is", "Number", "Source")  # the header, by passports.lua, of a list set small


def format_tables(document: Any) -> None:
    """Mark each table's header rows, which are repeated on each page, style its cells, and set where it may break.

    A long table breaks between rows, but its caption, its header and its first two rows stay together.

    Raises
    ------
    RenderError
        If a table has no row.
    """
    for table in document.tables:
        rows = table._tbl.tr_lst
        if not rows:
            raise RenderError("report.docx: a table has no row. Give it a header row and one more, or take it out.")
        letters = sum(len(node.text or "") for node in table._tbl.iter(qn("w:t")))
        is_short = len(rows) <= SHORT + 1 and letters <= LITTLE
        is_list = tuple(cell.text for cell in table.rows[0].cells) == LIST_OF_NUMBERS
        has_note = _is_note(table._tbl.getnext())
        heads = [row for row in rows if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None] or rows[:1]
        for position, row in enumerate(rows):
            properties, is_head = row.get_or_add_trPr(), position < len(heads)
            for tag in ("w:cantSplit", *(["w:tblHeader"] if is_head else [])):
                if properties.find(qn(tag)) is None:
                    properties.append(parse_xml(f"<{tag} {nsdecls('w')}/>"))
            begins = position <= len(heads) or len(row.tc_lst) == 1  # the heading of a group of rows
            stays = has_note if position == len(rows) - 1 else begins or is_short
            for line in row.iter(qn("w:p")):
                layout = line.get_or_add_pPr()
                layout.style = "TableHeader" if is_head else "TableSmall" if is_list else "TableText"
                if stays:
                    layout.get_or_add_keepNext()
                _make_room_for_picture(line)
                _put_words_beside_icon(line)
        _leave_room_before(table._tbl.getnext())
    if document.tables and document.tables[-1]._tbl.getparent().xpath("w:p|w:tbl")[-1].tag == qn("w:tbl"):
        ending = parse_xml(f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="TableSmall"/></w:pPr></w:p>')
        document.element.body.find(qn("w:sectPr")).addprevious(ending)  # a document may not end with a table


def _is_note(following: Any) -> bool:
    """Return whether what follows a table in Word is a note on it."""
    return following is not None and following.tag == qn("w:p") and following.style == "FigureNote"


def _make_room_for_picture(line: Any) -> None:
    """Set a Word paragraph with a small drawing in whole lines: narrower ones cut off its top."""
    if next(line.iter(qn("wp:extent")), None) is not None:
        spacing = line.get_or_add_pPr().get_or_add_spacing()
        spacing.set(qn("w:line"), "240")
        spacing.set(qn("w:lineRule"), "auto")


def _put_words_beside_icon(line: Any) -> None:
    """Keep the words of a Word paragraph that begins with an icon to the right of it, on every line."""
    runs = line.findall(qn("w:r"))
    first = runs[1].find(qn("w:t")) if len(runs) > 1 else None
    widths = [int(each.get("cx")) for each in runs[0].iter(qn("wp:extent"))] if runs else []
    if first is None or not widths or widths[0] > BESIDE_ICON * EMU:
        return
    first.text = (first.text or "").lstrip()
    first.addprevious(OxmlElement("w:tab"))
    indent = line.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:left"), str(BESIDE_ICON))
    indent.set(qn("w:hanging"), str(BESIDE_ICON))


def _leave_room_before(following: Any) -> None:
    """Leave room before a plain paragraph after a table in Word: headings have their own."""
    if following is None or following.tag != qn("w:p"):
        return
    layout = following.get_or_add_pPr()
    if layout.style in {None, "BodyText", "FirstParagraph", "Compact"}:
        layout.get_or_add_spacing().set(qn("w:before"), str(AFTER))
