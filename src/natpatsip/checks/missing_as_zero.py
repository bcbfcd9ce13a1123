"""Calls that take a missing value for 0: a count that is suppressed or was not submitted is not 0.

``sum``, ``cumsum``, ``agg("sum")``, ``fillna(0)`` and ``fill_value=0`` of pandas say nothing of it. Code that says what
it wants passes: ``skipna=False``, after which the sum is missing too, or ``skipna=True``. Nor does pandas say that a
row with a missing value in one column is in no total of ``pivot_table(margins=True)`` (pandas-dev/pandas#47447), and
that ``resample("MS").sum()`` is 0 for a month without any row (pandas-dev/pandas#44188).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from natpatsip import wording
from natpatsip.checks import code_cells
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.frames_in_code import SUMS, Frame, FramesInCode
from natpatsip.checks.outcome import Finding
from natpatsip.datasets.completeness import DATA
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.descriptor import NUMERIC, Resource
from natpatsip.datasets.validation import Table, examine
from natpatsip.files.digests import sha256_of, sha256_of_folder
from natpatsip.pipeline.inline_code import INLINE

CHECK = "missing-as-zero"
BY_NAME = {"agg", "aggregate", "apply", "transform"}  # are told by a name what to calculate
OF_NUMPY = {"np", "numpy"}
_BY_TIME = re.compile(r"\bresample\(|\bGrouper\(")
_MAY_TAKE = re.compile(r"sum|fill|nan_to_num|replace|where|mask|margins")
_ADVICE_ON_SUMS = (
    "Sum the column with datasets.total(…), with by=[] for one sum of all rows, or .sum(skipna=False), after which "
    "such a sum is missing too; or with .sum(skipna=True) if the others are meant, and say so in the text."
)
_ADVICE_ON_TIMES = (
    "Write .sum(min_count=1), after which the sum of a month without rows is missing, or use datasets.quarterly(…)."
)
_ADVICE_ON_MARGINS = "Write dropna=False, or a pivot_table for each column."
_ADVICE_ON_FILLING = "Leave it missing, or give its rows words of their own."


@dataclass(frozen=True)
class _Taking:
    """A call that takes what is missing in a frame for 0."""

    call: ast.Call
    frame: Frame
    advice: str
    what: str = "takes missing values for 0"


def check(context: CheckContext) -> list[Finding]:
    """Return the calls that take missing values for 0, in notebooks that read data with some."""
    return [
        finding
        for notebook, content in context.executed.items()
        if any(_MAY_TAKE.search(cell.source) for cell in content.cells)
        for finding in _in_notebook(context, notebook)
    ]


def _in_notebook(context: CheckContext, notebook: str) -> Iterator[Finding]:
    lacking = _lacking(context, notebook)
    missing = {name: values for name, (values, _) in lacking.items()}
    gaps = {name: month for name, (_, month) in lacking.items() if month}
    if not gaps and not any(where for columns in missing.values() for where in columns.values()):
        return
    frames = FramesInCode(missing)
    for place, cell in context.cells(notebook):
        code = [cell.source] if cell.cell_type == "code" else [each[1].strip() for each in INLINE.finditer(cell.source)]
        for statement in (each for source in code for each in code_cells.parse(source).tree.body):
            for taking in _takings(statement, frames):
                if where := _first(missing, taking.frame):
                    text = f"{code_cells.last_name(taking.call.func)}(…)"
                    message = f"{text} {taking.what}, and {where}. {taking.advice}"
                    yield place.finding(CHECK, message, found=text)
                elif where := _gap(taking, gaps):
                    message = f"sum(…) is 0 for a month without rows, and {where}. {_ADVICE_ON_TIMES}"
                    yield place.finding(CHECK, message, found="sum(…)")
            frames.read(statement)


def _lacking(context: CheckContext, notebook: str) -> dict[str, tuple[dict[str, str], str]]:
    """Return what each dataset that a notebook has read lacks: values, by column of numbers, and a month.

    Each is the first place, or an empty text where nothing is missing.
    """
    files = {record["file"] for record in context.outputs[notebook].datasets}
    found = {
        resource.name: context.saved.once(partial(_lacking_in, resource, context), *_made_of(resource, context))
        for resource in declared(context.project).resources
        if resource.file in files
    }
    return {name: (values, month) for name, (values, month) in found.items()}


def _gap(taking: _Taking, gaps: Mapping[str, str]) -> str:
    """Return which month is missing in what a call sums month by month, as pandas has it: 0 for none."""
    is_by_time = isinstance(taking.call.func, ast.Attribute) and _BY_TIME.search(ast.unparse(taking.call.func.value))
    says_what = any(each.arg == "min_count" and not _is_0(each.value) for each in taking.call.keywords)
    if taking.advice != _ADVICE_ON_SUMS or not is_by_time or says_what:
        return ""
    return next((where for name, where in gaps.items() if name in taking.frame.datasets), "")


def _made_of(resource: Resource, context: CheckContext) -> tuple[object, ...]:
    """Return what the result for a dataset depends on."""
    data = sha256_of(context.project / resource.file), sha256_of_folder(context.project / DATA)
    return ("lacking", resource.name, context.quarter, *data)


def _lacking_in(resource: Resource, context: CheckContext) -> list[dict[str, str] | str]:
    """Return what a dataset lacks, read once for both."""
    table = examine(resource.name, context.project)
    rows = table.known_by(context.quarter, table.sound)
    return [_missing_values(table, rows), _missing_month(table, rows)]


def _missing_values(table: Table, rows: Sequence[int]) -> dict[str, str]:
    columns = [name for name, field in table.resource.fields.items() if field.type in NUMERIC]
    lines = [next((table.lines[row] for row in rows if table.values[name][row] is None), 0) for name in columns]
    return {
        name: f"{table.resource.file}, row {line}, has no value in {name}" if line else ""
        for name, line in zip(columns, lines, strict=True)
    }


def _missing_month(table: Table, rows: Sequence[int]) -> str:
    """Return the first month between others of which a dataset has no row."""
    for name in (name for name, field in table.resource.fields.items() if field.type == "yearmonth"):
        months = {each.year * 12 + each.month - 1 for row in rows if (each := table.values[name][row]) is not None}
        for month in range(min(months, default=0), max(months, default=0)):
            if month not in months:
                return f"{table.resource.file} has no row of {wording.month(date(month // 12, month % 12 + 1, 1))}"
    return ""


def _first(missing: Mapping[str, Mapping[str, str]], frame: Frame) -> str:
    """Return where a value is missing in the columns of a frame, or an empty text."""
    columns = ((dataset, column, where) for dataset, each in missing.items() for column, where in each.items())
    return next((where for dataset, column, where in columns if where and frame.has(dataset, column)), "")


def _takings(statement: ast.AST, frames: FramesInCode) -> Iterator[_Taking]:
    """Yield the calls of a statement that take missing values for 0, with the columns in which they do."""
    for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
        name, named = code_cells.last_name(call.func), {each.arg: each.value for each in call.keywords}
        value = call.func.value if isinstance(call.func, ast.Attribute) else None
        is_of_numpy = isinstance(value, ast.Name) and value.id in OF_NUMPY
        subject = call.args[0] if is_of_numpy and call.args else named.get("values") if name == "crosstab" else value
        if (frame := frames.held(subject)) is None:
            continue
        if name in SUMS and "skipna" not in named and not frame.is_in_full_windows:
            yield _Taking(call, frame, _ADVICE_ON_SUMS)
        elif name in BY_NAME | {"pivot_table", "crosstab"} and (summed := _summed(frame, call, frames)):
            yield _Taking(call, summed, _ADVICE_ON_SUMS)
        elif name == "pivot_table" and (totalled := _with_margins(frame, named, frames)):
            what = "with margins=True leaves a row with a missing value out of the totals of all columns"
            yield _Taking(call, totalled, _ADVICE_ON_MARGINS, what)
        elif (filled := _filled(frame, name, call, frames)) is not None:
            yield _Taking(call, filled, _ADVICE_ON_FILLING)


def _summed(frame: Frame, call: ast.Call, frames: FramesInCode) -> Frame | None:
    """Return the columns that a call sums by a name, such as ``agg("sum")``; None if it sums none."""
    named = {each.arg: each.value for each in call.keywords}
    if code_cells.last_name(call.func) not in BY_NAME:
        columns = frames.strings(named.get("values"))
        return (frame.choose(columns) if columns else frame) if _is_sum(named.get("aggfunc")) else None
    how = call.args[0] if call.args else named.get("func")
    if isinstance(how, ast.Dict):  # by column; pandas does not heed skipna here
        pairs = zip(how.keys, how.values, strict=True)
        columns = set().union(*(frames.strings(key) for key, value in pairs if _is_sum(value)))
        return frame.choose(columns) if columns else None
    if how is None:  # total=("seen", "sum")
        pairs_named = [each.elts for each in named.values() if isinstance(each, ast.Tuple) and len(each.elts) == 2]
        columns = set().union(*(frames.strings(column) for column, value in pairs_named if _is_sum(value)))
        return frame.choose(columns) if columns else None
    return frame if _is_sum(how) and "skipna" not in named else None


def _with_margins(frame: Frame, named: Mapping[str | None, ast.expr], frames: FramesInCode) -> Frame | None:
    """Return the columns of which a pivot table drops rows before it adds its margins; None if it drops none."""
    if not _is(named.get("margins"), True) or _is(named.get("dropna"), False):
        return None
    columns = frames.strings(named.get("values"))
    return None if len(columns) == 1 else frame.choose(columns) if columns else frame


def _is(node: ast.AST | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_sum(node: ast.AST | None) -> bool:
    """Return True for "sum", np.sum, a list with one of them, and the like."""
    nodes = ast.walk(node) if node is not None else ()
    return any(
        (isinstance(each, ast.Constant) and each.value in SUMS)
        or (isinstance(each, ast.Attribute) and each.attr in SUMS)
        for each in nodes
    )


def _filled(frame: Frame, name: str, call: ast.Call, frames: FramesInCode) -> Frame | None:
    """Return the columns in which a call writes 0 for what is missing; None if it does not."""
    named = {each.arg: each.value for each in call.keywords}
    if _is_0(named.get("fill_value")) or (name == "nan_to_num" and _is_0(named.get("nan", ast.Constant(0)))):
        return frame
    first, second = (*call.args, None, None)[:2]
    if name == "fillna":
        value = named.get("value", first)
        if isinstance(value, ast.Dict):
            columns = [key for key, each in zip(value.keys, value.values, strict=True) if _is_0(each)]
            return frame.choose(set().union(*map(frames.strings, columns))) if columns else None
        return frame if _is_0(value) else None
    if name == "replace":
        return frame if _is_0(named.get("value", second)) and "nan" in ast.unparse(call).casefold() else None
    if name in ("where", "mask"):
        is_by_missing = first is not None and re.search(r"\b(is|not)(na|null)\(", ast.unparse(first))
        return frame if is_by_missing and _is_0(named.get("other", second)) else None
    return None


def _is_0(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 0
