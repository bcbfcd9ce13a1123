"""Processes that draw charts while notebooks still run.

Vega runs in V8, which draws one chart at a time in a process. What the processes draw they put into the cache, where
`write_drawings` finds it; what they could not draw is drawn, or reported, there. A process takes half a second until it
draws, so there is one only where there is work for it, and another only where much is waiting.

This module is both sides: the build's, and the program of a process, which gets a line of JSON for each drawing and
answers with the entries that it has put into the cache.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from natpatsip.blocks.figures import VEGALITE
from natpatsip.blocks.library_figures import PLOTLY, SVG
from natpatsip.errors import FigureError, ReportError
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing.charts_to_svg import Archive, Artist, Drawn, NotDrawnError
from natpatsip.pipeline.options import FORMATS

if TYPE_CHECKING:
    from natpatsip.pipeline.notebook_outputs import Outputs

PATIENCE = 120.0  # seconds for a chart; then the build draws it itself
ENOUGH = 16  # figures for each process: it draws four in the time that it takes to start
DRAWING = (b"figure(", b"picture(")
FORMS = (VEGALITE, PLOTLY, SVG)
WARM_UP: Mapping[str, Any] = {}
Request = Mapping[str, Any]
Entries = list[tuple[str, str]]


# The build's side -----------------------------------------------------------------------------------------------------


class DrawProcess:
    """One of the processes, from its start until it is ended."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.began: float | None = None  # when it began to draw what it draws now
        modules = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]  # noqa: PTH100
        self.process = subprocess.Popen(  # noqa: S603 — our own module
            [sys.executable, "-P", "-m", __name__, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(modules)},
            cwd=os.sep,  # in no project, whose Python natpatsip would put on its path
            start_new_session=True,  # Ctrl-C is for the build alone
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same on Windows
        )
        self._requests = cast("IO[bytes]", self.process.stdin)
        self._answers = cast("IO[bytes]", self.process.stdout)

    def draw(self, request: Request) -> Entries | None:
        """Draw, and return the entries that are now in the cache; None if the process has ended."""
        self.began = time.monotonic()
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
            found = [(kind, name) for kind, name in json.loads(self._answers.readline())]
        except (OSError, ValueError):  # its pipes are closed, or something else prints there
            return None
        self.began = None
        return found

    @property
    def is_stuck(self) -> bool:
        """Whether the process takes too long for what it draws."""
        return self.began is not None and time.monotonic() - self.began > PATIENCE

    def kill(self) -> None:
        """Stop the process that draws, whatever it does."""
        self.process.kill()

    def end(self) -> None:
        """Stop the process that draws, and wait until it has ended."""
        self.kill()
        with contextlib.suppress(OSError), self.process:  # what it no longer reads cannot be written
            pass


class DrawWorkers:
    """The processes of a build, and what waits for them."""

    def __init__(self, cache: Cache, fonts: Path, *, jobs: int, formats: Collection[str]) -> None:
        self.is_open = True
        self.settings = _settings(cache, fonts, formats)
        self.jobs = jobs
        self.processes: list[DrawProcess] = []
        self._threads: list[threading.Thread] = []
        self._waiting: deque[Request] = deque()
        self._drawing = 0
        self._entries: Entries = []
        self._changed = threading.Condition()
        self.begin(cache, fonts)

    def begin(self, cache: Cache, fonts: Path) -> None:
        """Begin another build of the same project, with the same settings."""
        self._archive = Archive(cache, fonts, self.settings["formats"])
        self._found: dict[str, Drawn] = {}

    def does(self, cache: Cache, fonts: Path, *, jobs: int, formats: Collection[str]) -> bool:
        """Return True if it can do the drawings of a build with these settings."""
        return self.is_open and (jobs, _settings(cache, fonts, formats)) == (self.jobs, self.settings)

    def warm_up(self) -> None:
        """Start the first process before there is anything to draw."""
        if not self.processes:
            self._add([WARM_UP])

    def draw(self, outputs: Outputs) -> None:
        """Have the figures and pictures of an executed notebook drawn, unless earlier builds have drawn them."""
        requests: list[Request] = []
        for each in outputs.figures:
            # plain JSON: a process that unpickled a node of nbformat would import it, which takes a second
            forms = {form: each.data[form] for form in FORMS if form in each.data}
            with contextlib.suppress(FigureError):  # reported when the build writes its drawings
                try:
                    self._found[each.id] = self._archive.figure_of(each.id, each.data, forms)
                except NotDrawnError:
                    requests.append({"name": each.id, "forms": forms})
        for each in outputs.pictures:
            with contextlib.suppress(FigureError):
                try:
                    self._archive.picture(each.id, each.data[SVG])
                except NotDrawnError:
                    requests.append({"name": each.id, "picture": each.data[SVG]})
        self._add(requests)

    def finish(self, cache: Cache) -> Mapping[str, Drawn]:
        """Wait until all is drawn, so that it is found in `cache`; return what was there before, by id."""
        with self._changed:
            while self.is_open and (self._waiting or self._drawing):
                self._changed.wait(timeout=1)
                for process in self.processes:
                    if process.is_stuck:
                        process.kill()
            entries, self._entries = self._entries, []
        cache.adopt(entries)
        found, self._found = self._found, {}
        return found

    def close(self) -> None:
        """End all processes that draw."""
        with self._changed:
            self.is_open = False
            self._waiting.clear()
            self._changed.notify_all()
            for process in self.processes:
                process.kill()
        for thread in self._threads:
            thread.join()

    def _add(self, requests: Collection[Request]) -> None:
        """Have drawings wait, and start as many processes as they need."""
        with self._changed:
            if not self.is_open:
                return
            self._waiting.extend(requests)
            self._changed.notify_all()
            wanted = math.ceil((len(self._waiting) + self._drawing) / ENOUGH)
            while len(self.processes) < min(self.jobs, wanted) and self._start():
                pass

    def _start(self) -> bool:
        """Start a process; return False where none can be started: then the build draws by itself what is left."""
        try:
            process = DrawProcess(self.settings)
        except OSError:
            self._close_if_alone()
            return False
        self.processes.append(process)
        self._threads.append(threading.Thread(target=self._serve, args=(process,), daemon=True))
        self._threads[-1].start()
        return True

    def _serve(self, process: DrawProcess) -> None:
        """Give a process what waits, one drawing after another, until it ends."""
        try:
            while (request := self._next()) is not None:
                entries = None
                try:
                    entries = process.draw(request)
                finally:
                    with self._changed:
                        self._drawing -= 1
                        self._entries += entries or []
                        self._changed.notify_all()
                if entries is None:
                    break
        finally:
            process.end()
            with self._changed:
                self.processes.remove(process)
                self._close_if_alone()
                self._changed.notify_all()

    def _next(self) -> Request | None:
        """Wait for the next drawing and return it; None once no more will come."""
        with self._changed:
            while self.is_open and not self._waiting:
                self._changed.wait()
            if not self.is_open:
                return None
            self._drawing += 1
            return self._waiting.popleft()

    def _close_if_alone(self) -> None:
        """Leave what waits to the build where no process is left to draw it."""
        if not self.processes:
            self.is_open = False
            self._waiting.clear()


