"""A missing or suppressed value is missing in the marks, the words, the table and the file of every kind of chart."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from natpatsip import charts, figure, spc
from natpatsip.charts.own_charts.drawn_marks import drawn_marks
from natpatsip.spc import SpcWarning
from support.chart_samples import SAMPLES, rows_of

pytestmark = pytest.mark.filterwarnings(f"ignore::{SpcWarning.__module__}.SpcWarning")
MONTHS = pd.date_range("2023-01", periods=14, freq="MS")
MISSING = {"None": None, "nan": float("nan"), "NA": pd.NA, "NaT": pd.NaT, "numpy": np.nan}
GAP = 3  # which month has no value
SAID = "Gaps are months without data"


def values(missing: Any) -> pd.Series:
    given = [float(value) for value in range(71, 85)]
    return pd.Series([missing if place == GAP else value for place, value in enumerate(given)], MONTHS, dtype=object)


@dataclass(frozen=True)
class Kind:
    """How a kind of chart is made of values, one of which is missing, and what it should then show."""

    chart: Any
    table: pd.DataFrame
    said: str  # in the alternative text
    mark: tuple[str, str | None]  # the marks of data, by a field of their rows
    drawn: int  # how many there are without the missing one
    cell: str  # of the missing value, in the table and the file: empty, or in words


def spc_kind(missing: Any) -> Kind:
    result = spc.xmr(values(missing))
    return Kind(charts.spc(result, y_title="Seen"), charts.spc_table(result), SAID, ("point", "Value"), 13, "")


def run_kind(missing: Any) -> Kind:
    result = spc.run_chart(values(missing))
    return Kind(charts.run(result, y_title="Seen"), charts.spc_table(result), SAID, ("point", "Value"), 13, "")


def trend_kind(missing: Any) -> Kind:
    frame = pd.DataFrame({"month": MONTHS, "seen": values(missing).to_numpy()})
    table = charts.trend_table(frame, x="month", y="seen")
    made = charts.trend(frame, x="month", y="seen", y_title="Seen")
    return Kind(made, table, SAID, ("point", "Value"), 13, "")


def stacked_kind(missing: Any) -> Kind:
    counts = pd.Series([20, 12, missing, 26], dtype=object)
    frame = pd.DataFrame({"quarter": ["Q1", "Q1", "Q2", "Q2"], "how": ["a", "b"] * 2, "seen": counts})
    columns = {"x": "quarter", "y": "seen", "category": "how"}
    made = charts.stacked(frame, **columns, y_title="Seen")
    return Kind(made, charts.stacked_table(frame, **columns), "Q2: a no value, b 26", ("bar", "Value"), 3, "")


def panel(missing: Any) -> pd.DataFrame:
    """Return two teams, of which South has no value at all."""
    seen = [*range(71, 85), *[missing] * 14]
    frame = pd.DataFrame({"team": ["North"] * 14 + ["South"] * 14, "measure": "Waits", "month": [*MONTHS] * 2})
    return spc.panel(
        frame.assign(seen=pd.Series(seen, dtype=object)), by=["team", "measure"], value="seen", date="month"
    )


def multiples_kind(missing: Any) -> Kind:
    results = panel(missing)
    table = charts.summary_table(spc.summary(results)).iloc[::-1]
    made = charts.multiples(results, y_title="Seen")
    return Kind(made, table, "no value in 1", ("point", "Value"), 14, "")


def icon_matrix_kind(missing: Any) -> Kind:
    summary = spc.summary(panel(missing))
    made = charts.icon_matrix(summary, rows="team", columns="measure")
    table = charts.summary_table(summary).drop(columns=["Latest"]).iloc[::-1]
    return Kind(made, table, "no value in 1", ("point", "Series"), 1, "No value")


KINDS = {
    "spc": spc_kind,
    "run": run_kind,
    "trend": trend_kind,
    "stacked": stacked_kind,
    "multiples": multiples_kind,
    "icon_matrix": icon_matrix_kind,
}


def test_every_kind_of_chart_is_here():
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("name", KINDS)
def test_a_missing_value_is_missing_in_marks_words_table_and_file(name, missing):
    kind = KINDS[name](MISSING[missing])
    specification = kind.chart.to_dict()
    marks = rows_of(specification, *kind.mark)
    assert len(marks) == kind.drawn
    assert not [row for row in marks if row.get(kind.mark[1]) in (0, "0", "0.0", "0%")]
    made = figure("fig-x", kind.chart, title="T", description="D", caption="C", data=kind.table)
    assert kind.said in made.alt
    rows = list(csv.reader(io.StringIO(made.data)))[1:]
    assert kind.cell in [cell for row in rows for cell in row]
    assert not [cell for row in rows for cell in row if cell in ("0", "0.0", "nan", "None", "<NA>", "NaT")]


def test_a_grid_without_any_value_has_no_icon():
    summary = spc.summary(panel(None).query("team == 'South'"))
    made = charts.icon_matrix(summary, rows="team", columns="measure")
    assert made.description.endswith("Variation: no value in 1.")
    assert rows_of(made.to_dict(), "point", "Series") == []


@pytest.mark.parametrize("mark", ["point", "bar", "line", "area"])
def test_a_missing_value_of_an_own_chart_is_missing_too(mark):
    frame = pd.DataFrame({"month": MONTHS, "seen": pd.to_numeric(values(None).to_numpy(dtype=object))})
    own = getattr(alt.Chart(frame), f"mark_{mark}")().encode(x="month:T", y="seen:Q")
    made = figure("fig-x", own, title="T", description="D", caption="C", data=frame)
    assert "lowest 71, highest 84, 1 value missing" in made.alt
    assert made.data.splitlines()[GAP + 1] == "2023-04-01,"
    scene = vl_convert.vegalite_to_scenegraph(dict(made.specification))["scenegraph"]
    ((items, _, _),) = drawn_marks(scene, 0, 0)
    assert len([item for item in items if item.get("defined", True)]) == 13
