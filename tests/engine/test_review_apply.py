"""Tracked changes of wording: taken into the cells that the words are from, or refused with the reason."""

import itertools
import json

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from natpatsip.pipeline.review_notes import note_of
from natpatsip.review.changed_source import Edit, spliced
from natpatsip.review.source_text import blocks_of
from support.reviewing import ReviewedFile, read, source


@pytest.mark.parametrize(
    ("old", "new", "cell", "expected"),
    [
        ("longer than before", "shorter", "numbers", "Visits were shorter."),
        ("steady", "good", "progress", "The ward made *good* progress"),
        ("the plan", "our plan", "progress", "[our plan](https://example.org/plan)"),
        ("helped most", "mattered most", "numbers", "**staffing** mattered most."),
        ("team’s view", "team’s belief", "numbers", "The team's belief is that"),
        ("a second room", "a third_room", "next", "- a third\\_room for families"),
        ("twenty", "thirty", "table", "| North | thirty |"),
        ("What comes next", "Next steps", "next", "### Next steps\n"),
        ("Most of them", "Nearly all", "chart-text", "@fig-beds shows the beds. Nearly all are in the north wing."),
        ("Progress", "Progress so far", "progress", "## Progress so far\n"),
    ],
)
def test_wording_is_taken_into_its_cell(ward, ward_docx, old, new, cell, expected):
    ward_docx.replace(old, new)
    items = read(ward, ward_docx.save(), is_applied=True)
    assert [item.status for item in items] == ["applied", "applied"], items
    assert {item.cell for item in items} == {cell}
    assert expected in source(ward, cell)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- a\n- GONE\n\n| b |\n|---|\n| c |", "- a\n\n| b |\n|---|\n| c |"),
        ("- a\n- GONE\n\nb", "- a\n\nb"),
        ("- a\n- GONE\n- b", "- a\n- b"),
        ("- GONE\n\nb", "b"),
        ("a\n\nGONE\n\nb", "a\n\nb"),
        ("a\n\n- GONE\n- b", "a\n\n- b"),
        ("a\n## GONE\n\nb", "a\n\nb"),
        ("GONE", ""),
    ],
)
def test_what_is_around_a_deleted_paragraph_stays_as_far_apart(before, after):
    block = next(each for each in blocks_of(before, {}) if each.text == "GONE")
    start, end, text = spliced(before, block, Edit(0, 4, "", frozenset()), {}, str)
    assert (before[:start] + text + before[end:]) == after


def test_expressions_stay_as_they_are(ward, ward_docx):
    before = source(ward, "numbers")
    ward_docx.replace("on the ward, and", "here, while")
    read(ward, ward_docx.save(), is_applied=True)
    after = before.replace("on the ward, and", "here, while")
    assert source(ward, "numbers") == after
    assert after.count("`{python}") == 2


@pytest.mark.parametrize("kept", ["numbers", "facts"])
def test_nothing_else_in_the_notebook_changes(ward, ward_docx, kept):
    path = ward / "notebooks" / "ward.ipynb"
    before = path.read_text(encoding="utf-8")
    ward_docx.replace("The old kitchen", "That kitchen")
    read(ward, ward_docx.save(), is_applied=True)
    assert path.read_text(encoding="utf-8") == before.replace("The old kitchen", "That kitchen")


@pytest.mark.parametrize(("old", "new"), [("41", "42"), ("4", "5")])
def test_changed_number_is_refused_and_its_owner_named(ward, ward_docx, old, new):
    before = source(ward, "numbers")
    ward_docx.replace(old, new, within="There were")
    items = read(ward, ward_docx.save(), is_applied=True)
    assert {item.status for item in items} == {"refused"}
    assert all("beds" in item.why and 'notebooks/ward.ipynb, cell "facts"' in item.why for item in items)
    assert source(ward, "numbers") == before


def test_deleted_number_is_refused_and_what_to_do_is_said(ward, ward_docx):
    ward_docx.delete("were 41 on", within="There were")
    (item,) = read(ward, ward_docx.save(), is_applied=True)
    assert item.why.startswith("41 is the fact beds")
    assert item.why.endswith("; if the words are to go, delete them in the notebook")


@pytest.mark.parametrize(("after", "text"), [("There were 41", "0"), ("There were 41", ".5"), ("There were ", "1")])
def test_digits_beside_a_number_would_change_it_and_are_refused(ward, ward_docx, after, text):
    ward_docx.insert(after, text)
    (item,) = read(ward, ward_docx.save(), is_applied=True)
    assert (item.status, "beds" in item.why) == ("refused", True)


