"""A preview from beginning to end, and the saves that it watches for: of the report's files and of the engine's."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path

import watchfiles

import natpatsip
from natpatsip import params
from natpatsip.errors import ReportError
from natpatsip.pipeline.options import Log
from natpatsip.preview.build_process import BuildProcess
from natpatsip.preview.session import Session
from natpatsip.preview.web_server import listen
from natpatsip.project import SOURCE_FILES, SOURCE_FOLDERS
from natpatsip.quarter import Quarter

LEFT_BEHIND = ("~", ".swp", ".tmp", ".pyc", ".bak")
SETTLED = 40  # milliseconds without another save after which saves are reported
AT_MOST = 1000  # milliseconds for which saves are collected
Saved = Callable[[set[str]], Awaitable[None]]


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
                tasks.create_task(watch(project, session.saved))
        except* OSError as errors:
            raise ReportError(
                f"The preview can no longer watch the project's files ({errors.exceptions[0]}). Start it again."
            ) from errors
        finally:
            server.stop()


def concerns(path: str, root: Path) -> bool:
    """Return True if a report may depend on a file: not a hidden one, nor one that an editor leaves behind.

    Examples
    --------
    >>> root = Path("project")
    >>> concerns("project/notebooks/ward.ipynb", root), concerns("project/notebooks/.~ward.ipynb", root)
    (True, False)
    """
    parts = Path(path).relative_to(root).parts
    is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return not is_hidden and not path.endswith(LEFT_BEHIND)


async def watch(project: Path, saved: Saved) -> None:
    """Call `saved` with the names of the files after each save, until cancelled.

    Folders are watched rather than files, because JupyterLab and most editors save by renaming. The project's own
    folder is watched without its subfolders, one of which may be a large environment.
    """
    files = {str(project / name) for name in SOURCE_FILES}
    folders = [folder for name in SOURCE_FOLDERS if (folder := project / name).is_dir()]
    engine = Path(natpatsip.__file__).resolve().parent
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch([project], lambda path: path in files, saved, recursive=False))
        tasks.create_task(_watch(folders, lambda path: concerns(path, project), saved))
        if not any(engine.is_relative_to(folder) for folder in folders):  # it is where the engine is developed
            tasks.create_task(_watch([engine], lambda path: path.endswith(".py") and concerns(path, engine), saved))


async def _watch(folders: list[Path], is_meant: Callable[[str], bool], saved: Saved, *, recursive: bool = True) -> None:
    saves = watchfiles.awatch(
        *folders,
        watch_filter=lambda _, path: is_meant(path),
        debounce=AT_MOST,
        step=SETTLED,
        rust_timeout=500,
        recursive=recursive,
    )
    async for changes in saves:
        await saved({Path(path).name for _, path in changes})
