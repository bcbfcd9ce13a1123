"""A final edition is there: no draft replaces it."""

from __future__ import annotations

import json

import pytest

from natpatsip import doctor
from natpatsip.release import final_edition
from support.projects import command, prose, small
from support.repositories import AUTHOR, commit, git, repository

Q1, Q2 = "2024-25-Q1", "2024-25-Q2"
HTML = ("--to", "html", "--renderer", "pandoc")


@pytest.fixture(autouse=True)
def _as_the_analyst(monkeypatch):
    for name, value in AUTHOR.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def project(tmp_path):
    """A project with what the guard reads of the second quarter's report: its manifest."""
    project = small(tmp_path / "project")
    (project / "reports" / Q2).mkdir(parents=True)
    return project


def made_final(project, **content):
    """Make the report of the second quarter that of the final edition, as its manifest says."""
    text = json.dumps({"status": "final", **content})
    (project / "reports" / Q2 / "manifest.json").write_text(text, encoding="utf-8")
    return contents(project / "reports" / Q2)


def contents(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"status": "final"}', True),
        ('{"status": "draft"}', False),
        ("{}", False),
        ("[]", False),
        ("{", False),
        (None, False),
    ],
)
def test_a_report_is_final_where_its_manifest_says_so(tmp_path, text, expected):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    assert final_edition.is_final(tmp_path) is expected


def test_a_final_edition_without_its_tag_says_how_to_make_it(project, monkeypatch):
    """As a build leaves it that is killed between publication and tag."""
    repository(project)
    report, head = project / "reports" / Q2, git(project, "rev-parse", "HEAD").strip()
    made_final(project, quarter=Q2, commit=head)
    said = f"Its tag report/{Q2} is not in git"
    assert f"Run: natpatsip build {Q2} --final" in command(project, "build", Q2).stderr
    monkeypatch.chdir(project)
    assert any(said in each.remedy for each in doctor.examine())
    git(project, "commit", "--quiet", "--allow-empty", "--message", "Another")
    advice = final_edition.missing_tag(report, project)
    assert f"{said}: the build that made it was cut off" in advice
    assert f'{Q2}, final edition" report/{Q2} {head}' in advice
    git(project, "tag", f"report/{Q2}", head)
    assert final_edition.missing_tag(report, project) == ""
    assert not any(said in each.remedy for each in doctor.examine())


@pytest.mark.parametrize("more", [(), ("--fresh",), ("--output", "reports")])
def test_a_draft_does_not_replace_a_final_edition(project, more):
    before = made_final(project)
    run = command(project, "build", Q2, *HTML, *more)
    assert (run.returncode, run.stdout) == (1, "")
    assert "holds the final edition, which a draft does not replace" in run.stderr
    assert "--output DIR" in run.stderr
    assert contents(project / "reports" / Q2) == before


def test_a_draft_may_stand_elsewhere(project):
    before = made_final(project)
    run = command(project, "build", Q2, *HTML, "--output", "drafts")
    assert run.returncode == 0, run.stderr
    assert json.loads((project / "drafts" / Q2 / "manifest.json").read_text(encoding="utf-8"))["status"] == "draft"
    assert contents(project / "reports" / Q2) == before


def test_all_leaves_final_editions_and_builds_the_others(project):
    before = made_final(project)
    run = command(project, "build", "--all", *HTML)
    assert run.returncode == 0, run.stderr
    assert f"{Q2}: there is a final edition, which is left unchanged" in run.stderr
    assert (project / "reports" / Q1 / "manifest.json").is_file()
    assert contents(project / "reports" / Q2) == before


def test_a_report_that_becomes_final_while_a_draft_is_built_stands(project):
    manifest = project / "reports" / Q2 / "manifest.json"
    text = f"open({str(manifest)!r}, 'w').write('{{\"status\": \"final\"}}') and 'all is well'"
    edited = small(project / "other", ward=[prose(f"It is `{{python}} {text}`.")])
    (edited / "notebooks" / "ward.ipynb").replace(project / "notebooks" / "ward.ipynb")
    run = command(project, "build", Q2, *HTML)
    assert run.returncode == 1
    assert "holds the final edition" in run.stderr
    assert manifest.read_text(encoding="utf-8") == '{"status": "final"}'


def test_a_quarter_built_from_its_tag_does_not_replace_its_final_edition(project):
    repository(project)
    git(project, "tag", f"report/{Q2}")
    with (project / "params" / f"{Q2}.yml").open("a", encoding="utf-8") as lines:
        lines.write(f"built_from: report/{Q2}\n")
    commit(project, "Q2 has left the notebooks")
    before = made_final(project)
    run = command(project, "build", Q2, *HTML)
    assert run.returncode == 1
    assert "holds the final edition" in run.stderr
    assert contents(project / "reports" / Q2) == before
