"""The XML of Word files: names with the usual prefixes, whichever form of the standard a program writes."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

_NAMES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",  # of the strict form
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://schemas.microsoft.com/office/word/2012/wordml": "w15",
}
SIGNS = {"w:tab": "\t", "w:br": " ", "w:cr": " ", "w:noBreakHyphen": "-", "w:softHyphen": ""}
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def name_of(element: Any) -> str:
    """Return the name of an element of Word's XML with the usual prefix."""
    if not isinstance(element.tag, str):  # a comment of XML
        return ""
    space, _, local = element.tag.rpartition("}")
    return f"{_NAMES.get(space[1:], '')}:{local}"


def attribute_of(element: Any, name: str) -> str:
    """Return an attribute of Word's XML, whatever its namespace; Word and others differ in it."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def date_of(element: Any) -> str:
    """Return when something in a Word file was written; empty if it does not say: LibreOffice writes the year 0."""
    date = attribute_of(element, "date")
    return date if re.match(r"[1-9]\d{3}-[01]\d-[0-3]\dT", date) else ""
