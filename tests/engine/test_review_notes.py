"""Comments in notebooks: recorded below their cells, answered there, shown in the next draft, and waited for."""

import json
from datetime import date
from pathlib import Path

import nbformat
import pytest
from docx import Document
from openxml_audit import OpenXmlValidator

from natpatsip.params import load
from natpatsip.pipeline.review_notes import id_of, note_of, unanswered
from natpatsip.quarter import Quarter
from natpatsip.release.final_edition import Candidate
from natpatsip.release.publication import publishable
from support.projects import command
from support.reviewing import QUARTER, ReviewedFile, only, read, source, ward_file


def cells(ward, notebook="ward"):
    return nbformat.read(ward / "notebooks" / f"{notebook}.ipynb", 4).cells


def recorded(ward, file, text="How steady?"):
    """Return the note on a comment after it was recorded."""
    file.comment("steady", text)
    read(ward, file.save(), is_recorded=True)
    (note,) = [cell for cell in cells(ward) if (found := note_of(cell)) and found.text == text]
    return note


def answer(ward, note, text):
    path = ward / "notebooks" / "ward.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [each for each in content["cells"] if each["id"] == note.id]
    cell["source"] = ["".join(cell["source"]) + text]
    path.write_text(json.dumps(content), encoding="utf-8")


def test_note_is_a_raw_cell_below_the_cell_that_it_is_about(ward, ward_docx):
    before = source(ward, "progress")
    note = recorded(ward, ward_docx)
    names = [cell.id for cell in cells(ward)]
    assert names.index(note.id) == names.index("progress") + 1
    assert (note.cell_type, note.metadata.tags) == ("raw", ["review"])
    assert note.metadata.natpatsip.review.about == "progress"
    for words in ("Ann Lee", "steady", "How steady?"):
        assert words in note.source
    assert note.source.endswith("Answer:")
    assert source(ward, "progress") == before
    nbformat.validate(nbformat.read(ward / "notebooks" / "ward.ipynb", 4))


def test_recording_twice_makes_one_note_and_keeps_its_answer(ward, ward_docx):
    note = recorded(ward, ward_docx)
    answer(ward, note, " It grew each month.\n\nAnswer: as the plan says.")
    item = only(read(ward, ward_docx.path, is_recorded=True), "comment")
    assert item.status == "answered"
    (again,) = [cell for cell in cells(ward) if note_of(cell)]
    assert note_of(again).answer == "It grew each month.\n\nAnswer: as the plan says."


def test_comment_that_was_resolved_in_word_leaves_the_notebook(ward, ward_docx):
    recorded(ward, ward_docx)
    path = ward_docx.path
    again = ReviewedFile(path)
    again._threads = [(line, above, True) for line, above, _ in ward_docx._threads]
    again.document.part.drop_rel(
        next(k for k, rel in again.document.part.rels.items() if "commentsExtended" in rel.reltype)
    )
    read(ward, again.save(), is_recorded=True)
    assert not [cell for cell in cells(ward) if note_of(cell)]


def test_open_comment_is_what_a_final_edition_waits_for(ward, ward_docx):
    note = recorded(ward, ward_docx)
    (sentence,) = unanswered(ward, QUARTER)
    assert 'notebooks/ward.ipynb, cell "progress"' in sentence
    assert "How steady?" in sentence
    params = load(Quarter.parse(QUARTER), project=ward)
    assert sentence in Candidate.of(ward, params, output=None, today=date(2024, 12, 1)).lacks
    assert not list(unanswered(ward, "2024-25-Q3"))
    answer(ward, note, " Very.")
    assert not list(unanswered(ward, QUARTER))


def test_next_word_file_shows_comments_with_answers_as_replies_and_nothing_else_does(ward, ward_docx):
    ward_docx.comment_on_picture("Beds by month", "Too small")
    note = recorded(ward, ward_docx)
    answer(ward, note, " It grew each month.")
    run = command(ward, "build", QUARTER, "--to", "docx,html")
    assert run.returncode == 0, run.stderr
    report = ward / "reports" / QUARTER
    comments = {comment.text: comment.author for comment in Document(report / "report.docx").comments}
    assert comments["How steady?"] == "Ann Lee"
    assert set(comments) == {"How steady?", "It grew each month.", "Too small"}
    assert OpenXmlValidator().validate(str(report / "report.docx")).is_valid
    items = read(ward, ward_file(ward).path)
    comment, on_picture = sorted((item for item in items if item.kind == "comment"), key=lambda item: item.text)
    assert (on_picture.cell, on_picture.status) == ("chart", "open")
    assert "Beds by month" in on_picture.anchor  # at the picture itself, not at its caption
    reply = only(items, "reply")
    assert (comment.cell, comment.status, comment.anchor) == ("progress", "answered", "steady")
    assert (reply.text, reply.thread, reply.status) == ("It grew each month.", comment.thread, "answered")
    pages = "".join(page.read_text(encoding="utf-8") for page in (report / "html").rglob("*.html"))
    executed = "".join(each.read_text(encoding="utf-8") for each in (report / "notebooks").iterdir())
    for words in ("How steady?", "It grew each month."):
        assert words not in pages
        assert words not in executed


def test_reply_to_an_answer_is_open(ward, ward_docx):
    comment = ward_docx.comment("steady", "How steady?")
    read(ward, ward_docx.save(), is_recorded=True)
    (note,) = [cell for cell in cells(ward) if note_of(cell)]
    answer(ward, note, " Very.")
    ward_docx.drop_threads()
    for text in ("It says so.", "Very.", "By how much?"):
        ward_docx.reply(comment, text)
    found = {item.text: item.status for item in read(ward, ward_docx.save())}
    assert found == {
        "How steady?": "answered", "It says so.": "answered", "Very.": "answered", "By how much?": "open",
    }  # fmt: skip
    read(ward, ward_docx.path, is_recorded=True)  # what is new awaits an answer, after the one that was given
    (note,) = [note_of(cell) for cell in cells(ward) if note_of(cell)]
    assert [(each.author, each.text) for each in note.replies] == [
        ("The authors", "Very."), ("Ann Lee", "It says so."), ("Ann Lee", "By how much?"),
    ]  # fmt: skip
    assert len(list(unanswered(ward, QUARTER))) == 1
    assert {item.status for item in read(ward, ward_docx.path)} == {"open"}


def test_answer_that_comes_back_from_word_is_no_new_reply(ward, ward_docx):
    note = recorded(ward, ward_docx)
    answer(ward, note, " It grew each month.")
    assert command(ward, "build", QUARTER, "--to", "docx").returncode == 0
    read(ward, ward_file(ward).path, is_recorded=True)
    (again,) = [note_of(cell) for cell in cells(ward) if note_of(cell)]
    assert (again.answer, again.replies) == ("It grew each month.", ())


@pytest.mark.parametrize("own", [{}, {"review": "x"}, None, {"review": {"text": "typed by hand"}}])
def test_raw_cells_of_authors_are_left_alone(own):
    cell = {"cell_type": "raw", "id": "mine", "metadata": {"natpatsip": own}, "source": "Text"}
    text = json.dumps({"cells": [cell], "metadata": {}})
    kept = json.loads(publishable(text, "ward", Path("/x")))["cells"]
    assert bool(kept) == (own != {"review": {"text": "typed by hand"}})


def test_notes_on_two_comments_never_have_one_id():
    assert len({id_of("Ann", "", "a"), id_of("Ann", "a", ""), id_of("Anna", "", ""), id_of("", "Ann", "a")}) == 4
