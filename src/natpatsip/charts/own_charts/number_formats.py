"""Numbers and dates that an analyst's own chart would write so that readers misread them.

Vega writes 0.4 as 0 and 99.6% as 100%, multiplies percentages by 100 again, gives years a thousands separator, and
counts weeks from the first Sunday of January.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from natpatsip import wording
from natpatsip.charts.own_charts.specifications import (
    Specification,
    channels_of,
    first_problem,
    is_number,
    rows_of,
    transforms,
    units,
)

PERCENTAGES = 10.0  # values from here on are percentages, not proportions
PERCENT = re.compile(r"%|\bper ?cent\b", re.IGNORECASE)
_FORMAT = re.compile(r"(?:.?[<>=^])?[+\-( ]?[$#]?0?\d*,?(?:\.(\d+))?~?([fdp%])")  # of d3, as far as it may round to 0
_WRITTEN = re.compile(r"format\(\s*datum(?:\.(\w+)|\[\s*['\"](.+?)['\"]\s*\])\s*,\s*['\"]([^'\"]*)['\"]\s*\)")
_ROUNDED = re.compile(r"\b(?:round|floor)\(\s*datum(?:\.(\w+)|\[\s*['\"](.+?)['\"]\s*\])\s*\)")
_READ_AS_NUMBERS = ("x", "y", "color", "size", "opacity", "row", "column", "facet")  # channels that label a scale


def misprinted(specification: Specification) -> str:
    """Return which number or date on an analyst's own chart readers would misread, and what to do; empty if none.

    Examples
    --------
    >>> rows = [{"team": "North", "seen": 0.4}]
    >>> seen = {"text": {"field": "seen", "type": "quantitative", "format": "+.0f"}}
    >>> misprinted({"data": {"values": rows}, "mark": "text", "encoding": seen})[:53]
    'the format "+.0f" prints 0.4 of column seen as 0. Giv'
    """
    general = specification.get("config", {}).get("numberFormat")
    steps = [step for step in transforms(specification) if "calculate" in step]
    shown = {channel["field"] for unit in units(specification) for channel in labels_of(unit)}
    expressions = [str(step["calculate"]) for step in steps]
    rounded = [str(step["calculate"]) for step in steps if step.get("as") in shown]
    for unit in units(specification):
        rows = rows_of(unit, specification)
        for name, channel in channels_of(unit["encoding"]):
            values = [row[channel["field"]] for row in rows if channel["field"] in row]
            formats = _formats(channel) or ([general] if isinstance(general, str) and is_number(channel) else [])
            faults = (
                _as_percentages(name, channel, values),
                _rounded_away(formats, channel["field"], values) if name in ("text", "tooltip") else "",
                _years(name, channel, values),
                _weeks(channel),
            )
            if problem := first_problem(faults):
                return problem
        for found in (found for each in expressions for found in _WRITTEN.finditer(each)):
            name = found[1] or found[2]
            if problem := _rounded_away([found[3]], name, [row[name] for row in rows if name in row]):
                return problem
        for found in (found for each in rounded for found in _ROUNDED.finditer(each)):
            name = found[1] or found[2]
            if problem := _rounded_away(["d"], name, [row[name] for row in rows if name in row]):
                return problem.replace('the format "d"', found[0])
    return ""


def labels_of(unit: Specification) -> list[Mapping[str, Any]]:
    """Return the channels of a view that write values."""
    return [channel for name, channel in channels_of(unit["encoding"]) if name in ("text", "tooltip")]


def _inner(channel: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what a channel says of its labels: itself, and its axis, legend and header."""
    yield channel
    yield from (each for name in ("axis", "legend", "header") if isinstance(each := channel.get(name), Mapping))


def _formats(channel: Mapping[str, Any]) -> list[str]:
    """Return how the numbers of a channel are written."""
    given = [each.get("format") for each in _inner(channel)]
    return [each for each in given if isinstance(each, str)] if is_number(channel) else []


def numbers_in(values: Sequence[Any]) -> list[float]:
    """Return the numbers among the values that a chart writes."""
    return [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]


def _as_percentages(name: str, channel: Mapping[str, Any], values: Sequence[Any]) -> str:
    """Return a problem if percentages are multiplied by 100 again, or proportions are called percentages."""
    formats = _formats(channel)
    largest = max(map(abs, numbers_in(values)), default=0.0)
    has_percent = any("%" in each or each.endswith("p") for each in formats)
    if has_percent and largest > PERCENTAGES and channel.get("stack") != "normalize":  # which draws shares of 1
        return (
            f"the format % multiplies column {channel['field']} by 100, whose largest value is {largest:g}. Leave the "
            "format out, and name the unit in the title."
        )
    title = str(channel.get("title", channel["field"]))
    is_written = has_percent or any("labelExpr" in each for each in _inner(channel))
    is_axis = name in ("x", "y") and is_number(channel) and "aggregate" not in channel
    if is_axis and 0 < largest <= 1 and PERCENT.search(title) and not is_written:
        return (
            f'the axis is called "{title}", but no value is above 1, as if they were proportions. Multiply them '
            "by 100; if they are percentages below 1, name the unit in other words, such as per 1,000."
        )
    return ""


def _rounded_away(formats: Sequence[str], field: str, values: Sequence[Any]) -> str:
    """Return a problem if a label would print a value as 0 or 100% that is neither."""
    for each in formats:
        if not (found := _FORMAT.fullmatch(each)):
            continue
        is_percent = found[2] in "%p"
        for value in numbers_in(values):
            shown = 100 * value if is_percent else value
            decimals = _decimals(found, shown)
            if math.isfinite(shown) and wording.honest_decimals(shown, decimals, is_percent=is_percent) > decimals:
                return (
                    f'the format "{each}" prints {value:g} of column {field} as '
                    f"{wording.round_half_up(shown, decimals):g}. Give it more decimals."
                )
    return ""


def _decimals(found: re.Match[str], shown: float) -> int:
    """Return how many decimals a Vega format gives a number: p counts its digits from the first that is not 0."""
    if found[2] == "d":
        return 0
    digits = int(found[1]) if found[1] else 12 if found[2] == "p" else 6
    return digits if found[2] != "p" else max(0, digits - 1 - math.floor(math.log10(abs(shown)))) if shown else 0


def _years(name: str, channel: Mapping[str, Any], values: Sequence[Any]) -> str:
    """Return a problem if a chart would write years with separators and decimals, such as 2,022.5."""
    is_written = bool(_formats(channel)) or any("labelExpr" in each for each in _inner(channel))
    is_plain = is_number(channel) and not {"bin", "aggregate"} & channel.keys() and not is_written
    if name in _READ_AS_NUMBERS and is_plain and wording.are_years(sorted(set(numbers_in(values)))):
        return (
            f"column {channel['field']} holds years and is drawn as numbers, which Vega writes as 2,022.5. Draw them "
            f"as names: {channel['field']}:O"
        )
    return ""


def _weeks(channel: Mapping[str, Any]) -> str:
    """Return a problem if weeks would be numbered as Vega numbers them, which is not done in Britain."""
    is_written = any({"format", "labelExpr"} & each.keys() for each in _inner(channel))
    if "week" in str(channel.get("timeUnit", "")) and not is_written:
        return (
            f"the weeks of column {channel['field']} are numbered from the first Sunday of January, so that W13 is the "
            'ISO week 14. Draw the first days of the weeks, with a format such as "%-d %b", or names.'
        )
    return ""
