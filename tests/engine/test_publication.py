"""A report appears whole or not at all."""

import contextlib
import datetime
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from natpatsip.files.digests import sha256_of
from natpatsip.release import publication as publishing
from natpatsip.release.manifest import manifest
from natpatsip.release.publication import ABANDONED, REVIEWED, publication, restore, restore_all


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


LOCKED = "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX); print(); input()"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks on folders: there, age decides")
@pytest.mark.parametrize("repair", [restore, lambda report: restore_all(report.parent)])
def test_what_a_killed_build_left_goes_and_what_another_is_filling_stays(tmp_path, repair):
    report = tmp_path / "2024-25-Q2"
    with publication(report) as folder:
        fill(folder, "old")
    begun = {".2024-25-Q2.abandon_", ".2024-25-Q2.at_work_", ".2024-25-Q2.before", ".others.data1234"}
    for name in begun:
        (tmp_path / name).mkdir()
        fill(tmp_path / name, "half")
    command = [sys.executable, "-c", LOCKED, str(tmp_path / ".2024-25-Q2.at_work_")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as another:
        another.stdout.readline()
        repair(report)
        another.communicate(b"\n")
    assert {path.name for path in tmp_path.iterdir()} == {"2024-25-Q2", ".2024-25-Q2.at_work_", ".others.data1234"}


def test_where_folders_cannot_be_locked_those_of_a_day_ago_go(tmp_path, monkeypatch):
    monkeypatch.setattr(publishing, "_locked", lambda *_, **__: contextlib.nullcontext())
    report = tmp_path / "2024-25-Q2"
    for name, days in ((".2024-25-Q2.abandon_", 2), (".2024-25-Q2.begun_1h", 0.04), (".2024-25-Q1.abandon_", 2)):
        (tmp_path / name).mkdir()
        then = (tmp_path / name).stat().st_mtime - days * ABANDONED
        os.utime(tmp_path / name, (then, then))
    restore(report)
    assert {path.name for path in tmp_path.iterdir()} == {".2024-25-Q2.begun_1h", ".2024-25-Q1.abandon_"}


@pytest.mark.parametrize("is_atomic", [True, False])
def test_another_never_sees_a_report_that_is_missing_or_half(tmp_path, monkeypatch, is_atomic):
    """Where the system cannot exchange folders, a missing report is put back by `restore`."""
    report, seen = tmp_path / "2024-25-Q2", set()
    if is_atomic and not exchanges(tmp_path):
        pytest.skip("this system cannot exchange folders")
    if not is_atomic:
        monkeypatch.setattr(publishing, "_exchange", lambda *_: False)
    with publication(report) as folder:
        fill(folder, "0")
    done = threading.Event()

    def look():
        while not done.is_set():
            if not is_atomic:
                restore(report)
            with contextlib.suppress(FileNotFoundError):
                seen.add(read(report))
                continue
            seen.add("missing")

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            for number in range(1, 60):
                with publication(report) as folder:
                    fill(folder, str(number))
                assert read(report) == str(number)
        finally:
            done.set()
        looking.result()
    assert seen - {str(number) for number in range(60)} <= (set() if is_atomic else {"missing"})
    assert [path.name for path in tmp_path.iterdir()] == ["2024-25-Q2"]


def exchanges(folder):
    for name in ("one", "other"):
        (folder / name).mkdir()
    try:
        return publishing._exchange(folder / "one", folder / "other")
    finally:
        for name in ("one", "other"):
            (folder / name).rmdir()


# --- files that reviewers have changed ---


def publish(report, text, *, day=None):
    """Publish a report as a build does, with a manifest of its files, and return what was logged."""
    logged = []
    with publication(report, logged.append) as folder:
        outputs = {}
        for name in ("report.docx", "report.pdf", "facts.csv"):
            (folder / name).write_text(f"{text} {name}", encoding="utf-8")
            outputs[name] = sha256_of(folder / name)
        (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}), encoding="utf-8")
    return logged


def change(report, name, text, day="2024-11-20"):
    (report / name).write_text(text, encoding="utf-8")
    then = datetime.datetime.fromisoformat(f"{day}T12:00").timestamp()
    os.utime(report / name, (then, then))


