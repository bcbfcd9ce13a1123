"""The page numbers that a Word file has before any program has laid it out."""

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

from natpatsip.pipeline.render.word_pages import pages_of

LINES = 52  # of 10 points on the page below, each 13.6 points high


@pytest.fixture
def document():
    made = docx.Document()
    section = made.sections[0]
    section.page_height, section.page_width = Cm(29.7), Cm(21)
    section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Cm(2)
    normal = made.styles["Normal"]
    normal.font.size = Pt(10)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1
    for element in list(made.element.body)[:-1]:
        made.element.body.remove(element)
    return made


def add(document, name, text="A line", *, begins_page=False, stays=False):
    paragraph = document.add_paragraph(text)
    paragraph.paragraph_format.page_break_before = begins_page or None
    paragraph.paragraph_format.keep_with_next = stays or None
    paragraph._element.append(parse_xml(f'<w:bookmarkStart {nsdecls("w")} w:id="1" w:name="{name}"/>'))


def add_picture(document, text, *, width, height):
    """Add a paragraph of words and a picture, in points."""
    sizes = f'cx="{Pt(width)}" cy="{Pt(height)}"'
    drawing = f"<w:drawing {nsdecls('w', 'wp')}><wp:inline><wp:extent {sizes}/></wp:inline></w:drawing>"
    document.add_paragraph(text).add_run()._r.append(parse_xml(drawing))


def boxed(document, name, **edges):
    """Add a style with a box of these edges, each the space in points within a line of one point."""
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    sides = "".join(f'<w:{side} w:val="single" w:sz="8" w:space="{space}"/>' for side, space in edges.items())
    style.element.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{sides}</w:pBdr>"))
    return style


def page_after(document):
    add(document, "after")
    return pages_of(document)["after"]


def test_lines_fill_a_page_before_the_next_begins(document):
    for number in range(LINES + 6):
        add(document, f"line-{number}")
    pages = pages_of(document)
    assert (pages["line-0"], pages["line-40"], pages[f"line-{LINES + 5}"]) == (1, 1, 2)


def test_a_long_paragraph_goes_on_to_the_next_page(document):
    add(document, "long", "word " * 2500)
    add(document, "after")
    assert pages_of(document) == {"long": 1, "after": 3}


@pytest.mark.parametrize(("keys", "page"), [({}, 1), ({"begins_page": True}, 2)])
def test_what_begins_a_page_is_on_the_next(document, keys, page):
    add(document, "first")
    add(document, "second", **keys)
    assert pages_of(document)["second"] == page


def test_a_heading_is_on_the_page_of_what_it_stays_with(document):
    for number in range(LINES - 1):
        add(document, f"line-{number}")
    add(document, "heading", stays=True)
    add(document, "text", "word " * 60)
    pages = pages_of(document)
    assert pages["heading"] == pages["text"] == 2


def test_a_table_is_as_high_as_its_rows(document):
    table = document.add_table(rows=60, cols=2)
    for row in table.rows:
        row.cells[0].text = "A cell"
    add(document, "after")
    assert pages_of(document)["after"] == 2


def test_a_document_without_a_page_size_or_a_style_has_pages_all_the_same(document):
    properties = document.sections[0]._sectPr
    for name in ("w:pgSz", "w:pgMar"):
        properties.remove(properties.find(qn(name)))
    for number in range(LINES + 6):
        add(document, f"line-{number}")
    document.paragraphs[0]._element.get_or_add_pPr().get_or_add_pStyle().set(qn("w:val"), "Gone")
    assert {*pages_of(document).values()} == {1, 2}


def test_margins_that_leave_no_room_end(document):
    document.sections[0].top_margin = Cm(40)
    add(document, "line")
    assert pages_of(document) == {"line": 1}


@pytest.mark.parametrize(("word", "page"), [("ill ", 1), ("mmm ", 3)])
def test_wide_letters_fill_more_lines_than_narrow_ones(document, word, page):
    add(document, "long", word * 2000)
    add(document, "after")
    assert pages_of(document)["after"] == page


def test_a_word_without_room_on_a_line_goes_to_the_next(document):
    for number in range(LINES - 1):
        add(document, f"line-{number}")
    add(document, "words", "m" * 30 + " " + "m" * 30)  # on one line they would be half a page too wide
    add(document, "after")
    assert pages_of(document)["after"] == 2


def test_a_break_ends_a_line(document):
    add(document, "broken", "A line\n" * (LINES + 1))
    add(document, "after")
    assert pages_of(document)["after"] == 2


