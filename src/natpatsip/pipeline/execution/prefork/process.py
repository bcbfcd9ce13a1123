"""A notebook's process: IPython's own kernel, which is asked and answers through a socket to the build.

It is the kernel that a stock kernel's process runs, so that cells mean the same; only the transport differs.
"""

from __future__ import annotations

import asyncio
import atexit
import codecs
import faulthandler
import io
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from functools import partial
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

import traitlets
from ipykernel.ipkernel import IPythonKernel
from IPython.core.error import UsageError
from jupyter_client.session import Session
from traitlets.config import Config

from natpatsip.context import take_library_tables
from natpatsip.files import memory

SENT_AT_ONCE = 100  # lines of a notebook that are sent at once: little is lost with a process that is killed
INTERVAL = 0.1  # seconds at least between two later ones


class PipeSession(Session):
    """A Jupyter session that sends message types and contents down a pipe, packed as for a socket."""

    pipe = traitlets.Any()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lock = threading.RLock()  # a notebook's threads print too
        self.streams: list[Stream] = []
        self.owner = 0

    def connect(self, pipe: Connection) -> None:
        """Send the notebook's messages to this pipe from now on, and only from this process."""
        self.pipe, self.owner = pipe, os.getpid()

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> None:
        """Send a message of the notebook's kernel after all that was printed before it."""
        if os.getpid() != self.owner:  # a process that the notebook has forked cannot display anything
            return
        kind = msg_or_type
        if not isinstance(msg_or_type, str):
            kind, content = msg_or_type["msg_type"], msg_or_type["content"]
        with self.lock:
            self.flush()
            self.post(kind, content)

    def flush(self, *, exclude: Stream | None = None) -> None:
        """Send what was printed down the pipe."""
        for stream in self.streams:
            if stream is not exclude:
                stream.flush()

    def post(self, kind: str, content: Any) -> None:
        """Send a message down the pipe."""
        self.pipe.send_bytes(self.pack([kind, content]))


class Stream(io.TextIOBase):
    """Standard output or error: what Python writes, and what C code and other programs write to the file descriptor.

    The descriptor leads to a file rather than a pipe, so that nobody has to read it while a cell runs.
    """

    encoding = "UTF-8"
    errors = "backslashreplace"

    def __init__(self, session: PipeSession, name: str, descriptor: int) -> None:
        self.name = name
        self._session = session
        self._descriptor = descriptor
        self._owner = os.getpid()
        self._parts: list[str] = []
        self._sent = 0
        self._sent_at = 0.0
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 — open as long as this is
        os.dup2(self._file.fileno(), descriptor)

    def fileno(self) -> int:
        """Return the descriptor, for programs that a notebook gives this stream."""
        return self._descriptor

    def writable(self) -> bool:
        """Return True: the build takes what a notebook prints."""
        return True

    def isatty(self) -> bool:
        """Return False: a notebook that is built has no terminal."""
        return False

    def write(self, text: str) -> int:
        """Send a text that a notebook prints with the next message, or soon."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._owner:  # a process that the notebook has forked: this one collects it from the file
            os.write(self._descriptor, text.encode(self.encoding, self.errors))
            return len(text)
        with self._session.lock:
            self._collect()
            self._session.flush(exclude=self)  # so that the two streams keep their order
            self._parts.append(text)
            if "\n" in text and (self._sent < SENT_AT_ONCE or time.monotonic() - self._sent_at > INTERVAL):
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what a notebook has printed."""
        if os.getpid() != self._owner:
            return
        with self._session.lock:
            self._collect()
            if self._parts:
                text, self._parts = "".join(self._parts), []
                self._sent, self._sent_at = self._sent + 1, time.monotonic()
                self._session.post("stream", {"name": self.name, "text": text})

    def _collect(self) -> None:
        while written := os.pread(self._file.fileno(), 65536, self._read):
            self._read += len(written)
            self._parts.append(self._decoder.decode(written))


