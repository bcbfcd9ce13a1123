"""What commands print is right on any terminal and in any encoding of the system."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys

import click
import pytest
from rich.console import Console

from natpatsip.cli.console import ProgressLog, TimedLines
from natpatsip.pipeline.workspace import try_locked
from natpatsip.release import archived
from support.projects import natpatsip, small

WINDOWS = {"PYTHONIOENCODING": "cp1252"}  # what Windows writes into files and pipes
SAY = "from natpatsip import cli\nfrom natpatsip.cli.console import say\ncli.app = lambda: say('\u22121 ✓')\ncli.main()"
TELL = "import sys\nsys.stderr.write('2026-01-31 06:30:00 \u22121 ✓\\n')"


@pytest.mark.parametrize("line", ["value = frame[column]", "re.split('[/-]', text)", "[green]x", ":warning: at 06:30"])
def test_code_in_a_line_is_told_on_a_terminal_as_it_is_written(line):
    log, screen = ProgressLog(), io.StringIO()
    log._console, log._is_terminal = Console(file=screen, force_terminal=True, color_system=None), True
    log(line)
    assert screen.getvalue() == f"✓ {line}\n"


def test_results_are_utf_8_whatever_the_systems_encoding_is():
    run = subprocess.run([sys.executable, "-c", SAY], env=os.environ | WINDOWS, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.decode("utf-8").strip() == "\u22121 ✓"


def test_what_a_build_from_git_tells_is_passed_on_whatever_the_systems_encoding_is(tmp_path):
    told = []
    assert archived._run([sys.executable, "-c", TELL], tmp_path, dict(os.environ | WINDOWS), told.append) is None
    assert told == ["\u22121 ✓"]


TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "


def lines_of(run):
    return (run.stdout + run.stderr).splitlines()


@pytest.mark.parametrize(
    ("before", "arguments", "status", "words"),
    [
        (lambda project: shutil.rmtree(project / "params"), ["2024-25-Q2"], 2, "does not exist"),
        (lambda project: None, ["2024-25-Q9"], 2, "2024-25-Q9"),
        (lambda project: (project / "reports/2024-25-Q2").mkdir(parents=True), ["--renderer", "x"], 2, "--renderer"),
        (lambda project: (project / "params/2024-25-Q2.yml").write_text("a: [1"), ["2024-25-Q2"], 2, "2024-25-Q2.yml"),
        (lambda project: [each.unlink() for each in project.glob("params/*")], [], 0, "nothing due"),
        (lambda project: (project / "_quarto.yml").unlink(), [], 2, "no _quarto.yml"),
        (lambda project: None, ["--help"], 0, "Usage: "),
        (lambda project: None, ["--too", "html"], 2, "No such option"),
    ],
)
def test_every_line_of_a_scheduled_run_has_its_time(tmp_path, before, arguments, status, words):
    project = small(tmp_path)
    before(project)
    run = natpatsip(project, "build", "--due", *arguments)
    assert run.returncode == status, run.stderr
    assert all(re.match(TIME, line) for line in lines_of(run)), lines_of(run)
    assert any(words in line for line in lines_of(run)), lines_of(run)


def test_a_scheduled_run_beside_another_is_skipped_and_says_so_with_the_time(tmp_path):
    project = small(tmp_path)
    with try_locked(project / "build" / "schedule"):
        run = natpatsip(project, "build", "--due")
    assert run.returncode == 0
    first, last = lines_of(run)
    assert re.fullmatch(TIME + "skipped: another scheduled run has not ended yet", first)
    assert re.match(TIME + "The run took", last)


@pytest.mark.parametrize("message", ["one\ntwo", "", "one"])
def test_click_writes_to_a_stream_with_times_as_to_any_other(message):
    plain, written = io.StringIO(), io.StringIO()
    click.echo(message, file=TimedLines(written))
    click.echo(message, file=plain)
    assert re.sub(TIME, "", written.getvalue()) == plain.getvalue()
    assert written.getvalue().count("\n") == len(re.findall(TIME, written.getvalue()))


def test_lines_that_are_written_in_pieces_have_one_time():
    written = io.StringIO()
    stream = TimedLines(written)
    for piece in ("one ", "line\n", "", "two\nthree", "\n"):
        stream.write(piece)
    assert re.fullmatch(f"{TIME}one line\n{TIME}two\n{TIME}three\n", written.getvalue())
