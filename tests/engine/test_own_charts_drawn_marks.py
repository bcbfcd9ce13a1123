"""An analyst's own chart that shows nothing of its data is refused, with its figure, its cell and why."""

import re
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import vl_convert

from natpatsip.charts.own_charts.drawn_marks import undrawn
from natpatsip.errors import FigureError
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing import charts_to_svg
from natpatsip.pipeline.drawing.charts_to_svg import VEGALITE, Artist
from support.projects import ROOT, code, command, small

ROWS = pd.DataFrame({"team": ["North", "South", "East"], "seen": [0, 10, 100], "waits": [4.0, None, 6.0]})
ODD = pd.DataFrame({"team": ["North", "South"], "No. seen": [10, 20], "seen[all]": [1, 2]})
CHART = alt.Chart(ROWS)
ALONE = alt.Chart(pd.DataFrame({"month": [1, 2, 3, 4], "seen": [None, 4.0, None, 6.0], "first": [4.0, None, 5.0, 6.0]}))
CARE = alt.Chart(
    pd.DataFrame({"team": ["North", "North", "South"], "ward": ["A", "B", "A"], "seen": [20, 10, 5], "all": "All"})
)
FEW = alt.Chart(ROWS[ROWS["seen"] > 0]).transform_filter("datum.seen < 500")
LINE = CHART.mark_line().encode(x="team:N", y="seen:Q")
TARGET = alt.Chart(ROWS).mark_rule().encode(y=alt.datum(5))
LOG = alt.Y("seen:Q").scale(type="log")

