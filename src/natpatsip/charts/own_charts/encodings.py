"""Encodings of an analyst's own chart that would say something else than its rows.

Vega sums the values that are present, draws a missing part of a whole as 0, counts quarters from January, multiplies
percentages by 100 again, draws confidence intervals at random, draws a name that a scale does not list like another
one, and puts sorted panels under the wrong headings.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from natpatsip.charts.chart_data import most_of_a_whole
from natpatsip.charts.own_charts.expressions import QUARTERS, miscalculated
from natpatsip.charts.own_charts.layered_marks import displaced
from natpatsip.charts.own_charts.number_formats import PERCENT, misprinted, numbers_in
from natpatsip.charts.own_charts.specifications import (
    MADE,
    Rows,
    Specification,
    all_rows,
    channels_of,
    field_of,
    first_problem,
    is_name,
    is_number,
    mark_of,
    rows_of,
    transforms,
    units,
)

_RANDOM = re.compile(r'"(ci0|ci1)"|"extent": "ci"|"sample": \d|\brandom\(\)|"(?:op|aggregate)": "ci')
_AS_0 = re.compile(r'"invalid": (?:"show"|\{)')
_CURVE = re.compile(r'"interpolate": "(basis|bundle|[a-z]+-open)')
_CLAMP = re.compile(r'"clamp": true')
_QUARTER = re.compile(r'"(?:timeUnit|unit)": "\w*quarter\w*"|%q')
_OF_STEPS = ("threshold", "quantile", "ordinal", "bin-ordinal")  # scales whose domain are steps or names
_BENT = ("pow", "sqrt", "symlog")  # scales on which twice the length is not twice the value
LOOKS = ("color", "fill", "stroke", "shape", "strokeDash")  # channels that a legend explains
NO_LABELS = ("detail", "tooltip", "order", "xOffset", "yOffset", "key", "href", "url", "description")
ADDABLE = ("sum", "count", "distinct", "valid", "missing")  # aggregates that Vega stacks; it draws others in one place


def misstated(specification: Specification) -> str:
    """Return what an analyst's own chart would say that its rows do not, and what to do; empty if nothing is wrong.

    Examples
    --------
    >>> rows = [{"team": "North", "seen": 5}, {"team": "North", "seen": None}]
    >>> seen = {"y": {"field": "seen", "type": "quantitative", "aggregate": "sum"}}
    >>> misstated({"data": {"values": rows}, "mark": "bar", "encoding": seen})[:59]
    'it sums column seen, of which a value is missing: Vega adds'
    """
    text = json.dumps({key: value for key, value in specification.items() if key != "datasets"}, default=str)
    if _RANDOM.search(text):
        return (
            "it is drawn from random numbers, so that each build draws something else. Calculate intervals and samples "
            "in the notebook, and draw their columns."
        )
    if _QUARTER.search(text):
        return QUARTERS
    if found := _CURVE.search(text):
        return (
            f"the curve {found[1]} does not go through its values, or leaves out the first and the last. Draw straight "
            'lines, or interpolate="monotone".'
        )
    if _CLAMP.search(text):
        return (
            "its scale draws a value that is beyond the ends at the end (clamp), where it looks like another one. "
            "Leave clamp out, and give the scale room for all values."
        )
    of_units = (_misplaced(unit, specification) or _of_unit(unit, specification) for unit in units(specification))
    return (
        _of_all_rows(specification, text)
        or miscalculated(specification)
        or first_problem(of_units)
        or misprinted(specification)
        or displaced(specification)
        or _covered(specification)
        or _unexplained(specification)
    )


def _unexplained(specification: Specification) -> str:
    """Return a problem if nothing explains which look of the marks stands for which name of a column."""
    views = list(units(specification))
    channels = [each for view in views for each in channels_of(view["encoding"])]
    explained = {
        channel["field"]
        for name, channel in channels
        if name not in NO_LABELS and channel.get("legend" if name in LOOKS else "axis", {}) is not None
    }
    explained |= {field for view in views for field in view["facets"]}
    for view in views:
        for name, channel in channels_of(view["encoding"]):
            names = {row.get(channel["field"]) for row in rows_of(view, specification)}
            tells_names_apart = name in LOOKS and is_name(channel)
            is_explained = (
                channel["field"] in explained
                or _sets_off_names(channel["field"], view, specification)
                or names <= _names_in_labels(channel["field"], specification)
            )
            if tells_names_apart and not is_explained and len(names) > 1:
                return (
                    f"nothing says which {name} is which {channel['field']}: it has no legend. Leave legend=None "
                    "out, or write the names into the chart."
                )
    return ""


def _sets_off_names(field: str, view: Specification, specification: Specification) -> bool:
    """Return True if one name on an axis is set off from all others by its look: a name alone, not a group of them."""
    axes = [
        field_of(channel)
        for name, channel in channels_of(view["encoding"])
        if name in ("x", "y") and is_name(channel) and channel.get("axis", {}) is not None
    ]
    looks = {(*map(row.get, axes), row.get(field)) for row in rows_of(view, specification)}
    names_of_each = sorted(Counter(look for *_, look in looks).values())
    has_one_look = len(looks) == len({look[:-1] for look in looks})
    return bool(axes) and has_one_look and len(names_of_each) == 2 and names_of_each[0] == 1


def _names_in_labels(field: str, specification: Specification) -> set[Any]:
    """Return the names of a column that titles, and labels among other words, hold, such as *North, 45%*."""
    found = set()
    for view in units(specification):
        title = json.dumps(view.get("title", ""))
        found |= {row[field] for row in rows_of(view, specification) if field in row and str(row[field]) in title}
        for label in (channel["field"] for name, channel in channels_of(view["encoding"]) if name == "text"):
            written = [str(each.get("calculate")) for each in transforms(specification) if each.get("as") == label]
            found |= {
                row[field]
                for row in rows_of(view, specification)
                if field in row
                and (str(row[field]) in str(row.get(label, "")) or any(field in each for each in written))
            }
    return found


def _of_all_rows(specification: Specification, text: str) -> str:
    """Return a problem if missing values are drawn as 0 or made up, or a value lies beyond the bins of its column."""
    rows = list(all_rows(specification))
    if _AS_0.search(text) and any(value is None for row in rows for value in row.values()):
        return (
            "it shows values that are missing (invalid), and Vega draws them as 0, or at a place of their own. Leave "
            "invalid out: a missing value is left out."
        )
    for step in transforms(specification):
        if "impute" in step and _makes_up(step):
            return _MADE_UP
        field = str(step.get("field", ""))
        values = [row.get(field) for row in rows]
        if problem := _beyond(field, "its bins", _ends(step.get("bin")), values):
            return problem
    return ""


def _misplaced(unit: Specification, specification: Specification) -> str:
    """Return a problem if panels would stand under wrong headings: a pair of sorted rows and columns is missing."""
    given = specification.get("facet", {})
    facets = [unit["encoding"].get(name) or given.get(name) for name in ("row", "column")]
    facets = [each for each in facets if field_of(each)]
    if len(facets) < 2 or not any("sort" in each for each in facets):
        return ""
    shown = [channel["field"] for name, channel in channels_of(unit["encoding"]) if name in ("x", "y")]
    rows = [row for row in rows_of(unit, specification) if all(row.get(field) is not None for field in shown)]
    pairs = dict.fromkeys(tuple(row.get(each["field"]) for each in facets) for row in rows)
    absent = next((pair for pair in product(*map(dict.fromkeys, zip(*pairs, strict=True))) if pair not in pairs), None)
    if not absent:  # or the only product of no values, if no row has the columns: Vega makes them
        return ""
    return (
        f"no row has a value for {absent[0]} and {absent[1]}, and Vega then puts sorted panels under headings of "
        "others. Leave the sort of rows and columns out, or draw a chart for each."
    )


def _of_unit(unit: Specification, specification: Specification) -> str:
    """Return the first problem of one view of an analyst's own chart."""
    rows = rows_of(unit, specification)
    mark = mark_of(unit)
    problems = [
        _MADE_UP if any(_makes_up(each.get("impute")) for _, each in channels_of(unit["encoding"])) else "",
        _on_bent_axis(unit["encoding"], mark),
        _partial_area(unit, rows) if mark == "area" else "",
        _stacked(unit, rows, mark),
    ]
    for name, channel in channels_of(unit["encoding"]):
        values = [row[channel["field"]] for row in rows if channel["field"] in row]
        problems += [
            _partial(name, channel, values),
            "" if unit["is_changed"] else _without_place(channel, values),
            _beyond_the_ends(name, channel, values),
        ]
    return first_problem(problems)


