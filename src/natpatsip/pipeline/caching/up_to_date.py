"""Whether a report stands as a build would make it again: decided from bytes alone.

A build that ends well notes what its report was made of and the hash of each file of it. Where the inputs are the
same, and so is every file, there is nothing to do, and nothing more is imported to find that out.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from natpatsip.pipeline.caching import store
from natpatsip.pipeline.caching.digests import HelpersChanged, Inputs, sha256_of
from natpatsip.pipeline.execution import kernels
from natpatsip.pipeline.options import Options
from natpatsip.quarter import Quarter

KIND = "reports"
NOT_THEIRS = ("editions",)


def name_of(report: Path, inputs: Inputs, quarter: Quarter, options: Options) -> str:
    """Return the key of a report: where it stands, what it is made of, and how."""
    means = (kernels.choose(options.kernels), _renderer(options), _commit(inputs))
    return store.key(report.absolute(), quarter, inputs.digest, options.said(), *means)


def name_of_kept(report: Path, inputs: Inputs, quarter: Quarter, commit: str, options: Options) -> str:
    """Return the key of the report of a quarter that is built from a commit, with the packages that there are now."""
    means = (inputs.environment, _renderer(options))
    return store.key("built from git", report.absolute(), quarter, commit, options.said(), *means)


def is_unchanged(report: Path, inputs: Inputs, kept: store.Cache, name: str) -> list[str] | None:
    """Return what the build of a report had to say of it, where it still stands as it was built; else None."""
    content = kept.get(KIND, name)
    if content is None:
        return None
    noted = json.loads(content)
    if any(inputs.sha256(file) != sha for file, sha in noted["read"].items()):
        return None
    return list(noted["said"]) if _files(report) == noted["files"] else None


def note(
    report: Path,
    inputs: Inputs,
    kept: store.Cache,
    name: str,
    *,
    read: Iterable[Mapping[str, str]],
    said: Collection[str] = (),
) -> None:
    """Note that a report was made of some inputs.

    Parameters
    ----------
    report : Path
        Its folder.
    inputs : Inputs
        The inputs as they were before it was built; where they are others by now, nothing is noted.
    kept : Cache
        Where to.
    name : str
        Its key.
    read : iterable of mapping
        What notebooks had read, with hashes.
    said : collection of str
        Lines that the next build shall say, too, though it does nothing.
    """
    try:
        if Inputs.read(inputs.project).digest != inputs.digest:
            return
    except HelpersChanged:  # this report is made and whole; the next build says it
        return
    files = {file: sha for each in read for file, sha in each.items() if file not in inputs.files}
    content = {"files": _files(report), "read": files, "said": list(said)}
    kept.put(KIND, name, json.dumps(content).encode())


def _files(report: Path) -> dict[str, str]:
    """Return the files of a report with their hashes; those of editions inside it are their own report's."""
    found = {}
    for place, inner, names in os.walk(report):
        if Path(place) == report:
            inner[:] = [name for name in inner if name not in NOT_THEIRS]
        for name in names:
            file = Path(place, name)
            found[file.relative_to(report).as_posix()] = sha256_of(file)
    return found


def _renderer(options: Options) -> str:
    """Name the quarto program that would render, by its bytes' date: to ask it for its version takes a second."""
    path = shutil.which("quarto") if options.renderer != "pandoc" else None
    if path is None:
        return ""
    found = Path(path).resolve().stat()
    return f"{path} {found.st_size} {found.st_mtime_ns}"


def _commit(inputs: Inputs) -> str:
    """Return the commit that the manifest would name, by git's own files; empty outside git."""
    git = next(
        (each for folder in (inputs.project, *inputs.project.parents) if (each := folder / ".git").exists()), None
    )
    if git is None:
        return ""
    try:
        if git.is_file():  # a worktree
            git = Path(git.parent, git.read_text(encoding="utf-8").removeprefix("gitdir:").strip())
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        common = git / "commondir"
        home = Path(git, common.read_text(encoding="utf-8").strip()) if common.is_file() else git
        loose = home / head.removeprefix("ref: ")
        if loose.is_file():
            return loose.read_text(encoding="utf-8").strip()
        return sha256_of(home / "packed-refs")
    except OSError:
        return ""
