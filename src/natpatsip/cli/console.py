"""What a command prints: results on standard output, progress on standard error, and last what has stopped it.

Every command begins here, so this imports little.
"""

from __future__ import annotations

import datetime
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from natpatsip.errors import ReportError, lines_shown, of_the_machine, one_line

MAY_BE_TERMINAL = {"FORCE_COLOR", "TTY_COMPATIBLE"}  # environment variables by which Rich takes a file for a terminal
INTERRUPTED = 130  # the exit status after Ctrl-C; Typer exits with it too


class TimedLines(io.TextIOBase):
    """A stream that begins each line with the time, whoever writes it: for the log of a schedule."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._is_new = stream, True

    def write(self, text: str) -> int:
        """Write text to the terminal or a log; each line that it begins is given the time."""
        if not isinstance(text, str):  # so Click, which tries both, knows that this is no stream of bytes
            raise TypeError(f"write() takes text, not {type(text).__name__}")
        for line in text.splitlines(keepends=True):
            self._stream.write(f"{_now()} {line}" if self._is_new else line)
            self._is_new = line.endswith("\n")
        self.flush()
        return len(text)

    def flush(self) -> None:
        """Write what waits to the terminal or the log."""
        self._stream.flush()

    def fileno(self) -> int:
        """Return the descriptor, which processes that are started write to."""
        return self._stream.fileno()


def time_every_line() -> None:
    """Begin each line on standard output and error with the time, unless somebody watches on a terminal."""
    if not sys.stderr.isatty():
        sys.stdout, sys.stderr = TimedLines(sys.stdout), TimedLines(sys.stderr)


def _now() -> str:
    return f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"


class ProgressLog:
    """Prints progress: with a tick on a terminal, elsewhere as plain lines with the time."""

    def __init__(self) -> None:
        self._is_terminal = False
        if sys.stderr.isatty() or os.environ.keys() & MAY_BE_TERMINAL:  # Rich takes long to import
            from rich.console import Console

            self._console = Console(stderr=True)
            self._is_terminal = self._console.is_terminal

    def __call__(self, line: str) -> None:
        """Print a line."""
        line = one_line(line)
        if self._is_terminal:
            from rich.text import Text

            self._console.print(Text.assemble(("✓", "green"), f" {line}"))  # not markup: "[column]" is a cell's code
        else:
            sys.stderr.write(f"{line}\n" if isinstance(sys.stderr, TimedLines) else f"{_now()} {line}\n")
            sys.stderr.flush()


def say(line: str) -> None:
    """Print a line of a command's result, as `one_line` shows what came from data, notebooks and file names."""
    sys.stdout.write(one_line(line) + "\n")


def say_as_is(text: str) -> None:
    """Print a result for machines, JSON or annotations for GitHub, whose writers escape what has to be escaped."""
    sys.stdout.write(text + "\n")


def use_utf_8() -> None:
    """Write UTF-8 whatever the system's encoding is: on Windows that often lacks minus signs and ticks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=stream.errors)


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Exit with a sentence if the report, the machine or Ctrl-C stops the block; faults of the program are raised."""
    try:
        yield
    except ReportError as error:
        _exit(str(error), error.exit_status)
    except BrokenPipeError:  # nobody reads any more what is printed, as after `| head`; Typer ends so too
        sys.exit(ReportError.exit_status)
    except OSError as error:
        if not (text := of_the_machine(error)):
            raise
        _exit(text, ReportError.exit_status)
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != INTERRUPTED:
            raise
        _exit("stopped", INTERRUPTED)


def _exit(text: str, status: int) -> None:
    sys.stderr.write(f"natpatsip: {lines_shown(text)}\n")
    sys.exit(status)
