"""The application that each command is added to, and what stops a command: as a sentence and an exit status.

Only faults of the program keep their traceback.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from natpatsip.errors import ReportError, UsageError, lines_shown, nearest
from natpatsip.project import find_root

if TYPE_CHECKING:
    from natpatsip.quarter import Quarter


QUARTER = "The quarter, such as 2024-25-Q2; by default the newest in params/ with complete data."
JOBS = "How many notebooks to run at once."

app = typer.Typer(
    name="natpatsip",
    help="Quarterly progress reports in health care, from parameterised notebooks.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
INTERRUPTED = 130  # the exit status after Ctrl-C; Typer exits with it too
_PERMISSIONS = "Check the permissions there, then run this again."
REMEDIES = {  # of errors of the machine, rather than of the report or the program
    errno.ENOSPC: "Free some space (natpatsip clean removes the cache and working files), then run this again.",
    errno.EROFS: "Work in a copy of the project that can be written to.",
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EMFILE: "Raise the limit of open files (ulimit -n), then run this again.",
}


@app.callback()
def natpatsip() -> None:
    """Quarterly progress reports in health care, from parameterised notebooks."""
    project = find_root(Path.cwd())
    if project and any((project / "reports").glob(".*")):  # a build is publishing, or was killed while it did
        from natpatsip.release.publication import restore_all

        restore_all(project / "reports")


def one_of(option: str, word: str, choices: tuple[str, ...]) -> None:
    """Refuse a word that is not one of an option's choices."""
    if word not in choices:
        raise UsageError(f'{option}: found "{word}", expected one of {", ".join(choices)}.{nearest(word, choices)}')


def quarter_or_newest(written: str | None, project: Path) -> tuple[Quarter, dict[Quarter, list[str]]]:
    """Return the quarter that the command line names, by default the newest with complete data.

    Beside it, what each newer quarter lacks that was passed over.
    """
    from natpatsip.quarter import Quarter

    if written:
        return Quarter.parse(written), {}
    from natpatsip.pipeline.caching.up_to_date import complete_quarters

    complete, incomplete = complete_quarters(project, only_newest=True)
    if not complete:
        missing = "; ".join(f"{quarter}: {'; '.join(what)}" for quarter, what in incomplete.items())
        raise ReportError(f"params/: no quarter has complete data ({missing}). Name the quarter.")
    return complete[0], incomplete


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Exit with a sentence if the report, the machine or Ctrl-C stops the block."""
    try:
        yield
    except ReportError as error:
        _exit(str(error), error.exit_status)
    except OSError as error:
        if not (text := sentence(error)):
            raise
        _exit(text, ReportError.exit_status)
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != INTERRUPTED:
            raise
        _exit("stopped", INTERRUPTED)


def _exit(text: str, status: int) -> None:
    sys.stderr.write(f"natpatsip: {lines_shown(text)}\n")
    sys.exit(status)


def sentence(error: OSError) -> str:
    """Return what went wrong with which file and what to do; empty if it is not an error of the machine.

    Examples
    --------
    >>> print(sentence(OSError(errno.EROFS, "Read-only file system", "/srv/report/build")))
    /srv/report/build: Read-only file system. Work in a copy of the project that can be written to.
    >>> sentence(FileNotFoundError(errno.ENOENT, "No such file or directory", "/srv/report/x"))
    ''
    """
    code, where = error.errno or 0, str(error.filename or "")
    if error.args and isinstance(error.args[0], list) and error.args[0]:  # shutil.copytree collects all its errors
        _, target, why = error.args[0][0]
        code, where = next((each for each in REMEDIES if os.strerror(each) in str(why)), 0), str(target)
    if code not in REMEDIES:
        return ""
    return f"{f'{where}: ' if where else ''}{os.strerror(code)}. {REMEDIES[code]}"
