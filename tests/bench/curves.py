"""How building time and memory grow with the report: quarters, chapters, figures and pages, with their exponents.

Run this with ``make curves``, or ``python tests/bench/curves.py chapters pages`` for some of the curves. Each size is
built once, from nothing. It writes a table and, with ``--save``, the results that docs/performance.md shows, and ends
with status 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import results
from builds import Bar, say
from long_reports import QUARTER, make_report, pages_of
from measuring import exponent, load, machine, measured_with_memory
from quarters import make_project

HERE = Path(__file__).parent
QUARTERS, CHAPTERS, FIGURES = (1, 4, 16), (8, 40, 200), (13, 130, 200)
PARAGRAPHS = (48, 222, 446, 893)  # a chapter, of ten: about 83, 363, 723 and 1,443 pages
A_CHAPTER = 10  # figures
MOST_MEMORY, MOST_SECONDS = 1.5, 60  # GB and processor seconds of the longest report


@dataclass(frozen=True)
class Point:
    """What a build of one size took: processor seconds, seconds by the clock, and GB of all processes together."""

    size: int
    processor: float
    clock: float
    memory: float

    def record(self) -> dict[str, float]:
        """Return it as the file of results has it."""
        return {name: round(value, 3) for name, value in vars(self).items()}


def built(project: Path, quarters: list[str], size: int | None = None) -> Point:
    """Build quarters from nothing, and return what that took; the size is by default the pages of the PDF."""
    command = [sys.executable, "-m", "natpatsip", "build", *quarters, "--to", "html,pdf", "--renderer", "pandoc"]
    cost, memory = measured_with_memory([*command, "--jobs", "2", "--fresh"], project)
    size = size or pages_of(project / "reports" / quarters[0] / "report.pdf")
    point = Point(size, cost.processor, cost.clock, memory)
    say(f"{size}: {point.processor:.1f} processor seconds, {point.clock:.1f} by the clock, {point.memory:.2f} GB")
    return point


def quarters(folder: Path) -> list[Point]:
    """Return what 1, 4 and 16 quarters in one go take."""
    found = [str(quarter) for quarter in make_project(folder)]
    return [built(folder, found[:number], number) for number in QUARTERS]


def chapters(folder: Path) -> list[Point]:
    """Return what reports of 8, 40 and 200 chapters take, each chapter with a chart."""
    return [_of_length(folder / str(number), number, chapters=number, charts=1) for number in CHAPTERS]


def figures(folder: Path) -> list[Point]:
    """Return what reports of 13, 130 and 200 figures take."""
    points = []
    for number in FIGURES:
        charts = A_CHAPTER if number % A_CHAPTER == 0 else 1
        points.append(_of_length(folder / str(number), number, chapters=number // charts, charts=charts))
    return points


def pages(folder: Path) -> list[Point]:
    """Return what ten chapters of prose take, by the pages of their PDF."""
    return [_of_length(folder / str(number), None, chapters=10, paragraphs=number) for number in PARAGRAPHS]


def _of_length(folder: Path, size: int | None, **length: int) -> Point:
    make_report(folder, **length)
    return built(folder, [QUARTER], size)


def drawing(folder: Path) -> list[dict[str, float]]:
    """Return what drawing the figures of those reports takes alone, in one process and in two."""
    found = []
    for number in FIGURES:
        for jobs in (1, 2):
            command = [sys.executable, str(HERE / "draw_figures.py"), str(folder / str(number)), QUARTER, str(jobs)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found.append({"figures": number, "jobs": jobs, **json.loads(told)})
            say(f"drawing {number} figures, {jobs} jobs: {told.strip()}")
    return found


CURVES: dict[str, Callable[[Path], list[Point]]] = {
    "quarters": quarters,
    "chapters": chapters,
    "figures": figures,
    "pages": pages,
}


def bars(found: dict[str, list[Point]], drawn: list[dict[str, float]]) -> list[Bar]:
    """Return the bars of the curves that were measured, each with what was found."""
    listed = []
    if drawn:
        least, most = min(FIGURES), max(FIGURES)
        took = {(each["figures"], each["jobs"]): each for each in drawn}
        share = took[most, 1]["processor"] / took[least, 1]["processor"]
        listed += [
            Bar(f"drawing {most} figures, of {least}", "processor", share, 1.1 * most / least, "times"),
            Bar(f"drawing {most} figures in two processes, of one", "clock",
                took[most, 2]["clock"] / took[most, 1]["clock"], 1 / 1.7, "times"),
        ]  # fmt: skip
    if long := found.get("pages"):
        listed += [
            Bar(f"{long[-1].size} pages", "processor", long[-1].processor, MOST_SECONDS),
            Bar(f"{long[-1].size} pages", "memory", long[-1].memory, MOST_MEMORY, "GB"),
        ]
    return listed


def main() -> int:
    """Measure, and hold the figures against the bars."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("curves", nargs="*", default=list(CURVES), help=f"of {', '.join(CURVES)}; by default all")
    parser.add_argument("--save", action="store_true", help="save the results that docs/performance.md shows")
    options = parser.parse_args()
    found: dict[str, list[Point]] = {}
    drawn: list[dict[str, float]] = []
    for name in options.curves:
        say(f"{name}:")
        with tempfile.TemporaryDirectory() as folder:
            found[name] = CURVES[name](Path(folder).resolve())
            drawn = drawing(Path(folder).resolve()) if name == "figures" else drawn
    exponents = {name: exponent({each.size: each.processor for each in points}) for name, points in found.items()}
    held = bars(found, drawn)
    say(f"\n{machine()}, a load of {load()}\n")
    for name, each in exponents.items():
        say(f"{name}: exponent {each:.2f}")
    for bar in held:
        told = "met" if bar.is_met else "missed"
        say(f"{bar.what} ({bar.of}): {bar.found:.2f} {bar.unit}, at most {bar.most:.2f}: {told}")
    if options.save:
        _save(found, drawn, exponents, held)
    return 0 if all(each.is_met for each in held) else 1


def _save(
    found: dict[str, list[Point]], drawn: list[dict[str, float]], exponents: dict[str, float], held: list[Bar]
) -> None:
    """Save what was measured; curves that were not stay as they are."""
    before: dict[str, Any] = results.read().get("curves", {})
    points = {name: [each.record() for each in points] for name, points in found.items()}
    own = {
        "points": before.get("points", {}) | points,
        "exponents": before.get("exponents", {}) | {name: round(each, 3) for name, each in exponents.items()},
        "drawing": drawn or before.get("drawing", []),
        "bars": [{**vars(each), "found": round(each.found, 3), "most": round(each.most, 3)} for each in held],
    }
    results.write("curves", own)


if __name__ == "__main__":
    sys.exit(main())
