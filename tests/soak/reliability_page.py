"""What a part of the soak did, how often, and what failed: as lines on the terminal and as docs/reliability.md."""

from __future__ import annotations

import datetime
import os
import platform
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MOST_SHOWN = 20  # faults of a part
PROGRESS = 40  # lines on the terminal while a part runs
TITLES = ("Kills", "Hostile strings", "Mutations", "Schedules")  # in the page's order


def machine() -> str:
    """Describe the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


@dataclass
class Result:
    """One part: what was done, how often, and each fault as a sentence."""

    title: str
    rule: str
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    wanted: int = 0
    """How many tries were asked for, where there may have been no time for all."""

    def count(self, what: str, faults: list[str] | None = None) -> None:
        """Count one try, and the faults that it found."""
        self.done[what] += 1
        if faults:
            self.failed[what] += 1
            self.faults += [f"{what}: {each}" for each in faults]
            print("\n".join(self.faults[-len(faults) :]), flush=True)  # noqa: T201 — a long run is watched
        if (tries := self.done.total()) % max(1, self.wanted // PROGRESS) == 0:
            print(f"{self.title}: {tries:,} of {self.wanted:,} tried", flush=True)  # noqa: T201

    @contextmanager
    def timed(self) -> Iterator[Result]:
        """Measure how long the block takes; a run that is interrupted has found what it has found until then."""
        start = time.monotonic()
        try:
            yield self
        except KeyboardInterrupt:
            self.notes.append("The run was interrupted.")
        finally:
            self.seconds += time.monotonic() - start

    def lines(self) -> Iterator[str]:
        """Yield the part as Markdown."""
        yield f"## {self.title}"
        yield ""
        yield self.rule
        yield ""
        yield "| what | tried | failed |"
        yield "|---|---:|---:|"
        for what, number in sorted(self.done.items()):
            yield f"| {what} | {number:,} | {self.failed[what]:,} |"
        yield f"| **all** | **{self.done.total():,}** | **{self.failed.total():,}** |"
        yield ""
        if self.done.total() < self.wanted:
            yield f"There was time for {self.done.total():,} of {self.wanted:,}."
            yield ""
        for note in self.notes:
            yield note
            yield ""
        day, minutes = datetime.date.today(), self.seconds / 60
        load = f", at a load of {os.getloadavg()[1]:.0f}" if hasattr(os, "getloadavg") else ""
        yield f"{day}, seed {self.seed}, {minutes:.1f} minutes on {machine()}{load}."
        yield ""
        if self.faults:
            yield "Faults:"
            yield ""
            yield from (f"- `{' '.join(each.split())[:300]}`" for each in self.faults[:MOST_SHOWN])
            if len(self.faults) > MOST_SHOWN:
                yield f"- and {len(self.faults) - MOST_SHOWN} more"
            yield ""


INTRODUCTION = """\
# Reliability

What `make soak` found when it last ran. It writes this page, except the paragraphs that begin *Since that run*: those
are notes by hand, which the next run removes. Its programs are in `tests/soak/`, and are not part of `make test`.

Each part runs by itself, with a number: `make soak KILLS=20`, `make soak STRINGS=10`, `make soak MUTATIONS=300`,
`make soak WEEKS=1`; `SEED=7` tries others of the same kinds. Such a run leaves this page as it is. `MINUTES=60` begins
no further try after an hour, and `JOBS=1` runs one after another; two run at the same time by default.
"""


def record(result: Result, file: Path) -> None:
    """Write a part into docs/reliability.md, in place of what an earlier run wrote of it."""
    written = file.read_text(encoding="utf-8") if file.is_file() else ""
    parts = {text.partition("\n")[0]: text for text in written.split("\n## ")[1:]}
    parts[result.title] = "\n".join(result.lines()).removeprefix("## ").rstrip("\n")
    order = [*TITLES, *sorted(parts.keys() - set(TITLES))]
    sections = [f"## {parts[title].rstrip(chr(10))}" for title in order if title in parts]
    file.write_text("\n\n".join([INTRODUCTION.rstrip("\n"), *sections]) + "\n", encoding="utf-8")
