"""A pandoc that stays for later tasks: what it loads with its first one takes as long as three chapters.

It reads a task at a time from its input, and has written the answer before it reads the next.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, cast

from natpatsip.errors import RenderError
from natpatsip.pipeline.render.pandoc import pandoc_path
from natpatsip.pipeline.render.program import LIMIT, not_started

MOST_TASKS = 500  # after which a process is replaced, whatever it may have come to hold


class PandocProcess:
    """A process of pandoc that does tasks one after the other, in a folder that each names."""

    def __init__(self, script: Path) -> None:
        self.script, self.tasks = script, 0
        try:
            self._process = subprocess.Popen(  # noqa: S603 — pandoc's own path
                [pandoc_path(), "lua", str(script)],
                cwd=script.parent,  # which stays: a staged project is removed by the next build
                env={**os.environ, "TMPDIR": tempfile.gettempdir()},  # for an empty file
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise not_started(error, pandoc_path(), "pandoc") from error

    @property
    def is_running(self) -> bool:
        """Whether pandoc has not ended, as it does when memory runs out or somebody ends it."""
        return self._process.poll() is None

    def answer(self, order: bytes, content: bytes) -> str | None:
        """Return the answer to one task; None if pandoc could not do it.

        Raises
        ------
        EOFError
            If the process has ended, or was ended because it took too long.
        """
        self.tasks += 1
        stdin, stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        limit = threading.Timer(LIMIT, self._process.kill)
        limit.daemon = True
        limit.start()
        try:
            stdin.write(order + b"\n" + content)
            stdin.flush()
            length = int(stdout.readline() or b"x")
            text = stdout.read(max(0, length))
        except (OSError, ValueError):
            raise EOFError from None
        finally:
            limit.cancel()
        if len(text) < length:
            raise EOFError
        if self.tasks == 1:
            self._remove_history()
        return None if length < 0 else text.decode().replace("\r\n", "\n")

    def end(self) -> int:
        """End pandoc, and return its exit status."""
        with contextlib.suppress(OSError):
            cast("IO[bytes]", self._process.stdin).close()
        cast("IO[bytes]", self._process.stdout).close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(1)
        self._process.kill()
        status = self._process.wait()
        self._remove_history()
        return status

    def _remove_history(self) -> None:
        """Remove the empty file that pandoc has for what is typed into it; when killed, nobody else would."""
        for file in Path(tempfile.gettempdir()).glob(f"pandoc-hist{self._process.pid}-*"):
            file.unlink(missing_ok=True)


_idle: list[PandocProcess] = []
_lock = threading.Lock()


def answers(
    tasks: Sequence[tuple[dict[str, object], bytes]],  # the orders of each task, and its content
    *,
    root: Path,  # the folder in which they are done
    script: Path,
    is_stopped: Callable[[int], bool],  # whether an exit status is that of a process that Ctrl-C or a shutdown ended
) -> list[str | None]:
    """Return pandoc's answers to some tasks; None for what the command line has to do, and to say what is wrong.

    Raises
    ------
    RenderError
        If pandoc cannot be started, or was stopped from outside.
    """
    process = _take(script)
    found: list[str | None] = []
    for orders, content in tasks:
        order = json.dumps({**orders, "length": len(content), "folder": str(root.resolve())}).encode()
        try:
            found.append(process.answer(order, content))
        except EOFError:
            if is_stopped(process.end()):
                raise RenderError("pandoc: it was stopped. Build again.") from None
            return [*found, *[None] * (len(tasks) - len(found))]
        except BaseException:  # Ctrl-C: what it writes would be taken for the next answer
            process.end()
            raise
    if process.tasks < MOST_TASKS:
        with _lock:
            _idle.append(process)
    else:
        process.end()
    return found


def _take(script: Path) -> PandocProcess:
    """Return a pandoc that waits for tasks, or a new one; one that has ended while it waited is replaced."""
    with _lock:
        waiting = [each for each in _idle if each.script == script]
        for each in waiting:
            _idle.remove(each)
            if each.is_running:
                return each
            each.end()
    return PandocProcess(script)


@atexit.register
def stop() -> None:
    """End all processes of pandoc that wait for tasks."""
    with _lock:
        while _idle:
            _idle.pop().end()
