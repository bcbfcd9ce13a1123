"""Generate the pages' colours (``brand.css``) and Word's reference document from ``_brand.yml``.

Typst reads ``_brand.yml`` itself. Run this after a change of colours or type
(``.venv/bin/python _extensions/natpatsip/make_theme.py``) and commit what it writes; a test holds it to ``_brand.yml``.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import docx
import vl_convert
import yaml
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from natpatsip.charts import dark
from natpatsip.pipeline.render.pandoc import run_pandoc
from natpatsip.pipeline.render.word import packed

HERE = Path(__file__).resolve().parent
FACES = (("Regular", 400, "normal"), ("Italic", 400, "italic"), ("SemiBold", 600, "normal"), ("Bold", 700, "normal"))
# The typeface arrives after a page's text is first shown; until then one of the reader's system stands in. Its letters
# are made as wide and as high as Open Sans, so that nothing moves then: by weight, the average width of English text in
# Open Sans and in Arial (which Liberation Sans shares, and Roboto nearly); the height of Open Sans over its base line
# and its depth below.
WIDTHS = {400: (0.4633, 0.4386), 600: (0.4807, 0.4735), 700: (0.4979, 0.4735)}
ASCENT, DESCENT = 1.0688, 0.293
MONOSPACED = "Consolas"  # comes with Word on Windows and macOS; other programs take their own for it

Brand = dict[str, Any]


def read_brand() -> Brand:
    """Return the look's colours and typeface."""
    return dict(yaml.safe_load((HERE / "_brand.yml").read_text(encoding="utf-8")))


def brand_css(brand: Brand) -> str:
    """Return the colours and the typeface as a style sheet: custom properties, light and dark."""
    family = brand["typography"]["base"]["family"]
    stem = family.replace(" ", "")
    light = brand["color"]["palette"]
    tints = {f"{kind}-tint": look["tint"] for kind, look in brand["callouts"].items()}
    lines = ["/* Made by make_theme.py from _brand.yml: change it there. */", ""]
    for face, weight, style in FACES:
        lines.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; font-display: swap; '
            f'src: url("../fonts/{stem}-{face}.woff2") format("woff2"); }}'
        )
    lines += [_stand_in(family, weight) for weight in WIDTHS]
    night = brand["dark"] | {f"{kind}-tint": brand["dark"]["mist"] for kind in brand["callouts"]}
    lines += [
        "",
        f':root {{ color-scheme: light; --font: "{family}", "{family} stand-in", sans-serif; '
        f"--banner: {light['navy']}; {_properties(light | tints)} }}",
        ':root.np[data-theme="dark"] { color-scheme: dark; ' + _properties(night) + " }",
        "@media screen and (prefers-color-scheme: dark) {",
        '  :root.np:not([data-theme="light"]) { color-scheme: dark; ' + _properties(night) + " }",
        "}",
        "@media print { :root.np.np.np { color-scheme: light; " + _properties(light | tints) + " } }",
        "",
    ]
    lines += _drawings()
    for kind, look in brand["callouts"].items():
        lines.append(f".np-{kind} {{ --kind: var(--{look['colour']}); --tint: var(--{kind}-tint); }}")
    return "\n".join(lines) + "\n"


def _drawings() -> list[str]:
    """Return the rules by which charts and diagrams follow a dark page: on a screen, as paper is light."""
    partners = _properties({"chart": "transparent"} | dark.properties())
    return [
        "@media screen {",
        f'  :root.np[data-theme="dark"] {{ {partners} }}',
        "}",
        "@media screen and (prefers-color-scheme: dark) {",
        f'  :root.np:not([data-theme="light"]) {{ {partners} }}',
        "}",
        *dark.style_rules(),
        "",
    ]


def _stand_in(family: str, weight: int) -> str:
    own, other = WIDTHS[weight]
    size = own / other
    names = (f'local("{name}{" Bold" if weight > 400 else ""}")' for name in ("Arial", "Liberation Sans", "Roboto"))
    return (
        f'@font-face {{ font-family: "{family} stand-in"; font-weight: {weight}; src: {", ".join(names)}; '
        f"size-adjust: {size:.1%}; ascent-override: {ASCENT / size:.1%}; descent-override: {DESCENT / size:.1%}; "
        "line-gap-override: 0%; }"
    )


def _properties(values: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())


