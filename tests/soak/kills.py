"""SIGKILL at random moments, in all phases by what the command says: the report is whole, the next run is right.

Each kind of command is a `Scene`: how its project is made ready, what must hold after a kill, and that the same
command run again, undisturbed, does what it would have done anyway. Files are compared by hash with what a run that
nobody killed has made, once for each variant of the sources.

What is killed is a process of its own. The run after it is one in this process, which has everything in memory, but
for one in ten. Builds of one in three have the process that draws beside them, which costs most of a build's time.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import time
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import ClassVar

from commands import FIRST_CHANGE, Command, Done, patience, run_apart, run_here
from reliability_page import Result

from natpatsip.files.digests import key, sha256_of
from support.projects import code, edit, prose, small
from support.repositories import git, repository
from support.waiting import becomes

Q1, Q2, Q3 = "2024-25-Q1", "2024-25-Q2", "2024-25-Q3"
TAG = f"report/{Q2}"
SLOWLY = 0.02  # seconds for each change of a file in the phases that would pass in a blink
VARIANTS = 4  # of the sources, so that each build has something to do
TRIES = 6  # at hitting a phase that a command leaves too soon
APART = 10  # one in so many is run again in a process of its own
DRAWING = 3  # one in so many builds has a process that draws
ALONE = ("--jobs", "1")  # a build without a process that draws
OF_A_RUN = re.compile(r'"(duration|start_time|end_time)": [^\n]*|"id": "[0-9a-f]{8}"')
OUTSIDE = (".gitignore", ".git", "_extensions", "_quarto.yml", "data", "notebooks", "params")  # a project's sources
CHART = """\
from natpatsip import charts, datasets, spc
counts = ("seen_in_time", "seen")
monthly = datasets.total(datasets.load("waits_monthly"), counts, percent=counts)
chart = spc.xmr(monthly["percent"], dates=monthly["month"], improvement="increase")
figure("fig-waits", charts.spc(chart, y_title="Seen in time, %", percent=True), title="People seen in time",
       description="People seen within 18 weeks, % by month", caption="All teams.",
       data=charts.spc_table(chart, value_name="Seen in time, %", decimals=1))"""
PUBLISH = 'beds = publish("beds", 1, unit="beds", source="Ward list", label="Beds of the ward")'
INDEX = """\
## Summary