def test_what_stands_beside_an_icon_has_less_room(document):
    for number in range(LINES - 1):
        add(document, f"line-{number}")
    add(document, "beside", "m" * 30 + " " + "m" * 18)
    document.paragraphs[-1].paragraph_format.left_indent = Pt(60)
    add(document, "after")
    assert pages_of(document)["after"] == 2


def test_the_room_around_the_lines_of_cells_counts(document):
    document.styles["Normal"].paragraph_format.space_after = Pt(10)
    table = document.add_table(rows=40, cols=1)
    for row in table.rows:
        row.cells[0].text = "A cell"
    add(document, "after")
    assert pages_of(document)["after"] == 2


@pytest.mark.parametrize(("below", "page"), [(0, 1), (15, 2)])
def test_the_room_below_a_paragraph_counts_above_a_table_too(document, below, page):
    for _ in range(20):
        document.add_paragraph("A caption", style="Caption")
        document.add_table(rows=1, cols=1).cell(0, 0).text = "A cell"
    document.styles["Caption"].font.size = Pt(10)
    document.styles["Caption"].paragraph_format.space_after = Pt(below)
    assert page_after(document) == page


@pytest.mark.parametrize("owner", ["style", "table"])
@pytest.mark.parametrize(("margin", "page"), [(0, 1), (300, 2)])
def test_a_row_has_the_room_around_its_cells_that_the_table_or_its_style_says(document, owner, margin, page):
    table = document.add_table(rows=40, cols=1)
    for row in table.rows:
        row.cells[0].text = "A cell"
    table.style = document.styles["Normal Table"]
    properties = table._tbl.tblPr if owner == "table" else table.style.element.find(qn("w:tblPr"))
    margins = f'<w:top w:w="{margin}" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    properties.append(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))
    assert page_after(document) == page


@pytest.mark.parametrize(("indent", "page"), [(17, 1), (250, 2)])
@pytest.mark.parametrize("side", ["left", "right", "list"])
def test_what_an_indent_takes_is_as_wide_as_the_style_or_the_list_says(document, side, indent, page):
    for level in document.part.numbering_part.element.iter(qn("w:lvl")):
        for each in level.iter(qn("w:ind")):
            each.set(qn("w:left"), str(20 * indent))
    for _ in range(40):
        paragraph = document.add_paragraph("mm " * 20)  # of 424 points, on a page with 482
        if side == "list":
            paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = 1
    if side != "list":
        setattr(document.styles["Normal"].paragraph_format, f"{side}_indent", Pt(indent))
    assert page_after(document) == page


@pytest.mark.parametrize(
    ("edges", "others", "page"),
    [
        ({"top": 14, "bottom": 14}, "Box", 1),  # one box
        ({"top": 14, "bottom": 14}, "Normal", 2),  # a box for each second line
        ({"top": 14, "bottom": 14, "between": 1}, "Box", 2),
        ({"left": 14, "right": 14}, "Normal", 1),
    ],
)
def test_neighbours_with_the_same_borders_share_a_box(document, edges, others, page):
    boxed(document, "Box", **edges)
    for number in range(30):
        document.add_paragraph("A line", style=others if number % 2 else "Box")
    assert page_after(document) == page


@pytest.mark.parametrize(("hanging", "page"), [(200, 1), (0, 2)])
def test_what_hangs_before_a_tab_takes_no_room_from_the_words_after_it(document, hanging, page):
    layout = document.styles["Normal"].paragraph_format
    layout.left_indent, layout.first_line_indent = Pt(200), Pt(-hanging)
    for _ in range(40):
        document.add_paragraph("m" * 20 + "\t" + "mm " * 12)
    assert page_after(document) == page


@pytest.mark.parametrize(("width", "page"), [(50, 1), (250, 2)])
def test_a_picture_beside_words_takes_room_on_their_line(document, width, page):
    for _ in range(40):
        add_picture(document, "mm " * 14, width=width, height=5)
    assert page_after(document) == page


@pytest.mark.parametrize(("words", "page"), [("", 1), ("Words ", 2)])
def test_a_picture_beside_words_stands_where_their_letters_do(document, words, page):
    for _ in range(40):
        add_picture(document, words, width=50, height=16)
    assert page_after(document) == page


def test_each_line_is_as_high_as_the_picture_on_it(document):
    for _ in range(10):
        add_picture(document, "mm " * 20, width=100, height=60)  # on a second line
    assert page_after(document) == 2
