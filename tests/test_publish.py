"""A report appears whole or not at all."""

import pytest

from helpers.build.publish import publication


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
