"""Files of comments on pages: what is read, what is refused with its place, and where comments without a cell go."""

import pytest

from natpatsip.errors import UsageError
from natpatsip.review.annotation_file import AnnotationFile
from support.projects import command
from support.reviewing import QUARTER, annotation, only, read, source, with_annotations


def test_comment_is_at_its_cell_and_recorded_and_answered_like_one_in_word(ward, tmp_path):
    path = with_annotations(tmp_path / "ann.json", annotation())
    item = only(read(ward, path, is_recorded=True), "comment")
    assert (item.author, item.anchor, item.notebook, item.cell) == ("Ann Lee", "steady", "ward.ipynb", "progress")
    file = ward / "notebooks" / "ward.ipynb"
    assert "Comment by Ann Lee, 2024-11-20, on “steady”" in file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace('"Answer:"', '"Answer: Very."'), encoding="utf-8")
    assert only(read(ward, path), "comment").status == "answered"
    assert "steady" in source(ward, "progress")


@pytest.mark.parametrize(
    ("change", "cell", "why"),
    [
        ({"cell": "", "exact": "Visits were longer"}, "numbers", ""),
        ({"cell": "gone", "exact": "Visits were longer"}, "numbers", ""),
        ({"cell": "gone", "exact": "what is nowhere"}, "", "not in the report any more"),
        ({"cell": "", "exact": "what is nowhere"}, "", "of no cell"),
    ],
)
def test_comment_without_its_cell_is_looked_for_by_its_words_and_never_dropped(ward, tmp_path, change, cell, why):
    item = only(read(ward, with_annotations(tmp_path / "ann.json", annotation(**change))), "comment")
    assert (item.cell, item.status) == (cell, "open")
    assert why in item.why


def test_comment_in_several_files_is_one_as_it_was_written_last(ward, tmp_path):
    old = with_annotations(tmp_path / "old.json", annotation("Which?"))
    new = with_annotations(tmp_path / "new.json", annotation("Which one?", modified="2024-11-21T10:00:00Z"))
    for files in ((old, new), (new, old)):
        assert only(read(ward, *files), "comment").text == "Which one?"


def test_what_no_format_can_show_is_taken_out_of_a_comment(tmp_path):
    more = {"creator": {"name": "Ann\x00Lee"}, "created": "2024-99-20T", "modified": "2024-11-20T10:00:00.5+01:00"}
    path = with_annotations(
        tmp_path / "a.json", annotation("exam\x02ples,\x0btwo\r\nlines \ud83d", "\x0csteady", **more)
    )
    (found,) = AnnotationFile.read(path).annotations
    assert (found.text, found.exact, found.author) == ("exam\ufffdples,\ntwo\nlines \ufffd", "steady", "Ann\ufffdLee")
    assert (found.created, found.modified) == ("", more["modified"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a file of comments"),
        ("[" * 100_000, "is not a file of comments"),
        ("[]", "AnnotationCollection"),
        ('{"type": "AnnotationCollection"}', "first.items"),
        ('{"type": "AnnotationCollection", "first": {"items": [1]}}', "comment 1: found 1"),
        ('{"type": "AnnotationCollection", "first": {"items": [{}]}}', "comment 1: lacks body.value"),
    ],
)
def test_file_that_holds_no_comments_is_named_with_what_it_lacks(tmp_path, content, said):
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        AnnotationFile.read(path)


@pytest.mark.parametrize("name", ["../other/ward", "..\\other\\ward", "C:ward"])
def test_comment_whose_notebook_is_a_path_is_put_nowhere(ward, tmp_path, name):
    (ward / "other").mkdir()
    content = (ward / "notebooks" / "ward.ipynb").read_text(encoding="utf-8")
    (ward / "other" / "ward.ipynb").write_text(content, encoding="utf-8")
    (ward / "reports" / QUARTER).rename(ward / "gone")  # nothing tells which notebooks there are
    sent = annotation()
    sent["target"]["notebook"] = name
    item = only(read(ward, with_annotations(tmp_path / "ann.json", sent), is_recorded=True), "comment")
    assert (item.status, "is not there any more" in item.why) == ("open", True)
    assert (ward / "other" / "ward.ipynb").read_text(encoding="utf-8") == content


def test_notebook_in_the_middle_of_a_merge_is_named(ward, tmp_path):
    file = ward / "notebooks" / "ward.ipynb"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"<<<<<<< HEAD\n{text}\n=======\n{text}\n>>>>>>> theirs\n", encoding="utf-8")
    run = command(ward, "review", str(with_annotations(tmp_path / "ann.json", annotation())))
    assert (run.returncode, "a merge has left a conflict" in run.stderr) == (1, True)


def test_command_reads_the_quarter_from_the_file(ward, tmp_path):
    run = command(ward, "review", str(with_annotations(tmp_path / "ann.json", annotation())))
    assert (run.returncode, "How" in run.stdout, "Which?" in run.stdout) == (1, False, True)
