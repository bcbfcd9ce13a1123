"""SIGKILL at any moment: reports stay whole, the next run is right, and nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile

import pytest
from test_new_quarter import cells_of, files_of, ward

from natpatsip import params
from natpatsip.build import build
from natpatsip.errors import ReportError
from natpatsip.files.digests import sha256_of
from natpatsip.new_quarter import open_quarter
from natpatsip.pipeline.options import Options
from natpatsip.pipeline.workspace import clean
from natpatsip.quarter import Quarter
from natpatsip.release.publication import publication, restore_all
from support.killing import kill, moments
from support.projects import code, prose, small
from support.repositories import AUTHOR, git, repository
from support.waiting import becomes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
Q1, Q2, Q3 = (Quarter(2024, number) for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def _as_the_analyst(monkeypatch):
    for name, value in AUTHOR.items():
        monkeypatch.setenv(name, value)


def ignore(_):
    pass


# --- publication ---


def publish(report, text):
    with publication(report) as folder:
        for name in ("report.docx", "report.pdf", "html/index.html"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        outputs = {name: sha256_of(folder / name) for name in ("report.docx", "report.pdf", "html/index.html")}
        (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}), encoding="utf-8")


def texts_of(report):
    return {path.read_text(encoding="utf-8") for path in report.rglob("*") if path.suffix in (".docx", ".pdf", ".html")}


@pytest.mark.parametrize("is_reviewed", [False, True])
def test_a_killed_publication_leaves_a_whole_report(tmp_path, is_reviewed):
    report = tmp_path / "reports" / str(Q2)

    def reset():
        shutil.rmtree(tmp_path / "reports", ignore_errors=True)
        publish(report, "old")
        if is_reviewed:
            (report / "report.docx").write_text("comments", encoding="utf-8")

    reset()
    number = moments(publish, report, "new", within=tmp_path)
    seen = set()
    for at in range(1, number + 1):
        reset()
        assert kill(publish, report, "new", within=tmp_path, at=at)
        restore_all(tmp_path / "reports")
        assert [each.name for each in (tmp_path / "reports").iterdir()] == [str(Q2)]
        seen |= texts_of(report)
        assert texts_of(report) in ([{"old"}, {"new"}], [{"old", "comments"}, {"new", "comments"}])[is_reviewed]
        publish(report, "next")
        assert texts_of(report) == ({"next", "comments"} if is_reviewed else {"next"})
    assert seen >= {"old", "new"}  # both before and after the exchange


# --- new-quarter ---


def narrative_of(project, quarter):
    """Return the cells of a quarter that a build of it would show: here, or in the commit that it is built from."""
    content = git(project, "show", "HEAD:notebooks/ward.ipynb") if built_from(project, quarter) else None
    cells = {each["id"]: each for each in json.loads(content)["cells"]} if content else cells_of(project)
    return {name for name, cell in cells.items() if str(quarter) in cell["metadata"].get("tags", [])}


def built_from(project, quarter):
    return params.load(quarter, project=project).built_from


def reopened(project):
    """Open the quarter again, and return why it was refused if it was."""
    try:
        open_quarter(project, Q3)
    except ReportError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("in_git", [True, False])
def test_a_killed_new_quarter_loses_nothing_and_is_never_half_open_in_silence(tmp_path, in_git):
    original = ward(tmp_path / "original")
    if in_git:
        repository(original)
    files = set(files_of(original))
    before = {quarter: narrative_of(original, quarter) for quarter in (Q1, Q2)}
    assert all(before.values())
    shutil.copytree(original, tmp_path / "whole")
    number = moments(open_quarter, tmp_path / "whole", Q3, within=tmp_path)
    opened = files_of(tmp_path / "whole")
    outcomes = set()
    for at in range(1, number + 1):
        project = tmp_path / f"killed-{at}"
        shutil.copytree(original, project)
        assert kill(open_quarter, project, Q3, within=tmp_path, at=at)
        left = files_of(project)
        assert set(left) <= files | {f"params/{Q3}.yml"}
        for quarter in (Q1, Q2):
            assert narrative_of(project, quarter) == before[quarter]
        if f"params/{Q3}.yml" in left:
            assert left == opened  # it comes last: a quarter that is open is open as a whole
            outcomes.add("open")
            continue
        refusal = reopened(project)
        if refusal:
            assert "not committed" in refusal or f"tagged {Q3}, which is not open yet" in refusal
            outcomes.add("refused")
        else:
            assert files_of(project) == opened
            assert not list((project / "build" / "new-quarter").glob("[!.]*"))
            outcomes.add("again")
        shutil.rmtree(project)
    assert outcomes == {"open", "refused", "again"}


# --- clean ---


def test_a_killed_clean_leaves_reports_and_a_folder_that_the_next_removes(tmp_path):
    def reset():
        for name in (f"build/{Q2}/.lock", f"build/{Q2}/book/index.md", "build/cache/runs/ab/cd", f"reports/{Q2}/r.pdf"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("content", encoding="utf-8")

    reset()
    number = moments(clean, tmp_path, within=tmp_path)
    for at in range(1, number + 1):
        reset()
        assert kill(clean, tmp_path, within=tmp_path, at=at)
        clean(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["reports"]
        assert (tmp_path / "reports" / str(Q2) / "r.pdf").read_text(encoding="utf-8") == "content"


# --- whole builds ---

MOMENTS = 9  # of each kind of build, spread evenly over those at which it changes a file
HTML = Options(formats=("html",), renderer="pandoc", jobs=1)
SHOWN = """\
import altair as alt, pandas as pd
bars = pd.DataFrame({"team": ["North", "South"], "beds": [3, 4]})
figure("fig-beds", alt.Chart(bars).mark_bar().encode(x="beds:Q", y="team:N"), title="North has fewer beds",
       description="Beds by team", caption="All teams.", data=bars)
