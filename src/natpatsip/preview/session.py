"""A preview in progress: saves come in, builds are made one at a time, and open pages are sent the state."""

from __future__ import annotations

import asyncio
import math
import re
import time
import traceback
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from natpatsip.files.digests import sha256_of_folder
from natpatsip.pipeline.options import Log
from natpatsip.preview.build_process import BuildError, BuildProcess

LONG = 20.0  # seconds after which a save stops a build that is still running, and starts another
PLACE = re.compile(r'notebooks/([\w.-]+\.ipynb)(?:, cell \d+(?: "[^"]*")? \(id ([\w-]+)\))?')


@dataclass(frozen=True)
class State:
    """What open pages are sent."""

    # a hash of the report's pages and the files beside them: a page that was served with another one is out of date
    version: str = ""
    is_building: bool = False  # whether a build is running
    error: str = ""  # what stopped the latest one; empty if nothing did
    notebook: str = ""  # where, as far as the error says
    cell: str = ""

    def record(self) -> dict[str, str | bool]:
        """Return the preview's state as JSON can hold it."""
        return asdict(self)


class Session:
    """Builds after each save, and keeps the state."""

    def __init__(
        self,
        process: BuildProcess,  # builds
        pages: Path,  # the folder of the report's pages
        log: Log,  # called with a line for the terminal
    ) -> None:
        self.pages, self.state = pages, State(version_of(pages))
        self._process, self._log = process, log
        self._saved, self._changed = asyncio.Event(), asyncio.Event()
        self._started = math.inf  # when the process began what it is doing; never, while it does nothing

    async def saved(self, names: set[str]) -> None:
        """Build after a save; while a build is running, after that one. A build that hangs is stopped."""
        self._log(f"saved: {', '.join(sorted(names))}")
        self._saved.set()
        if time.monotonic() - self._started > LONG:
            await self._process.stop()

    async def run(self) -> None:
        """Build now and after each save, until cancelled."""
        self._saved.set()
        while True:
            await self._saved.wait()
            self._saved.clear()
            await self._build()

    async def states(self, *, heartbeat: float) -> AsyncIterator[State | None]:
        """Yield the preview's state now and whenever it changes, and None after so many seconds without a change."""
        sent = None
        while True:
            if self.state != sent:
                sent = self.state
                yield sent
                continue
            try:
                async with asyncio.timeout(heartbeat):
                    await self._changed.wait()
            except TimeoutError:
                yield None

    async def _build(self) -> None:
        self._started = time.monotonic()
        self._set(replace(self.state, is_building=True))
        try:
            await self._process.build(self._published)
        except BuildError as error:
            self._failed(str(error))
        except Exception:  # must not end the preview: the page shows what is wrong, and the next save is built
            self._failed(f"The preview itself failed. Save again, or restart it.\n{traceback.format_exc().strip()}")
        finally:
            self._started = math.inf

    def _failed(self, text: str) -> None:
        if self._saved.is_set():  # the error is already out of date
            return
        found = PLACE.search(text)
        for line in text.splitlines():
            self._log(line)
        notebook, cell = (found[1], found[2] or "") if found else ("", "")
        self._set(replace(self.state, is_building=False, error=text, notebook=notebook, cell=cell))

    def _published(self) -> None:
        self._started = time.monotonic()  # of the checks, which may hang too
        self._set(State(version_of(self.pages)))

    def _set(self, state: State) -> None:
        self.state = state
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def version_of(pages: Path) -> str:
    """Return a hash of all files of the pages that a preview shows; empty without their folder."""
    return sha256_of_folder(pages)[:16] if pages.is_dir() else ""