class PipeKernel(IPythonKernel):
    """IPython's kernel without sockets, threads and debugger."""

    do_execute: Any
    session: Any
    shell: Any

    async def answer(self, request: str, payload: Any) -> Any:
        """Execute a cell, or evaluate expressions, and return what a kernel replies."""
        if request == "evaluate":
            reply = await self.do_execute("", silent=True, store_history=False, user_expressions=payload)
            return reply["user_expressions"]
        self.session.send(None, "execute_input", {"execution_count": self.execution_count})
        reply = await self.do_execute(payload, silent=False)
        if self.shell.exit_now:
            raise SystemExit(0)
        return {key: reply.get(key) for key in ("status", "ename", "evalue", "traceback")}


def create_kernel() -> Any:
    """Create the one kernel, which every fork inherits, and return its shell; without a history it has no thread."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    config = Config()
    config.HistoryManager.enabled = False
    kernel = PipeKernel.instance(config=config, session=PipeSession(), log=logging.getLogger(__name__))
    kernel.shell.enable_gui = partial(_enable_gui, kernel)
    take_library_tables(kernel.shell)  # natpatsip has been imported before there was a shell
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=None)  # ipykernel asks for it in cells that await
    return kernel.shell


def _enable_gui(kernel: PipeKernel, gui: str | None = None) -> None:
    """Use a loop for windows, or none, as `%matplotlib inline` asks; ipykernel looks for an application's kernel."""
    from ipykernel.eventloops import enable_gui

    try:
        enable_gui(gui, kernel)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise UsageError(str(error)) from error


def run(messages: int, last_words: int, lifeline: int, stack_signal: int) -> int:
    """Be a notebook until the build closes its end of the socket, and return the exit status.

    The descriptors are the socket; the file for the stack, written on a crash or at the signal; and the pipe that
    closes with the fork server.
    """
    os.setsid()  # a group of its own, so that all that it has started ends with it
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    faulthandler.enable(last_words, all_threads=False)
    # In C, so that it works in a loop that swallows every exception, too.
    faulthandler.register(stack_signal, last_words, all_threads=False)
    with Connection(messages) as pipe:
        _settle(**json.loads(pipe.recv_bytes()))
        kernel = PipeKernel.instance()
        kernel.session.connect(pipe)
        _redirect(kernel.session)
        loop = asyncio.new_event_loop()  # asyncio.run would take Ctrl-C's interrupt away from the cell
        asyncio.set_event_loop(loop)
        with memory.remembering(is_on=True):
            status = loop.run_until_complete(_serve(pipe, kernel))
        atexit._run_exitfuncs()
    return status


def _settle(folder: str, environment: dict[str, str]) -> None:
    """Take on a notebook's folder and environment, and leave nothing that two notebooks could have in common."""
    shell = PipeKernel.instance().shell
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    shell.init_environment()
    time.tzset()
    sys.argv[1:] = []
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    installed = (place for place, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages")))
    sys.path.insert(next(installed, 0), "")  # modules beside the notebook, where IPython puts them
    own = [os.path.abspath(path) for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]  # noqa: PTH100
    sys.path[:] = [*own, *(path for path in sys.path if path not in own)]
    if random := sys.modules.get("numpy.random"):
        random.seed()  # Python seeds its own generator after a fork; NumPy's would repeat in each


def _redirect(session: PipeSession) -> None:
    """Make a notebook's standard output and error, and their descriptors, streams of a session."""
    for original in (sys.stdout, sys.stderr):
        original.flush()
    session.streams = [Stream(session, "stdout", 1), Stream(session, "stderr", 2)]
    sys.stdout, sys.stderr = session.streams


async def _serve(pipe: Connection, kernel: PipeKernel) -> int:
    """Answer the build's requests to a forked notebook until it closes the pipe; return the exit status."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(pipe.fileno(), asked.set)
    kernel.session.post("ready", kernel.language_info)
    while True:
        while not pipe.poll():  # the notebook's background tasks go on while the build is silent
            await asked.wait()
            asked.clear()
        try:
            request, payload = json.loads(pipe.recv_bytes())
        except EOFError:
            return 0
        try:
            answer = await kernel.answer(request, payload)
        except SystemExit as error:
            return int(error.code or 0)
        kernel.session.send(None, "done", answer)


def _end_with(lifeline: int) -> None:
    """End this process, and what it has started, when the fork server has ended, however that was."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are for the notebook
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)
