"""How fast reports are built, held against the plain chain in the same run.

The plain chain executes each notebook with the papermill command, one after another, then stages and renders as a
build does. Run this with ``make bench``, or ``python tests/bench/builds.py --runs 3``. It writes a table, and ends with
status 1 where a bar is missed. Ratios are of medians, with the least and the greatest that the runs allow.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measuring import Times, machine, peak_memory, run
from quarters import LAST, make_project

HERE = Path(__file__).parent
NATPATSIP = [sys.executable, "-m", "natpatsip"]
BUILD = [*NATPATSIP, "build", str(LAST), "--to", "html,pdf", "--renderer", "pandoc", "--jobs", "2"]
MOST_MEMORY = 1.5  # GB
BARS = {  # the most that each may take of the plain chain
    "cold build": 1 / 5,
    "unchanged": 1 / 50,
    "one sentence changed": 1 / 8,
    "one sentence changed, in preview": 1 / 20,
    "16 quarters, of 16 plain chains": 1 / 6,
    "16 quarters, of 4 quarters": 4.4,
}


class Bench:
    """A project to measure, and what was found so far."""

    def __init__(self, project: Path, runs: int) -> None:
        self.project, self.runs = project, runs
        self.found: dict[str, Times] = {}
        self.count = 0

    def measure(self, name: str, command: list[str], before: Callable[[], object], *, runs: int | None = None) -> None:
        """Measure a command several times, each after what has to happen before."""
        seconds = []
        for _ in range(runs or self.runs):
            before()
            seconds.append(run(command, self.project))
        self.found[name] = Times(tuple(seconds))
        say(f"{name}: {', '.join(f'{each:.2f}' for each in seconds)} s")

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

    def edit_sentence(self) -> None:
        """Change a sentence of a section."""
        self.edit("medicines", "progress-opioids-q2", r"\b(The plans|Plan \d+)\b", "Plan {n}")

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


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def measure_edits(bench: Bench) -> None:
    """Measure what one builder waits for."""
    plain = [sys.executable, str(HERE / "plain.py"), str(bench.project), str(LAST), "html,pdf"]
    bench.measure("plain chain", plain, bench.forget)
    bench.measure("cold build", BUILD, bench.forget)
    bench.measure("unchanged", BUILD, lambda: None, runs=2 * bench.runs + 1)
    bench.measure("one sentence changed", BUILD, bench.edit_sentence)
    bench.measure("one data value changed", BUILD, bench.edit_data)
    bench.measure("one chart changed", BUILD, bench.edit_chart)
    bench.found["one sentence changed, in preview"] = measure_preview(bench)


def measure_preview(bench: Bench) -> Times:
    """Measure builds of the pages alone, repeated in one process, as preview repeats them."""
    command = [sys.executable, str(HERE / "repeated.py"), str(bench.project), str(LAST)]
    seconds = []
    with subprocess.Popen(command, cwd=bench.project, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(bench.runs + 2):
            bench.edit_sentence()
            process.stdin.write("build\n")
            process.stdin.flush()
            seconds.append(float(process.stdout.readline()))
        process.stdin.close()
    seconds = seconds[2:]  # the first two pay for what a preview pays for as it begins
    say(f"one sentence changed, in preview: {', '.join(f'{each:.2f}' for each in seconds)} s")
    return Times(tuple(seconds))


def measure_quarters(bench: Bench, quarters: list[str]) -> None:
    """Measure many quarters in one go."""
    for number in (1, 4, 16):
        command = [*NATPATSIP, "build", *quarters[:number], *BUILD[5:]]
        bench.measure(
            f"{number} quarter{'s' if number > 1 else ''}", command, bench.forget, runs=1 if number > 4 else 2
        )


def where_time_goes(bench: Bench) -> str:
    """Return the steps of a cold build with their shares."""
    bench.forget()
    command = [sys.executable, str(HERE / "repeated.py"), str(bench.project), str(LAST), "--steps"]
    return subprocess.run(command, cwd=bench.project, capture_output=True, text=True, check=True).stdout


def report(bench: Bench, memory: float) -> int:
    """Write the ratios and return the exit status."""
    plain = bench.found["plain chain"]
    ratios = {name: times.over(plain) for name, times in bench.found.items() if name != "plain chain"}
    if "16 quarters" in bench.found:
        sixteen = bench.found["16 quarters"]
        ratios["16 quarters, of 16 plain chains"] = tuple(each / 16 for each in sixteen.over(plain))  # type: ignore[assignment]
        ratios["16 quarters, of 4 quarters"] = sixteen.over(bench.found["4 quarters"])
    say(f"\n{datetime.date.today()}, {machine()}, median of {bench.runs}; the plain chain takes {plain.median:.1f} s\n")
    say("| what | of the plain chain | least and greatest | bar | |")
    say("|:--|--:|:--|--:|:--|")
    missed = []
    for name, (ratio, least, most) in ratios.items():
        bar = BARS.get(name)
        told = "" if bar is None else "met" if ratio <= bar else "missed"
        missed += [name] if told == "missed" else []
        if name.endswith("of 4 quarters"):
            say(f"| {name} | {ratio:.2f} times | {least:.2f} to {most:.2f} | {bar} | {told} |")
            continue
        spread = f"1/{1 / most:.1f} to 1/{1 / least:.1f}"
        say(f"| {name} | 1/{1 / ratio:.1f} | {spread} | {f'1/{1 / bar:.0f}' if bar else ''} | {told} |")
    told = "met" if memory <= MOST_MEMORY else "missed"
    say(f"| peak memory of all processes, 4 quarters | {memory:.2f} GB | | {MOST_MEMORY} GB | {told} |")
    return 1 if missed or told == "missed" else 0


def main() -> int:
    """Measure, and hold the figures against the bars."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    parser.add_argument("--quick", action="store_true", help="leave many quarters out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder).resolve()
        quarters = [str(quarter) for quarter in make_project(project)]
        bench = Bench(project, options.runs)
        measure_edits(bench)
        if not options.quick:
            measure_quarters(bench, quarters)
        bench.forget()
        several = [*NATPATSIP, "build", *quarters[:4], *BUILD[5:]]
        memory = peak_memory(several, project) if sys.platform == "linux" else 0.0
        steps = where_time_goes(bench)
    status = report(bench, memory)
    say(f"\nWhere the time of a cold build goes:\n\n{steps}")
    return status


if __name__ == "__main__":
    sys.exit(main())
