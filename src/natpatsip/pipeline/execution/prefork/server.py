"""The build's side of the warm process: one for all its notebooks, started while the build does other things."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from natpatsip.errors import ReportError

# A library that starts threads as it is imported could not be forked safely.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PATIENCE = 5.0  # seconds that the warm process is given to end


class WarmError(ReportError):
    """There is no process to fork notebooks from."""


_lock = threading.Lock()
_running: Server | None = None


@dataclass(frozen=True)
class Server:
    """The warm process, and the socket on which it is asked for forks."""

    process: subprocess.Popen[bytes]
    asking: socket.socket
    owner: int
    said: bytearray = field(default_factory=bytearray)
    """Why it could not begin, once that was read."""

    @classmethod
    def launch(cls) -> Server:
        """Start the process and return at once; it answers when its imports are done."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 — our own module
                [sys.executable, "-P", "-m", "natpatsip.pipeline.execution.prefork", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | ONE_THREAD,
                start_new_session=True,  # Ctrl-C is the build's to hear
            )
        return cls(process, ours, os.getpid())

    @property
    def is_usable(self) -> bool:
        """Whether it runs, or can say why not, for this process: a fork of the build must start its own."""
        if self.owner != os.getpid():
            return False
        has_ended = bool(wait([self.asking], 0))  # nothing else makes this readable
        if has_ended:
            self._listen()
        return bool(self.said) or not has_ended

    def fork(self, *, messages: int, told: int, words: int) -> None:
        """Ask for a fork.

        Parameters
        ----------
        messages, told, words : int
            File descriptors for the fork: its socket; where its process id and then its ending are told; and a file
            for what it has to say when it dies.

        Raises
        ------
        WarmError
            Where the process ended, as it does when the helpers cannot be imported.
        """
        try:
            socket.send_fds(self.asking, [b"f"], [messages, told, words])
        except OSError:
            raise self.failure() from None

    def failure(self) -> WarmError:
        """Return why the process ended."""
        with _lock:
            self._listen()
        text = self.said.decode(errors="replace").strip()
        if not text:
            return WarmError(
                "The process that notebooks are forked from ended unexpectedly, as when memory runs out. "
                "Build again; NATPATSIP_KERNELS=stock builds without it."
            )
        shown = "\n".join(f"    {line}" for line in text.splitlines()[-12:])
        return WarmError(
            f"The helpers cannot be imported: {text.splitlines()[-1]}\n{shown}\n"
            "  Mend the module, or the environment with uv sync."
        )

    def _listen(self) -> None:
        while True:
            try:
                if not (part := self.asking.recv(65536)):
                    break
                self.said.extend(part)
            except ConnectionResetError:  # it ended with requests unread; what it said follows
                continue
            except OSError:  # it was stopped
                break

    def end(self) -> None:
        """End the process and every fork of it."""
        self.asking.close()
        if self.owner != os.getpid():  # not ours to wait for
            return
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start() -> Server:
    """Start the warm process, unless it runs; cheap, so call it early.

    It keeps the helpers as they were when it started, or the reason why they could not be imported: where they may
    have changed since, `stop` it first.
    """
    global _running
    with _lock:
        if _running is None or not _running.is_usable:
            if _running is not None:
                _running.end()
            _running = Server.launch()
        return _running


def stop() -> None:
    """Stop the warm process, and with it every notebook that still runs; the next notebook starts another."""
    global _running
    with _lock:
        if _running is not None:
            _running.end()
            _running = None


atexit.register(stop)
