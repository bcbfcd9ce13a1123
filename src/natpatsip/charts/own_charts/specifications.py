"""The parts of an analyst's own Altair chart, as Vega-Lite writes them: its views, channels, rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

CHILDREN = ("layer", "hconcat", "vconcat", "concat")
COUNTS = ("count", "distinct", "valid", "missing")  # aggregates that no value has to be a number for
NO_MARKS = ("tooltip", "text", "href", "url", "description", "key")  # channels that place and part no marks
MADE = {"aggregate", "bin", "timeUnit"}  # of a channel whose marks are not its rows
PATHS = ("line", "area", "trail")
NUMBER = re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)?\s*")

Specification = Mapping[str, Any]
Rows = Sequence[Any]


def units(view: Specification, above: Mapping[str, Any] | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the views that have a mark, each with the encoding and the data that it inherits, in drawing order."""
    inherited = above or {}
    own = {
        "encoding": {**inherited.get("encoding", {}), **view.get("encoding", {})},
        "data": view.get("data", inherited.get("data")),
        "facets": [*inherited.get("facets", ()), *_facets(view)],
        "is_changed": inherited.get("is_changed", False) or "transform" in view,
    }
    if "mark" in view:
        yield {**view, **own}
    for child in children(view):
        yield from units(child, own)


def _facets(view: Specification) -> list[str]:
    """Return the columns that a view is divided by into panels."""
    given = view.get("facet", {})
    return [*filter(None, map(field_of, (given, given.get("row"), given.get("column"))))]


def field_of(channel: Any) -> str:
    """Return the column that a channel shows; an empty text if it shows none, or another in each repeated view.

    Examples
    --------
    >>> field_of({"field": "team"}), field_of({"field": {"repeat": "row"}}), field_of({"value": 1}), field_of(None)
    ('team', '', '', '')
    """
    field = channel.get("field") if isinstance(channel, Mapping) else None
    return field if isinstance(field, str) else ""


def is_number(channel: Any) -> bool:
    """Return True if a channel shows numbers."""
    return isinstance(channel, Mapping) and channel.get("type") == "quantitative"


def is_name(channel: Any) -> bool:
    """Return True if a channel shows names."""
    return isinstance(channel, Mapping) and channel.get("type") in ("nominal", "ordinal")


def is_time(channel: Any) -> bool:
    """Return True if a channel shows dates or parts of dates."""
    return isinstance(channel, Mapping) and (channel.get("type") == "temporal" or "timeUnit" in channel)


def rows_of(unit: Specification, specification: Specification) -> list[Mapping[str, Any]]:
    """Return the rows that a view draws; none if they are not in the chart."""
    data = unit["data"] or {}
    given = specification.get("datasets", {}).get(data.get("name"), data.get("values"))
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def children(view: Specification) -> list[Specification]:
    """Return the views of a chart that a view is made of."""
    return [*(child for key in CHILDREN for child in view.get(key, ())), *([view["spec"]] if "spec" in view else [])]


def channels_of(encoding: Specification) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each channel that shows a column, those of lists (tooltips) one by one."""
    for name, given in encoding.items():
        for channel in given if isinstance(given, list) else [given]:
            if field_of(channel):
                yield name, channel


def mark_of(unit: Specification) -> str:
    """Return the kind of mark of a view."""
    return str(unit["mark"]["type"] if isinstance(unit["mark"], Mapping) else unit["mark"])


def transforms(view: Specification) -> Iterator[Mapping[str, Any]]:
    """Yield what a chart does to its rows, in all its views."""
    yield from view.get("transform", ())
    for child in children(view):
        yield from transforms(child)


def data_of(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each ``data`` of a chart, in lookups too, but not the rows themselves."""
    if isinstance(node, Mapping):
        if isinstance(node.get("data"), Mapping):
            yield node["data"]
        for key, value in node.items():
            if key not in ("data", "datasets", "values"):
                yield from data_of(value)
    elif isinstance(node, list):
        for each in node:
            yield from data_of(each)


def draws_its_rows(specification: Specification) -> bool:
    """Return True if what a chart draws are numbers of its rows: none is summed, counted or calculated."""
    views = list(units(specification))
    channels = [each for view in views for each in view["encoding"].values() if isinstance(each, Mapping)]
    return not any(view["is_changed"] for view in views) and not any(MADE & channel.keys() for channel in channels)


def tables(specification: Specification) -> Iterator[Rows]:
    """Yield the rows of all data that the chart carries."""
    yield from specification.get("datasets", {}).values()
    yield from (data["values"] for data in data_of(specification) if isinstance(data.get("values"), list))


def all_rows(specification: Specification) -> Iterator[Mapping[str, Any]]:
    """Yield each row of all data that the chart carries."""
    yield from (row for rows in tables(specification) for row in rows if isinstance(row, Mapping))


def columns(specification: Specification) -> set[str]:
    """Return the columns of all data that the chart carries."""
    return {str(name) for row in all_rows(specification) for name in row}


def first_problem(problems: Iterable[str]) -> str:
    """Return the first problem that is found in a chart; an empty text if there is none."""
    return next(filter(None, problems), "")


def joins_values(encoding: Mapping[str, Any], place: str) -> bool:
    """Return True if a line joins values of one name, such as last year's with this year's, and not name with name."""
    return field_of(encoding.get("detail")) == field_of(encoding.get(place)) != ""


def typed_columns(specification: Specification) -> tuple[set[str], set[str]]:
    """Return the columns that are drawn as numbers, and as times, except those that the chart says how to read."""
    parsed = {
        name
        for data in data_of(specification)
        for name in (data.get("format", {}).get("parse") or ())
        if isinstance(data.get("format"), Mapping)
    }
    numbers, times = set[str](), set[str]()
    for unit in units(specification):
        for channel in unit["encoding"].values():
            name = field_of(channel)
            if not name or name in parsed or channel.get("aggregate") in COUNTS:
                continue
            if is_time(channel):
                times.add(name)
            elif is_number(channel):
                numbers.add(name)
    return numbers, times
