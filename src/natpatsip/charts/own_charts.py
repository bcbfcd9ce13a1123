"""An analyst's own Altair chart: its parts, and dates and numbers that Vega would read as others.

Vega reads ``01/04/2024`` as 4 January, the year 2024 as two seconds after the beginning of 1970, and ``1,234`` as no
number at all; a day without a time is midnight in Greenwich, and so the day before in other time zones. It says nothing
of any of these. Here they are refused, or written so that Vega reads what the analyst's frame says.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

CHILDREN = ("layer", "hconcat", "vconcat", "concat")
COUNTS = ("count", "distinct", "valid", "missing")  # aggregates that no value has to be a number for
EARLIEST = 1e10  # milliseconds since the beginning of 1970; less is a year, or a count of days or seconds
_NUMBER = re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)?\s*")
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_ZONE = re.compile(r"(?<=\d)(Z|[+-]\d{2}:?\d{2})$")

Specification = Mapping[str, Any]
Rows = Sequence[Any]


def units(view: Specification, above: Mapping[str, Any] | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the views that have a mark, each with the encoding that it inherits, in drawing order."""
    encoding = {**(above or {}), **view.get("encoding", {})}
    if "mark" in view:
        yield {**view, "encoding": encoding}
    for child in children(view):
        yield from units(child, encoding)


def children(view: Specification) -> list[Specification]:
    """Return the views in a view."""
    return [*(child for key in CHILDREN for child in view.get(key, ())), *([view["spec"]] if "spec" in view else [])]


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


def tables(specification: Specification) -> Iterator[Rows]:
    """Yield the rows of all data that the chart carries."""
    yield from specification.get("datasets", {}).values()
    yield from (data["values"] for data in data_of(specification) if isinstance(data.get("values"), list))


def misread(specification: Specification) -> str:
    """Return which value Vega would read as another one, and what to do; an empty text if there is none.

    Examples
    --------
    >>> rows = [{"day": "01/04/2024", "seen": "1,234"}]
    >>> day = {"x": {"field": "day", "type": "temporal"}}
    >>> misread({"data": {"values": rows}, "mark": "bar", "encoding": day})[:63]
    'column day holds the text "01/04/2024", which Vega would read as'
    """
    numbers, times = _fields(specification)
    for rows in tables(specification):
        for row in (each for each in rows if isinstance(each, Mapping)):
            for name in numbers & row.keys():
                if isinstance(row[name], str) and not _NUMBER.fullmatch(row[name]):
                    return (
                        f'column {name} holds the text "{row[name]}" and is drawn as numbers: Vega leaves it out. '
                        "Make it numbers, missing where there is none: pd.to_numeric(…)."
                    )
            for name in times & row.keys():
                if told := _not_a_time(row[name]):
                    return f"column {name} holds {told} Make it dates: pd.to_datetime(…, format=…)."
    return ""


def _not_a_time(value: Any) -> str:
    if isinstance(value, str) and value and not _local(value):
        return f'the text "{value}", which Vega would read as another date or leave out.'
    if isinstance(value, int | float) and abs(value) < EARLIEST:
        return f"the number {value:g}, which Vega takes for milliseconds since 1970."
    return ""


def with_local_times(specification: Specification) -> dict[str, Any]:
    """Return a chart whose dates are at the same hour of the same day on every machine: as its data say them.

    Examples
    --------
    >>> day = {"x": {"field": "day", "type": "temporal"}}
    >>> rows = [{"day": "2024-07"}, {"day": "2024-07-01T00:30:00+01:00"}]
    >>> with_local_times({"data": {"values": rows}, "mark": "bar", "encoding": day})["data"]["values"]
    [{'day': '2024-07-01T00:00:00'}, {'day': '2024-07-01T00:30:00'}]
    """
    _, times = _fields(specification)
    return dict(_with_rows(specification, times)) if times else dict(specification)


def _with_rows(node: Any, times: set[str]) -> Any:
    if isinstance(node, list):
        return [_with_rows(each, times) for each in node]
    if not isinstance(node, Mapping):
        return node
    changed = {}
    for key, value in node.items():
        if key == "datasets":
            changed[key] = {name: _rows_with(rows, times) for name, rows in value.items()}
        elif key == "data" and isinstance(value, Mapping) and isinstance(value.get("values"), list):
            changed[key] = {**value, "values": _rows_with(value["values"], times)}
        else:
            changed[key] = _with_rows(value, times)
    return changed


def _rows_with(rows: Rows, times: set[str]) -> list[Any]:
    def row_with(row: Any) -> Any:
        texts = {name: row[name] for name in times & row.keys() if isinstance(row[name], str)}
        return {**row, **{name: _local(text) or text for name, text in texts.items()}} if texts else row

    return [row_with(row) if isinstance(row, Mapping) else row for row in rows]


def _local(text: str) -> str:
    """Return a date in ISO form as Vega reads it for the place where it is drawn; empty if it is in another form."""
    if day := _DAY.fullmatch(text):
        text = f"{day[1]}-{day[2] or '01'}-{day[3] or '01'}T00:00:00"
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return ""
    return _ZONE.sub("", text) if "T" in text or " " in text else ""


def _fields(specification: Specification) -> tuple[set[str], set[str]]:
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
            name = channel.get("field") if isinstance(channel, Mapping) else None
            if not isinstance(name, str) or name in parsed or channel.get("aggregate") in COUNTS:
                continue
            if channel.get("type") == "temporal" or "timeUnit" in channel:
                times.add(name)
            elif channel.get("type") == "quantitative":
                numbers.add(name)
    return numbers, times
