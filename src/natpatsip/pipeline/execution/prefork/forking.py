"""The warm process: it has everything imported, forks when asked, and tells how each fork ended.

It has one thread and never runs a notebook itself, so that each fork begins as clean as the one before.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import struct
import sys
import traceback
from typing import NoReturn

# Asks a fork to write down where it is. Windows has no such signal, and no forks, but papermill loads this there too.
WHERE = getattr(signal, "SIGUSR1", signal.SIGTERM)
NUMBER = struct.Struct("q")  # a process id, or the status that waitpid gives


def main(asked: int) -> NoReturn:
    """Import everything, then fork until the build has ended.

    Parameters
    ----------
    asked : int
        The socket on which the build asks. Where the imports fail, the traceback is sent there.
    """
    with socket.socket(fileno=asked) as build:
        try:
            from natpatsip.pipeline.execution.prefork import preload

            preload.preload()
        except BaseException:
            build.sendall(traceback.format_exc().encode())
            sys.exit(1)
        _serve(build)


def _serve(build: socket.socket) -> NoReturn:
    forks: dict[int, int] = {}  # process id -> where its ending is told
    lifeline, held = os.pipe()  # never written to: it ends with this process
    woken, waking = os.pipe2(os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the wakeup below is written
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
            request, given, _, _ = socket.recv_fds(build, 1, 3)
            if not request:
                break
            messages, told, words = given
            if (process := os.fork()) == 0:
                selector.close()
                build.close()
                for ours in (held, woken, waking, told, *forks.values()):
                    os.close(ours)
                _become_a_notebook(messages, words, lifeline)
            forks[process] = told
            _tell(told, process)
            os.close(messages)
            os.close(words)
    for process in forks:
        _kill_group(process)
    os._exit(0)


def _reap(forks: dict[int, int]) -> None:
    """Tell the ending of each fork that has ended, and end what it has left running."""
    while forks and (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        _kill_group(ended.si_pid)  # before it is waited for: until then its number is nobody else's
        _, status = os.waitpid(ended.si_pid, 0)
        told = forks.pop(ended.si_pid)
        _tell(told, status)
        os.close(told)


def _tell(told: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the build no longer wants to know
        os.write(told, NUMBER.pack(number))


def _kill_group(process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it died too young to have a group
        os.killpg(process, signal.SIGKILL)


def _become_a_notebook(messages: int, words: int, lifeline: int) -> NoReturn:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 1
    try:
        from natpatsip.pipeline.execution.prefork import shell

        status = shell.run(messages, words, lifeline)
    except BaseException:  # nothing may get past this into the loop above
        os.write(words, traceback.format_exc().encode())
    finally:
        os._exit(status)
