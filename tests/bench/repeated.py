"""Builds in one process that stays, as preview's does: one for each line of input, its seconds for an answer.

With ``--steps``, one build of HTML and PDF, and the seconds of each of its steps.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from natpatsip.build import build
from natpatsip.files import memory
from natpatsip.pipeline.options import Options
from natpatsip.quarter import Quarter

STEPS = {"notebooks": "start", "executed": "notebooks", "staged": "staging", "rendered": "drawing and rendering"}
STEPS |= {"checked": "checks that take longer, and publishing", "published": "publishing"}


def repeat(project: Path, quarter: Quarter) -> None:
    """Build for each line of input, and say when the pages were there: the checks that follow keep nobody waiting."""
    options = Options(formats=("html",), renderer="pandoc", is_preview=True)
    for _ in sys.stdin:
        start, seconds = time.perf_counter(), list[float]()
        with memory.remembering(is_on=True):
            build(
                project,
                quarter,
                options,
                lambda _: None,
                published=lambda _, start=start, seconds=seconds: seconds.append(time.perf_counter() - start),
            )
        sys.stdout.write(f"{seconds[0]}\n")
        sys.stdout.flush()


def steps(project: Path, quarter: Quarter) -> None:
    """Build once, and say how long each step took."""
    last = start = time.perf_counter()
    spent: dict[str, float] = {}

    def log(line: str) -> None:
        nonlocal last
        name = next((name for word, name in STEPS.items() if word in line), "other")
        now = time.perf_counter()
        spent[name] = spent.get(name, 0.0) + now - last
        last = now

    build(project, quarter, Options(formats=("html", "pdf"), renderer="pandoc"), log)
    total = time.perf_counter() - start
    for name, seconds in spent.items():
        sys.stdout.write(f"- {name}: {seconds:.1f} s, {seconds / total:.0%}\n")


if __name__ == "__main__":
    project, quarter = Path(sys.argv[1]), Quarter.parse(sys.argv[2])
    steps(project, quarter) if "--steps" in sys.argv else repeat(project, quarter)
