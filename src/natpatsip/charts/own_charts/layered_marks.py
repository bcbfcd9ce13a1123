"""Layers of an analyst's own chart that would be drawn at another place than their values have on the axis.

Vega stacks each layer by itself, and labels in the order of their texts, mixes the ends of two kinds of interval, puts
a line at ``alt.value(25)`` 25 pixels below the top, and draws no axis for a layer that has its own scale and
``axis=None``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from natpatsip.charts.own_charts.specifications import (
    PATHS,
    Rows,
    Specification,
    channels_of,
    children,
    field_of,
    first_problem,
    is_name,
    is_number,
    mark_of,
    rows_of,
    units,
)

STACKED_BY = ("color", "fill", "stroke", "opacity", "shape", "detail")
STACKED = ("bar", "area")  # marks that Vega stacks
ORDERED_BY = ("color", "fill", "stroke", "opacity", "strokeWidth", "strokeDash", "size", "shape", "text", "detail")
"""The channels whose columns put the parts of a stack into order, the first of them first: the text is one."""
INTERVALS = ("errorbar", "errorband")
PLACES = ("x", "y")
POINTED = ("rule", "tick", "point", "circle", "square", "errorbar")


def displaced(specification: Specification) -> str:
    """Return the problem of a mark that would not be at the place of its value on the axis; empty if there is none.

    Examples
    --------
    >>> target = {"mark": "rule", "encoding": {"y": {"value": 25}}}
    >>> bars = {"mark": "bar", "encoding": {"y": {"field": "seen", "type": "quantitative"}}}
    >>> displaced({"layer": [bars, target]})[:42]
    'a line is at y = alt.value(25), which Vega'
    """
    views = list(units(specification))
    return (
        _apart_from_their_bars(specification)
        or _mixed_intervals(specification)
        or first_problem(_apart_from_their_slices(view, views) or _raised(view, views) for view in views)
        or first_problem(_between_their_bars(view, views) for view in views)
        or first_problem(_between_bars(view, views, rows_of(view, specification)) for view in views)
        or first_problem(_in_pixels(view, views) for view in views)
        or _without_axis(specification)
        or _beside_other_names(specification)
    )


def _apart_from_their_bars(specification: Specification) -> str:
    """Return a problem if labels over stacked bars lie at other bars: each layer of a chart is stacked by itself."""
    drawn: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    bars: dict[tuple[Any, ...], Specification] = {}
    for unit in units(specification):
        encoding, mark = unit["encoding"], mark_of(unit)
        measured = [name for name in PLACES if is_number(encoding.get(name))]
        if len(measured) != 1 or unit["is_changed"] or {"x2", "y2", "xOffset", "yOffset"} & encoding.keys():
            continue
        heights, other = encoding[measured[0]], encoding.get("y" if measured == ["x"] else "x", {})
        groups = {field for name in STACKED_BY if (field := field_of(encoding.get(name)))} - {field_of(other)}
        is_stacked = heights.get("stack", bool(groups) and mark in STACKED) not in (None, False)
        place = (measured[0], field_of(heights), field_of(other), str(unit["data"]), *unit["facets"])
        stacked = (heights.get("stack", "zero"), groups, encoding.get("order")) if is_stacked else ()
        if mark in STACKED:
            if is_stacked and _has_several(rows_of(unit, specification), [field_of(other), *unit["facets"]]):
                drawn[place], bars[place] = stacked, unit
        elif mark == "text" and place in drawn and stacked != drawn[place] and (groups or "aggregate" not in heights):
            given = " and ".join(sorted(drawn[place][1]))
            return (
                f"labels of {place[1]} over stacked bars are not stacked as these are, so that they lie at other bars. "
                f"Give the labels the stack of the bars and detail={given}, and both the same order, or draw no labels."
            )
        elif mark == "text" and stacked == drawn.get(place) and _is_in_another_order(unit, bars[place], specification):
            return (
                f"labels of {place[1]} over stacked bars are stacked in the order of their texts, and the bars in that "
                f"of {' and '.join(sorted(groups))}, so that they lie at other bars. Give the bars and the labels one "
                f'order: alt.Order("{min(groups)}:N").'
            )
    return ""


def _is_in_another_order(labels: Specification, bars: Specification, specification: Specification) -> bool:
    """Return True if labels that are stacked as bars are come in another order than these at one of their places."""
    if labels["encoding"].get("order"):  # the bars have the same
        return False
    places = [field_of(bars["encoding"].get(name)) for name in PLACES if not is_number(bars["encoding"].get(name))]
    stacks: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows_of(bars, specification):
        stacks.setdefault(tuple(map(row.get, [*places, *bars["facets"]])), []).append(row)
    parts, by = _ordered_by(bars["encoding"], places), _ordered_by(labels["encoding"], places)
    return any(_in_order(rows, by, parts) != _in_order(rows, parts, parts) for rows in stacks.values())


def _ordered_by(encoding: Mapping[str, Any], places: Sequence[str]) -> list[str]:
    """Return the columns by which Vega-Lite puts the parts of a stack into order."""
    given = [channel for name in ORDERED_BY if isinstance(channel := encoding.get(name), Mapping)]
    shown = [each if field_of(each) else each.get("condition") or {} for each in given]
    fields = [field_of(each) for each in shown if field_of(each) and "aggregate" not in each]
    return [field for field in dict.fromkeys(fields) if field not in places]


def _in_order(rows: Rows, by: Sequence[str], parts: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the parts of a stack in the order of columns."""
    ordered = sorted(rows, key=lambda row: [(isinstance(row.get(each), str), row.get(each) or 0) for each in by])
    return [tuple(map(row.get, parts)) for row in ordered]


