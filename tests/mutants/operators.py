"""Small changes of a module's code, each of which its tests should notice."""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.USub: ast.UAdd,
}
_AROUND = 35  # characters of a line that are shown before and after a change
_PAIRS = [
    *(("min", "max"), ("any", "all"), ("lower", "upper"), ("lstrip", "rstrip"), ("startswith", "endswith")),
    *(("removeprefix", "removesuffix"), ("partition", "rpartition"), ("find", "rfind"), ("floor", "ceil")),
]
_NAMES = dict(_PAIRS) | {there: here for here, there in _PAIRS}
_GUARDS = {"strict", "encoding"}  # arguments that change nothing unless the code or the machine is another: not changed
Change = tuple[ast.AST, str, Any]  # a node, its field, and what the field becomes


@dataclass(frozen=True)
class Mutant:
    """A module with one small change; `lines` are those of the statement that it is in."""

    function: str
    before: str
    after: str
    occurrence: int
    lines: range
    source: str

    @property
    def name(self) -> str:
        number = f" ({self.occurrence})" if self.occurrence > 1 else ""
        return f"{self.function}: {self.before} → {self.after}{number}"


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a module."""
    tree = ast.parse(source)
    normal = ast.unparse(tree)
    if ast.dump(ast.parse(normal)) != ast.dump(tree):
        raise ValueError("the module cannot be written from its syntax tree")
    lines, found, seen = normal.splitlines(), [], Counter[tuple[str, str, str]]()
    for function, statement, (node, field, value) in _changes(tree):
        old = getattr(node, field)
        setattr(node, field, value)
        mutated = ast.unparse(tree)
        setattr(node, field, old)
        differing = ((a, b) for a, b in itertools.zip_longest(lines, mutated.splitlines(), fillvalue="") if a != b)
        before, after = next(differing, ("", ""))
        if mutated != normal:
            key = (function, *_around_change(before.strip(), after.strip()))
            seen[key] += 1
            reach = range(statement.lineno, _header_end(statement) + 1)
            found.append(Mutant(*key, seen[key], reach, mutated))
    return found


def _around_change(before: str, after: str) -> tuple[str, str]:
    """Return what two lines have around the place where they differ."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    first = max(0, start - _AROUND)
    shown = [
        f"{'…' if first else ''}{line[first : len(line) - end + _AROUND]}{'…' if end > _AROUND else ''}"
        for line in (before, after)
    ]
    return shown[0], shown[1]


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _header_end(statement: ast.stmt) -> int:
    """Return the last line of a statement, of one with a body the last line before the body."""
    body = getattr(statement, "body", None)
    return max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno or statement.lineno


def _changes(tree: ast.Module) -> Iterator[tuple[str, ast.stmt, Change]]:
    """Yield each change with the function and the statement that it is in."""

    def visit(node: ast.AST, function: str, statement: ast.stmt) -> Iterator[tuple[str, ast.stmt, Change]]:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            function = f"{function}.{node.name}".removeprefix("module.")
        if isinstance(node, ast.stmt):
            statement = node
        yield from ((function, statement, change) for change in _changes_of(node))
        for child in _children(node):
            yield from visit(child, function, statement)

    for node in tree.body:
        if not isinstance(node, ast.Assign) or ast.unparse(node.targets[0]) != "__all__":
            yield from visit(node, "module", node)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node that are code: no annotation, decorator, docstring, import or words of an f-string."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "format_spec", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            is_text = isinstance(node, ast.JoinedStr | ast.Expr) and isinstance(child, ast.Constant)
            is_guard = isinstance(child, ast.keyword) and child.arg in _GUARDS
            is_import = isinstance(child, ast.Import | ast.ImportFrom)
            if isinstance(child, ast.AST) and not (is_text or is_guard or is_import):
                yield child


def _changes_of(node: ast.AST) -> Iterator[Change]:
    """Yield the changes of one node."""
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                yield node, "ops", [*ops[:place], _OPERATORS[type(op)](), *ops[place + 1 :]]
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.UnaryOp(op=ast.USub() as op) if type(op) in _OPERATORS:
            yield node, "op", _OPERATORS[type(op)]()
        case ast.BoolOp(op=op, values=values):
            yield node, "op", _OPERATORS[type(op)]()
            for place in range(len(values)):
                yield node, "values", [*values[:place], *values[place + 1 :]]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, "operand", ast.UnaryOp(ast.Not(), operand)
        case ast.Constant(value=value):
            yield from ((node, "value", other) for other in _other_values(value))
        case ast.Call(func=func, keywords=keywords):
            for place, keyword in enumerate(keywords):
                if keyword.arg and keyword.arg not in _GUARDS:
                    yield node, "keywords", [*keywords[:place], *keywords[place + 1 :]]
            field = {ast.Name: "id", ast.Attribute: "attr"}.get(type(func))
            if field and getattr(func, field) in _NAMES:
                yield func, field, _NAMES[getattr(func, field)]
    if isinstance(node, ast.If | ast.IfExp | ast.While | ast.comprehension):
        field = "ifs" if isinstance(node, ast.comprehension) else "test"
        for place, test in enumerate(node.ifs if isinstance(node, ast.comprehension) else [node.test]):
            if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):  # those have changes of their own
                negated = ast.UnaryOp(ast.Not(), test)
                yield node, field, ([*node.ifs[:place], negated, *node.ifs[place + 1 :]] if field == "ifs" else negated)  # type: ignore[union-attr]
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        for place, statement in enumerate(statements if isinstance(statements, list) else []):
            if _can_go(statement):
                yield node, field, [*statements[:place], ast.Pass(), *statements[place + 1 :]]


def _can_go(statement: ast.stmt) -> bool:
    """Return True for a statement that can be taken out and leaves valid code that says something else."""
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Raise | ast.Continue | ast.Break) or (
        isinstance(statement, ast.Return) and statement.value is None
    )


def _other_values(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
    elif isinstance(value, str) and not any(each.isspace() for each in value):  # words of a message are not code
        yield f"XX{value}"
