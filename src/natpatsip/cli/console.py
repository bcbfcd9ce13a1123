"""What a command prints: results on standard output, progress on standard error."""

from __future__ import annotations

import datetime
import io
import sys

from rich.console import Console
from rich.text import Text


class ProgressLog:
    """Prints progress: with a tick on a terminal, elsewhere as plain lines with the time."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._is_terminal = self._console.is_terminal

    def __call__(self, line: str) -> None:
        """Print a line."""
        if self._is_terminal:
            self._console.print(Text.assemble(("✓", "green"), f" {line}"))  # not markup: "[column]" is a cell's code
        else:
            sys.stderr.write(f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}\n")
            sys.stderr.flush()


def say(line: str) -> None:
    """Print a line of a command's result."""
    sys.stdout.write(line + "\n")


def use_utf_8() -> None:
    """Write UTF-8 whatever the system's encoding is: on Windows that often lacks minus signs and ticks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=stream.errors)
