"""A notebook's process: IPython's own kernel, which is asked and answers through a socket to the build.

It is the kernel that a stock kernel process runs, so that cells mean the same; only what carries the messages differs.
"""

from __future__ import annotations

import asyncio
import atexit
import faulthandler
import json
import logging
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

import traitlets
from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session
from traitlets.config import Config

from natpatsip.pipeline.execution.prefork.forking import WHERE
from natpatsip.pipeline.execution.prefork.streams import Stream, redirect


class PipeSession(Session):
    """A Jupyter session that sends message types and contents down a pipe, packed as for a socket."""

    pipe = traitlets.Any()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lock = threading.RLock()  # a notebook's threads print too
        self.streams: list[Stream] = []
        self.owner = 0

    def connect(self, pipe: Connection) -> None:
        """Send to this pipe from now on, for this process alone."""
        self.pipe, self.owner = pipe, os.getpid()

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> None:
        """Send a message after all that was printed before it."""
        if os.getpid() != self.owner:  # a process that the notebook has forked cannot show anything
            return
        kind = msg_or_type
        if not isinstance(msg_or_type, str):
            kind, content = msg_or_type["msg_type"], msg_or_type["content"]
        with self.lock:
            self.flush()
            self.post(kind, content)

    def flush(self, *, but: Stream | None = None) -> None:
        """Send what was printed."""
        for stream in self.streams:
            if stream is not but:
                stream.flush()

    def post(self, kind: str, content: Any) -> None:
        """Send a message."""
        self.pipe.send_bytes(self.pack([kind, content]))


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


def create() -> Any:
    """Return the one shell, which every fork inherits; without a history it starts no thread."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    config = Config()
    config.HistoryManager.enabled = False
    kernel = PipeKernel.instance(config=config, session=PipeSession(), log=logging.getLogger(__name__))
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=None)  # asked for by cells that await
    return kernel.shell


def run(messages: int, words: int, lifeline: int) -> int:
    """Be a notebook until the build closes its end of the socket, and return the exit status.

    Parameters
    ----------
    messages, words, lifeline : int
        File descriptors: the socket to the build; the file for last words; the pipe that ends with the warm process.
    """
    os.setsid()  # a group of its own: ended with all that it has started
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    faulthandler.enable(words, all_threads=False)
    faulthandler.register(WHERE, words, all_threads=False)  # works in a loop that lets no exception through, too
    with Connection(messages) as pipe:
        _settle(**json.loads(pipe.recv_bytes()))
        kernel = PipeKernel.instance()
        kernel.session.connect(pipe)
        redirect(kernel.session)
        loop = asyncio.new_event_loop()  # its own runner would take the interrupt away from the cell
        asyncio.set_event_loop(loop)
        status = loop.run_until_complete(_serve(pipe, kernel))
        atexit._run_exitfuncs()
    return status


def _settle(folder: str, environment: dict[str, str]) -> None:
    """Take on a folder and an environment, and leave nothing that two notebooks could have in common."""
    shell = PipeKernel.instance().shell
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    shell.init_environment()
    time.tzset()
    sys.argv[1:] = []
    installed = (place for place, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages")))
    sys.path.insert(next(installed, 0), "")  # modules beside the notebook, where IPython puts them
    if random := sys.modules.get("numpy.random"):
        random.seed()  # Python's own numbers are seeded anew by the fork, NumPy's are not


async def _serve(pipe: Connection, kernel: PipeKernel) -> int:
    asked = asyncio.Event()
    asyncio.get_running_loop().add_reader(pipe.fileno(), asked.set)
    kernel.session.post("ready", None)
    while True:
        while not pipe.poll():  # meanwhile the notebook's background tasks go on
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
    """End this process, and what it has started, when the warm process has ended, however that was."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are for the notebook
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)
