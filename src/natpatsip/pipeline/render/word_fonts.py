"""The report's typeface in its Word file, which then looks the same where the typeface is not installed."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from natpatsip.errors import RenderError

OBFUSCATED = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
FACES = {"Regular": "embedRegular", "Bold": "embedBold", "Italic": "embedItalic", "BoldItalic": "embedBoldItalic"}
COVERED = 32  # bytes at a font's beginning that its key hides (ECMA-376, part 4, 2.1.1)


def embed_fonts(document: Any, folder: Path, family: str) -> None:
    """Put the typeface into the document, so that it looks the same where the typeface is not installed."""
    table = next(
        (link.target_part for link in document.part.rels.values() if link.reltype == RELATIONSHIP_TYPE.FONT_TABLE), None
    )
    if table is None:
        raise RenderError(
            "natpatsip-reference.docx: has no table of fonts. Make it again with _extensions/natpatsip/make_theme.py."
        )
    listed = parse_xml(table.blob)
    for font in [font for font in listed if font.get(qn("w:name")) == family]:
        listed.remove(font)
    font = parse_xml(f'<w:font {nsdecls("w", "r")} w:name="{family}"><w:family w:val="swiss"/></w:font>')
    for position, (face, tag) in enumerate(FACES.items(), start=1):
        path = folder / f"{family.replace(' ', '')}-{face}.ttf"
        if not path.is_file():
            raise RenderError(f"{path}: is missing. The extension comes with its fonts; restore it.")
        key = uuid.uuid5(uuid.NAMESPACE_URL, path.name)
        name = PackURI(f"/word/fonts/font{position}.odttf")
        part = Part(name, OBFUSCATED, obfuscated(path.read_bytes(), key), document.part.package)
        link = table.relate_to(part, RELATIONSHIP_TYPE.FONT)
        font.append(parse_xml(f'<w:{tag} {nsdecls("w", "r")} r:id="{link}" w:fontKey="{{{str(key).upper()}}}"/>'))
    listed.append(font)
    table._blob = etree.tostring(listed, xml_declaration=True, encoding="UTF-8", standalone=True)
    _mark_fonts_as_embedded(document.settings.element)


def obfuscated(font: bytes, key: uuid.UUID) -> bytes:
    """Return a font as Word files hold it: its first bytes combined with the key, whose bytes are in reverse order.

    Examples
    --------
    >>> key = uuid.UUID(int=1)
    >>> obfuscated(obfuscated(b"OTTO" * 20, key), key) == b"OTTO" * 20
    True
    """
    mask = key.bytes[::-1] * (COVERED // 16)
    return bytes(byte ^ cover for byte, cover in zip(font, mask, strict=False)) + font[COVERED:]


def _mark_fonts_as_embedded(settings: Any) -> None:
    """Say in the Word file's settings that typefaces are in it."""
    if settings.find(qn("w:embedTrueTypeFonts")) is None:
        before = ("w:writeProtection", "w:view", "w:zoom", "w:removePersonalInformation", "w:removeDateAndTime")
        earlier = [
            settings.find(qn(tag)) for tag in (*before, "w:doNotDisplayPageBoundaries", "w:displayBackgroundShape")
        ]
        position = sum(each is not None for each in earlier)
        settings.insert(position, parse_xml(f"<w:embedTrueTypeFonts {nsdecls('w')}/>"))
