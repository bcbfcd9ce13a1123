"""Builds an archived quarter, whose cells are no longer in the notebooks, from its commit.

Its params name the commit (``built_from``): the tag of its final edition, or the last commit that held it. The commit
is checked out into a temporary worktree, and built there by its own code.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from natpatsip import git
from natpatsip.errors import ReportError
from natpatsip.pipeline.options import Log
from natpatsip.pipeline.workspace import ARCHIVED, locked
from natpatsip.quarter import Quarter
from natpatsip.release.publication import copy_missing, keep_reviewed, log_kept

VARIABLE = "NATPATSIP_BUILT_FROM"  # set in a build from git, which must not look for another commit
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ")
ENGINES = ("natpatsip", "helpers")  # the engine's package, and its name before 0.2


class ArchiveError(ReportError):
    """An archived quarter could not be built."""


def build(
    project: Path,
    quarter: Quarter,  # what to build
    reference: str,  # the tag or commit that holds it
    arguments: Sequence[str],  # the options of ``natpatsip build``
    log: Log,  # receives each line of progress
    *,
    # the folder of the report; files in it that reviewers have changed are kept here: an older commit's code may not
    # do so
    report: Path,
) -> None:
    """Build a quarter from a commit, in a temporary worktree.

    Raises
    ------
    ArchiveError
        If git does not have the commit, or the build fails.
    """
    from natpatsip import params

    where = params.place(quarter, project, "built_from")
    if os.environ.get(VARIABLE):
        raise ArchiveError(f"{where}: {os.environ[VARIABLE]} is itself built from elsewhere.")
    if not git.commit_of(project, reference):
        raise ArchiveError(
            f"{where}: git has no {reference} here. {quarter.label} is archived, and is built "
            "from that commit. Fetch it (git fetch --tags --unshallow), and build again."
        )
    log(f"{quarter.label} is archived: building it from {reference} in a worktree of its own")
    workspace = project / "build" / str(quarter)
    worktrees, reviewed = workspace / ARCHIVED, workspace / "reviewed"
    with locked(workspace, log):
        git.remove_worktrees(project, worktrees)
        reviewed.mkdir(exist_ok=True)
        kept = keep_reviewed(report, reviewed)
        with git.worktree(project, reference, worktrees) as place, TemporaryDirectory() as metadata:
            engine = next((name for name in ENGINES if (place / "src" / name / "__main__.py").is_file()), None)
            environment = os.environ | {VARIABLE: reference}
            if engine:  # else the commit holds a report alone, which this engine builds
                write_metadata(place / "pyproject.toml", Path(metadata))
                places = (metadata, str(place / "src"), os.environ.get("PYTHONPATH"))
                environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
            command = [sys.executable, "-m", engine or ENGINES[0], "build", str(quarter), *arguments]
            failure = _run(command, place, environment, log)
        if failure is None:
            log_kept({name: copy for name, copy in kept.items() if not (report / copy).exists()}, report, log)
            files = (path.relative_to(reviewed).as_posix() for path in reviewed.rglob("*") if path.is_file())
            copy_missing(reviewed, report, files)
        shutil.rmtree(reviewed)
    if failure is not None:
        raise ArchiveError(f"{quarter.label}, built from {reference} in git: {failure}")


def write_metadata(pyproject: Path, folder: Path) -> None:
    """Write for an archived engine the metadata of an installed project: its name, version and entry points.

    Papermill loads its engines by the entry points of installed packages. The engine that is installed is the current
    one; with this folder first on the path, that of the commit comes before it, since the first package of a name
    counts.
    """
    if not pyproject.is_file():
        return
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project.get("version", "0")
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    groups = {"console_scripts": project.get("scripts", {}), **project.get("entry-points", {})}
    lines = (
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{entry} = {target}" for entry, target in entries.items()))
    )
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Log) -> str | None:
    """Run the build of an archived quarter and pass its progress on; return what stopped it, or None."""
    with subprocess.Popen(  # noqa: S603 — our own program
        command,
        cwd=folder,
        env={**environment, "PYTHONIOENCODING": "utf-8"},  # an older commit's code writes in the system's encoding
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        error: list[str] = []
        try:
            for line in process.stderr or ():
                found = TIME.match(line)
                if found and not error:
                    log(line[found.end() :].rstrip())
                else:
                    error.append(line.rstrip())
        except BaseException:
            process.terminate()
            raise
    if process.returncode == 0:
        return None
    return "\n".join(error).removeprefix("natpatsip: ") or f"it ended with status {process.returncode}"
