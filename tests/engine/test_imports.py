"""What takes long to import is imported by what needs it alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from support.projects import command, natpatsip, small

BUILDING = (
    *("build", "pipeline.staging.stage", "pipeline.execution.scheduler", "pipeline.drawing.draw_worker"),
    *("pipeline.render.html", "pipeline.render.pdf", "pipeline.render.quarto", "checks.runner", "compare"),
)


def imported(code):
    """Return the modules that a program has imported at its end."""
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()


def test_the_process_that_builds_imports_nothing_that_a_change_of_prose_does_not_need():
    """Typst keeps what it has laid out, and one process builds many quarters."""
    found = imported("\n".join(f"import natpatsip.{name}" for name in BUILDING))
    assert not {"pandas", "altair", "numpy", "typst", "nbconvert", "nbformat"} & set(found)


def test_the_check_of_small_numbers_imports_numpy_where_it_reads_counts_and_never_pandas():
    without = "import sys, natpatsip.checks.small_number\nassert 'numpy' not in sys.modules"
    found = imported(f"{without}\nimport natpatsip.checks.counts_shown")
    assert "numpy" in found
    assert not {"pandas", "altair"} & set(found)


@pytest.mark.parametrize("module", ["natpatsip.charts.palette", "natpatsip.charts.layout.sizes"])
def test_what_is_known_of_charts_without_drawing_imports_no_altair(module):
    assert "altair" not in imported(f"import {module}")


LACKING = """
import asyncio, multiprocessing.connection, os, signal, socket, subprocess, tempfile
import altair, ipykernel, jupyter_client, nbclient, pandas

absent = {
    signal: "SIGUSR1 SIGUSR2 SIGKILL SIGCHLD SIGALRM SIGHUP pthread_sigmask pthread_kill setitimer",
    os: "fork killpg waitid WEXITED WNOHANG WNOWAIT P_ALL pipe2 setsid getpgid geteuid getuid register_at_fork",
    socket: "send_fds recv_fds AF_UNIX",
}
for module, names in absent.items():
    for name in names.split():
        vars(module).pop(name, None)
import papermill
import natpatsip.build, natpatsip.cli, natpatsip.preview
print(papermill.engines.papermill_engines.get_engine("natpatsip").__name__)
"""


def test_all_can_be_imported_without_what_windows_lacks():
    ran = subprocess.run([sys.executable, "-c", LACKING], capture_output=True, text=True, check=False, timeout=60)
    assert ran.stdout == "NatpatsipEngine\n", ran.stderr


def test_a_build_that_finds_nothing_to_do_imports_nothing_that_takes_long(tmp_path):
    project = small(tmp_path / "project")
    arguments = ["build", "--to", "html", "--renderer", "pandoc"]
    assert command(project, *arguments).returncode == 0
    said = natpatsip(project, *arguments, env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}).stderr
    assert "unchanged, checked in" in said
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines() if "import time:" in line}
    assert "hashlib" in names
    assert not {"yaml", "papermill", "nbformat", "pandas", "altair", "lxml"} & names


def test_a_build_that_runs_notebooks_does_not_parse_the_grammar_of_addresses(tmp_path):
    project = small(tmp_path / "project")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # by which tests lack it
    arguments = ["build", "--to", "html", "--renderer", "pandoc"]
    said = natpatsip(project, *arguments, env=environment | {"PYTHONPROFILEIMPORTTIME": "1"}).stderr
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines() if "import time:" in line}
    assert {"papermill", "jsonschema"} <= names
    assert "lark" not in names


def test_a_notebook_that_imports_the_charts_gets_their_theme_and_each_is_the_function_whatever_was_imported_before():
    themed = "import sys\nassert 'natpatsip.charts.theme' in sys.modules"
    twice = "for name in (*charts.__all__, *charts.__all__): assert callable(getattr(charts, name)), name"
    assert "altair" in imported(f"from natpatsip import charts\n{themed}\n{twice}")


FIRST_BUILD = """
from natpatsip.pipeline.execution.prefork import server

def started(*_):
    print(*sys.modules)
    os._exit(0)

server.ForkServer.__init__ = started
"""


def test_a_first_build_starts_what_runs_notebooks_before_it_imports_what_finds_earlier_runs(tmp_path):
    project = small(tmp_path / "project")
    program = f"import os, sys\n{FIRST_BUILD}\nfrom natpatsip.__main__ import main\nmain()"
    command = [sys.executable, "-c", program, "build", "2024-25-Q2", "--to", "html"]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True, timeout=60)
    found = ran.stdout.splitlines()[-1].split()
    assert "natpatsip.build" in found
    assert not {"natpatsip.pipeline.caching.run_cache", "pydantic", "nbformat"} & set(found)
