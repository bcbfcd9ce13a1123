"""Errors as sentences: where, what was found, what was expected, what to do."""

from __future__ import annotations

import difflib
import errno
import os
import re
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

# Control characters, which a terminal obeys; separators that end a line; marks that reverse the order of letters
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\[)")  # of a workflow, to GitHub's runner: at a line's start, or anywhere
_MANY = re.compile(r"\d+ problems:\n")
_PERMISSIONS = "Check the permissions there, then run this again."
_SPACE = "Free some space (natpatsip clean removes the cache and working files), then run this again."
REMEDIES = {  # of errors of the machine, rather than of the report or the program
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: "Raise the limit on the size of files (ulimit -f), then run this again.",
    errno.EROFS: "Work in a copy of the project that can be written to.",
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EMFILE: "Raise the limit of open files (ulimit -n), then run this again.",
    errno.ENOMEM: "Run this where there is more memory, or run fewer notebooks at once with --jobs 1.",
}


class ReportError(Exception):
    """A report cannot be made, for a reason that its reader can act on."""

    exit_status = 1
    problems: tuple[ReportError, ...] = ()
    """The errors that `together` joined in this one; empty if it is a single one."""


def is_own(kind: str) -> bool:
    """Return True for one of a report's own errors, by its name: its text is a sentence, which needs no name before it.

    Examples
    --------
    >>> is_own("FactError"), is_own("ValueError")
    (True, False)
    """
    kinds = [ReportError]
    for each in kinds:
        kinds.extend(each.__subclasses__())
    return kind in {each.__name__ for each in kinds}


class UsageError(ReportError):
    """The command line asks for something that does not exist."""

    exit_status = 2


class ParamsError(ReportError):
    """A file in ``params/`` is not valid."""

    exit_status = 2


class SettingsError(ReportError):
    """The settings in ``_quarto.yml`` are not valid."""


class DataError(ReportError, ValueError):
    """Data are missing or not valid."""


class DataFileError(DataError):
    """A data file is missing or does not match its declaration: the same for everyone who reads it."""


class SpcError(ReportError, ValueError):
    """A series, or the settings of its chart, cannot be analysed."""


class ClaimError(ReportError):
    """A sentence claims what its chart does not show."""


class ModelError(ReportError, ValueError):
    """An impact model is given values that it cannot calculate with."""


class FactError(ReportError):
    """A fact is published twice with two values, or cited without being published."""


class FigureError(ReportError):
    """A figure lacks something that every reader needs."""


@dataclass(frozen=True)
class CellFailure:
    """Where a notebook stopped: what a log and a summary say of it, apart from the sentences for its author."""

    notebook: str  # notebooks/ward.ipynb
    cell: int  # its position from 1, as readers of JupyterLab count; 0 if no cell is to blame
    identity: str  # its id
    source: str  # its first lines
    error: str  # the last line of the error
    executed: str  # the notebook as far as it ran; empty if nothing of it was saved
    not_run: tuple[str, ...] = ()  # notebooks that were not run, since they cite its facts


class NotebookError(ReportError):
    """A notebook is malformed, or one of its cells or inline expressions failed.

    ``faulty_data`` says what is wrong in a data file, if nothing else failed; then the notebook is not to blame.
    """

    faulty_data = ""
    failure: CellFailure | None = None


class StagingError(ReportError):
    """An executed notebook cannot be made into a chapter."""


class RenderError(ReportError):
    """A renderer is missing, or could not make a format."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a hint at the name that was probably meant; empty if none is similar.

    Examples
    --------
    >>> nearest("seen_in_tim", ["seen_in_time", "seen"])
    ' Did you mean "seen_in_time"?'
    >>> nearest("x", ["seen_in_time"])
    ''
    """
    found = closest(word, choices)
    return f' Did you mean "{found}"?' if found else ""