def _partial(name: str, channel: Mapping[str, Any], values: Sequence[Any]) -> str:
    """Return a problem if a part of a sum, a count or a share that a chart draws is missing."""
    field, has_gaps = channel["field"], any(value is None for value in values)
    if channel.get("aggregate") == "sum" and has_gaps:
        return (
            f"it sums column {field}, of which a value is missing: Vega adds the others, and the sum reads as a whole "
            "one. Sum it in the notebook with datasets.total(…), which leaves such a sum out."
        )
    if channel.get("aggregate") == "count" and has_gaps:
        return (
            f"it counts column {field}, and Vega counts rows, those too of which the value is missing. Write "
            f'"valid({field})" for the values that are there, or "count()" for rows.'
        )
    if channel.get("aggregate") == "distinct" and has_gaps:
        return f"it counts the names of column {field}, and Vega counts a missing one as one more. Leave such rows out."
    if name == "radius" and any(value < 0 for value in numbers_in(values)):
        return f"the radius of its parts is column {field}, of which a value is negative. Draw bars."
    is_share = name == "theta" or channel.get("stack") == "normalize"
    if is_share and (has_gaps or any(value < 0 for value in numbers_in(values))):
        return (
            f"it draws shares of a whole from column {field}, of which a value is missing or negative: the others "
            "would be drawn too large. Draw the values themselves."
        )
    return ""