def _mixed_intervals(view: Specification) -> str:
    """Return a problem if layers draw two kinds of interval of a column, of which Vega mixes the ends."""
    drawn: dict[tuple[Any, ...], str] = {}
    for unit in units(view) if "layer" in view else ():
        kind = unit["mark"].get("extent", "stderr") if isinstance(unit["mark"], Mapping) else "stderr"
        fields = tuple(field_of(unit["encoding"].get(name)) for name in PLACES)
        if mark_of(unit) in INTERVALS and drawn.setdefault((fields, str(unit["data"])), kind) != kind:
            shown = " and ".join(filter(None, fields))
            return (
                f"its layers draw two kinds of interval (extent) of {shown}, and Vega mixes their ends. Calculate one "
                "of them in the notebook, and draw it as rules with y and y2."
            )
    return first_problem(map(_mixed_intervals, children(view)))


def _has_several(rows: Rows, places: Sequence[str]) -> bool:
    """Return True if more than one row of a chart is at one place."""
    found = [tuple(map(row.get, places)) for row in rows]
    return len(set(found)) < len(found)


def _between_their_bars(unit: Specification, views: Sequence[Specification]) -> str:
    """Return a problem if the labels of bars that are side by side lie between the bars."""
    for view in views if mark_of(unit) == "text" else ():
        for place in PLACES:
            offset, same = f"{place}Offset", [field_of(each["encoding"].get(place)) for each in (unit, view)]
            if mark_of(view) == "bar" and field_of(view["encoding"].get(offset)) and same[0] == same[1] != "":
                other = "y" if place == "x" else "x"
                heights = [field_of(each["encoding"].get(other)) for each in (unit, view)]
                name = field_of(view["encoding"][offset])
                if offset not in unit["encoding"] and heights[0] == heights[1] and not _is_total(unit, other, name):
                    return (
                        f"labels of {heights[0]} over bars that are side by side lie between the bars. Give the labels "
                        f"the same {offset}: {name}."
                    )
    return ""


def _between_bars(unit: Specification, views: Sequence[Specification], rows: Rows) -> str:
    """Return a problem if intervals or targets of bars that are side by side lie between these."""
    encoding = unit["encoding"]
    for view in views if mark_of(unit) in POINTED and not unit["is_changed"] else ():
        for place, other in (PLACES, PLACES[::-1]):
            offset = field_of(view["encoding"].get(f"{place}Offset"))
            field = field_of(encoding.get(place))
            is_beside = mark_of(view) == "bar" and field == field_of(view["encoding"].get(place)) != ""
            ends = [each for name in (other, f"{other}2") if (each := encoding.get(name, {})) and field_of(each)]
            if not offset or not is_beside or f"{place}Offset" in encoding or any("aggregate" in each for each in ends):
                continue
            marks = {
                (*map(row.get, [field, *unit["facets"]]), *(row.get(field_of(each)) for each in ends)) for row in rows
            }
            if ends and len({mark[: -len(ends)] for mark in marks}) < len(marks):
                return (
                    f"marks of {field_of(ends[0])} over bars that are side by side lie between the bars, so that "
                    f"nothing says of which they are. Give them the same {place}Offset: {offset}."
                )
    return ""


def _is_total(label: Specification, height: str, parts: str) -> bool:
    """Return True if a label says one number of all bars that are side by side, at a height that is of all too."""
    channels = list(channels_of(label["encoding"]))
    is_of_all = {name for name, channel in channels if name in (height, "text") and "aggregate" in channel}
    return is_of_all == {height, "text"} and parts not in [field_of(channel) for _, channel in channels]


