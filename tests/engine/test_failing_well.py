"""Machines and programs that fail in a build: it ends with a sentence, and leaves the report that was there."""

from __future__ import annotations

import copy
import errno
import json
import os
import shutil
import subprocess
import time
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import pytest

from natpatsip import cli
from natpatsip.errors import NotebookError, RenderError, ReportError
from natpatsip.pipeline.execution import notebook_run
from natpatsip.pipeline.execution.dask_cluster import Cluster
from natpatsip.pipeline.execution.dask_worker import TaskResult
from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.render import pandoc, pandoc_tasks, program, renderer
from natpatsip.pipeline.render.program import run_program
from natpatsip.quarter import Quarter
from natpatsip.release import publication
from support.projects import NATPATSIP, code, command, edit, natpatsip, prose, small

Q2 = "2024-25-Q2"
posix = pytest.mark.skipif(os.name != "posix", reason="signals and scripts of POSIX")
KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
HUNGRY = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))\nrows = bytearray(2**36)"


def build(project, *arguments):
    return command(project, "build", Q2, "--to", "html", "--renderer", "pandoc", *arguments)


# --- memory ---


@posix
@pytest.mark.parametrize("kernels", ["warm", "stock"])
def test_a_notebook_that_the_system_kills_is_named_and_the_others_run(tmp_path, monkeypatch, kernels):
    monkeypatch.setenv("NATPATSIP_KERNELS", kernels)
    project = small(tmp_path, ward=[code(KILLED, id="killed")])
    runs = command if kernels == "warm" else natpatsip  # jupyter_client leaves sockets of a dead kernel to its process
    run = runs(project, "build", Q2, "--due", "--to", "html", "--renderer", "pandoc")
    assert run.returncode == 1
    assert "notebooks/ward.ipynb, cell 4 (id killed)" in run.stdout
    assert "DeadKernelError: the notebook's process was ended by SIGKILL, as when memory runs out" in run.stdout
    assert "index: executed in" in run.stderr


@posix
def test_a_cell_that_asks_for_more_memory_than_there_is_is_named(tmp_path):
    run = build(small(tmp_path, ward=[code(HUNGRY, id="hungry")]), "--due")
    assert run.returncode == 1
    assert "    MemoryError\n" in run.stdout
    assert "    | rows = bytearray(2**36)" in run.stdout


# --- disks ---

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "there")


def full(*_, **__):
    raise FULL


@pytest.mark.parametrize(
    ("where", "name"),
    [(notebook_run, "_copy_of"), (publication, "copy_files"), (publication, "_swap"), (pandoc_tasks, "_run")],
    ids=["executing", "copying", "publishing", "rendering"],
)
def test_a_full_disk_is_said_with_what_to_do_and_the_report_stays(tmp_path, monkeypatch, where, name):
    project = small(tmp_path, ward=[prose("There are `{python} 6 * 2` beds.")])
    assert build(project).returncode == 0
    manifest = project / "reports" / Q2 / "manifest.json"
    before = manifest.read_bytes()
    (project / "build" / "2024-25-Q2").rename(project / "build" / "elsewhere")
    notebook = project / "notebooks" / "ward.ipynb"
    notebook.write_text(notebook.read_text("utf-8").replace("6 * 2", "6 * 3"), encoding="utf-8")
    monkeypatch.setattr(where, name, full)
    run = build(project, "--due")
    assert run.returncode == 1
    assert f"there: {os.strerror(errno.ENOSPC)}. Free some space" in run.stdout
    assert f"the earlier one is unchanged: reports/{Q2}" in run.stdout
    assert manifest.read_bytes() == before
    assert not list((project / "reports").glob(".*"))


@posix
def test_a_limit_on_the_size_of_files_is_said(tmp_path):
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    run = natpatsip(small(tmp_path), "build", Q2, "--due", "--to", "html", preexec_fn=limit)
    assert run.returncode == 1
    assert "File too large. Raise the limit on the size of files (ulimit -f)" in run.stdout
    assert "Traceback" not in run.stderr


READ_ONLY = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'


