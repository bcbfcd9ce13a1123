"""Runs the programs that render, with a time limit: one that hangs is ended, and one that crashes is said to have."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from natpatsip.errors import RenderError, of_the_machine

LIMIT = 900.0  # seconds; Pandoc and Typst take a second or two, Quarto a minute for a long book


def not_started(error: OSError, program: str, what: str) -> OSError | RenderError:
    """Return what is said of a program that cannot be started."""
    if of_the_machine(error) and not isinstance(error, PermissionError):
        return error  # such as too little memory, which is nothing of the program's
    return RenderError(f"{what}: {program} cannot be started: {error.strerror}. Install it again.")


def run_program(
    command: Sequence[str],
    *,
    what: str,  # what it makes, for errors
    folder: Path | None = None,
    content: bytes = b"",  # what it reads on standard input
    environment: Mapping[str, str] | None = None,
    starts_others: bool = False,  # whether it starts programs of its own, which have to be ended with it
    limit: float | None = None,  # in seconds; by default LIMIT
) -> subprocess.CompletedProcess[bytes]:
    """Run a program until it ends, and return its exit status and output.

    Raises
    ------
    RenderError
        If it cannot be started, or is not done within the limit.
    """
    seconds = LIMIT if limit is None else limit
    has_group = starts_others and os.name == "posix"
    name = Path(command[0]).name
    try:
        process = subprocess.Popen(  # noqa: S603 — the callers name the program and its arguments
            command,
            cwd=folder,
            env={**(environment or os.environ), "TMPDIR": tempfile.gettempdir()},  # one that can be written to
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=has_group,
        )
    except OSError as error:
        raise not_started(error, command[0], what) from error
    with process:
        try:
            out, err = process.communicate(content, timeout=seconds)
        except BaseException as error:
            if has_group:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                raise RenderError(
                    f"{what}: {name} was not done after {seconds:g} s and was ended. Build again; if it hangs again, "
                    "build with the other renderer (--renderer), and report it."
                ) from None
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)
