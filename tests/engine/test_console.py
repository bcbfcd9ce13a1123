"""What commands print is right on any terminal and in any encoding of the system."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

from natpatsip.cli.console import ProgressLog
from natpatsip.release import archived

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
