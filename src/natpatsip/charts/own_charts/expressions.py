"""What an analyst's own chart calculates, selects and colours by, where that would say something else than its rows.

In Vega's expressions a missing value is 0, a misspelt column differs from every name, numbers that are text are put one
behind the other, January is month 0, and the first of moving sums have fewer rows than the others. It warns of none of
these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from natpatsip.charts.own_charts.specifications import (
    NUMBER,
    Specification,
    all_rows,
    columns,
    data_of,
    field_of,
    first_problem,
    is_number,
    rows_of,
    transforms,
    typed_columns,
    units,
)

SUMS = ("aggregate", "joinaggregate", "window")
RANKS = ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile")
NEIGHBOURS = ("lag", "lead")  # of which the first rows, or the last, have none
LIMITS = {"lt", "lte", "gt", "gte", "range"}  # the keys of a filter that is not an expression
MADE_BY = {
    "fold": ("key", "value"),
    "density": ("value", "density"),
    "quantile": ("prob", "value"),
    "regression": ("coef", "rSquared"),
}
_COLUMN = re.compile(r"datum(?:\.(\w+)|\[\s*(['\"])(.+?)\2\s*\])")
_GUARD = re.compile(
    r"isValid|isDefined|null|undefined|isNaN|isFinite"
    r"|(?:^|[(?:]|&&|\|\|)\s*datum(?:\.\w+|\[[^]]*\])\s*(?:\?|&&)"  # nor is 0 true
)
_AS_NUMBERS = re.compile(r"toNumber|parseFloat|parseInt")
_TEXT_COMPARED = re.compile(r"[<>]=?\s*['\"]|['\"]\s*[<>]")
QUARTERS = (
    "Vega counts quarters from January, so its Q1 is Q4 of the NHS year. Draw a column with the quarters' names, such "
    "as Q1 2024/25."
)
_DATES = {
    re.compile(r"\b(?:utc)?quarter\("): QUARTERS,
    re.compile(r"(?<!Format\()\bmonth\([^()]*\)(?!\s*\+\s*1)"): (
        "it uses month(…), which counts from 0: January is 0, and April 3. Calculate in the notebook: .dt.month"
    ),
    # Altair writes datetime.date(2024, 9, 1) as datetime(2024,8,1), which is right.
    re.compile(r"\bdatetime\((?!\d{4}(?:,\d+)+(?:\.\d+)?\))\s*\d{4}\s*,"): (
        "it uses datetime(…), whose months count from 0: datetime(2024, 9, 1) is 1 October. Select the rows in the "
        "notebook, or compare with toDate('2024-09-01T00:00')."
    ),
    re.compile(r"\butc\w*\("): (
        "it reads dates at Greenwich (utc…), where they are at another hour or day than in the data. Use the same "
        "function without utc."
    ),
}


def miscalculated(specification: Specification) -> str:
    """Return what an analyst's own chart would calculate or select wrongly, and what to do; empty if nothing.

    Examples
    --------
    >>> rows = [{"team": "North", "seen": 5}, {"team": "South", "seen": None}]
    >>> few = [{"filter": "datum.seen < 18"}]
    >>> miscalculated({"data": {"values": rows}, "mark": "bar", "encoding": {}, "transform": few})[:54]
    'it selects by column seen, of which a value is missing'
    """
    steps = list(transforms(specification))
    tests = [(None, step["filter"]) for step in steps if "filter" in step] + list(_conditions(specification))
    expressions = [*(step["calculate"] for step in steps if "calculate" in step), *(test for _, test in tests)]
    texts = [*(each for each in expressions if isinstance(each, str)), *_label_expressions(specification)]
    of_dates = (problem for pattern, problem in _DATES.items() if any(map(pattern.search, texts)))
    return (
        first_problem(of_dates)
        or _unknown(specification, steps, expressions)
        or _missing(specification, steps, tests)
        or _as_texts(specification, steps, tests)
        or _windows(specification, steps)
        or first_problem(_looked_up(step, specification) for step in steps)
    )


def _conditions(specification: Specification) -> Iterator[tuple[Specification, Any]]:
    """Yield each view with each test that decides how a mark of it looks, or what it says."""
    for unit in units(specification):
        for channel in unit["encoding"].values():
            given = channel.get("condition", ()) if isinstance(channel, Mapping) else ()
            for each in [given] if isinstance(given, Mapping) else given:
                if "test" in each:
                    yield unit, each["test"]


def _label_expressions(node: Any) -> Iterator[str]:
    """Yield the expressions that make the labels of axes and legends, and properties of marks."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name in ("labelExpr", "expr") and isinstance(value, str):
                yield value
            elif name not in ("data", "datasets", "values"):
                yield from _label_expressions(value)
    elif isinstance(node, list):
        for each in node:
            yield from _label_expressions(each)


