"""Any Altair chart gets the report's size, typeface and colours without being asked."""

import re
from types import SimpleNamespace

import altair as alt
import pandas as pd
import pytest
import vl_convert

from natpatsip import figure
from natpatsip.charts import palette
from natpatsip.charts.layout.sizes import WIDTH
from natpatsip.charts.own_charts.drawn_marks import drawn_marks
from natpatsip.pipeline.drawing.charts_to_svg import VEGALITE
from support.projects import ROOT

ROWS = pd.DataFrame({"team": ["North", "South"], "seen": [10, 100]})
CHART = alt.Chart(ROWS)
PLAIN = {
    "bars": CHART.mark_bar().encode(x="team:N", y="seen:Q"),
    "sideways": CHART.mark_bar().encode(y="team:N", x="seen:Q"),
    "line": CHART.mark_line().encode(x="team:N", y="seen:Q"),
    "layers": CHART.mark_line().encode(x="team:N", y="seen:Q") + CHART.mark_point().encode(x="team:N", y="seen:Q"),
    "colours": CHART.mark_bar().encode(x="team:N", y="seen:Q", color="team:N"),
    "pie": CHART.mark_arc().encode(theta="seen:Q", color="team:N"),
    "heat": CHART.mark_rect().encode(x="team:N", color="seen:Q"),
}


def drawn(chart):
    shown = figure("fig-own", chart, title="T", description="D", caption="C", data=ROWS)
    return vl_convert.vegalite_to_svg(dict(shown.specification), vl_version=VEGALITE)


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_chart_looks_like_the_report(kind):
    svg = drawn(PLAIN[kind])
    assert f'width="{WIDTH}"' in svg.partition(">")[0]
    assert "Open Sans" in svg or "<text" not in svg
    assert palette.CATEGORIES[0] in svg or kind == "heat"
    assert "#4c78a8" not in svg


STEPS = pd.DataFrame({"team": list("ABCDE"), "seen": [5, 11, 17, 23, 29]})


@pytest.mark.parametrize(
    "colour",
    [
        alt.Color("seen:Q", bin=True),
        alt.Color("seen:O"),
        alt.Color("seen:Q").scale(type="quantile"),
        alt.Color("seen:Q").scale(type="threshold", domain=[10, 15, 20, 25]),
        alt.Color("seen:Q"),
    ],
)
def test_values_of_several_steps_have_a_shade_each_from_pale_to_dark(colour):
    chart = alt.Chart(STEPS).mark_rect().encode(x="team:N", color=colour)
    shown = figure("fig-own", chart, title="T", description="D", caption="C", data=STEPS)
    scene = vl_convert.vegalite_to_scenegraph(dict(shown.specification), vl_version=VEGALITE)["scenegraph"]
    ((cells, _, _),) = drawn_marks(scene, 0, 0)
    reds = [red(cell["fill"]) for cell in sorted(cells, key=lambda cell: cell["x"])]
    assert reds == sorted(set(reds), reverse=True)
    assert len(reds) == len(STEPS)


def red(colour):
    """Return how red a colour is, that Vega writes as ``#1a2b3c`` or ``rgb(26, 43, 60)``."""
    return int(colour[1:3], 16) if colour.startswith("#") else int(re.search(r"[0-9]+", colour)[0])


def test_a_width_of_its_own_is_kept():
    assert f'width="{WIDTH}"' not in drawn(PLAIN["bars"].properties(width=200)).partition(">")[0]


@pytest.mark.parametrize("chart", [PLAIN["bars"].facet("team:N"), PLAIN["bars"] | PLAIN["line"]])
def test_charts_of_several_views_are_drawn(chart):
    assert "Open Sans" in drawn(chart)


def test_the_example_in_the_docs_looks_like_the_report():
    page = (ROOT / "docs" / "charts.md").read_text(encoding="utf-8")
    code = page.partition("## Charts of your own")[2].partition("```python\n")[2].partition("```")[0]
    quarters = ["2024-25-Q1", "2024-25-Q2"]
    rows = pd.DataFrame(
        [(quarter, reason, 10, "reported") for quarter in quarters for reason in ("Waits", "Parking")],
        columns=["quarter", "reason", "complaints", "provenance"],
    )
    shown = {}
    names = {
        "datasets": SimpleNamespace(load={"complaints_quarterly": rows}.__getitem__),
        "figure": lambda *given, **more: shown.update(made=figure(*given, **more)),
    }
    exec(code, names)  # noqa: S102 — what the page tells people to type
    svg = vl_convert.vegalite_to_svg(dict(shown["made"].specification), vl_version=VEGALITE)
    assert f'width="{WIDTH}"' in svg.partition(">")[0]
    assert all(colour in svg for colour in palette.CATEGORIES[:2])


def test_the_title_of_an_axis_is_above_its_labels_and_below_the_legend():
    made = figure(
        "fig-a",
        CHART.mark_bar().encode(x="team:N", y="seen:Q", color="team:N"),
        title="T",
        description="D",
        caption="C",
        data=ROWS,
    )
    config = made.specification["config"]
    label, title = heights_of(config)
    assert config["axisY"]["titleY"] <= -label / 2
    assert config["legend"]["offset"] >= -config["axisY"]["titleY"] + title


def heights_of(config):
    """Return how high the labels and the title of an axis are, in pixels."""
    return config["axis"]["labelFontSize"], config["axis"]["titleFontSize"]


@pytest.mark.parametrize("panels", ["column", "facet"])
def test_the_heading_of_a_panel_is_above_the_title_of_its_axis(panels):
    chart = CHART.mark_bar().encode(y=alt.Y("seen:Q", title="People seen in all"), **{panels: "team:N"})
    shown = figure("fig-own", chart, title="T", description="D", caption="C", data=ROWS)
    scene = vl_convert.vegalite_to_scenegraph(dict(shown.specification), vl_version=VEGALITE)["scenegraph"]
    heights = dict(texts_with_heights(scene))
    assert heights["North"] < heights["People seen in all"] - 10


def texts_with_heights(group, above=0.0):
    """Yield the texts of a chart that is drawn, each with its height from the top."""
    for item in group.get("items", ()):
        if "text" in item:
            yield str(item["text"]), above + (item.get("y") or 0)
        yield from texts_with_heights(item, above + (item.get("y") or 0) if "items" in item else above)
