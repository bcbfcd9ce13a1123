"""A report appears whole or not at all."""

import os
from types import SimpleNamespace

import pytest

from natpatsip.release.manifest import manifest
from natpatsip.release.publication import ABANDONED, publication


def fill(folder, text):
    (folder / "report.pdf").write_text(text, encoding="utf-8")


def fail_after_filling(folder):
    fill(folder, "half")
    raise RuntimeError


def read(report):
    return (report / "report.pdf").read_text(encoding="utf-8")


def test_a_report_appears_when_all_went_well(tmp_path):
    report = tmp_path / "reports" / "2024-25-Q2"
    with publication(report) as folder:
        fill(folder, "new")
        assert not report.exists()
    assert read(report) == "new"


def test_a_failure_leaves_the_report_that_was_there(tmp_path):
    report = tmp_path / "2024-25-Q2"
    with publication(report) as folder:
        fill(folder, "old")
    with pytest.raises(RuntimeError), publication(report) as folder:
        fail_after_filling(folder)
    assert read(report) == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["2024-25-Q2"]


def test_a_new_report_replaces_the_old_one_whole(tmp_path):
    report = tmp_path / "2024-25-Q2"
    with publication(report) as folder:
        fill(folder, "old")
        (folder / "left-over").touch()
    with publication(report) as folder:
        fill(folder, "new")
    assert (read(report), (report / "left-over").exists()) == ("new", False)


def test_editions_stay_when_the_national_report_is_built_again(tmp_path):
    report = tmp_path / "2024-25-Q2"
    with publication(report) as folder:
        fill(folder, "old")
    with publication(report / "editions" / "wessex") as folder:
        fill(folder, "edition")
    with publication(report) as folder:
        fill(folder, "new")
    assert read(report / "editions" / "wessex") == "edition"


def test_a_publication_that_was_cut_off_is_made_good(tmp_path):
    report = tmp_path / "2024-25-Q2"
    before = tmp_path / ".2024-25-Q2.before"
    before.mkdir()
    fill(before, "old")
    with pytest.raises(RuntimeError), publication(report):
        raise RuntimeError
    assert read(report) == "old"


def test_others_may_read_the_report(tmp_path):
    report = tmp_path / "2024-25-Q2"
    with publication(report) as folder:
        fill(folder, "new")
    assert report.stat().st_mode & 0o777 == 0o755


def test_what_a_killed_build_left_goes_and_what_another_is_filling_stays(tmp_path):
    report = tmp_path / "2024-25-Q2"
    with publication(report) as folder:
        fill(folder, "old")
    begun = {
        ".2024-25-Q2.abandon_": 2,
        ".2024-25-Q2.begun_1h": 0.04,
        ".2024-25-Q2.before": 2,
        ".2024-25-Q1.abandon_": 2,
    }
    for name, days in begun.items():
        (tmp_path / name).mkdir()
        fill(tmp_path / name, "half")
        then = (tmp_path / name).stat().st_mtime - days * ABANDONED
        os.utime(tmp_path / name, (then, then))
    with pytest.raises(RuntimeError), publication(report) as folder:
        fail_after_filling(folder)
    assert {path.name for path in tmp_path.iterdir()} == {"2024-25-Q2", *begun} - {".2024-25-Q2.abandon_"}


def test_a_manifest_lists_the_reports_files_in_whatever_folder_it_is(tmp_path):
    project = tmp_path / "editions" / "project"
    report = project / "reports" / "2024-25-Q2"
    for name in ("_quarto.yml", "params/2024-25-Q2.yml", "reports/2024-25-Q2/report.pdf"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    with publication(report / "editions" / "wessex") as folder:
        fill(folder, "edition")
    plan = SimpleNamespace(quarter="2024-25-Q2", edition="", project=project, notebooks={})
    assert list(manifest(plan, renderer="pandoc", data={}, report=report)["outputs"]) == ["report.pdf"]