def reference_docx(brand: Brand) -> bytes:
    """Return Word's reference document: pandoc's own, in the report's styles."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pandoc-reference.docx"
        run_pandoc(f"--output={path}", "--print-default-data-file=reference.docx", folder=HERE, what=path.name)
        document = docx.Document(str(path))
    palette = brand["color"]["palette"]
    _page(document)
    _language_and_font(document, brand["typography"]["base"]["family"], palette["ink"])
    _text_styles(document, palette)
    _heading_styles(document, palette)
    _construct_styles(document, brand)
    _contents_styles(document, palette)
    _table_style(document, palette)
    return packed(document.part.package)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin, section.bottom_margin, section.footer_distance = Cm(2.0), Cm(1.8), Cm(0.9)


def _language_and_font(document: Any, family: str, ink: str) -> None:
    for properties in document.styles.element.iter(qn("w:rPr")):
        fonts = properties.find(qn("w:rFonts"))
        if fonts is not None:
            properties.remove(fonts)
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), family)
    defaults.insert(0, fonts)
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    language.set(qn("w:val"), "en-GB")
    for tag, key, value in (("w:color", "val", ink.removeprefix("#")), ("w:sz", "val", "20"), ("w:szCs", "val", "20")):
        for old in defaults.findall(qn(tag)):
            defaults.remove(old)
        new = OxmlElement(tag)
        new.set(qn(f"w:{key}"), value)
        language.addprevious(new)


def _style(document: Any, name: str, *, base: str = "Normal", following: str | None = None) -> ParagraphStyle:
    style = _find(document, name) or document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = _find(document, base) if base != name else None
    if following:
        style.next_paragraph_style = _find(document, following)
    style.hidden, style.quick_style = False, True
    return style  # type: ignore[no-any-return]


def _known_to_word(style: ParagraphStyle, identity: str) -> None:
    """Give one of Word's own styles the id that Word gives it, and no mark of a custom style."""
    style.element.set(qn("w:styleId"), identity)
    style.element.attrib.pop(qn("w:customStyle"), None)


def _find(document: Any, name: str) -> Any:
    return next((style for style in document.styles if style.name == name), None)


def _set(
    style: ParagraphStyle,
    *,
    size: float | None = None,
    bold: bool | None = None,
    italic: bool | None = None,
    colour: str | None = None,
    before: float = 0,
    after: float = 6,
    line: float = 1.0,
    keep: bool = False,
) -> ParagraphStyle:
    style.font.bold, style.font.italic = bold, italic
    if size:
        style.font.size = Pt(size)
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.MULTIPLE, line
    layout.keep_with_next = keep
    layout.widow_control = True
    return style


Border = tuple[str, float, int]  # its colour, its width and its distance from the text, in points


