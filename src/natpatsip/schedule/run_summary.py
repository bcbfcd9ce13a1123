"""The result of a scheduled run, and its summary for people: what was built, what was not, why, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from natpatsip import wording
from natpatsip.errors import NotebookError, ReportError
from natpatsip.files.short_paths import in_strings, shortener
from natpatsip.pipeline.options import Options, files_of
from natpatsip.quarter import Quarter
from natpatsip.release.final_edition import read_manifest
from natpatsip.reporters import counted
from natpatsip.schedule.due_quarters import QuarterState

LEFT = {"up to date": "Up to date", "final": "Final", "not yet": "Not due yet"}


@dataclass(frozen=True)
class QuarterResult:
    """The result of a quarter."""

    quarter: Quarter
    state: str  # "built", "failed", or the state that it was left in: "waiting", "not yet", "up to date", "final"
    reasons: tuple[str, ...] = ()
    seconds: float = 0.0
    report: Path | None = None  # the folder of the report, if there is one
    files: tuple[Path, ...] = ()  # that were built, for readers
    findings: Mapping[str, int] = field(default_factory=dict)  # of the checks, by check
    kept: tuple[Path, ...] = ()  # files of the earlier report that somebody had changed
    error: ReportError | None = None

    @classmethod
    def left(cls, state: QuarterState, report: Path) -> QuarterResult:
        """Return the result of a quarter that was left as it is, whose report would be in a folder."""
        there = report if (report / "manifest.json").is_file() else None
        findings = _findings_in(report)
        return cls(state.quarter, state.state, state.reasons, report=there, findings=findings, error=state.error)

    @classmethod
    def built(
        cls, state: QuarterState, report: Path, options: Options, seconds: float, kept: tuple[Path, ...]
    ) -> QuarterResult:
        """Return the result of a quarter that was built."""
        files = tuple(files_of(report, options.formats))
        return cls(state.quarter, "built", state.reasons, seconds, report, files, _findings_in(report), kept)

    def record(self, project: Path) -> dict[str, Any]:
        """Return a quarter's result in the scheduled run as JSON holds it, with short paths."""
        content = {
            "quarter": str(self.quarter),
            "state": self.state,
            "reasons": list(self.reasons),
            "seconds": round(self.seconds, 2),
            "files": [file.as_posix() for file in self.files],
            "findings": dict(self.findings),
            "kept": [file.as_posix() for file in self.kept],
            "failures": [_failure_record(each) for each in self.problems()],
        }
        found: dict[str, Any] = in_strings(content, shortener(project))
        return found

    def problems(self) -> tuple[ReportError, ...]:
        """Return the errors that stopped the quarter in the scheduled run, each by itself."""
        return (self.error.problems or (self.error,)) if self.error else ()