EMPTY = {
    "dot-bar": (alt.Chart(ODD).mark_bar().encode(x="team:N", y="No. seen:Q"), '"No. seen" as a path'),
    "dot-text": (alt.Chart(ODD).mark_text().encode(x="team:N", text="No. seen:Q"), '"No. seen" as a path'),
    "bracket": (alt.Chart(ODD).mark_line().encode(x="team:N", y="seen[all]:Q"), '"seen[all]" as a path'),
    "path": (alt.Chart("../data/reported.csv").mark_bar().encode(x="period:N", y="value:Q"), '"../data/reported.csv"'),
    "address": (alt.Chart("https://example.org/a.csv").mark_bar().encode(x="a:N", y="b:Q"), "does not read"),
    "log-line": (CHART.mark_line().encode(x="team:N", y=LOG), "no place on a log axis"),
    "log-points": (CHART.mark_point().encode(x="team:N", y=LOG), "no place on a log axis"),
    "log-bars": (CHART.mark_bar().encode(x="team:N", y=LOG), "no place on a log axis"),
    "filtered": (LINE.transform_filter("datum.seen > 1000"), "no row is left"),
    "outside": (CHART.mark_line().encode(x="team:N", y=alt.Y("seen:Q").scale(domain=[500, 900])), "no row is left"),
    "words-as-numbers": (CHART.mark_point().encode(x="seen:Q", y="team:Q"), "no row is left"),
    "no-such-column": (CHART.mark_bar().encode(x="team:N", y="sen:Q"), 'a column "sen"'),
    "no-such-colour": (CHART.mark_bar().encode(x="team:N", y="seen:Q", color="sen:N"), 'a column "sen"'),
    "beside-a-target": (alt.layer(TARGET, CHART.mark_bar().encode(x="team:N", y="sen:Q")), 'a column "sen"'),
    "filtered-beside-a-target": (alt.layer(TARGET, LINE.transform_filter("datum.seen > 1000")), "no row is left"),
    "clipped": (
        CHART.mark_bar(clip=True).encode(x="team:N", y=alt.Y("seen:Q").scale(domain=[0, 50])),
        "beyond the ends",
    ),
    "bars-without-0": (CHART.mark_bar().encode(x="team:N", y=alt.Y("waits:Q").scale(domain=[3, 7])), "beyond the ends"),
    "beyond-x": (CHART.mark_point().encode(y="team:N", x=alt.X("seen:Q").scale(domainMax=50)), "the x axis was given"),
    "target-beyond": (
        alt.layer(
            CHART.mark_point().encode(x="team:N", y=alt.Y("waits:Q").scale(domain=[0, 9])),
            alt.Chart(ROWS).mark_rule().encode(y=alt.datum(50)),
        ),
        "beyond the ends",
    ),
    "a-value-between-gaps": (ALONE.mark_line().encode(x="month:Q", y="seen:Q"), "draws nothing for it"),
    "a-value-before-a-gap": (ALONE.mark_area().encode(x="month:Q", y="first:Q"), "draws nothing for it"),
    "a-value-with-a-point-to-hover-over": (
        ALONE.mark_line(point=alt.OverlayMarkDef(opacity=0)).encode(x="month:Q", y="seen:Q"),
        "draws nothing for it",
    ),
    "a-series-of-one-value": (LINE.encode(color="team:N"), "draws nothing for it"),
    "parted-by-a-tooltip": (CARE.mark_bar().encode(x="team:N", y="sum(seen):Q", tooltip="ward:N"), "hides it"),
    "not-stacked": (CARE.mark_bar().encode(x="team:N", y=alt.Y("seen:Q", stack=False), color="ward:N"), "hides it"),
    "not-stacked-across": (
        CARE.mark_bar().encode(y="team:N", x=alt.X("seen:Q", stack=None), color="ward:N"),
        "hides it",
    ),
    "cells-twice": (CARE.mark_rect().encode(x="team:N", y="all:N", color="seen:Q"), "hides it"),
    "labels-at-one-place": (CARE.mark_text().encode(x="team:N", text="seen:Q"), "are at one place, one over the other"),
    "two-of-a-bar-after-a-filter": (
        CARE.mark_bar().encode(x="team:N", y="seen:Q").transform_filter("datum.seen > 1"),
        "after its transforms two rows are one bar",
    ),
    "two-of-a-bar-across": (
        CARE.mark_bar().encode(y="team:N", x="twice:Q").transform_calculate(twice="datum.seen * 2"),
        "after its transforms two rows are one bar",
    ),
    "two-of-a-bar-when-folded": (
        CHART.mark_bar().encode(x="team:N", y="value:Q").transform_fold(["seen", "waits"]),
        "after its transforms two rows are one bar",
    ),
    "two-of-a-point-when-folded": (
        ALONE.mark_line(point=True).encode(x="month:O", y="value:Q").transform_fold(["month", "first"]),
        "or one point of a line",
    ),
    "times-that-overlap": (
        alt.Chart(pd.DataFrame({"ward": ["A", "A"], "start": [1, 3], "end": [5, 6]}))
        .mark_bar()
        .encode(y="ward:N", x="start:Q", x2="end:Q", color="start:N"),
        "hides it",
    ),
}
DRAWN = {
    "values-between-gaps-with-points": ALONE.mark_line(point=True).encode(x="month:Q", y="seen:Q"),
    "bars-to-see-through": CARE.mark_bar(opacity=0.5).encode(x="team:N", y=alt.Y("seen:Q", stack=None), color="ward:N"),
    "stacked": CARE.mark_bar().encode(x="team:N", y="seen:Q", color="ward:N"),
    "stacked-in-shares": CARE.mark_bar().encode(x="team:N", y=alt.Y("seen:Q", stack="normalize"), color="ward:N"),
    "beside-each-other": CARE.mark_bar().encode(x="team:N", y="seen:Q", color="ward:N", xOffset="ward:N"),
    "cells": CARE.mark_rect().encode(x="team:N", y="ward:N", color="seen:Q"),
    "labels-in-panels": CARE.mark_text().encode(x="team:N", text="seen:Q", row="ward:N"),
    "labels-alike": CARE.mark_text().encode(x="team:N", text="all:N"),
    "filtered-and-stacked": CARE.mark_bar()
    .encode(x="team:N", y="seen:Q", color="ward:N")
    .transform_filter("datum.seen > 1"),
    "filtered-with-a-detail": CARE.mark_bar()
    .encode(x="team:N", y="seen:Q", detail="ward:N")
    .transform_filter("datum.seen > 1"),
    "filtered-and-summed": CARE.mark_bar()
    .encode(x="team:N", y="sum(seen):Q", tooltip="all:N")
    .transform_filter("datum.seen > 1"),
    "folded-in-colours": ALONE.mark_line(point=True)
    .encode(x="month:O", y="value:Q", color="key:N")
    .transform_fold(["month", "first"]),
    "bars-of-one-height": CARE.mark_bar()
    .encode(x=alt.X("ward:N").scale(padding=0), y="n:Q")
    .transform_calculate(n="1")
    .transform_filter("datum.team == 'North'"),
    "cells-that-touch-beside-filtered-bars": (
        CARE.mark_rect().encode(x="ward:N", y="team:N", color=alt.value("teal"))
        | FEW.mark_bar().encode(x="seen:Q", y="team:N")
    ),
    "bands-that-touch-behind-filtered-bars": (
        alt.Chart(pd.DataFrame({"from": [0, 50], "to": [50, 100]})).mark_rect().encode(x="from:Q", x2="to:Q")
        + FEW.mark_bar().encode(x="seen:Q", y="team:N")
    ),
    "steps-beside-a-filtered-line": (
        alt.Chart(pd.DataFrame({"step": [0, 0, 1], "seen": [1, 2, 2], "turn": [1, 2, 3]}))
        .mark_line()
        .encode(x="step:Q", y="seen:Q", order="turn:Q")
        | FEW.mark_line(point=True).encode(x="team:N", y="seen:Q")
    ),
    "density": ALONE.mark_area().encode(x="value:Q", y="density:Q").transform_density("month"),
    "times": (
        alt.Chart(pd.DataFrame({"ward": ["A", "A"], "start": [1, 3], "end": [3, 6]}))
        .mark_bar()
        .encode(y="ward:N", x="start:Q", x2="end:Q", color="start:N")
    ),
    "one-bar-over-another-layer": alt.layer(
        CHART.mark_bar(color="grey").encode(x="team:N", y="seen:Q"), CHART.mark_bar().encode(x="team:N", y="waits:Q")
    ),
    "ends-that-hold-all": CHART.mark_bar().encode(x="team:N", y=alt.Y("seen:Q").scale(domain=[0, 100])),
    "points-without-0": CHART.mark_point().encode(x="team:N", y=alt.Y("waits:Q").scale(domain=[3, 7])),
    "line": LINE,
    "bars": CHART.mark_bar().encode(x="team:N", y="seen:Q"),
    "gap": CHART.mark_line(point=True).encode(x="team:N", y="waits:Q"),
    "missing-size": CHART.mark_point().encode(x="team:N", y="seen:Q", size="waits:Q"),
    "all-zero": alt.Chart(ROWS.assign(seen=0)).mark_bar().encode(x="team:N", y="seen:Q"),
    "mean": CHART.mark_bar().encode(x="team:N", y="mean(seen):Q"),
    "histogram": CHART.mark_bar().encode(x=alt.X("seen:Q").bin(), y="count()"),
    "calculated": CHART.mark_bar().encode(x="team:N", y="twice:Q").transform_calculate(twice="datum.seen * 2"),
    "pie": CHART.mark_arc().encode(theta="seen:Q", color="team:N"),
    "facets": CHART.mark_bar().encode(x="team:N", y="seen:Q").facet("team:N"),
    "side-by-side": LINE | CHART.mark_bar().encode(x="team:N", y="seen:Q"),
    "box-plot": CHART.mark_boxplot().encode(y="seen:Q"),
    "target": alt.layer(LINE, TARGET),
    "no-label-this-time": alt.layer(LINE, CHART.mark_text().encode(y="seen:Q").transform_filter("datum.seen > 1000")),
    "escaped": alt.Chart(ODD).mark_bar().encode(x="team:N", y=r"No\. seen:Q"),
    "log": alt.Chart(ROWS[ROWS["seen"] > 0]).mark_line().encode(x="team:N", y=LOG),
}


