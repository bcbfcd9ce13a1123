"""A process that draws charts while notebooks still run.

The first chart that a process draws takes it a second, and it can do nothing else meanwhile: so the studio begins
early, with a chart that nobody sees and the script that pages draw with, and draws each notebook's figures as soon as
that has run. What it draws it puts into the cache, where staging finds it; what it could not draw staging draws, or
says why not.
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

from natpatsip.errors import FigureError
from natpatsip.figures import FIGURE, PICTURE, VEGALITE
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing.charts_to_svg import Artist

if TYPE_CHECKING:
    from nbformat import NotebookNode

PATIENCE = 120.0  # seconds for a chart; then staging draws it
DRAWING = (b"figure(", b"picture(")
Entries = list[tuple[str, str]]


class Studio:
    """The process, from when it is opened until it is closed.

    Parameters
    ----------
    kept : Cache
        Where drawings go.
    fonts : Path
        The folder of the report's typeface.
    """

    def __init__(self, kept: Cache, fonts: Path) -> None:
        self.is_open = True
        self.works_for = (kept.folder, kept.is_read, fonts)
        self._pool = ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),  # a fork would take this process's threads for its own
            initializer=_open,
            initargs=(kept.folder, kept.is_read, fonts),
        )
        with _deaf_to_interrupts():
            self._drawing: list[Future[Entries]] = [self._pool.submit(_draw, "")]

    def draw(self, content: NotebookNode) -> None:
        """Have the figures and pictures of an executed notebook drawn."""
        from natpatsip.pipeline.outputs import outputs_of

        with contextlib.suppress(BrokenProcessPool, RuntimeError):
            for _, record, data in outputs_of(content, FIGURE):
                self._drawing.append(self._pool.submit(_draw, record["id"], chart=data[VEGALITE]))
            for _, record, data in outputs_of(content, PICTURE):
                self._drawing.append(self._pool.submit(_draw, record["id"], svg=data["image/svg+xml"]))

    def finish(self, kept: Cache) -> None:
        """Wait until all is drawn, so that it is found in `kept`."""
        try:
            while self._drawing:
                kept.adopt(self._drawing.pop(0).result(PATIENCE))
        except (BrokenProcessPool, TimeoutError):
            self.close()

    def close(self) -> None:
        """End the process."""
        self.is_open = False
        self._drawing.clear()
        for process in list((self._pool._processes or {}).values()):
            process.terminate()
        self._pool.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Begin processes that do not hear Ctrl-C, not even while they import: it is the build's to hear."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_studio: Studio | None = None


def start(kept: Cache, fonts: Path) -> Studio:
    """Open the studio, unless it is open; the builds of a project in one process share it."""
    global _studio
    if _studio is None or not _studio.is_open or _studio.works_for != (kept.folder, kept.is_read, fonts):
        stop()
        _studio = Studio(kept, fonts)
    return _studio


def may_draw(notebook: Path) -> bool:
    """Say whether a notebook looks as if it showed figures or pictures; where it errs, staging draws them."""
    try:
        content = notebook.read_bytes()
    except OSError:  # it is refused by name when it is read
        return False
    return any(call in content for call in DRAWING)


def draw(content: NotebookNode) -> None:
    """Have what a notebook shows drawn, where the studio is open."""
    if _studio is not None and _studio.is_open:
        _studio.draw(content)


def finish(kept: Cache) -> None:
    """Wait until all is drawn that was asked for, so that it is found in `kept`."""
    if _studio is not None and _studio.is_open:
        _studio.finish(kept)


def stop() -> None:
    """Close the studio, if it is open."""
    global _studio
    if _studio is not None:
        _studio.close()
        _studio = None


atexit.register(stop)


# In the process -----------------------------------------------------------------------------------------------------

_artist: Artist | None = None
_own: Cache | None = None


def _open(folder: Path, is_read: bool, fonts: Path) -> None:
    global _artist, _own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the build's to hear
    threading.Thread(target=_end_with_build, daemon=True).start()
    _own = Cache(folder, is_read=is_read)
    _artist = Artist(_own, fonts)


def _end_with_build() -> None:
    """End this process when the build has ended, however that was."""
    build = multiprocessing.parent_process()
    if build is not None:
        build.join()
    os._exit(1)


def _draw(name: str, *, chart: Mapping[str, Any] | None = None, svg: str = "") -> Entries:
    """Draw a chart or a picture, or what there is before either, and return what that has put into the cache."""
    if _artist is None or _own is None:
        return []
    with contextlib.suppress(FigureError):  # staging says it, and where
        if chart is not None:
            _artist.figure(name, chart)
        elif svg:
            _artist.png(name, svg)
        else:
            _artist.warm_up()
            _artist.runtime()
    return _own.new()
