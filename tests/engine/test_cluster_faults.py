"""A cluster that goes away in the midst of a build: the build says how, within seconds, or goes on without it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from test_cluster import CALM, Q2, eventually

from natpatsip.pipeline.execution import dask_cluster
from support.killing import SERVER
from support.projects import code, command, prose, small

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes are frozen by a signal of POSIX"),
]
HURRY = {"ARRIVAL_LIMIT": 3.0, "REPLY_LIMIT": 4.0, "POLL": 0.5}
PATIENCE = 60  # seconds: how long a loaded machine may take; the limits above are of a few
PROTOCOL = ("--protocol", "tls")
SOON = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "4s"}  # after which a scheduler gives up a silent worker


BUILD = ("build", Q2, "--to", "html", "--renderer", "pandoc", "--cluster")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    """Have builds in this process be impatient."""
    for name, seconds in HURRY.items():
        monkeypatch.setattr(dask_cluster, name, seconds)


@dataclass
class Cluster:
    address: str
    scheduler: Any
    workers: list[Any]


def _dask(arguments, log):
    """Do what the command line of Dask does, in a fork of a process that has imported what takes most of its time."""
    import dask
    from dask.__main__ import main

    said = os.open(log, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.environ.update(CALM | SOON)
    dask.config.refresh()
    sys.argv = ["dask", *arguments]
    main()


@contextmanager
def cluster(folder, *, workers, secure=()):
    """Start a scheduler and workers that no nanny starts again."""
    folder.mkdir()
    place = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:

        def start(name, *arguments):
            started = SERVER.Process(target=_dask, args=(arguments, folder / f"{name}.log"))
            started.start()
            stack.callback(started.join)
            stack.callback(started.kill)  # which ends a frozen one too
            return started

        where = folder / "where.json"
        scheduler = start("scheduler", "scheduler", *place, "--port", "0", "--scheduler-file", str(where), *secure)
        address = json.loads(eventually(where, "://"))["address"]
        few = ("--nthreads", "1", "--no-nanny", *(each for each in secure if each not in PROTOCOL))
        names = [f"worker-{number}" for number in range(workers)]
        local = {name: ("--local-directory", str(folder / name)) for name in names}
        started = [start(name, "worker", address, *place, *few, "--name", name, *local[name]) for name in names]
        for name in names:
            eventually(folder / f"{name}.log", "Starting established connection")
        yield Cluster(address, scheduler, started)


def sleeper(folder):
    return code(f"import time\nopen({str(folder / 'asleep')!r}, 'w').write('zzz')\ntime.sleep(600)", id="sleeps")


def test_a_worker_that_freezes_costs_only_its_notebook(tmp_path):
    freezing = code(
        "import os, signal\nfrom pathlib import Path\n"
        f"runs = Path({str(tmp_path / 'runs')!r})\n"
        "with runs.open('a') as lines: lines.write('run ')\n"
        "if runs.read_text() == 'run ':\n"
        "    worker = int(Path(f'/proc/{os.getppid()}/stat').read_text().rsplit(')', 1)[1].split()[1])\n"
        "    os.kill(worker, signal.SIGSTOP)",
        id="freezing",
    )
    project = small(tmp_path / "project", ward=[freezing, prose("There are `{python} 6 * 2` beds.")])
    with cluster(tmp_path / "cluster", workers=2) as started:
        run = command(project, *BUILD, started.address)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "runs").read_text() == "run run "
    assert "There are 12 beds." in (project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("who", "how", "said"),
    [
        ("workers", signal.SIGKILL, "its workers were lost, and none came back in 3 s"),
        ("workers", signal.SIGSTOP, "its workers were lost, and none came back in 3 s"),
        ("scheduler", signal.SIGKILL, "its scheduler does not answer any more"),
        ("scheduler", signal.SIGSTOP, "its scheduler does not answer any more"),
    ],
    ids=["workers-killed", "workers-frozen", "scheduler-killed", "scheduler-frozen"],
)
def test_what_a_cluster_lost_midway_is_said_within_seconds(tmp_path, who, how, said):
    project = small(tmp_path / "project", ward=[sleeper(tmp_path)])
    with cluster(tmp_path / "cluster", workers=1) as started, ThreadPoolExecutor(1) as beside:

        def lose():
            eventually(tmp_path / "asleep", "zzz")
            for each in started.workers if who == "workers" else [started.scheduler]:
                os.kill(each.pid, how)
            return time.monotonic()

        losing = beside.submit(lose)
        run = command(project, *BUILD, started.address)
        assert time.monotonic() - losing.result() < PATIENCE
    assert run.returncode == 1
    assert f"natpatsip: --cluster {started.address}: " in run.stderr
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert not (project / "reports" / Q2).exists()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the files of a certificate that vouches for itself, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "certificate.pem", folder / "key.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ("-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run([*request, *names, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the certificate is made by openssl")
def test_a_scheduler_that_asks_for_certificates_gets_them_from_dasks_configuration(tmp_path, certificate):
    import dask

    project = small(tmp_path / "project", ward=[prose("There are `{python} 6 * 2` beds.")])
    file, key = map(str, certificate)
    secure = (*PROTOCOL, "--tls-ca-file", file, "--tls-cert", file, "--tls-key", key)
    named = {"ca-file": file, "client.cert": file, "client.key": key}
    with cluster(tmp_path / "cluster", workers=1, secure=secure) as started:
        said = {}
        for way, names in (("without", {}), ("misspelt", named | {"ca-file": f"{file}s"}), ("with", named)):
            with dask.config.set({f"distributed.comm.tls.{name}": path for name, path in names.items()}):
                run = command(project, *BUILD, started.address)
            said[way] = run.stderr
            assert run.returncode == (0 if way == "with" else 1), said[way]
            assert "Traceback" not in said[way]
    assert "asks for certificates, and Dask's configuration names none" in said["without"]
    assert "DASK_DISTRIBUTED__COMM__TLS__" in said["without"]
    assert "its certificates cannot be read" in said["misspelt"]
    assert "12 beds" in (project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")
