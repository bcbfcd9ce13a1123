"""Reviewed Word files: every comment and change at its cell, wording taken into cells, nothing lost."""

import json
import shutil
from collections import Counter

import pytest

from natpatsip.quarter import Quarter
from natpatsip.review import review
from support.projects import code, command, prose, small
from support.reviewing import SOFFICE, ReviewedFile, through_libreoffice

QUARTER = "2024-25-Q2"
CHART = """\
import altair as alt
import pandas as pd

rows = pd.DataFrame({"month": ["April", "May", "June"], "beds": [3, 5, 4]})
figure(
    "fig-beds",
    alt.Chart(rows).mark_bar().encode(x=alt.X("month:N", sort=None), y="beds:Q"),
    title="Beds rose and fell",
    description="Beds by month",
    caption="Each bed counts once.",
    data=rows,
)
"""
WARD = [
    prose("## Progress\n\nThe ward made *steady* progress with [the plan](https://example.org/plan) this quarter.", id="progress"),
    code('beds = publish("beds", 41, unit="beds", source="Ward list")\nnurses = "many more nurses"', id="facts"),
    prose(
        "There were `{python} beds` on the ward, and `{python} nurses` came. The team's view is that **staffing** helped "
        "most.\n\nVisits were longer than before.\n\nMeals were served on time, and patients said that they were good.",
        id="numbers",
    ),
    prose("### What comes next\n\n- training for all new staff\n- a second room for families\n- shorter waits at night", id="next"),
    code(CHART, id="chart"),
    prose("@fig-beds shows the beds. Most of them are in the north wing.", id="chart-text"),
    prose("| Wing | Beds |\n|:--|--:|\n| North | twenty |\n| South | ten |\n\n: Beds by wing", id="table"),
    prose("The old kitchen was closed.\n\nThe new kitchen was opened.\n\nThe garden is open all day.\n\nThe hall was painted.", id="places"),
]  # fmt: skip
INDEX = [
    prose("## Summary\n\nAll is well on the ward.", id="summary"),
    prose("The ward asks for `{python} cite('beds')` more in spring.", id="ask"),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = small(tmp_path_factory.mktemp("review") / "project", index=INDEX, ward=WARD)
    run = command(project, "build", QUARTER, "--to", "docx")
    assert run.returncode == 0, run.stderr
    return project


@pytest.fixture
def project(built, tmp_path):
    return shutil.copytree(built, tmp_path / "project", ignore=shutil.ignore_patterns("build"))


@pytest.fixture
def file(project):
    return ReviewedFile(project / "reports" / QUARTER / "report.docx")


def read(project, *files, apply=False):
    found = review(files, project, reports=project / "reports", quarter=Quarter.parse(QUARTER), is_applied=apply)
    return list(found.items)


def source(project, cell, notebook="ward"):
    content = json.loads((project / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    return next("".join(each["source"]) for each in content["cells"] if each["id"] == cell)


def only(items, kind):
    (found,) = [item for item in items if item.kind == kind]
    return found


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


@pytest.mark.parametrize("words", PLACES)
def test_comment_is_at_the_cell_of_its_words(project, file, words):
    file.comment(words, "Is this right?")
    item = only(read(project, file.save()), "comment")
    assert (item.anchor, item.text, item.author, item.status) == (words, "Is this right?", "Ann Lee", "open")
    assert item.cell == PLACES[words]
    assert item.notebook == ("index.ipynb" if item.cell in ("summary", "ask") else "ward.ipynb")


def test_comment_on_a_title_is_at_the_first_cell_of_the_notebook(project, file):
    heading = [each for each in file._paragraphs() if each.text == "Ward" and each.style.name == "Heading 1"][0]
    file._commented(heading.runs, "A better name?")
    item = only(read(project, file.save()), "comment")
    assert (item.notebook, item.cell, item.anchor) == ("ward.ipynb", "title", "Ward")


def test_comment_on_a_picture_is_about_its_alternative_text(project, file):
    file.comment_on_picture("Beds by month", "Too small")
    item = only(read(project, file.save()), "comment")
    assert "Beds by month" in item.anchor
    assert (item.notebook, item.cell) == ("ward.ipynb", "chart")


def test_replies_are_of_the_thread_of_their_comment_and_resolved_with_it(project, file):
    first = file.comment("steady", "How steady?", is_resolved=True)
    file.reply(first, "Very.")
    items = read(project, file.save())
    comment, reply = only(items, "comment"), only(items, "reply")
    assert comment.thread == reply.thread
    assert {comment.status, reply.status} == {"resolved"}
    assert (reply.text, reply.cell, reply.anchor) == ("Very.", "progress", "steady")


def test_comment_whose_place_has_gone_is_listed(project, file):
    file.lose(file.comment("steady", "How steady?"))
    item = only(read(project, file.save()), "comment")
    assert (item.text, item.anchor, item.cell, item.status) == ("How steady?", "", "", "open")
    assert "deleted" in item.why


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
def test_wording_is_taken_into_its_cell(project, file, old, new, cell, expected):
    file.replace(old, new)
    items = read(project, file.save(), apply=True)
    assert [item.status for item in items] == ["applied", "applied"], items
    assert {item.cell for item in items} == {cell}
    assert expected in source(project, cell)


def test_expressions_stay_as_they_are(project, file):
    before = source(project, "numbers")
    file.replace("on the ward, and", "here, while")
    read(project, file.save(), apply=True)
    after = before.replace("on the ward, and", "here, while")
    assert source(project, "numbers") == after
    assert after.count("`{python}") == 2


@pytest.mark.parametrize("kept", ["numbers", "facts"])
def test_nothing_else_in_the_notebook_changes(project, file, kept):
    path = project / "notebooks" / "ward.ipynb"
    before = path.read_text(encoding="utf-8")
    file.replace("The old kitchen", "That kitchen")
    read(project, file.save(), apply=True)
    assert path.read_text(encoding="utf-8") == before.replace("The old kitchen", "That kitchen")


@pytest.mark.parametrize(("old", "new"), [("41", "42"), ("4", "5")])
def test_changed_number_is_refused_and_its_owner_named(project, file, old, new):
    before = source(project, "numbers")
    file.replace(old, new, within="There were")
    items = read(project, file.save(), apply=True)
    assert {item.status for item in items} == {"refused"}
    assert all("beds" in item.why and 'notebooks/ward.ipynb, cell "facts"' in item.why for item in items)
    assert source(project, "numbers") == before


@pytest.mark.parametrize(("after", "text"), [("There were 41", "0"), ("There were 41", ".5"), ("There were ", "1")])
def test_digits_beside_a_number_would_change_it_and_are_refused(project, file, after, text):
    file.insert(after, text)
    (item,) = read(project, file.save(), apply=True)
    assert (item.status, "beds" in item.why) == ("refused", True)


def test_words_that_code_prints_are_refused(project, file):
    file.replace("many more", "more")
    assert all("nurses" in item.why for item in read(project, file.save(), apply=True))


@pytest.mark.parametrize("words", ["Beds rose and fell", "Each bed counts once"])
def test_text_of_a_figure_is_refused_and_its_cell_named(project, file, words):
    file.replace(words, "Another text")
    items = read(project, file.save(), apply=True)
    assert all((item.status, item.cell) == ("refused", "chart") for item in items)
    assert all('cell "chart"' in item.why for item in items)


def test_words_parted_by_markup_are_refused(project, file):
    before = source(project, "progress")
    paragraph = file.paragraph("steady")
    runs = [file.run("made ")._element, file.run("steady")._element]
    assert paragraph
    file._wrap(runs, "del")
    (item,) = read(project, file.save(), apply=True)
    assert (item.status, item.text) == ("refused", "made steady")
    assert source(project, "progress") == before


def test_deleted_emphasis_leaves_no_marks(project, file):
    file.delete("steady")
    (item,) = read(project, file.save(), apply=True)
    assert item.status == "applied"
    assert "The ward made  progress" in source(project, "progress")


def test_paragraphs_are_deleted_inserted_and_moved(project, file):
    file.delete_paragraph("Visits were longer")
    file.insert_paragraph("a second room", "a quiet corner")
    file.insert_paragraph("All is well", "More is to come.")
    file.move_paragraph("The old kitchen", "The hall")
    items = read(project, file.save(), apply=True)
    assert sorted((item.kind, item.status) for item in items) == [
        ("deletion", "applied"), ("insertion", "applied"), ("insertion", "applied"), ("move", "applied"),
    ]  # fmt: skip
    assert "Visits" not in source(project, "numbers")
    assert source(project, "numbers").count("\n\n") == 1
    assert "- a second room for families\n- a quiet corner\n- shorter waits" in source(project, "next")
    assert source(project, "summary", "index") == "## Summary\n\nAll is well on the ward.\n\nMore is to come."
    assert source(project, "places") == (
        "The new kitchen was opened.\n\nThe garden is open all day.\n\nThe hall was painted.\n\nThe old kitchen was closed."
    )


def test_applied_changes_are_known_the_next_time(project, file):
    file.replace("longer than before", "shorter")
    path = file.save()
    read(project, path, apply=True)
    before = source(project, "numbers")
    assert {item.status for item in read(project, path, apply=True)} == {"applied"}
    assert source(project, "numbers") == before


def test_two_reviewers_who_ask_for_the_same_are_one_change(project, file):
    path = file.path
    two = ReviewedFile(path, author="Ben Ali")
    for each in (file, two):
        each.replace("longer than before", "shorter")
    paths = [file.save(project / "ann.docx"), two.save(project / "ben.docx")]
    items = read(project, *paths, apply=True)
    assert {(item.author, item.status) for item in items} == {("Ann Lee", "applied"), ("Ben Ali", "applied")}
    assert "Visits were shorter." in source(project, "numbers")


def test_two_reviewers_who_disagree_get_one_change_and_one_refusal(project, file):
    two = ReviewedFile(file.path, author="Ben Ali")
    file.replace("longer than before", "shorter")
    two.replace("longer than before", "as long")
    paths = [file.save(project / "ann.docx"), two.save(project / "ben.docx")]
    items = read(project, *paths, apply=True)
    assert sorted((item.author, item.status) for item in items) == [
        ("Ann Lee", "applied"), ("Ann Lee", "applied"), ("Ben Ali", "refused"), ("Ben Ali", "refused"),
    ]  # fmt: skip


def test_without_apply_nothing_is_written_and_changes_are_open(project, file):
    before = (project / "notebooks" / "ward.ipynb").read_bytes()
    file.replace("longer than before", "shorter")
    file.replace("41", "42")
    items = read(project, file.save())
    assert {item.status for item in items} == {"open"}
    assert [bool(item.why) for item in items] == [item.text in ("41", "42") for item in items]
    assert (project / "notebooks" / "ward.ipynb").read_bytes() == before


PLANTED = {
    "comment": ["All is well", "steady", "longer than", "Meals were served", "What comes next", "training for", "a second",
                "shorter waits", "north wing", "North", "South", "twenty", "Beds by wing", "old kitchen", "new kitchen",
                "garden", "more in spring", "Beds rose", "Each bed", "helped most"],
    "replace": {"ward made": "ward has made", "this quarter": "lately", "Visits": "Calls", "were served": "came", "new staff": "staff",
                "for families": "for relatives", "at night": "in the night", "shows": "gives", "South": "Southern",
                "was closed": "is shut", "was opened": "is in use", "all day": "daily", "Summary": "In short",
                "asks for": "needs"},
    "insert": {"on time": " each day", "patients": " and visitors", "staffing": " and training", "room": " or two"},
    "delete": ["that they were good", "of them"],
    "format": ["beds", "Progress", "Most"],
}  # fmt: skip


def plant(file):
    """Plant 30 comments and replies and 40 tracked changes; return how many of each kind there are."""
    comments = [file.comment(words, f"About {words}") for words in PLANTED["comment"]]
    comments.append(file.comment_on_picture("Beds by month", "About the picture"))
    for number, comment in enumerate(comments[:8]):
        file.reply(comment, f"Answer {number}")
    file.lose(file.comment("Wing", "About what has gone"))
    for words, text in PLANTED["replace"].items():
        file.replace(words, text)
    for words, text in PLANTED["insert"].items():
        file.insert(words, text)
    for words in PLANTED["delete"]:
        file.delete(words)
    for words in PLANTED["format"]:
        file.format(words)
    file.replace("41", "43", within="There were")
    file.move_paragraph("The hall", "The old kitchen")
    return Counter(
        comment=22, reply=8, insertion=19, deletion=17, move=1, format=3,
    )  # fmt: skip


def test_as_many_items_are_read_as_were_planted_each_in_a_cell_or_with_a_reason(project, file):
    planted = plant(file)
    items = read(project, file.save(), apply=True)
    assert Counter(item.kind for item in items) == planted
    assert planted.total() == 70
    for item in items:
        assert item.cell or item.why, item
        assert item.status in ("open", "resolved") if item.kind in ("comment", "reply") else item.status != "open", item
        assert item.status != "refused" or item.why, item
    refused = {item.text for item in items if item.status == "refused"}
    assert {"41", "43"} <= refused
    for words in PLANTED["replace"].values():
        assert words in refused or any(words in source(project, cell, book) for book, cell in CELLS), words
    run = command(project, "build", QUARTER, "--to", "docx")
    assert run.returncode == 0, run.stderr


CELLS = [("index", cell.id) for cell in INDEX] + [("ward", cell.id) for cell in WARD if cell.cell_type == "markdown"]


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_nothing_is_lost_on_the_way_through_libreoffice(project, file, tmp_path):
    plant(file)
    before = read(project, file.save())
    after = read(project, through_libreoffice(file.path, tmp_path / "office"))

    def said(items):  # LibreOffice keeps neither threads nor comments without a place
        return Counter((item.text, item.cell) for item in items if not item.is_change and item.cell)

    def changed(items):
        return Counter((item.kind, item.text, item.cell) for item in items if item.is_change and item.kind != "format")

    assert said(after) == said(before)
    assert changed(after) == changed(before)
    assert Counter(item.kind for item in after)["format"] == len(PLANTED["format"])
