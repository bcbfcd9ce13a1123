"""A preview from beginning to end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import webbrowser
from pathlib import Path

from natpatsip import params
from natpatsip.errors import ReportError
from natpatsip.interrupts import receives
from natpatsip.pipeline.options import Log
from natpatsip.preview.build_process import BuildProcess
from natpatsip.preview.file_watcher import watch
from natpatsip.preview.session import Session
from natpatsip.preview.web_server import listen
from natpatsip.quarter import Quarter


def serve(
    project: Path,
    quarter: Quarter,  # the quarter to report on
    *,
    port: int,  # the port on loopback; 0 takes a free one
    is_opened: bool,  # whether to open a browser
    jobs: int,  # how many notebooks to run at once
    log: Log,  # called with a line of progress, and with the address
    say: Log,
) -> None:
    """Serve a quarter's report until Ctrl-C or SIGTERM, and rebuild it on save."""
    if not params.path(quarter, project).is_file():
        params.load(quarter, project=project)  # raises, and names the quarters there are; other errors the page shows
    gc.set_threshold(50_000, 10, 10)  # lower than in other commands, since this process stays
    if receives(signal.SIGINT):  # asyncio looks after Ctrl-C only where nothing else does
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(_serve(project, quarter, port=port, is_opened=is_opened, jobs=jobs, log=log, say=say))
    except (KeyboardInterrupt, asyncio.CancelledError):
        log("preview ended")


async def _serve(project: Path, quarter: Quarter, *, port: int, is_opened: bool, jobs: int, log: Log, say: Log) -> None:
    if os.name == "posix" and (this := asyncio.current_task()):  # a script's background job does not receive Ctrl-C
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    output = project / "build" / "preview"  # the published report is left unchanged
    async with BuildProcess(project, str(quarter), output, jobs=jobs, log=log) as process:
        session = Session(process, output / str(quarter) / "html", log)
        server, address = listen(session, port)
        say(f"{quarter.label}: {address}   (Ctrl-C ends the preview)")
        sys.stdout.flush()
        if is_opened:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()  # some browsers block
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.run())
                tasks.create_task(watch(project, session.saved, read=lambda: process.read))
        except* OSError as errors:
            raise ReportError(
                f"The preview can no longer watch the project's files ({errors.exceptions[0]}). Start it again."
            ) from errors
        finally:
            server.stop()
