"""Narrative made in code: the strings of a code cell that readers see, and numbers that are typed into its data.

Read from the syntax, since only there a typed literal differs from a value that was calculated.
"""

from __future__ import annotations

import ast
import functools
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from natpatsip.checks.places import Place
from natpatsip.checks.sentences import MARK, Printed, Sentence, split

SHOWN = {
    "figure": ("title", "description", "caption", "alt"),
    "picture": ("alt", "caption", "credit"),
    "table": ("caption",),
    "callout": ("title", "text"),
    "tile": ("value", "label"),
    "Markdown": ("data",),
    "HTML": ("data",),
}
"""The calls whose words a reader sees, and their arguments in order."""
AT = {"figure": 2, "picture": 2, "table": 1, "callout": 1, "tile": 0, "Markdown": 0, "HTML": 0}
"""Which positional argument is the first of those."""
SILENT = (
    "publish",
    "cite",
    "load",
    "national",
    "rebase_dates",
    "rebase_reasons",
    "query",
    "astype",
    "to_datetime",
    "Timestamp",
    "Period",
    "date_range",
    "strftime",
    "read_csv",
    "forget",
    "import_module",
    "getattr",
)
"""Calls whose strings name things and say nothing."""
WORDING = ("claim", "describe", "direction")
"""Calls whose words the chart or the numbers bear out."""


_RESULTS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


@dataclass(frozen=True)
class Literal:
    """A number typed into code where a reader will see it."""

    value: float
    text: str
    role: str


@functools.lru_cache(maxsize=4096)
def tree_of(source: str) -> ast.Module | None:
    """Return the syntax of a cell, IPython's own lines left out; None where it has none."""
    lines = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return None


def coded_sentences(source: str, place: Place) -> list[Sentence]:
    """Return what a code cell says to readers, sentence by sentence."""
    tree = tree_of(source)
    if tree is None:
        return []
    found: list[Sentence] = []
    for text, printed, role in _strings(tree, "", shown=False):
        start = 0
        for sentence in split(text):
            count = sentence.count(MARK)
            found.append(Sentence(sentence, place, "code", tuple(printed[start : start + count]), text, role))
            start += count
    return found


def _strings(node: ast.AST, role: str, *, shown: bool) -> Iterator[tuple[str, list[Printed], str]]:
    """Go through the strings under a node: those that are shown, and any others that read as prose."""
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and (told := _text(node)) is not None:
        text, printed = told
        if shown or _is_prose(text):
            yield text, printed, role
        return
    if isinstance(node, ast.Call):
        yield from _of_call(node, role, shown=shown)
        return
    if isinstance(node, ast.Subscript):
        yield from _strings(node.value, role, shown=shown)
        return
    if isinstance(node, ast.Compare):
        return
    if isinstance(node, ast.IfExp):
        yield from _strings(node.body, role, shown=shown)
        yield from _strings(node.orelse, role, shown=shown)
        return
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if not _is_label(key, value):
                yield from _strings(value, role, shown=shown)
            if key is not None:
                yield from _strings(key, role, shown=False)
        return
    for child in ast.iter_child_nodes(node):
        yield from _strings(child, role, shown=shown and not isinstance(node, ast.stmt))


def _of_call(node: ast.Call, role: str, *, shown: bool) -> Iterator[tuple[str, list[Printed], str]]:
    name = name_of(node.func)
    if name in SILENT:
        return
    if isinstance(node.func, ast.Attribute):
        yield from _strings(node.func.value, role, shown=False)
    names = SHOWN.get(name, ())
    first = AT.get(name, 0)
    for position, argument in enumerate(node.args):
        place = position - first
        known = names[place] if 0 <= place < len(names) else ""
        yield from _strings(argument, f"{name}.{known}" if known else role, shown=bool(known))
    for keyword in node.keywords:
        known = keyword.arg if keyword.arg in names else ""
        is_axis = keyword.arg in ("y_title", "value_name", "target_label", "bar_name")
        yield from _strings(
            keyword.value, f"{name}.{keyword.arg}" if known or is_axis else role, shown=bool(known) or is_axis
        )


def _text(node: ast.AST) -> tuple[str, list[Printed]] | None:
    """Return a string with marks for what it is formatted with, or None where the node is none."""
    if isinstance(node, ast.Constant):
        return (node.value, []) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        text, printed = "", list[Printed]()
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                if isinstance(part.value, ast.Constant):  # f"{57} babies" is typed as much as "57 babies"
                    text += str(part.value.value)
                    continue
                text += MARK
                printed.append(Printed(ast.unparse(part.value)))
            elif isinstance(part, ast.Constant):
                text += str(part.value)
        return text, printed
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        if left is None and right is None:
            return None
        left = left or (MARK, [Printed(ast.unparse(node.left))])
        right = right or (MARK, [Printed(ast.unparse(node.right))])
        return left[0] + right[0], left[1] + right[1]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and (left := _text(node.left)):
        return left
    return None


def _is_prose(text: str) -> bool:
    """Say whether a string reads as words for readers: two words or more, and no name, path, pattern or address."""
    words = text.split()
    return (
        len(words) >= 2
        and sum(word.strip(".,;:()%").isalpha() for word in words) >= 1
        and not text.startswith(("http", "data/"))
    )


