"""Texts of an analyst's own chart that readers could not understand, or would misread.

What Vega writes for a missing value, two values or names of an axis that look alike, and legends that leave names out
or give two of them one look.
"""

from __future__ import annotations

import calendar
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import unescape
from itertools import pairwise
from typing import Any

from natpatsip.charts.own_charts.specifications import first_problem, is_time, units
from natpatsip.python_words import words_of_python

Items = Sequence[Mapping[str, Any]]
LOOK = ("fill", "stroke", "shape", "strokeDash", "strokeWidth", "size", "opacity")
_MISSING = re.compile(r"(?<![\w'’])(null|undefined|0?NaN|nan|NaT|<NA>|Infinity|Invalid [Dd]ate)(?![\w'’])")
_MISSING_IN_TITLE = re.compile(r"(?<![\w'’])(\Anull\Z|undefined|NaN|nan|NaT|<NA>)(?![\w'’])")
_OF_JAVASCRIPT = re.compile(r"\b[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d|\[object Object\]")
_YEAR = re.compile(r"\b\d{4}\b|\b\d\d\Z")
_MONTHS = {*calendar.month_name[1:], *calendar.month_abbr[1:]}
_NUMBER = re.compile(r"[-−+]?[£$€]?\d[\d,.]*\s?[%kKMGBTmµ]?")
_SMALL = re.compile(r"[-−]?[\d.]+\s?[mµnpfazy]")  # d3's milli, micro and less
_LEFT_OUT = re.compile(r"…\s?\d+ entries")
_SVG_TEXT = re.compile(r'<text(?![^>]*\sopacity="0")[^>]*>([^<]*)</text>')
_SI_FORMAT = re.compile(r'"(?:format|numberFormat)": "[^"]*s"')


def misleading(
    specification: Mapping[str, Any],  # Vega-Lite
    scene: Mapping[str, Any],  # what Vega draws for it, as a scenegraph
) -> str:
    """Return which text of an analyst's own chart readers would misread, and what to do; empty if there is none.

    A text that the chart or its data hold was not written by Vega: `unreadable` looks for what Python has printed.
    """
    has_si_format = bool(_SI_FORMAT.search(json.dumps(specification, default=str)))
    for role, text in texts(scene):
        pattern = _MISSING_IN_TITLE if "title" in role else _MISSING
        if (found := pattern.search(text)) and (text == found[1] or text not in _strings(specification)):
            return (
                f'it shows the text "{text}", with {found[1]} for a missing value. Leave the row out, or give it words '
                "in the notebook."
            )
        if found := _OF_JAVASCRIPT.search(text):
            return (
                f'it shows the text "{text}", which is JavaScript\'s and not for readers; a month without a year is '
                "one of 2012 there. Draw the dates with their unit, such as month(day), or words."
            )
        if has_si_format and _SMALL.fullmatch(text):
            return (
                f'its format writes a value as "{text}", where {text[-1]} stands for a small part, and readers may '
                'take m for million. Use a format such as ".3f".'
            )
        if _LEFT_OUT.fullmatch(text):
            return (
                f'its legend leaves names out ("{text}"). Show fewer series, label them in the chart, or give the '
                "legend all of them: alt.Legend(symbolLimit=0)."
            )
    times = {name for unit in units(specification) for name in ("x", "y") if is_time(unit["encoding"].get(name))}
    for axis, labels in _axes(scene):
        if axis not in times and (twice := _alike(labels)):
            return (
                f'two labels of the {axis} axis are "{twice}": its format rounds different values to the same text. '
                "Give it more decimals, or leave the format out."
            )
        if axis in times and (twice := _month_without_year(labels)):
            return (
                f'the {axis} axis has the label "{twice}" twice, and no year. '
                'Give its months their years: alt.Axis(format="%b %Y", tickCount=6).'
            )
    if problem := first_problem(map(_steps_alike, _with_role(scene, "legend"))):
        return problem
    labels = [item for mark in _with_role(scene, "axis-label") for item in mark.get("items", ())]
    if any("text" not in item for item in labels):  # an empty text is meant to be one
        return "a name on an axis has no label, because its labelExpr has nothing for it. Give it a label too."
    legends = list(_legends(scene))
    problem = first_problem(map(_same_look, legends))
    if not problem and "layer" in specification:  # one plot, in which a look can mean one thing
        problem = _looks_of_two(legends)
    return problem


def _looks_of_two(legends: Iterable[Sequence[tuple[str, str]]]) -> str:
    """Return a problem if names of two legends look the same."""
    seen: dict[str, str] = {}
    for look, label in (entry for legend in legends for entry in legend):
        if seen.setdefault(look, label) != label:
            return f'"{seen[look]}" and "{label}", of two legends, look the same. Give them colours of their own.'
    return ""


