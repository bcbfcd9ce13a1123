"""The log of a scheduled run: a file of JSON lines, each with its time, and the summary for people beside it.

The files of the newest runs are kept, in ``logs/`` beside the reports, where `natpatsip clean` does not remove them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from natpatsip.pipeline.options import Options
from natpatsip.schedule.run_lock import Holder

LOGS = "logs"  # in the folder of reports
KEPT = 200  # runs: on weekdays, nine months
NAME = "%Y-%m-%dT%H%M%SZ"  # in UTC, so that files sort by time
SUFFIXES = (".jsonl", ".txt")
SET_BACK = timedelta(minutes=10)  # more than clocks differ that are set right


@dataclass
class RunLog:
    """The log that a run writes; if it cannot be written, the run goes on and reports that."""

    folder: Path
    name: str
    error: str = field(default="", init=False)
    """Why it could not be written; empty if it could."""

    @classmethod
    def of(cls, project: Path, options: Options, holder: Holder, now: datetime) -> RunLog:
        """Return the log of a run that begins now."""
        folder = (options.output or project / "reports") / LOGS
        return cls(folder, f"{now.astimezone(UTC).strftime(NAME)}-{holder.pid}")

    @property
    def file(self) -> Path:
        """The scheduled run's file of JSON lines."""
        return self.folder / f"{self.name}.jsonl"

    @property
    def summary(self) -> Path:
        """The file of the scheduled run's summary."""
        return self.folder / f"{self.name}.txt"

    def write(self, event: str, **details: Any) -> None:
        """Add a line to the scheduled run's log: what happened, with its time."""
        line = {"time": datetime.now().astimezone().isoformat(timespec="milliseconds"), "event": event, **details}
        with self._errors_kept():
            self.folder.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def write_summary(self, text: str) -> None:
        """Save the summary."""
        with self._errors_kept():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.summary.write_text(text, encoding="utf-8")

    def prune(self) -> None:
        """Remove the logs of all but the newest scheduled runs."""
        names = sorted({file.stem for file in self._files()} - {self.name})
        for name in names[: max(0, len(names) + 1 - KEPT)]:
            for suffix in SUFFIXES:
                with contextlib.suppress(OSError):  # another run removes it
                    (self.folder / f"{name}{suffix}").unlink()

    def later_run(self, now: datetime) -> str:
        """Return when an earlier run began by a clock that was ahead of this one; empty if none did."""
        newest = max((file.stem for file in self._files() if file.stem != self.name), default="")
        limit = (now + SET_BACK).astimezone(UTC).strftime(NAME)
        return newest.rpartition("-")[0] if newest > limit else ""

    def _files(self) -> list[Path]:
        """Return the logs' files, and no others that somebody has put there."""
        return [file for file in self.folder.glob("*T*Z-*") if file.suffix in SUFFIXES and _is_name(file.stem)]

    @contextlib.contextmanager
    def _errors_kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = self.error or f"{error.strerror or error} ({self.folder})"


def _is_name(stem: str) -> bool:
    """Return True if a file is named as logs of scheduled runs are: by time and process."""
    time, _, pid = stem.rpartition("-")
    try:
        datetime.strptime(time, NAME)
    except ValueError:
        return False
    return pid.isdecimal()