def _partial_area(unit: Specification, rows: Rows) -> str:
    """Return a problem if a stacked area goes down to 0 where a series has no row."""
    encoding = unit["encoding"]
    groups = [field for name in ("color", "fill", "detail") if (field := field_of(encoding.get(name)))]
    y = encoding.get("y", {})
    fields = (field_of(encoding.get("x")), field_of(y))
    if not groups or not all(fields) or y.get("stack", True) in (None, False) or "aggregate" in y or "impute" in y:
        return ""
    shown = (row for row in rows if row.get(fields[1]) is not None)
    seen = dict.fromkeys((row.get(fields[0]), *map(row.get, groups)) for row in shown)
    places, names = (dict.fromkeys(key) for key in ((each[0] for each in seen), (each[1:] for each in seen)))
    absent = next(((place, name) for place in places for name in names if (place, *name) not in seen), None)
    if absent is None:
        return ""
    series = ", ".join(map(str, absent[1]))
    return f"{series} has no value at {fields[0]} {absent[0]}, and Vega draws 0 in a stacked area. Draw lines or bars."


def _stacked(unit: Specification, rows: Rows, mark: str) -> str:
    """Return a problem if bars or areas lie over each other, or their height is a sum of what cannot be added."""
    encoding = unit["encoding"]
    measured = [name for name in ("x", "y") if is_number(encoding.get(name))]
    if mark not in ("bar", "area") or len(measured) != 1 or {"x2", "y2", "xOffset", "yOffset"} & encoding.keys():
        return ""
    heights, other = encoding[measured[0]], encoding.get("y" if measured == ["x"] else "x", {})
    groups = {field for name in ("color", "fill", "detail") if (field := field_of(encoding.get(name)))}
    groups -= {field_of(other)}
    field, aggregate = field_of(heights), heights.get("aggregate")
    if not groups or not field or heights.get("stack", "zero") != "zero" or MADE & other.keys() or unit["is_changed"]:
        return ""
    places: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        places.setdefault((row.get(field_of(other)), *map(row.get, unit["facets"])), []).append(row)
    for (place, *_), parts in places.items():
        where = f"{field_of(other)} {place}" if field_of(other) else f"column {field}"
        values = numbers_in([row.get(field) for row in parts])
        if aggregate and aggregate not in ADDABLE:
            if len({tuple(map(row.get, sorted(groups))) for row in parts}) > 1:
                return (
                    f"at {where} it draws the {aggregate} of more than one {' or '.join(sorted(groups))} in "
                    "one place, where one hides another. Put them side by side (xOffset), or draw points."
                )
        elif mark == "area" and min(values, default=0) < 0 < max(values, default=0):
            return (
                f"at {where} it stacks values above and below 0, and Vega draws one area over the other. Draw bars or "
                "lines."
            )
        elif not PERCENT.search(str(heights.get("title") or field)):
            continue
        elif sum(values) > most_of_a_whole(values) and len(values) > 1:
            return (
                f"at {where} it stacks percentages to {sum(values):g}%. Put them side by side (xOffset), or name the "
                "unit in other words if they are no percentages."
            )
    return ""


