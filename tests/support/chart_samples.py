"""Charts to test with, and what is in their specifications."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from natpatsip import charts, spc
from natpatsip.charts import icons
from natpatsip.charts.layout.canvas import Canvas

ROOT = Path(__file__).parents[2]
Specification = dict[str, Any]
MONTHS = pd.date_range("2021-01", periods=45, freq="MS")

PLACES = (
    "North Marsham",
    "Riverside",
    "Wendleburyshire",
    "East Hill",
    "Upper Valley",
    "Kings Langstock",
    "Northamptonshire",
)
NAMES = [
    f"{PLACES[n % 7]}, {PLACES[n // 7 % 7]} and {PLACES[(n // 21 + 3) % 7]} {n}" if n % 3 else f"{PLACES[n % 7]} {n}"
    for n in range(126)
]
"""Names of organisations: long ones, short ones, and words that need a hyphen."""


def steady(points: int = 45, *, seed: int = 4, level: float = 70.0) -> pd.Series[float]:
    return pd.Series(level + np.random.default_rng(seed).normal(0, 3, points).round(1), index=MONTHS[:points])


def result_of(values: Any, **settings: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", spc.SpcWarning)
        return spc.xmr(values, **settings)


def rows_of(specification: Specification, mark: str, field: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of the first layer of a kind of mark, that has a field."""
    for layer in specification["layer"]:
        data = layer["data"]
        rows: list[dict[str, Any]] = data["values"] if "values" in data else specification["datasets"][data["name"]]
        if layer["mark"]["type"] == mark and (field is None or field in (rows or [{}])[0]):
            return rows
    return []


def texts_of(layout: Specification, datasets: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a layout that have texts or lines, with their places in pixels."""
    found: list[dict[str, Any]] = []
    for each in layout["layer"]:
        found += each["data"].get("values") or datasets.get(each["data"].get("name"), [])
    return [row for row in found if "y" in row]


def words_of(specification: Specification) -> list[str]:
    return [row["text"] for rows in specification["datasets"].values() for row in rows if "text" in row]


BOARDS = pd.DataFrame(
    {
        "quarter": ["2024-25-Q1"] * 3 + ["2024-25-Q2"] * 3,
        "approach": ["Full support", "Another", "None yet"] * 2,
        "boards": [20, 12, 10, 26, 8, 8],
    }
)
COLUMNS: dict[str, Any] = {"x": "quarter", "y": "boards", "category": "approach"}


def _panel() -> pd.DataFrame:
    panel = pd.DataFrame({"team": ["North"] * 20, "measure": ["Waits"] * 20, "month": MONTHS[:20], "v": steady(20)})
    return spc.panel(panel, by=["team", "measure"], value="v", date="month", target=90)


SAMPLES: dict[str, Callable[[], alt.TopLevelMixin]] = {  # which are drawn where they are needed, not as tests are found
    "spc": lambda: charts.spc(result_of(steady(), rebase=["2022-07"], target=85), y_title="Seen in time", percent=True),
    "run": lambda: charts.run(spc.run_chart(steady()), y_title="Seen in time"),
    "trend": lambda: charts.trend(
        pd.DataFrame({"month": MONTHS, "people": steady()}), x="month", y="people", y_title="People"
    ),
    "stacked": lambda: charts.stacked(BOARDS, **COLUMNS, y_title="Boards"),
    "multiples": lambda: charts.multiples(_panel(), y_title="Seen in time"),
    "icon_matrix": lambda: charts.icon_matrix(spc.summary(_panel()), rows="team", columns="measure"),
}


def icons_drawn(specification: Specification) -> set[str]:
    """Return the names of the icons that a chart draws, by their strokes."""
    drawn = {
        (row["shape"], row["fill"], row["stroke"])
        for rows in specification["datasets"].values()
        for row in rows
        if "shape" in row
    }

    def symbols(icon: icons.Icon) -> set[tuple[str, str, str]]:
        canvas = Canvas()
        icons.draw(canvas, icon, 0, 0, size=20)
        return {(row["shape"], row["fill"], row["stroke"]) for row in canvas.symbols}

    return {name for name, icon in icons.ICONS.items() if symbols(icon) <= drawn}
