"""The preview's side of the process that builds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import cast

from natpatsip.errors import ReportError
from natpatsip.pipeline.options import Log

IDLE = 0.3  # seconds in which a process that is not building ends once its input is closed
LAST_LINES = 12  # shown of a process that died
LONGEST_LINE = 2**24  # bytes: an answer may hold a whole traceback
Published = Callable[[], None]


class BuildError(ReportError):
    """A build failed; the text is its error message."""


class BuildProcess:
    """Builds in a process that stays, and is restarted if it has died or the Python code has changed."""

    def __init__(
        self,
        project: Path,  # the project's folder, and the folder to publish in
        quarter: str,  # the quarter to build
        output: Path,
        *,
        jobs: int,  # how many notebooks to run at once
        log: Log,  # called with a line for each step
    ) -> None:
        self._project, self._log = project, log
        self._arguments = (str(project), quarter, str(output), str(jobs))
        self.read: frozenset[str] = frozenset()
        """The files that the notebooks of the latest build have read, by their paths in the project."""
        self._process: Process | None = None
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 — open until the end

    async def __aenter__(self) -> BuildProcess:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.stop()
        self._stderr.close()

    async def build(self, published: Published) -> None:
        """Build; `published` is called as soon as the report is there, which the process may still have to check.

        Raises
        ------
        BuildError
            If the build failed, or the process died.
        """
        for _ in range(2):
            if await self._request(published):
                return
            await self.stop()  # a process that starts now imports the changed code
        raise BuildError("The Python code changed while the report was being built. Save again.")

    async def stop(self) -> None:
        """End the preview's process that builds, whatever it is doing; the next build starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            async with asyncio.timeout(IDLE):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                if os.name == "posix":  # it leads a group, which includes the processes that draw and run notebooks
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            await process.wait()

    async def _request(self, published: Published) -> bool:
        """Request a build. Return True once it is done, False if the process has to be restarted for it."""
        process = await self._running()
        stdin, stdout = cast("asyncio.StreamWriter", process.stdin), cast("asyncio.StreamReader", process.stdout)
        try:
            stdin.write(b"build\n")
            await stdin.drain()
            async for line in stdout:
                answer = json.loads(line)
                if "log" in answer:
                    self._log(answer["log"])
                elif "read" in answer:
                    self.read = frozenset(answer["read"])
                elif "published" in answer:
                    published()
                elif "failed" in answer:
                    raise BuildError(answer["failed"])
                else:
                    return "done" in answer
        except (OSError, ValueError):  # it died or was stopped in the middle of a line
            pass
        raise BuildError(self._last_words())

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._stderr.truncate(0)
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "natpatsip.preview.builder", *self._arguments),
                cwd=self._project,
                stdin=PIPE,
                stdout=PIPE,
                stderr=self._stderr,
                limit=LONGEST_LINE,
                start_new_session=os.name == "posix",  # so that Ctrl-C reaches only the preview
            )
        return self._process

    def _last_words(self) -> str:
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        shown = "\n".join(f"    {line}" for line in lines[-LAST_LINES:])
        return f"The process that builds ended unexpectedly: {lines[-1] if lines else 'no message'}\n{shown}"
