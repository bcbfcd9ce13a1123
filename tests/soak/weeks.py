"""Weeks of a schedule as docs/schedule.md describes it, with crashes, overlaps and what people do meanwhile.

The days are simulated, the builds are real: on each day `natpatsip build --due` runs several times, as cron, a
timer that catches up and somebody by hand would start it.
"""

from __future__ import annotations

import datetime
import json
import random
import re
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from commands import Command
from kills import ALONE, Q1, Q2, left_in, not_whole, outputs_of, ward
from reliability_page import Result

from natpatsip.files.digests import sha256_of
from support.projects import edit

MONDAY = datetime.date(2024, 9, 30)  # the cut-off of Q2: it is due from the next day
RUNS = 5  # a day
DATA_COME, BREAKS, FIXED = 2, 3, 4  # Wednesday to Friday
BROKEN = "1 / 0  # not finished"
TIMED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ")
DUE = ("build", "--due", "--renderer", "pandoc", *ALONE)
SHARES = {"in peace": 0.4, "killed": 0.25, "twice at once": 0.2, "with a clean meanwhile": 0.15}


class Week:
    """A project on a schedule: what is there on which day, and what must come of it."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.chance = chance
        self.project = ward(folder / "project")
        self.data = self.project / "data" / "waits_monthly.csv"
        self.whole_data = self.data.read_text(encoding="utf-8")
        self.expected = self._undisturbed(folder / "undisturbed")
        self.data.write_text(re.sub(r"^2024-09.*\n", "", self.whole_data, flags=re.MULTILINE), encoding="utf-8")
        self.is_broken = False
        self.built: set[str] = set()
        self.after_break = chance.random() < 0.5  # whether the notebook breaks before the data come, or after

    def _undisturbed(self, folder: Path) -> dict[str, dict[str, str]]:
        project = ward(folder)
        run = Command(project, *DUE, day="2024-10-02")
        assert run.ends() == 0, run.text
        self.length = run.end
        return {quarter: outputs_of(project / "reports" / quarter) for quarter in (Q1, Q2)}

    def morning(self, day: int) -> None:
        """Let people do what they do on a day."""
        notebook = self.project / "notebooks" / "ward.ipynb"
        breaks, fixed, come = (1, 3, 2) if self.after_break else (BREAKS, FIXED, DATA_COME)
        if day == come:
            self.data.write_text(self.whole_data, encoding="utf-8")
        if day == breaks:
            edit(notebook, "from natpatsip import charts", f"{BROKEN}\\nfrom natpatsip import charts")
            self.is_broken = True
        if day == fixed:
            edit(notebook, f"{BROKEN}\\nfrom natpatsip import charts", "from natpatsip import charts")
            self.is_broken = False

    def is_there(self, quarter: str) -> bool:
        return (self.project / "reports" / quarter / "manifest.json").is_file()

    def is_due(self, quarter: str, day: int) -> bool:
        """Return True if a run on this day has to build a quarter: it is not there, or its sources have changed."""
        has_data = quarter == Q1 or self.data.read_text(encoding="utf-8") == self.whole_data
        if not has_data or (quarter == Q2 and day == 0):
            return False
        return not self.is_there(quarter) or self.is_outdated(quarter)

    def is_outdated(self, quarter: str) -> bool:
        """Return True if a report was made of something else than what is there now."""
        manifest = self.project / "reports" / quarter / "manifest.json"
        made_of = json.loads(manifest.read_bytes())["made_of"]
        names = ("data/waits_monthly.csv", "notebooks/ward.ipynb")
        return any(made_of[name] != sha256_of(self.project / name) for name in names)

    def run(self, day: int, kind: str) -> list[str]:
        """Run the schedule once, as `kind` says, and return what is wrong."""
        date = f"{MONDAY + datetime.timedelta(day)}"
        due = [quarter for quarter in (Q1, Q2) if self.is_due(quarter, day)]
        runs = [Command(self.project, *DUE, day=date)]
        wrong: list[str] = []
        if kind == "killed":
            runs[0].runs_on_for(self.chance.random() * self.length)
            runs[0].kill()
        elif kind == "twice at once":
            runs[0].waits_for(r"\d notebooks|nothing due", within=self.chance.random() * self.length)
            runs.append(Command(self.project, *DUE, day=date))
        elif kind == "with a clean meanwhile":
            runs[0].runs_on_for(self.chance.random() * self.length)
            clean = Command(self.project, "clean")
            status = clean.ends()
            if not (status == 0 or (status == 1 and "a build is using it" in clean.text)):
                wrong.append(f"clean ended with {status}: {clean.text[-200:]}")
        for each in runs:
            status = each.ends()
            if kind != "killed":
                wrong += self._wrong_status(each, status, bool(due))
            wrong += [
                f"a line without its time: {line[:80]}" for _, line in each.lines if line and not TIMED.match(line)
            ]
            wrong += each.left()
        if kind != "killed" and not self.is_broken:
            wrong += [
                f"{quarter} was due and is not there as it should be"
                for quarter in due
                if not self.is_there(quarter) or self.is_outdated(quarter)
            ]
        return [*wrong, *self._wrong_reports()]

    def _wrong_status(self, run: Command, status: int, is_due: bool) -> list[str]:
        """Return what a run should have said and ended with, and did not."""
        if "skipped: another scheduled run" in run.text or not is_due or "nothing due" in run.text:
            said = "skipped: another" in run.text or "nothing due" in run.text
            return [] if status == 0 and said else [f"nothing was due, but it ended with {status}: {run.text[-200:]}"]
        if self.is_broken:
            named = "notebooks/ward.ipynb" in run.text and "ZeroDivisionError" in run.text
            return [] if status == 1 and named else [f"a broken notebook ended with {status}: {run.text[-200:]}"]
        return [] if status == 0 else [f"ended with {status}: {run.text[-300:]}"]

    def _wrong_reports(self) -> list[str]:
        """Return reports that are not whole, or are not what an undisturbed build makes."""
        wrong = []
        for quarter in (Q1, Q2):
            report = self.project / "reports" / quarter
            if not self.is_there(quarter):
                wrong += [f"{quarter} is gone"] if quarter in self.built else []
                continue
            wrong += not_whole(report)
            found = outputs_of(report)
            self.built.add(quarter)
            names = sorted({name for name, _ in found.items() ^ self.expected[quarter].items()})
            if names := [name for name in names if not name.endswith(".ipynb")]:  # they hold the hash of the data file
                wrong.append(f"{quarter} differs from an undisturbed build: {', '.join(names[:4])}")
        return wrong


RULE = f"""\
A project with two quarters stands on a schedule. On each day of the week `natpatsip build --due` runs {RUNS} times:
in peace, killed at a random moment, twice at once, or while somebody runs `clean`. The first quarter is due from
the first day; the second from Tuesday, its data come later, and a notebook is broken for a day. Each run has to
build what is due, or built from something that has changed, or to say why not, with the right status and the time in
front of every line; a second run at the same time is skipped; no report is ever half there or gone; at the end of the
week both are there, as an undisturbed build makes them, and nothing is left behind."""


def run(number: int, seed: int, folder: Path, until: float, jobs: int) -> Result:
    """Simulate so many weeks, or as much of them as there is time for."""
    result = Result("Schedules", RULE, seed)
    result.wanted = number * (7 * RUNS + 1)
    with result.timed():
        for week in range(number):
            _week(result, random.Random(f"{seed} week {week}"), folder / f"week-{week}", until)
    return result


def _week(result: Result, chance: random.Random, folder: Path, until: float) -> None:
    week = Week(folder, chance)
    for day in range(7):
        week.morning(day)
        for kind in chance.choices([*SHARES], [*SHARES.values()], k=RUNS):
            if time.time() > until:
                return
            result.count(f"a run {kind}", _told(week, day, partial(week.run, day, kind)))
    result.count("the end of a week", [*_told(week, 7, partial(week.run, 7, "in peace")), *left_in(week.project)])
    shutil.rmtree(folder)


def _told(week: Week, day: int, wrong: Callable[[], list[str]]) -> list[str]:
    return [f"{MONDAY + datetime.timedelta(day):%A}: {each}" for each in wrong()]
