"""A scheduled run: it builds the quarters that are due, unattended, and reports the result.

One run at a time. It leaves a log, prints a summary, posts it where it is asked to, and ends with the exit status. A
quarter that fails stops no other; after a crash, the next run goes on from the cache.
"""

from __future__ import annotations

import errno
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from natpatsip import wording
from natpatsip.build import build
from natpatsip.errors import ReportError, of_the_machine
from natpatsip.interrupts import stopped_by
from natpatsip.pipeline.caching.inputs import SourceChanged
from natpatsip.pipeline.options import Log, Options
from natpatsip.quarter import Quarter, known_quarters
from natpatsip.release.publication import REVIEWED
from natpatsip.schedule import notification
from natpatsip.schedule.due_quarters import QuarterState, state_of
from natpatsip.schedule.run_lock import Holder, lock
from natpatsip.schedule.run_log import RunLog
from natpatsip.schedule.run_summary import QuarterResult, ScheduledRun, in_one_line

LITTLE = 20_000_000  # bytes; a report takes up to that


class ScheduleError(ReportError):
    """A scheduled run could not build what was due; the summary says why."""


def today() -> date:
    """Return the day by which quarters are due."""
    return date.today()


def run(
    project: Path,
    named: Sequence[Quarter],  # those to look at; by default all
    options: Options,
    *,
    log: Log,  # receives a line for each step
    say: Callable[[str], object],  # receives the lines of the summary
    notify: str = "",  # the command or webhook that the summary is posted to
) -> None:
    """Build the quarters that are due, the earliest first.

    Raises
    ------
    UsageError
        If the target of notifications is not valid; nothing is built.
    ScheduleError
        If a quarter could not be built, with the exit status of the first.
    """
    notification.check_target(notify)
    start, now = time.monotonic(), datetime.now().astimezone()
    record = RunLog.of(project, options, Holder.this(now), now)
    result = ScheduledRun(now)

    def progress(line: str) -> None:
        record.write("progress", text=line)
        log(line)

    record.write("began", **vars(Holder.this(now)), quarters=[str(each) for each in named])
    try:
        with stopped_by(signal.SIGTERM, _terminate):  # notebooks end, and the summary is written, as after Ctrl-C
            _run(project, named, options, result, record, progress)
    except BaseException as error:
        result.stopped = _words(error)
        raise
    finally:
        result.seconds = time.monotonic() - start
        _finish(project, result, record, notify, log, say)
    if failed := [each.error for each in result.of("failed") if each.error]:
        stopped = ScheduleError(f"{result.headline()}: {in_one_line(failed[0])}")
        stopped.exit_status = failed[0].exit_status
        raise stopped


def _run(
    project: Path, named: Sequence[Quarter], options: Options, result: ScheduledRun, record: RunLog, log: Log
) -> None:
    """Build what is due, and add the result of each quarter."""
    if later := record.later_run(result.began):
        result.notes.append(
            f"the clock says {result.began:%Y-%m-%d %H:%M}, but an earlier run began at {later}. Check the date of "
            "this machine: it decides what is due."
        )
    with lock(project, result.began) as taken:
        if not taken.is_held:
            whose = f": {taken.other}" if taken.other else ""
            result.skipped = f"another scheduled run has not ended yet{whose}"
            return
        if taken.other:
            result.notes.append(f"the run of {taken.other} was cut off; this one goes on from its cache")
        for quarter in sorted(set(named or known_quarters(project))):
            result.at = str(quarter)
            state = state_of(project, quarter, options, today=today())
            report = options.report(project, quarter)
            found = _build(project, state, options, log) if state.state == "due" else QuarterResult.left(state, report)
            record.write("quarter", **found.record(project))
            result.quarters.append(found)
            result.at = ""


def _build(project: Path, state: QuarterState, options: Options, log: Log) -> QuarterResult:
    """Build a quarter that is due; what stops it is part of the result."""
    start, quarter = time.monotonic(), state.quarter
    report = options.report(project, quarter)
    before, reviewed = _version_of(report), _reviewed(report)
    log(f"{quarter} is due: {'; '.join(state.reasons)}")
    try:
        build(project, quarter, options, log)
    except SourceChanged:
        raise
    except (ReportError, OSError) as error:
        if isinstance(error, OSError):
            if not (words := of_the_machine(error)):
                raise
            error = ReportError(words + _full_disks(error, project, report))
        log(f"{quarter}: could not be built")
        there = report if (report / "manifest.json").is_file() else None
        return QuarterResult(quarter, "failed", state.reasons, time.monotonic() - start, there, error=error)
    if before == _version_of(report):  # it was up to date after all
        return QuarterResult.left(QuarterState(quarter, "up to date"), report)
    kept = tuple(sorted(_reviewed(report) - reviewed))
    return QuarterResult.built(state, report, options, time.monotonic() - start, kept)


def _full_disks(error: OSError, project: Path, report: Path) -> str:
    """Return which places of a scheduled build have no space left; a failed write does not name its file."""
    if error.errno != errno.ENOSPC:
        return ""
    places = [project / "build", report.parent, Path(tempfile.gettempdir())]
    full = [str(each) for each in places if each.is_dir() and shutil.disk_usage(each).free < LITTLE]
    return f" Less than {LITTLE // 1_000_000} MB is free in {wording.listing(full)}." if full else ""


def _reviewed(report: Path) -> set[Path]:
    """Return for the summary the files of earlier reports that are kept since somebody had changed them."""
    return {file for name in REVIEWED for file in report.glob(name.replace(".", "-*."))}


def _version_of(report: Path) -> tuple[int, int] | None:
    """Return by what a scheduled run tells one build of a report from another."""
    try:
        found = (report / "manifest.json").stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _finish(
    project: Path, result: ScheduledRun, record: RunLog, notify: str, log: Log, say: Callable[[str], object]
) -> None:
    """Save, print and post the summary."""
    record.write("ended", **result.record(project))
    record.prune()
    result.log = None if record.error else record.file
    if record.error:
        result.notes.append(f"the log cannot be written: {record.error}")
    text = result.text(project)
    record.write_summary(text)
    for line in filter(None, text.splitlines()):
        say(line)
    if notify and (problem := notification.notify(notify, text, result.record(project))):
        record.write("notification failed", reason=problem)
        log(f"the summary could not be posted: {problem}. Try the target of --notify by hand.")


class Terminated(KeyboardInterrupt):
    """Another program has asked the run to end."""


def _terminate() -> NoReturn:
    """End the run as Ctrl-C does."""
    raise Terminated("SIGTERM, as from a service manager that stops it")


def _words(error: BaseException) -> str:
    """Return what cut a run off."""
    if isinstance(error, OSError) and (words := of_the_machine(error)):
        return words
    if isinstance(error, KeyboardInterrupt):
        return str(error) or "Ctrl-C"
    return ": ".join(filter(None, [type(error).__name__, str(error)]))
