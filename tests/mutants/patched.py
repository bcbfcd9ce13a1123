"""Tries mutants of functions in forks of a process that has collected the tests: only the function's code is replaced.

To start pytest, import the engine and collect the tests takes seconds; most mutants are noticed by a test that takes
milliseconds. A mutant of what runs at import (a constant, a field, a default) cannot be tried so.
"""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import os
import pickle
import sys
import tempfile
import threading
import time
import types
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from forked import file_of, from_fork, in_fork, prepare

Function = tuple[str, str]  # a file, and the qualified name of a function in it that is in no other


@dataclass
class Base:
    """What the tests as they are took: seconds of each test, the functions that it reaches, and what was imported."""

    failed: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    reached: dict[str, set[Function]] = field(default_factory=dict)
    imported: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Trial:
    """A mutant of a file: the sources of the module as it is and as it becomes."""

    path: Path
    before: str
    after: str


def try_each(files: Sequence[str], trials: Sequence[Trial], copy: Path) -> Iterator[Base | str | None]:
    """Yield what the tests of files took, then of each mutant the first test that failed.

    Of a mutant that no test noticed the text is empty; of one that has to be imported again it is None.
    """
    results, sent = os.pipe()
    child = os.fork()
    if not child:
        os.close(results)
        in_fork(lambda: _session(files, trials, copy, sent), _results().with_name("session.txt"))
    os.close(sent)
    with os.fdopen(results, "rb") as said:
        for _ in range(1 + len(trials)):
            yield pickle.load(said)  # noqa: S301 — our own
    os.waitpid(child, 0)


def _session(files: Sequence[str], trials: Sequence[Trial], copy: Path, sent: int) -> None:
    with os.fdopen(sent, "wb") as out:

        def send(result: Base | str | None) -> None:
            pickle.dump(result, out)
            out.flush()

        pytest.main([*prepare(), *files], plugins=[_Trials(trials, copy, send)])


