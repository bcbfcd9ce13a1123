"""The fork server: one process for all notebooks of a build, which has the libraries in memory and forks when asked.

The build starts it in the background with `start` and asks for forks with `ForkServer.fork`. The process itself runs
`main`. It has one thread and never runs a notebook, so that each fork begins as clean as the one before.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import NoReturn

from natpatsip.errors import ReportError

# Makes a fork write its stack. Windows has no such signal, and no forks, but papermill loads this module there too.
STACK_SIGNAL = getattr(signal, "SIGUSR1", signal.SIGTERM)
MODULE = "natpatsip.pipeline.execution.prefork"
NUMBER = struct.Struct("q")  # a process id, or the status that waitpid gives
# A library that starts threads while it is imported could not be forked safely.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
END_LIMIT = 5.0  # seconds that the server may take to end


class ForkServerError(ReportError):
    """There is no process to fork notebooks from."""


# The build's side -----------------------------------------------------------------------------------------------------


class ForkServer:
    """A fork server that was started just now; it answers when its imports are done."""

    def __init__(self, read_first: Sequence[str] = ()) -> None:
        self._owner = os.getpid()
        self._has_read = tuple(read_first)
        self._error = tempfile.TemporaryFile()  # noqa: SIM115 — why it could not begin; open as long as this is
        self._socket, theirs = socket.socketpair()
        descriptors = theirs.fileno(), self._error.fileno()
        modules = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]  # noqa: PTH100
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 — our own module
                [sys.executable, "-P", "-m", MODULE, *map(str, descriptors), *read_first],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(modules)},
                cwd=os.sep,  # in no project, whose Python natpatsip would put on the path of every fork
                start_new_session=True,  # Ctrl-C is for the build alone
            )

    @property
    def is_usable(self) -> bool:
        """Whether the fork server runs, or can say why not, for this process: a fork of the build starts its own."""
        return self._owner == os.getpid() and (not wait([self._socket], 0) or bool(self._reason()))

    def fork(self, *, messages: int, status: int, last_words: int) -> None:
        """Ask the fork server for a fork that gets these file descriptors.

        They are its socket; the pipe that receives its process id and then its exit status; the file that it writes to
        when it dies. If the server has ended, as it does if the engine cannot be imported, ForkServerError is raised.
        """
        try:
            socket.send_fds(self._socket, [b"f"], [messages, status, last_words])
        except OSError:
            raise self.failure() from None

    def read(self, project: str, quarter: str) -> None:
        """Have the fork server read a project for a quarter before it forks again, unless it has just done so."""
        if self._has_read != (project, quarter):
            self._has_read = (project, quarter)
            with contextlib.suppress(OSError):  # it has ended, which the next fork says
                self._socket.sendall(b"r" + json.dumps(self._has_read).encode() + b"\n")

    def failure(self) -> ForkServerError:
        """Return why the fork server ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(END_LIMIT)
        text = self._reason()
        if not text:
            return ForkServerError(
                "The process that notebooks are forked from ended unexpectedly, as when memory runs out. "
                "Build again; NATPATSIP_KERNELS=stock builds without it."
            )
        shown = "\n".join(f"    {line}" for line in text.splitlines()[-12:])
        return ForkServerError(
            f"natpatsip cannot be imported: {text.splitlines()[-1]}\n{shown}\n"
            "  Fix the module, or the environment with uv sync."
        )

    def _reason(self) -> str:
        if self._error.closed:  # it was stopped
            return ""
        return os.pread(self._error.fileno(), 1_000_000, 0).decode(errors="replace").strip()

    def end(self) -> None:
        """End the server and every fork of it."""
        self._socket.close()
        if self._owner == os.getpid():  # only its parent can wait for it
            try:
                self.process.wait(END_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._error.close()


class _SharedServer:
    """The one server of this process, which all its builds share."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._server: ForkServer | None = None
        atexit.register(self.stop)

    def start(self, project: Path | None = None, quarter: object = "") -> ForkServer:
        """Return the fork server, started if it does not run; this takes no time, so call it early.

        It reads a project for a quarter, if it is given: forks then find what its files say, and need not read and
        check the same bytes again.

        It keeps the engine as it was when it started, or the reason why that could not be imported: if the engine may
        have changed since, call `stop` first. The report's own Python is not kept: each fork imports it from its files.
        """
        with self.lock:
            if self._server is None or not self._server.is_usable:
                self.stop()
                self._server = ForkServer([str(project.absolute()), str(quarter)] if project else ())
            elif project:
                self._server.read(str(project.absolute()), str(quarter))
            return self._server

    def stop(self) -> None:
        """Stop the fork server, and with it every notebook that still runs; the next notebook starts another."""
        with self.lock:
            if self._server is not None:
                self._server.end()
                self._server = None


_shared = _SharedServer()
start, stop = _shared.start, _shared.stop


# The server's own process ---------------------------------------------------------------------------------------------


def main(descriptor: int, error: int, *read_first: str) -> NoReturn:
    """Import everything, then fork until the build closes its socket; write to a file why that cannot be imported."""
    try:
        _preload(*read_first)
    except BaseException:
        os.write(error, traceback.format_exc().encode())
        sys.exit(1)
    os.close(error)
    with socket.socket(fileno=descriptor) as build:
        _serve(build)


def _preload(project: str = "", quarter: str = "") -> None:
    """Import into the fork server the engine's vocabulary, with it pandas and Altair; read a project, if any.

    Each fork begins with what is left here, so nothing may start a thread or leave a trace that a notebook could see.
    """
    gc.disable()  # nothing that an import makes is garbage: this saves about a quarter of the time
    from natpatsip.pipeline.notebook import SLOW, block_imports  # here: the build imports this module at once

    with block_imports(["debugpy", *SLOW]):  # the first is the kernel's debugger
        from natpatsip.pipeline.caching import tracing  # noqa: F401 — each fork reports what its notebook reads
        from natpatsip.pipeline.execution.prefork import process

        # The kernel comes first, since libraries look around as they are imported: pandas asks get_ipython() whether
        # it is in a terminal, and prints narrower tables ever after if nobody answers.
        with process.create_kernel().builtin_trap:
            import natpatsip

            for name in natpatsip.__all__:
                part = getattr(natpatsip, name)
                for inner in getattr(part, "__all__", ()):
                    getattr(part, inner)
            _use_once()
            if project:
                _read_once(Path(project), quarter)
            _forget_charts()
    gc.freeze()  # a fork's collector leaves these pages alone, so that they stay shared
    gc.enable()


def _read_next(project: str, quarter: str) -> None:
    """Read a project for another quarter, and leave as little trace of it as `_preload` does."""
    gc.disable()
    _read_once(Path(project), quarter)
    _forget_charts()
    gc.freeze()
    gc.enable()


def _use_once() -> None:
    """Fill, for all forks, the caches that libraries fill when first used: Altair's schema, pandas's formats."""
    import altair
    import pandas

    frame = pandas.DataFrame({"month": pandas.to_datetime(["2024-07-01"]), "value": [1.0]})
    altair.Chart(frame).mark_line().encode(x="month:T", y="value:Q").to_dict()
    frame.to_html(notebook=True)


def _read_once(project: Path, quarter: str) -> None:
    """Fill the caches of what files say, which go by the bytes of each: a fork that reads others finds nothing.

    What is calculated of them is remembered for this quarter and the two before it.
    """
    from natpatsip import params, settings
    from natpatsip.datasets import loading
    from natpatsip.files import memory
    from natpatsip.measures import indicator, measures_file

    reads = (
        partial(settings.read_settings, project),
        partial(params.load, quarter, project=project),
        partial(measures_file.declared, project),
        lambda: indicator.calculate_all(project, quarter, of=loading.read_all(project, quarter)),
    )
    with memory.remembering(is_on=True):
        for read in reads:
            with contextlib.suppress(Exception):  # whatever it is: it is raised again in the notebook that reads it
                read()


def _forget_charts() -> None:
    """Undo the fork server's import of our charts, which sets Altair's theme: only notebooks with charts get it."""
    import altair

    import natpatsip

    vars(natpatsip).pop("charts", None)
    for name in [name for name in sys.modules if f"{name}.".startswith("natpatsip.charts.")]:
        del sys.modules[name]
    altair.theme.enable("default")


def _serve(build: socket.socket) -> NoReturn:
    """Fork when the build asks for it, and report each fork that has ended."""
    forks: dict[int, int] = {}  # process id -> the pipe that receives its exit status
    lifeline, held = os.pipe()  # nothing is written: forks see it close when this process ends, however that happens
    woken, waking = os.pipe2(os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, without which the descriptor below is not written to
    signal.set_wakeup_fd(waking)
    selector = selectors.DefaultSelector()
    selector.register(build, selectors.EVENT_READ)
    selector.register(woken, selectors.EVENT_READ)
    while True:
        ready = {key.fd for key, _ in selector.select()}
        if woken in ready:
            os.read(woken, 4096)
            _reap(forks)
        if build.fileno() in ready:
            request, descriptors, _, _ = socket.recv_fds(build, 1, 3)
            if not request:
                break
            if request == b"r":
                _read_next(*json.loads(_line(build)))
                continue
            messages, status, last_words = descriptors
            if (child := os.fork()) == 0:
                selector.close()
                build.close()
                for ours in (held, woken, waking, status, *forks.values()):
                    os.close(ours)
                _become_a_notebook(messages, last_words, lifeline)
            forks[child] = status
            _send(status, child)
            os.close(messages)
            os.close(last_words)
    for child in forks:
        _kill_group(child)
    os._exit(0)


def _line(build: socket.socket) -> bytes:
    """Receive a line of a request to fork, and nothing of the request after it."""
    with build.makefile("rb", buffering=0) as lines:
        return lines.readline()


def _reap(forks: dict[int, int]) -> None:
    """Report each fork that has ended, and end what it has left running."""
    while forks and (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        _kill_group(ended.si_pid)  # before it is waited for: until then no other process can get its number
        _, exit_status = os.waitpid(ended.si_pid, 0)
        status = forks.pop(ended.si_pid)
        _send(status, exit_status)
        os.close(status)


def _send(pipe: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the build no longer waits for it
        os.write(pipe, NUMBER.pack(number))


def _kill_group(child: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it died before it had a group
        os.killpg(child, signal.SIGKILL)


def _become_a_notebook(messages: int, last_words: int, lifeline: int) -> NoReturn:
    """Be a notebook's process, in a fork, until the build has done with it."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 1
    try:
        from natpatsip.pipeline.execution.prefork import process

        status = process.run(messages, last_words, lifeline, STACK_SIGNAL)
    except BaseException:  # nothing may get past this into the server's loop
        os.write(last_words, traceback.format_exc().encode())
    finally:
        os._exit(status)
