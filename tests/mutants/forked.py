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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

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


@dataclass(frozen=True)
class Run:
    """What a run of tests said: the first that failed, and what they imported."""

    status: int | None  # of pytest; None if time ran out
    failed: str = ""
    output: str = ""
    imported: Sequence[str] = ()


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


def run_tests(files: Sequence[str], *, seconds: float = 900) -> Run:
    """Run the tests of files in a fork that imports the engine again."""
    results = Path(tempfile.gettempdir()) / "run.pickle"
    found = from_fork(lambda: _pytest(files), results, seconds)
    output = results.with_suffix(".txt").read_text(encoding="utf-8", errors="replace")[-4000:]
    return replace(found or Run(None), output=output)


def from_fork(run: Callable[[], Any], results: Path, seconds: float) -> Any:
    """Return what a fork of this process makes; None if its time ran out or it died."""
    results.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        in_fork(lambda: results.write_bytes(pickle.dumps(run())), results.with_suffix(".txt"))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            break
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what a test started goes too
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
    return pickle.loads(results.read_bytes()) if results.exists() else None  # noqa: S301 — our own


def in_fork(run: Callable[[], object], output: Path) -> NoReturn:
    """Do something in a process that has just been forked, in a group of its own, and end it."""
    status = 1
    try:
        os.setsid()
        with output.open("wb") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        run()
        sys.stdout.flush()
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(status)


def prepare() -> list[str]:
    """Return pytest's options, once hypothesis tries the same examples in each run."""
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, suppress_health_check=HealthCheck
    )
    # As a worker of a parallel run, so that a whole report is built once, for the first run, and shared by the others.
    os.environ["PYTEST_XDIST_WORKER"] = "mutants"
    return [*_OPTIONS, f"--basetemp={Path(tempfile.gettempdir(), 'shared', 'own')}"]


def _pytest(files: Sequence[str]) -> Run:
    options = prepare()
    plugin = _FirstFailure()
    status = int(pytest.main([*options, *files], plugins=[plugin]))
    libraries = [name for name, module in sys.modules.items() if "site-packages" in file_of(module)]
    return Run(status, plugin.failed, imported=sorted(libraries))


def file_of(module: Any) -> str:
    """Return the file of a module; empty if it has none."""
    return getattr(module, "__file__", None) or ""


class _FirstFailure:
    """Notes the first test that fails."""

    def __init__(self) -> None:
        self.failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid
