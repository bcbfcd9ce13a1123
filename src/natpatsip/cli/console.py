"""What a command says: results on standard output, progress on standard error, plain where there is no terminal."""

from __future__ import annotations

import datetime
import sys

from rich.console import Console
from rich.text import Text


class Voice:
    """Tells how a build goes: on a terminal with a moving line, elsewhere in plain lines with the time."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._is_terminal = self._console.is_terminal

    def __call__(self, line: str) -> None:
        """Tell one line."""
        if self._is_terminal:
            self._console.print(Text.assemble(("✓", "green"), f" {line}"))  # no markup: "[column]" is a cell's code
        else:
            sys.stderr.write(f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}\n")
            sys.stderr.flush()


def say(line: str) -> None:
    """Print a line of a command's result."""
    sys.stdout.write(line + "\n")
