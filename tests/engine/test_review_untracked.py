"""Changes that were made while tracking was off: found by comparing a Word file with what the build wrote into it."""

import zipfile
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from natpatsip.pipeline.render.cell_bookmarks import cells_part
from natpatsip.review.changed_paragraphs import changed_paragraphs
from natpatsip.review.comments_and_changes import items_of
from natpatsip.review.untracked import with_untracked
from natpatsip.word_files.word_file import WordFile, paragraphs_of
from support.reviewing import read, source

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TEXT = st.lists(st.sampled_from(["the", "ward", "made", "good", "progress", "41", "beds", "it’s", "so."]), min_size=1)
TEXTS = st.lists(TEXT.map(" ".join), min_size=1, max_size=5)


def document(texts):
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>' for text in texts)
    return f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()


def word_file(path, built, now):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", document(now))
        archive.writestr("customXml/item1.xml", cells_part("2024-25-Q2", [], paragraphs_of(document(built))))
    return WordFile.read(path)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(built=TEXTS, now=TEXTS)
def test_text_before_is_what_was_built_and_text_after_is_what_is_there(tmp_path, built, now):
    file = with_untracked(word_file(tmp_path / "a.docx", built, now))
    assert [each.text for each in file.paragraphs if each.text] == built
    assert [each.shown for each in file.paragraphs if each.shown] == now
    items = items_of(file)
    assert bool(items) == (built != now)
    assert {item.is_tracked for item in items} <= {False}
    said = [line for each in changed_paragraphs(file, items) for line in each.after]
    assert said == [line.replace("’", "'") for line in now]


def test_file_without_a_record_of_what_was_built_is_left_alone(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", document(["Anything."]))
    file = WordFile.read(path)
    assert with_untracked(file) is file


def test_changes_without_tracking_are_listed_with_their_cells_and_applied(ward, ward_docx):
    ward_docx.run("longer than before").text = "shorter"
    ward_docx.run("41", within="There were").text = "43"
    ward_docx.run("twenty").text = "thirty"
    ward_docx.run("What comes next").text = "Soon"
    ward_docx.run("Beds rose and fell").text = "Beds fell"
    garden = ward_docx.paragraph("The garden is open")._element
    garden.getparent().remove(garden)
    ward_docx.paragraph("Meals were served").insert_paragraph_before("The nurses were kind.")
    ward_docx.replace("The hall", "The big hall")  # tracked
    path = ward_docx.save()
    before = source(ward, "numbers")
    items = read(ward, path)
    assert {item.status for item in items if item.is_tracked} == {"open"}
    found = {(item.kind, item.text.strip(), item.cell) for item in items if item.status == "untracked"}
    assert found >= {
        ("deletion", "longer than before", "numbers"),
        ("insertion", "shorter", "numbers"),
        ("deletion", "41", "numbers"),
        ("insertion", "43", "numbers"),
        ("insertion", "thirty", "table"),
        ("insertion", "Soon", "next"),
        ("deletion", "The garden is open all day.", "places"),
        ("insertion", "The nurses were kind.", "numbers"),
        ("deletion", "rose and", "chart"),
    }
    assert {item.author for item in items if not item.is_tracked} == {""}
    assert source(ward, "numbers") == before
    applied = read(ward, path, is_applied=True)
    refused = {(item.text.strip(), item.cell) for item in applied if item.status == "refused"}
    assert refused == {("41", "numbers"), ("43", "numbers"), ("rose and", "chart")}
    assert "Visits were shorter.\n\nThe nurses were kind.\n\nMeals were served" in source(ward, "numbers")
    assert "### Soon\n" in source(ward, "next")
    assert "| North | thirty |" in source(ward, "table")
    assert source(ward, "places").endswith("The new kitchen was opened.\n\nThe big hall was painted.")
    again = read(ward, path, is_applied=True)
    assert {item.status for item in again} == {"applied", "refused"}
    assert source(ward, "numbers").count("kind") == 1
