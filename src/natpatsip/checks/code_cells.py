"""Narrative made in code: the strings of a code cell that readers see, and numbers that are typed into its data.

Read from the syntax tree, since only there a typed literal differs from a value that was calculated.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache

from natpatsip.characters import visible
from natpatsip.checks.outcome import Place
from natpatsip.checks.sentences import MARK, Printed, Sentence, split

SHOWN = {
    "figure": (2, ("title", "description", "caption", "alt")),
    "picture": (2, ("alt", "caption", "credit")),
    "table": (1, ("caption",)),
    "callout": (1, ("title", "text")),
    "tile": (0, ("value", "label")),
    "Markdown": (0, ("data",)),
    "HTML": (0, ("data",)),
}
"""The calls whose words a reader sees: the position of the first such argument, and their names in order."""
AXES = ("y_title", "value_name", "target_label", "bar_name")  # arguments of any chart that a reader sees
SILENT = {
    "publish", "cite", "load", "national", "rebase_dates", "rebase_reasons", "query", "astype", "to_datetime",
    "Timestamp", "Period", "date_range", "strftime", "read_csv", "forget", "import_module", "getattr",
}  # fmt: skip
"""Calls whose strings are names of things, not prose."""
DATA = {"DataFrame", "Series", "tile", "from_records", "from_dict"}
"""Calls whose first argument holds values that a reader sees."""
PRINTING = {
    "wording", "impact", "str", "int", "float", "round", "format", "number", "percent", "money", "large", "plain",
    "in_words",
}  # fmt: skip
"""Names that print a number without changing it (except for rounding)."""
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class Literal:
    """A number typed into code where a reader sees it, and the call or statement that it is typed in."""

    value: float
    text: str
    role: str


@dataclass(frozen=True)
class FactCall:
    """A call of ``publish`` or ``cite``: the fact's id, and its period as the code writes it."""

    function: str
    id: str
    period: str = ""


class Code:
    """A cell's code, or an inline expression, as the checks read it; empty if it is not valid Python."""

    def __init__(self, source: str) -> None:
        lines = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines()]
        self.tree = ast.Module([], [])
        for text in ("\n".join(lines), f"({source}\n)"):  # an inline expression may run over several lines
            with suppress(SyntaxError):
                self.tree = ast.parse(text)
                break
        self._nodes = list(ast.walk(self.tree))

    @cached_property
    def names(self) -> set[str]:
        """The names that the cell's code reads."""
        return {node.id for node in self._nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}

    @cached_property
    def calls(self) -> set[str]:
        """The functions that the cell's code calls, by the last part of their names."""
        return {last_name(node.func) for node in self._nodes if isinstance(node, ast.Call)}

    @cached_property
    def fact_calls(self) -> list[FactCall]:
        """The facts that it publishes or cites by name."""
        return [call for node in self._nodes if (call := _fact_call(node))]

    @cached_property
    def strings(self) -> list[tuple[str, list[Printed], str]]:
        """The strings in the code that readers see, and others that read as prose: text, expressions, argument."""
        visitor = _Strings()
        visitor.visit(self.tree)
        return visitor.found

    @cached_property
    def literals(self) -> list[Literal]:
        """The numbers typed into tables, tiles and frames (``frame.loc[3] = ["All", 57]``)."""
        found: list[Literal] = []
        for node in self._nodes:
            if isinstance(node, ast.Call) and (name := last_name(node.func)) in DATA:
                named = [keyword.value for keyword in node.keywords if keyword.arg in ("data", "value")]
                for argument in (*node.args[:1], *named):
                    found += [Literal(float(value), str(value), name) for value in _numbers_in(argument)]
            elif isinstance(node, ast.Assign) and any(isinstance(target, ast.Subscript) for target in node.targets):
                is_row = isinstance(node.value, ast.List | ast.Tuple | ast.Constant)
                found += [Literal(float(value), str(value), "row") for value in _numbers_in(node.value) if is_row]
        return found

    @cached_property
    def typed(self) -> tuple[str, float | None] | None:
        """The first number of an expression that is made of typed numbers alone (``str(50 + 7)``), and its value."""
        numbers = [str(node.value) for node in self._nodes if isinstance(node, ast.Constant) and _is_number(node)]
        if not numbers or self.names - PRINTING or not isinstance(self.tree.body[0], ast.Expr):
            return None
        value: ast.expr = self.tree.body[0].value
        while isinstance(value, ast.Call) and value.args:
            value = value.args[0]
        return numbers[0], _typed_value(value)


