"""Charts that show nothing of their data: an analyst's own Altair chart is drawn, and its marks are counted.

Vega draws axes and title of such a chart, and gives no warning. `natpatsip.charts` checks its data by itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

from natpatsip import wording
from natpatsip.charts.own_charts.specifications import (
    PATHS,
    children,
    columns,
    data_of,
    field_of,
    first_problem,
    is_number,
    mark_of,
    units,
)

Items = Sequence[Mapping[str, Any]]

PLACES = ("x", "y", "x2", "y2", "width", "height", "size", "startAngle", "endAngle", "innerRadius", "outerRadius")
PLACED = {"type": "none", "contains": "content"}  # every mark is placed by `natpatsip.charts`
POINTS = ("symbol", "text", "rect", "rule")  # marks that show a value by themselves
BARS = ("bar", "rect")  # marks that Vega draws as rectangles
APART = {"x2", "y2", "detail"}  # channels of bars that may end where another begins
ZERO = re.compile(r"0(?:\.0+)?\s?%?")  # as the label of an axis
EDGE = 1.0  # pixels that a mark may lie beyond the plot


def is_made_here(specification: Mapping[str, Any]) -> bool:
    """Return True for a chart of `natpatsip.charts`: they alone have layouts of their own, or are one."""
    return "narrow" in specification.get("usermeta", {}) or specification.get("autosize", {}) == PLACED


def undrawn(
    specification: Mapping[str, Any],  # Vega-Lite
    scene: Callable[[], Mapping[str, Any]],  # returns what Vega draws for it, as a scenegraph
) -> str:
    """Return why a chart shows nothing of its data, or an empty text if it shows them."""
    views = list(units(specification))
    if addresses := [data["url"] for data in data_of(specification) if "url" in data]:
        return (
            f'its data are at "{addresses[0]}", which a build does not read. Load them in the notebook and give the '
            "chart the DataFrame."
        )
    marks = list(drawn_marks(scene(), 0, 0))
    drawn = [_drawn(items, width, height) for items, width, height in marks]
    # Units and marks come in the same order, unless a unit is repeated (facets) or makes several marks (box plots).
    of_data = [bool(_fields(unit)) for unit in views] if len(views) == len(marks) else [True] * len(marks)
    shown = [seen for seen, holds in zip(drawn, of_data, strict=True) if holds]
    is_broken = any(_misplaced(items) for items, _, _ in marks)
    nested, unknown = _nested(specification, views), _unknown(specification, views)
    if any(shown) and not is_broken and not nested and not unknown:
        hidden = first_problem(_hidden(items) for items, _, _ in marks)
        return _cut_off(views, marks) or hidden or _alone(scene()) or _joined(views, scene()) or _overwritten(scene())
    if not is_broken and not any(of_data) and any(drawn):  # constants alone: there are no data to show
        return ""
    empty = "the chart draws no mark of its data"
    if nested:
        named = wording.listing([f'"{name}"' for name in nested])
        return (
            f"{empty}: Vega-Lite reads the . or [ in {named} as a path to a nested value. Rename the column, without "
            ". and [ ]."
        )
    if unknown:
        there = ", ".join(sorted(columns(specification)))
        return f'the chart shows a column "{unknown[0]}", which its data do not have; they have {there}.'
    if is_broken and '"log"' in str(specification).replace("'", '"'):
        return (
            "a value of 0 or below, where bars begin too, has no place on a log axis, and Vega draws the rest wrongly. "
            "Use another axis, or points."
        )
    if is_broken:
        return "a mark of the chart has no place that is a number. Check the columns and types of its encoding."
    return f"{empty}: no row is left that has a place on it. Check its filters, types and the ends of its axes."


def _fields(unit: Mapping[str, Any]) -> list[str]:
    return [*filter(None, map(field_of, unit["encoding"].values()))]


def _all_fields(views: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(field for unit in views for field in _fields(unit)))


def _is_made(view: Mapping[str, Any]) -> bool:
    """Return True if the chart makes columns of its own."""
    return "transform" in view or any(map(_is_made, children(view)))


def _unknown(specification: Mapping[str, Any], views: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the fields that no data of the chart have, unless it makes columns of its own or names a nested value."""
    there = columns(specification)
    if not there or _is_made(specification):
        return []
    return [name for name in _all_fields(views) if name not in there and not any(sign in name for sign in ".[")]


