"""What a notebook's process reports of what it reads: all that its result depends on, or that nobody can tell."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

LISTENING = """\
import os, sys
{before}
from natpatsip.pipeline.caching.tracing import tracer
tracer.begin()
{deed}
print(tracer.report(sys.argv[1]))
"""


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "python" / "src" / "app"
    folder.mkdir(parents=True)
    (folder / "beds.xml").write_text("<beds>3</beds>", encoding="utf-8")
    return folder


@pytest.fixture
def elsewhere(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "beds.txt").write_text("3", encoding="utf-8")
    return folder


def traced(project, deed, *, before="", **options):
    """Return what a process in the project reports of an action."""
    script = LISTENING.format(before=textwrap.dedent(before), deed=textwrap.dedent(deed))
    command = [sys.executable, "-c", script, str(project)]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True, **options)
    return json.loads(run.stdout.splitlines()[-1])


ROOMS = {  # where Python and its packages are, as an environment says it
    "the system's Python above it": "sys.base_prefix = os.path.abspath('../..')",
    "an environment made in its folder": "sys.prefix = os.getcwd()",
    "an environment above it": "sys.prefix = os.path.abspath('..')",
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_file_of_the_project_is_followed_wherever_python_is(project, room):
    reads = traced(project, "open('beds.xml').read(); os.listdir('.')", before=ROOMS[room])
    assert "beds.xml" in reads["read"]
    assert "." in reads["listed"]


def test_an_environment_inside_the_project_is_not_followed(project):
    (project / ".venv").mkdir()
    (project / ".venv" / "pyvenv.cfg").write_text("", encoding="utf-8")
    reads = traced(project, "open('.venv/pyvenv.cfg').read()", before="sys.prefix = os.path.abspath('.venv')")
    assert ".venv/pyvenv.cfg" not in reads["read"]
    assert reads["untracked"] == []


POOL = """
import multiprocessing
with multiprocessing.get_context({method!r}).Pool(1) as pool:
    pool.map(abs, [3])
"""


@pytest.mark.parametrize(
    "method",
    ["spawn", pytest.param("forkserver", marks=pytest.mark.skipif(sys.platform == "win32", reason="POSIX alone"))],
)
def test_what_a_process_of_its_own_reads_is_unknown(project, method):
    reads = traced(project, POOL.format(method=method))
    assert any(method in each or "program" in each for each in reads["untracked"])


def test_what_a_compiled_library_reads_is_unknown(project):
    assert traced(project, "from lxml import etree; etree.parse('beds.xml')")["untracked"] == ["imports lxml.etree"]


def test_a_compiled_library_that_reads_through_python_is_not_counted(project):
    (project / "openpyxl.py").write_text("from lxml import etree", encoding="utf-8")
    assert traced(project, "import openpyxl")["untracked"] == []


@pytest.mark.parametrize(("name", "untracked"), [("other", []), ("etree", ["imports lxml.etree"])])
def test_a_library_that_was_there_before_counts_where_the_notebook_names_it(project, name, untracked):
    before = f"""
        from types import SimpleNamespace
        from lxml import etree
        from natpatsip import context
        other = os
        context.shell = lambda: SimpleNamespace(user_ns={{"it": {name}}})
    """
    assert traced(project, "", before=before)["untracked"] == untracked


DEEDS = {
    "read": "open(beds).read()",
    "listed": "os.listdir(os.path.dirname(beds))",
    "read and then written": "number = int(open(beds).read()); open(beds, 'w').write(str(number + 1))",
    "opened for both": "open(beds, 'r+').read()",
    "added to and then read": "open(beds, 'a').write('0'); open(beds).read()",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_outside_the_project_is_unknown(project, elsewhere, deed):
    (reason,) = traced(project, f"beds = {str(elsewhere / 'beds.txt')!r}\n{DEEDS[deed]}")["untracked"]
    assert reason.endswith("which is outside the project")


@pytest.mark.parametrize("mode", ["w", "w+", "x"])
def test_what_a_notebook_has_written_itself_outside_the_project_is_known(project, elsewhere, mode):
    made = str(elsewhere / "made.txt")
    assert traced(project, f"open({made!r}, {mode!r}).write('3'); open({made!r}).read()")["untracked"] == []


def test_a_folder_where_modules_are_looked_for_is_not_counted(project, elsewhere):
    reads = traced(project, f"sys.path.insert(0, {str(elsewhere)!r})\nimport colorsys")
    assert reads["untracked"] == []
