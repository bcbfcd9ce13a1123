"""A process that draws charts while notebooks still run.

The first chart that a process draws takes a second, and the process can do nothing else meanwhile. So the worker starts
early, with a chart that nobody sees and the script for pages, and draws each notebook's figures as soon as it has run.
What it draws it puts into the cache, where `write_drawings` finds it; what it could not draw is drawn, or reported,
there.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.blocks.library_figures import SVG
from natpatsip.errors import FigureError
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing.charts_to_svg import Artist

if TYPE_CHECKING:
    from natpatsip.pipeline.outputs import Outputs

PATIENCE = 120.0  # seconds for a chart; then the build draws it itself
DRAWING = (b"figure(", b"picture(")
Entries = list[tuple[str, str]]


class DrawWorker:
    """The process, from when it is started until it is closed; its drawings go into `cache`."""

    def __init__(self, cache: Cache, fonts: Path) -> None:
        self.is_open = True
        self.works_for = (cache.folder, cache.is_read, fonts)
        self._pool = ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),  # a fork would take this process's threads for its own
            initializer=_open,
            initargs=(cache.folder, cache.is_read, fonts),
        )
        with _interrupts_blocked():
            self._drawing: list[Future[Entries]] = [self._pool.submit(_draw, "")]

    def draw(self, outputs: Outputs) -> None:
        """Have the figures and pictures of an executed notebook drawn."""
        with contextlib.suppress(BrokenProcessPool, RuntimeError):
            for each in outputs.figures:
                self._drawing.append(self._pool.submit(_draw, each.id, forms=dict(each.data)))
            for each in outputs.pictures:
                self._drawing.append(self._pool.submit(_draw, each.id, svg=each.data[SVG]))

    def finish(self, cache: Cache) -> None:
        """Wait until all is drawn, so that it is found in `cache`."""
        try:
            while self._drawing:
                cache.adopt(self._drawing.pop(0).result(PATIENCE))
        except (BrokenProcessPool, TimeoutError):
            self.close()

    def close(self) -> None:
        """End the process."""
        self.is_open = False
        self._drawing.clear()
        for process in list((self._pool._processes or {}).values()):
            process.terminate()
        # its thread ends first: Python, as it exits, would otherwise write to a pipe that this thread is closing
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Start processes that ignore Ctrl-C, even while they import: the build handles it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_worker: DrawWorker | None = None


def start(cache: Cache, fonts: Path) -> DrawWorker | None:
    """Start the worker unless it runs; the builds of a project in one process share it.

    Where there is none, since processes share no memory there or cannot be started, the build draws by itself.
    """
    global _worker
    if _worker is None or not _worker.is_open or _worker.works_for != (cache.folder, cache.is_read, fonts):
        stop()
        with contextlib.suppress(OSError, NotImplementedError):  # such as a container without /dev/shm
            _worker = DrawWorker(cache, fonts)
    return _worker


def may_draw(notebook: Path) -> bool:
    """Return True if a notebook seems to show figures or pictures; what this misses is drawn at the end."""
    try:
        content = notebook.read_bytes()
    except OSError:  # it is rejected by name when it is read
        return False
    return any(call in content for call in DRAWING)


def draw(outputs: Outputs) -> None:
    """Have what a notebook shows drawn, if the worker runs."""
    if _worker is not None and _worker.is_open:
        _worker.draw(outputs)


def finish(cache: Cache) -> None:
    """Wait until all is drawn that was asked for, so that it is found in `cache`."""
    if _worker is not None and _worker.is_open:
        _worker.finish(cache)


def stop() -> None:
    """Close the worker, if it runs."""
    global _worker
    if _worker is not None:
        _worker.close()
        _worker = None


atexit.register(stop)


# In the worker's process ----------------------------------------------------------------------------------------------

_artist: Artist | None = None
_own: Cache | None = None


def _open(folder: Path, is_read: bool, fonts: Path) -> None:
    global _artist, _own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the build handles Ctrl-C
    threading.Thread(target=_end_with_build, daemon=True).start()
    _own = Cache(folder, is_read=is_read)
    _artist = Artist(_own, fonts)


def _end_with_build() -> None:
    """End this process when the build has ended, however that was."""
    build = multiprocessing.parent_process()
    if build is not None:
        build.join()
    os._exit(1)


def _draw(name: str, *, forms: Mapping[str, Any] | None = None, svg: str = "") -> Entries:
    """Draw a chart or a picture, or warm up with neither; return the entries that this has put into the cache."""
    if _artist is None or _own is None:
        return []
    with contextlib.suppress(FigureError):  # reported when the build writes its drawings
        if forms is not None:
            _artist.drawn(name, forms)
        elif svg:
            _artist.picture(name, svg)
        else:
            _artist.warm_up()
            _artist.runtime()
    return _own.new()
