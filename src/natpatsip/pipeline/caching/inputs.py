"""The inputs of a report: the project's files, the engine's source and the installed packages, by their digests.

Every build reads them before it knows whether there is anything to do, so this module imports little.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from natpatsip import look
from natpatsip.errors import ReportError
from natpatsip.files.digests import files_in, key, sha256_of
from natpatsip.project import MARK, SOURCE_FILES, SOURCE_FOLDERS
from natpatsip.quarter import PARAMS_FOLDER

_VALUES = re.compile(r"""[:\[,-][ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s\[\],{}#"'][^\n\[\],{}#"']*\.\w+))""")  # of YAML
ENGINE = Path(__file__).resolve().parents[2]
PACKAGED_LOOK = "the engine's look/"  # begins the names of its files, where a project has no look of its own
ENGINE_PREFIX = f"{ENGINE}{os.sep}"


class SourceChanged(ReportError):  # noqa: N818 — an event as much as an error
    """The engine or the environment was edited while a process that has imported the old one goes on building."""


@dataclass(frozen=True)
class Inputs:
    """What a project's reports are made of, and what makes them."""

    project: Path
    # SHA-256 by path within the project: notebooks, params, data, the report's own Python, the look, ``_quarto.yml``,
    # the files that it names (a bibliography, a logo), and the lock file
    files: Mapping[str, str]
    environment: str  # the digest of the engine's source, the installed packages and their versions, and Python

    @classmethod
    def read(cls, project: Path) -> Inputs:
        """Read the inputs of reports as they are now.

        Raises
        ------
        SourceChanged
            If the engine or the packages have changed since this process first read them. The report's own Python
            (``src/``) may change at any time: every notebook's process imports it from its files.
        """
        is_first = not _imported_environment.cache_info().currsize
        environment = _imported_environment() if is_first else _environment()
        if environment != _imported_environment():
            raise SourceChanged(
                "The engine (natpatsip) or the environment has changed since this process began. Start natpatsip again."
            )
        files = {
            file.relative_to(project).as_posix(): sha256_of(file)
            for folder in SOURCE_FOLDERS
            for file in files_in(project / folder)
            if not str(file).startswith(ENGINE_PREFIX)  # in the engine's own repository
        }
        if not look.has_own(project):
            packaged = look.packaged()
            found = files_in(packaged)
            files |= {f"{PACKAGED_LOOK}{file.relative_to(packaged).as_posix()}": sha256_of(file) for file in found}
        return cls(project, files | {name: sha256_of(project / name) for name in single_files(project)}, environment)

    @cached_property
    def digest(self) -> str:
        """The digest of all inputs."""
        return key(self.project, self.environment, *(f"{name} {self.files[name]}" for name in sorted(self.files)))

    def without_params(self) -> dict[str, str]:
        """Return the files that every quarter's report is made of; the look as one."""
        found = {name: sha for name, sha in self.files.items() if sha and not name.startswith(f"{PARAMS_FOLDER}/")}
        looks = {name: sha for name, sha in found.items() if name.startswith(("_extensions/", PACKAGED_LOOK))}
        digest = key(*(f"{name} {looks[name]}" for name in sorted(looks)))
        return {name: sha for name, sha in found.items() if name not in looks} | {"_extensions": digest}

    def rules(self) -> str:
        """Return the digest of the inputs that decide how text may be written: look, settings, the files they name."""
        shared = self.without_params()
        folders = tuple(f"{name}/" for name in SOURCE_FOLDERS)
        return key(self.environment, *(f"{name} {sha}" for name, sha in shared.items() if not name.startswith(folders)))

    def is_outdated(self) -> bool:
        """Return True if the engine or the packages have changed since the inputs were read."""
        return _environment() != self.environment

    def sha256(self, name: str) -> str:
        """Return the digest of an input: a file of the project, or the names in a folder; empty if there is neither."""
        return self.files.get(name) or sha256_of(self.project / name)


def single_files(project: Path) -> list[str]:
    """Return what reports are made of besides whole folders: the settings, the files that they name, the lock file.

    The settings are not parsed, which would take long: whatever looks like the name of a file in the project, and is
    one, counts.
    """
    try:
        settings = (project / MARK).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):  # which whatever reads it will say
        settings = ""
    found = dict.fromkeys(SOURCE_FILES)
    for name in (match[1] or match[2] or match[3] for match in _VALUES.finditer(settings)):
        inside = "." in name and not name.startswith(("/", "..")) and name.partition("/")[0] not in SOURCE_FOLDERS
        if inside and (project / name).is_file():
            found[Path(name).as_posix()] = None
    return list(found)


def engine_digest() -> str:
    """Return the digest of the engine's source, the same on every machine."""
    return key(*_engine())


@cache
def _imported_environment() -> str:
    """Return the environment that this process has imported, taken to be the one that it first read."""
    return _environment()


def _environment() -> str:
    packages = sorted({name for place in sys.path for name in _packages(place)})
    return key(platform.python_version(), sys.platform, sys.executable, *packages, "engine", *_engine())


def _engine() -> Iterator[str]:
    """Yield the names of the engine's files, each with its digest."""
    for file in sorted(map(str, files_in(ENGINE))):
        yield file.removeprefix(ENGINE_PREFIX).replace(os.sep, "/")
        yield sha256_of(Path(file))


def _packages(place: str) -> list[str]:
    """Return the packages in a folder, which results depend on, by their metadata folders, named by version."""
    try:
        return [name for name in os.listdir(place or ".") if name.endswith((".dist-info", ".egg-info"))]  # noqa: PTH208
    except OSError:
        return []
