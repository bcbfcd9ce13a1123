"""What notebooks run on: forks of a warm process where the system can fork safely, else stock kernels."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from natpatsip.errors import UsageError, nearest

VARIABLE = "NATPATSIP_KERNELS"
ENGINES: Mapping[str, str] = {"warm": "natpatsip-warm", "stock": "natpatsip"}
AUTO = "auto"


def choose(asked: str = "") -> str:
    """Return "warm" or "stock".

    Parameters
    ----------
    asked : str
        One of those, or "auto"; where empty, what the environment variable NATPATSIP_KERNELS says, else "auto".

    Raises
    ------
    UsageError
        Where it is another word, or warm kernels are not to be had here.
    """
    where = "kernels" if asked else VARIABLE
    word = asked or os.environ.get(VARIABLE) or AUTO
    if word not in (AUTO, *ENGINES):
        choices = (AUTO, *ENGINES)
        raise UsageError(f'{where}: "{word}" is none of {", ".join(choices)}.{nearest(word, choices)}')
    if word == "warm" and not can_fork():
        raise UsageError(f"{where}: warm needs a system that forks safely, which {sys.platform} does not. Use auto.")
    if word == AUTO:
        return "warm" if can_fork() else "stock"
    return word


def can_fork() -> bool:
    """Say whether a process with its libraries loaded can be forked safely; on macOS its frameworks forbid it."""
    return os.name == "posix" and sys.platform != "darwin"


def start(asked: str = "") -> None:
    """Begin what takes time, in the background: call this before anything else of a build."""
    if choose(asked) == "warm":
        from natpatsip.pipeline.execution import prefork

        prefork.start()