def _box(style: ParagraphStyle, *, fill: str | None = None, **borders: Border) -> None:
    """Shade a paragraph's background and draw borders, by their side."""
    properties = style.element.get_or_add_pPr()
    for tag in ("w:pBdr", "w:shd"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    edges = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right", "between"):
        if side in borders:
            colour, width, space = borders[side]
            _add(
                edges,
                f"w:{side}",
                val="single",
                sz=f"{8 * width:.0f}",
                space=str(space),
                color=colour.removeprefix("#"),
            )
    parts = [edges] if borders else []
    if fill:
        parts.append(_add(properties, "w:shd", val="clear", color="auto", fill=fill.removeprefix("#")))
    spacing = properties.find(qn("w:spacing"))
    for part in parts:
        if spacing is None:
            properties.append(part)
        else:
            spacing.addprevious(part)


def _add(parent: Any, tag: str, **values: str) -> Any:
    child = OxmlElement(tag)
    for key, value in values.items():
        child.set(qn(f"w:{key}"), value)
    parent.append(child)
    return child


def _panel(style: ParagraphStyle, fill: str) -> None:
    """Shade a paragraph's background, with padding around the text: a border of the same colour."""
    _box(style, fill=fill, **dict.fromkeys(("top", "left", "bottom", "right"), (fill, 1, 16)))
    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Cm(0.6)


def _barred(style: ParagraphStyle, fill: str, bar: str, **more: Border) -> None:
    """Shade a paragraph's background, with a bar at its left and padding around the text; its edges are the page's."""
    edge: Border = (fill, 0.5, 5)
    _box(style, fill=fill, **{"top": edge, "left": (bar, 3, 8), "bottom": edge, "right": (fill, 0.5, 8), **more})
    style.paragraph_format.left_indent, style.paragraph_format.right_indent = Pt(11), Pt(8.5)


def _text_styles(document: Any, palette: dict[str, str]) -> None:
    normal = _find(document, "Normal")
    _set(normal, after=5, line=1.0)
    _set(_style(document, "Body Text"), after=5, line=1.0)
    _set(_style(document, "First Paragraph", base="Body Text"), after=5, line=1.0)
    _set(_style(document, "Compact", base="Body Text"), after=2, line=1.0)
    quotation = _set(_style(document, "Block Text", base="Body Text"), italic=True, colour=palette["slate"], after=8)
    _box(quotation, left=(palette["blue"], 3, 8))
    quotation.paragraph_format.left_indent = quotation.paragraph_format.right_indent = Cm(0.6)
    _set(_style(document, "Definition Term"), bold=True, colour=palette["navy"], before=6, after=0, keep=True)
    _set(_style(document, "Definition"), after=5)
    title = _set(_style(document, "Title"), size=34, bold=True, colour=palette["white"], before=120, after=0, line=0.9)
    subtitle = _set(_style(document, "Subtitle"), size=17, bold=True, colour=palette["white"], before=14, after=0)
    date = _set(_style(document, "Date"), size=11, colour=palette["white"], before=10, after=26)
    for style in (title, subtitle, date):
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
        for spacing in style.element.rPr.findall(qn("w:spacing")):
            style.element.rPr.remove(spacing)
        _panel(style, palette["navy"])
    for name in ("Header", "Footer"):
        style = _set(_style(document, name), size=8.5, colour=palette["slate"], after=0)
        _known_to_word(style, name)
    link = _find(document, "Hyperlink")
    link.font.color.rgb = RGBColor.from_string(palette["blue"].removeprefix("#"))
    link.font.underline = True
    _code_style(document)


def _code_style(document: Any) -> None:
    """Set code in a typeface with letters of one width, as large as the text around it."""
    code = _find(document, "Verbatim Char")
    code.font.size, code.font.name, code.font.no_proof = None, MONOSPACED, True


def _heading_styles(document: Any, palette: dict[str, str]) -> None:
    looks = ((22, "navy", 0, 10), (15, "navy", 13, 5), (12, "blue", 9, 3), (10.5, "ink", 7, 2))
    for level, (size, colour, before, after) in enumerate(looks, start=1):
        style = _style(document, f"Heading {level}", following="Body Text")
        _set(
            style,
            size=size,
            bold=True,
            italic=False,
            colour=palette[colour],
            before=before,
            after=after,
            line=1.05,
            keep=True,
        )
        style.paragraph_format.page_break_before = level == 1


def _construct_styles(document: Any, brand: Brand) -> None:
    palette = brand["color"]["palette"]
    _set(
        _style(document, "Caption"),
        size=11,
        bold=True,
        italic=False,
        colour=palette["navy"],
        before=10,
        after=2,
        keep=True,
    )
    _set(
        _style(document, "Table Caption", base="Caption"),
        size=10,
        bold=True,
        italic=False,
        before=12,
        after=5,
        keep=True,
    )
    _set(_style(document, "Image Caption", base="Caption"), size=10, bold=True, italic=False)
    _set(_style(document, "Figure Description"), size=9, colour=palette["slate"], after=4, keep=True)
    _set(_style(document, "Figure"), after=4, line=1.0, keep=True)
    _set(_style(document, "Figure Text"), size=9, colour=palette["slate"], after=7)
    note = _set(_style(document, "Figure Note"), size=8.5, colour=palette["slate"], before=2, after=8)
    note.paragraph_format.keep_together = True
    _set(_style(document, "Table Text"), size=9, after=0.5, before=0.5, line=0.95)
    _set(_style(document, "Table Header"), size=9, bold=True, colour=palette["white"], after=2, before=2, line=0.95)
    _set(_style(document, "Table Small"), size=7, after=0, before=0, line=0.95)
    title = _set(_style(document, "Case Study Title"), size=9.5, bold=True, colour=palette["blue"], before=8, keep=True)
    for style in (
        title,
        _set(_style(document, "Case Study"), after=6),
        _set(_style(document, "Case Study List"), after=4),
    ):
        _barred(style, palette["mist"], palette["blue"])
    _set(_style(document, "Cover Line"), size=12, bold=True, after=5)
    _set(_style(document, "Contents Heading"), size=22, bold=True, colour=palette["navy"], after=14, keep=True)
    _tile_styles(document, palette)
    mark = document.styles.add_style("Source Mark", WD_STYLE_TYPE.CHARACTER)
    mark.font.size, mark.font.bold, mark.font.italic = Pt(7), False, False
    mark.font.color.rgb = RGBColor.from_string(palette["slate"].removeprefix("#"))
    for kind, look in brand["callouts"].items():
        name, colour = f"Callout {kind.title()}", palette[look["colour"]]
        title = _set(_style(document, f"{name} Title"), bold=True, colour=colour, before=8, after=0, keep=True)
        text = _set(_style(document, name), after=8)
        items = _set(_style(document, f"{name} List"), after=4)
        for style in (title, text, items):
            _barred(style, look["tint"], colour)


def _tile_styles(document: Any, palette: dict[str, str]) -> None:
    """Make a tile a line of icon, number and label, with a white line between it and the next."""
    tile = _set(_style(document, "Tile"), size=9, before=0, after=0, line=1.0)
    edge: Border = (palette["sky"], 1.25, 1)
    _barred(tile, palette["sky"], palette["blue"], top=edge, bottom=edge, between=(palette["white"], 1.25, 1))
    layout = tile.paragraph_format
    layout.keep_together = True
    layout.left_indent, layout.first_line_indent = Cm(4.4), Pt(11) - Cm(4.4)
    middle = OxmlElement("w:textAlignment")  # icon, number and label beside each other, whatever their heights
    middle.set(qn("w:val"), "center")
    tile.element.get_or_add_pPr().insert_element_before(middle, "w:outlineLvl")
    for name, size in (("Tile Value", 13), ("Hero Value", 22)):
        value = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        value.font.size, value.font.bold = Pt(size), True
        value.font.color.rgb = RGBColor.from_string(palette["navy"].removeprefix("#"))


def icon_png(svg: str, colour: str) -> bytes:
    """Return a tile's icon as Word shows it: older Word has no SVG."""
    return bytes(vl_convert.svg_to_png(svg.replace("currentColor", colour), scale=4))


def _contents_styles(document: Any, palette: dict[str, str]) -> None:
    for level, (indent, bold) in enumerate(((0.0, True), (0.6, False)), start=1):
        style = _style(document, f"toc {level}")
        _known_to_word(style, f"TOC{level}")
        _set(style, size=10 if bold else 9, bold=bold, before=2.5 if bold else 0, after=0.5, line=0.95)
        if bold:
            style.font.color.rgb = RGBColor.from_string(palette["navy"].removeprefix("#"))
        style.paragraph_format.left_indent = Cm(indent)
        _pages_at_right(style)
    style = _set(_style(document, "table of figures"), size=9.5, after=4, line=0.95)
    _known_to_word(style, "TableofFigures")
    _pages_at_right(style)


def _pages_at_right(style: ParagraphStyle) -> None:
    """Put the page number at the right margin, after a row of dots."""
    tabs = OxmlElement("w:tabs")
    tab = OxmlElement("w:tab")
    for key, value in (("val", "right"), ("leader", "dot"), ("pos", str(int(16.4 / 2.54 * 1440)))):
        tab.set(qn(f"w:{key}"), value)
    tabs.append(tab)
    style.element.get_or_add_pPr().insert_element_before(tabs, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


TABLE_STYLE = """
<w:style {ns} w:type="table" w:customStyle="1" w:styleId="Table">
  <w:name w:val="Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>
  <w:pPr><w:spacing w:before="40" w:after="40" w:line="252" w:lineRule="auto"/></w:pPr>
  <w:rPr><w:sz w:val="18"/></w:rPr>
  <w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblInd w:w="0" w:type="dxa"/>
    <w:tblBorders>
      <w:bottom w:val="single" w:sz="4" w:color="{rule}"/><w:insideH w:val="single" w:sz="4" w:color="{rule}"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="25" w:type="dxa"/><w:left w:w="90" w:type="dxa"/>
      <w:bottom w:w="25" w:type="dxa"/><w:right w:w="90" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow">
    <w:rPr><w:b/><w:color w:val="FFFFFF"/></w:rPr>
    <w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{navy}"/><w:vAlign w:val="bottom"/></w:tcPr>
  </w:tblStylePr>
  <w:tblStylePr w:type="band2Horz"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{mist}"/></w:tcPr></w:tblStylePr>
</w:style>
"""


NORMAL_TABLE = """
<w:style {ns} w:type="table" w:default="1" w:styleId="TableNormal">
  <w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>
  <w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>
    <w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>
    <w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>
  </w:tblCellMar></w:tblPr>
</w:style>
"""


def _table_style(document: Any, palette: dict[str, str]) -> None:
    for style in list(document.styles.element.findall(qn("w:style"))):
        if style.get(qn("w:styleId")) in {"Table", "TableNormal"}:
            document.styles.element.remove(style)
    colours = {name: value.removeprefix("#") for name, value in palette.items()}
    for text in (NORMAL_TABLE, TABLE_STYLE):
        document.styles.element.append(parse_xml(text.format(ns=nsdecls("w"), **colours)))


if __name__ == "__main__":
    look = read_brand()
    (HERE / "assets" / "brand.css").write_text(brand_css(look), encoding="utf-8")
    (HERE / "natpatsip-reference.docx").write_bytes(reference_docx(look))
    for icon in (HERE / "icons").glob("*.svg"):
        png = icon_png(icon.read_text(encoding="utf-8"), look["color"]["palette"]["blue"])
        icon.with_suffix(".png").write_bytes(png)
