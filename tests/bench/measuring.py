"""Measuring what programs take: seconds, and the memory of a process with all that it has started."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True)
class Times:
    """Several measurements of the same, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    def over(self, other: Times) -> tuple[float, float, float]:
        """Return the ratio of the medians, the least and the greatest that could have been measured."""
        return (
            self.median / other.median,
            min(self.seconds) / max(other.seconds),
            max(self.seconds) / min(other.seconds),
        )


def run(command: Sequence[str], folder: Path, **environment: str) -> float:
    """Run a program and return the seconds that it took; what it says is shown where it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return seconds


def peak_memory(command: Sequence[str], folder: Path) -> float:
    """Run a program and return the most memory that it and all it has started took together, in GB.

    Pages that processes share are counted once (the proportional set size); that is known on Linux alone.
    """
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most, ended = 0, threading.Event()

    def look() -> None:
        nonlocal most
        while not ended.wait(EVERY):
            most = max(most, sum(_proportional(each) for each in _family(process.pid)))

    looking = threading.Thread(target=look)
    looking.start()
    status = process.wait()
    ended.set()
    looking.join()
    if status:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    return most / 1e6


def _family(root: int) -> Iterator[int]:
    """Go through a process and all that it has started."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):  # it has just ended
            continue
        children.setdefault(parent, []).append(int(place.name))
    todo = [root]
    while todo:
        each = todo.pop()
        yield each
        todo += children.get(each, [])


def _proportional(process: int) -> int:
    """Return the proportional set size of a process, in kB."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def machine() -> str:
    """Describe the machine, by what counts for a measurement."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
