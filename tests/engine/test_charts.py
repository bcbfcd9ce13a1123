"""What holds for every kind of chart, and for its drawing as SVG."""

import io
import json
import os
import re
import subprocess
import sys

import pandas as pd
import pytest
import vl_convert
from PIL import Image, ImageChops

from natpatsip import charts
from natpatsip.charts.layout.sizes import pages
from natpatsip.pipeline.drawing import svg
from support.chart_samples import SAMPLES, rows_of

TEXT_WIDTH = 16.6 / 2.54 * 72  # points of a page's text, in the PDF and in Word


@pytest.fixture(scope="module")
def each():
    return {kind: draw() for kind, draw in SAMPLES.items()}


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_chart_is_valid_vega_lite_with_text_and_theme(each, kind):
    specification = each[kind].to_dict(validate=True)
    assert specification["description"].strip()
    assert specification["config"]["font"].endswith("sans-serif")
    assert specification["config"]["aria"] is False
    sizes = [layer["mark"]["fontSize"] for layer in specification["layer"] if layer["mark"]["type"] == "text"]
    assert min(sizes) >= 11
    assert not [layer for layer in specification["layer"] if "title" in layer]


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_layer_holds_what_was_said_of_it_and_no_property_that_was_not(each, kind):
    """Altair copies what a layer holds four times, given or not."""
    for layer, written in zip(each[kind].layer, each[kind].to_dict()["layer"], strict=True):
        assert layer.mark._kwds.keys() == written["mark"].keys()
        assert layer.encoding._kwds.keys() == written["encoding"].keys()


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_same_input_gives_the_same_bytes(each, kind):
    assert json.dumps(each[kind].to_dict()) == json.dumps(SAMPLES[kind]().to_dict())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("spc", ["Month", "Value", "Shows"]),
        ("multiples", ["Series", "Month", "Value", "Shows"]),
        ("icon_matrix", ["Series", "Measure", "Variation", "Assurance"]),
    ],
)
def test_tooltips_say_which_series_when_how_much_and_what_rule_it_broke(each, kind, said):
    specification = each[kind].to_dict()
    (tips,) = [layer for layer in specification["layer"] if "tooltip" in layer["encoding"]]
    assert [each["field"] for each in tips["encoding"]["tooltip"]] == said
    first = specification["datasets"][tips["data"]["name"]][0]
    assert all(str(first[name]).strip() for name in said)


def test_a_narrow_chart_shows_the_same_points(each):
    wide = each["spc"].to_dict()
    narrow = charts.narrow(wide)
    assert narrow["width"] < wide["width"]
    assert "usermeta" not in narrow
    assert rows_of(narrow, "line", "path") == rows_of(wide, "line", "path")
    assert charts.narrow({"mark": "bar"}) is None


@pytest.mark.parametrize("kind", ["spc", "trend", "stacked"])
def test_a_chart_on_paper_shows_the_same_points_and_its_smallest_letters_have_eight_points(each, kind):
    wide = each[kind].to_dict()
    (paper,) = pages(wide)
    assert "usermeta" not in paper
    mark, field = {"spc": ("line", "path"), "trend": ("line", "path"), "stacked": ("bar", "at")}[kind]
    assert rows_of(paper, mark, field) == rows_of(wide, mark, field) != []
    letters = [layer["mark"]["fontSize"] for layer in paper["layer"] if layer["mark"]["type"] == "text"]
    across = paper["width"] + paper["padding"]["left"] + paper["padding"]["right"]
    assert min(letters) * TEXT_WIDTH / across >= 8
    assert paper["height"] < wide["height"]


def test_a_chart_of_a_width_of_its_own_is_printed_as_it_is():
    frame = pd.DataFrame({"month": ["2024-08", "2024-09"], "people": [980, 954]})
    chart = charts.trend(frame, x="month", y="people", y_title="People", width=500)
    assert pages(chart.to_dict()) == []


def test_a_chart_takes_other_properties_and_layers_like_any_of_altairs(each):
    import altair as alt

    assert each["trend"].properties(height=300).to_dict()["height"] == 300
    dot = alt.Chart(pd.DataFrame({"a": [1]})).mark_point().encode(x="a:Q")
    assert len((each["trend"] + dot).to_dict()["layer"]) == 1 + len(each["trend"].to_dict()["layer"])


def test_months_stand_where_they_are_in_every_time_zone(each, tmp_path):
    file = tmp_path / "chart.json"
    file.write_text(json.dumps(each["trend"].to_dict()))
    draw = "import sys, vl_convert; sys.stdout.write(vl_convert.vegalite_to_svg(open(sys.argv[1]).read()))"
    drawn = {
        subprocess.run(
            [sys.executable, "-c", draw, str(file)], env={**os.environ, "TZ": zone}, capture_output=True, check=True
        ).stdout
        for zone in ("Pacific/Auckland", "America/Los_Angeles", "Europe/London")
    }
    assert len(drawn) == 1


# Tidy SVGs


def test_tidy_keeps_ids_of_two_drawings_apart_and_drops_what_is_not_seen(each):
    drawn = vl_convert.vegalite_to_svg(each["trend"].to_dict())
    tidied = svg.tidy(drawn, "fig-a")
    ids = re.findall(r'\bid="([^"]+)"', tidied)
    assert all(name.startswith("fig-a-") for name in ids)
    assert len(tidied) < 0.5 * len(drawn)
    assert "aria-" not in tidied
    assert re.search(r'<svg[^>]* viewBox="0 0 [\d.]+ [\d.]+"', tidied)
    assert not re.search(r'="[^"]*\d\.\d{3,}', tidied)
    texts = [re.findall(r">([^<>]+)</t", text) for text in (drawn, tidied)]
    assert texts[0] == texts[1]


def test_a_drawing_said_in_fewer_letters_is_the_same_drawing(each):
    for chart in each.values():
        drawn = vl_convert.vegalite_to_svg(chart.to_dict())
        shorter = svg.minified(drawn)
        before, after = (Image.open(io.BytesIO(vl_convert.svg_to_png(text))) for text in (drawn, shorter))
        assert len(shorter) < len(drawn)
        assert ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox() is None


def test_a_shorter_drawing_keeps_what_is_no_default_where_it_stands():
    drawn = svg.minified(
        '<svg><g text-anchor="end"><text text-anchor="start" font-size="9px">a</text><text font-size="9px">b</text></g>'
        '<g><g clip-path="url(#c)"><path d="M2,0A2,2,0,1,1,-2,0"/></g></g></svg>'
    )
    assert drawn == (
        '<svg font-size="9px"><g text-anchor="end"><text text-anchor="start">a</text><text>b</text></g>'
        '<g clip-path="url(#c)"><path d="M2,0A2,2,0,1,1,-2,0"/></g></svg>'
    )


def test_tidy_changes_no_number_in_a_text():
    tidied = svg.tidy('<svg width="9" height="9"><text x="1.23456">odds 1.23456</text></svg>', "f")
    assert 'x="1.23"' in tidied
    assert "odds 1.23456" in tidied


@pytest.mark.parametrize("kind", SAMPLES)
def test_vega_has_no_label_of_an_axis_to_cut_off_for_which_it_would_measure_it_again(each, kind):
    parts = [each[kind].to_dict()]
    for part in parts:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        parts += inner
    axes = [part["axis"] for part in parts if isinstance(part, dict) and isinstance(part.get("axis"), dict)]
    assert all(axis.get("labelLimit") == 0 for axis in axes if "values" in axis)
    assert kind in ("icon_matrix", "multiples") or any("values" in axis for axis in axes)
