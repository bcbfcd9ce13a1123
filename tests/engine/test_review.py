"""Reviewed Word files: every comment and change is read, each at its cell, and nothing is lost."""

from collections import Counter

import pytest
from openxml_audit import OpenXmlValidator

from support.projects import command, edit
from support.reviewing import (
    INDEX,
    OFFICE_PYTHON,
    QUARTER,
    SOFFICE,
    WARD,
    edited_in_libreoffice,
    only,
    read,
    source,
    through_libreoffice,
)

PLACES = {
    "All is well on the ward": "summary",
    "more in spring": "ask",
    "Progress": "progress",
    "steady": "progress",
    "There were 41": "numbers",
    "longer than before": "numbers",
    "What comes next": "next",
    "a second room": "next",
    "Beds rose and fell": "chart",
    "Each bed counts once": "chart",
    "north wing": "chart-text",
    "twenty": "table",
    "Beds by wing": "table",
    "new kitchen": "places",
}


def test_comments_are_at_the_cells_of_their_words(ward, ward_docx):
    for words in PLACES:
        ward_docx.comment(words, f"Is “{words}” right?")
    items = read(ward, ward_docx.save())
    assert {item.anchor: item.cell for item in items} == PLACES
    for item in items:
        assert (item.text, item.author, item.status) == (f"Is “{item.anchor}” right?", "Ann Lee", "open")
        assert item.notebook == ("index.ipynb" if item.cell in ("summary", "ask") else "ward.ipynb")


def test_comment_on_a_title_is_at_the_first_cell_of_the_notebook(ward, ward_docx):
    heading = next(each for each in ward_docx._paragraphs() if each.text == "Ward" and each.style.name == "Heading 1")
    ward_docx._commented(heading.runs, "A better name?")
    item = only(read(ward, ward_docx.save()), "comment")
    assert (item.notebook, item.cell, item.anchor) == ("ward.ipynb", "title", "Ward")


def test_comment_on_a_picture_is_about_its_alternative_text(ward, ward_docx):
    ward_docx.comment_on_picture("Beds by month", "Too small")
    item = only(read(ward, ward_docx.save()), "comment")
    assert "Beds by month" in item.anchor
    assert (item.notebook, item.cell) == ("ward.ipynb", "chart")


def test_replies_are_of_the_thread_of_their_comment_and_resolved_with_it(ward, ward_docx):
    first = ward_docx.comment("steady", "How steady?", is_resolved=True)
    ward_docx.reply(first, "Very.")
    items = read(ward, ward_docx.save())
    comment, reply = only(items, "comment"), only(items, "reply")
    assert comment.thread == reply.thread
    assert {comment.status, reply.status} == {"resolved"}
    assert (reply.text, reply.cell, reply.anchor) == ("Very.", "progress", "steady")


def test_comment_whose_place_has_gone_is_listed(ward, ward_docx):
    ward_docx.lose(ward_docx.comment("steady", "How steady?"))
    item = only(read(ward, ward_docx.save()), "comment")
    assert (item.text, item.anchor, item.cell, item.status) == ("How steady?", "", "", "open")
    assert "deleted" in item.why


PLANTED = {
    "comment": ["All is well", "steady", "longer than", "Meals were served", "What comes next", "training for",
                "a second", "shorter waits", "north wing", "North", "South", "twenty", "Beds by wing", "old kitchen",
                "new kitchen", "garden", "more in spring", "Beds rose", "Each bed", "helped most"],
    "replace": {"ward made": "ward has made", "this quarter": "lately", "Visits": "Calls", "were served": "came",
                "new staff": "staff", "for families": "for relatives", "at night": "in the night",
                "shows": "gives", "South": "Southern",
                "was closed": "is shut", "was opened": "is in use", "all day": "daily", "Summary": "In short",
                "asks for": "needs"},
    "insert": {"on time": " each day", "patients": " and visitors", "staffing": " and training", "room": " or two"},
    "delete": ["that they were good", "of them"],
    "format": ["beds", "Progress", "Most"],
}  # fmt: skip


def plant(ward_docx):
    """Plant 30 comments and replies and 40 tracked changes; return how many of each kind there are."""
    comments = [ward_docx.comment(words, f"About {words}") for words in PLANTED["comment"]]
    comments.append(ward_docx.comment_on_picture("Beds by month", "About the picture"))
    for number, comment in enumerate(comments[:8]):
        ward_docx.reply(comment, f"Answer {number}")
    ward_docx.lose(ward_docx.comment("Wing", "About what has gone"))
    for words, text in PLANTED["replace"].items():
        ward_docx.replace(words, text)
    for words, text in PLANTED["insert"].items():
        ward_docx.insert(words, text)
    for words in PLANTED["delete"]:
        ward_docx.delete(words)
    for words in PLANTED["format"]:
        ward_docx.format(words)
    ward_docx.replace("41", "43", within="There were")
    ward_docx.move_paragraph("The hall", "The old kitchen")
    return Counter(
        comment=22, reply=8, insertion=19, deletion=17, move=1, format=3,
    )  # fmt: skip


