"""What can go wrong with the cache costs time, and never a report."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from natpatsip import build as report
from natpatsip.files.digests import key, sha256_of
from natpatsip.pipeline.caching import inputs, store
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.options import Options
from natpatsip.pipeline.render import pandoc
from natpatsip.quarter import Quarter
from support.projects import NATPATSIP, ROOT, code, command, edit_cell, engine, prose, small, with_look

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


CUT_OFF = """
import resource, signal, sys
from pathlib import Path

from natpatsip.files.digests import key
from natpatsip.pipeline.caching.store import Cache

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
kept, name = Cache(Path(sys.argv[1])), key("a name")
kept.put("pages", name, b"x" * 100_000)
print(kept.error, "|", kept.get("pages", name))
kept.put("pages", name, b"x" * 1_000)
print(len(kept.get("pages", name)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file's size is limited by POSIX")
def test_a_write_that_is_cut_off_leaves_nothing(kept):
    run = subprocess.run([sys.executable, "-c", CUT_OFF, str(kept.folder)], capture_output=True, text=True, check=True)
    first, second = run.stdout.splitlines()
    assert first == f"{os.strerror(errno.EFBIG)} ({entry(kept).parent}) | None"
    assert second == "1000"


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
    monkeypatch.setenv(store.VARIABLE, "1")
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
    monkeypatch.setenv(store.VARIABLE, "1")
    names = [key(number) for number in range(9)]
    for name in names:
        kept.put("pages", name, bytes(100_000))
    kept.make_room()
    assert all(kept.get("pages", name) for name in names)


def test_a_listed_folder_is_followed_whatever_the_system_says_where_it_is_read(tmp_path, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))  # as Windows does

    monkeypatch.setattr(Path, "open", refuse)
    before = sha256_of(tmp_path)
    (tmp_path / "new.csv").touch()
    assert before != sha256_of(tmp_path) != ""
    assert sha256_of(tmp_path / "new.csv") == sha256_of(tmp_path / "missing.csv") == ""


# Whole builds ---------------------------------------------------------------------------------------------------------


BUILD = ("build", Q2, "--to", "html", "--renderer", "pandoc")
HTML = Options(formats=("html",), renderer="pandoc")


def build(project, *arguments):
    return command(project, *BUILD, *arguments)


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


def is_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


def obedient():
    """Return the beginning of a command to which permissions apply, whoever gives it."""
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if is_root() else []


SMALL_DISK = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
MOUNT = "mount -t tmpfs -o size=16k none build/cache"
TWICE = """
import sys
from pathlib import Path

sys.path.append(sys.argv[1])
from support.projects import command

for _ in range(2):
    run = command(Path.cwd(), *sys.argv[2:])
    sys.stderr.write(run.stderr)
    run.check_returncode()
"""


def works(*command, cwd=None):
    return (
        shutil.which(command[0]) is not None and subprocess.run(command, capture_output=True, cwd=cwd).returncode == 0
    )


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no permissions of POSIX there")
@pytest.mark.skipif(is_root() and not works(*obedient(), "true"), reason="the superuser cannot give up its powers here")
def test_a_cache_that_is_read_only_is_said_and_the_report_is_right(tmp_path):
    project = small(tmp_path, ward=CHATTY)
    kept = project / "build" / "cache"
    kept.mkdir(parents=True)
    kept.chmod(0o500)
    run = subprocess.run([*obedient(), *NATPATSIP, *BUILD], cwd=project, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "the cache cannot be written, so the next build starts from scratch: Permission denied" in run.stderr
    assert "The ward has 3 beds." in ward(project)
    assert not list(kept.iterdir())


def test_a_cache_on_a_full_disk_is_said_and_the_report_is_right(tmp_path):
    project = small(tmp_path, ward=CHATTY)
    (project / "build" / "cache").mkdir(parents=True)
    if not works(*SMALL_DISK, MOUNT, cwd=project):
        pytest.skip("a disk of 16 kB needs a namespace of Linux, which this system does not give")
    python = [sys.executable, "-c", TWICE, str(ROOT / "tests"), *BUILD]
    command = [*SMALL_DISK, f'{MOUNT} && exec "$@"', "sh", *python]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert (
        run.stderr.count("the cache cannot be written, so the next build starts from scratch: No space left on device")
        == 2
    )
    assert "The ward has 3 beds." in ward(project)


@pytest.mark.skipif(sys.platform == "win32", reason="a file in the way is another error there")
def test_a_cache_with_a_file_in_its_place_is_said_and_the_report_is_right(tmp_path):
    project = small(tmp_path, ward=CHATTY)
    (project / "build").mkdir()
    (project / "build" / "cache").write_text("in the way", encoding="utf-8")
    for _ in range(2):
        run = build(project)
        assert run.returncode == 0, run.stderr
        assert "the cache cannot be written, so the next build starts from scratch" in run.stderr
        assert "ward: executed in" in run.stderr
        assert "The ward has 3 beds." in ward(project)


def test_clean_removes_the_cache_and_keeps_reports(project):
    before = ward(project)
    run = command(project, "clean")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("removed build/ (")
    assert not (project / "build").exists()
    assert ward(project) == before
    assert command(project, "clean").stdout.strip() == "nothing to remove"


UNSEEN = {
    "a program": "import subprocess\nsubprocess.run(['true'])",
    "a file elsewhere": "open('ELSEWHERE').read()",
    "a file that it writes": "open('../data/made.txt', 'w').write('3')",
}


@pytest.mark.parametrize("deed", UNSEEN)
def test_a_notebook_that_rests_on_what_nobody_can_see_runs_in_every_build(tmp_path, deed):
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("3", encoding="utf-8")
    (tmp_path / "project").mkdir()
    project = small(tmp_path / "project", ward=[code(UNSEEN[deed].replace("ELSEWHERE", str(elsewhere)) + ";")])
    for _ in range(2):
        run = build(project)
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


def test_the_reports_own_python_is_followed(tmp_path):
    cells = [code("from helpers import wards"), prose("The ward has `{python} wards.BEDS` beds.")]
    project = small(tmp_path, ward=cells)
    (project / "src" / "helpers").mkdir(parents=True)
    (project / "src" / "helpers" / "__init__.py").touch()
    for beds in (3, 4):
        (project / "src" / "helpers" / "wards.py").write_text(f"BEDS = {beds}\n", encoding="utf-8")
        run = build(project)
        assert run.returncode == 0, run.stderr
        assert f"The ward has {beds} beds." in ward(project)
    assert "ward: executed in" in run.stderr
    assert "index: unchanged" in run.stderr
    assert "unchanged, checked" in build(project).stderr


def test_a_list_of_files_that_a_notebook_looks_at_is_followed(tmp_path):
    listing = code("from pathlib import Path\nreturns = len(list(Path('../returns').iterdir()))")
    project = small(tmp_path, ward=[listing, prose("`{python} returns` returns came in.")])
    (project / "returns").mkdir()
    for number in (1, 2):
        (project / "returns" / f"{number}.csv").write_text("x", encoding="utf-8")
        assert build(project).returncode == 0
        assert f"{number} returns came in." in ward(project)


def begin_again():
    """Have this process take the engine as it is for what it has imported, as a new process does."""
    inputs._imported_environment.cache_clear()


@pytest.fixture
def wording(tmp_path, monkeypatch):
    """A module of the engine that a test may edit."""
    copied = engine(tmp_path / "engine" / "natpatsip")
    monkeypatch.setattr(inputs, "ENGINE", copied)
    monkeypatch.setattr(inputs, "ENGINE_PREFIX", f"{copied}{os.sep}")
    begin_again()
    yield copied / "wording.py"
    begin_again()


def test_a_changed_engine_runs_every_notebook_again(tmp_path, wording):
    project = small(tmp_path / "project", ward=CHATTY)
    assert build(project).returncode == 0
    begin_again()
    assert "unchanged, checked" in build(project).stderr
    wording.write_bytes(wording.read_bytes() + b"\nNEW = 1\n")
    begin_again()
    run = build(project)
    assert run.returncode == 0, run.stderr
    assert "ward: executed in" in run.stderr
    assert "index: executed in" in run.stderr


def test_what_was_made_while_the_engine_was_edited_is_not_saved(tmp_path, wording):
    project, before = small(tmp_path / "project", ward=CHATTY), wording.read_bytes()

    def edits(line):
        if line.startswith("ward: executed in"):
            wording.write_bytes(before + b"\nNEW = 1\n")

    for log in (edits, lambda _: None):
        said = []
        report.build(project, Quarter.parse(Q2), HTML, lambda line, log=log, said=said: said.append(line) or log(line))
        wording.write_bytes(before)
        begin_again()
        assert [line for line in said if line.startswith("ward: executed in")]


def test_an_edit_of_the_look_while_a_build_runs_leaves_nothing_of_it_in_the_cache(tmp_path):
    project = with_look(small(tmp_path))
    page = project / "_extensions" / "natpatsip" / "page.html"
    before = page.read_text(encoding="utf-8")

    def edits(line):
        if line.endswith("notebooks"):
            page.write_text(before.replace("</body>", "<p>Half done</p></body>"), encoding="utf-8")

    for log, is_edited in ((edits, True), (lambda _: None, False)):
        report.build(project, Quarter.parse(Q2), HTML, log)
        assert ("Half done" in ward(project)) == is_edited
        page.write_text(before, encoding="utf-8")


def test_a_pandoc_on_the_path_is_not_taken(tmp_path, monkeypatch):
    other = tmp_path / "pandoc"
    other.write_text("#!/bin/sh\necho pandoc 99.0\n", encoding="utf-8")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PYPANDOC_PANDOC", str(other))
    assert Path(pandoc.pandoc_path.__wrapped__()).parent != tmp_path
