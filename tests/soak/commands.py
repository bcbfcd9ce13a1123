"""Running the command line as its users do, watching what it says, and killing it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

from support.projects import NATPATSIP
from support.repositories import AUTHOR
from support.waiting import becomes

SLOWLY = Path(__file__).with_name("slowly.py")
AT = Path(__file__).with_name("at.py")
TESTS = Path(__file__).parents[1]
GONE = 120.0  # seconds in which all that a killed command has started must end, on a machine that is not busy
LONGEST = 1800.0  # seconds for a command that is not killed, on a machine with much else to do
_NUMBERS = count(1)


def patience(seconds: float) -> float:
    """Return how long something may take that takes some seconds if no process has to wait for another."""
    return seconds * max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))


class Command:
    """A command that runs in a project: its lines, each with the moment that it came, and the processes it started."""

    def __init__(
        self, project: Path, *arguments: str, slowly: float = 0.0, within: Path | None = None, day: str = ""
    ) -> None:
        self.mark = f"{os.getpid()}-{next(_NUMBERS)}"
        begin = [sys.executable, str(AT), day] if day else NATPATSIP
        if slowly:
            begin = [sys.executable, str(SLOWLY), str(slowly), str(within or project)]
        temporary = project.parent / f"{project.name}-tmp"
        temporary.mkdir(exist_ok=True)
        environment = os.environ | AUTHOR | {"SOAK": self.mark, "TMPDIR": str(temporary), "HOME": str(temporary)}
        if slowly or day:
            environment["PYTHONPATH"] = str(TESTS)
        self.lines: list[tuple[float, str]] = []
        self.start, self.end = time.monotonic(), 0.0
        self.process = subprocess.Popen(
            [*begin, *arguments],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append((time.monotonic() - self.start, line.rstrip("\n")))

    @property
    def text(self) -> str:
        """All that it has said."""
        return "\n".join(line for _, line in self.lines)

    def says(self, pattern: str) -> bool:
        """Return True if it has said something."""
        return any(re.search(pattern, line) for _, line in self.lines)

    def waits_for(self, pattern: str, *, within: float = LONGEST) -> bool:
        """Wait until it says something; return False if it ends before."""
        becomes(lambda: self.says(pattern) or self.process.poll() is not None, within=within)
        return self.says(pattern)

    def ends(self) -> int:
        """Wait until it has ended; return its status."""
        try:
            status = self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
            self.lines.append((LONGEST, f"took more than {LONGEST:.0f} s"))
        self._reader.join(patience(GONE))
        self.end = time.monotonic() - self.start
        return status

    def kill(self) -> bool:
        """SIGKILL it, as the system does when memory runs out; return False if it had ended."""
        self.process.kill()
        killed = self.process.wait() == -signal.SIGKILL
        self._reader.join(patience(GONE))
        return killed

    def left(self) -> list[str]:
        """Return what processes that it started still run after a while, and end them."""
        becomes(lambda: not _marked(self.mark), within=patience(GONE))
        found = _marked(self.mark)
        for number in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        return [f"a process is left: {line}" for line in found.values()]

    def children(self) -> dict[int, str]:
        """Return the processes that it has started, with their command lines."""
        return {number: line for number, line in _marked(self.mark).items() if number != self.process.pid}


def _marked(mark: str) -> dict[int, str]:
    """Return the processes that began with a mark in their environment, with their command lines."""
    wanted, found = f"SOAK={mark}".encode(), {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                found[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return found
