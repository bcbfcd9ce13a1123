"""Where the comments of the last draft are in the next Word file: at the very words that they were on."""

import pytest
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from support.projects import command, edit, edit_cell
from support.reviewing import QUARTER, only, read, ward_file


def under(file, text):
    """Return the paragraphs that a comment begins and ends in, and the words of the runs between its marks."""
    (comment,) = [each for each in file.document.comments if each.text == text]
    body, inside, words, lines = file.document.element.body, False, [], []
    for element in body.iter(qn("w:commentRangeStart"), qn("w:commentRangeEnd"), qn("w:t")):
        if element.tag == qn("w:t"):
            words += [element.text] if inside else []
        elif element.get(qn("w:id")) == str(comment.comment_id):
            inside = element.tag == qn("w:commentRangeStart")
            lines.append(next(element.iterancestors(qn("w:p"))))
    return [Paragraph(line, file.document._body).text for line in lines], "".join(words)


def built(ward):
    """Return the Word file of the next draft."""
    run = command(ward, "build", QUARTER, "--to", "docx")
    assert run.returncode == 0, run.stderr
    return ward_file(ward)


def with_list_of_numbers(ward):
    edit(ward / "_quarto.yml", "ward.qmd]", "ward.qmd, sources.qmd]")
    return built(ward)


def test_comments_come_back_at_the_words_that_they_were_on(ward):
    ward_docx = with_list_of_numbers(ward)
    ward_docx.comment("kitchen", "The new one?", within="new kitchen")
    first, last = ward_docx.run("steady"), ward_docx.run("helped most")
    ward_docx._commented([first, last], "Over two cells?")
    ward_docx.comment("Draft", "On the cover?")
    ward_docx.comment("Ward list", "Which list?")
    read(ward, ward_docx.save(), is_recorded=True)
    following = built(ward)
    assert under(following, "The new one?") == (["The new kitchen was opened."] * 2, "kitchen")
    (start, end), words = under(following, "Over two cells?")
    assert (start[:14], words[:6], words[-11:]) == ("The ward made ", "steady", "helped most")
    assert end.startswith("There were 41")
    assert under(following, "On the cover?")[1] == "Draft"
    assert under(following, "Which list?")[1] == "Ward list"
    assert not [each.text for each in following.document.comments if "does not have" in each.text]


def test_comment_on_a_number_in_the_list_of_all_numbers_is_at_the_number_s_cell(ward):
    ward_docx = with_list_of_numbers(ward)
    ward_docx.comment("Ward list", "Which list?")
    ward_docx.replace("list", "book", within="Ward ")
    items = read(ward, ward_docx.save())
    comment, deletion = only(items, "comment"), only(items, "deletion")
    assert (comment.notebook, comment.cell) == ("ward.ipynb", "facts")
    assert comment.where == "Where every number comes from"
    assert 'the build makes this list; the number comes from notebooks/ward.ipynb, cell "facts"' in deletion.why


def test_comment_whose_words_have_gone_from_its_cell_says_what_it_is_on(ward, ward_docx):
    ward_docx.comment("Meals were served on time", "Each day?")
    read(ward, ward_docx.save(), is_recorded=True)
    edit_cell(
        ward / "notebooks" / "ward.ipynb", "numbers",
        "\n\nMeals were served on time, and patients said that they were good.", "",
    )  # fmt: skip
    following = built(ward)
    (lines, _) = under(following, "Each day?")
    assert lines[0].startswith("There were 41")
    replies = [item.text for item in read(ward, following.path, is_recorded=True) if item.kind == "reply"]
    assert replies == [
        "This comment is on “Meals were served on time”, which this file does not have (Ward › Progress)."
    ]


def number_of_beds(ward, number):
    edit_cell(ward / "notebooks" / "ward.ipynb", "facts", "41", number)


@pytest.mark.parametrize("number", ["1_241", "57"])
def test_comment_on_a_number_that_has_changed_is_at_the_number_there_now(ward, ward_docx, number):
    ward_docx.comment("41", "So many?", within="on the ward")
    read(ward, ward_docx.save(), is_recorded=True)
    number_of_beds(ward, number)
    following = built(ward)
    assert under(following, "So many?")[1] == f"{int(number):,}"
    replies = [item.text for item in read(ward, following.path, is_recorded=True) if item.kind == "reply"]
    assert replies == ["This comment is on “41”, which this file does not have (Ward › Progress)."]


def test_words_of_a_comment_are_whole_ones_except_where_a_reviewer_has_marked_a_part(ward):
    number_of_beds(ward, "1_241")
    ward_docx = built(ward)
    ward_docx.comment("24", "Which part?", within="on the ward")
    ward_docx.comment("arden", "And a part of a word?")
    ward_docx.comment("all", "The fourth of four?", within="open all day")
    read(ward, ward_docx.save(), is_recorded=True)
    edit_cell(ward / "notebooks" / "ward.ipynb", "places", "The old kitchen", "Small and tall, the old kitchen")
    following = built(ward)
    assert under(following, "Which part?")[1] == "1,241"
    assert under(following, "And a part of a word?")[1] == "garden"
    assert under(following, "The fourth of four?")[1] == "all"
    assert not [each.text for each in following.document.comments if "does not have" in each.text]


def test_comment_on_a_chart_whose_data_have_changed_is_at_its_picture(ward, ward_docx):
    ward_docx.comment_on_picture("Beds by month", "Too small")
    read(ward, ward_docx.save(), is_recorded=True)
    edit_cell(ward / "notebooks" / "ward.ipynb", "chart", '"beds": [3, 5, 4]', '"beds": [3, 5, 6]')
    item = only(read(ward, built(ward).path), "comment")
    assert (item.cell, item.anchor.startswith("Beds by month"), " 6" in item.anchor) == ("chart", True, True)


def test_entry_of_the_contents_is_at_the_heading_of_its_own_chapter(ward):
    edit_cell(ward / "notebooks" / "ward.ipynb", "progress", "## Progress", "## Summary")
    file = built(ward)
    entries = [each for each in file._paragraphs() if each.style.style_id == "TOC2" and "Summary" in each.text]
    for place, entry in enumerate(entries):
        file._commented([Run(next(entry._element.iter(qn("w:r"))), entry)], f"{place}?")
    assert {item.text: item.cell for item in read(ward, file.save())} == {"0?": "summary", "1?": "progress"}
