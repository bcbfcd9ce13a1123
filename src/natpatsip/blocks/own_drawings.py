"""Drawings and tables that natpatsip did not make, which a person has to check (`own-drawing`).

Each has a digest of all that a person compares: the drawing, with its data, and the table, the number or the words
beside it. The digest stays the same from build to build, on other machines, in another look of the report and, for
Altair, with another patch version. It changes with the data, and with code that changes the drawing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from natpatsip.blocks import library_figures
from natpatsip.files.digests import digest_of_drawn
from natpatsip.known_drawings import is_known

SHOWN = 8  # digits of the digest that people write into the params
GENERATED = re.compile(r"(?:view|param)_\w+")  # names that Altair gives, counted up over a process or by its own hash
NO_CONTENT = ("$schema", "datasets")  # the version of Vega-Lite; rows, which are put where they are drawn


def of_figure(chart: Any, forms: Mapping[str, Any], data: str) -> dict[str, str] | None:
    """Return what a figure records of its drawing, given its forms and the data beside it; None if it is known."""
    if not library_figures.LIBRARY_FORMS.isdisjoint(forms):
        made_with, drawn = library_figures.content(chart, forms)
        return _record(made_with, _whole(drawn), data)
    from natpatsip.charts import theme

    if is_known(chart) and theme.is_current():
        return None
    return _record("Altair", chart_content(chart.to_dict(), theme.CONFIG), data)


def of_picture(drawing: Any, svg: str, alt: str) -> dict[str, str] | None:
    """Return what a picture records of its drawing and its words; None if it is a diagram of natpatsip's."""
    if isinstance(drawing, str):
        return _record("SVG", svg, alt)
    if is_known(drawing):
        return None
    is_diagram = hasattr(drawing, "narrow")
    return (
        _record("SVG", svg, drawing.narrow, alt) if is_diagram else _record(*library_figures.content(drawing, {}), alt)
    )


def of_table(library: str, markdown: str, values: Iterable[Any]) -> dict[str, str]:
    """Return what a table of another library records: as it was formatted, beside the values of its data."""
    return _record(library, markdown, [_whole(each) if isinstance(each, int | float) else str(each) for each in values])


def of_small_drawings(drawings: Iterable[tuple[str, ...]]) -> dict[str, str] | None:
    """Return what tiles record of their small drawings, each with what it is compared with; None if all are known."""
    own = sorted(each for each in drawings if not is_known(each[0]))
    return _record("SVG", own) if own else None


def _record(made_with: str, *content: Any) -> dict[str, str]:
    """Return what made a drawing, and the digest of its content."""
    return {"made_with": made_with, "digest": digest_of_drawn(content)[:SHOWN]}


def chart_content(specification: Mapping[str, Any], look: Mapping[str, Any]) -> list[Any]:
    """Return what an Altair chart draws, without what differs between versions and looks: views first, then rows.

    Parameters
    ----------
    specification : mapping
        The chart as Vega-Lite.
    look : mapping
        The configuration that the report's theme gives each chart.

    Examples
    --------
    >>> chart = {"$schema": "v6.1.0.json", "data": {"name": "data-7f3a"}, "datasets": {"data-7f3a": [{"beds": 12.0}]}}
    >>> chart_content(chart | {"mark": "bar", "config": {"font": "Frutiger"}}, {"font": "Frutiger"})
    ['{"config": {}, "data": 0, "mark": "bar"}', [[{'beds': 12}]]]
    """
    rows: list[Any] = []
    named = specification.get("datasets", {})

    def of(node: Any) -> Any:
        if isinstance(node, list):
            return [of(each) for each in node]
        if not isinstance(node, Mapping):
            return node
        return {
            key: rows_of(value) if key == "data" and isinstance(value, Mapping) else of(value)
            for key, value in sorted(node.items())
            if key not in NO_CONTENT
        }

    def rows_of(data: Mapping[str, Any]) -> Any:
        given = _whole(named.get(data.get("name"), data.get("values")))
        if given is None:
            return of(data)
        if given not in rows:
            rows.append(given)
        rest = {key: value for key, value in data.items() if key not in ("name", "values")}
        return {**of(rest), "rows": rows.index(given)} if rest else rows.index(given)

    config = _without(specification.get("config", {}), look)
    views = json.dumps(of({**specification, "config": config}), ensure_ascii=False)
    counted = dict.fromkeys(re.findall(rf'"name": "({GENERATED.pattern})"', views))
    numbers = {name: f"{name.partition('_')[0]}_{number}" for number, name in enumerate(counted)}
    return [GENERATED.sub(lambda found: numbers.get(found[0], found[0]), views), rows]


def _whole(content: Any) -> Any:
    """Return rows with whole numbers as such: a missing value elsewhere in a column makes 12.0 of 12."""
    if isinstance(content, float) and content.is_integer():
        return int(content)
    if isinstance(content, Mapping):
        return {name: _whole(each) for name, each in content.items()}
    return [_whole(each) for each in content] if isinstance(content, list | tuple) else content


def _without(given: Mapping[str, Any], look: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without what the look gives."""
    own = {
        key: _without(value, look[key]) if isinstance(value, Mapping) and isinstance(look.get(key), Mapping) else value
        for key, value in given.items()
        if key not in look or value != look[key]
    }
    return {key: value for key, value in own.items() if value != {}}
