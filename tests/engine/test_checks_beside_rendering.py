"""A draft's notebooks are checked while the formats are written, and what stops either is reported of both."""

from __future__ import annotations

import threading

import pytest

from natpatsip import checks
from natpatsip.errors import DataError, RenderError
from natpatsip.pipeline import render
from natpatsip.pipeline.render.renderer import Renderer
from support.projects import command, prose, small
from support.staged import TIMESTAMP, stage

Q2 = "2024-25-Q2"
BUILD = ("build", Q2, "--to", "html", "--renderer", "pandoc")
LIMIT = 30  # seconds for two threads to meet


def meeting(work, barrier):
    """Return work that begins when the other does."""

    def done(*arguments):
        barrier.wait(LIMIT)
        return work(*arguments)

    return done


def stopped(error):
    def fail(*_):
        raise error

    return fail


def test_a_draft_is_checked_while_its_formats_are_written(tmp_path, monkeypatch):
    barrier = threading.Barrier(2)
    monkeypatch.setattr(render, "_write", meeting(render._write, barrier))
    monkeypatch.setattr(checks, "run", meeting(checks.run, barrier))
    run = command(small(tmp_path / "project", ward=[prose("There are 12 beds.")]), *BUILD)
    assert run.returncode == 0, run.stderr
    lines = [each for each in run.stderr.splitlines() if "rendered" in each or "checked:" in each]
    assert "rendered html" in lines[0]
    assert "typed-number 1" in lines[1]


def test_quarto_is_run_by_the_main_thread_which_ctrl_c_reaches(tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(render, "_write", lambda *_: order.append(threading.current_thread()))
    quarto = Renderer("quarto", "quarto", (1, 9))
    render.render(
        stage(tmp_path / "staged"),
        tmp_path / "made",
        ["html"],
        renderer=quarto,
        timestamp=TIMESTAMP,
        meanwhile=lambda: order.append("checked"),
    )
    assert order == ["checked", threading.main_thread()]


def test_a_fault_of_the_writer_is_not_lost_beside_one_of_the_checks():
    with pytest.raises(OSError, match="disk is full") as caught:
        render._both(stopped(OSError("disk is full")), stopped(DataError("row 2: found nothing.")))
    assert "row 2" in str(caught.value.__cause__)


@pytest.mark.parametrize(("is_checked", "is_written"), [(False, True), (True, False), (False, False)])
def test_what_stops_checks_or_formats_stops_the_build_and_all_of_it_is_reported(
    tmp_path, monkeypatch, is_checked, is_written
):
    project = small(tmp_path / "project")
    assert command(project, *BUILD).returncode == 0
    page = project / "reports" / Q2 / "html" / "ward.html"
    before = page.stat().st_mtime_ns, page.read_bytes()
    if not is_checked:
        monkeypatch.setattr(checks, "run", stopped(DataError("relations.csv, row 2: found nothing.")))
    if not is_written:
        monkeypatch.setattr(render, "_write", stopped(RenderError("report.pdf: Typst stopped.")))
    run = command(project, *BUILD, "--fresh")
    assert run.returncode == 1
    assert ("row 2: found nothing." in run.stderr) is not is_checked
    assert ("Typst stopped." in run.stderr) is not is_written
    assert (page.stat().st_mtime_ns, page.read_bytes()) == before
    assert not list((project / "reports").glob(".*"))
