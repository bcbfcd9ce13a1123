"""Comments that were recorded: found again, edited, on what no cell says, and waited for."""

import json
from collections import Counter
from datetime import date

import nbformat
import pytest

from natpatsip.errors import ParamsError
from natpatsip.params import load
from natpatsip.pipeline.review_notes import note_of, unanswered, unplaced
from natpatsip.quarter import Quarter
from natpatsip.release.final_edition import Candidate
from support.projects import command, edit
from support.reviewing import QUARTER, ReviewedFile, annotation, only, read, ward_file, with_annotations

OLD, NEW = "2024-11-20T10:00:00Z", "2024-11-21T10:00:00Z"


def notes(ward, notebook="ward"):
    found = map(note_of, nbformat.read(ward / "notebooks" / f"{notebook}.ipynb", 4).cells)
    return [note for note in found if note]


def answer(ward, text, notebook="ward"):
    edit(ward / "notebooks" / f"{notebook}.ipynb", '"Answer:"', f'"Answer: {text}"')


def comments_file(ward):
    return ward / "params" / f"{QUARTER}.review" / "comments.yml"


def test_comment_on_a_page_that_is_edited_stays_one_and_keeps_what_it_said(ward, tmp_path):
    old = with_annotations(tmp_path / "old.json", annotation("Which?", modified=OLD))
    new = with_annotations(tmp_path / "new.json", annotation("Which one?", modified=NEW))
    read(ward, old, is_recorded=True)
    answer(ward, "The last.")
    assert only(read(ward, new, is_recorded=True), "comment").status == "open"  # what was answered is not what it asks
    (note,) = notes(ward)
    assert (note.text, note.date, note.answer) == ("Which one?", OLD, "")
    said = [(each.author, each.text) for each in note.replies]
    assert said == [("Ann Lee", "Before it was edited: Which?"), ("The authors", "The last.")]
    for file in (new, old):  # an older file does not take it back, nor is it another comment
        read(ward, file, is_recorded=True)
        assert notes(ward) == [note]
    assert command(ward, "build", QUARTER, "--to", "docx").returncode == 0
    back = read(ward, ward_file(ward).path, is_recorded=True)
    assert [item.text for item in back] == ["Which one?", "Before it was edited: Which?", "The last."]
    assert notes(ward) == [note]
    again = annotation("Which?", modified="2024-11-22T10:00:00Z")  # it asks again what it has asked before
    read(ward, with_annotations(tmp_path / "third.json", again), is_recorded=True)
    (note,) = notes(ward)
    assert (note.text, len(note.replies)) == ("Which?", 3)


def test_comment_on_a_page_that_was_recorded_before_ids_were_kept_is_not_recorded_twice(ward, tmp_path):
    path = with_annotations(tmp_path / "ann.json", annotation())
    read(ward, path, is_recorded=True)
    file = ward / "notebooks" / "ward.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    (cell,) = [each for each in content["cells"] if note_of(each)]
    cell["id"] = "review-0123456789ab"
    for name in ("source", "place"):
        del cell["metadata"]["natpatsip"]["review"][name]
    file.write_text(json.dumps(content), encoding="utf-8")
    read(ward, path, is_recorded=True)
    assert [note.source for note in notes(ward)] == ["urn:uuid:1"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"cell": "", "exact": "what is nowhere"}, "of no cell"),
        ({"cell": "gone", "exact": "what is nowhere"}, "not in the report any more"),
    ],
)
def test_comment_without_a_cell_is_kept_beside_the_params_and_waited_for(ward, tmp_path, change, place):
    path = with_annotations(tmp_path / "ann.json", annotation("It's here: “why”?\nSay.", modified=OLD, **change))
    run = command(ward, "review", str(path), "--record")
    assert f"changed: params/{QUARTER}.review/comments.yml" in run.stdout
    (note,) = unplaced(ward, QUARTER)
    assert (note.text, note.anchor, note.about) == ("It's here: “why”?\nSay.", "what is nowhere", "")
    assert place in note.place
    (sentence,) = unanswered(ward, QUARTER)
    assert f"params/{QUARTER}.review/comments.yml, comments.0: the comment of Ann Lee has no answer" in sentence
    params = load(Quarter.parse(QUARTER), project=ward)
    assert sentence in Candidate.of(ward, params, output=None, today=date(2024, 12, 1)).lacks
    edit(comments_file(ward), "answer: ''", "answer: Because.  # agreed by phone")
    kept = comments_file(ward).read_bytes()
    item = only(read(ward, path, is_recorded=True), "comment")
    assert (item.status, item.answer) == ("answered", "Because.")
    assert comments_file(ward).read_bytes() == kept
    assert list(unanswered(ward, QUARTER)) == []
    later = with_annotations(tmp_path / "ann.json", annotation("Why?", modified=NEW, **change))
    assert only(read(ward, later, is_recorded=True), "comment").status == "open"
    assert (unplaced(ward, QUARTER)[0].text, len(unplaced(ward, QUARTER))) == ("Why?", 1)
    assert "# agreed by phone" in comments_file(ward).read_text(encoding="utf-8")


def test_comment_whose_cell_was_deleted_from_its_notebook_is_kept_beside_the_params(ward, ward_docx):
    ward_docx.comment("steady", "How steady?")
    ward_docx.lose(ward_docx.comment("second", "Which?"))
    path = ward_docx.save()
    file = ward / "notebooks" / "ward.ipynb"
    content = nbformat.read(file, 4)
    content.cells = [cell for cell in content.cells if cell.id != "progress"]
    nbformat.write(content, file)
    items = read(ward, path, is_recorded=True)
    assert {item.text: bool(item.why) for item in items} == {"How steady?": True, "Which?": True}
    assert {note.text for note in unplaced(ward, QUARTER)} == {"How steady?", "Which?"}
    assert len(list(unanswered(ward, QUARTER))) == 2


