"""The preview's side of the process that builds."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from natpatsip.errors import ReportError

IDLE = 0.3  # seconds in which a process that builds nothing ends by itself
LINES = 12  # of a process that died, that are shown
Log = Callable[[str], None]
Published = Callable[[], None]


class BuildError(ReportError):
    """A build failed; the text is what it said."""


@dataclass(frozen=True)
class Order:
    """What to build."""

    project: Path
    quarter: str
    output: Path
    jobs: int

    @property
    def command(self) -> list[str]:
        """The program that builds it."""
        arguments = (str(self.project), self.quarter, str(self.output), str(self.jobs))
        return [sys.executable, "-P", "-m", "natpatsip.preview.builder", *arguments]


class Workshop:
    """Builds in a process that stays, and is started anew when it has ended or the helpers have changed.

    Parameters
    ----------
    order : Order
        What to build.
    log : callable
        Is given a line for each step.
    """

    def __init__(self, order: Order, log: Log) -> None:
        self._order, self._tell = order, log
        self._process: subprocess.Popen[str] | None = None
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 — open until the end
        self._lock = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._is_closed = True
        self.abandon()
        self._words.close()

    def build(self, published: Published) -> None:
        """Build.

        Parameters
        ----------
        published : callable
            Is called as soon as the report is there; the process may then still have to check it.

        Raises
        ------
        BuildError
            With what the build said.
        """
        for _ in range(2):
            if self._ask(published):
                return
            self.abandon()  # the helpers have changed: a process that begins now has the new ones
        raise BuildError("src/helpers changed while the report was built. Save again.")

    def abandon(self) -> None:
        """End the process, whatever it is at; the next build starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            with contextlib.suppress(OSError):
                process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(IDLE)
        if process.returncode is None:
            _kill(process)
            process.wait()
        if process.stdout:
            process.stdout.close()

    def _ask(self, published: Published) -> bool:
        """Ask for a build and say whether it is done; where it is not, the process has to be started anew first."""
        process = self._started()
        asked, answers = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
        try:
            asked.write("build\n")
            asked.flush()
            for line in answers:
                message = json.loads(line)
                if "said" in message:
                    self._tell(message["said"])
                elif "published" in message:
                    published()
                elif "done" in message:
                    return True
                elif "stale" in message:
                    return False
                else:
                    raise BuildError(message["failed"])
        except (OSError, ValueError):  # it has died, or was abandoned
            pass
        raise BuildError(self._last_words())

    def _started(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                if self._is_closed:
                    raise BuildError("The preview has ended.")
                self._words.truncate(0)
                self._process = subprocess.Popen(  # noqa: S603 — our own module
                    self._order.command,
                    cwd=self._order.project,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._words,
                    encoding="utf-8",
                    start_new_session=os.name == "posix",  # Ctrl-C is the preview's to hear
                )
            return self._process

    def _last_words(self) -> str:
        if self._is_closed:
            return "The preview has ended."
        self._words.seek(0)
        lines = self._words.read().decode(errors="replace").strip().splitlines()
        shown = "\n".join(f"    {line}" for line in lines[-LINES:])
        return f"The process that builds ended unexpectedly: {lines[-1] if lines else 'it said nothing'}\n{shown}"


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process in the midst of a build, and those that it has started with it."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)  # it leads a group; the warm process notices by itself
    else:
        process.kill()
