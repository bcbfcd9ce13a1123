"""A plain build is read before the command line is imported; all else is left to that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from natpatsip.cli.plain_build import understood
from natpatsip.pipeline.options import FORMATS, Options
from support.projects import NATPATSIP, command, edit_cell, natpatsip, prose, small

Q2 = "2024-25-Q2"
HTML = ("build", Q2, "--to", "html", "--renderer", "pandoc")
FULL = Path("/dev/full")
UNBUFFERED = [NATPATSIP[0], "-u", *NATPATSIP[1:]]
LOOK = "import sys, natpatsip.cli; natpatsip.cli.main(); print(*sorted({} & sys.modules.keys()))"


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], Options()),
        (["--to", "pdf,html"], Options(formats=("html", "pdf"))),
        (["--renderer", "pandoc", "--jobs", "3"], Options(renderer="pandoc", jobs=3)),
    ],
)
def test_a_plain_build_is_understood_as_the_command_line_understands_it(words, options):
    quarter, found = understood(["build", *words, Q2])
    assert (str(quarter), found) == (Q2, options)
    assert understood(["build", Q2, *words]) == (quarter, found)


@pytest.mark.parametrize(
    "words",
    [
        *(["build"], ["check", Q2], ["build", Q2, "2024-25-Q1"], ["build", "2024-25-Q9"], ["build", Q2, "--fresh"]),
        *(["build", Q2, "--final"], ["build", Q2, "--all"], ["build", Q2, "--due"], ["build", Q2, "--help"]),
        *(["build", Q2, "--to"], ["build", Q2, "--to", ""], ["build", Q2, "--to", "html,"], ["build", Q2, "--to=html"]),
        *(["build", Q2, "--jobs", "0"], ["build", Q2, "--jobs", "-1"], ["build", Q2, "--jobs", "two"]),
        *(["build", Q2, "--jobs", "9" * 5000],),
        *(["build", Q2, "--to", "html", "--to", "pdf"], ["build", Q2, "--renderer", "latex"], ["--help"], []),
        *(["build", Q2, "--output", "--fresh"], ["build", Q2, "--output"], ["build", "--", Q2]),
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_anything_else_is_left_to_the_command_line(words):
    assert understood(words) is None


def test_both_say_the_same_of_a_report_that_is_up_to_date(tmp_path):
    project = small(tmp_path, ward=[prose("Twelve beds.")])
    assert command(project, *HTML).returncode == 0
    declared = command(project, *HTML)
    early = natpatsip(project, *HTML)
    assert early.stdout == declared.stdout
    assert "unchanged, checked in" in early.stderr
    assert looked(project, {"typer", "pydantic", "rich"}).stdout == early.stdout + "\n"  # none of them was imported


def looked(project, modules):
    """Return what a plain build prints, with those of some modules that it has imported in the last line."""
    program = [sys.executable, "-c", LOOK.format(modules), *HTML]
    return subprocess.run(program, cwd=project, capture_output=True, text=True, check=True)


def test_what_has_changed_is_built_without_typer_too_and_says_the_same(tmp_path):
    project = small(tmp_path, ward=[prose("Twelve beds.")])
    declared = command(project, *HTML)
    assert declared.returncode == 0
    edit_cell(project / "notebooks" / "ward.ipynb", "prose", "Twelve", "Some")
    run = looked(project, {"typer", "rich"})
    assert run.stdout == declared.stdout + "\n"
    assert "rendered html" in run.stderr
    assert "Some beds" in (project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")


def test_a_fault_is_said_in_a_sentence(tmp_path):
    project = small(tmp_path)
    (project / "reports" / Q2).mkdir(parents=True)
    (project / "reports" / Q2 / "manifest.json").write_text('{"status": "final"}', encoding="utf-8")
    run = natpatsip(project, *HTML)
    assert run.returncode == 1
    assert run.stderr.startswith("natpatsip: ")
    assert "Traceback" not in run.stderr


def test_its_formats_are_those_of_the_command_line():
    assert understood(["build", Q2])[1].formats == FORMATS


STOPPED = """
import os, signal
from natpatsip.pipeline.caching import up_to_date
from natpatsip.__main__ import main

def stop(*_):
    {stop}
    for turn in range(1000):
        pass

up_to_date._files = stop
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows a program cannot send itself Ctrl-C")
@pytest.mark.parametrize(
    ("stop", "status", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGINT)", 130, "natpatsip: stopped\n"),
        ("raise OSError(28, 'No space left on device', 'a.pdf')", 1, "natpatsip: a.pdf: No space left on device. "),
    ],
)
def test_what_stops_it_is_a_sentence_and_an_exit_status(tmp_path, stop, status, said):
    project = small(tmp_path)
    assert command(project, *HTML).returncode == 0
    program = [sys.executable, "-c", STOPPED.format(stop=stop)]
    run = subprocess.run([*program, *HTML], cwd=project, capture_output=True, text=True, check=False)
    assert run.returncode == status
    assert run.stderr.startswith(said)
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_a_result_that_cannot_be_printed_is_said_in_a_sentence(tmp_path):
    project = small(tmp_path)
    assert command(project, *HTML).returncode == 0
    with FULL.open("w") as full:
        run = subprocess.run([*UNBUFFERED, *HTML], cwd=project, stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("natpatsip: No space left on device. ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipe that nobody reads")
def test_a_reader_that_has_gone_ends_it_without_a_traceback(tmp_path):
    project = small(tmp_path)
    reads, writes = os.pipe()
    os.close(reads)
    run = subprocess.run([*UNBUFFERED, *HTML], cwd=project, stdout=writes, stderr=subprocess.PIPE, text=True)
    os.close(writes)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "published in" in run.stderr


EXIT = "import atexit, gc, natpatsip.cli; atexit.register(lambda: print(gc.get_freeze_count())); natpatsip.cli.main()"


def test_no_command_ends_with_a_last_look_for_garbage(tmp_path):
    """Python looks through all objects several times as it exits, which takes a twelfth of a build."""
    program = [sys.executable, "-c", EXIT]
    for words in (["--help"], ["build", Q2], ["check", "no quarter"]):
        run = subprocess.run([*program, *words], cwd=tmp_path, capture_output=True, text=True)
        assert int(run.stdout.splitlines()[-1]) > 1000, words


def test_what_a_killed_build_left_beside_a_report_elsewhere_is_left_to_the_command_line(tmp_path):
    project, elsewhere = small(tmp_path / "project"), tmp_path / "elsewhere"
    words = (*HTML, "--output", str(elsewhere))
    assert natpatsip(project, *words).returncode == 0  # another process may have another environment
    left = elsewhere / f".{Q2}.abandond"
    left.mkdir()
    assert "unchanged, checked in" in natpatsip(project, *words).stderr
    assert not left.exists()
