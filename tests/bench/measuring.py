"""Measuring what programs take: processor time, time by the clock, and the memory of a process with all it has started.

The processor time of all processes comes first: it holds on a busy machine, where the clock says little.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.05  # seconds between two looks at the memory
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Times:
    """Several measurements of the same, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    def over(self, other: Times) -> tuple[float, float, float]:
        """Return the ratio of the medians, the smallest and the largest that could have been measured."""
        return (
            self.median / other.median,
            min(self.seconds) / max(other.seconds),
            max(self.seconds) / min(other.seconds),
        )


@dataclass(frozen=True)
class Cost:
    """What a program took: processor seconds of all its processes, and seconds by the clock."""

    processor: float
    clock: float


@dataclass(frozen=True)
class Costs:
    """Several measurements of the same program."""

    runs: tuple[Cost, ...]

    @property
    def processor(self) -> Times:
        """The processor seconds of all processes."""
        return Times(tuple(each.processor for each in self.runs))

    @property
    def clock(self) -> Times:
        """The seconds by the clock."""
        return Times(tuple(each.clock for each in self.runs))

    def record(self) -> dict[str, list[float]]:
        """Return them as the file of results has them."""
        return {name: [round(each, 3) for each in getattr(self, name).seconds] for name in ("processor", "clock")}


def run(command: Sequence[str], folder: Path, **environment: str) -> Cost:
    """Run a program and return what it took with all that it has started; what it says is shown where it fails."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)} ended with status {process.returncode}:\n{said.read().decode()}")
    return Cost(usage.ru_utime + usage.ru_stime, clock)


def exponent(values: Mapping[float, float]) -> float:
    """Return the exponent of a power law through values by size: the slope of the line of least squares in logarithms.

    Examples
    --------
    >>> round(exponent({1: 3.0, 4: 12.0, 16: 48.0}), 2), round(exponent({1: 2.0, 10: 200.0}), 2)
    (1.0, 2.0)
    """
    return statistics.linear_regression([*map(math.log, values)], [*map(math.log, values.values())]).slope


def peak_memory(command: Sequence[str], folder: Path) -> float:
    """Run a program and return the most memory that it and all it has started took together, in GB.

    Pages that processes share are counted once (the proportional set size); that is known on Linux alone.
    """
    return measured_with_memory(command, folder)[1]


def measured_with_memory(command: Sequence[str], folder: Path) -> tuple[Cost, float]:
    """Run a program and return what it took, and the most memory of all its processes together, in GB."""
    most, ended = 0, threading.Event()
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def look() -> None:
        nonlocal most
        while not ended.wait(EVERY):
            most = max(most, sum(_proportional(each) for each in family(process.pid)))

    looking = threading.Thread(target=look)
    looking.start()
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    ended.set()
    looking.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, clock), most / 1e6


def by_program(command: Sequence[str], folder: Path, names: Mapping[str, str]) -> dict[str, float]:
    """Run a program and return the processor seconds of its processes, by what their command lines hold.

    Parameters
    ----------
    names : mapping of str to str
        What processes are called, by a part of their command line; the program itself is *the build itself*.
    """
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    called, took = {process.pid: "the build itself"}, dict[int, float]()
    while process.poll() is None:
        for each in family(process.pid):
            try:
                line = Path(f"/proc/{each}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            took[each] = sum(map(int, fields[11:13])) / TICKS
            if each != process.pid and line:
                called[each] = next((name for part, name in names.items() if part in line), "other programs")
        time.sleep(EVERY / 2)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    found: dict[str, float] = {}
    for each, seconds in took.items():
        name = called.get(each, "other programs")
        found[name] = found.get(name, 0.0) + seconds
    return found


def processor_of(root: int) -> float:
    """Return the processor seconds so far of a process that stays, and of all that it has started."""
    found = 0
    for each in family(root):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended, and its parent has its time
            continue
        found += sum(map(int, fields[11:15]))  # its own, and of those that it has waited for
    return found / TICKS


def family(root: int) -> Iterator[int]:
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


def load() -> float:
    """Return how many processes were waiting for a core in the last five minutes, to say how quiet the machine was."""
    return round(os.getloadavg()[1], 1)
