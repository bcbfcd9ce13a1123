"""What this machine would run a notebook with: a cluster's workers must have the same, or numbers may differ."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import natpatsip

NAME = re.compile(r"[A-Za-z0-9._-]+")
BESIDES = ("cloudpickle", "dask", "distributed", "ipython", "numpy")  # what shows in notebooks or carries them
MISSING = "not installed"


def packages() -> tuple[str, ...]:
    """Return the packages whose versions count: those that natpatsip itself asks for, and a few that these bring."""
    asked = [line for line in requires("natpatsip") or () if "extra ==" not in line]
    return tuple(sorted({*BESIDES, "natpatsip", *(found[0] for found in map(NAME.match, asked) if found)}))


@cache  # as they were when this process first looked, since that is what it has imported
def found(names: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of Python, the helpers' source and some packages as they are here."""
    return {"python": platform.python_version(), "helpers": source()} | {name: _version(name) for name in names}


def source() -> str:
    """Return a fingerprint of the helpers' source."""
    folder = Path(natpatsip.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    """Go through what differs, in words.

    Examples
    --------
    >>> list(differences({"python": "3.12.1", "pandas": "3.0.1"}, {"python": "3.12.1", "pandas": "3.0.0"}))
    ['pandas is 3.0.0 there and 3.0.1 here']
    """
    for name, ours in here.items():
        theirs = there.get(name, MISSING)
        if theirs != ours:
            yield f"{name} is {theirs} there and {ours} here"


def advice(differing: Iterable[str]) -> str:
    """Say what differs, and what to do."""
    return f"{'; '.join(differing)}. Install the same on both (uv sync with the same uv.lock), and restart the workers."


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return MISSING