def test_thirty_comments_and_forty_changes_go_round_and_come_back_with_answers(ward, ward_docx):
    planted = plant(ward_docx)
    items = read(ward, ward_docx.save(), is_applied=True, is_recorded=True)
    assert Counter(item.kind for item in items) == planted
    assert planted.total() == 70
    for item in items:
        assert item.cell or item.why, item
        assert item.status in ("open", "resolved") if item.kind in ("comment", "reply") else item.status != "open", item
        assert item.status != "refused" or item.why, item
    refused = {item.text for item in items if item.status == "refused"}
    assert {"41", "43"} <= refused
    for words in PLANTED["replace"].values():
        assert words in refused or any(words in source(ward, cell, book) for book, cell in CELLS), words
    for name in ("index", "ward"):
        path = ward / "notebooks" / f"{name}.ipynb"
        path.write_text(path.read_text("utf-8").replace('"Answer:"', '"Answer: Yes, it is."'), "utf-8")
    unplaced = ward / "params" / f"{QUARTER}.review" / "comments.yml"
    edit(unplaced, "answer: ''", "answer: Yes, it is.")
    run = command(ward, "build", QUARTER, "--to", "docx")
    assert run.returncode == 0, run.stderr
    report = ward / "reports" / QUARTER / "report.docx"
    assert OpenXmlValidator().validate(str(report)).is_valid
    back = read(ward, report)
    assert {item.status for item in back if item.kind == "comment"} == {"answered"}
    placed = {item.text: item for item in items if item.kind == "comment" and item.cell}
    assert {item.text: item.cell for item in back if item.kind == "comment"} == {
        "About what has gone": "", **{text: item.cell for text, item in placed.items()}
    }  # fmt: skip
    assert [item.text for item in back if item.kind == "reply"].count("Yes, it is.") == planted["comment"]
    kept = unplaced.read_bytes()
    read(ward, report, is_recorded=True)  # the same comments, though some of their words are others now
    assert unplaced.read_bytes() == kept
    text = "".join((ward / "notebooks" / f"{name}.ipynb").read_text("utf-8") for name in ("index", "ward"))
    assert (text.count('"Answer: Yes, it is."'), text.count('"review-')) == (len(placed), len(placed))
    assert not [item for item in back if item.is_change]
    differ = {text for text, item in placed.items() if item.anchor not in (_anchor_of(back, text), item.original)}
    assert not differ


def _anchor_of(items, text):
    return next(item.anchor for item in items if item.text == text)


CELLS = [("index", cell.id) for cell in INDEX] + [("ward", cell.id) for cell in WARD if cell.cell_type == "markdown"]


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_nothing_is_lost_on_the_way_through_libreoffice(ward, ward_docx, tmp_path):
    plant(ward_docx)
    before = read(ward, ward_docx.save())
    after = read(ward, through_libreoffice(ward_docx.path, tmp_path / "office"))

    def said(items):  # LibreOffice keeps neither threads nor comments without a place
        return Counter((item.text, item.cell) for item in items if not item.is_change and item.cell)

    def changed(items):
        return Counter((item.kind, item.text, item.cell) for item in items if item.is_change and item.kind != "format")

    assert said(after) == said(before)
    assert changed(after) == changed(before)
    assert Counter(item.kind for item in after)["format"] == len(PLANTED["format"])


EDITS = [
    {"do": "comment", "words": "steady", "text": "How steady?"},
    {"do": "comment", "words": "twenty", "text": "Sure?"},
    {"do": "comment", "words": "Each bed counts once", "text": "Really?"},
    {"do": "comment_on_picture", "words": "Beds by month", "text": "Too small."},
    {"do": "replace", "words": "longer than before", "text": "shorter"},
    {"do": "replace", "words": "41", "text": "43", "within": "There were"},
    {"do": "replace", "words": "What comes next", "text": "Next steps"},
    {"do": "delete_paragraph", "words": "The garden is open"},
    {"do": "insert_paragraph", "words": "a second room", "text": "a quiet corner"},
    {"do": "split_paragraph", "words": "shows the beds."},
    {"do": "format", "words": "patients"},
    {"track": False},
    {"do": "replace", "words": "on time", "text": "late"},
]


@pytest.mark.skipif(not OFFICE_PYTHON, reason="LibreOffice, or Python's module uno for it, is not installed")
def test_what_a_reviewer_does_in_libreoffice_is_read(ward, ward_docx, tmp_path):
    items = read(ward, edited_in_libreoffice(ward_docx.path, tmp_path, EDITS), is_applied=True)
    assert {(item.text, item.anchor, item.cell) for item in items if item.kind == "comment"} >= {
        ("How steady?", "steady", "progress"),
        ("Sure?", "twenty", "table"),
        ("Really?", "Each bed counts once", "chart"),
    }
    assert "chart" in {item.cell for item in items if item.text == "Too small."}
    assert {(item.kind, item.text, item.cell, item.status) for item in items if item.is_change} == {
        ("deletion", "longer than before", "numbers", "applied"),
        ("insertion", "shorter", "numbers", "applied"),
        ("deletion", "41", "numbers", "refused"),
        ("insertion", "43", "numbers", "refused"),
        ("deletion", "What comes next", "next", "applied"),
        ("insertion", "Next steps", "next", "applied"),
        ("deletion", "The garden is open all day.", "places", "applied"),
        ("insertion", "a quiet corner", "next", "applied"),
        ("insertion", "¶", "chart-text", "applied"),
        ("format", "characters: bold", "numbers", "refused"),
        ("deletion", "on time", "numbers", "applied"),
        ("insertion", "late", "numbers", "applied"),
    }
    assert [item.text for item in items if not item.is_tracked] == ["on time", "late"]
