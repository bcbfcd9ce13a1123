"""A Python without what Windows lacks, for processes of a test and all that they start.

`environment` puts a folder first on the path whose ``sitecustomize.py`` takes these things away as Python starts. What
the standard library itself needs of them on this system is imported before.
"""

from __future__ import annotations

import os
from pathlib import Path

SITE = """\
import asyncio, concurrent.futures, random, selectors, shutil, socket, subprocess, sys, tempfile, threading
import multiprocessing.context, multiprocessing.popen_spawn_posix, multiprocessing.resource_tracker
import multiprocessing.util, os, signal
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "killpg", "mkfifo", "setsid"):
    delattr(os, name)
for name in ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGUSR1", "SIGUSR2", "pthread_sigmask", "setitimer"):
    delattr(signal, name)
multiprocessing.util._HAVE_SIGMASK = multiprocessing.resource_tracker._HAVE_SIGMASK = False
multiprocessing.set_start_method("spawn")
from pathlib import Path
as_given = Path.write_text
def write_text(self, data, encoding=None, errors=None, newline=None):
    text = data.replace("\\n", "\\r\\n") if newline is None else data
    return as_given(self, text, encoding, errors, newline or "")
Path.write_text = write_text
"""


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of such a process: no fork, no locks of POSIX, ASCII where no encoding is named, CRLF.

    Windows has cp1252 there. ASCII is stricter, and this system has it without another package.
    """
    (folder / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])),
        "NATPATSIP_KERNELS": "stock",
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "cp1252:strict",
    }