def _covered(specification: Specification) -> str:
    """Return a problem if areas that are not stacked lie over one another, and no line or point shows them."""
    views = list(units(specification))
    for unit in views if "layer" not in specification else ():
        encoding, mark = unit["encoding"], unit["mark"] if isinstance(unit["mark"], Mapping) else {}
        groups = [field for name in ("color", "fill", "detail") if (field := field_of(encoding.get(name)))]
        facets = [field for name in ("row", "column", "facet") if (field := field_of(encoding.get(name)))]
        names = {tuple(map(row.get, [*groups, *facets, *unit["facets"]])) for row in rows_of(unit, specification)}
        panels = {name[len(groups) :] for name in names}
        is_flat = any(
            is_number(each := encoding.get(name)) and each.get("stack", "zero") in (None, False) for name in "xy"
        )
        all_areas = specification.get("config", {}).get("area", {})
        is_clear = {"opacity", "fillOpacity", "line"} & {*mark, *encoding, *all_areas}
        if mark_of(unit) == "area" and is_flat and len(names) > len(panels) and not is_clear:
            return (
                "its areas are not stacked, and one lies over another and hides it. Draw lines, or areas to see "
                "through: mark_area(opacity=0.4, line=True)."
            )
    return ""


def _without_place(channel: Mapping[str, Any], values: Sequence[Any]) -> str:
    """Return a problem if a scale or legend lists names, but not all: Vega draws the others like one of them."""
    scale, legend = channel.get("scale"), channel.get("legend")
    domain = scale.get("domain") if isinstance(scale, Mapping) else None
    listed = legend.get("values") if isinstance(legend, Mapping) else None
    if not is_name(channel):
        return ""
    if isinstance(listed, list) and (other := next((each for each in values if each not in (None, *listed)), None)):
        return f'the legend of column {channel["field"]} does not list "{other}", so nothing says what it is. Add it.'
    if not isinstance(domain, list):
        return ""
    other = next((value for value in values if value is not None and value not in domain), None)
    if other is None:
        return ""
    return f'the scale of column {channel["field"]} does not list "{other}", which would look like another. Add it.'


def _beyond_the_ends(name: str, channel: Mapping[str, Any], values: Sequence[Any]) -> str:
    """Return a problem if a value lies beyond the bins of a chart, or beyond the ends of its colours or sizes."""
    if not is_number(channel) or "aggregate" in channel:
        return ""
    scale = channel.get("scale")
    is_scaled = name not in ("x", "y") and isinstance(scale, Mapping) and scale.get("type") not in _OF_STEPS
    ends = _ends(scale) if is_scaled and isinstance(scale, Mapping) else _ends(channel.get("bin"))
    return _beyond(channel["field"], f"the {name} scale" if is_scaled else "its bins", ends, values)


def _ends(given: Any) -> tuple[float, float]:
    """Return the ends that a chart's scale, or bins, were given; infinity where there is none."""
    if not isinstance(given, Mapping):
        return -math.inf, math.inf
    listed = given.get("domain", given.get("extent"))
    numbers = numbers_in(listed) if isinstance(listed, list) else []
    low, high = numbers_in([given.get("domainMin")]), numbers_in([given.get("domainMax")])
    return min(low or numbers, default=-math.inf), max(high or numbers, default=math.inf)


def _beyond(field: str, what: str, ends: tuple[float, float], values: Sequence[Any]) -> str:
    value = next((each for each in numbers_in(values) if not ends[0] <= each <= ends[1]), None)
    if value is None:
        return ""
    return (
        f"the value {value:g} of column {field} is beyond the ends of {what}, so it is left out, or looks like another "
        "one. Make room for all values."
    )


_MADE_UP = (
    "it draws values that are not in its data (impute), which nobody can tell from those that are. Leave impute out, "
    "so that what is missing is a gap. Calculate an estimate in the notebook, as a series of its own that says so."
)


def _makes_up(impute: Any) -> bool:
    """Return True if a chart gives a missing value a value, or a way to calculate one; ``value=None`` keeps the gap."""
    return isinstance(impute, Mapping) and (impute.get("value") is not None or impute.get("method", "value") != "value")


def _on_bent_axis(encoding: Mapping[str, Any], mark: str) -> str:
    """Return a problem if bars or areas, which are compared by their length, are on an axis that is not linear."""
    for place, channel in channels_of(encoding):
        kind = (channel.get("scale") or {}).get("type")
        if mark in ("bar", "area") and place in ("x", "y") and f"{place}2" not in encoding and kind in _BENT:
            return (
                f"on its {place} axis ({kind}) a bar or an area of twice the length is not twice the value. Draw "
                "points or a line, or use an even axis."
            )
    return ""