def _columns_in(test: Any) -> list[str]:
    """Return the columns that an expression or a test in a chart reads.

    Examples
    --------
    >>> _columns_in("datum.seen > datum['all of them']"), _columns_in({"not": {"field": "team", "equal": "North"}})
    (['seen', 'all of them'], ['team'])
    """
    if isinstance(test, str):
        return [dotted or quoted for dotted, _, quoted in _COLUMN.findall(test)]
    if isinstance(test, Mapping):
        return [*filter(None, [field_of(test)]), *(name for part in _parts(test) for name in _columns_in(part))]
    return []


def _parts(test: Mapping[str, Any]) -> list[Any]:
    return [*test.get("and", ()), *test.get("or", ()), *([test["not"]] if "not" in test else [])]


def _made(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the columns that a chart makes."""
    for step in steps:
        of_ops = [each for key in SUMS for each in step.get(key, ())]
        for given in (step.get("as"), *(each.get("as") for each in of_ops), step.get("from", {}).get("fields")):
            yield from given if isinstance(given, list) else [str(given)] if given else []
        yield from (name for key, names in MADE_BY.items() if key in step for name in names)
        if {"bin", "timeUnit", "stack"} & step.keys() and isinstance(step.get("as"), str):
            yield f"{step['as']}_end"


def _summed(specification: Specification) -> Iterator[str]:
    """Yield the columns that the encodings of a chart make: *mean_seen* of mean(seen)."""
    for unit in units(specification):
        for channel in unit["encoding"].values():
            if isinstance(channel, Mapping) and isinstance(channel.get("aggregate"), str):
                yield f"{channel['aggregate']}_{field_of(channel)}" if field_of(channel) else "__count"


def _unknown(specification: Specification, steps: Sequence[Mapping[str, Any]], expressions: Sequence[Any]) -> str:
    """Return a problem if an expression reads a column that no row has: Vega compares with it all the same."""
    has_rows = all("values" in data or "name" in data for data in data_of(specification))
    there = columns(specification)
    if not there or not has_rows or any("pivot" in step for step in steps):
        return ""
    known = there | set(_made(steps)) | set(_summed(specification))
    name = next((each for test in expressions for each in _columns_in(test) if each not in known), None)
    if name is None:
        return ""
    return f'it reads a column "{name}", which its data do not have; they have {", ".join(sorted(there))}.'


def _missing(
    specification: Specification,
    steps: Sequence[Mapping[str, Any]],
    tests: Sequence[tuple[Specification | None, Any]],  # filters, and those of a view
) -> str:
    """Return a problem if the chart calculates or selects by a missing value, which is 0 in Vega's expressions."""
    rows = list(all_rows(specification))
    gaps = {name for row in rows for name, value in row.items() if value is None}
    numbers = {name for row in rows for name, value in row.items() if isinstance(value, int | float)}
    filters = [test for unit, test in tests if unit is None]
    gaps = {name for name in gaps if not any(_leaves_out(test, name) for test in filters)}
    made = {
        each["as"]: f"column {each['as']}, which the first or last row lacks"
        for step in steps
        for each in step.get("window", ())
        if each.get("op") in NEIGHBOURS and not any(_leaves_out(test, each["as"]) for test in filters)
    }
    named = {name: f"column {name}, of which a value is missing" for name in gaps} | made
    for step in steps:
        summed = [each.get("field") for key in SUMS for each in step.get(key, ()) if each.get("op") == "sum"]
        expression = step.get("calculate", "")
        used = [*summed, *([] if _GUARD.search(expression) else _columns_in(expression))]
        if name := next((each for each in used if each in named), ""):
            return (
                f"it calculates with {named[name]}, and Vega takes it for 0. Calculate in the notebook, where it stays "
                "missing, or filter such rows first: .transform_filter(…)."
            )
    for unit, test in tests:
        views = list(units(specification)) if unit is None else [unit]
        for name in _columns_in(test):
            is_seen_as_0 = name in gaps & numbers and _compares(test) and not all(_places(view, name) for view in views)
            if is_seen_as_0 and (unit is not None or not _leaves_out(test, name)):
                return (
                    f"it selects by {named[name]}, and Vega takes it for 0: such a row would look like one with a low "
                    f"value. Leave it out first: .transform_filter(\"isValid(datum['{name}'])\")."
                )
    return ""


def _places(unit: Specification, name: str) -> bool:
    """Return True if a view draws no mark where a column has no value, because the column is its place."""
    channels = [unit["encoding"].get(place) for place in ("x", "y", "theta")]
    return any(field_of(each) == name and is_number(each) and "aggregate" not in each for each in channels if each)


def _compares(test: Any) -> bool:
    """Return True for a chart's test with < or >, and nothing in it about missing values."""
    if isinstance(test, str):
        return bool(re.search(r"[<>]", test)) and not _GUARD.search(test)
    return isinstance(test, Mapping) and (bool(LIMITS & test.keys()) or any(map(_compares, _parts(test))))


def _leaves_out(test: Any, name: str) -> bool:
    """Return True if a chart's filter leaves out the rows in which a column is missing, for which Vega tests 0.

    Examples
    --------
    >>> [_leaves_out(f"datum.n {test}", "n") for test in ("!= null", "> 5", ">= 1", "< 5", "> -1")]
    [True, True, True, False, False]
    >>> [_leaves_out({"field": "n", **test}, "n") for test in ({"valid": True}, {"gt": 5}, {"range": [0, 5]})]
    [True, True, False]
    """
    if name not in _columns_in(test):
        return False
    if isinstance(test, str):
        if _GUARD.search(test) or not _compares(test):
            return True
        ends = re.findall(rf"datum\W+{re.escape(name)}\W*?(>=?)\s*(-?[\d.]+)", test)
        return (
            bool(ends)
            and all(float(end) > 0 or (sign == ">" and float(end) == 0) for sign, end in ends)
            and not (re.search(r"!(?!=)|\|\||<", test))
        )
    if "not" in test or "or" in test:
        return False
    if "and" in test:
        return any(_leaves_out(part, name) for part in test["and"])
    low, high = test.get("range", (None, None)) if isinstance(test.get("range", []), Sequence) else (None, None)
    return (
        not LIMITS & test.keys()
        or ("gt" in test and _number(test["gt"]) >= 0)
        or ("gte" in test and _number(test["gte"]) > 0)
        or ("range" in test and (_number(low) > 0 or (high is not None and _number(high) < 0)))
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("-inf")


def _as_texts(
    specification: Specification,
    steps: Sequence[Mapping[str, Any]],
    tests: Sequence[tuple[Specification | None, Any]],
) -> str:
    """Return a problem if numbers or dates are compared, or added, as text: "10" is before "9", and "5" + "6" is 56."""
    drawn_numbers, times = typed_columns(specification)
    items = [item for row in all_rows(specification) for item in row.items()]
    held = {name: value for name, value in items if isinstance(value, str) and value.strip()}
    numbers = {name: value for name, value in held.items() if NUMBER.fullmatch(value)}
    for test in (test for _, test in tests if isinstance(test, str) and _TEXT_COMPARED.search(test)):
        for name in _columns_in(test):
            if name in times:
                return (
                    f"it compares the dates of column {name} with a text, and Vega holds dates as numbers. Select the "
                    "rows in the notebook, or compare with toDate('2024-09-01T00:00')."
                )
            if name in numbers:
                return _text_numbers(name, numbers)
    for step in steps:
        expression = step.get("calculate", "")
        is_sum = "+" in expression and step.get("as") in drawn_numbers and not _AS_NUMBERS.search(expression)
        if name := next((each for each in _columns_in(expression) if is_sum and each in numbers), ""):
            return _text_numbers(name, numbers)
    return ""


def _text_numbers(name: str, held: Mapping[str, str]) -> str:
    return (
        f'it calculates or selects by column {name}, which holds numbers as text ("{held[name]}"): "10" would come '
        f'before "9", and "5" + "6" be 56. Make it numbers: pd.to_numeric(…).'
    )


def _windows(specification: Specification, steps: Sequence[Mapping[str, Any]]) -> str:
    """Return a problem if moving values begin with fewer rows, or running ones take rows in another order."""
    selected = {name for step in steps if "filter" in step for name in _columns_in(step["filter"])}
    for step in (each for each in steps if "window" in each):
        first, last = step.get("frame") or (None, 0)
        moving = [each for each in step["window"] if each.get("op") not in (*RANKS, *NEIGHBOURS, "count")]
        is_partial = first not in (None, 0) or last not in (None, 0)
        if moving and is_partial and not selected & {each.get("as") for each in step["window"]}:
            return (
                f"its moving values begin with fewer rows than the frame {[first, last]} has. Calculate them in the "
                "notebook, which leaves those out: datasets.rolling(…), or frame.rolling(…)."
            )
        if not {"sort", "groupby"} & step.keys() and (problem := _out_of_order(specification)):
            return problem
    return ""


def _out_of_order(specification: Specification) -> str:
    """Return a problem if running sums and ranks are of rows that are not in the order of the chart's dates."""
    for unit in units(specification):
        for channel in unit["encoding"].values():
            field = field_of(channel)
            if not field or channel.get("type") != "temporal":
                continue
            dates = [str(row[field]) for row in rows_of(unit, specification) if row.get(field) is not None]
            if dates != sorted(dates):
                return (
                    f"it calculates from row to row, and its rows are not in the order of {field}. Sort them: "
                    f'frame.sort_values("{field}"), or .transform_window(…, sort=…).'
                )
    return ""


def _looked_up(step: Mapping[str, Any], specification: Specification) -> str:
    """Return a problem if a lookup finds two rows, of which Vega takes one."""
    source = step.get("from", {}) if "lookup" in step else {}
    key = source.get("key") if "data" in source else None  # else what a reader has selected
    found = Counter(row.get(key) for row in rows_of(source, specification)) if key else Counter[Any]()
    name, count = next(((name, count) for name, count in found.items() if count > 1), ("", 0))
    if not count:
        return ""
    return (
        f"it looks up {key} {name}, of which there are {count} rows, and Vega takes one of them. Merge the frames in "
        'the notebook: frame.merge(…, validate="many_to_one").'
    )
