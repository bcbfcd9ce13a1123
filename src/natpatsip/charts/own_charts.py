"""An analyst's own Altair chart: its parts, and rows that Vega would draw as something else.

Vega reads ``01/04/2024`` as 4 January, the year 2024 as two seconds after the beginning of 1970, and ``1,234`` as no
number at all; a day without a time is midnight in Greenwich, and so the day before in other time zones. Two rows of one
bar are stacked, months are in alphabetical order, and a missing name is called null. It says nothing of any of these.
Here they are refused, or written so that Vega draws what the analyst's frame says.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

CHILDREN = ("layer", "hconcat", "vconcat", "concat")
COUNTS = ("count", "distinct", "valid", "missing")  # aggregates that no value has to be a number for
EARLIEST = 1e10  # milliseconds since the beginning of 1970; less is a year, or a count of days or seconds
NO_MARKS = ("tooltip", "text", "href", "url", "description", "key")  # channels that place and part no marks
MADE = {"aggregate", "bin", "timeUnit"}  # of a channel whose marks are not its rows
PATHS = ("line", "area", "trail")
OF_JSON = (str, int, float, bool, list, dict, type(None))
PARTS = {
    "year": "%Y",
    "month": "%m",
    "week": "%U",
    "dayofyear": "%j",
    "date": "%d",
    "hours": "%H",
    "minutes": "%M",
    "seconds": "%S.%f",
}  # fmt: skip — of a date, by the name that a unit of time has for it
PERIODS = {*calendar.month_abbr[1:], *calendar.day_abbr}
_NUMBER = re.compile(r"\s*([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)?\s*")
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_ZONE = re.compile(r"(?<=\d)(Z|[+-]\d{2}:?\d{2})$")

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


def rows_of(unit: Specification, specification: Specification) -> list[Mapping[str, Any]]:
    """Return the rows that a view draws; none if they are not in the chart."""
    data = unit["data"] or {}
    given = specification.get("datasets", {}).get(data.get("name"), data.get("values"))
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


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


def draws_its_rows(specification: Specification) -> bool:
    """Return True if what a chart draws are numbers of its rows: none is summed, counted or calculated."""
    views = list(units(specification))
    channels = [each for view in views for each in view["encoding"].values() if isinstance(each, Mapping)]
    return not any(view["is_changed"] for view in views) and not any(MADE & channel.keys() for channel in channels)


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
    >>> misread({"data": {"values": rows}, "mark": "bar", "encoding": day})[:64]
    'column day holds the text "01/04/2024", which Vega would read as'
    """
    numbers, times = _fields(specification)
    for rows in tables(specification):
        for row in (each for each in rows if isinstance(each, Mapping)):
            if odd := next((name for name, value in row.items() if not isinstance(value, OF_JSON)), ""):
                return (
                    f"column {odd} holds {row[odd]!r}, for which Vega could only show the code. Write the text that is "
                    "meant, such as Q1 2024/25 for a quarter, or a number."
                )
            for name in numbers & row.keys():
                if isinstance(row[name], str) and not _NUMBER.fullmatch(row[name]):
                    return (
                        f'column {name} holds the text "{row[name]}" and is drawn as numbers: Vega leaves it out. '
                        "Make it numbers, missing where there is none: pd.to_numeric(…)."
                    )
            for name in times & row.keys():
                if told := _not_a_time(row[name]):
                    return f"column {name} holds {told} Make it dates: pd.to_datetime(…, format=…)."
    return next(filter(None, (_unlike_its_rows(unit, specification) for unit in units(specification))), "")


def _unlike_its_rows(unit: Mapping[str, Any], specification: Specification) -> str:
    """Return which rows a view would draw as something else than rows, in their order; an empty text if none."""
    rows = rows_of(unit, specification)
    channels = {
        name: channel
        for name, channel in unit["encoding"].items()
        if isinstance(channel, Mapping) and isinstance(channel.get("field"), str) and name not in NO_MARKS
    }
    named = {name: each for name, each in channels.items() if each.get("type") in ("nominal", "ordinal")}
    mark = unit["mark"]["type"] if isinstance(unit["mark"], Mapping) else unit["mark"]
    for channel in (each for each in named.values() if "timeUnit" not in each):
        field = channel["field"]
        if any(field in row and row[field] in (None, "") for row in rows):
            return f"column {field} has no name in a row, which Vega calls null. Name it, or leave the row out."
    for place in ("x", "y"):
        if place in named and "sort" not in named[place] and (told := _reordered(rows, named[place]["field"], mark)):
            return told
    is_counted = any(isinstance(each, Mapping) and "aggregate" in each for each in unit["encoding"].values())
    return (
        ""
        if unit["is_changed"] or is_counted or "x2" in channels or "y2" in channels
        else _doubled(rows, channels, mark, unit["facets"])
    )


