"""Rows of an analyst's own Altair chart that Vega would draw as something else.

Vega reads ``01/04/2024`` as 4 January, the year 2024 as two seconds after the beginning of 1970, and ``1,234`` as no
number at all; a day without a time is midnight in Greenwich, and so the day before in other time zones. Two rows of one
bar are stacked, and a missing name is called null. It warns of none of these.
Here they are refused, or written so that Vega draws what the analyst's frame says.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from natpatsip.charts.own_charts.specifications import (
    CHILDREN,
    NO_MARKS,
    NUMBER,
    PATHS,
    Rows,
    Specification,
    all_rows,
    field_of,
    first_problem,
    is_name,
    is_number,
    joins_values,
    mark_of,
    rows_of,
    typed_columns,
    units,
)

EARLIEST = 1e10  # milliseconds since the beginning of 1970; less is a year, or a count of days or seconds
MOST_DIGITS = 2**53  # a larger whole number has other digits in JavaScript
OF_JSON = (str, int, float, bool, list, dict, type(None))
PARTS = {  # of a date, by the name that a unit of time has for it
    "year": "%Y", "month": "%m", "week": "%U", "doy": "%j", "date": "%d",
    "hours": "%H", "minutes": "%M", "seconds": "%S.%f",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_ZONE = re.compile(r"(?<=\d)(Z|[+-]\d{2}:?\d{2})$")


def misread(specification: Specification) -> str:
    """Return which value of an analyst's own chart Vega would read as another, and what to do; empty if none.

    Examples
    --------
    >>> rows = [{"day": "01/04/2024", "seen": "1,234"}]
    >>> day = {"x": {"field": "day", "type": "temporal"}}
    >>> misread({"data": {"values": rows}, "mark": "bar", "encoding": day})[:64]
    'column day holds the text "01/04/2024", which Vega would read as'
    """
    numbers, times = typed_columns(specification)
    for row in all_rows(specification):
        if odd := next((name for name, value in row.items() if not isinstance(value, OF_JSON)), ""):
            return (
                f"column {odd} holds {row[odd]!r}, for which Vega could only show the code. Write the text that is "
                "meant, such as Q1 2024/25 for a quarter, or a number."
            )
        if large := next((name for name, each in row.items() if isinstance(each, int) and abs(each) > MOST_DIGITS), ""):
            return (
                f"column {large} holds the number {row[large]}, of which Vega keeps 15 digits. Make it a text: "
                ".astype(str)"
            )
        for name in numbers & row.keys():
            if isinstance(row[name], str) and not NUMBER.fullmatch(row[name]):
                return (
                    f'column {name} holds the text "{row[name]}" and is drawn as numbers: Vega leaves it out. '
                    "Make it numbers, missing where there is none: pd.to_numeric(…)."
                )
        for name in times & row.keys():
            if problem := _not_a_time(row[name]):
                return f"column {name} holds {problem} Make it dates: pd.to_datetime(…, format=…)."
    return _placeless(specification) or first_problem(
        _unlike_its_rows(unit, specification) for unit in units(specification)
    )


def _placeless(specification: Specification) -> str:
    """Return a problem if something is put at a text on an axis of time that is not a date."""
    places = _places_of_time(specification)
    for unit in units(specification):
        for name, channel in unit["encoding"].items():
            datum = channel.get("datum") if isinstance(channel, Mapping) and name.rstrip("2") in places else None
            if isinstance(datum, str) and not _local(datum):
                return (
                    f'a mark is at {name} = "{datum}", for which Vega has no place on an axis of time. Write a date: '
                    'alt.datum("2024-07-01").'
                )
    return ""


def _unlike_its_rows(unit: Mapping[str, Any], specification: Specification) -> str:
    """Return which rows a view would draw as something else than rows, in their order; an empty text if none."""
    rows = rows_of(unit, specification)
    channels = {name: each for name, each in unit["encoding"].items() if field_of(each) and name not in NO_MARKS}
    for channel in channels.values():
        field = channel["field"]
        is_plain_name = is_name(channel) and "timeUnit" not in channel
        if is_plain_name and any(field in row and row[field] in (None, "") for row in rows):
            return f"column {field} has no name in a row, which Vega calls null. Name it, or leave the row out."
    is_counted = any(isinstance(each, Mapping) and "aggregate" in each for each in unit["encoding"].values())
    kind, is_span = mark_of(unit), bool({"x2", "y2"} & channels.keys())
    is_band = is_span and kind in ("area", "errorband")
    if unit["is_changed"] or is_counted or (is_span and not is_band):
        return ""
    along = {name: each for name, each in channels.items() if name not in ("x2", "y2")}
    return _doubled(rows, along, "area" if is_band else kind, unit["facets"])


def _doubled(rows: Rows, channels: Mapping[str, Any], mark: str, facets: Sequence[str]) -> str:
    """Return a problem if a bar, or a point of a line, has two rows, which Vega stacks or joins."""
    places = [name for name in ("x", "y") if name in channels and not is_number(channels[name])]
    is_made = any("bin" in channel or "aggregate" in channel for channel in channels.values())
    if mark not in ("bar", *PATHS) or len(places) != 1 or is_made:
        return ""
    others = [channel for channel in channels.values() if not is_number(channel)]
    fields = [*facets, *(channel["field"] for channel in others)]
    if not all(any(field in row for row in rows) for field in fields):  # reported where it is drawn
        return ""
    if mark in PATHS and joins_values(channels, places[0]):
        return ""
    time_units = [*("" for _ in facets), *(str(channel.get("timeUnit", "")) for channel in others)]
    found = Counter(
        tuple(in_unit(str(row.get(field)), unit) for field, unit in zip(fields, time_units, strict=True))
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


def in_unit(text: str, unit: str) -> str:
    """Return what Vega leaves of a date in a unit of time, such as the month in ``month``, so that years fall together.

    Examples
    --------
    >>> in_unit("2024-04-30", "month"), in_unit("2024-04-30", "utcyearmonth"), in_unit("North", "")
    ('04', '2024-04', 'North')
    """
    day, unit = _local(text) if unit else "", unit.replace("dayofyear", "doy")
    parts = [form for name, form in PARTS.items() if name in unit]
    if "day" in unit:  # the day of the week
        parts.append("%a")
    return f"{datetime.datetime.fromisoformat(day):{'-'.join(parts)}}" if day and parts else text


def _not_a_time(value: Any) -> str:
    """Return which value Vega would read as another date; an empty text if it would not."""
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
    _, times = typed_columns(specification)
    with_rows = _with_rows(specification, times) if times else specification
    return dict(_with_days(with_rows, _places_of_time(specification)))


def _places_of_time(specification: Specification) -> set[str]:
    """Return the channels that a chart draws times along."""
    channels = (pair for unit in units(specification) for pair in unit["encoding"].items())
    return {name for name, each in channels if isinstance(each, Mapping) and each.get("type") == "temporal"}


def _with_days(view: Any, places: set[str]) -> Any:
    """Return a view of a chart whose days in words, such as a line at ``alt.datum("2024-07-01")``, are dates to Vega.

    It has no place for a text on an axis of time, and draws it where the axis begins; the labels and ends of an axis
    (``values``, ``domain``) are midnight in Greenwich.
    """
    if not isinstance(view, Mapping):
        return view
    changed = {**view}
    if isinstance(view.get("encoding"), Mapping):
        changed["encoding"] = {
            name: _with_dates(each) if name.rstrip("2") in places and isinstance(each, Mapping) else each
            for name, each in view["encoding"].items()
        }
    changed |= {key: [_with_days(each, places) for each in view[key]] for key in CHILDREN if key in view}
    return changed | ({"spec": _with_days(view["spec"], places)} if "spec" in view else {})


def _with_dates(channel: Mapping[str, Any]) -> dict[str, Any]:
    changed = {**channel}
    if isinstance(channel.get("datum"), str) and _date(channel["datum"]) != channel["datum"]:
        changed |= {"datum": _date(channel["datum"])} | ({"type": "temporal"} if "type" in channel else {})
    for part, key in (("axis", "values"), ("scale", "domain"), ("legend", "values")):
        given = channel.get(part)
        if isinstance(given, Mapping) and isinstance(given.get(key), list):
            changed[part] = {**given, key: [*map(_date, given[key])]}
    return changed


def _date(value: Any) -> Any:
    """Return a day or a time in words as a date of Vega-Lite; anything else as it is.

    Examples
    --------
    >>> _date("2024-07"), _date(5)
    ({'year': 2024, 'month': 7, 'date': 1, 'hours': 0, 'minutes': 0}, 5)
    """
    text = _local(value) if isinstance(value, str) else ""
    if not text:
        return value
    found = datetime.datetime.fromisoformat(text)
    parts = {"year": found.year, "month": found.month, "date": found.day}
    return {**parts, "hours": found.hour, "minutes": found.minute}


def _with_rows(node: Any, times: set[str]) -> Any:
    """Return a part of a chart with the dates in its rows as Vega reads them on every machine."""
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
    """Return the rows of a chart with their dates as Vega reads them on every machine."""

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