class _Trials:
    """Runs the collected tests once as they are, then for each mutant those that reach it, each time in a fork."""

    def __init__(self, trials: Sequence[Trial], copy: Path, send: Callable[[Base | str | None], None]) -> None:
        self.trials, self.send = trials, send
        self.base, self.failed, self.is_traced = Base(), "", False
        self._within = str(copy / "src")
        self._reached: set[Function] = set()
        self._of_fixture: dict[int, set[Function]] = defaultdict(set)
        self._seconds_of_fixture: dict[int, float] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        base = from_fork(lambda: self._run_all(session), _results(), 3600) or Base("they ran out of time")
        self.send(base)
        if base.failed:
            return True
        for name in base.imported:
            if name not in sys.modules:
                _import(name)
        functions = _functions(self._within)
        gc.collect()
        gc.freeze()  # else each fork's collections touch, and so copy, all that is there
        for trial in self.trials:
            self.send(self._tried(trial, items, base, functions))
        return True

    def _tried(
        self, trial: Trial, items: dict[str, pytest.Item], base: Base, functions: dict[Function, list[Any]]
    ) -> str | None:
        """Return the first test that notices a mutant; None if it has to be imported again."""
        found = changed(trial)
        if found is None:
            return None
        function, code = found
        places = functions.get(function, [])
        if not places or any(len(each.__code__.co_freevars) != len(code.co_freevars) for each in places):
            return None
        reach = [name for name in items if function in base.reached[name]]
        if not reach:
            return ""
        chosen = [items[name] for name in sorted(reach, key=base.seconds.__getitem__)]
        seconds = 30 + 10 * sum(base.seconds[name] for name in reach)
        trial.path.write_text(trial.after, encoding="utf-8")  # for processes that a test starts
        failed = from_fork(lambda: self._noticed(chosen, places, code), _results(), seconds)
        trial.path.write_text(trial.before, encoding="utf-8")
        return "time ran out" if failed is None else str(failed)

    def _run_all(self, session: pytest.Session) -> Base:
        self.is_traced = True
        threading.settrace(self._trace)
        self._run(session.items)
        sys.settrace(None)
        self.base.failed = self.failed
        self.base.imported = sorted(name for name, module in sys.modules.items() if file_of(module).endswith(".py"))
        return self.base

    def _noticed(self, items: Sequence[pytest.Item], functions: Sequence[Any], code: types.CodeType) -> str:
        for function in functions:
            function.__code__ = code
        self._run(items)
        return self.failed

    def _run(self, items: Sequence[pytest.Item]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                break

    def _trace(self, frame: types.FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if code.co_filename.startswith(self._within):
            self._reached.add((code.co_filename, code.co_qualname.partition(".<locals>")[0]))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        if fixturedef.scope == "function":
            return (yield)
        before, self._reached, start = self._reached, self._of_fixture[id(fixturedef)], time.perf_counter()
        try:
            return (yield)
        finally:
            self._reached = before
            self._seconds_of_fixture[id(fixturedef)] = time.perf_counter() - start  # with those that it needs

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._reached, start = set(), time.perf_counter()
        if self.is_traced:  # for each test again: Python ends a trace that fails, as where a recursion is too deep
            sys.settrace(self._trace)
        known = sum(self._seconds_of_fixture.values())
        done = yield
        took = time.perf_counter() - start - (sum(self._seconds_of_fixture.values()) - known)
        several = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009
        fixtures = {id(each) for fixtures in several for each in fixtures}
        shared = sum(self._seconds_of_fixture.get(each, 0) for each in fixtures)  # which each fork makes for itself
        self.base.seconds[item.nodeid] = max(took, 0) + shared
        self.base.reached[item.nodeid] = self._reached.union(*(self._of_fixture[each] for each in fixtures))
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _results() -> Path:
    return Path(tempfile.gettempdir()) / "trial.pickle"


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:  # a part of a library that is not imported by itself
        return


def _functions(within: str) -> dict[Function, list[Any]]:
    """Return the functions of the modules in a folder; none where two have the same name."""
    found: dict[Function, list[Any]] = defaultdict(list)
    gc.unfreeze()  # the collector does not list what conftest.py has frozen: every function that the tests import
    for each in gc.get_objects():
        if isinstance(each, types.FunctionType) and each.__code__.co_filename.startswith(within):
            found[each.__code__.co_filename, each.__code__.co_qualname].append(each)
    for name, several in found.items():
        if len({id(each.__code__) for each in several}) > 1:
            found[name] = []
    return found


def changed(trial: Trial) -> tuple[Function, types.CodeType] | None:
    """Return the function that a mutant changes, with its new code; None if it changes what runs at import."""
    normal = ast.unparse(ast.parse(trial.before))  # as the mutant is written
    before, after = (compile(text, str(trial.path), "exec") for text in (normal, trial.after))
    names = {name for name, _ in _differing(before, after)}
    codes = [code for name, code in _differing(before, after) if code is not None]
    if len(names) != 1 or not codes:
        return None
    (name,) = names
    return (str(trial.path), name), codes[0]


def _differing(before: types.CodeType, after: types.CodeType) -> Iterator[tuple[str, types.CodeType | None]]:
    """Yield the outermost functions that differ, with their new code, and none for a module or class that does."""
    inner, new = _inner(before), _inner(after)
    if _own(before) != _own(after) or len(inner) != len(new):
        yield "", None
    for one, other in zip(inner, new, strict=False):
        is_function = one.co_flags & inspect.CO_OPTIMIZED and not one.co_name.startswith("<")
        if is_function and _all(one) != _all(other):
            yield one.co_qualname, other
        elif not one.co_flags & inspect.CO_OPTIMIZED:  # the body of a class
            yield from _differing(one, other)
        elif not is_function and _all(one) != _all(other):  # a comprehension or lambda of the module
            yield "", None


def _inner(code: types.CodeType) -> list[types.CodeType]:
    return [each for each in code.co_consts if isinstance(each, types.CodeType)]


def _own(code: types.CodeType) -> tuple[Any, ...]:
    """Return what a code does by itself, without the lines that it stands in and the functions in it."""
    constants = [(type(each), repr(each)) for each in code.co_consts if not isinstance(each, types.CodeType)]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    shape = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags, code.co_exceptiontable)
    return code.co_code, constants, names, shape, len(code.co_consts)


def _all(code: types.CodeType) -> tuple[Any, ...]:
    return _own(code), [_all(each) for each in _inner(code)]
