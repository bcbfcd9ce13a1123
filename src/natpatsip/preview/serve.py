"""A preview from beginning to end."""

from __future__ import annotations

import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from natpatsip import params
from natpatsip.errors import ReportError
from natpatsip.preview.build_process import Order, Workshop
from natpatsip.preview.file_watcher import watch
from natpatsip.preview.server import serving
from natpatsip.preview.session import News, Session, fingerprint
from natpatsip.quarter import Quarter

Log = Callable[[str], None]


def run(project: Path, quarter: Quarter, *, port: int, is_opened: bool, jobs: int, log: Log, say: Log) -> None:
    """Serve a quarter's report until Ctrl-C, and rebuild it on save.

    Parameters
    ----------
    project : Path
        The project's folder.
    quarter : Quarter
        What it reports on.
    port : int
        Where on loopback; 0 takes a free port.
    is_opened : bool
        Whether to open a browser.
    jobs : int
        How many notebooks run at once.
    log, say : callable
        Are given a line of progress, and the address.
    """
    if not params.path(quarter, project).is_file():
        params.load(quarter, project=project)  # says which there are; what is wrong in one is shown in the page
    output = project / "build" / "preview"  # what was published stays as it is
    pages = output / str(quarter) / "html"
    stop = threading.Event()
    with Workshop(Order(project, str(quarter), output, jobs), log) as workshop:
        session = Session(workshop, pages, log, News(fingerprint(pages)))
        with serving(session, port) as address, _until_told():
            try:
                say(f"{quarter.label}: {address}   (Ctrl-C ends the preview)")
                sys.stdout.flush()
                builder = threading.Thread(target=session.run, daemon=True)
                watchers = watch(project, session.changed, stop)
                builder.start()
                if is_opened:
                    webbrowser.open(address)
                while all(thread.is_alive() for thread in (builder, *watchers)):
                    builder.join(0.5)
                raise ReportError("The preview can no longer watch the project's files. Start it again.")
            except KeyboardInterrupt:
                log("preview ended")
            finally:
                stop.set()
                session.end()


@contextmanager
def _until_told() -> Iterator[None]:
    """End at a request of the system (SIGTERM) as at Ctrl-C, which is not heard where a script began the preview."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
