"""What a report is made of, as bytes: decided before anything that takes long is imported."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from natpatsip import look
from natpatsip.errors import ReportError
from natpatsip.pipeline.caching.store import key
from natpatsip.project import MARK

FOLDERS = ("notebooks", "params", "data", "src", "_extensions")
FILES = (MARK, "uv.lock")
ENGINE = Path(__file__).resolve().parents[2]
NOT_SOURCES = ("__pycache__", "node_modules")

_loaded: str | None = None


class HelpersChanged(ReportError):  # noqa: N818 — an event as much as an error
    """The helpers were edited while a process that has them in memory goes on building."""


@dataclass(frozen=True)
class Inputs:
    """The files of a project and their hashes, and what works on them.

    Parameters
    ----------
    project : Path
        The project's folder.
    files : mapping
        SHA-256 by path within the project: notebooks, params, data, the look, ``_quarto.yml`` and the lock file.
    environment : str
        The hash of the helpers' source, the installed packages and their versions, and Python.
    """

    project: Path
    files: Mapping[str, str]
    environment: str

    @classmethod
    def read(cls, project: Path) -> Inputs:
        """Read what there is now.

        Raises
        ------
        HelpersChanged
            Where the helpers are others than when this process first read them.
        """
        global _loaded
        environment = _environment()
        _loaded = _loaded or environment
        if environment != _loaded:
            raise HelpersChanged(
                "src/helpers or the environment has changed since this process began. Start natpatsip again."
            )
        return cls(project, dict(_files(project)), environment)

    @cached_property
    def digest(self) -> str:
        """The hash of it all."""
        return key(self.project, self.environment, *(f"{name} {self.files[name]}" for name in sorted(self.files)))

    def is_outdated(self) -> bool:
        """Say whether the helpers or the packages are others by now."""
        return _environment() != self.environment

    def sha256(self, name: str) -> str:
        """Return the hash of a file of the project, or of the names in a folder; empty where there is none."""
        return self.files.get(name) or sha256_of(self.project / name)


def sha256_of(path: Path) -> str:
    """Return the hash of a file as it is now, or of the names in a folder; empty where there is none."""
    with suppress(OSError):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    with suppress(OSError):  # a folder: POSIX and Windows say so by different errors
        return key(*sorted(os.listdir(path)))  # noqa: PTH208 — names alone
    return ""


def sha256_of_all(folder: Path) -> str:
    """Return the hash of a folder's files and their names as they are now, but for hidden ones."""
    files = sorted(_under(folder))
    return key(*(f"{file.relative_to(folder).as_posix()} {sha256_of(file)}" for file in files))


def _files(project: Path) -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for file in _under(project / folder):
            yield file.relative_to(project).as_posix(), sha256_of(file)
    if not look.has_own(project):
        packaged = look.packaged()
        for file in _under(packaged):
            yield f"the engine's look/{file.relative_to(packaged).as_posix()}", sha256_of(file)
    for name in FILES:
        yield name, sha256_of(project / name)


def _under(folder: Path) -> Iterator[Path]:
    """Go through the files of a folder, but for hidden ones and what programs leave behind."""
    for place, inner, names in os.walk(folder, followlinks=True):
        inner[:] = [name for name in inner if name not in NOT_SOURCES and not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                yield Path(place, name)


def _environment() -> str:
    """Return the hash of what works on the inputs."""
    sources = sorted(file for file in _under(ENGINE) if file.suffix == ".py")
    packages = sorted({name for place in sys.path for name in _packages(place)})
    contents = (part for file in sources for part in (file.relative_to(ENGINE), file.read_bytes()))
    return key(platform.python_version(), sys.platform, sys.executable, *packages, "helpers", *contents)


def _packages(place: str) -> list[str]:
    """Return the installed packages of a folder, whose names there bear their versions."""
    try:
        return [name for name in os.listdir(place or ".") if name.endswith((".dist-info", ".egg-info"))]  # noqa: PTH208
    except OSError:
        return []
