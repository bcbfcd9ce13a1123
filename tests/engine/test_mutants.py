"""The mutants that `make mutants` tries are small changes of code, and of nothing that only people read."""

from __future__ import annotations

import ast

import pytest

from mutants.mutations import mutants


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
