"""Notebooks on a Dask cluster: two workers on this machine give what a build here gives, and faults are named."""

from __future__ import annotations

import concurrent.futures
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import nbformat
import pytest
from test_prefork import comparable

from natpatsip.errors import NotebookError
from natpatsip.pipeline.execution import dask_cluster, dask_worker
from natpatsip.pipeline.execution.dask_worker import Task
from natpatsip.pipeline.execution.scheduler import execute
from natpatsip.pipeline.notebook import Notebook
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import code, command, engine, example, prose, small

pytestmark = pytest.mark.end_to_end
DASK = [sys.executable, "-m", "dask"]
Q2 = "2024-25-Q2"
FORKS = {"DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver"}  # a new worker has Dask in memory
CALM = {  # what Dask measures of itself, in each of its processes, all the time
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
}


@contextmanager
def process(*arguments, log, **environment):
    """Run a program of Dask, and end it with all that it has started."""
    with log.open("wb") as said:
        started = subprocess.Popen(
            [*DASK, *arguments], stdout=said, stderr=subprocess.STDOUT, env=os.environ | CALM | environment
        )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Return the address of a scheduler with two workers, and the folder of its files."""
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as stack:
        # A task that has ended two workers ends no more.
        few = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        arguments = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file")
        stack.enter_context(process(*arguments, str(folder / "where.json"), log=folder / "scheduler.log", **few))
        address = json.loads(eventually((folder / "where.json"), "tcp://"))["address"]
        stack.enter_context(a_worker(address, folder, "both", "--nworkers", "2", **FORKS))
        yield address, folder


def eventually(file, word, *, times=1, seconds=60):
    """Return what a file says once it holds a word."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if file.is_file() and (text := file.read_text(encoding="utf-8", errors="replace")).count(word) >= times:
            return text
        time.sleep(0.05)
    raise AssertionError(f"{file} does not say {word!r}: {file.read_text() if file.is_file() else 'it is not there'}")


@contextmanager
def a_worker(address, folder, name, *options, **environment):
    """Start workers, and nannies that start them again if they are killed, unless the options say ``--no-nanny``."""
    place = ("--host", "127.0.0.1", "--no-dashboard")
    arguments = ("worker", address, *place, "--nthreads", "1", "--name", name, *options)
    log = folder / f"{name}.log"
    with process(*arguments, "--local-directory", str(folder / name), log=log, **environment) as started:
        eventually(log, "Starting established connection", times=2 if "--nworkers" in options else 1)
        yield started


def build(project, *arguments):
    return command(project, "build", Q2, "--to", "html", "--renderer", "pandoc", *arguments)


def executed(project, *, address=""):
    """Return the notebooks of a report as they are executed, by name, and what was said."""
    said = []
    with dask_cluster.connect(address, log=said.append) if address else nullcontext() as connected:
        execute(Plan.of(project, Quarter.parse(Q2)), jobs=2, log=said.append, cluster=connected)
    files = (project / "build" / Q2 / "notebooks").glob("*.ipynb")
    notebooks = {file.name: nbformat.read(file, as_version=4) for file in files}
    shutil.rmtree(project / "build")
    return notebooks, said


def test_the_notebooks_of_a_report_equal_those_of_a_build_here(cluster, tmp_path):
    project = example(tmp_path / "project")
    (project / "notebooks" / "beside.py").write_text("", encoding="utf-8")  # files beside notebooks travel too
    here, _ = executed(project)
    there, said = executed(project, address=cluster[0])
    assert f"{cluster[0]}: 2 workers" in "\n".join(said)
    assert here.keys() == there.keys() == {path.name for path in (project / "notebooks").glob("*.ipynb")}
    for name, notebook in here.items():
        assert there[name].metadata.papermill.input_path == notebook.metadata.papermill.input_path
        assert comparable(there[name]) == comparable(notebook), name


def test_a_task_that_fails_for_want_of_time_is_named_and_not_awaited_for_ever():
    failed = concurrent.futures.Future()
    failed.set_exception(TimeoutError("no answer from tcp://10.0.0.7:9000"))
    cluster = dask_cluster.Cluster("tcp://10.0.0.5:8786", None, None)
    with pytest.raises(
        NotebookError, match=r"notebooks/ward.ipynb: a worker could not run it: TimeoutError: no answer"
    ):
        cluster._result(Notebook(Path("ward.ipynb"), {}), failed)


def test_the_reports_own_python_travels_with_a_task(cluster, tmp_path):
    project = small(tmp_path, ward=[prose("There are `{python} __import__('helpers').BEDS` beds.")])
    (project / "src" / "helpers").mkdir(parents=True)
    (project / "src" / "natpatsip").mkdir()  # of which a worker has its own
    (project / "src" / "natpatsip" / "__init__.py").write_text("1 / 0", encoding="utf-8")
    (project / "src" / "helpers" / "__init__.py").write_text("BEDS = 12", encoding="utf-8")
    assert not [name for name in dask_worker.pack_project(project) if name.startswith("src/natpatsip")]
    run = build(project, "--cluster", cluster[0])
    assert run.returncode == 0, run.stderr
    assert "There are 12 beds." in (project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")


def test_a_cell_that_fails_there_is_named_as_it_is_here(cluster, tmp_path):
    project = small(tmp_path / "project", ward=[code("print('so far')\n1 / 0", id="divides")])
    said = []
    for arguments in ((), ("--cluster", cluster[0])):
        run = build(project, *arguments)
        assert run.returncode == 1
        said.append(run.stderr.partition("natpatsip: ")[2])
        kept = project / "build" / Q2 / "notebooks" / "ward.ipynb"
        assert "so far" in kept.read_text(encoding="utf-8")
        kept.unlink()
    assert "(id divides), line 2:" in said[0]
    assert said[1] == said[0]


@pytest.fixture(scope="module")
def another(tmp_path_factory):
    """Return a folder for each way in which a worker may differ, to be put on its path."""
    folder = tmp_path_factory.mktemp("another")
    old = folder / "versions" / "pandas-0.1.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: pandas\nVersion: 0.1\n", encoding="utf-8")
    edited = engine(folder / "versions" / "natpatsip")
    (edited / "another.py").write_text("", encoding="utf-8")
    (folder / "nothing" / "natpatsip").mkdir(parents=True)
    (folder / "nothing" / "natpatsip" / "__init__.py").write_text("", encoding="utf-8")
    return folder


