"""What doctor says about a project, besides its tools."""

import shutil

import pytest

from natpatsip import doctor
from natpatsip.build import build
from natpatsip.pipeline.options import Options
from natpatsip.quarter import Quarter
from support.projects import SETTINGS, command, edit, small


@pytest.mark.parametrize(
    ("settings", "is_ok", "said"),
    [
        ("", False, "cannot say where to report"),
        ('natpatsip: {contact: ""}', False, "cannot say where to report"),
        ("natpatsip: {contact: report@example.org}", True, "report@example.org"),
        ("natpatsip: [", False, "is not YAML"),
        ("natpatsip: {contct: report@example.org}", False, "natpatsip.contct: unknown key"),
    ],
)
def test_a_report_without_a_contact_is_said(tmp_path, monkeypatch, settings, is_ok, said):
    project = small(tmp_path)
    (project / "_quarto.yml").write_text(f"{SETTINGS}{settings}\n", encoding="utf-8")
    monkeypatch.chdir(project)
    found = [each for each in doctor.examine() if said in each.found]
    assert [each.is_ok for each in found] == [is_ok]
    assert is_ok or found[0].remedy


def test_what_is_not_needed_is_optional_and_not_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    told = command(small(tmp_path), "doctor").stdout.splitlines()
    (place,) = (number for number, line in enumerate(told) if "quarto:" in line)
    assert told[place].startswith("optional quarto: not on PATH, and not needed")
    assert told[place + 1].startswith("         If you want it: ")


def test_notebooks_that_are_not_in_the_report_are_named(tmp_path, monkeypatch):
    project = small(tmp_path)
    for name in ("forgotten.ipynb", "sources.ipynb", ".unfinished.ipynb", "notes.md"):
        shutil.copy(project / "notebooks" / "ward.ipynb", project / "notebooks" / name)
    monkeypatch.chdir(project)
    found = {each.found: each for each in doctor.examine() if each.name == "notebook"}
    assert list(found) == [
        "notebooks/forgotten.ipynb is not in the report: _quarto.yml does not name it",
        "notebooks/sources.ipynb is not in the report: the build writes the chapter sources itself",
    ]
    assert not any(each.is_ok or each.is_needed for each in found.values())
    logged = []
    for _ in range(2):  # the second finds that nothing has changed
        logged.clear()
        build(project, Quarter(2024, 2), Options(formats=("html",), renderer="pandoc"), logged.append)
        notes = [line for line in logged if line.startswith("note: ")]
        assert [line.partition(":")[2].split(" is not")[0].strip() for line in notes] == [
            "notebooks/forgotten.ipynb",
            "notebooks/sources.ipynb",
        ]
        assert "Add forgotten.qmd to book.chapters" in notes[0]
    assert "unchanged" in logged[-1]


def test_a_dictionary_that_is_older_than_the_declaration_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(small(tmp_path))
    assert not [each for each in doctor.examine() if each.name == "dictionary"]
    edit(tmp_path / "data" / "datapackage.yaml", "the team that saw", "the team which saw")
    (found,) = (each for each in doctor.examine() if each.name == "dictionary")
    assert (found.is_ok, found.is_needed) == (False, False)
    assert found.remedy == "Run: python -m natpatsip.datasets.dictionary"


def test_faults_of_the_declaration_are_told_once_each_on_a_line_of_its_own(tmp_path):
    project = small(tmp_path)
    file = project / "data" / "datapackage.yaml"
    edit(file, "rows: a month and team", "rowz: a month and team")
    told = command(project, "doctor").stdout
    lines = told.splitlines()
    start = lines.index("MISSING  datasets: 2 problems:")
    assert all(line.startswith("         - data/datapackage.yaml, line ") for line in lines[start + 1 : start + 3])
    assert lines[start + 3].strip().startswith("Fix data/datapackage.yaml.")
    assert told.count("rowz") == 2  # a dataset each
    assert "\\n" not in told
    assert "measures:" not in told
    assert "2024-25" not in told


def test_a_data_file_that_cannot_be_read_is_told_once_for_all_quarters(tmp_path):
    project = small(tmp_path)
    (project / "data" / "waits_monthly.csv").unlink()
    told = command(project, "doctor").stdout
    assert told.count("waits_monthly.csv") == 1
    assert "MISSING  data: " in told
    assert "Add the rows" not in told
