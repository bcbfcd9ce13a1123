"""`natpatsip check` works before the data are in: each check runs on what it needs, the rest is said."""

from __future__ import annotations

import json

import pytest

from support.projects import code, command, edit, prose, small

Q2 = "2024-25-Q2"
READS = 'from natpatsip import datasets\ndatasets.load("waits_monthly")'


@pytest.fixture
def project(tmp_path):
    """A project with a cell to review, a typed number, and a chapter that reads data."""
    index = [
        prose("## Summary\n\nAll is well.", id="summary", tags=[Q2, "to-review"]),
        prose("We saw 677 people.", id="typed"),
    ]
    ward = [code(READS, id="reads"), prose("## Ward\n\nOnly 31 people waited. See @fig-waits.", id="ward")]
    return small(tmp_path, index=index, ward=ward)


def checked(project, *arguments):
    run = command(project, "check", Q2, "--format", "json", *arguments)
    return run.returncode, json.loads(run.stdout)


def in_cells(findings):
    return {(each["check"], each.get("cell", "")) for each in findings}


WORDS = {("stale", "summary"), ("typed-number", "typed"), ("typed-number", "ward")}


def test_a_data_file_that_is_not_there_stops_only_what_reads_it(project):
    (project / "data" / "waits_monthly.csv").unlink()
    status, findings = checked(project)
    assert status == 1
    assert in_cells(findings) >= WORDS
    (stopped,) = [each for each in findings if each["check"] == "not-checked"]
    assert stopped["where"] == "data/waits_monthly.csv"
    assert "could not be checked" in stopped["message"]


def test_a_reference_to_a_figure_of_a_notebook_that_did_not_run_is_not_called_broken(project):
    (project / "data" / "waits_monthly.csv").unlink()
    assert "broken-link" not in {each["check"] for each in checked(project)[1]}


@pytest.mark.parametrize("content", ["", "month;team\n", "\x00", "version https://git-lfs.github.com/spec/v1\n"])
def test_a_faulty_file_of_reported_facts_is_said_beside_the_findings(project, content):
    (project / "data" / "reported.csv").write_text(content, encoding="utf-8")
    status, findings = checked(project)
    assert status == 1
    assert in_cells(findings) >= WORDS
    assert any(each["check"] == "not-checked" and "data/reported.csv" in each["message"] for each in findings)


def test_a_failing_cell_is_named_with_its_notebook_and_cell(project):
    edit(project / "notebooks" / "ward.ipynb", 'datasets.load(\\"waits_monthly\\")', "1 / 0")
    _, findings = checked(project)
    (stopped,) = [each for each in findings if each["check"] == "not-checked"]
    assert (stopped["notebook"], stopped["cell"]) == ("ward.ipynb", "reads")
    assert in_cells(findings) >= WORDS


def test_people_are_told_what_was_not_checked(project):
    (project / "data" / "waits_monthly.csv").unlink()
    run = command(project, "check", Q2)
    assert run.returncode == 1
    assert "data/waits_monthly.csv\n    not-checked: " in run.stdout
    unchecked = "uncited-fact in any notebook, and charts, facts, figures and tables of ward, which did not run"
    assert f"note: not checked: {unchecked}" in run.stdout


@pytest.mark.parametrize(
    ("file", "content"), [(f"params/{Q2}.yml", "a: ["), ("_quarto.yml", "natpatsip: 3"), ("notebooks/ward.ipynb", "{")]
)
def test_json_is_json_whatever_stops_the_command(project, file, content):
    (project / file).write_text(content, encoding="utf-8")
    status, (finding,) = checked(project)
    assert status in (1, 2)
    assert finding["check"] == "not-checked"
    assert finding["where"].startswith(file.split(",")[0])
