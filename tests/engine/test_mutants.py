"""The mutants that `make mutants` tries are small changes of code, and of nothing that only people read."""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib.util
import sys
import types
from types import SimpleNamespace

import pytest

from mutants.operators import mutants
from support.projects import ROOT


def changes(source):
    return [(each.before, each.after) for each in mutants(source)]


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("x = a < b", ["x = a <= b"]),
        ("x = a in b", ["x = a not in b"]),
        ("x = a is None", ["x = a is not None"]),
        ("x = a + b", ["x = a - b"]),
        ("x += a", ["x -= a"]),
        ("x = a and b", ["x = a or b", "x = b", "x = a"]),
        ("x = not a", ["x = not not a"]),
        ("x = -a", ["x = +a"]),
        ("x = 7", ["x = 8"]),
        ("x = True", ["x = False"]),
        ("x = 'team'", ["x = 'XXteam'"]),
        ("x = min(a)", ["x = max(a)"]),
        ("x = a.lstrip()", ["x = a.rstrip()"]),
        ("x = f(a, b=c)", ["x = f(a)"]),
        ("x = a if b else c", ["x = a if not b else c"]),
        ("x = [a for a in b if a]", ["x = [a for a in b if not a]"]),
        ("if a:\n    f()", ["pass", "if not a:"]),
        ("for a in b:\n    continue", ["pass"]),
        ("if a:\n    raise E", ["pass", "if not a:"]),
    ],
)
def test_each_change_makes_a_mutant(source, after):
    assert sorted(made for _, made in changes(source)) == sorted(after)


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "x = 'words of a message'",
        "x = f'words {a}'",
        "x = f'{a:.2f}'",
        "x: int",
        "def f(a: 'T') -> 'T':\n    pass",
        "@decorated(maxsize=3)\ndef f():\n    pass",
        "import a",
        "if TYPE_CHECKING:\n    x = 1",
        "__all__ = ['a']",
        "x = zip(a, strict=True)",
        "x = open(a, encoding=b)",
    ],
)
def test_what_only_people_or_other_tools_read_is_not_changed(source):
    assert changes(source) == []


def test_a_mutant_is_named_by_its_function_and_what_is_around_the_change():
    source = (
        "class A:\n    def f(self):\n        x = 1\n        x = 1\n        return g("
        + "a, " * 40
        + "7, "
        + "b, " * 40
        + "c)\n"
    )
    first, second, third = mutants(source)
    assert [each.name for each in (first, second)] == ["A.f: x = 1 → x = 2", "A.f: x = 1 → x = 2 (2)"]
    assert (third.before[0], third.before[-1]) == ("…", "…")
    assert ("7," in third.before, "8," in third.after, len(third.before) < 80) == (True, True, True)
    assert (list(first.lines), list(second.lines), list(third.lines)) == ([3], [4], [5])
    assert ast.dump(ast.parse(first.source)) == ast.dump(ast.parse(source.replace("1", "2", 1)))


def test_the_lines_of_a_mutant_are_those_of_its_statement_without_its_body():
    (found,) = [each for each in mutants("if (\n    a\n    < 1\n):\n    f()\n") if "<=" in each.after]
    assert list(found.lines) == [1, 2, 3, 4]


