"""How fast reports are built, held against two other chains and the floor in the same run.

The *plain chain* executes each notebook with the papermill command, one after another, then stages and renders as a
build does. The *warm-fork chain* runs the cells in forks of one warm Python and makes plain HTML (``warm_forks.py``).
The *floor* is the same report's parts by the programs that do them alone (``floor.py``). Run this with ``make bench``,
or ``python tests/bench/builds.py --runs 3``. It writes a table and, with ``--save``, the results that
docs/performance.md shows, and ends with status 1 where a bar is missed. Ratios are of medians.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import floor
import results
from measuring import Cost, Costs, Times, by_program, load, machine, peak_memory, processor_of, run
from quarters import LAST, make_project

HERE = Path(__file__).parent
NATPATSIP = [sys.executable, "-m", "natpatsip"]
BUILD = [*NATPATSIP, "build", str(LAST), "--to", "html,pdf", "--renderer", "pandoc", "--jobs", "2"]
PLAIN, WARM, COLD = "plain chain", "warm-fork chain, HTML alone", "cold build of HTML and PDF"
UNCHANGED, SENTENCE = "unchanged report", "one sentence changed, from the command line"
STAYS, SAVED = "one sentence changed, in a process that stays", "saved, until the page has it"
PROGRAMS = {  # what the processes of a build are called, by a part of their command lines
    "execution.prefork": "notebooks",
    "drawing": "charts",
    "spawn_main": "charts",
    "resource_tracker": "charts",
    "typst_process": "Typst",
    "pandoc": "Pandoc",
}
GIVE_UP = 60.0  # seconds until a page must have what was saved


@dataclass(frozen=True)
class Bar:
    """The most that something may take: of what, and what it took."""

    what: str
    of: str  # "processor", "clock", "memory"
    found: float
    most: float
    unit: str = "s"  # "s", "times", "GB"

    @property
    def is_met(self) -> bool:
        """Whether it took no more."""
        return self.found <= self.most


class Bench:
    """A project to measure, and what was found so far."""

    def __init__(self, project: Path, runs: int) -> None:
        self.project, self.runs = project, runs
        self.found: dict[str, Costs] = {}
        self.count = 0
        self.order = _order(project)

    def measure(self, name: str, command: list[str], before: Callable[[], object], *, runs: int | None = None) -> None:
        """Measure a command several times, each after what has to happen before."""
        costs = []
        for _ in range(runs or self.runs):
            before()
            costs.append(run(command, self.project))
        self.keep(name, costs)

    def keep(self, name: str, costs: list[Cost]) -> None:
        """Keep what something took, and say it."""
        self.found[name] = Costs(tuple(costs))
        shown = ", ".join(f"{each.processor:.2f} ({each.clock:.2f})" for each in costs)
        say(f"{name}: {shown} processor seconds (by the clock)")

    def forget(self) -> None:
        """Remove all that builds have made."""
        for name in ("build", "reports"):
            shutil.rmtree(self.project / name, ignore_errors=True)

    def edit(self, notebook: str, cell: str, pattern: str, new: str) -> None:
        """Change what a cell says, each time to something that it has never said; `{n}` in the new text counts."""
        self.count += 1
        path = self.project / "notebooks" / f"{notebook}.ipynb"
        content = json.loads(path.read_text(encoding="utf-8"))
        (found,) = [each for each in content["cells"] if each["id"] == cell]
        text, changed = re.subn(pattern, new.format(n=self.count), "".join(found["source"]), count=1)
        if not changed:
            sys.exit(f"{notebook}, {cell}: does not hold {pattern}")
        found["source"] = text.splitlines(keepends=True)
        path.write_text(json.dumps(content), encoding="utf-8")

    def edit_sentence(self) -> str:
        """Change the first sentence of a section, whatever it says, and return what it says now."""
        self.edit("medicines", "progress-opioids-q2", r"\A(Plan \d+\. )?", "Plan {n}. ")
        return f"Plan {self.count}."

    def edit_chart(self) -> None:
        """Change what a note in a chart says."""
        drawn = 'figure(chronic, chronic.draw(annotations={{"2023-06": "Note {n}"}}),'
        self.edit("medicines", "fig-chronic-opioids", r"figure\(chronic,( chronic\.draw\(.*?\),)?", drawn)

    def edit_data(self) -> None:
        """Change the people of one board in the quarter's last month."""
        self.count += 1
        path = self.project / "data" / "opioids_monthly.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        place = max(place for place, line in enumerate(lines) if line.startswith(f"{LAST.last_month:%Y-%m}"))
        lines[place] = re.sub(r",(\d+),(\w+)$", lambda match: f",{int(match[1]) + 1},{match[2]}", lines[place])
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _order(project: Path) -> dict[str, list[str]]:
    """Return a project's notebooks in reading order, each with those that have to run before it."""
    from natpatsip.pipeline.plan import Plan

    plan = Plan.of(project, LAST)
    return {name: sorted(plan.before()[name]) for name in plan.notebooks}


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def measure_edits(bench: Bench) -> None:
    """Measure what one builder waits for."""
    plain = [sys.executable, str(HERE / "plain.py"), str(bench.project), str(LAST), "html,pdf"]
    bench.measure(PLAIN, plain, bench.forget)
    bench.measure(COLD, BUILD, bench.forget)
    bench.measure(UNCHANGED, BUILD, lambda: None, runs=2 * bench.runs + 1)
    bench.measure(SENTENCE, BUILD, bench.edit_sentence)
    bench.measure("one data value changed", BUILD, bench.edit_data)
    bench.measure("one chart changed", BUILD, bench.edit_chart)
    bench.keep(STAYS, measure_process_that_stays(bench))
    bench.keep(SAVED, measure_saves(bench))


