"""Bookmarks by cell in the Word file: their names, where the marks go, and what they cover."""

import re
import shutil

import docx
import pytest
from docx.oxml.ns import qn

from natpatsip.pipeline.render.cell_bookmarks import bookmark_of, cells_part, with_marks
from natpatsip.pipeline.render.quarto import book_of
from natpatsip.pipeline.render.renderer import Renderer
from natpatsip.pipeline.render.staged_report import read_report
from natpatsip.pipeline.staging.markdown import Place

NAME = re.compile(r"_Cell_[0-9a-f]{16}")


@pytest.mark.parametrize("cell", ["a", "A" * 64, "at-a-glance", "_-_", "1"])
def test_name_of_a_bookmark_is_one_that_word_takes(cell):
    name = bookmark_of("a-long-name-of-a-chapter-with-many-words", cell)
    assert NAME.fullmatch(name)
    assert len(name) <= 40


def test_cells_of_two_notebooks_have_two_bookmarks():
    assert bookmark_of("ward", "text") != bookmark_of("index", "text")


def test_title_comes_before_its_mark():
    lines = with_marks("# Ward {#ward}\n\nText.\n", "ward", [Place(1, "", "title"), Place(3, "", "text")]).split("\n")
    assert lines[0] == "# Ward {#ward}"
    assert [NAME.search(line)[0] for line in lines if "bookmarkStart" in line] == [
        bookmark_of("ward", "title"),
        bookmark_of("ward", "text"),
    ]


@pytest.mark.parametrize("item", ["- two", "* two", "12. two", "3) two"])
def test_mark_does_not_part_a_list_that_goes_on_in_the_next_cell(item):
    mark, _, rest = item.partition(" ")
    marked = with_marks(f"- one\n\n{item}\n", "ward", [Place(1, "", "a"), Place(3, "", "b")])
    assert re.search(rf"^{re.escape(mark)} `<w:bookmarkStart [^`]*/>`{{=openxml}}{rest}$", marked, re.MULTILINE)


@pytest.mark.parametrize("rule", ["* * *", "- - -", "  * * * *", "- - - "])
def test_a_rule_is_no_item_of_a_list(rule):
    marked = with_marks(f"Text.\n\n{rule}\n", "ward", [Place(1, "", "a"), Place(3, "", "b")])
    assert rule in marked.split("\n")


def test_cell_of_several_parts_is_marked_once():
    places = [Place(1, "", "a"), Place(3, "", "b"), Place(5, "", "b")]
    assert with_marks("# A\n\n## B\n\nText.\n", "ward", places).count("bookmarkStart") == 2


def test_bookmarks_cover_the_text_of_their_cells_and_no_other(built_ward):
    document = docx.Document(built_ward / "reports" / "2024-25-Q2" / "report.docx")
    covered, opened = {}, {}
    for element in document.element.body.iter():
        if element.tag == qn("w:bookmarkStart") and NAME.fullmatch(element.get(qn("w:name"))):
            opened[element.get(qn("w:id"))] = element.get(qn("w:name"))
        elif element.tag == qn("w:bookmarkEnd"):
            opened.pop(element.get(qn("w:id")), None)
        elif element.tag == qn("w:t"):
            assert len(opened) <= 1, opened
            for name in opened.values():
                covered[name] = covered.get(name, "") + element.text
    assert not opened
    names = [each.get(qn("w:name")) for each in document.element.body.iter(qn("w:bookmarkStart"))]
    after_table = bookmark_of("ward", "places")
    assert [name for name in names if name.endswith("_2") and NAME.match(name)] == [f"{after_table}_2"]
    assert covered[bookmark_of("ward", "title")] == "Ward"
    assert covered[bookmark_of("ward", "progress")].startswith("ProgressThe ward made steady progress")
    assert covered[bookmark_of("ward", "table")].startswith("Beds by wing")
    assert covered[bookmark_of("index", "ask")].startswith("The ward asks for 41 more")


def test_file_says_which_cell_each_bookmark_is_of():
    part = cells_part("2024-25-Q2", [("ward", "a&b"), ("ward", "a&b"), ("index", "c")]).decode()
    assert part.count("<cell ") == 2
    assert f'name="{bookmark_of("ward", "a&b")}" notebook="ward" id="a&amp;b"' in part
    assert 'quarter="2024-25-Q2"' in part


@pytest.mark.parametrize(("form", "is_marked"), [("docx", True), ("html", False), ("pdf", False)])
def test_chapters_are_marked_only_while_quarto_renders_word(built_ward, tmp_path, form, is_marked):
    book = shutil.copytree(built_ward / "build" / "2024-25-Q2" / "book", tmp_path / "book")
    before = {file.name: file.read_bytes() for file in book.glob("*.qmd")}
    with book_of(read_report(book), form, Renderer("quarto", "/nowhere/quarto", (1, 11))):
        assert any(b"bookmarkStart" in file.read_bytes() for file in book.glob("*.qmd")) == is_marked
    assert {file.name: file.read_bytes() for file in book.glob("*.qmd")} == before
