"""Runs tests in forks of a warm process, over a copy of the project of which one module at a time is changed."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

_OWN = (
    "natpatsip",
    "helpers",
    "support",
    "papermill",
)  # never warm; papermill imports its engines, of which one is ours
_OPTIONS = [
    *("-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--durations=1", "--hypothesis-profile=mutants"),
    *("-W", "ignore:Module already imported so cannot be rewritten"),  # libraries are imported before pytest starts
]


@dataclass
class Run:
    """What a run of tests said: the first that failed, and which lines and seconds each needed."""

    status: int | None  # of pytest; None if time ran out
    failed: str = ""
    output: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    imported: list[str] = field(default_factory=list)


@contextlib.contextmanager
def copy_of(root: Path) -> Iterator[Path]:
    """Make a copy of a project's files, compiled so that a changed file is told by its content, and go there."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name) / "project"
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for file in subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0"):
            if file and (root / file).is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / file, folder / file)
        compiling = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "src", "tests"]
        subprocess.run(compiling, cwd=folder, check=True)
        os.environ |= {"PYTHONPATH": str(folder / "src"), "OPENBLAS_NUM_THREADS": "1", "TMPDIR": name}
        tempfile.tempdir = None
        (Path(name) / "shared").mkdir()
        sys.path.insert(0, str(folder / "src"))
        sys.dont_write_bytecode = False
        with contextlib.chdir(folder):
            yield folder


def warm(modules: Sequence[str]) -> None:
    """Import the libraries that tests need, once for all forks."""
    for name in modules:
        if not name.startswith(_OWN):
            with contextlib.suppress(ImportError):  # a part of a library that is not imported by itself
                importlib.import_module(name)
    assert not [name for name in sys.modules if name.split(".")[0] in _OWN], "a module under test is warm"
    assert threading.active_count() == 1, "a fork would lose a thread"
    gc.collect()
    gc.freeze()  # else each fork's collections touch, and so copy, all that is warm: a second of each run


def run_tests(files: Sequence[str], *, chosen: Sequence[str] = (), traced: str = "", seconds: float = 900) -> Run:
    """Run the tests of files in a fork, or those chosen, in that order; note the lines in a folder that each runs."""
    results = Path(tempfile.gettempdir()) / "run.pickle"
    results.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        _in_child(results, lambda: _pytest(files, chosen, traced))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            break
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what a test started goes too
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
    if not results.exists():
        return Run(None, output=results.with_suffix(".txt").read_text(encoding="utf-8", errors="replace"))
    return pickle.loads(results.read_bytes())  # noqa: S301 — our own


def _in_child(results: Path, run: Callable[[], Run]) -> None:
    status = 1
    try:
        os.setsid()
        output = results.with_suffix(".txt")
        with output.open("wb") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        done = run()
        sys.stdout.flush()
        done.output = output.read_text(encoding="utf-8", errors="replace")[-4000:]
        results.write_bytes(pickle.dumps(done))
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(status)


def _pytest(files: Sequence[str], chosen: Sequence[str], traced: str) -> Run:
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, suppress_health_check=HealthCheck
    )
    plugin = _Plugin(chosen, traced)
    run = plugin.run
    # As a worker of a parallel run, so that a whole report is built once, for the first run, and shared by the others.
    os.environ["PYTEST_XDIST_WORKER"] = "mutants"
    shared = f"--basetemp={Path(tempfile.gettempdir(), 'shared', 'own')}"
    run.status = int(pytest.main([*_OPTIONS, shared, *files], plugins=[plugin]))
    sys.settrace(None)
    libraries = [
        name for name, module in sys.modules.items() if "site-packages" in (getattr(module, "__file__", "") or "")
    ]
    run.imported = sorted(libraries)
    return run


class _Plugin:
    """Chooses tests, and notes the first failure, the seconds of each test and the lines that it reaches."""

    def __init__(self, chosen: Sequence[str], traced: str) -> None:
        self.run = Run(None)
        self._order = {name: place for place, name in enumerate(chosen)}
        self._traced = traced
        self._lines: set[tuple[str, int]] = set()
        self._of_fixture: dict[int, set[tuple[str, int]]] = defaultdict(set)
        if traced:
            sys.settrace(self._trace)
            threading.settrace(self._trace)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(self._traced):
            return None
        self._lines.add((file, frame.f_lineno))
        return self._trace

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.run.lines["import"] = self._lines
        if self._order:
            items[:] = sorted(
                (each for each in items if each.nodeid in self._order), key=lambda it: self._order[it.nodeid]
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        if fixturedef.scope == "function":
            return (yield)
        before, self._lines = self._lines, self._of_fixture[id(fixturedef)]
        try:
            return (yield)
        finally:
            self._lines = before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._lines, start = set(), time.perf_counter()
        if self._traced:
            sys.settrace(self._trace)
        done = yield
        self.run.seconds[item.nodeid] = time.perf_counter() - start
        fixtures = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009
        shared = (self._of_fixture[id(each)] for several in fixtures for each in several)
        self.run.lines[item.nodeid] = self._lines.union(*shared)
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.run.failed:
            self.run.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.run.failed:
            self.run.failed = report.nodeid