def measure_warm_forks(bench: Bench) -> None:
    """Measure the best chain that a user could put together."""
    folder = bench.project / "build" / "warm"
    script = str(HERE / "warm_forks.py")
    command = [sys.executable, script, str(bench.project), str(LAST), str(folder), json.dumps(bench.order)]
    bench.measure(WARM, command, bench.forget)


def measure_floor(bench: Bench) -> dict[str, Costs]:
    """Measure the parts of the same report, each by the program that does it."""
    bench.forget()
    run(BUILD, bench.project)
    parts = floor.floor(bench.project, str(LAST), bench.order, bench.project / "build" / "floor", runs=bench.runs)
    for name, costs in parts.items():
        say(f"floor, {name}: {costs.processor.median:.2f} processor seconds")
    return parts


def measure_process_that_stays(bench: Bench) -> list[Cost]:
    """Measure builds of the pages alone, repeated in one process, as preview repeats them."""
    command = [sys.executable, str(HERE / "repeated.py"), str(bench.project), str(LAST)]
    costs = []
    with subprocess.Popen(command, cwd=bench.project, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(bench.runs + 2):
            bench.edit_sentence()
            before = processor_of(process.pid)
            process.stdin.write("build\n")
            process.stdin.flush()
            clock = float(process.stdout.readline())
            costs.append(Cost(processor_of(process.pid) - before, clock))
        process.stdin.close()
    return costs[2:]  # the first two pay for what a preview pays for as it begins


def measure_saves(bench: Bench) -> list[Cost]:
    """Measure how long a preview takes from a save until its page has what was saved."""
    command = [*NATPATSIP, "preview", str(LAST), "--no-open"]
    costs = []
    process = subprocess.Popen(command, cwd=bench.project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "http://" in line)
        page = re.search(r"http://\S+?/(?=\s)", line + " ")
        assert page is not None
        address = f"{page[0]}medicines.html"
        _await_page(address, "<main")
        for _ in range(bench.runs + 2):
            time.sleep(2)  # until the checks of the build before are done
            before, start = processor_of(process.pid), time.perf_counter()
            _await_page(address, bench.edit_sentence())
            costs.append(Cost(processor_of(process.pid) - before, time.perf_counter() - start))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
    return costs[2:]


def _await_page(address: str, text: str) -> None:
    """Wait until a page holds a text."""
    until = time.monotonic() + GIVE_UP
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=GIVE_UP) as answer:  # noqa: S310 — the preview's own
                if text in answer.read().decode():
                    return
        except OSError:  # the first build is not done
            pass
        time.sleep(0.01)
    sys.exit(f"{address} did not have “{text}” after {GIVE_UP:g} s")


def measure_quarters(bench: Bench, quarters: list[str]) -> None:
    """Measure many quarters in one go."""
    for number in (1, 16):
        command = [*NATPATSIP, "build", *quarters[:number], *BUILD[5:]]
        name = f"{number} quarter{'s' if number > 1 else ''}"
        bench.measure(name, command, bench.forget, runs=1 if number > 4 else bench.runs)


def where_time_goes(bench: Bench) -> str:
    """Return the steps of a cold build with their shares."""
    bench.forget()
    command = [sys.executable, str(HERE / "repeated.py"), str(bench.project), str(LAST), "--steps"]
    return subprocess.run(command, cwd=bench.project, capture_output=True, text=True, check=True).stdout


