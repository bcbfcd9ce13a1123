"""The command line: thin, quick to start, and plain where there is no terminal."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.cli.console import errors_as_sentences, time_every_line, use_utf_8
from natpatsip.cli.plain_build import is_built

if TYPE_CHECKING:
    from natpatsip.cli.application import app

__all__ = ["app", "main"]


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from natpatsip.cli import build, check, commands, compare, data, sign  # noqa: F401 — each adds its commands
    from natpatsip.cli.application import app

    return app


def main() -> None:
    """Run a command; what stops it becomes a sentence and an exit status."""
    # A build makes two million objects and hardly any garbage: looking for it took a twelfth of the processor time,
    # and 3% with a threshold of 50,000.
    gc.set_threshold(2_000_000, 10, 10)
    use_utf_8()
    give_a_home()
    is_scheduled = "--due" in sys.argv
    if is_scheduled:  # its log shows when each line was written, errors included
        time_every_line()
    try:
        with errors_as_sentences():
            if is_scheduled or not is_built(sys.argv[1:]):
                sys.modules[__name__].app()
    finally:
        if draw_worker := sys.modules.get("natpatsip.pipeline.drawing.draw_worker"):
            draw_worker.stop()  # or Python would wait at exit for drawings that are no longer needed
        gc.freeze()  # else Python looks through every object again and again as it exits: 0.3 s after a build


def give_a_home() -> None:
    """Set HOME for a user who has none, as one of a container that is known by number alone: Jupyter fails without."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = tempfile.gettempdir()
