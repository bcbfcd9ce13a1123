"""What to say where the machine, and not the report, is at fault: a full disk, a folder that cannot be written."""

from __future__ import annotations

import errno
import os

REMEDIES = {
    errno.ENOSPC: "Free some space (natpatsip clean removes the cache and working files), and run this again.",
    errno.EROFS: "Work in a copy of the project that can be written.",
    errno.EACCES: "See who may read and write there, and run this again.",
    errno.EPERM: "See who may read and write there, and run this again.",
    errno.EMFILE: "Raise the limit of open files (ulimit -n), and run this again.",
}


def sentence(error: OSError) -> str:
    """Return what went wrong with a file, where, and what to do; nothing where it is no trouble of the machine.

    Examples
    --------
    >>> print(sentence(OSError(errno.EROFS, "Read-only file system", "/srv/report/build")))
    /srv/report/build: Read-only file system. Work in a copy of the project that can be written.
    >>> sentence(FileNotFoundError(errno.ENOENT, "No such file or directory", "/srv/report/x"))
    ''
    """
    code, where = _told(error)
    if code not in REMEDIES:
        return ""
    return f"{f'{where}: ' if where else ''}{os.strerror(code)}. {REMEDIES[code]}"


def _told(error: OSError) -> tuple[int, str]:
    """Return the number of an error and its file; of several that copying a folder has collected, of the first."""
    collected = error.args[0] if error.args and isinstance(error.args[0], list) else []
    for _, target, why in collected:
        code = next((each for each in REMEDIES if os.strerror(each) in str(why)), 0)
        return code, str(target)
    return error.errno or 0, str(error.filename or "")