@pytest.mark.parametrize("is_atomic", [True, False])
@pytest.mark.parametrize(("name", "copy"), [(n, n.replace("report", "report-2024-11-20")) for n in REVIEWED])
def test_a_file_that_was_changed_after_it_was_built_is_kept_and_named(tmp_path, monkeypatch, name, copy, is_atomic):
    if not is_atomic:
        monkeypatch.setattr(publishing, "_exchange", lambda *_: False)
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    change(report, name, "with comments")
    (logged,) = publish(report, "second")
    assert (report / copy).read_text(encoding="utf-8") == "with comments"
    assert (report / name).read_text(encoding="utf-8") == f"second {name}"
    assert logged == f"{name} is not as it was built, so it is kept as {report / copy}"
    assert publish(report, "third") == []
    assert (report / copy).read_text(encoding="utf-8") == "with comments"


def test_several_changed_files_of_a_day_are_all_kept(tmp_path):
    report = tmp_path / "2024-25-Q2"
    for text in ("one", "another", "a third"):
        publish(report, "built")
        change(report, "report.docx", text)
    publish(report, "built")
    kept = {path.name: path.read_text(encoding="utf-8") for path in report.glob("report-*")}
    assert kept == {
        "report-2024-11-20.docx": "one",
        "report-2024-11-20-2.docx": "another",
        "report-2024-11-20-3.docx": "a third",
    }


def test_comments_that_a_reader_saved_beside_the_report_stay(tmp_path):
    report = tmp_path / "2024-25-Q2"
    publish(report, "built")
    change(report, "comments-2024-25-Q2-ann-lee.json", "{}")
    publish(report, "built again")
    assert (report / "comments-2024-25-Q2-ann-lee.json").read_text(encoding="utf-8") == "{}"


OF_PEOPLE = (
    "report AB comments.docx",
    "Copy of report.pdf",
    "notes.txt",
    "figures/mine.png",
    "minutes/of 3 May",
    "a.b.c",
)


@pytest.mark.parametrize("is_atomic", [True, False])
@pytest.mark.parametrize("name", OF_PEOPLE)
def test_what_people_put_into_the_folder_of_a_report_stays_there(tmp_path, monkeypatch, name, is_atomic):
    if not is_atomic:
        monkeypatch.setattr(publishing, "_exchange", lambda *_: False)
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    (report / name).parent.mkdir(exist_ok=True)
    change(report, name, "of people")
    for text in ("second", "third"):
        assert publish(report, text) == []
        assert (report / name).read_text(encoding="utf-8") == "of people"
        assert read(report) == f"{text} report.pdf"


def test_a_file_of_people_that_has_the_name_of_a_new_output_is_kept_under_another(tmp_path):
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    manifest = json.loads((report / "manifest.json").read_bytes())
    manifest["outputs"].pop("report.pdf")  # as after a build of pages alone
    (report / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    change(report, "report.pdf", "of people")
    (logged,) = publish(report, "second")
    assert (report / "report-2024-11-20.pdf").read_text(encoding="utf-8") == "of people"
    assert read(report) == "second report.pdf"
    assert logged.endswith(f"so it is kept as {report / 'report-2024-11-20.pdf'}")


@pytest.mark.parametrize(
    "name", [".DS_Store", "~$report.docx", ".~lock.report.docx#", "notebooks/.ipynb_checkpoints/a"]
)
def test_what_programs_leave_beside_a_file_does_not_stay(tmp_path, name):
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    (report / name).parent.mkdir(parents=True, exist_ok=True)
    change(report, name, "")
    publish(report, "second")
    assert not (report / name).exists()


def test_an_output_that_the_new_build_does_not_make_does_not_stay(tmp_path):
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    with publication(report) as folder:
        (folder / "manifest.json").write_text('{"outputs": {}}', encoding="utf-8")
    assert [path.name for path in report.iterdir()] == ["manifest.json"]


def test_a_file_saved_at_the_moment_of_publication_is_kept(tmp_path, monkeypatch):
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    swap = publishing._swap
    monkeypatch.setattr(
        publishing, "_swap", lambda *both: (change(report, "report.docx", "saved late"), swap(*both))[1]
    )
    assert len(publish(report, "second")) == 1
    assert (report / "report-2024-11-20.docx").read_text(encoding="utf-8") == "saved late"


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"outputs": []}', '{"outputs": {"report.docx": 1}}'])
def test_a_report_without_a_valid_manifest_is_replaced(tmp_path, manifest):
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    (report / "manifest.json").write_text(manifest, encoding="utf-8")
    publish(report, "second")
    assert read(report) == "second report.pdf"


def test_files_that_are_as_built_are_not_kept(tmp_path):
    report = tmp_path / "2024-25-Q2"
    publish(report, "first")
    (report / "facts.csv").write_text("changed by hand", encoding="utf-8")
    (report / "report.pdf").unlink()
    assert publish(report, "second") == []
    assert not list(report.glob("report-*"))


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