parse = lru_cache(maxsize=4096)(Code)
"""Return code as the checks read it; the same expressions are read by several of them."""


class _Strings(ast.NodeVisitor):
    """Collects strings: those in an argument that is shown, and any others that read as prose."""

    def __init__(self) -> None:
        self.found: list[tuple[str, list[Printed], str]] = []
        self._role, self._is_shown = "", False

    def _visit(self, node: ast.AST, *, role: str, is_shown: bool) -> None:
        before = self._role, self._is_shown
        self._role, self._is_shown = role, is_shown
        self.visit(node)
        self._role, self._is_shown = before

    def _visit_text(self, node: ast.AST) -> None:
        if (found := _text(node)) is None:
            self.generic_visit(node)
        elif self._is_shown or _is_prose(found[0]):
            self.found.append((*found, self._role))

    visit_Constant = visit_JoinedStr = visit_BinOp = _visit_text  # noqa: N815 — the names that ast looks for

    def visit_Call(self, node: ast.Call) -> None:
        """Visit what a call is given: the arguments that it shows to readers, and the others."""
        name = last_name(node.func)
        if name in SILENT:
            return
        if isinstance(node.func, ast.Attribute):
            self._visit(node.func.value, role=self._role, is_shown=False)
        first, names = SHOWN.get(name, (0, ()))
        given = [(dict(enumerate(names, start=first)).get(place), each) for place, each in enumerate(node.args)]
        given += [(key.arg if key.arg in (*names, *AXES) else None, key.value) for key in node.keywords]
        for argument, value in given:
            self._visit(value, role=f"{name}.{argument}" if argument else self._role, is_shown=bool(argument))

    def visit_Dict(self, node: ast.Dict) -> None:
        """Visit the labels of a dictionary in code; a label that begins with its own key has no typed number."""
        for key, value in zip(node.keys, node.values, strict=True):
            label = value.value if isinstance(value, ast.Constant) else None
            number = key.value if isinstance(key, ast.Constant) and isinstance(key.value, int) else None
            if not (isinstance(label, str) and number is not None and label.startswith(f"{number} ")):
                self.visit(value)  # 2: "2 Building the local picture" numbers its label by its own key
            if key is not None:
                self._visit(key, role=self._role, is_shown=False)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)  # what is in brackets names a column or a row

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.body)  # the condition is not shown
        self.visit(node.orelse)

    def visit_Compare(self, node: ast.Compare) -> None:
        pass  # what is compared with is not shown


def _text(node: ast.AST) -> tuple[str, list[Printed]] | None:
    """Return a string in a cell's code with marks for the expressions in it; None if the node is not a string."""
    if isinstance(node, ast.Constant):
        return (node.value, []) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        text, printed = "", list[Printed]()
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            if isinstance(value, ast.Constant):  # f"{57} babies" is typed as much as "57 babies"
                text += str(value.value)
            else:
                text += MARK
                printed.append(Printed(ast.unparse(value)))
        return text, printed
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        if left is None and right is None:
            return None
        left = left or (MARK, [Printed(ast.unparse(node.left))])
        right = right or (MARK, [Printed(ast.unparse(node.right))])
        return left[0] + right[0], left[1] + right[1]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _text(node.left)
    return None


