"""A report that is up to date is told before the command line is imported; all else is left to that."""

from __future__ import annotations

import subprocess
import sys

import pytest

from natpatsip.cli.unchanged import understood
from natpatsip.pipeline.options import FORMATS, Options
from support.projects import command, edit_cell, natpatsip, prose, small

Q2 = "2024-25-Q2"
HTML = ("build", Q2, "--to", "html", "--renderer", "pandoc")
SLOW = {"typer", "pydantic", "rich"}
LOOK = f"import sys, natpatsip.cli; natpatsip.cli.main(); print(*sorted({SLOW} & sys.modules.keys()))"


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
        *(["build", Q2, "--to", "html", "--to", "pdf"], ["build", Q2, "--renderer", "latex"], ["--help"], []),
        *(["build", Q2, "--output", "--fresh"], ["build", Q2, "--output"], ["build", "--", Q2]),
    ],
    ids=" ".join,
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
    run = subprocess.run([sys.executable, "-c", LOOK, *HTML], cwd=project, capture_output=True, text=True, check=True)
    assert run.stdout == early.stdout + "\n"  # neither Typer, Pydantic nor Rich was imported


def test_what_has_changed_is_built(tmp_path):
    project = small(tmp_path, ward=[prose("Twelve beds.")])
    assert command(project, *HTML).returncode == 0
    edit_cell(project / "notebooks" / "ward.ipynb", "prose", "Twelve", "Some")
    run = natpatsip(project, *HTML)
    assert "rendered html" in run.stderr
    assert "Some beds" in (project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")


def test_a_fault_is_said_by_the_command_line(tmp_path):
    project = small(tmp_path)
    (project / "reports" / Q2).mkdir(parents=True)
    (project / "reports" / Q2 / "manifest.json").write_text('{"status": "final"}', encoding="utf-8")
    run = natpatsip(project, *HTML)
    assert run.returncode == 1
    assert run.stderr.startswith("natpatsip: ")
    assert "Traceback" not in run.stderr


def test_its_formats_are_those_of_the_command_line():
    assert understood(["build", Q2])[1].formats == FORMATS
