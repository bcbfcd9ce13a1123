"""The command line: thin, quick to start, and plain where there is no terminal."""

from __future__ import annotations

import sys

from natpatsip.cli import build, check, commands, compare, data, sign  # noqa: F401 — each adds its commands
from natpatsip.cli.application import app, errors_as_sentences
from natpatsip.cli.console import time_every_line, use_utf_8

__all__ = ["app", "main"]


def main() -> None:
    """Run a command; what stops it becomes a sentence and an exit status."""
    use_utf_8()
    if "--due" in sys.argv:  # a schedule's run: its log shows when each line was written, errors included
        time_every_line()
    try:
        with errors_as_sentences():
            app()
    finally:
        if draw_worker := sys.modules.get("natpatsip.pipeline.drawing.draw_worker"):
            draw_worker.stop()  # or Python would wait at exit for drawings that are no longer needed
