"""Standard output and error of a notebook, as stream messages in the order in which they were written."""

from __future__ import annotations

import codecs
import io
import os
import sys
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from natpatsip.pipeline.execution.prefork.shell import PipeSession

AT_ONCE = 100  # lines of a notebook that are sent at once: little is lost with a process that is killed
SOON = 0.1  # seconds after which later ones are


class Stream(io.TextIOBase):
    """One of the two: what Python writes, and what C code and other programs write to the file descriptor.

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
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 — open while this is
        os.dup2(self._file.fileno(), descriptor)

    def fileno(self) -> int:
        """Return the descriptor, for programs that are given this stream."""
        return self._descriptor

    def writable(self) -> bool:
        """Say yes."""
        return True

    def isatty(self) -> bool:
        """Say no."""
        return False

    def write(self, text: str) -> int:
        """Keep a text until the next message is sent, or for a moment."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._owner:  # a process that the notebook has forked: this one reads it from there
            os.write(self._descriptor, text.encode(self.encoding, self.errors))
            return len(text)
        with self._session.lock:
            self._collect()
            self._session.flush(but=self)
            self._parts.append(text)
            if "\n" in text and (self._sent < AT_ONCE or time.monotonic() - self._sent_at > SOON):
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was written."""
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


def redirect(session: PipeSession) -> None:
    """Make standard output and error, and their descriptors, streams of a session."""
    for original in (sys.stdout, sys.stderr):
        original.flush()
    session.streams = [Stream(session, "stdout", 1), Stream(session, "stderr", 2)]
    sys.stdout, sys.stderr = session.streams