def _settings(cache: Cache, fonts: Path, formats: Collection[str]) -> dict[str, Any]:
    """Return what a process that draws has to know."""
    return {
        "cache": str(cache.folder.absolute()),
        "is_read": cache.is_read,
        "fonts": str(fonts.absolute()),
        "formats": sorted(formats),
    }


_workers: DrawWorkers | None = None


def start(
    cache: Cache,
    fonts: Path,
    *,
    jobs: int = 2,  # how many processes may draw; the build draws by itself if it may have one job
    formats: Collection[str] = FORMATS,
    is_early: bool = False,  # whether there will be something to draw for certain, so that a process starts now
) -> DrawWorkers | None:
    """Prepare for the drawings of a build; the builds of a project in one process share what they have started."""
    global _workers
    if _workers is None or not _workers.does(cache, fonts, jobs=jobs, formats=formats):
        stop()
        _workers = DrawWorkers(cache, fonts, jobs=jobs, formats=formats) if jobs > 1 else None
    else:
        _workers.begin(cache, fonts)
    if _workers is not None and is_early:
        _workers.warm_up()
    return _workers


def may_draw(notebook: Path) -> bool:
    """Return True if a notebook seems to show figures or pictures; what this misses is drawn at the end."""
    try:
        content = notebook.read_bytes()
    except OSError:  # it is rejected by name when it is read
        return False
    return any(call in content for call in DRAWING)


def draw(outputs: Outputs) -> None:
    """Have what a notebook shows drawn, if other processes may."""
    if _workers is not None:
        _workers.draw(outputs)


def finish(cache: Cache) -> Mapping[str, Drawn]:
    """Wait until all is drawn that was asked for, so that it is found in `cache`; return what was there before."""
    return _workers.finish(cache) if _workers is not None else {}


def stop() -> None:
    """End the processes that draw."""
    global _workers
    if _workers is not None:
        _workers.close()
        _workers = None


atexit.register(stop)


# The process ----------------------------------------------------------------------------------------------------------


def main(settings: Mapping[str, Any]) -> None:
    """Draw what standard input asks for, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the build handles Ctrl-C
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    cache = Cache(Path(settings["cache"]), is_read=settings["is_read"])
    artist = Artist(cache, Path(settings["fonts"]), settings["formats"])
    while True:
        request = requests.get()
        with contextlib.suppress(ReportError):  # reported when the build writes its drawings
            _draw(artist, request)
        answers.write(json.dumps(cache.new()).encode() + b"\n")
        answers.flush()


def _read(requests: queue.SimpleQueue[Request]) -> None:
    """Receive what is to be drawn; end this process when the build has ended, however that was."""
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)


def _draw(artist: Artist, request: Request) -> None:
    if "forms" in request:
        artist.drawn(request["name"], request["forms"])
    elif "picture" in request:
        artist.picture(request["name"], request["picture"])
    else:
        artist.warm_up()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
