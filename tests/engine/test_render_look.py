"""The look: one place for colours and type, and colours that can be read."""

from __future__ import annotations

import importlib.util
import io
import re
import zipfile

import docx
import pytest
import yaml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from lxml import etree

from natpatsip.pipeline.render.programme_colours import shades
from support.projects import ROOT

EXTENSION = ROOT / "_extensions" / "natpatsip"
BRAND = yaml.safe_load((EXTENSION / "_brand.yml").read_text(encoding="utf-8"))
LIGHT, DARK = BRAND["color"]["palette"], BRAND["dark"]


@pytest.fixture(scope="module")
def look():
    specification = importlib.util.spec_from_file_location("look", EXTENSION / "make_theme.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["white", "mist", "sky"])
@pytest.mark.parametrize("text", ["ink", "slate", "blue", "navy", "green", "purple", "orange"])
def test_text_stands_out_from_every_ground(palette, text, ground):
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("colour", BRAND["programmes"])
def test_white_stands_out_from_a_programmes_banner_and_its_numbers_from_their_tile(colour):
    assert contrast("#FFFFFF", colour) >= 4.5
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    tile = "#" + "".join(f"{round(255 - 0.1 * (255 - channel)):02X}" for channel in channels)
    assert contrast(colour, tile) >= 4.5


@pytest.mark.parametrize("kind", BRAND["callouts"])
def test_a_callout_stands_out_from_its_tint(kind):
    callout = BRAND["callouts"][kind]
    for text in (callout["colour"], "ink", "blue"):
        assert contrast(LIGHT[text], callout["tint"]) >= 4.5


def test_white_stands_out_from_the_banner_and_ink_from_the_draft_mark():
    assert contrast("#FFFFFF", LIGHT["navy"]) >= 4.5
    assert contrast("#CFE3F7", LIGHT["navy"]) >= 4.5
    assert contrast(LIGHT["ink"], LIGHT["amber"]) >= 4.5


def test_the_pages_colours_are_made_from_the_brand(look):
    made = look.brand_css(look.read_brand())
    assert made == (EXTENSION / "assets" / "brand.css").read_text(encoding="utf-8")


def test_the_word_reference_is_made_from_the_brand(look):
    def styles(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read("word/styles.xml")

    assert styles(look.reference_docx(look.read_brand())) == styles(
        (EXTENSION / "natpatsip-reference.docx").read_bytes()
    )


def test_the_icons_of_word_are_made_from_those_of_pages(look):
    icons = sorted((EXTENSION / "icons").glob("*.svg"))
    assert icons
    for icon in icons:
        made = look.icon_png(icon.read_text(encoding="utf-8"), LIGHT["blue"])
        assert icon.with_suffix(".png").read_bytes() == made, icon.name


def test_a_shaded_box_of_word_has_room_within_all_its_edges(look):
    document = docx.Document(io.BytesIO(look.reference_docx(look.read_brand())))
    boxes = [
        style
        for style in document.styles.element.iter(qn("w:style"))
        if style.find(f"{qn('w:pPr')}/{qn('w:shd')}") is not None
    ]
    assert len(boxes) > 2 * len(BRAND["callouts"])
    for style in boxes:
        borders = {etree.QName(edge).localname: edge for edge in style.find(f"{qn('w:pPr')}/{qn('w:pBdr')}")}
        assert {"top", "left", "bottom", "right"} <= set(borders), style.get(qn("w:styleId"))
        assert all(int(edge.get(qn("w:space"))) for edge in borders.values())


def test_a_link_of_word_differs_from_text_by_more_than_colour_but_an_entry_of_the_contents_does_not(look):
    styles = docx.Document(io.BytesIO(look.reference_docx(look.read_brand()))).styles
    assert styles["Hyperlink"].font.underline
    assert not any(styles[name].font.underline for name in ("toc 1", "toc 2", "table of figures"))


def test_code_in_word_is_as_large_as_the_text_around_it_and_monospaced(look):
    document = docx.Document(io.BytesIO(look.reference_docx(look.read_brand())))
    style = document.styles["Verbatim Char"]
    assert style.font.name == look.MONOSPACED
    while style is not None:
        assert style.font.size is None, style.name
        style = style.base_style


def test_the_last_line_of_a_word_page_keeps_its_distance_from_the_footer(look):
    section = docx.Document(io.BytesIO(look.reference_docx(look.read_brand()))).sections[0]
    assert section.bottom_margin - section.footer_distance >= Pt(12) + Cm(0.4)


@pytest.mark.parametrize("sheet", ["page.css", "constructs.css"])
def test_sheets_take_their_colours_from_the_brand(sheet):
    text = (EXTENSION / "assets" / sheet).read_text(encoding="utf-8")
    literal = set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", text))
    assert literal <= {"#fff", "#212B32", "#CFE3F7"}, "only what stays as it is on dark pages"
    known = set(re.findall(r"--([\w-]+):", (EXTENSION / "assets" / "brand.css").read_text(encoding="utf-8")))
    of_programmes = {f"programme{name}" for name in shades("#00666B", ground="#FFFFFF", share=0.1)}
    own = set(re.findall(r"--([\w-]+): [.\d]+;", text))  # shares of a width
    assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= known | of_programmes | own