table(bars, caption="Beds")"""


def is_whole(report):
    """Return True if a report has exactly the files that its manifest lists."""
    outputs = json.loads((report / "manifest.json").read_bytes())["outputs"]
    there = {path.relative_to(report).as_posix(): sha256_of(path) for path in report.rglob("*") if path.is_file()}
    there.pop("manifest.json")
    return there == outputs


def beds(report):
    page = (report / "html" / "ward.html").read_text(encoding="utf-8")
    return next(number for number in range(100) if f"The ward has {number} beds." in page)


def with_beds(project, number):
    notebook = project / "notebooks" / "ward.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][-1]["source"] = f"## Progress\n\nThe ward has {number} beds."
    notebook.write_text(json.dumps(content), encoding="utf-8")


def left_behind(project, before):
    """Return files and folders that are not sources and not in ``build/``, except reports."""
    names = {path.relative_to(project).as_posix() for path in project.iterdir() if path.name != "build"}
    hidden = {path.name for path in (project / "reports").iterdir() if path.name.startswith(".")}
    return (names - before) | hidden


@pytest.mark.end_to_end
def test_a_killed_build_leaves_a_whole_report_and_the_next_is_right(tmp_path):
    project, report = small(tmp_path), tmp_path / "reports" / str(Q2)
    for number in (0, 1):  # in the first, two notebooks of the same code save the same run, one after the other
        with_beds(project, number)
        build(project, Q2, HTML, ignore)
    sources = {path.name for path in project.iterdir()}
    with_beds(project, 2)
    number = moments(build, project, Q2, HTML, ignore, within=project)
    seen = set()
    for place in range(MOMENTS):
        with_beds(project, 3 + place)
        previous = beds(report)
        assert kill(build, project, Q2, HTML, ignore, within=project, at=1 + place * (number - 1) // (MOMENTS - 1))
        assert is_whole(report)
        assert beds(report) in (previous, 3 + place)
        seen.add(beds(report) == previous)
        if place % 2:  # else the next one is killed, too
            build(project, Q2, HTML, ignore)
            assert (is_whole(report), beds(report)) == (True, 3 + place)
            assert left_behind(project, sources) == set()
    assert seen == {True, False}


def build_with_temporary_folder(project, folder, options):
    tempfile.tempdir = str(folder)
    os.environ["TMPDIR"] = str(folder)
    build(project, Q2, options, ignore)


@pytest.mark.end_to_end
def test_a_build_has_nothing_in_the_folder_for_temporary_files_that_a_kill_could_leave(tmp_path):
    project, temporary = small(tmp_path / "project", ward=[prose("## Progress"), code(SHOWN)]), tmp_path / "temporary"
    temporary.mkdir()
    every = Options(formats=("html", "pdf", "docx"), renderer="pandoc", jobs=1)
    # What has no name ends with its process. A pandoc's empty file is removed by the build, and by pandoc as it ends.
    number = moments(build_with_temporary_folder, project, temporary, every, within=f"{temporary}{os.sep}")
    assert (project / "reports" / str(Q2) / "report.docx").is_file()
    for at in range(1, number + 1):
        shutil.rmtree(project / "build", ignore_errors=True)
        assert kill(build_with_temporary_folder, project, temporary, every, within=f"{temporary}{os.sep}", at=at)
        assert becomes(lambda: not [path for path in temporary.iterdir() if path.name[0] != "."])
