"""What can go wrong with the cache costs time, and never a report."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from helpers.build import cache
from helpers.build.cache import Cache, key
from helpers.build.render import program
from projects import ROOT, code, edit_cell, natpatsip, prose, small

Q2 = "2024-25-Q2"
NAME = key("a name")


@pytest.fixture
def kept(tmp_path):
    return Cache(tmp_path / "cache")


def entry(kept):
    (file,) = [path for path in kept.folder.rglob("*") if path.is_file()]
    return file


def test_what_was_put_is_got(kept):
    kept.put("pages", NAME, b"one\ntwo")
    assert kept.get("pages", NAME) == b"one\ntwo"
    assert kept.get("pages", key("another")) is None
    assert kept.get("pdf", NAME) is None


@pytest.mark.parametrize(
    "spoil",
    {
        "shortened": lambda content: content[:-1],
        "lengthened": lambda content: content + b"x",
        "empty": lambda _: b"",
        "one letter": lambda content: content.replace(b"two", b"twO"),
        "of another layout": lambda content: content.replace(b"cache 1", b"cache 0"),
        "without a head": lambda content: content.partition(b"\n")[2],
    }.items(),
    ids=lambda each: each[0],
)
def test_a_damaged_entry_is_not_there(kept, spoil):
    kept.put("pages", NAME, b"one\ntwo")
    entry(kept).write_bytes(spoil[1](entry(kept).read_bytes()))
    assert kept.get("pages", NAME) is None
    kept.put("pages", NAME, b"three")
    assert kept.get("pages", NAME) == b"three"


def test_an_entry_under_anothers_name_is_not_there(kept):
    kept.put("pages", NAME, b"one")
    moved = kept.folder / "pages" / key("another")[:2] / key("another")[2:]
    moved.parent.mkdir(parents=True, exist_ok=True)
    entry(kept).rename(moved)
    assert kept.get("pages", key("another")) is None


def test_a_write_that_is_cut_off_leaves_nothing(kept, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    kept.put("pages", NAME, b"one")
    assert "No space left on device" in kept.trouble
    assert kept.get("pages", NAME) is None
    assert not [path for path in kept.folder.rglob("*") if path.is_file()]


def test_fresh_reads_nothing_but_what_it_has_put(kept):
    kept.put("pages", NAME, b"one")
    fresh = Cache(kept.folder, is_read=False)
    assert fresh.get("pages", NAME) is None
    fresh.put("pages", NAME, b"two")
    assert fresh.get("pages", NAME) == b"two"
    assert Cache(kept.folder).get("pages", NAME) == b"two"


def test_two_builds_that_put_the_same_leave_one_whole_entry(kept):
    def put():
        for _ in range(50):
            Cache(kept.folder).put("pages", NAME, b"x" * 100_000)

    threads = [threading.Thread(target=put) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.get("pages", NAME) == b"x" * 100_000
    assert entry(kept)


def test_beyond_its_limit_what_was_not_used_for_longest_goes(kept, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "1")
    names = [key(number) for number in range(12)]
    for age, name in enumerate(names):
        kept.put("pages", name, bytes(100_000))
        file = kept.folder / "pages" / name[:2] / name[2:]
        os.utime(file, (1_000_000 + age, 1_000_000 + age))
    kept.get("pages", names[0])  # the oldest, but used
    kept.make_room()
    assert kept.get("pages", names[0])
    assert not kept.get("pages", names[1])
    assert kept.get("pages", names[-1])
    assert sum(path.stat().st_size for path in kept.folder.rglob("*") if path.is_file()) <= 1_000_000


def test_a_cache_within_its_limit_keeps_all(kept, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "1")
    names = [key(number) for number in range(9)]
    for name in names:
        kept.put("pages", name, bytes(100_000))
    kept.make_room()
    assert all(kept.get("pages", name) for name in names)


# Whole builds ---------------------------------------------------------------------------------------------------------


def build(project, *arguments, **options):
    return natpatsip(project, "build", Q2, "--to", "html", "--renderer", "pandoc", *arguments, **options)


def ward(project):
    return (project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")


CHATTY = [code("print('counted')\nbeds = 3"), prose("The ward has `{python} beds` beds.")]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = small(tmp_path_factory.mktemp("project"), ward=CHATTY)
    run = build(project)
    assert run.returncode == 0, run.stderr
    return project


def test_a_report_from_a_cache_that_was_damaged_all_over_is_right(project):
    for file in (project / "build" / "cache").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-3])
    edit_cell(project / "notebooks" / "ward.ipynb", "prose", "The ward has", "This ward has")
    run = build(project)
    assert run.returncode == 0, run.stderr
    assert "ward: executed in" in run.stderr
    assert "This ward has 3 beds." in ward(project)


@pytest.mark.skipif(sys.platform == "win32", reason="a file in the way is another error there")
def test_a_cache_that_cannot_be_written_is_said_and_the_report_is_right(tmp_path):
    """A file stands where the cache would, since the superuser could write into a folder that is read-only."""
    project = small(tmp_path, ward=CHATTY)
    (project / "build").mkdir()
    (project / "build" / "cache").write_text("in the way", encoding="utf-8")
    for _ in range(2):
        run = build(project)
        assert run.returncode == 0, run.stderr
        assert "the cache cannot be written, so the next build begins anew" in run.stderr
        assert "ward: executed in" in run.stderr
        assert "The ward has 3 beds." in ward(project)


def test_clean_removes_the_cache_and_keeps_reports(project):
    before = ward(project)
    run = natpatsip(project, "clean")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("removed build/ (")
    assert not (project / "build").exists()
    assert ward(project) == before
    assert natpatsip(project, "clean").stdout.strip() == "nothing to remove"


UNSEEN = {
    "a program": "import subprocess\nsubprocess.run(['true'])",
    "a file elsewhere": "open(__import__('os').environ['ELSEWHERE']).read()",
    "a file that it writes": "open('../data/made.txt', 'w').write('3')",
}


@pytest.mark.parametrize("deed", UNSEEN)
def test_a_notebook_that_rests_on_what_nobody_can_see_runs_in_every_build(tmp_path, deed):
    project = (
        small(tmp_path / "project", ward=[code(UNSEEN[deed] + ";")]) if (tmp_path / "project").mkdir() is None else None
    )
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("3", encoding="utf-8")
    for _ in range(2):
        run = build(project, env=os.environ | {"ELSEWHERE": str(elsewhere)})
        assert run.returncode == 0, run.stderr
        assert "ward: executed in" in run.stderr


def test_a_file_that_a_notebook_reads_by_itself_is_followed(tmp_path):
    reading = code("from pathlib import Path\nbeds = int(Path('../beds.txt').read_text())")
    project = small(tmp_path, ward=[reading, prose("The ward has `{python} beds` beds.")])
    for beds in (3, 4):
        (project / "beds.txt").write_text(str(beds), encoding="utf-8")
        assert build(project).returncode == 0
        assert f"The ward has {beds} beds." in ward(project)
    assert "unchanged, checked" in build(project).stderr


def test_a_module_beside_the_notebooks_is_followed(tmp_path):
    project = small(tmp_path, ward=[code("from wards import beds"), prose("The ward has `{python} beds` beds.")])
    for beds in (3, 44):
        (project / "notebooks" / "wards.py").write_text(f"beds = {beds}\n", encoding="utf-8")
        assert build(project).returncode == 0
        assert f"The ward has {beds} beds." in ward(project)


def test_a_list_of_files_that_a_notebook_looks_at_is_followed(tmp_path):
    listing = code("from pathlib import Path\nreturns = len(list(Path('../returns').iterdir()))")
    project = small(tmp_path, ward=[listing, prose("`{python} returns` returns came in.")])
    (project / "returns").mkdir()
    for number in (1, 2):
        (project / "returns" / f"{number}.csv").write_text("x", encoding="utf-8")
        assert build(project).returncode == 0
        assert f"{number} returns came in." in ward(project)


def test_changed_helpers_run_every_notebook_again(tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    project = small(tmp_path, ward=CHATTY)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src")}
    assert build(project, env=environment).returncode == 0
    assert "unchanged, checked" in build(project, env=environment).stderr
    with (tmp_path / "src" / "helpers" / "wording.py").open("a", encoding="utf-8") as lines:
        lines.write("\nNEW = 1\n")
    run = build(project, env=environment)
    assert run.returncode == 0, run.stderr
    assert "ward: executed in" in run.stderr
    assert "index: executed in" in run.stderr


def test_what_was_made_while_the_helpers_were_edited_is_not_kept(tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    wording = tmp_path / "src" / "helpers" / "wording.py"
    before = wording.read_bytes()
    project = small(tmp_path, ward=[code(f"open({str(wording)!r}, 'a').write('\\nNEW = 1\\n');")])
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src")}
    for _ in range(2):
        wording.write_bytes(before)
        run = build(project, env=environment)
        assert run.returncode == 0, run.stderr
        assert "ward: executed in" in run.stderr


def test_a_pandoc_on_the_path_is_not_taken(tmp_path, monkeypatch):
    other = tmp_path / "pandoc"
    other.write_text("#!/bin/sh\necho pandoc 99.0\n", encoding="utf-8")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PYPANDOC_PANDOC", str(other))
    assert Path(program.pandoc_path.__wrapped__()).parent != tmp_path
