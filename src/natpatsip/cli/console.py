"""What a command prints: results on standard output, progress on standard error."""

from __future__ import annotations

import datetime
import io
import sys

from rich.console import Console
from rich.text import Text

from natpatsip.errors import one_line


class ProgressLog:
    """Prints progress: with a tick on a terminal, elsewhere as plain lines with the time."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._is_terminal = self._console.is_terminal

    def __call__(self, line: str) -> None:
        """Print a line."""
        line = one_line(line)
        if self._is_terminal:
            self._console.print(Text.assemble(("✓", "green"), f" {line}"))  # not markup: "[column]" is a cell's code
        else:
            sys.stderr.write(f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}\n")
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