def _is_label(key: ast.AST | None, value: ast.AST) -> bool:
    """Say whether an entry numbers its label by its own key, as in 2: "2 Building the local picture"."""
    if not (isinstance(key, ast.Constant) and isinstance(value, ast.Constant) and isinstance(value.value, str)):
        return False
    return isinstance(key.value, int) and value.value.startswith(f"{key.value} ")


def name_of(node: ast.AST) -> str:
    """Return the last part of a dotted name: ``claim`` of ``spc.claim``."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def literals_shown(source: str) -> list[Literal]:
    """Return the numbers that code puts before readers as they were typed: in tables, tiles and formatted strings."""
    tree = tree_of(source)
    if tree is None:
        return []
    found: list[Literal] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := name_of(node.func)) in (
            "DataFrame",
            "Series",
            "tile",
            "from_records",
            "from_dict",
        ):
            for argument in [
                *node.args[:1],
                *(k.value for k in node.keywords if k.arg in ("data", "value")),
            ]:
                found += [Literal(value, text, name) for value, text in _numbers_in(argument)]
        elif isinstance(node, ast.Assign) and _sets_rows(node):
            found += [Literal(value, text, "row") for value, text in _numbers_in(node.value)]
    return found


def _sets_rows(node: ast.Assign) -> bool:
    """Say whether a statement puts values into a frame: ``frame.loc[3] = ["All", 57]``, ``frame["Babies"] = [57]``."""
    return any(isinstance(target, ast.Subscript) for target in node.targets) and isinstance(
        node.value, ast.List | ast.Tuple | ast.Constant
    )


def _numbers_in(node: ast.AST) -> Iterator[tuple[float, str]]:
    """Go through the numbers typed in lists, rows and dictionaries; not those that a call takes."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            yield float(node.value), str(node.value)
    elif isinstance(node, ast.UnaryOp):
        yield from _numbers_in(node.operand)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for each in node.elts:
            yield from _numbers_in(each)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _numbers_in(value)


def typed_names(cells: Mapping[str, str]) -> dict[str, tuple[str, float]]:
    """Return the names that code binds to a typed number: name to cell and value. ``quarter`` and the like are text."""
    found: dict[str, tuple[str, float]] = {}
    for cell, source in cells.items():
        tree = tree_of(source)
        for node in tree.body if tree else ():
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    for name, value in _pairs(target, node.value):
                        if (typed := _typed_value(value)) is not None:
                            found[name] = cell, typed
                        else:
                            found.pop(name, None)
    return found


def _typed_value(node: ast.AST) -> float | None:
    """Return the number that a value is typed as: ``57``, ``"1,016"``, ``50 + 7``; None for what is calculated."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        number = re.fullmatch(r"\s*£?(\d[\d,]*(?:\.\d+)?)\s*%?\s*", node.value)
        return float(number[1].replace(",", "")) if number else None
    if isinstance(node, ast.Constant):
        is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        return float(node.value) if is_number else None  # type: ignore[arg-type]
    if isinstance(node, ast.BinOp):
        left, right = _typed_value(node.left), _typed_value(node.right)
        return None if left is None or right is None else _RESULTS.get(type(node.op), max)(left, right)
    return None


def _pairs(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
        for one, what in zip(target.elts, values, strict=False):
            yield from _pairs(one, what)


@functools.lru_cache(maxsize=4096)
def names_in(expression: str) -> set[str]:
    """Return the names that an expression reads."""
    tree = tree_of(expression)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()


@functools.lru_cache(maxsize=4096)
def calls_in(expression: str) -> set[str]:
    """Return the functions that an expression calls, by the last part of their names."""
    tree = tree_of(expression)
    return {name_of(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)} if tree else set()


def words_in(expression: str) -> list[str]:
    """Return the words that an inline expression says itself: strings, but for names of facts and columns."""
    tree = tree_of(expression)
    return [text for text, _, _ in _strings(tree, "", shown=False)] if tree else []


def bound(cells: Mapping[str, str]) -> dict[str, list[tuple[str, str, Any]]]:
    """Return the facts that names are bound to: name to (how, id, period as written), for ``x = cite("id")``."""
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for source in cells.values():
        tree = tree_of(source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    for name, value in _pairs(target, node.value):
                        facts = [
                            fact for each in ast.walk(value) if isinstance(each, ast.Call) and (fact := _fact(each))
                        ]
                        direct = [fact for fact in facts if isinstance(value, ast.Call) and fact == _fact(value)]
                        if direct or facts:
                            found[name] = direct or facts
    return found


def cited_in(expression: str) -> list[tuple[str, str, Any]]:
    """Return the facts that an expression publishes or cites by name."""
    tree = tree_of(expression)
    return [fact for node in ast.walk(tree) if isinstance(node, ast.Call) and (fact := _fact(node))] if tree else []


def _fact(node: ast.Call) -> tuple[str, str, Any] | None:
    name = name_of(node.func)
    if name not in ("cite", "publish") or not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    periods = [keyword.value for keyword in node.keywords if keyword.arg == "period"]
    if name == "cite" and len(node.args) > 1:
        periods = [node.args[1]]
    return name, str(node.args[0].value), ast.unparse(periods[0]) if periods else ""
