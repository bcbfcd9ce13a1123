"""The page numbers that a Word file has before any program has laid it out."""

import docx
import pytest
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
    table = document.add_table(rows=30, cols=1)
    for row in table.rows:
        row.cells[0].text = "A cell"
    add(document, "after")
    assert pages_of(document)["after"] == 2
