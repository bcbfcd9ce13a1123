"""A chart as it is laid out for a narrow page: known without the libraries that build charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def narrow(specification: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a chart of ours as it is laid out for a narrow page, or None where it has no such layout.

    The same points, lines and words, set anew in `natpatsip.charts.theme.NARROW` pixels, so that a telephone need not
    shrink the letters.

    Parameters
    ----------
    specification : mapping
        The chart as Vega-Lite, as `figure` records it.
    """
    laid_out = specification.get("usermeta", {}).get("narrow")
    if laid_out is None:
        return None
    kept = {key: specification[key] for key in ("$schema", "config", "description") if key in specification}
    named = {each["data"]["name"] for each in laid_out["layer"] if "name" in each["data"]}
    rows = {name: rows for name, rows in specification.get("datasets", {}).items() if name in named}
    return {**kept, **laid_out, "datasets": rows}