def test_words_that_code_prints_are_refused(ward, ward_docx):
    ward_docx.replace("many more", "more")
    assert all("nurses" in item.why for item in read(ward, ward_docx.save(), is_applied=True))


@pytest.mark.parametrize("words", ["Beds rose and fell", "Each bed counts once"])
def test_text_of_a_figure_is_refused_and_its_cell_named(ward, ward_docx, words):
    ward_docx.replace(words, "Another text")
    items = read(ward, ward_docx.save(), is_applied=True)
    assert all((item.status, item.cell) == ("refused", "chart") for item in items)
    assert all('cell "chart"' in item.why for item in items)


def test_words_parted_by_markup_are_refused(ward, ward_docx):
    before = source(ward, "progress")
    made = ward_docx.run("made", within="The ward")._element
    steady = ward_docx.run("steady")._element
    runs = [made, *itertools.takewhile(lambda each: each is not steady, made.itersiblings()), steady]
    ward_docx._wrap(runs, "del")
    (item,) = read(ward, ward_docx.save(), is_applied=True)
    assert (item.status, item.text) == ("refused", "made steady")
    assert source(ward, "progress") == before


def test_deleted_emphasis_leaves_no_marks(ward, ward_docx):
    ward_docx.delete("steady")
    (item,) = read(ward, ward_docx.save(), is_applied=True)
    assert item.status == "applied"
    assert "The ward made  progress" in source(ward, "progress")


def test_paragraphs_are_deleted_inserted_and_moved(ward, ward_docx):
    ward_docx.delete_paragraph("Visits were longer")
    ward_docx.insert_paragraph("a second room", "a quiet corner")
    ward_docx.insert_paragraph("All is well", "More is to come.")
    ward_docx.move_paragraph("The old kitchen", "The hall")
    items = read(ward, ward_docx.save(), is_applied=True)
    assert sorted((item.kind, item.status) for item in items) == [
        ("deletion", "applied"), ("insertion", "applied"), ("insertion", "applied"), ("move", "applied"),
    ]  # fmt: skip
    assert "Visits" not in source(ward, "numbers")
    assert source(ward, "numbers").count("\n\n") == 1
    assert "- a second room for families\n- a quiet corner\n- shorter waits" in source(ward, "next")
    assert source(ward, "summary", "index") == "## Summary\n\nAll is well on the ward.\n\nMore is to come."
    assert source(ward, "places") == (
        "The new kitchen was opened.\n\nThe garden is open all day.\n\nThe hall was painted.\n\n"
        "The old kitchen was closed."
    )


def test_the_last_paragraphs_of_a_cell_are_deleted_together(ward, ward_docx):
    for text in ("The garden", "The hall", "a second room", "shorter waits"):
        ward_docx.delete_paragraph(text)
    assert {item.status for item in read(ward, ward_docx.save(), is_applied=True)} == {"applied"}
    assert source(ward, "places") == "The old kitchen was closed.\n\nThe new kitchen was opened."
    assert source(ward, "next") == "### What comes next\n\n- training for all new staff"


def test_applied_changes_are_known_the_next_time(ward, ward_docx):
    ward_docx.replace("longer than before", "shorter")
    ward_docx.insert_paragraph("a second room", "a quiet corner")
    path = ward_docx.save()
    read(ward, path, is_applied=True)
    before = [source(ward, cell) for cell in ("numbers", "next")]
    for is_applied in (False, True):
        assert {item.status for item in read(ward, path, is_applied=is_applied)} == {"applied"}
        assert [source(ward, cell) for cell in ("numbers", "next")] == before


def test_paragraph_is_parted_without_a_space_at_the_start_of_the_second(ward, ward_docx):
    ward_docx.split_paragraph("shows the beds.")
    (item,) = read(ward, ward_docx.save(), is_applied=True)
    assert item.status == "applied"
    assert source(ward, "chart-text") == "@fig-beds shows the beds.\n\nMost of them are in the north wing."


def test_paragraphs_of_a_cell_are_joined_and_of_two_cells_are_not(ward, ward_docx):
    ward_docx.delete_end("The garden is open all day.")
    ward_docx.insert("all day.", " ")
    ward_docx.delete_end("in the north wing")
    items = read(ward, ward_docx.save(), is_applied=True)
    refused = [item for item in items if item.status == "refused"]
    assert [(item.cell, "two cells" in item.why) for item in refused] == [("chart-text", True)]
    assert "open all day. The hall was painted." in source(ward, "places")