@pytest.fixture
def patched(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests" / "mutants")
    return importlib.import_module("patched")


@pytest.fixture
def command(patched, monkeypatch):
    """The module of ``make mutants``."""
    spec = importlib.util.spec_from_file_location("mutants_command", ROOT / "tests" / "mutants" / "__main__.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "mutants_command", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("is_tried", [True, False])
@pytest.mark.parametrize(
    ("names", "turns"),
    [
        (["test_a.py"], [["test_a.py"]]),
        (["test_a.py", "test_doctests.py::test_examples_hold[natpatsip.a]"], "all"),
        (["test_b.py"], [["test_b.py"]]),
        (["test_a.py", "test_b.py"], [["test_a.py"], ["test_b.py"]]),
    ],
)
def test_an_imported_mutant_is_tried_with_its_own_tests_then_with_the_others_and_never_with_none(
    command, tmp_path, monkeypatch, is_tried, names, turns
):
    """Without a file pytest would run every test that there is."""
    monkeypatch.chdir(tmp_path)
    for name in ("test_a.py", "test_b.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    expected = [names] if turns == "all" else [each for each in turns if each != ["test_b.py"] or not is_tried]
    assert list(command._in_turn("src/natpatsip/a.py", names, is_tried=is_tried)) == expected


@pytest.mark.parametrize(
    ("source", "function"),
    [
        ("def f():\n    return 1", "f"),
        ("class A:\n    def f(self):\n        return 1", "A.f"),
        ("class A:\n    class B:\n        def f(self):\n            return 1", "A.B.f"),
        ("def f():\n    def g():\n        return 1\n    return g", "f"),
        ("def f(x):\n    return [each for each in x if each]", "f"),
        ("def f():\n    return lambda: 1", "f"),
        ("def f(x=1):\n    return x", None),
        ("class A:\n    x = 1", None),
        ("X = 1", None),
        ("X = lambda: 1", None),
        ("X = [1 for each in ()]", None),
    ],
)
def test_a_mutant_is_tried_in_place_if_it_changes_a_function_and_nothing_at_import(patched, tmp_path, source, function):
    found = [patched.changed(patched.Trial(tmp_path / "a.py", source, each.source)) for each in mutants(source)]
    assert found
    assert {each and each[0] for each in found} == {function and (str(tmp_path / "a.py"), function)}


def test_a_function_with_the_code_of_a_mutant_does_what_the_mutant_does(patched, tmp_path):
    source = "class A:\n    def f(self, x):\n        return [each + 1 for each in x]"
    module = types.ModuleType("a")
    exec(compile(source, str(tmp_path / "a.py"), "exec"), module.__dict__)  # noqa: S102
    (mutant,) = [each for each in mutants(source) if "each - 1" in each.after]
    _, module.A.f.__code__ = patched.changed(patched.Trial(tmp_path / "a.py", source, mutant.source))
    assert module.A().f([3]) == [2]


def test_a_function_is_found_where_it_is_replaced_though_the_collector_was_told_to_spare_it(patched, tmp_path):
    module = types.ModuleType("a")
    exec(compile("def f():\n    return 1", str(tmp_path / "a.py"), "exec"), module.__dict__)  # noqa: S102
    gc.freeze()
    try:
        assert patched._functions(str(tmp_path)) == {(str(tmp_path / "a.py"), "f"): [module.f]}
    finally:
        gc.freeze()


def test_what_a_test_reaches_is_known_after_one_that_ends_the_trace(patched, tmp_path):
    """Python ends a trace that raises an error, such as that of a recursion that is too deep."""
    file, module = str(tmp_path / "src" / "a.py"), types.ModuleType("a")
    exec(compile("def f(depth):\n    return f(depth + 1) if depth else 0", file, "exec"), module.__dict__)  # noqa: S102
    trials, before = patched._Trials([], tmp_path, print), sys.gettrace()
    trials.is_traced = True
    try:
        for name, depth in (("deep", 1), ("after", 0)):
            item = SimpleNamespace(nodeid=name, _fixtureinfo=SimpleNamespace(name2fixturedefs={}))
            running = trials.pytest_runtest_protocol(item)
            next(running)
            with contextlib.suppress(RecursionError):
                module.f(depth)
            next(running, None)
    finally:
        sys.settrace(before)
    assert trials.base.reached["after"] == {(file, "f")}


def test_a_mutant_that_no_test_reaches_is_not_noticed(patched, tmp_path):
    file, source = tmp_path / "src" / "a.py", "def f():\n    return 1"
    file.parent.mkdir()
    (mutant,) = mutants(source)
    trials, base = patched._Trials([], tmp_path, print), patched.Base(seconds={"other": 0}, reached={"other": set()})
    functions = {(str(file), "f"): [lambda: 1]}
    assert not trials._tried(patched.Trial(file, source, mutant.source), {"other": None}, base, functions)
