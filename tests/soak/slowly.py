"""The command line, with each change of a file in a folder slowed down: moments that pass in a blink can be hit.

``python slowly.py SECONDS FOLDER build 2024-25-Q2`` is ``natpatsip build 2024-25-Q2``, but slower.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from support.killing import CHANGES, WRITES

has_begun = False


def linger(event: str, given: tuple[Any, ...]) -> None:
    is_write = event == "open" and isinstance(given[2], int) and given[2] & WRITES
    is_change = (event in CHANGES or is_write) and any(str(path).startswith(folder) for path in given[:2])
    if is_change or (event == "ctypes.dlsym" and "renameat2" in given):  # the exchange of two folders is not audited
        global has_begun
        if not has_begun:
            has_begun = True
            os.write(2, b"soak: first change\n")
        time.sleep(seconds)


if __name__ == "__main__":  # not in a process that this one spawns
    seconds, folder = float(sys.argv[1]), sys.argv[2]
    sys.argv[1:] = sys.argv[3:]
    sys.argv[0] = "natpatsip"
    os.environ.pop("PYTHONPATH", None)  # the commands that this one starts are as they always are
    from natpatsip.cli import main

    sys.addaudithook(linger)
    main()