def why(chart):
    specification = chart.to_dict()
    return undrawn(
        specification, lambda: vl_convert.vegalite_to_scenegraph(specification, vl_version=VEGALITE)["scenegraph"]
    )


@pytest.mark.parametrize("kind", EMPTY)
def test_a_chart_that_draws_nothing_of_its_data_says_why(kind):
    chart, words = EMPTY[kind]
    assert words in why(chart)


@pytest.mark.parametrize("kind", DRAWN)
def test_a_chart_that_draws_its_data_is_drawn(kind):
    assert why(DRAWN[kind]) == ""


def test_the_refusal_is_not_cached_and_the_drawing_is(tmp_path):
    artist = Artist(Cache(tmp_path), ROOT / "_extensions" / "natpatsip" / "fonts")
    for _ in range(2):
        with pytest.raises(FigureError, match="fig-a: its data are at"):
            artist.chart("fig-a", EMPTY["path"][0].to_dict())
    assert "<svg" in artist.chart("fig-a", LINE.to_dict())


def test_all_empty_figures_of_a_report_are_named_with_their_cells(tmp_path):
    head = "import altair as alt\nimport pandas as pd\nrows = pd.DataFrame({'No. seen': [3], 'month': ['July']})\n"
    one = head + 'figure("fig-one", alt.Chart(rows).mark_bar().encode(x="month:N", y="No. seen:Q"), title="T", '
    two = head + 'figure("fig-two", alt.Chart("a.csv").mark_bar().encode(x="month:N"), title="T", '
    rest = 'description="D", caption="C", data=rows)'
    project = small(tmp_path, ward=[code(one + rest, id="one"), code(two + rest, id="two")])
    run = command(project, "build", "2024-25-Q2", "--to", "html")
    assert run.returncode == 1
    place = 'notebooks/ward.ipynb, cell {} "import altair as alt" (id {}): '
    assert place.format(4, "one") + "fig-one: the chart draws no mark of its data" in run.stderr
    assert place.format(5, "two") + 'fig-two: its data are at "a.csv"' in run.stderr


def test_a_drawing_is_made_and_judged_again_when_a_module_that_does_so_has_changed():
    source = Path(charts_to_svg.__file__).read_text(encoding="utf-8")
    rooms = r"(?:pipeline\.drawing|charts\.own_charts)"
    imported = set(re.findall(rf"^from natpatsip\.{rooms}\.(\w+) import", source, re.MULTILINE))
    assert {"drawn_marks", "drawn_texts", "svg"} <= imported
    assert imported <= {file.stem for file in charts_to_svg.SOURCES}