@posix
def test_a_read_only_project_is_said_and_the_summary_is_posted(tmp_path):
    project = small(tmp_path / "project")
    posted = tmp_path / "posted"
    if shutil.which("unshare") is None or subprocess.run([*READ_ONLY, MOUNT, "sh", project]).returncode:
        pytest.skip("a read-only folder needs a namespace of Linux, which this system does not give")
    script = f'{MOUNT} && cd "$1" && shift && "$@"'
    arguments = ("build", Q2, "--due", "--notify", f"cat > '{posted}'")
    run = subprocess.run([*READ_ONLY, script, "sh", project, *NATPATSIP, *arguments], capture_output=True, text=True)
    assert run.returncode == 1
    assert "Read-only file system. Work in a copy of the project that can be written to." in run.stderr
    assert "Traceback" not in run.stderr
    assert posted.read_text("utf-8").startswith("stopped before its end\nnote: the log cannot be written: Read-only")


# --- the environment ---


@posix
@pytest.mark.parametrize("home", [{}, {"HOME": "/proc/none", "TMPDIR": "/proc/none"}], ids=["none", "not writable"])
def test_a_build_needs_neither_a_home_nor_a_temporary_folder_of_its_own(tmp_path, home):
    project = small(tmp_path, index=[prose("There are `{python} 6 * 2` beds.")])
    edit(project / "_quarto.yml", ", ward.qmd", "")  # a stock kernel for one notebook is enough
    (project / "notebooks" / "ward.ipynb").unlink()
    environment = {"PATH": os.defpath, "NATPATSIP_KERNELS": "stock"} | home
    run = natpatsip(project, "build", Q2, "--to", "html,pdf", "--renderer", "pandoc", env=environment)
    assert run.returncode == 0, run.stderr
    assert (project / "reports" / Q2 / "report.pdf").is_file()


@posix
def test_a_user_who_is_known_by_number_alone_has_a_home(monkeypatch):
    def unknown(number):
        raise KeyError(number)

    monkeypatch.setenv("HOME", "/home/of-mine")
    cli.give_a_home()
    assert os.environ["HOME"] == "/home/of-mine"
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)
    cli.give_a_home()
    assert Path(os.environ["HOME"]).is_dir()


def test_a_clock_that_is_set_back_changes_no_report(tmp_path, monkeypatch):
    project = small(tmp_path)
    assert build(project).returncode == 0
    early = time.time() - 10 * 365 * 24 * 3600
    for file in project.rglob("*"):
        if file.is_file() and file.parent.name != "reports":
            os.utime(file, (early, early))
    run = build(project)
    assert (run.returncode, "unchanged, checked" in run.stderr) == (0, True)


# --- programs that render ---


def script(folder, text):
    """Write a program for the shell, and return its path."""
    file = folder / "quarto"
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return str(file)


@posix
def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(program, "LIMIT", 0.4)
    late = tmp_path / "late"
    hangs = script(tmp_path, f"(sleep 1.2; touch '{late}') & sleep 30")
    start = time.monotonic()
    with pytest.raises(RenderError, match=r"^report: quarto was not done after 0\.4 s and was ended\. Build again"):
        run_program([hangs], what="report", starts_others=True)
    assert time.monotonic() - start < 10
    time.sleep(1.2)
    assert not late.exists()


@posix
def test_a_pandoc_that_hangs_is_named_with_what_it_was_to_make(tmp_path, monkeypatch):
    monkeypatch.setattr(program, "LIMIT", 0.4)
    monkeypatch.setattr(pandoc, "pandoc_path", lambda: script(tmp_path, "exec sleep 30"))
    with pytest.raises(RenderError, match=r"^ward\.qmd: quarto was not done after 0\.4 s"):
        pandoc.run_pandoc(folder=tmp_path, what="ward.qmd")


@posix
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kill -9 $$", "ward.qmd: pandoc could not make it: it was ended by SIGKILL, as when memory runs out"),
        ("kill -11 $$", "ward.qmd: pandoc could not make it: it was ended by SIGSEGV"),
        ("exit 3", "ward.qmd: pandoc could not make it: it ended with status 3"),
        ("echo no filter >&2; exit 1", "ward.qmd: pandoc could not make it: no filter"),
    ],
)
def test_a_pandoc_that_crashes_says_how(tmp_path, monkeypatch, text, told):
    monkeypatch.setattr(pandoc, "pandoc_path", lambda: script(tmp_path, text))
    with pytest.raises(RenderError) as stopped:
        pandoc.run_pandoc(folder=tmp_path, what="ward.qmd", text="x" * 1_000_000)
    assert str(stopped.value) == told