def bars(found: dict[str, Costs], least: float, memory: float) -> list[Bar]:
    """Return the bars, each with what was found."""
    processor: dict[str, Times] = {name: each.processor for name, each in found.items()}
    clock: dict[str, Times] = {name: each.clock for name, each in found.items()}
    plain, warm, cold = (processor[name].median for name in (PLAIN, WARM, COLD))
    listed = [
        Bar("cold build, of the larger of 0.9 of the warm-fork chain and 1.1 of the floor", "processor", cold,
            max(0.9 * warm, 1.1 * least)),
        Bar("cold build, of 1/4 of the plain chain", "processor", cold, plain / 4),
        Bar("cold build, of 1/8 of the plain chain", "clock", clock[COLD].median, clock[PLAIN].median / 8),
        Bar("unchanged report, of 1/300 of the plain chain", "clock", clock[UNCHANGED].median,
            clock[PLAIN].median / 300),
        Bar("one sentence changed, of 1/25 of the plain chain", "processor", processor[SENTENCE].median, plain / 25),
        Bar("the same in a process that stays, of 1/80", "processor", processor[STAYS].median, plain / 80),
        Bar("from a save until the page has it", "clock", clock[SAVED].median, 0.7),
    ]  # fmt: skip
    if "16 quarters" in found:
        ratio = processor["16 quarters"].median / processor["1 quarter"].median
        listed.append(Bar("16 quarters, of one", "processor", ratio, 8, "times"))
    if memory:
        listed.append(Bar("memory of all processes together, two jobs", "memory", memory, 0.8, "GB"))
    return listed


def report(bench: Bench, parts: dict[str, Costs], held: list[Bar]) -> None:
    """Write what was measured, and the bars."""
    plain = bench.found[PLAIN]
    say(f"\n{machine()}, median of {bench.runs}, a load of {load()}\n")
    say("| what | processor seconds | of the plain chain | seconds by the clock | of the plain chain |")
    say("|:--|--:|--:|--:|--:|")
    for name, costs in bench.found.items():
        cells = []
        for of in ("processor", "clock"):
            own, whole = getattr(costs, of), getattr(plain, of)
            cells.append(f"{own.median:.2f} | 1/{whole.median / max(own.median, 0.01):.1f}")
        say(f"| {name} | {' | '.join(cells)} |")
    say(f"| the floor | {floor.total(parts):.2f} | | | |\n")
    say("| bar | found | most | |\n|:--|--:|--:|:--|")
    for bar in held:
        told = "met" if bar.is_met else "missed"
        say(f"| {bar.what} ({bar.of}) | {bar.found:.2f} {bar.unit} | {bar.most:.2f} {bar.unit} | {told} |")


def main() -> int:
    """Measure, and hold the figures against the bars."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    parser.add_argument("--quick", action="store_true", help="leave many quarters out")
    parser.add_argument("--save", action="store_true", help="save the results that docs/performance.md shows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder).resolve()
        quarters = [str(quarter) for quarter in make_project(project)]
        bench = Bench(project, options.runs)
        measure_edits(bench)
        measure_warm_forks(bench)
        parts = measure_floor(bench)
        if not options.quick:
            measure_quarters(bench, quarters)
        bench.forget()
        memory = peak_memory(BUILD, project) if sys.platform == "linux" else 0.0
        steps = where_time_goes(bench)
        bench.forget()
        by_part = by_program(BUILD, project, PROGRAMS) if sys.platform == "linux" else {}
    held = bars(bench.found, floor.total(parts), memory)
    report(bench, parts, held)
    say(f"\nWhere the time of a cold build goes, by the clock:\n\n{steps}")
    say("and by processor seconds:\n")
    for name, seconds in by_part.items():
        say(f"- {name}: {seconds:.1f} s")
    if options.save:
        results.write("builds", _record(bench, parts, held) | {"parts": rounded(by_part)})
    return 0 if all(each.is_met for each in held) else 1


def rounded(seconds: dict[str, float]) -> dict[str, float]:
    """Return seconds by name with two decimals, the longest first."""
    return {name: round(each, 2) for name, each in sorted(seconds.items(), key=lambda item: -item[1])}


def _record(bench: Bench, parts: dict[str, Costs], held: list[Bar]) -> dict[str, Any]:
    return {
        "runs": bench.runs,
        "found": {name: each.record() for name, each in bench.found.items()},
        "floor": {name: each.record() for name, each in parts.items()},
        "bars": [{**vars(each), "found": round(each.found, 3), "most": round(each.most, 3)} for each in held],
    }


if __name__ == "__main__":
    os.environ.pop("NATPATSIP_CACHE_MB", None)
    sys.exit(main())
