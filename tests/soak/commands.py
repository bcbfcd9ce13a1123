"""Running commands as their users do, watching what they say, and killing them.

A command is a fork of a process that has imported the engine and waits: it is a process of its own, with its own
folder, environment, output and processes, and spends nothing on imports.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from support.killing import CHANGES, PRELOADED, WRITES
from support.projects import command
from support.repositories import AUTHOR
from support.waiting import becomes

GONE = 120.0  # seconds in which all that a killed command has started must end, on a machine that is not busy
LONGEST = 1800.0  # seconds for a command that is not killed, on a machine with much else to do
FIRST_CHANGE = "soak: first change"
_NUMBERS = count(1)
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([*PRELOADED, "natpatsip.__main__", "support.repositories", "support.waiting"])


@dataclass(frozen=True)
class Done:
    """What became of a command that was run to its end."""

    status: int
    text: str
    wrong: tuple[str, ...] = ()
    """Processes that it left."""


def run_here(project: Path, *arguments: str) -> Done:
    """Run a command in this process, where a build takes a fifth of the time that one takes in a process of its own."""
    temporary = _temporary(project)
    before = {name: os.environ.get(name) for name in (*AUTHOR, "TMPDIR")}, tempfile.tempdir
    os.environ.update({**AUTHOR, "TMPDIR": str(temporary)})
    tempfile.tempdir = None  # it is known again from the environment
    try:
        done = command(project, *arguments)
    finally:
        for name, value in before[0].items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        tempfile.tempdir = before[1]
    return Done(done.returncode, done.stdout + done.stderr)


def run_apart(project: Path, *arguments: str) -> Done:
    """Run a command in a process of its own, to its end."""
    run = Command(project, *arguments)
    status = run.ends()
    return Done(status, run.text, tuple(run.left()))


def _temporary(project: Path) -> Path:
    folder = project.parent / f"{project.name}-tmp"
    folder.mkdir(exist_ok=True)
    return folder


def patience(seconds: float) -> float:
    """Return how long something may take that takes some seconds if no process has to wait for another."""
    return seconds * max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))


class Command:
    """A command that runs in a project: its lines, each with the moment that it came, and the processes it started.

    With `slowly`, each change of a file in `within` takes so many seconds: moments that pass in a blink can be hit.
    With `day`, it runs as it will on that day.
    """

    def __init__(
        self, project: Path, *arguments: str, slowly: float = 0.0, within: Path | None = None, day: str = ""
    ) -> None:
        self.mark = f"{os.getpid()}-{next(_NUMBERS)}"
        temporary = str(_temporary(project))
        environment = {**AUTHOR, "SOAK": self.mark, "TMPDIR": temporary, "HOME": temporary}
        self.lines: list[tuple[float, str]] = []
        self.start, self.end = time.monotonic(), 0.0
        reader, writer = _SERVER.Pipe(duplex=False)
        given = (writer, arguments, project, environment, slowly, within or project, day)
        self.process = _SERVER.Process(target=_run, args=given)
        self.process.start()
        writer.close()
        self._reader = threading.Thread(target=self._read, args=[reader], daemon=True)
        self._reader.start()

    def _read(self, pipe: Connection) -> None:
        with pipe, open(pipe.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in lines:
                self.lines.append((time.monotonic() - self.start, line.rstrip("\n")))

    @property
    def has_ended(self) -> bool:
        return self.process.exitcode is not None

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @property
    def text(self) -> str:
        """All that it has said."""
        return "\n".join(line for _, line in self.lines)

    def says(self, pattern: str) -> bool:
        """Return True if it has said something."""
        return any(re.search(pattern, line) for _, line in self.lines)

    def waits_for(self, pattern: str, *, within: float = LONGEST) -> bool:
        """Wait until it says something; return False if it ends before."""
        becomes(lambda: self.says(pattern) or self.has_ended, within=within)
        return self.says(pattern)

    def runs_on_for(self, seconds: float) -> None:
        """Let it run so many seconds longer, or to its end."""
        self.process.join(seconds)

    def interrupt(self) -> int:
        """End it as Ctrl-C does; return its status."""
        os.kill(self.pid, signal.SIGINT)
        return self.ends()

    def ends(self) -> int:
        """Wait until it has ended; return its status."""
        self.process.join(LONGEST)
        if not self.has_ended:
            self.process.kill()
            self.process.join()
            self.lines.append((LONGEST, f"took more than {LONGEST:.0f} s"))
        self._reader.join(patience(GONE))
        self.end = time.monotonic() - self.start
        return int(self.process.exitcode or 0)

    def kill(self) -> bool:
        """SIGKILL it, as the system does when memory runs out; return False if it had ended."""
        self.process.kill()
        self.process.join()
        self._reader.join(patience(GONE))
        return self.process.exitcode == -signal.SIGKILL

    def left(self) -> list[str]:
        """Return what processes that it started still run after a while, and end them."""
        becomes(lambda: not self.children(), within=patience(GONE))
        found = self.children()
        for number in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        return [f"a process is left: {line}" for line in found.values()]

    def children(self) -> dict[int, str]:
        """Return the processes that it has started and that run, with their command lines."""
        wanted, found = f"SOAK={self.mark}".encode(), {}
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if wanted in (place / "environ").read_bytes().split(b"\0"):
                    found[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        return found


# In the command's process ---------------------------------------------------------------------------------------------


def _run(
    pipe: Connection,
    arguments: tuple[str, ...],
    project: Path,
    environment: dict[str, str],
    slowly: float,
    within: Path,
    day: str,
) -> None:
    """Become the command line, as ``python -m natpatsip`` is."""
    from natpatsip import __main__
    from natpatsip.cli import main
    from natpatsip.schedule import scheduled_run

    for stream in (1, 2):
        os.dup2(pipe.fileno(), stream)
    pipe.close()
    sys.stdout, sys.stderr = (os.fdopen(stream, "w", 1, encoding="utf-8") for stream in (1, 2))
    os.environ.update(environment)
    tempfile.tempdir = None  # it is known again from the environment
    os.chdir(project)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.modules["__main__"] = __main__
    sys.argv = ["natpatsip", *arguments]
    if day:
        scheduled_run.today = lambda: datetime.date.fromisoformat(day)
    if slowly:
        _slow_down(slowly, str(within))
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        atexit._run_exitfuncs()  # multiprocessing does not


def _slow_down(seconds: float, folder: str) -> None:
    own, has_begun = os.getpid(), False

    def linger(event: str, given: tuple[Any, ...]) -> None:
        nonlocal has_begun
        is_write = event == "open" and isinstance(given[2], int) and given[2] & WRITES
        is_change = (event in CHANGES or is_write) and any(str(path).startswith(folder) for path in given[:2])
        if is_change or (event == "ctypes.dlsym" and "renameat2" in given):  # the exchange of folders is not audited
            if os.getpid() != own:
                return
            if not has_begun:
                has_begun = True
                os.write(2, f"{FIRST_CHANGE}\n".encode())
            time.sleep(seconds)

    sys.addaudithook(linger)