@posix
def test_a_program_that_cannot_be_started_is_named(tmp_path):
    file = Path(script(tmp_path, "exit 0"))
    file.chmod(0o644)
    foreign = tmp_path / "foreign"  # of another kind of machine
    foreign.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(60))
    foreign.chmod(0o755)
    for name in (str(file), str(tmp_path / "none"), str(foreign)):
        with pytest.raises(RenderError, match=f"report: {name} cannot be started: .* Install it again"):
            run_program([name], what="report")


@posix
def test_a_quarto_that_hangs_when_asked_for_its_version_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(renderer, "VERSION_LIMIT", 0.3)
    hangs = script(tmp_path, "sleep 30")
    monkeypatch.setattr(renderer.shutil, "which", lambda _: hangs)
    assert renderer.choose("auto") == renderer.PANDOC
    with pytest.raises(ReportError, match="--version gives no version of Quarto"):
        renderer.choose("quarto")


@posix
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sleep 30", "natpatsip-html: quarto was not done after 1 s and was ended"),
        ("kill -9 $$", "Quarto could not make natpatsip-html: it was ended by SIGKILL, as when memory runs out"),
    ],
    ids=["hangs", "crashes"],
)
def test_a_quarto_that_hangs_or_crashes_ends_the_build_and_the_report_stays(tmp_path, monkeypatch, text, told):
    project = small(tmp_path / "project")
    assert build(project).returncode == 0
    manifest = project / "reports" / Q2 / "manifest.json"
    before = manifest.read_bytes()
    fake = script(tmp_path, f'[ "$1" = --version ] && echo 1.9.0 && exit\n{text}')
    monkeypatch.setattr(renderer.shutil, "which", lambda _: fake)
    monkeypatch.setattr(program, "LIMIT", 1.0)
    run = command(project, "build", Q2, "--to", "html", "--renderer", "quarto")
    assert run.returncode == 1
    assert told in run.stderr
    assert manifest.read_bytes() == before


# --- workers ---


def lying(content):
    """Return a cluster with one worker, which returns this and nothing else."""
    done = Future()
    done.set_result(content)
    return Cluster("tcp://there:1", SimpleNamespace(), SimpleNamespace(submit=lambda *_: done))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Return a plan, and one of its notebooks as it ran."""
    project = small(tmp_path_factory.mktemp("project"), ward=[code("beds = 12", id="beds")])
    plan = Plan.of(project, Quarter.parse(Q2))
    notebook = plan.notebooks["ward"]
    notebook_run.run(plan, notebook, {}, kernels="auto", is_traced=False)
    return plan, json.loads((plan.workplace / "notebooks" / "ward.ipynb").read_bytes())


def edited(content, change):
    copied = copy.deepcopy(content)
    change(copied)
    return TaskResult(json.dumps(copied).encode(), reads={})


LIES = {
    "another type": lambda _: {"notebook": b"{}"},
    "nothing": lambda _: TaskResult(),
    "no notebook": lambda _: TaskResult(b"{}"),
    "no text": lambda _: TaskResult(b"\xff\xfe"),
    "cut off": lambda content: TaskResult(json.dumps(content).encode()[:-20]),
    "another code": lambda content: edited(content, lambda each: each["cells"][-1].update(source="beds = 13")),
    "a cell less": lambda content: edited(content, lambda each: each["cells"].pop()),
    "another quarter": lambda content: edited(
        content, lambda each: each["metadata"]["papermill"]["parameters"].update(quarter="2024-25-Q1")
    ),
    "no parameters": lambda content: edited(content, lambda each: each["metadata"].pop("papermill")),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_a_worker_returns_must_be_the_notebook_that_it_was_sent(ran, lie):
    plan, content = ran
    with pytest.raises(NotebookError, match=r"^notebooks/ward\.ipynb: a worker returned something else than this"):
        lying(lie(content)).run(plan, plan.notebooks["ward"], {}, kernels="auto", is_traced=False)


def test_a_worker_that_returns_the_notebook_is_believed(ran):
    plan, content = ran
    result = lying(edited(content, lambda _: None)).run(
        plan, plan.notebooks["ward"], {}, kernels="auto", is_traced=False
    )
    assert result.content.cells[-1].source == "beds = 12"
