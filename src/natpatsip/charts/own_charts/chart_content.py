"""What a chart of one's own draws, as Vega-Lite, apart from what differs between versions and looks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

GENERATED = re.compile(r"(?:view|param)_\w+")  # names that Altair gives, counted up over a process or by its own hash
NO_CONTENT = ("$schema", "datasets")  # the version of Vega-Lite; rows, which are put where they are drawn


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
        given = whole_numbers(named.get(data.get("name"), data.get("values")))
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


def whole_numbers(content: Any) -> Any:
    """Return rows with whole numbers as such: a missing value elsewhere in a column makes 12.0 of 12."""
    if isinstance(content, float) and content.is_integer():
        return int(content)
    if isinstance(content, Mapping):
        return {name: whole_numbers(each) for name, each in content.items()}
    return [whole_numbers(each) for each in content] if isinstance(content, list | tuple) else content


def _without(given: Mapping[str, Any], look: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without what the look gives."""
    own = {
        key: _without(value, look[key]) if isinstance(value, Mapping) and isinstance(look.get(key), Mapping) else value
        for key, value in given.items()
        if key not in look or value != look[key]
    }
    return {key: value for key, value in own.items() if value != {}}
