"""Tables of the Word file: header rows that are marked and come again, rows and short tables that stay together."""

from __future__ import annotations

from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from natpatsip.errors import RenderError

SHORT = 20  # rows at most of a table that stays on one page, as in the PDF
LITTLE = 1500  # letters at most in such a table
AFTER = 160  # twentieths of a point between a table and the text behind it


def mark_tables(document: Any) -> None:
    """Mark each table's header row, style its cells, and say where it may be broken.

    Raises
    ------
    RenderError
        Where a table has no row.
    """
    for table in document.tables:
        rows = table._tbl.tr_lst
        if not rows:
            raise RenderError("report.docx: a table has no row. Give it a header row and one more, or take it out.")
        letters = sum(len(node.text or "") for node in table._tbl.iter(qn("w:t")))
        is_short = len(rows) <= SHORT + 1 and letters <= LITTLE
        for position, row in enumerate(rows):
            properties = row.get_or_add_trPr()
            for tag in ("w:cantSplit", *(["w:tblHeader"] if position == 0 else [])):
                if properties.find(qn(tag)) is None:
                    properties.append(parse_xml(f"<{tag} {nsdecls('w')}/>"))
            stays = position == 0 or (is_short and position < len(rows) - 1)
            for paragraph in row.iter(qn("w:p")):
                layout = paragraph.get_or_add_pPr()
                layout.style = "TableHeader" if position == 0 else "TableText"
                if stays:
                    layout.get_or_add_keepNext()
        _part_from_text(table._tbl.getnext())


def _part_from_text(following: Any) -> None:
    """Leave room before the paragraph behind a table, where it is plain text: headings have their own."""
    if following is None or following.tag != qn("w:p"):
        return
    layout = following.get_or_add_pPr()
    if layout.style in {None, "BodyText", "FirstParagraph", "Compact"}:
        layout.get_or_add_spacing().set(qn("w:before"), str(AFTER))
