"""The command `natpatsip review`: its formats, exit status and errors."""

import json
import zipfile

import pytest

from support.projects import command

FIELDS = {"kind", "author", "date", "text", "anchor", "notebook", "cell", "status"}


def test_file_that_nobody_has_touched_holds_nothing(ward, ward_docx):
    run = command(ward, "review", str(ward_docx.path))
    assert (run.returncode, run.stdout) == (0, "nothing; none open\n")


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_each_format_has_the_words_and_their_cell_and_the_status_says_that_something_is_open(ward, ward_docx, form):
    ward_docx.comment("steady", "How steady?")
    run = command(ward, "review", str(ward_docx.save()), "--format", form)
    assert run.returncode == 1, run.stderr
    for words in ("How steady?", "steady", "Ann Lee", "ward.ipynb"):
        assert words in run.stdout
    if form == "json":
        (item,) = json.loads(run.stdout)
        assert item.keys() >= FIELDS
        assert (item["notebook"], item["cell"], item["status"]) == ("ward.ipynb", "progress", "open")


def test_exit_status_is_zero_once_all_is_applied(ward, ward_docx):
    ward_docx.replace("longer than before", "shorter")
    path = str(ward_docx.save())
    assert command(ward, "review", path).returncode == 1
    run = command(ward, "review", path, "--apply")
    assert (run.returncode, "changed: notebooks/ward.ipynb" in run.stdout) == (0, True)


def test_report_that_is_not_there_is_said_and_bookmarks_still_lead_to_cells(ward, ward_docx, tmp_path):
    ward_docx.comment("steady", "How steady?")
    path = ward_docx.save(tmp_path / "ann.docx")
    run = command(ward, "review", str(path), "--format", "json", "--reports", str(tmp_path / "none"))
    assert "has not been built" in run.stderr
    assert json.loads(run.stdout)[0]["cell"] == "progress"


def test_file_that_does_not_say_its_quarter_is_refused_and_can_be_told(ward, ward_docx, tmp_path):
    path = tmp_path / "plain.docx"
    with zipfile.ZipFile(ward_docx.path) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            if not name.startswith("customXml"):
                new.writestr(name, old.read(name))
    run = command(ward, "review", str(path))
    assert run.returncode == 2
    assert "--quarter" in run.stderr
    assert command(ward, "review", str(path), "--quarter", "2024-25-Q2").returncode == 0


@pytest.mark.parametrize("name", ["gone.docx", "gone.pdf", "../notebooks"])
def test_file_that_is_missing_is_a_mistake_of_the_command_line(ward, name):
    run = command(ward, "review", name, "--quarter", "2024-25-Q2")
    assert run.returncode == 2
    assert name in run.stderr