def test_comment_without_a_place_is_answered_at_the_title_of_the_next_word_file(ward, tmp_path):
    sent = [annotation("Why so few?", "what is nowhere", ""), annotation(id="urn:uuid:2")]
    read(ward, with_annotations(tmp_path / "ann.json", *sent), is_recorded=True)
    edit(comments_file(ward), "answer: ''", "answer: Few came.")
    answer(ward, "Very.")
    run = command(ward, "build", QUARTER, "--to", "docx")
    assert run.returncode == 0, run.stderr
    assert (
        "reviewers' comments: 2, all answered; 1 of no cell, at the title of the Word file if it does not" in run.stderr
    )
    title = ReviewedFile(ward / "reports" / QUARTER / "report.docx")
    back = {item.text: item for item in read(ward, title.save(), is_recorded=True)}
    comment = back["Why so few?"]
    assert (comment.status, comment.cell, comment.where) == ("answered", "", "the cover and the contents")
    assert comment.anchor == "Test report"
    (place,) = [text for text in back if text.startswith("This comment is on “what is nowhere”, which this file does")]
    assert back["Few came."].thread == back[place].thread == comment.thread
    assert len(unplaced(ward, QUARTER)) == 1  # and it is not recorded again


def test_comment_that_is_resolved_counts_as_answered_where_no_cell_is(ward, ward_docx):
    lost = ward_docx.comment("steady", "How steady?", is_resolved=True)
    ward_docx.lose(lost)
    read(ward, ward_docx.save(), is_recorded=True)
    assert unplaced(ward, QUARTER) == []
    ward_docx.drop_threads()
    ward_docx._threads = [(own, above, False) for own, above, _ in ward_docx._threads]
    read(ward, ward_docx.save(), is_recorded=True)
    assert len(list(unanswered(ward, QUARTER))) == 1
    ward_docx.drop_threads()
    ward_docx._threads = [(own, above, True) for own, above, _ in ward_docx._threads]
    read(ward, ward_docx.save(), is_recorded=True)
    assert list(unanswered(ward, QUARTER)) == []


def test_who_says_the_same_twice_in_a_minute_has_two_comments(ward, ward_docx):
    said = [ward_docx.comment(words, "Source?") for words in ("steady", "longer than", "helped")]
    for each in said:
        each._comment_elm.set("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}date", OLD)
    path = ward_docx.save()
    for _ in range(2):
        items = read(ward, path, is_recorded=True)
        assert Counter(item.cell for item in items) == {"progress": 1, "numbers": 2}
        assert Counter(note.anchor for note in notes(ward)) == {"steady": 1, "longer than": 1, "helped": 1}
    nbformat.validate(nbformat.read(ward / "notebooks" / "ward.ipynb", 4))
    edit(ward / "notebooks" / "ward.ipynb", '"Answer:"', '"Answer: Here."')
    assert command(ward, "build", QUARTER, "--to", "docx").returncode == 0
    back = read(ward, ward_file(ward).path)
    assert Counter((item.kind, item.anchor) for item in back if item.kind == "comment") == {
        ("comment", words): 1 for words in ("steady", "longer than", "helped")
    }


def test_reviewers_who_send_files_of_one_name_are_told_apart(ward, tmp_path):
    paths = []
    for name in ("Ann Lee", "Ben Low"):
        reviewed = ward_file(ward, name)
        reviewed.reply(reviewed.comment("steady", f"{name}: how?"), f"{name} again")
        paths.append(tmp_path / name / "report.docx")
        paths[-1].parent.mkdir()
        reviewed.save(paths[-1])
    items = read(ward, *paths, is_recorded=True)
    assert len({item.file for item in items}) == 2
    assert {(note.author, *(each.author for each in note.replies)) for note in notes(ward)} == {
        ("Ann Lee", "Ann Lee"), ("Ben Low", "Ben Low")
    }  # fmt: skip


def test_replies_that_a_program_has_saved_as_comments_are_not_recorded_as_new_ones(ward, ward_docx):
    ward_docx.comment("steady", "How steady?")
    read(ward, ward_docx.save(), is_recorded=True)
    answer(ward, "Very.")
    assert command(ward, "build", QUARTER, "--to", "docx").returncode == 0
    flat = ward_file(ward)
    flat.drop_threads()
    comments = flat.document.part._comments_part.element
    comments[:] = reversed(list(comments))  # LibreOffice has the last first
    items = read(ward, flat.save(), is_recorded=True)
    assert {(item.kind, item.text, item.status) for item in items} == {
        ("comment", "How steady?", "answered"), ("reply", "Very.", "answered"),
    }  # fmt: skip
    assert len(notes(ward)) == 1


@pytest.mark.parametrize("content", ["[]\n", "comments: 3\n", "comments:\n  - 3\n", "comments:\n  - replies: [1]\n"])
def test_file_of_comments_that_is_not_one_is_named(ward, content):
    comments_file(ward).parent.mkdir()
    comments_file(ward).write_text(content, encoding="utf-8")
    with pytest.raises(ParamsError, match=rf"params/{QUARTER}\.review/comments\.yml"):
        unplaced(ward, QUARTER)
