"""Killing an action at each moment at which it changes a file: not by chance, but by count."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate", "os.link", "os.symlink"}
WRITES = os.O_WRONLY | os.O_RDWR
PRELOADED = [
    "distributed.cli.dask_scheduler",
    "distributed.cli.dask_worker",
    "natpatsip.build",
    "natpatsip.new_quarter",
    "natpatsip.pipeline.render",
    "natpatsip.release.publication",
    "nbconvert",
    "papermill",
    "pandas",
    "pytest",
]
SERVER: Any = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
SERVER.set_forkserver_preload(PRELOADED)


def moments(action: Callable[..., Any], *arguments: Any, within: Path) -> int:
    """Run an action in another process and return how many times it changed a file in a folder."""
    counts = SERVER.SimpleQueue()
    process = SERVER.Process(target=_run, args=(action, arguments, within, None, counts))
    process.start()
    process.join()
    assert process.exitcode == 0, f"{action} ended with {process.exitcode}"
    return int(counts.get())


def kill(action: Callable[..., Any], *arguments: Any, within: Path, at: int) -> bool:
    """Run an action in another process, SIGKILL it just before the n-th change; return False if it ended before."""
    process = SERVER.Process(target=_run, args=(action, arguments, within, at, None))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), f"{action} ended with {process.exitcode}"
    return bool(process.exitcode)


def _run(action: Callable[..., Any], arguments: tuple[Any, ...], within: Path, at: int | None, counts: Any) -> None:
    count, own = 0, os.getpid()

    def note(event: str, given: tuple[Any, ...]) -> None:
        nonlocal count
        if event not in CHANGES and not (event == "open" and isinstance(given[2], int) and given[2] & WRITES):
            return
        if os.getpid() == own and any(str(path).startswith(str(within)) for path in given[:2]):
            count += 1
            if count == at:
                os.kill(own, signal.SIGKILL)

    sys.addaudithook(note)
    action(*arguments)
    if counts:
        counts.put(count)
