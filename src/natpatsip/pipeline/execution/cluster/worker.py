"""The worker's side: a task is unpacked into a folder of its own, run as a build here would, and sent back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from natpatsip.errors import ReportError
from natpatsip.pipeline.caching.run_cache import Facts
from natpatsip.pipeline.execution import kernels
from natpatsip.pipeline.execution.cluster import ClusterError, versions
from natpatsip.project import MARK
from natpatsip.quarter import Quarter

TAKEN = ("notebooks", "params", "data", "_extensions/natpatsip/fonts")
LEFT = {".ipynb_checkpoints", "__pycache__"}


@dataclass(frozen=True)
class Task:
    """A notebook to run, with all that it may read.

    Parameters
    ----------
    name : str
        The notebook's.
    quarter, edition : str
        What it reports on.
    files : mapping
        The project's files by their path in it.
    facts : mapping
        The facts of other notebooks that it may cite.
    is_watched : bool
        Whether to hear what it reads.
    kernels : str
        "warm", "stock" or "auto", which leaves it to the worker.
    versions : mapping
        What the worker must have.
    """

    name: str
    quarter: str
    edition: str
    files: Mapping[str, bytes]
    facts: Facts
    is_watched: bool
    kernels: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Brought:
    """What came of a task: the notebook as far as it ran, what it was heard to read, and the error that stopped it."""

    notebook: bytes = b""
    seconds: float = 0
    heard: Mapping[str, Any] = field(default_factory=dict)
    error: ReportError | None = None


def luggage(project: Path) -> dict[str, bytes]:
    """Return the files of a project that its notebooks may read."""
    found = {MARK: (project / MARK).read_bytes()}
    for name in TAKEN:
        for file in sorted((project / name).rglob("*")):
            place = file.relative_to(project)
            if file.is_file() and not LEFT & set(place.parts):
                found[place.as_posix()] = file.read_bytes()
    return found


def prepare(names: tuple[str, ...], asked: str) -> dict[str, str]:
    """Return this worker's versions, and begin what takes time."""
    there = versions.found(names)
    kernels.start(asked)
    return there


def perform(task: Task) -> Brought:
    """Run a task's notebook in a folder that is gone afterwards."""
    names = tuple(name for name in task.versions if name not in ("python", "helpers"))
    differing = list(versions.differences(task.versions, versions.found(names)))
    if differing:  # a worker that joined later
        return Brought(error=ClusterError(f"a worker of the cluster: {versions.advice(differing)}"))
    with tempfile.TemporaryDirectory(prefix="natpatsip-") as folder:
        project = Path(folder).resolve()
        for name, content in task.files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_bytes(content)
        return _run(task, project)


def _run(task: Task, project: Path) -> Brought:
    from natpatsip.pipeline.execution.scheduler import run
    from natpatsip.pipeline.plan import Plan

    ran, stopped = None, None
    try:
        plan = Plan.of(project, Quarter.parse(task.quarter), edition=task.edition)
        notebook = plan.notebooks[task.name]
        ran = run(plan, notebook, task.facts, kernels=task.kernels, is_watched=task.is_watched)
    except ReportError as error:
        error.__cause__ = error.__context__ = None  # its sentence is whole, and its causes may not travel
        stopped = error
    made = list((project / "build").rglob(f"notebooks/{task.name}.ipynb"))
    content = made[0].read_bytes() if made else b""
    return Brought(content, ran.seconds if ran else 0, _told(ran.heard) if ran else {}, stopped)


def _told(heard: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a run was heard to read; what is never sent may be another where the report is built."""
    if not heard:
        return heard
    read = [*heard["read"], *heard["listed"]]
    unsent = [name for name in read if not any(f"{name}/".startswith(f"{each}/") for each in (MARK, *TAKEN))]
    return {**heard, "beyond": [*heard["beyond"], *(f"reads {name}, which no worker is sent" for name in unsent)]}