The ward has `{python} cite("beds")` beds. The standard is `{python} cite("waits_standard", "all")`.
`{python} cite("teams")` sent `{python} cite("reminders_sent")`, and `{python} cite("staff_trained")` were trained
(@fig-waits)."""


SETTINGS = "natpatsip: {contact: access@riverside.example, publisher: Riverside Trust, licence: OGL v3.0}"


def ward(folder: Path) -> Path:
    """Make a project of two chapters, a chart and a fact, whose Q2 could be made final."""
    cells = [
        code(PUBLISH, id="beds"),
        prose("## Progress\n\nThe ward has `{python} beds` beds."),
        code(CHART, id="chart"),
        prose("News of the first quarter.", id="q1", tags=[Q1]),
        prose("News of the second quarter.", id="q2", tags=[Q2]),
    ]
    project = small(folder, index=[prose(INDEX)], ward=cells)
    signed = "sign_offs:\n  - role: Programme lead\n    name: Ann Example\n    date: 2024-11-20\n"
    signed = f"publication: {{date: 2024-11-30}}\n{signed}"
    edit(project / "params" / f"{Q2}.yml", "sign_offs:\n  - role: Head of performance\n", signed)
    edit(project / "_quarto.yml", "lang: en-GB", f"lang: en-GB\n{SETTINGS}")
    return repository(project)


def with_beds(project: Path, number: int) -> None:
    """Change what the report says: the number of beds."""
    file = project / "notebooks" / "ward.ipynb"
    text = re.sub(r"(\(\\\"beds\\\", )\d+", rf"\g<1>{number}", file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")


def outputs_of(report: Path) -> dict[str, str]:
    """Return the hashes of a report's files, those of notebooks without what each run gives them."""
    return {
        path.relative_to(report).as_posix(): key(OF_A_RUN.sub("", path.read_text(encoding="utf-8")))
        if path.suffix == ".ipynb"
        else sha256_of(path)
        for path in report.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def not_whole(report: Path) -> list[str]:
    """Return what is wrong with a report by its own manifest; a report that is not there is whole."""
    if not report.exists():
        return []
    if not (report / "manifest.json").is_file():
        return [f"{report.name}: has no manifest"]
    said = json.loads((report / "manifest.json").read_bytes())["outputs"]
    there = {path.relative_to(report).as_posix(): sha256_of(path) for path in report.rglob("*") if path.is_file()}
    there.pop("manifest.json")
    return [f"{name}: is not what the manifest lists" for name in sorted(said.items() ^ there.items())][:1]


def left_in(project: Path) -> list[str]:
    """Return files and folders that no command that has ended leaves in a project and in its temporary folder."""
    places = [path.name for path in project.iterdir() if path.name not in (*OUTSIDE, "build", "reports")]
    hidden = [path.name for path in (project / "reports").glob(".*")]
    places += [f"reports/{name}" for name in hidden]
    places += [f"build/{path.name}" for path in (project / "build").glob(".removed-*")]
    places += [
        str(path.relative_to(project)) for path in (project / "build").glob("new-quarter/*") if path.name != ".lock"
    ]
    places += [str(path.relative_to(project)) for path in (project / "build").glob("*/archived/*")]
    for path in (project.parent / f"{project.name}-tmp").iterdir():
        if path.name[0] != ".":
            places.append(f"temporary: {path.name}")
            path.rename(path.with_name(f".told-{path.name}"))  # not again after the next kill
    trees = git(project, "worktree", "list").splitlines()
    return [f"left behind: {each}" for each in [*places, *trees[1:]]]


class Built:
    """A project of which each variant has been built: what every scene begins with, so that builds find a cache."""

    def __init__(self, folder: Path) -> None:
        self.project = ward(folder / "project")
        self.expected = []
        for number in range(VARIANTS):
            with_beds(self.project, number + 1)
            run = run_here(self.project, *Build.arguments, *ALONE)
            assert run.status == 0, run.text
            self.expected.append(outputs_of(self.project / "reports" / Q2))
        git(self.project, "checkout", "--quiet", ".")

    def copied(self, folder: Path) -> Path:
        return shutil.copytree(self.project, folder / "project", symlinks=True)


class Scene:
    """A command that is killed: phases by what it says, each with the pattern that begins it."""

    name = ""
    arguments: tuple[str, ...] = ()
    phases: ClassVar[dict[str, str]] = {}
    slow: ClassVar[tuple[str, ...]] = ()  # phases that are slowed down
    slow_within = "."
    long: ClassVar[tuple[str, ...]] = ()  # phases that have something to do only if nothing is cached
    alone: ClassVar[tuple[str, ...]] = ()  # options without which a process that draws is started
    status = 0

    def __init__(self, folder: Path, built: Built) -> None:
        self.project = built.copied(folder)
        self.lengths = dict[str, float]()
        self.variant = 0
        self.number = 0

    def ready(self, chance: random.Random, phase: str) -> None:
        """Make the project ready for the next kill."""

    def forget_cache(self) -> None:
        shutil.rmtree(self.project / "build" / "cache", ignore_errors=True)

    def after_kill(self) -> list[str]:
        """Return what does not hold after a kill."""
        return not_whole(self.project / "reports" / Q2)

    def run(self) -> Done:
        """Run the command to its end: here, or one in so many in a process of its own."""
        if self.number % APART:
            return run_here(self.project, *self.arguments, *self.alone)
        return run_apart(self.project, *self.arguments, *self.more)

    @property
    def more(self) -> tuple[str, ...]:
        """Options of this time alone."""
        return self.alone if self.number % DRAWING else ()

    def again(self) -> list[str]:
        """Run the command to its end, and return what is not right then."""
        run = self.run()
        wrong = [] if run.status == self.status else [f"the next run ended with {run.status}: {run.text[-300:]}"]
        return [*wrong, *run.wrong, *self.result(), *left_in(self.project)]

    def result(self) -> list[str]:
        """Return what is not right after a run that nobody killed."""
        return []

    def started(self, phase: str) -> Command:
        """Start the command that is to be killed."""
        slowly = SLOWLY if phase in self.slow else 0.0
        within = self.project / self.slow_within
        return Command(self.project, *self.arguments, *self.more, slowly=slowly, within=within)

    def victim(self, run: Command, chance: random.Random) -> int:
        """Return the process to kill."""
        return run.pid

    def phase_of(self, run: Command) -> str:
        """Return the phase that a command was in, by what it has said."""
        return next((name for name, begin in reversed(self.phases.items()) if not begin or run.says(begin)), "")

    def measure(self, chance: random.Random) -> None:
        """Run the command once as it is run to be killed, and remember how long each phase takes."""
        last = list(self.phases)[-1]
        self.ready(chance, last)
        if self.long:
            self.forget_cache()
        run = self.started(last)
        self.finish(run)
        began = [
            next((moment for moment, line in run.lines if begin and re.search(begin, line)), 0.0)
            for begin in self.phases.values()
        ]
        ends = [*began[1:], run.end]
        self.lengths = {name: max(e - b, 0.05) for name, b, e in zip(self.phases, began, ends, strict=True)}

    def finish(self, run: Command) -> None:
        """Let a command that nobody kills end."""
        assert run.ends() == self.status, run.text


class Build(Scene):
    """`natpatsip build`: the report is the old one or the new one, and the next is what it always would have been."""

    name = "build"
    arguments = ("build", Q2, "--renderer", "pandoc")
    phases: ClassVar = {
        "starting": "",
        "executing": r": \d notebooks$",
        "staging": r": (executed|unchanged)",
        "rendering": r" staged \d",
        "publishing": r" rendered ",
    }
    slow = ("publishing",)
    slow_within = "reports"
    long = ("executing", "rendering")
    alone = ALONE

    def __init__(self, folder: Path, built: Built) -> None:
        super().__init__(folder, built)
        self.expected = built.expected

    def commit(self) -> None:
        pass

    def forget(self) -> None:
        pass

    def ready(self, chance: random.Random, phase: str) -> None:
        self.variant = chance.choice([each for each in range(VARIANTS) if each != self.variant])
        with_beds(self.project, self.variant + 1)
        self.commit()
        self.forget()
        if phase in self.long and chance.random() < 0.5:
            self.forget_cache()

    def after_kill(self) -> list[str]:
        report = self.project / "reports" / Q2
        known = [self.old, *self.expected]
        wrong = [] if outputs_of(report) in known else ["the report is neither the old nor the new one"]
        return [*not_whole(report), *wrong]

    def started(self, phase: str) -> Command:
        self.old = outputs_of(self.project / "reports" / Q2)
        return super().started(phase)

    def result(self) -> list[str]:
        report = self.project / "reports" / Q2
        found, wanted = outputs_of(report), self.expected[self.variant]
        names = sorted({name for name, _ in found.items() ^ wanted.items()})
        wrong = [f"differs from a build that nobody killed: {', '.join(names[:5])}"] if names else []
        return [*not_whole(report), *wrong]


class Final(Build):
    """`natpatsip build --final`: it is published and tagged, or the next one is."""

    name = "build --final"
    arguments = ("build", Q2, "--renderer", "pandoc", "--final")

    def commit(self) -> None:
        if git(self.project, "status", "--porcelain"):
            git(self.project, "commit", "--quiet", "--all", "--amend", "--no-edit", "--date", "2024-12-01T12:00:00")

    def forget(self) -> None:
        if git(self.project, "tag", "--list", TAG):
            git(self.project, "tag", "--delete", TAG)
        shutil.rmtree(self.project / "reports", ignore_errors=True)

    def result(self) -> list[str]:
        report = self.project / "reports" / Q2
        if not (report / "manifest.json").is_file():
            return ["there is no final edition"]
        head = git(self.project, "rev-parse", "HEAD").strip()
        tagged = git(self.project, "rev-list", "-n1", TAG).strip() if git(self.project, "tag", "--list", TAG) else ""
        is_final = json.loads((report / "manifest.json").read_bytes())["status"] == "final"
        return [
            *not_whole(report),
            *([] if is_final else ["is not final"]),
            *([] if tagged == head else ["has no tag"]),
        ]

    def after_kill(self) -> list[str]:
        return not_whole(self.project / "reports" / Q2)


class Archived(Build):
    """A build of a quarter that is archived in git: no worktree stays."""

    name = "build of an archived quarter"
    arguments = ("build", Q2, "--renderer", "pandoc", "--to", "html")

    def __init__(self, folder: Path, built: Built) -> None:
        super().__init__(folder, built)
        for arguments in (("new-quarter", Q3), (*self.arguments, *ALONE)):
            run = run_here(self.project, *arguments)
            assert run.status == 0, run.text
        self.expected = [outputs_of(self.project / "reports" / Q2)]

    def ready(self, chance: random.Random, phase: str) -> None:
        shutil.rmtree(self.project / "reports", ignore_errors=True)
        if phase in self.long:
            self.forget_cache()


class NewQuarter(Scene):
    """`natpatsip new-quarter`: the quarter is open as a whole, or not, or the next command says what to undo."""

    name = "new-quarter"
    arguments = ("new-quarter", Q3)
    phases: ClassVar = {"starting": "", "writing": FIRST_CHANGE}
    slow = ("writing", "starting")

    def __init__(self, folder: Path, built: Built) -> None:
        super().__init__(folder, built)
        self.before = sources_of(self.project)
        run = self.run()
        assert run.status == 0, run.text
        self.opened = sources_of(self.project)

    def ready(self, chance: random.Random, phase: str) -> None:
        git(self.project, "checkout", "--quiet", ".")
        git(self.project, "clean", "--quiet", "--force", "-d", "--", "params", "notebooks", "data")

    def after_kill(self) -> list[str]:
        found = sources_of(self.project)
        if f"params/{Q3}.yml" in found:  # it comes last
            return [] if found == self.opened else ["the quarter is open, but not as a whole"]
        changed = {name for name, _ in found.items() ^ self.before.items()}
        allowed = {name for name, _ in self.opened.items() ^ self.before.items()}
        return [f"changed: {name}" for name in sorted(changed - allowed)]

    def again(self) -> list[str]:
        found = sources_of(self.project)
        run = self.run()
        if found == self.opened:
            has_told = run.status == 2 and "already" in run.text
            wrong = [] if has_told else [f"opened twice: {run.status}: {run.text[-200:]}"]
        elif run.status:
            wrong = [] if "not committed" in run.text or "not open yet" in run.text else [f"refused: {run.text[-300:]}"]
            self.ready(random.Random(), "")
            again = self.run()
            wrong += [] if again.status == 0 else [f"refused after git checkout: {again.text[-300:]}"]
        else:
            wrong = []
        if sources_of(self.project) != self.opened:
            wrong.append("is not what an undisturbed run makes")
        return [*wrong, *run.wrong, *left_in(self.project)]


class Clean(Scene):
    """`natpatsip clean`: reports stay, and the next one removes what is left."""

    name = "clean"
    arguments = ("clean",)
    phases: ClassVar = {"starting": "", "removing": FIRST_CHANGE}
    slow = ("starting", "removing")
    slow_within = "build"

    def __init__(self, folder: Path, built: Built) -> None:
        super().__init__(folder, built)
        self.expected = outputs_of(self.project / "reports" / Q2)
        shutil.move(self.project / "build", folder / "build")

    def ready(self, chance: random.Random, phase: str) -> None:
        shutil.rmtree(self.project / "build", ignore_errors=True)
        shutil.copytree(self.project.parent / "build", self.project / "build")

    def after_kill(self) -> list[str]:
        same = outputs_of(self.project / "reports" / Q2) == self.expected
        return [] if same else ["it changed a report"]

    def result(self) -> list[str]:
        return [f"left behind: {path}" for path in (self.project / "build").rglob("*")]


class Preview(Scene):
    """`natpatsip preview`, or the process that builds for it: the next preview shows the change."""

    name = "preview"
    arguments = ("preview", Q2, "--no-open")
    phases: ClassVar = {
        "starting": "",
        "executing": r": \d notebooks$",
        "rendering": r" staged \d",
        "publishing": r" rendered ",
        "waiting": r" published in",
    }
    long = ("executing", "rendering")
    alone = ALONE

    @property
    def report(self) -> Path:
        return self.project / "build" / "preview" / Q2

    def finish(self, run: Command) -> None:
        assert run.waits_for(self.phases["waiting"]), run.text
        run.interrupt()

    def ready(self, chance: random.Random, phase: str) -> None:
        self.variant = chance.choice([each for each in range(VARIANTS) if each != self.variant])
        with_beds(self.project, self.variant + 1)
        if phase in self.long and chance.random() < 0.5:
            self.forget_cache()

    def after_kill(self) -> list[str]:
        return not_whole(self.report)

    def victim(self, run: Command, chance: random.Random) -> int:
        builders = [number for number, line in run.children().items() if "preview.builder" in line]
        return chance.choice([run.pid, *builders])

    def again(self) -> list[str]:
        run = Command(self.project, *self.arguments, *self.more)
        is_built = run.waits_for(r"published in|unchanged, checked")
        page = self.report / "html" / "ward.html"
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        wrong = [] if is_built else [f"the next preview builds nothing: {run.text[-300:]}"]
        if not re.search(rf"The ward has (<[^>]*>)*{self.variant + 1}\b", text):
            wrong.append("the next preview does not show the change")
        run.interrupt()
        return [*wrong, *run.left(), *not_whole(self.report), *left_in(self.project)]


def sources_of(project: Path) -> dict[str, str]:
    """Return the hashes of a project's sources."""
    files = (path for name in ("params", "notebooks", "data") for path in (project / name).rglob("*") if path.is_file())
    return {path.relative_to(project).as_posix(): sha256_of(path) for path in files}


SCENES: dict[type[Scene], float] = {  # shares of the kills; every other one is tried in the same process
    Build: 0.35,
    Final: 0.15,
    NewQuarter: 0.15,
    Preview: 0.15,
    Archived: 0.05,
    Clean: 0.15,
}
RULE = """\
A command is started, and SIGKILLed at a random moment of one of its phases, recognised by the lines that it
prints; publication, `new-quarter` and `clean` are slowed down, so that their moments can be hit. It is a process of its
own, forked from one that has imported the engine, and starts the processes that it always starts; one build in three
has the process that draws beside it. Half of the builds that are killed while they execute or render begin without a
cache, all others with one. Then: the report is whole by its manifest, and is the old one or the new one; whatever the
command had started ends by itself; the same command, run again (one in ten in a process of its own), ends well, with a
report that is byte for byte the one that an undisturbed run makes; and no file, worktree or folder is left behind."""


def run(number: int, seed: int, folder: Path, until: float, jobs: int) -> Result:
    """Kill so many commands, of all kinds in turn, or as many as there is time for.

    Each of `jobs` processes has kinds of its own.
    """
    result = Result("Kills", RULE, seed)
    result.wanted = number
    shares = {scene: max(1, round(number * share)) for scene, share in SCENES.items()}
    shares[Build] += number - sum(shares.values())
    in_turn = sorted(
        ((each + 0.5) / shares[kind], kind.name, kind, each) for kind in shares for each in range(shares[kind])
    )
    with result.timed(), ExitStack() as opened:
        pools = [opened.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn"))) for _ in range(jobs)]
        built = pools[0].submit(_built, folder / "Built").result()
        of_kind = {kind: pools[place % len(pools)] for place, kind in enumerate(SCENES)}
        doing: list[Future[tuple[str, list[str]] | None]] = [
            of_kind[kind].submit(_try, kind, each + 1, seed, folder / kind.__name__, built, until)
            for _, _, kind, each in in_turn
        ]
        try:
            for future in as_completed(doing):
                if found := future.result():
                    result.count(*found)
        finally:
            for future in doing:
                future.cancel()
    return result


def _built(folder: Path) -> Built:
    return Built(folder)


_SCENES: dict[type[Scene], Scene] = {}


def _scene(kind: type[Scene], folder: Path, built: Built, seed: int) -> Scene:
    """Return this process's scene of a kind, whose phases were measured."""
    if kind not in _SCENES:
        scene = kind(folder, built)
        scene.measure(random.Random(seed))
        _SCENES[kind] = scene
    return _SCENES[kind]


def _try(
    kind: type[Scene], number: int, seed: int, folder: Path, built: Built, until: float
) -> tuple[str, list[str]] | None:
    """Kill a command once more; return its phase, and what was wrong."""
    if time.time() > until:
        return None
    try:
        return _kill(_scene(kind, folder, built, seed), number, random.Random(f"{seed} {kind.__name__} {number}"))
    except Exception as error:  # the others go on; this is a fault of the soak or of the command
        return f"{kind.name}, stopped", [f"{type(error).__name__}: {error}"]


def _kill(scene: Scene, number: int, chance: random.Random) -> tuple[str, list[str]]:
    """Kill a command in one of its phases, run it again, and return the phase, and what was wrong."""
    phases = list(scene.phases)
    wanted = phases[number % len(phases)]
    scene.number = number
    for attempt in range(TRIES):
        scene.ready(chance, wanted)
        run = scene.started(wanted)
        begin = scene.phases[wanted]
        if begin and not run.waits_for(begin):
            run.ends()
            continue
        run.runs_on_for(chance.random() * scene.lengths[wanted] / (1 + attempt))
        victim = scene.victim(run, chance)
        phase = scene.phase_of(run)
        if victim != run.pid:
            os.kill(victim, signal.SIGKILL)
            becomes(lambda run=run: run.says("ended unexpectedly"), within=patience(10))
            run.kill()
            what = f"{scene.name}, {phase} (the process that builds)"
            return what, [*run.left(), *scene.after_kill(), *scene.again()]
        if run.kill():
            return f"{scene.name}, {phase}", [*run.left(), *scene.after_kill(), *scene.again()]
    return f"{scene.name}, {wanted}: ended before it was killed", scene.again()