@dataclass
class ScheduledRun:
    """The result of a run."""

    began: datetime
    quarters: list[QuarterResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what else its readers have to know
    skipped: str = ""  # why it did nothing
    stopped: str = ""  # what cut it off
    at: str = ""  # the quarter that it works on
    seconds: float = 0.0
    log: Path | None = None  # its log, if it could be written

    def of(self, state: str) -> list[QuarterResult]:
        """Return the scheduled run's quarters in a state."""
        return [each for each in self.quarters if each.state == state]

    @property
    def outcome(self) -> str:
        """How the scheduled run ended, in a word: failed, skipped, built, waiting (for data), or nothing-due."""
        if self.stopped or self.of("failed"):
            return "failed"
        if self.skipped:
            return "skipped"
        return next((state for state in ("built", "waiting") if self.of(state)), "nothing-due")

    def record(self, project: Path) -> dict[str, Any]:
        """Return the scheduled run as JSON holds it, with short paths."""
        content = {
            "outcome": self.outcome,
            "began": self.began.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 2),
            "quarters": [each.record(project) for each in self.quarters],
            "notes": self.notes,
            "skipped": self.skipped,
            "stopped": self.stopped,
            "at": self.at,
        }
        found: dict[str, Any] = in_strings(content, shortener(project))
        return found

    def headline(self) -> str:
        """Return how the scheduled run ended, in one line."""
        if self.skipped:
            return f"skipped: {self.skipped}"
        parts = [
            f"{words} {wording.listing([str(each.quarter) for each in found])}"
            for state, words in (("failed", "could not build"), ("built", "built"))
            if (found := self.of(state))
        ]
        if self.stopped:
            parts.insert(0, "stopped before its end")
        return "; ".join(parts) or "nothing due"

    def text(self, project: Path) -> str:
        """Return the summary, with short paths: it is posted elsewhere."""
        return "\n".join(map(shortener(project), self._lines())) + "\n"

    def _lines(self) -> Iterator[str]:
        """Yield the lines of the scheduled run's summary."""
        yield self.headline()
        yield from (f"note: {note}" for note in self.notes)
        if self.stopped:
            yield from ("", f"Stopped{f' at {self.at}' if self.at else ''} by:", *_indented(self.stopped))
        for each in self.of("failed"):
            yield from ("", f"Could not be built: {each.quarter}")
            for problem in each.problems():
                yield from _problem(problem)
            earlier = f"the earlier one is unchanged: {each.report.as_posix()}" if each.report else "there is none yet"
            yield f"  The report: {earlier}"
        for each in self.of("built"):
            yield from ("", f"Built: {each.quarter}, in {each.seconds:.1f} s ({'; '.join(each.reasons)})")
            yield from (f"  {file.as_posix()}" for file in each.files)
            yield f"  {_findings(each)}"
            for file in (kept.as_posix() for kept in each.kept):
                yield f"  Somebody had changed the earlier file, so it is kept. Read it: natpatsip review {file}"
        for each in self.of("waiting"):
            yield from ("", f"Due, but waiting for data: {each.quarter}", *(f"  {reason}" for reason in each.reasons))
        yield ""
        for state, words in LEFT.items():
            if found := self.of(state):
                yield f"{words}: {'; '.join(map(_left, found))}"
        yield f"The run took {self.seconds:.1f} s." + (f" Its log: {self.log.as_posix()}" if self.log else "")


def in_one_line(error: ReportError) -> str:
    """Return for the summary the first thing that stopped a build, in one line."""
    first = error.problems[0] if error.problems else error
    failure = first.failure if isinstance(first, NotebookError) else None
    if failure is None:
        return str(first).splitlines()[0]
    return f"{failure.notebook}{f', cell {failure.cell}' if failure.cell else ''}: {failure.error}"


def _problem(error: ReportError) -> Iterator[str]:
    """Yield for the summary what stopped a build: of a cell, its place, its first lines and the error."""
    failure = error.failure if isinstance(error, NotebookError) else None
    if failure is None:
        yield from _indented(str(error))
        return
    cell = f", cell {failure.cell} (id {failure.identity})" if failure.cell else ""
    yield f"  {failure.notebook}{cell}"
    yield from (f"    | {line}" for line in failure.source.splitlines())
    yield f"    {failure.error}"
    if failure.executed:
        yield f"    The notebook as far as it ran: {failure.executed}"
    if failure.not_run:
        yield f"    Not run, since it cites facts of this one: {wording.listing(failure.not_run)}"


def _failure_record(error: ReportError) -> dict[str, Any]:
    failure = error.failure if isinstance(error, NotebookError) else None
    details = {name: value for name, value in vars(failure).items() if value} if failure else {}
    return {"message": str(error), **details}


def _indented(text: str) -> Iterator[str]:
    return (f"  {line}" for line in text.splitlines())


def _left(result: QuarterResult) -> str:
    """Return for the summary a quarter that was left as it is, and what is to be known of it."""
    findings = counted(sum(result.findings.values()), "finding") if result.state == "up to date" else ""
    details = ", ".join(filter(None, [*result.reasons, findings]))
    return f"{result.quarter} ({details})" if details else str(result.quarter)


def _findings(result: QuarterResult) -> str:
    """Return a sentence for the summary about the findings of a quarter that was built."""
    if not result.findings:
        return "The checks have no findings."
    checks = ", ".join(f"{check} {count}" for check, count in result.findings.items())
    total = counted(sum(result.findings.values()), "finding")
    return f"The checks have {total} ({checks}); see them with: natpatsip check {result.quarter}"


def _findings_in(report: Path) -> dict[str, int]:
    """Return for the summary the number of open findings of a built report by check."""
    return dict(Counter(str(each.get("check")) for each in read_manifest(report).get("findings", [])))