def _steps_alike(legend: Mapping[str, Any]) -> str:
    """Return a problem if two steps of a colour scale have the same colour, or two of its labels the same number."""
    bands = [str(item.get("fill")) for mark in _with_role(legend, "legend-band") for item in mark.get("items", ())]
    labels = [text for mark in _with_role(legend, "legend-label") for _, text in texts(mark)]
    if len(set(bands)) < len(bands):
        return "two steps of its legend have one colour. Give the scale as many colours as steps, or none."
    if twice := _alike(labels):
        return f'two labels of its legend are "{twice}": its format rounds different values to the same text.'
    return ""


def cut_alike(svg: str, scene: Mapping[str, Any]) -> str:
    """Return a problem if two names of a chart are cut off where they are still the same.

    A name that is drawn twice is cut off twice: the scenegraph has the whole of each.
    """
    drawn = Counter(map(unescape, _SVG_TEXT.findall(svg)))
    whole = Counter(text.strip() for _, text in texts(scene))
    cut, names = drawn - whole, whole - drawn
    for text, count in cut.items():
        if text.endswith("…") and count > max(
            (n for name, n in names.items() if name.startswith(text[:-1])), default=1
        ):
            return (
                f'two names are cut off to "{text}". Shorten them, or give them room: '
                "alt.Axis(labelLimit=0), alt.Legend(labelLimit=0)."
            )
    return ""


def unreadable(svg: str, phrases: Callable[[], Iterable[str]] = tuple) -> str:
    """Return which text of a drawing is what Python prints for a missing value or an object, or an empty text.

    Such words may stand in texts that authors typed and in phrases of the data, which `phrases` returns.
    """
    shown = [each for each in map(unescape, _SVG_TEXT.findall(svg)) if words_of_python(each)]
    typed = phrases() if shown else ()
    found = next((each for each in shown if words_of_python(each, typed=typed)), "")
    return f'it shows the text "{found}" to readers. Say in words what is not known.' if found else ""


def texts(group: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts that are drawn, each with the role of its mark."""
    for item in group.get("items", ()):
        if not isinstance(item, Mapping):
            continue
        if group.get("marktype") == "text" and item.get("opacity", 1):
            given = item.get("text", "")
            for line in given if isinstance(given, list) else [given]:
                yield str(group.get("role", "")), str(line)
        yield from texts(item)


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts in a part of a chart's specification."""
    if isinstance(value, str):
        yield value
    else:
        parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        for part in parts:
            yield from _strings(part)


def _with_role(group: Mapping[str, Any], role: str) -> Iterator[Mapping[str, Any]]:
    """Yield the groups and marks of a role, the outer ones."""
    for item in group.get("items", ()):
        if isinstance(item, Mapping):
            if item.get("role") == role:
                yield item
            else:
                yield from _with_role(item, role)


def _axes(scene: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the labels of each axis, with its name."""
    for axis in _with_role(scene, "axis"):
        for item in axis.get("items", ()):
            labels = [text for mark in _with_role(item, "axis-label") for _, text in texts(mark)]
            yield "x" if item.get("orient") in ("top", "bottom") else "y", labels


def _alike(labels: Sequence[str]) -> str:
    """Return the number that two neighbours of an axis have both; an empty text if there is none."""
    return next((one for one, other in pairwise(labels) if one == other and _NUMBER.fullmatch(one)), "")


def _month_without_year(labels: Sequence[str]) -> str:
    """Return the month that an axis of several years names twice, without any year; an empty text if there is none."""
    if any(_YEAR.search(label) for label in labels):
        return ""
    return next((label for label, count in Counter(labels).items() if count > 1 and label in _MONTHS), "")


def _legends(scene: Mapping[str, Any]) -> Iterator[list[tuple[str, str]]]:
    """Yield the entries of each legend: how its symbol looks, and its label."""
    for legend in _with_role(scene, "legend"):
        symbols = [item for mark in _with_role(legend, "legend-symbol") for item in mark.get("items", ())]
        labels = [text for mark in _with_role(legend, "legend-label") for _, text in texts(mark)]
        looks = [json.dumps([symbol.get(name) for name in LOOK]) for symbol in symbols]
        yield list(zip(looks, labels, strict=False))


def _same_look(entries: Sequence[tuple[str, str]]) -> str:
    """Return a problem if two names of a legend look the same, or it has a label twice."""
    seen: dict[str, str] = {}
    for look, label in entries:
        if label in seen.values():
            return f'its legend has the label "{label}" twice. Give each series a name of its own.'
        if look in seen:
            return (
                f'"{seen[look]}" and "{label}" look the same in its legend. Show fewer series, each with a colour of '
                "its own, or one chart for each: .facet(…)."
            )
        seen[look] = label
    return ""
