"""What a part of the soak did, how often, and what failed: as lines on the terminal and as docs/reliability.md."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


MOST_SHOWN = 20  # faults of a part


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

    def count(self, what: str, faults: list[str] | None = None) -> None:
        """Count one try, and the faults that it found."""
        self.done[what] += 1
        if faults:
            self.failed[what] += 1
            self.faults += [f"{what}: {each}" for each in faults]

    @contextmanager
    def timed(self) -> Iterator[Result]:
        """Measure how long the block takes."""
        start = time.monotonic()
        try:
            yield self
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
        for note in self.notes:
            yield note
            yield ""
        yield f"Seed {self.seed}, {self.seconds / 60:.1f} minutes."
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

`make soak` wrote this page on {day}: {machine}, {seconds:.0f} minutes in all. {verdict}

Each part runs by itself, with a number: `make soak KILLS=20`, `make soak STRINGS=10`, `make soak MUTATIONS=300`,
`make soak WEEKS=1`; `SEED=7` tries others of the same kinds. With a number given, only the parts named run, and this page
is left as it is. The programs are in `tests/soak/`; they are not part of `make test`.
"""


def page(results: list[Result], machine: str) -> str:
    """Return docs/reliability.md."""
    failed = sum(each.failed.total() for each in results)
    verdict = "Nothing failed." if not failed else f"**{failed} of the tries failed**; each is listed with its part."
    introduction = INTRODUCTION.format(
        day=datetime.date.today(), machine=machine, seconds=sum(each.seconds for each in results) / 60, verdict=verdict
    )
    return "\n".join([introduction, *(line for each in results for line in each.lines())]).rstrip("\n") + "\n"


def save(results: list[Result], machine: str, file: Path) -> None:
    """Write the page."""
    file.write_text(page(results, machine), encoding="utf-8")