def _nested(specification: Mapping[str, Any], views: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns whose names are taken for paths: with . or [, and not escaped."""
    there = columns(specification)
    return [name for name in _all_fields(views) if name in there and any(sign in name for sign in ".[")]


def _cut_off(views: Sequence[Mapping[str, Any]], marks: Sequence[tuple[Items, float, float]]) -> str:
    """Return a problem if a value is beyond the ends that an axis was given."""
    held = views if len(views) == len(marks) else [None] * len(marks)
    for axis, extent in (("x", "width"), ("y", "height")):
        if not any(_has_ends(view["encoding"].get(axis)) for view in views):
            continue
        for view, (items, width, height) in zip(held, marks, strict=True):
            size = width if axis == "x" else height
            is_placed = view is None or {"field", "datum"} & set(view["encoding"].get(axis, ()))
            if is_placed and size and any(_is_beyond(each, axis, extent, size) for each in items):
                return (
                    f"a value is beyond the ends that the {axis} axis was given, and is cut off or drawn outside (bars "
                    "begin at 0). Give the axis more room, or do not say where it ends."
                )
    return ""


def _has_ends(channel: Any) -> bool:
    scale = channel.get("scale") if isinstance(channel, Mapping) else None
    if not isinstance(scale, Mapping) or channel.get("type") not in ("quantitative", "temporal"):
        return False
    return isinstance(scale.get("domain"), list) or bool({"domainMin", "domainMax"} & scale.keys())


def _is_beyond(item: Mapping[str, Any], axis: str, extent: str, size: float) -> bool:
    """Return True if a drawn item goes beyond the plot."""
    start = item.get(axis)
    if start is None or not item.get("defined", True):
        return False
    end = item.get(f"{axis}2")
    ends = (start, end if end is not None else start + (item.get(extent) or 0))
    return bool(min(ends) < -EDGE or max(ends) > size + EDGE)


def _hidden(items: Items) -> str:
    """Return a problem if one opaque bar of a mark lies over another."""
    opaque = [each for each in items if each.get("opacity", 1) == 1 == each.get("fillOpacity", 1)]
    for place, extent, along, length in (("x", "width", "y", "height"), ("y", "height", "x", "width")):
        strips: dict[tuple[float, float], list[tuple[float, float]]] = {}
        for each in opaque:
            if each.get("width") and each.get("height"):
                start = each.get(along) or 0
                strip = (each.get(place) or 0, each[extent])
                strips.setdefault(strip, []).append((start, start + each[length]))
        for ends in map(sorted, strips.values()):
            if any(after[0] < before[1] - EDGE and after[1] > before[0] + EDGE for before, after in pairwise(ends)):
                return (
                    "one of its bars lies over another and hides it. Stack them (a colour for each part, without "
                    "stack=False; a tooltip may part bars too), put them side by side (xOffset), or draw points."
                )
    return ""


def _joined(views: Sequence[Mapping[str, Any]], scene: Mapping[str, Any]) -> str:
    """Return a problem if the transforms of a chart leave two rows for one bar, or for one point of a line.

    `specifications` looks for them in the rows of charts that draw these as they are.
    """
    bars = any(
        _end_to_end(items, along, list(_zeros(scene, along)))
        for view, items in _changed(views, scene, BARS, ("rect",))
        if mark_of(view) == "bar" and not APART & view["encoding"].keys()
        for along, other in ("xy", "yx")
        if is_number(view["encoding"].get(along)) > is_number(view["encoding"].get(other))
    )
    points = any(
        _twice_in_one_place(items)
        for view, items in _changed(views, scene, PATHS, PATHS)
        if not is_number(view["encoding"].get("x"))
    )
    if bars or points:
        return (
            "after its transforms two rows are one bar, or one point of a line, and Vega stacks or joins them. Give "
            'each a row or a colour of its own, or say how they are joined: "sum(…)".'
        )
    return ""


def _changed(
    views: Sequence[Mapping[str, Any]], scene: Mapping[str, Any], kinds: Collection[str], drawn: Collection[str]
) -> Iterator[tuple[Mapping[str, Any], Items]]:
    """Yield the views of these kinds that do something to their rows and sum none, each with what it may have drawn."""
    own, marks = [view for view in views if mark_of(view) in kinds], list(_marks_of(scene, drawn))
    is_each = len(own) == len(marks)  # else a view is repeated, or makes several marks
    for view, items in zip(own, marks, strict=True) if is_each else product(own, marks):
        if view["is_changed"] and not _is_summed(view["encoding"]):
            yield view, items


def _is_summed(encoding: Mapping[str, Any]) -> bool:
    return any(isinstance(each, Mapping) and {"aggregate", "bin"} & each.keys() for each in encoding.values())


def _end_to_end(items: Items, along: str, zeros: Collection[float]) -> bool:
    """Return True if two bars of one colour are one, with an end of each at one of the other's, except at 0.

    Bars of values below 0 and above it meet there: each is seen from where it begins, as in a pyramid of ages.
    """
    across, length, extent = ("x", "height", "width") if along == "y" else ("y", "width", "height")
    bars: dict[tuple[Any, ...], list[tuple[float, float]]] = {}
    for each in items:
        if each.get("width") and each.get("height"):
            start = each.get(along) or 0
            look = (each.get(across) or 0, each[extent], each.get("fill"), each.get("opacity"))
            bars.setdefault(look, []).append((start, start + each[length]))
    pairs = (pair for ends in map(sorted, bars.values()) for pair in pairwise(ends))
    ends = (before[1] for before, after in pairs if abs(before[1] - after[0]) < EDGE)
    return any(all(abs(end - zero) > EDGE for zero in zeros) for end in ends)


def _zeros(group: Mapping[str, Any], along: str) -> Iterator[float]:
    """Yield where the axes of a chart that is drawn say 0."""
    sides = ("bottom", "top") if along == "x" else ("left", "right")
    for item in group.get("items", ()):
        if group.get("role") == "axis-label" and ZERO.fullmatch(str(item.get("text", ""))):
            yield float(item.get(along) or 0)
        elif isinstance(item, Mapping) and (group.get("role") != "axis" or item.get("orient") in sides):
            for inner in item.get("items", ()):
                yield from _zeros(inner, along)


def _twice_in_one_place(items: Items) -> bool:
    shown = [each for each in items if each.get("defined", True)]
    return any(one.get("x") == other.get("x") and one.get("y") != other.get("y") for one, other in pairwise(shown))


def _overwritten(scene: Mapping[str, Any]) -> str:
    """Return a problem if a label lies over another one in the same place."""
    for items in _marks_of(scene, ("text",)):
        shown: dict[tuple[Any, ...], str] = {}
        for each in items:
            text = str(each.get("text", ""))
            place = (*_place(each), each.get("dx", 0), each.get("dy", 0), each.get("angle", 0), each.get("radius", 0))
            if each.get("opacity", 1) and text and shown.setdefault((*place, each.get("theta", 0)), text) != text:
                return (
                    f'its labels "{shown[(*place, each.get("theta", 0))]}" and "{text}" are at one place, one over the '
                    "other. Give each a place of its own, or leave one out."
                )
    return ""


def _alone(scene: Mapping[str, Any]) -> str:
    """Return a problem if a line or an area does not show a value that has none beside it, and no point shows it."""
    paths = list(_marks_of(scene, PATHS))
    points = {_place(each) for items in _marks_of(scene, POINTS) for each in items if each.get("opacity", 1)}
    for items in paths:
        are_there = [False, *(bool(each.get("defined", True)) for each in items), False]
        for each, before, here, after in zip(items, are_there, are_there[1:], are_there[2:], strict=False):
            if here and not before and not after and _place(each) not in points:
                return (
                    "a line or an area has a value without one before and after it, and Vega draws nothing for it. "
                    "Show points too: mark_line(point=True), or draw bars."
                )
    return ""


def _place(item: Mapping[str, Any]) -> tuple[int, int]:
    return round(item.get("x") or 0), round(item.get("y") or 0)


def _marks_of(group: Mapping[str, Any], kinds: Collection[str]) -> Iterator[Items]:
    """Yield the items of each mark of data of these kinds."""
    if group.get("role") == "mark" and group.get("marktype") in kinds:
        yield group.get("items", ())
    for item in group.get("items", ()):
        if isinstance(item, Mapping):
            yield from _marks_of(item, kinds)


def drawn_marks(group: Mapping[str, Any], width: float, height: float) -> Iterator[tuple[Items, float, float]]:
    """Yield the items of each mark of data, with the size of the plot that they are in."""
    if group.get("role") == "mark" and group.get("marktype") != "group":
        yield group.get("items", ()), width, height
        return
    for item in group.get("items", ()):
        if isinstance(item, Mapping):
            inner = item.get("width") or width, item.get("height") or height
            yield from drawn_marks(item, *inner)


def _misplaced(items: Items) -> bool:
    """Return True if the place of an item is not a number, as that of 0 on a log axis, or its text is NaN."""
    return any(item.get(key, 0) is None for item in items for key in PLACES) or any(
        item.get("text") == "NaN" for item in items
    )


def _drawn(items: Items, width: float, height: float) -> bool:
    """Return True if any item is drawn within the plot."""
    return any(
        item.get("defined", True)
        and _meets(item.get("x", 0), item.get("x2"), item.get("width", 0), width)
        and _meets(item.get("y", 0), item.get("y2"), item.get("height", 0), height)
        for item in items
    )


def _meets(start: float | None, end: float | None, extent: float | None, size: float) -> bool:
    ends = [start or 0, end if end is not None else (start or 0) + (extent or 0)]
    return not size or (min(ends) <= size + EDGE and max(ends) >= -EDGE and all(map(math.isfinite, ends)))
