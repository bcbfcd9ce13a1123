"""The command line: thin, quick to start, and plain where there is no terminal. One module a command."""

from __future__ import annotations

import io
import sys

from natpatsip.cli import (  # noqa: F401 — each adds its command
    build,
    check,
    clean,
    compare,
    doctor,
    init,
    new_quarter,
    preview,
)
from natpatsip.cli.app import app
from natpatsip.errors import ReportError

INTERRUPTED = 130  # the exit status after Ctrl-C, which the application gives by itself


def main() -> None:
    """Run a command, and turn what stops it into a sentence and an exit status."""
    _speak_utf_8()
    try:
        app()
    except ReportError as error:
        sys.stderr.write(f"natpatsip: {error}\n")
        sys.exit(error.exit_status)
    except OSError as error:
        from natpatsip.cli.os_errors import sentence

        said = sentence(error)
        if not said:
            raise
        sys.stderr.write(f"natpatsip: {said}\n")
        sys.exit(ReportError.exit_status)
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != INTERRUPTED:
            raise
        sys.stderr.write("natpatsip: stopped\n")
        sys.exit(INTERRUPTED)
    finally:
        if studio := sys.modules.get("natpatsip.pipeline.drawing.draw_worker"):
            studio.stop()  # now: Python would wait at its end for drawings that nobody needs any more


def _speak_utf_8() -> None:
    """Write UTF-8 whatever the system's encoding is, which on Windows lacks minus signs and ticks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=stream.errors)
