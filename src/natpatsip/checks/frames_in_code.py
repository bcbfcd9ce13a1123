"""Which columns of which datasets an expression of a notebook holds, as far as its code says so.

Read from the syntax tree, cell after cell: ``datasets.load`` gives all columns, brackets and attributes choose some,
and most methods of pandas keep them. What cannot be followed is unknown, and nothing is said about it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from natpatsip.checks import code_cells

JOINING = {
    "concat",
    "merge",
    "DataFrame",
    "Series",
    "total",
}  # functions whose result has the columns of what they take
SAME = {"loc", "iloc", "T", "values", "array"}  # attributes that hold the same numbers
NO_NUMBERS = {
    *("isna", "isnull", "notna", "notnull", "isin", "eq", "ne", "lt", "le", "gt", "ge", "between", "duplicated"),
    *("count", "size", "nunique", "unique", "value_counts", "any", "all"),
}  # methods whose result is not of the columns' numbers, or counts them
SUMS = {"sum", "cumsum", "nansum", "nancumsum"}
PRESENT, MISSING = {"notna", "notnull"}, {"isna", "isnull"}


@dataclass(frozen=True)
class Frame:
    """Columns of datasets: those chosen, or all but some; and whether they are in windows that are full."""

    datasets: frozenset[str]
    chosen: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    is_in_full_windows: bool = False

    def has(self, dataset: str, column: str) -> bool:
        """Return True if the frame in the code holds a column of a dataset."""
        is_chosen = self.chosen is None or column in self.chosen
        return dataset in self.datasets and is_chosen and column not in self.without

    def choose(self, columns: Iterable[str]) -> Frame:
        """Return the frame in the code with some of its columns."""
        return replace(self, chosen=frozenset(columns))

    def leave_out(self, columns: Iterable[str]) -> Frame:
        """Return the frame in the code with all but some of its columns."""
        return replace(self, without=self.without | frozenset(columns))

    def joined(self, other: Frame) -> Frame:
        """Return the columns of both frames in the code."""
        chosen = None if self.chosen is None or other.chosen is None else self.chosen | other.chosen
        return Frame(self.datasets | other.datasets, chosen, self.without & other.without)


class FramesInCode:
    """What the names of a notebook hold, after the code that was read so far."""

    def __init__(self, columns: Mapping[str, Iterable[str]]) -> None:
        self.columns = {dataset: frozenset(names) for dataset, names in columns.items()}
        self._held: dict[str, Frame | None] = {}

    def read(self, statement: ast.AST) -> None:
        """Take over the assignments of a statement in a notebook's code."""
        for node in ast.walk(statement):
            for name, value in code_cells.assigned(node):
                self._held[name] = self.held(value)

    def held(self, node: ast.AST | None) -> Frame | None:
        """Return what an expression in the code holds; None if it is unknown, or no column of a dataset."""
        if isinstance(node, ast.Name):
            return self._held.get(node.id)
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            return self._in_brackets(node)
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitAnd | ast.BitOr):
            return self._joined([node.left, node.right])
        if isinstance(node, ast.List | ast.Tuple):
            return self._joined(node.elts)
        if isinstance(node, ast.Dict):
            return self._joined(node.values)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self.held(node.operand)
        return None

    def strings(self, node: ast.AST | None) -> set[str]:
        """Return the texts in an expression of the code, such as names of columns."""
        nodes = ast.walk(node) if node is not None else ()
        return {each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)}

    def _joined(self, nodes: Iterable[ast.AST]) -> Frame | None:
        frames = [frame for frame in map(self.held, nodes) if frame]
        return reduce(Frame.joined, frames) if frames else None

    def _called(self, call: ast.Call) -> Frame | None:
        """Return what a call in the code gives: a dataset's columns, or what it makes of a frame."""
        name = code_cells.last_name(call.func)
        if name == "load":
            found = self.strings(call) & set(self.columns)
            return Frame(frozenset(found)) if found else None
        frame = self.held(call.func.value) if isinstance(call.func, ast.Attribute) else None
        if frame is None:
            return self._joined([*call.args, *(each.value for each in call.keywords)]) if name in JOINING else None
        return self._after(frame, name, call)

    def _after(self, frame: Frame, method: str, call: ast.Call) -> Frame | None:
        """Return what a method that the code calls gives of a frame."""
        named = {each.arg: each.value for each in call.keywords}
        first = call.args[0] if call.args else None
        if method in NO_NUMBERS:
            return None
        if method == "dropna":
            subset = self.strings(named.get("subset"))
            return frame.leave_out(subset) if subset else None
        if method == "drop":
            return frame.leave_out(self.strings(named.get("columns")))
        if method == "groupby":
            return frame.leave_out(self.strings(named.get("by", first)))
        if method == "rolling":
            is_full = len(call.args) == 1 and "min_periods" not in named
            is_number = isinstance(first, ast.Name) or (
                isinstance(first, ast.Constant) and isinstance(first.value, int)
            )
            return replace(frame, is_in_full_windows=is_full and is_number)
        if method == "fillna":
            return None  # nothing is missing after it
        if method in SUMS:  # that is full of what is missing, or found where it is called
            return frame if "skipna" in named else None
        return replace(frame, is_in_full_windows=False)

    def _attribute(self, node: ast.Attribute) -> Frame | None:
        """Return what an attribute of a frame in the code is: one of its columns, or the frame."""
        frame = self.held(node.value)
        if frame is None or node.attr in SAME:
            return frame
        is_column = any(node.attr in self.columns[dataset] for dataset in frame.datasets)
        return frame.choose([node.attr]) if is_column else None

    def _in_brackets(self, node: ast.Subscript) -> Frame | None:
        """Return what brackets after a frame in the code leave of it: ``rows["seen"]``."""
        frame = self.held(node.value)
        if frame is None:
            return None
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            if isinstance(part, ast.Constant | ast.List):
                known = frozenset().union(*(self.columns[dataset] for dataset in frame.datasets))
                frame = frame.choose(names) if (names := self.strings(part) & known) else frame
            else:
                frame = frame.leave_out(self._present(part))
        return frame

    def _present(self, mask: ast.AST) -> set[str]:
        """Return the columns that a mask says are there: ``rows["seen"].notna()``."""
        is_not = isinstance(mask, ast.UnaryOp) and isinstance(mask.op, ast.Invert)  # ~rows["seen"].isna()
        names = MISSING if is_not else PRESENT
        calls = [each for each in ast.walk(mask) if isinstance(each, ast.Call)]
        values = [each.func.value for each in calls if isinstance(each.func, ast.Attribute) and each.func.attr in names]
        frames = map(self.held, values)
        return set().union(*(frame.chosen for frame in frames if frame and frame.chosen))