def closest(word: str, choices: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the name most similar to a misspelt one; empty if none is as similar as the cutoff, of 0 to 1."""
    return next(iter(difflib.get_close_matches(word, list(choices), n=1, cutoff=cutoff)), "")


def first_few(texts: Sequence[str], most: int = 3, *, kind: str = "", sep: str = ", ") -> str:
    """Return the first of some texts as a list in a message, such as an error, and how many more there are.

    Examples
    --------
    >>> first_few(["a", "b", "c", "d", "e"]), first_few(["a", "b"]), first_few(["a"])
    ('a, b, c and 2 more', 'a and b', 'a')
    >>> first_few(["row 1 is x", "row 2 is y", "row 3 is z"], 2, kind="rows", sep="; ")
    'row 1 is x; row 2 is y; and 1 more rows'
    """
    more = [f"{len(texts) - most} more {kind}".rstrip()] if len(texts) > most else []
    if sep != ", ":  # the texts may have commas and "and" in them
        return sep.join([*texts[:most], *(f"and {number}" for number in more)])
    named = [*texts[:most], *more]
    return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))


def one_line(text: str) -> str:
    r"""Return a text, such as an error, for a log or terminal: on one line, nothing hidden in it, no command to either.

    Examples
    --------
    >>> print(one_line("seen\x1b[31m\n::error::no"), one_line("::error::no"))
    seen\x1b[31m\n::error::no \x3a:error::no
    """
    shown = _HIDDEN.sub(lambda match: _escaped(match[0]), text)
    return _COMMAND.sub(lambda match: (match[1] or "") + (r"\x3a" if ":" in match[0] else r"\x23"), shown)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()


def lines_shown(text: str) -> str:
    """Return a text of several lines, each as `one_line` shows it."""
    return "\n".join(map(one_line, text.split("\n")))


def together(errors: Sequence[ReportError]) -> None:
    """Raise all errors as one, of the first one's kind, each of the same words once; do nothing if there are none."""
    different = list({str(error): error for error in errors}.values())  # one cause is one problem
    if not different:
        return
    if len(different) == 1:
        raise different[0]
    lines = "\n".join(f"- {error}" for error in different)
    joined = type(different[0])(f"{len(different)} problems:\n{lines}")
    joined.problems = tuple(single for error in different for single in error.problems or (error,))
    raise joined from different[0]


def apart(text: str) -> list[str]:
    r"""Return the problems that `together` joined in one text.

    Examples
    --------
    >>> apart("2 problems:\n- row 3: found abc.\n- row 4: found def."), apart("row 3: found abc.")
    (['row 3: found abc.', 'row 4: found def.'], ['row 3: found abc.'])
    """
    if not _MANY.match(text):
        return [text]
    return _MANY.sub("", text).removeprefix("- ").split("\n- ")


def of_the_machine(error: OSError) -> str:
    """Return what went wrong with which file and what to do; empty if it is not an error of the machine.

    Examples
    --------
    >>> print(of_the_machine(OSError(errno.EROFS, "Read-only file system", "/srv/report/build")))
    /srv/report/build: Read-only file system. Work in a copy of the project that can be written to.
    >>> of_the_machine(FileNotFoundError(errno.ENOENT, "No such file or directory", "/srv/report/x"))
    ''
    """
    code, where = error.errno or 0, str(error.filename or "")
    if error.args and isinstance(error.args[0], list) and error.args[0]:  # shutil.copytree collects all its errors
        _, target, why = error.args[0][0]
        code, where = next((each for each in REMEDIES if os.strerror(each) in str(why)), 0), str(target)
    if code not in REMEDIES:
        return ""
    return f"{f'{where}: ' if where else ''}{os.strerror(code)}. {REMEDIES[code]}"


@contextmanager
def machine_errors_in_words() -> Iterator[None]:
    """Turn an error of the machine into a `ReportError` that says what to do."""
    try:
        yield
    except OSError as error:
        if not (words := of_the_machine(error)):
            raise
        raise ReportError(words) from error


def how_it_ended(status: int) -> str:
    """Return in words for an error how a process ended that could not say so itself.

    Examples
    --------
    >>> how_it_ended(3), how_it_ended(-9), how_it_ended(-35)  # the last has no name
    ('ended with status 3', 'was ended by SIGKILL, as when memory runs out', 'was ended by signal 35')
    """
    if status >= 0:
        return f"ended with status {status}"
    hint = ", as when memory runs out" if -status == getattr(signal, "SIGKILL", 9) else ""
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    return f"was ended by {name}{hint}"