def test_joined_paragraphs_have_a_space_between_and_are_applied_when_read_again(ward, ward_docx):
    ward_docx.delete_end("The old kitchen was closed.")
    ward_docx.replace("opened", "in use", within="The new kitchen")
    ward_docx.delete_end("The garden is open all day.")
    ward_docx.insert("all day.", " Then, ")
    ward_docx.replace("The hall", "the hall", within="was painted")
    path = ward_docx.save()
    assert {item.status for item in read(ward, path)} == {"open"}
    assert {item.status for item in read(ward, path, is_applied=True)} == {"applied"}
    assert source(ward, "places") == (
        "The old kitchen was closed. The new kitchen was in use.\n\n"
        "The garden is open all day. Then, the hall was painted."
    )
    assert {item.status for item in read(ward, path)} == {"applied"}


def test_deleted_row_leaves_no_empty_row(ward, ward_docx):
    ward_docx.delete_row("South")
    (item,) = read(ward, ward_docx.save(), is_applied=True)
    assert item.status == "applied"
    assert source(ward, "table") == "| Wing | Beds |\n|:--|--:|\n| North | twenty |\n\n: Beds by wing"


def test_words_typed_in_the_style_of_references_are_read(ward, ward_docx):
    run = ward_docx.paragraph("Visits were longer").add_run("[a1] And so were calls.")
    run._element.get_or_add_rPr().insert(0, parse_xml(f'<w:rStyle {nsdecls("w")} w:val="SourceMark"/>'))
    (item,) = read(ward, ward_docx.save())
    assert "And so were calls." in item.text


def test_comment_is_recorded_with_the_words_that_the_cell_keeps(ward, ward_docx):
    ward_docx.comment("twenty", "Sure?")
    ward_docx.replace("twenty", "40", within="twenty")
    ward_docx.comment("Beds rose and fell", "A better title?")
    ward_docx.replace("Beds rose and fell", "Up and down")
    read(ward, ward_docx.save(), is_applied=True, is_recorded=True)
    path = ward / "notebooks" / "ward.ipynb"
    notes = {note.text: note.anchor for cell in json.loads(path.read_text("utf-8"))["cells"] if (note := note_of(cell))}
    assert notes == {"Sure?": "40", "A better title?": "Beds rose and fell"}


def test_two_reviewers_who_ask_for_the_same_are_one_change(ward, ward_docx):
    path = ward_docx.path
    two = ReviewedFile(path, author="Ben Ali")
    for each in (ward_docx, two):
        each.replace("longer than before", "shorter")
    paths = [ward_docx.save(ward / "ann.docx"), two.save(ward / "ben.docx")]
    items = read(ward, *paths, is_applied=True)
    assert {(item.author, item.status) for item in items} == {("Ann Lee", "applied"), ("Ben Ali", "applied")}
    assert "Visits were shorter." in source(ward, "numbers")


def test_two_reviewers_who_disagree_get_one_change_and_one_refusal(ward, ward_docx):
    two = ReviewedFile(ward_docx.path, author="Ben Ali")
    ward_docx.replace("longer than before", "shorter")
    two.replace("longer than before", "as long")
    paths = [ward_docx.save(ward / "ann.docx"), two.save(ward / "ben.docx")]
    items = read(ward, *paths, is_applied=True)
    assert sorted((item.author, item.status) for item in items) == [
        ("Ann Lee", "applied"), ("Ann Lee", "applied"), ("Ben Ali", "refused"), ("Ben Ali", "refused"),
    ]  # fmt: skip


def test_without_apply_nothing_is_written_and_changes_are_open(ward, ward_docx):
    before = (ward / "notebooks" / "ward.ipynb").read_bytes()
    ward_docx.replace("longer than before", "shorter")
    ward_docx.replace("41", "42")
    items = read(ward, ward_docx.save())
    assert {item.status for item in items} == {"open"}
    assert [bool(item.why) for item in items] == [item.text in ("41", "42") for item in items]
    assert (ward / "notebooks" / "ward.ipynb").read_bytes() == before


def test_a_report_that_printed_what_is_refused_today_is_still_reviewed(ward, ward_docx):
    file = ward / "reports" / "2024-25-Q2" / "notebooks" / "ward.ipynb"
    text = file.read_text(encoding="utf-8")
    assert "many more nurses" in text
    file.write_text(text.replace("many more nurses", "nan"), encoding="utf-8")
    ward_docx.replace("longer than before", "shorter")
    assert {item.status for item in read(ward, ward_docx.save())} == {"open"}