def _reordered(rows: Rows, field: str, mark: str) -> str:
    names = list(dict.fromkeys(row[field] for row in rows if isinstance(row.get(field), str)))
    drawn = sorted(names)
    numbers = [int(found[0]) for name in drawn if (found := re.match(r"\d+", name))]
    has_order = all(name[:3].title() in PERIODS for name in names) or (
        len(numbers) == len(drawn) and numbers != sorted(numbers)
    )
    if drawn == names or not (mark in PATHS or has_order):
        return ""
    return (
        f"Vega puts column {field} into alphabetical order ({drawn[0]}, {drawn[1]}, …), not that of its rows "
        f"({names[0]}, {names[1]}, …). Keep theirs, with sort=None, or give dates or numbers."
    )


def out_of_categories(chart: Any, specification: Specification) -> str:
    """Return which ordered categories of a frame Vega would put into alphabetical order; an empty text if none.

    Altair hands their order on only where it infers the type of a column: `c`, and not `c:O`.
    """
    orders = {
        str(name): list(values.cat.categories)
        for frame in _frames(chart)
        for name, values in frame.items()
        if getattr(values.dtype, "ordered", False)
    }
    for unit in units(specification):
        for channel in unit["encoding"].values():
            field = field_of(channel)
            if field not in orders or channel.get("type") not in ("nominal", "ordinal") or "sort" in channel:
                continue
            seen = {row.get(field) for row in rows_of(unit, specification)}
            names = [name for name in orders[field] if name in seen and isinstance(name, str)]
            if names != sorted(names) and not isinstance(channel.get("scale", {}).get("domain"), list):
                return (
                    f"Vega puts column {field} into alphabetical order ({', '.join(sorted(names)[:2])}, …), not that "
                    f"of its categories ({', '.join(names[:2])}, …). Give it: sort={names}."
                )
    return ""


def _frames(chart: Any) -> Iterator[Any]:
    """Yield the frames of a chart of Altair and of the charts in it."""
    data = getattr(chart, "data", None)
    if hasattr(data, "dtypes") and hasattr(data, "items"):
        yield data
    for name in (*CHILDREN, "spec"):
        inner = getattr(chart, name, None)
        for child in inner if isinstance(inner, list) else [inner] if hasattr(inner, "data") else ():
            yield from _frames(child)


def _doubled(rows: Rows, channels: Mapping[str, Any], mark: str, facets: Sequence[str]) -> str:
    """Return which bar or point of a line has two rows, which Vega stacks or joins."""
    measured = [channel for channel in channels.values() if channel.get("type") == "quantitative"]
    places = [name for name in ("x", "y") if name in channels and channels[name] not in measured]
    is_made = any("bin" in channel or "aggregate" in channel for channel in channels.values())
    if mark not in ("bar", *PATHS) or len(places) != 1 or is_made:
        return ""
    others = [channel for channel in channels.values() if channel not in measured]
    fields = [*facets, *(channel["field"] for channel in others)]
    time_units = [*("" for _ in facets), *(str(channel.get("timeUnit", "")) for channel in others)]
    found = Counter(
        tuple(_in_unit(str(row.get(field)), unit) for field, unit in zip(fields, time_units, strict=True))
        for row in rows
    )
    key, count = next(((key, count) for key, count in found.items() if count > 1), ((), 0))
    if not count:
        return ""
    which = ", ".join(f"{field} {value}" for field, value in dict(zip(fields, key, strict=True)).items())
    return (
        f"{count} rows have {which}, and Vega stacks or joins them. Give each a row of its own, or say how they are "
        'joined: "sum(…)".'
    )


def _in_unit(text: str, unit: str) -> str:
    """Return what is left of a date in a unit of time, such as the month in ``month``, so that years fall together.

    Examples
    --------
    >>> _in_unit("2024-04-30", "month"), _in_unit("2024-04-30", "utcyearmonth"), _in_unit("North", "")
    ('04', '2024-04', 'North')
    """
    day = _local(text) if unit else ""
    parts = [form for name, form in PARTS.items() if name in unit]
    if "day" in unit.replace("dayofyear", ""):  # the day of the week
        parts.append("%a")
    return f"{datetime.datetime.fromisoformat(day):{'-'.join(parts)}}" if day and parts else text


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
