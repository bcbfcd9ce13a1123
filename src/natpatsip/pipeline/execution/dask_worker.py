"""The worker's side of a cluster: unpacks a task, runs its notebook as a build here would, and returns the result.

The build imports this module too, to make tasks and to know the environment that workers must have.
"""

from __future__ import annotations

import platform
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from natpatsip.errors import ReportError
from natpatsip.files.digests import NOT_SOURCES, sha256_of_folder
from natpatsip.pipeline.caching.inputs import ENGINE
from natpatsip.pipeline.caching.run_cache import Facts
from natpatsip.pipeline.execution import kernels
from natpatsip.project import MARK, SOURCE_FOLDERS
from natpatsip.quarter import Quarter

SENT = (MARK, *(name for name in SOURCE_FOLDERS if name != "_extensions"), "_extensions/natpatsip/fonts")
NOT_SENT = ("src", "natpatsip")  # the engine, in its own repository: a worker has its own
BESIDES = ("cloudpickle", "dask", "distributed", "ipython", "numpy")  # packages that show in notebooks or carry them
NAME = re.compile(r"[A-Za-z0-9._-]+")


class ClusterError(ReportError):
    """The cluster cannot be reached, has other versions, or was lost."""


@dataclass(frozen=True)
class Task:
    """A notebook to run, with all that it may read, and the environment that the worker must have."""

    name: str
    quarter: str
    edition: str
    files: Mapping[str, bytes]
    facts: Facts
    is_traced: bool
    kernels: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class TaskResult:
    """The notebook as far as it ran, what the tracer reported that it read, and the error that stopped it."""

    notebook: bytes = b""
    seconds: float = 0
    reads: Mapping[str, Any] = field(default_factory=dict)
    error: ReportError | None = None


def pack_project(project: Path) -> dict[str, bytes]:
    """Return the files of a project that its notebooks may read on a worker."""
    found = {MARK: (project / MARK).read_bytes()}
    for name in SENT:
        for file in sorted((project / name).rglob("*")):
            place = file.relative_to(project)
            if file.is_file() and not set(NOT_SOURCES) & set(place.parts) and place.parts[:2] != NOT_SENT:
                found[place.as_posix()] = file.read_bytes()
    return found


@cache  # as it was when this process first looked, since that is what it has imported
def environment() -> dict[str, str]:
    """Return the versions that workers are compared by: of Python, the engine and the packages that it asks for."""
    asked = (NAME.match(line) for line in requires("natpatsip") or () if "extra ==" not in line)
    packages = sorted({*BESIDES, "natpatsip", *(name[0] for name in asked if name)})
    source = {"python": platform.python_version(), "natpatsip source": sha256_of_folder(ENGINE)[:12]}
    return source | {name: _version(name) for name in packages}


def compare_environments(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Return what differs between a build's environment and a worker's, and what to do; nothing if nothing differs.

    Examples
    --------
    >>> compare_environments({"pandas": "3.0.1"}, {"pandas": "3.0.0"}).partition(". ")[0]
    'pandas is 3.0.0 there and 3.0.1 here'
    """
    found = {name: there.get(name, "not installed") for name in here}
    differing = [f"{name} is {found[name]} there and {here[name]} here" for name in here if found[name] != here[name]]
    advice = "Install the same on both (uv sync with the same uv.lock), and restart the workers."
    return f"{'; '.join(differing)}. {advice}" if differing else ""


def prepare(asked: str) -> dict[str, str]:
    """Return this worker's environment, and start what takes time."""
    found = environment()
    kernels.start(asked)
    return found


def run_task(task: Task) -> TaskResult:
    """Run a task's notebook in a temporary folder."""
    if differing := compare_environments(task.environment, environment()):  # a worker that joined later
        return TaskResult(error=ClusterError(f"a worker of the cluster: {differing}"))
    with tempfile.TemporaryDirectory(prefix="natpatsip-") as folder:
        project = Path(folder).resolve()
        for name, content in task.files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_bytes(content)
        return _run(task, project)


def _run(task: Task, project: Path) -> TaskResult:
    from natpatsip.pipeline.execution.notebook_run import run  # not above: a worker must report its versions quickly
    from natpatsip.pipeline.plan import Plan

    ran, failure = None, None
    try:
        plan = Plan.of(project, Quarter.parse(task.quarter), edition=task.edition)
        notebook = plan.notebooks[task.name]
        ran = run(plan, notebook, task.facts, kernels=task.kernels, is_traced=task.is_traced)
    except ReportError as error:
        error.__cause__ = error.__context__ = None  # its sentence says all, and its causes may not be picklable
        failure = error
    written = list((project / "build").rglob(f"notebooks/{task.name}.ipynb"))
    content = written[0].read_bytes() if written else b""
    return TaskResult(content, ran.seconds if ran else 0, _with_unsent(ran.reads) if ran else {}, failure)


def _with_unsent(reads: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a run has read, with a reason not to save it if it looked for what the build alone may have."""
    if not reads:
        return reads
    places = [*reads["read"], *reads["listed"]]
    unsent = [name for name in places if not any(f"{name}/".startswith(f"{each}/") for each in SENT)]
    return {**reads, "untracked": [*reads["untracked"], *(f"reads {name}, which no worker is sent" for name in unsent)]}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