def _apart_from_their_slices(unit: Specification, views: Sequence[Specification]) -> str:
    """Return a problem if labels of a pie lie at other slices, or slices over others: each has its own stack."""
    theta, radius = (unit["encoding"].get(name) for name in ("theta", "radius"))
    if mark_of(unit) == "arc" and field_of(radius) and field_of(theta) and field_of(radius) != field_of(theta):
        return f"slices whose radius is column {field_of(radius)} lie over one another. Draw bars, or leave it out."
    pies = [each["encoding"] for each in views if mark_of(each) == "arc" and field_of(each["encoding"].get("theta"))]
    if mark_of(unit) != "text" or not pies or not field_of(theta):
        return ""
    if theta.get("stack") not in (None, False) and _turns(unit["encoding"]) in map(_turns, pies):
        return ""
    return (
        f"labels of {field_of(theta)} are not stacked as the slices are, so that they lie at other slices. Stack them, "
        f'alt.Theta("{field_of(theta)}:Q").stack(True), with the colour of the slices, or one order for both.'
    )


def _turns(encoding: Mapping[str, Any]) -> tuple[str, Any]:
    """Return by what slices, or their labels, come one after the other: an order, or else a colour."""
    order = encoding.get("order")
    return ("", order) if order else (field_of(encoding.get("color")), None)


def _raised(unit: Specification, views: Sequence[Specification]) -> str:
    """Return a problem if values are stacked so that the axis does not show them."""
    for place in PLACES:
        channel = unit["encoding"].get(place)
        stack = channel["stack"] if is_number(channel) and "stack" in channel else None
        if stack == "center":
            return f"it is stacked around the middle (center), so that its {place} axis says no value. Stack from 0."
        if stack and mark_of(unit) in PATHS and not any(mark_of(each) in STACKED for each in views):
            return f"its lines are stacked, so that each is at the sum of those below it. Leave stack out of {place}."
    return ""


def _in_pixels(unit: Specification, views: Sequence[Specification]) -> str:
    """Return a problem if a line seems to be at a value of the axis, but is at a number of pixels."""
    for place in PLACES:
        given = unit["encoding"].get(place)
        value = given.get("value") if isinstance(given, Mapping) else None
        has_axis = any(is_number(each["encoding"].get(place)) for each in views)
        is_line = mark_of(unit) == "rule" and f"{place}2" not in unit["encoding"]
        if is_line and has_axis and isinstance(value, int | float):
            return (
                f"a line is at {place} = alt.value({value:g}), which Vega takes for pixels, not for a value of the "
                f"axis. Write alt.datum({value:g})."
            )
    return ""


def _beside_other_names(view: Specification) -> str:
    """Return a problem if a chart without names stands beside one with names, which are in another order."""
    for key, place in (("hconcat", "y"), ("vconcat", "x")):
        named: dict[str, set[str]] = {}
        nameless: list[tuple[str, str]] = []
        for unit in units({key: view.get(key, [])}):
            channel = unit["encoding"].get(place)
            if is_name(channel) and (field := field_of(channel)):
                axis, order = channel.get("axis", {}), _order_of_names(unit, channel)
                if axis is not None and axis.get("labels", True):
                    named.setdefault(field, set()).add(order)
                else:
                    nameless.append((field, order))
        if field := next((field for field, order in nameless if order not in named.get(field, {order})), ""):
            return (
                f"column {field} is sorted otherwise than in the chart beside it, whose names readers would take for "
                "its own. Give both one order, such as a list of the names, or show the names of both."
            )
    return first_problem(map(_beside_other_names, children(view)))


def _order_of_names(unit: Specification, channel: Mapping[str, Any]) -> str:
    """Return by what the names of a channel are sorted: "-x" is the column of that channel, which each chart has."""
    sort = channel.get("sort", "ascending")
    by = unit["encoding"].get(sort.lstrip("-")) if isinstance(sort, str) else None
    return json.dumps([sort, by and [field_of(by), by.get("aggregate")]], default=str)


def _without_axis(view: Specification) -> str:
    """Return a problem if a layer has a scale of its own and no axis: readers would use the axis of another layer."""
    resolved = view.get("resolve", {}).get("scale", {})
    for place in PLACES:
        if "layer" in view and resolved.get(place) == "independent":
            given = [each["encoding"].get(place) for layer in view["layer"] for each in units(layer)]
            measured = [each for each in given if is_number(each)]
            hidden = [each for each in measured if each.get("axis", {}) is None]
            if hidden and len(measured) > 1:
                return (
                    f"column {field_of(hidden[0])} has a scale of its own and no axis, so that readers take it by the "
                    f"{place} axis of another column. Show its axis, or draw two charts."
                )
    return first_problem(map(_without_axis, children(view)))