def test_workers_with_other_versions_are_refused_by_name_before_anything_runs(cluster, another, tmp_path):
    ran = tmp_path / "ran"
    project = small(tmp_path / "project", ward=[code(f"open({str(ran)!r}, 'w');")])
    address, folder = cluster
    with ExitStack() as stack:
        for way in ("versions", "nothing"):
            stack.enter_context(a_worker(address, folder, way, "--no-nanny", PYTHONPATH=str(another / way)))
        run = build(project, "--cluster", address)
    assert run.returncode == 1
    ours = dask_worker.environment()
    assert f"pandas is 0.1 there and {ours['pandas']} here" in run.stderr
    assert f"there and {ours['natpatsip source']} here" in run.stderr
    assert "No module named 'natpatsip.pipeline'" in run.stderr
    assert run.stderr.count("- worker tcp://") == 2
    assert not ran.exists()


# Last of those that share the cluster, whose workers they end: what starts again would have to warm up for the next


def lethal(folder, *, times):
    """Return a cell that ends the worker it runs on, the first times that it runs."""
    return code(
        "import os, signal\nfrom pathlib import Path\n"
        f"runs = Path({str(folder)!r}) / 'runs'\n"
        "runs.open('a').write('ward ')\n"
        f"if len(runs.read_text().split()) <= {times}:\n"
        "    worker = int(Path(f'/proc/{os.getppid()}/stat').read_text().rsplit(')', 1)[1].split()[1])\n"
        "    os.kill(worker, signal.SIGKILL)",
        id="lethal",
    )


needs_fork = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="the cell finds its worker in /proc")


@needs_fork
def test_a_worker_lost_midway_costs_only_its_notebook(cluster, tmp_path):
    counted = code(f"open({str(tmp_path / 'others')!r}, 'a').write('index ');", id="counted")
    published = code("publish('beds', 12, unit='beds', source='The ward');", id="published")
    project = small(
        tmp_path / "project",
        ward=[lethal(tmp_path, times=1), published, prose("There are `{python} cite('beds')` beds.")],
        index=[counted, prose("All is well.")],
    )
    run = build(project, "--cluster", cluster[0])
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "runs").read_text() == "ward ward "
    assert (tmp_path / "others").read_text() == "index "
    assert "12" in (project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")


@needs_fork
def test_a_notebook_that_ends_every_worker_is_named(cluster, tmp_path):
    project = small(tmp_path / "project", ward=[lethal(tmp_path, times=99)])
    run = build(project, "--cluster", cluster[0])
    assert run.returncode == 1
    assert "notebooks/ward.ipynb: each worker that ran it was lost" in run.stderr
    assert len((tmp_path / "runs").read_text().split()) == 2


def test_a_worker_that_joins_later_refuses_what_it_has_not_the_versions_for():
    theirs = dask_worker.environment() | {"pandas": "0.1"}
    result = dask_worker.run_task(Task("ward", Q2, "", {}, {}, False, "", theirs))
    assert "pandas is " in str(result.error)


READS = """\
from pathlib import Path
for name in ("../data/wards.csv", "../beds.txt"):
    try:
        Path(name).read_text()
    except OSError:
        pass
list(Path("..").iterdir())"""


def test_a_run_that_looks_for_what_no_worker_is_sent_is_not_saved(tmp_path):
    project = small(tmp_path, ward=[code(READS)])
    (project / "beds.txt").write_text("3", encoding="utf-8")
    theirs = dask_worker.environment()
    result = dask_worker.run_task(Task("ward", Q2, "", dask_worker.pack_project(project), {}, True, "stock", theirs))
    assert result.reads["untracked"] == [f"reads {name}, which no worker is sent" for name in ("beds.txt", ".")]


def test_an_address_that_nobody_answers_is_said_within_seconds(tmp_path):
    project = small(tmp_path / "project")
    with socket.socket() as silent:  # it is connected to, and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        deaf = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        for address in ("tcp://127.0.0.1:9", deaf):
            began = time.monotonic()
            run = build(project, "--cluster", address)
            assert run.returncode == 1, run.stderr
            assert f"--cluster {address}: no Dask scheduler answers there" in run.stderr
            assert "Traceback" not in run.stderr
            assert time.monotonic() - began < 30


@pytest.mark.parametrize("address", ["carrier-pigeon://home", "home", "tcp://home:port"])
def test_what_is_not_an_address_is_refused(tmp_path, address):
    run = build(small(tmp_path / "project"), "--cluster", address)
    assert run.returncode == 2
    assert f"--cluster {address}: is not the address of a scheduler" in run.stderr
    assert "Traceback" not in run.stderr


def test_without_the_extra_it_is_said_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    run = build(small(tmp_path / "project"), "--cluster", "tcp://127.0.0.1:9")
    assert run.returncode == 1
    assert "distributed is not installed. Install the extra: uv sync --extra cluster" in run.stderr