def _is_prose(text: str) -> bool:
    """Return True if a string in code reads as words for readers: two or more, and not an address or a path."""
    words = text.split()
    has_word = any(word.strip(".,;:()%").isalpha() for word in words)
    return len(words) >= 2 and has_word and not text.startswith(("http", "data/"))


def sentences_in_code(source: str, place: Place) -> list[Sentence]:
    """Return what a code cell says to readers, sentence by sentence."""
    found: list[Sentence] = []
    for given, printed, role in parse(source).strings:
        text, start = visible(given), 0  # code may hold half of a character, and no file can
        for sentence in split(text):
            end = start + sentence.count(MARK)
            found.append(Sentence(sentence, place, "code", tuple(printed[start:end]), text, role))
            start = end
    return found


def typed_names(cells: Mapping[str, str]) -> dict[str, tuple[str, float]]:
    """Return the names that code last binds to a typed number: name to cell and value."""
    found: dict[str, tuple[str, float]] = {}
    for cell, source in cells.items():
        for node in parse(source).tree.body:
            for name, value in assigned(node):
                if (typed := _typed_value(value)) is None:
                    found.pop(name, None)
                else:
                    found[name] = cell, typed
    return found


def facts_by_name(cells: Mapping[str, str]) -> dict[str, list[FactCall]]:
    """Return the facts that names are bound to (``x = cite("id")``), or calculated from."""
    found: dict[str, list[FactCall]] = {}
    for source in cells.values():
        for node in ast.walk(parse(source).tree):
            for name, value in assigned(node):
                own = _fact_call(value)
                if calls := [own] if own else _fact_calls(value):
                    found[name] = calls
    return found


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that a cell's code assigns to, with their values, those of tuples one by one."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        pairs = [(node.target, node.value)]
    while pairs:
        target, value = pairs.pop(0)
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple | ast.List):
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
            pairs += zip(target.elts, values, strict=False)


def _fact_calls(node: ast.AST) -> list[FactCall]:
    return [call for each in ast.walk(node) if (call := _fact_call(each))]


def _fact_call(node: ast.AST) -> FactCall | None:
    if not isinstance(node, ast.Call) or (name := last_name(node.func)) not in ("cite", "publish"):
        return None
    if not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    periods = [keyword.value for keyword in node.keywords if keyword.arg == "period"]
    periods = node.args[1:2] or periods if name == "cite" else periods
    return FactCall(name, str(node.args[0].value), ast.unparse(periods[0]) if periods else "")


def last_name(node: ast.AST) -> str:
    """Return the last part of a dotted name in a cell's code: ``claim`` of ``spc.claim``."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _is_number(node: ast.Constant) -> bool:
    return isinstance(node.value, int | float) and not isinstance(node.value, bool)


def _numbers_in(node: ast.AST) -> Iterator[float]:
    """Yield the numbers typed in lists, rows and dictionaries; not those that a call takes."""
    if isinstance(node, ast.Constant) and _is_number(node):
        yield node.value  # type: ignore[misc]
    elif isinstance(node, ast.UnaryOp | ast.List | ast.Tuple | ast.Set | ast.Dict):
        for each in node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node):
            yield from _numbers_in(each)


def _typed_value(node: ast.AST) -> float | None:
    """Return the value of what is typed: ``57``, ``"1,016"``, ``114 / 2``; None if it is anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        number = re.fullmatch(r"\s*£?(\d[\d,]*(?:\.\d+)?)\s*%?\s*", node.value)
        return float(number[1].replace(",", "")) if number else None
    return _calculated(node)


def _calculated(node: ast.AST) -> float | None:
    """Return the result of arithmetic with typed numbers; a wrong one would suggest a fact that is not meant."""
    if isinstance(node, ast.Constant) and _is_number(node):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _calculated(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _calculated(node.left), _calculated(node.right)
        if left is not None and right is not None and (right or not isinstance(node.op, ast.Div)):
            return _OPERATORS[type(node.op)](left, right)
    return None
