"""Sums in which pandas takes a missing value for 0: a count that is suppressed or was not submitted is not 0.

``sum``, ``cumsum`` and ``fillna(0)`` say nothing of it. Code that says what it wants passes: ``skipna=False``, after
which the sum is missing too, or ``skipna=True``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from natpatsip.checks import code_cells
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.validation import examine
from natpatsip.pipeline.inline_code import INLINE

CHECK = "missing-as-zero"
SUMS = {"sum", "cumsum", "nansum", "nancumsum"}
TOLD = {"agg", "aggregate", "apply", "transform", "pivot_table", "crosstab"}  # by a name, what to calculate
CONDITIONS = {"isna", "isnull", "notna", "notnull", "isin", "eq", "ne", "lt", "le", "gt", "ge", "between", "duplicated"}
NUMBERS = ("integer", "number")


def check(context: CheckContext) -> list[Finding]:
    """Return the calls that take missing values for 0, in notebooks that read data with some."""
    found = []
    data: dict[str, _Data] = {}
    for place, cell in context.cells():
        code = [cell.source] if cell.cell_type == "code" else [each[1].strip() for each in INLINE.finditer(cell.source)]
        for call in (call for source in code for call in _calls(source)):
            read = data.setdefault(place.notebook, _Data(context, place.notebook))
            if where := read.first_missing(call):
                text = f"{_name(call)}(…)"
                message = f"{text} takes missing values for 0, and {where}. {_advice(call)}"
                found.append(place.finding(CHECK, message, found=text))
    return found


class _Data:
    """What a notebook has read: where numbers are missing in it, and which names of the notebook hold it."""

    def __init__(self, context: CheckContext, notebook: str) -> None:
        self.context, self.notebook = context, notebook

    def first_missing(self, call: ast.Call) -> str:
        """Return where a value is missing that a call may sum, or an empty text.

        A call that names columns sums those; one that names none sums those of the data that it is about.
        """
        nodes = list(ast.walk(call))
        strings = {node.value for node in nodes if isinstance(node, ast.Constant)}
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        about = set[str]().union(*(self._datasets.get(name, set()) for name in names))
        columns = {key: where for key, where in self._missing.items() if not about or key[0] in about}
        named = {key: where for key, where in columns.items() if key[1] in strings}
        return next(filter(None, (named or (columns if about else {})).values()), "")

    @cached_property
    def _missing(self) -> dict[tuple[str, str], str]:
        """The columns of numbers by dataset and name, each with the first place of a missing value, if any."""
        files = {record["file"] for record in self.context.outputs[self.notebook].datasets}
        found = {}
        for resource in declared(self.context.project).resources:
            if resource.file in files:
                table = examine(resource.name, self.context.project)
                rows = table.known_by(self.context.quarter, table.sound)
                for column in (name for name, field in resource.fields.items() if field.type in NUMBERS):
                    row = next((table.lines[row] for row in rows if table.values[column][row] is None), 0)
                    where = f"{resource.file}, row {row}, has no value in {column}" if row else ""
                    found[resource.name, column] = where
        return found

    @cached_property
    def _datasets(self) -> dict[str, set[str]]:
        """The datasets that each name of the notebook is made of."""
        found: dict[str, set[str]] = {}
        known = {name for name, _ in self._missing}
        for source in self.context.code[self.notebook].values():
            for node in ast.walk(code_cells.parse(source).tree):
                for name, value in code_cells.assigned(node):
                    within = list(ast.walk(value))
                    read = {str(each.value) for each in within if isinstance(each, ast.Constant)} & known
                    read = read.union(*(found.get(each.id, ()) for each in within if isinstance(each, ast.Name)))
                    found[name] = found.get(name, set()) | read
        return found


def _calls(source: str) -> Iterator[ast.Call]:
    """Yield the calls that would leave missing values out, and do not say so."""
    for node in ast.walk(code_cells.parse(source).tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _takes_for_0(node, node.func):
            yield node


def _takes_for_0(call: ast.Call, function: ast.Attribute) -> bool:
    if any(keyword.arg == "skipna" for keyword in call.keywords):
        return False
    if function.attr == "fillna":
        values = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "value")]
        return any(isinstance(each, ast.Constant) and each.value == 0 for each in values)
    if function.attr in TOLD:
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        return any(_is_sum(node) for each in arguments for node in ast.walk(each))
    return function.attr in SUMS and not _is_counted(function.value) and not any(map(_is_counted, call.args))


def _is_sum(node: ast.AST) -> bool:
    """Return True for "sum", np.sum and the like, as what a group is calculated by."""
    name = node.value if isinstance(node, ast.Constant) else node.attr if isinstance(node, ast.Attribute) else ""
    return isinstance(name, str) and name in SUMS


def _is_counted(node: ast.expr) -> bool:
    """Return True where nothing missing is summed: conditions, and rows without missing values or in full windows."""
    if isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert)
    ):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        return True
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            is_full = not any(keyword.arg == "min_periods" for keyword in each.keywords)
            if each.func.attr in {*CONDITIONS, "dropna"} or (each.func.attr == "rolling" and is_full):
                return True
    return False


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _advice(call: ast.Call) -> str:
    if _name(call) == "fillna":
        return "Leave it missing, or give its rows words of their own."
    return (
        "Sum with datasets.total(…) or skipna=False, after which such a sum is missing too. If the others are meant, "
        "write skipna=True, and say so in the text."
    )
