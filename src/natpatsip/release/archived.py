"""A quarter that has left the notebooks: built from the commit that git keeps of it.

Its params say which commit that is (``built_from``): the tag of its final edition, or the last commit that held it.
The commit is checked out into a worktree of its own, and built there by its own code.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from natpatsip import git
from natpatsip.errors import ReportError
from natpatsip.quarter import Quarter

VARIABLE = "NATPATSIP_BUILT_FROM"  # is set in a build from git, so that it does not look there again
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ")
Log = Callable[[str], None]


class KeptError(ReportError):
    """A quarter that git keeps could not be built from there."""


def build(project: Path, quarter: Quarter, reference: str, arguments: Sequence[str], log: Log) -> None:
    """Build a quarter from a commit, in a worktree of its own.

    Parameters
    ----------
    project : Path
        The project's folder.
    quarter : Quarter
        What to build.
    reference : str
        The tag or commit that holds it.
    arguments : sequence of str
        The options of ``natpatsip build``.
    log : callable
        Is given each line that the build says.

    Raises
    ------
    KeptError
        Where git does not have the commit, or the build failed.
    """
    if os.environ.get(VARIABLE):
        raise KeptError(f"params/{quarter}.yml, built_from: {os.environ[VARIABLE]} is built from elsewhere itself.")
    if not git.commit_of(project, reference):
        raise KeptError(
            f"params/{quarter}.yml, built_from: git has no {reference} here. {quarter.label} has left the notebooks "
            "and is built from that commit. Fetch it (git fetch --tags --unshallow), and build again."
        )
    log(f"{quarter.label} has left the notebooks: building it from {reference} in a worktree of its own")
    with git.worktree(project, reference, project / "build") as place:
        code = place / "src"
        environment = os.environ | {VARIABLE: reference}
        if (code / "helpers").is_dir():  # as it was; else this code
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(code), os.environ.get("PYTHONPATH"))))
        said = _run([sys.executable, "-m", "natpatsip", "build", str(quarter), *arguments], place, environment, log)
    if said is not None:
        raise KeptError(f"{quarter.label}, built from {reference} in git: {said}")


def _run(command: Sequence[str], folder: Path, environment: dict[str, str], log: Log) -> str | None:
    """Run a build, passing on what it tells; return what stopped it, None where nothing did."""
    with subprocess.Popen(  # noqa: S603 — our own program
        command,
        cwd=folder,
        env=environment | {"PYTHONIOENCODING": "utf-8"},  # an older commit's code writes in the system's encoding
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        stopped: list[str] = []
        try:
            for line in process.stderr or ():
                found = TIME.match(line)
                if found and not stopped:
                    log(line[found.end() :].rstrip())
                else:
                    stopped.append(line.rstrip())
        except BaseException:
            process.terminate()
            raise
    if process.returncode == 0:
        return None
    return "\n".join(stopped).removeprefix("natpatsip: ") or f"it ended with status {process.returncode}"
