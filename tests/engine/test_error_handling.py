"""Errors of the machine become a sentence; faults of the program keep their traceback; Ctrl-C leaves nothing."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from natpatsip import cli
from natpatsip.errors import of_the_machine
from natpatsip.pipeline.execution import kernels as notebook_kernels
from support.projects import NATPATSIP, code, small
from support.waiting import becomes

LONG = "import time\ntime.sleep(600)"
STOPPED = (130, -signal.SIGINT)  # a shell shows 130 for both; Python ends by the signal where it hit some imports


def test_files_that_could_not_be_copied_are_told_by_the_first():
    full = f"[Errno {errno.ENOSPC}] {os.strerror(errno.ENOSPC)}: 'a' -> 'build/a'"
    said = of_the_machine(shutil.Error([("a", "build/a", full), ("b", "build/b", full)]))
    assert said.startswith(f"build/a: {os.strerror(errno.ENOSPC)}. Free some space")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "full", "build/x"), f"natpatsip: build/x: {os.strerror(errno.ENOSPC)}. Free some space"),
        (
            PermissionError(errno.EACCES, "no", "reports"),
            f"natpatsip: reports: {os.strerror(errno.EACCES)}. Check the perm",
        ),
    ],
)
def test_an_error_of_the_machine_ends_with_a_sentence_and_status_1(monkeypatch, capsys, error, told):
    monkeypatch.setattr(cli, "app", _raising(error))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert told in capsys.readouterr().err


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr(cli, "app", _raising(FileNotFoundError(errno.ENOENT, "none", "x")))
    with pytest.raises(FileNotFoundError):
        cli.main()


BEGINNING = "from pathlib import Path; from natpatsip.__main__ import main; Path('begun').touch(); main()"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to interrupt")
@pytest.mark.parametrize(
    ("kernels", "until", "after"),
    [("warm", "begun", 0.3), ("warm", "begun", 1.0), ("warm", "asleep", 0.1), ("stock", "asleep", 0.1)],
)
def test_ctrl_c_stops_a_build_with_a_word_and_leaves_no_report(tmp_path, kernels, until, after):
    project = small(tmp_path, ward=[code(f"open('../asleep', 'w').close()\n{LONG}", id="long")])
    log = tmp_path / "said.log"
    with log.open("wb") as told:
        build = subprocess.Popen(
            [sys.executable, "-c", BEGINNING, "build", "2024-25-Q2"],
            cwd=project,
            env=os.environ | {"NATPATSIP_KERNELS": kernels},
            stderr=told,
            start_new_session=True,
        )
    assert becomes((project / until).exists)
    time.sleep(after)
    os.killpg(build.pid, signal.SIGINT)
    assert build.wait(60) in STOPPED
    said = log.read_text(encoding="utf-8")
    assert said.splitlines()[-1] == "natpatsip: stopped"
    assert "Traceback" not in said
    assert not (project / "reports" / "2024-25-Q2").exists()


INTERRUPTED = """
import os, signal, sys, time
from pathlib import Path

import papermill
from natpatsip.pipeline.execution import prefork
from natpatsip.pipeline.execution import scheduler as execute
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter

begin = execute.run

def interrupted(plan, notebook, *given, **named):
    if notebook.name == "ward":
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(lead)
    return begin(plan, notebook, *given, **named)

execute.run = interrupted
plan = Plan.of(Path.cwd(), Quarter.parse("2024-25-Q2"))
for case in sys.argv[1:]:
    which, lead = case.split()[0], float(case.split()[1])
    said = []
    try:
        execute.execute(plan, jobs=2, log=said.append, kernels=which)
    except KeyboardInterrupt:
        said.append("stopped")
    print(f"{case}: {'; '.join(line for line in said if 'ward' in line or line == 'stopped')}")
    prefork.stop()  # each case begins as a build does
"""


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows a program cannot send itself Ctrl-C")
def test_ctrl_c_ends_notebooks_that_are_only_about_to_start(tmp_path):
    project = small(tmp_path, ward=[code(LONG, id="long")])
    cases = [f"{which} {lead}" for which in notebook_kernels.ENGINES for lead in (0, 0.5)]
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *cases], cwd=project, capture_output=True, text=True, timeout=120
    )
    assert ran.stdout.splitlines() == [f"{case}: stopped" for case in cases], ran.stderr
    assert ran.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups to interrupt")
def test_ctrl_c_ends_a_kernel_that_is_long_in_starting(tmp_path):
    slow = tmp_path / "ipython" / "profile_default" / "startup"
    slow.mkdir(parents=True)
    (slow / "slow.py").write_text(f"open({str(tmp_path / 'begun')!r}, 'w').close()\n{LONG}\n", encoding="utf-8")
    build = subprocess.Popen(
        [*NATPATSIP, "build", "2024-25-Q2"],
        cwd=small(tmp_path / "project"),
        env=os.environ | {"NATPATSIP_KERNELS": "stock", "IPYTHONDIR": str(tmp_path / "ipython")},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert becomes((tmp_path / "begun").exists)
    start = time.monotonic()
    os.killpg(build.pid, signal.SIGINT)
    assert build.wait(60) in STOPPED
    assert time.monotonic() - start < 30  # a kernel is given 60 s to start


def _raising(error):
    def app():
        raise error

    return app
