"""What notebooks run on: forks of a warm process if the system can fork safely, else stock kernels."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from natpatsip.errors import UsageError, nearest

VARIABLE = "NATPATSIP_KERNELS"
ENGINES: Mapping[str, str] = {"warm": "natpatsip-warm", "stock": "natpatsip"}
AUTO = "auto"


def choose(kernels: str = "") -> str:
    """Return "warm" or "stock".

    Parameters
    ----------
    kernels : str
        One of those, or "auto"; if empty, the environment variable NATPATSIP_KERNELS counts, else "auto".

    Raises
    ------
    UsageError
        If it is another word, or warm kernels are not possible here.
    """
    where = "kernels" if kernels else VARIABLE
    word = kernels or os.environ.get(VARIABLE) or AUTO
    if word not in (AUTO, *ENGINES):
        choices = (AUTO, *ENGINES)
        raise UsageError(f'{where}: "{word}" is not one of {", ".join(choices)}.{nearest(word, choices)}')
    if word == "warm" and not can_fork():
        raise UsageError(f"{where}: warm needs a system that forks safely, which {sys.platform} does not. Use auto.")
    if word == AUTO:
        return "warm" if can_fork() else "stock"
    return word


def can_fork() -> bool:
    """Return True if a process can be forked after it has loaded its libraries; on macOS the frameworks forbid it."""
    return os.name == "posix" and sys.platform != "darwin"


def start(kernels: str = "", *, project: Path | None = None, quarter: object = "") -> None:
    """Start what takes time, in the background: call this before the rest of a build.

    With a project, its files are read for a quarter once for all notebooks.
    """
    if choose(kernels) == "warm":
        from natpatsip.pipeline.execution import prefork

        prefork.start(project, quarter)
