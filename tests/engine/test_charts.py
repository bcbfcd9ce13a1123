"""What the charts show: marks, words, text alternatives, tables, refusals."""

import io
import itertools
import json
import os
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET  # our own SVG
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import vl_convert
from PIL import Image, ImageChops

from natpatsip import charts, spc
from natpatsip.charts import icons, palette, theme
from natpatsip.charts.layout.time_axis import time_ticks, timeline
from natpatsip.charts.layout.value_axis import value_axis
from natpatsip.errors import FigureError
from natpatsip.pipeline.drawing import svg, svg_minify

ROOT = Path(__file__).parents[2]
MONTHS = pd.date_range("2021-01", periods=45, freq="MS")


def steady(points=45, *, seed=4, level=70.0):
    return pd.Series(level + np.random.default_rng(seed).normal(0, 3, points).round(1), index=MONTHS[:points])


def result_of(values, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", spc.SpcWarning)
        return spc.xmr(values, **settings)


def rows_of(specification, mark, field=None):
    """Return the rows of the first layer of a kind of mark, that has a field."""
    for layer in specification["layer"]:
        data = layer["data"]
        rows = data["values"] if "values" in data else specification["datasets"][data["name"]]
        if layer["mark"]["type"] == mark and (field is None or field in (rows or [{}])[0]):
            return rows
    return []


def words_of(specification):
    return [row["text"] for rows in specification["datasets"].values() for row in rows if "text" in row]


# The control chart


def test_the_line_is_broken_at_rebase_missing_value_and_absent_month():
    values = steady(24)
    values.iloc[5] = None
    values = values.drop(values.index[10])
    specification = charts.spc(result_of(values, rebase=["2022-04"]), y_title="Babies").to_dict()
    points = rows_of(specification, "line", "path")
    paths = [len(list(same)) for _, same in itertools.groupby(points, key=lambda row: row["path"])]
    assert paths == [5, 4, 4, 9]
    assert all(row["value"] is not None for row in points)
    assert "A gap in the line is a month without data." in " ".join(words_of(specification))


def test_mean_and_limits_are_drawn_by_segment_and_target_across():
    specification = charts.spc(result_of(steady(), rebase=["2022-07"], target=85), y_title="Babies").to_dict()
    drawn = [
        (layer["mark"].get("color"), len(specification["datasets"][layer["data"]["name"]]))
        for layer in specification["layer"]
        if layer["mark"]["type"] == "rule" and "from" in str(layer["encoding"]["x"])
    ]
    assert (palette.LIMIT, 4) in drawn
    assert (palette.MEAN, 2) in drawn
    assert (palette.TARGET, 1) in drawn


def test_points_differ_in_colour_and_shape_and_the_legend_names_those_that_occur():
    values = steady()
    values.iloc[-7:] = 82.0
    specification = charts.spc(result_of(values, rebase=["2021-09"]), y_title="Babies").to_dict()
    layer = next(layer for layer in specification["layer"] if "tooltip" in layer["encoding"])
    shapes, fills = layer["encoding"]["shape"]["scale"]["range"], layer["encoding"]["fill"]["scale"]["range"]
    assert len(set(shapes)) == len(shapes) == len(set(fills))
    assert "Improvement" in words_of(specification)
    assert "Special cause, high" not in words_of(specification)


@pytest.mark.parametrize("points", [12, 45, 120, 400])
def test_a_special_cause_is_never_too_small_to_see_its_shape(points):
    values = pd.Series(70.0 + np.arange(points) % 2, index=pd.date_range("1990-01", periods=points, freq="MS"))
    values.iloc[points // 2] = 90
    specification = charts.spc(result_of(values), y_title="Babies").to_dict()
    (drawn,) = [
        each for each in specification["layer"] if "shape" in each["encoding"] and "tooltip" in each["encoding"]
    ]
    special = drawn["mark"]["size"]
    usual = drawn["encoding"].get("size", {}).get("condition", {}).get("value", special)
    assert 3.4**2 <= usual <= special <= 81
    assert special >= 5.5**2 - 0.1
    assert (usual == special) == (points < 100)


def test_a_point_tells_month_value_and_the_rule_it_broke():
    values = steady()
    values.iloc[20] = 120.0
    points = rows_of(charts.spc(result_of(values), y_title="Babies", percent=True).to_dict(), "point", "Shows")
    assert points[20]["Month"] == "September 2022"
    assert points[20]["Value"] == "120%"
    assert points[20]["Shows"] == "Improvement: above the upper limit"
    assert points[0]["Shows"].startswith("Common cause")


def test_alternative_text_says_span_level_limits_special_causes_target_and_reason():
    values = pd.concat([steady(30), steady(15, level=80, seed=6).set_axis(MONTHS[30:])])
    result = result_of(values, rebase=["2023-07"], target=99)
    chart = charts.spc(
        result, y_title="Born in the right place", percent=True, rebase_reasons={"2023-07": "Two areas changed"}
    )
    text = chart.to_dict()["description"]
    assert text.startswith("Control chart of Born in the right place, January 2021 to September 2024 (45 points).")
    now = result.iloc[-1]
    for said in (
        f"From July 2023 (Two areas changed) mean {now['mean']:.1f}%, up from {result['mean'].iloc[0]:.1f}%, process",
        f"process limits {now['lpl']:.1f}% to {now['upl']:.1f}%",
        "Ambition 99%, reliably missed",
        "Special causes:" if result["special_cause_flag"].any() else "All points are common cause",
    ):
        assert said in text


def test_few_points_have_trial_limits_and_the_chart_says_so():
    chart = charts.spc(result_of(steady(12)), y_title="Babies").to_dict()
    assert "Trial limits: fewer than 13 points." in words_of(chart)
    assert "trial limits, from fewer than 13 points, and may still move" in chart["description"]
    assert not [
        words for words in words_of(charts.spc(result_of(steady(13)), y_title="B").to_dict()) if "Trial" in words
    ]


@pytest.mark.parametrize(
    ("values", "why"), [([73.2], "they need two neighbouring points or more"), ([5.0] * 14, "all values are the same")]
)
def test_undefined_limits_are_not_drawn_and_the_chart_says_why(values, why):
    chart = charts.spc(result_of(values, dates=MONTHS[: len(values)]), y_title="Babies").to_dict()
    assert f"No limits: {why}." in words_of(chart)
    assert not [layer for layer in chart["layer"] if "strokeDash" in layer["mark"]]


def test_a_limit_beyond_what_can_be_is_said_not_drawn():
    values = pd.Series([95.0, 99, 100, 93, 98, 100, 91, 99, 100, 97, 92, 100, 99], index=MONTHS[:13])
    chart = charts.spc(result_of(values), y_title="Babies", percent=True).to_dict()
    assert "Upper limit above 100%" in words_of(chart)
    assert max(row["at"] for row in rows_of(chart, "rule", "at")) <= 100


def test_a_target_that_changes_is_drawn_in_steps():
    result = result_of(steady(24))
    result["target"] = [60.0] * 12 + [75.0] * 12
    specification = charts.spc(result, y_title="Babies").to_dict()
    layer = next(layer for layer in specification["layer"] if layer["mark"].get("color") == palette.TARGET)
    assert [row["at"] for row in specification["datasets"][layer["data"]["name"]]] == [60.0, 75.0]


def test_annotations_and_trajectory_are_drawn():
    course = pd.Series([60.0, 80.0], index=pd.to_datetime(["2021-01", "2025-03"]))
    chart = charts.spc(result_of(steady()), y_title="B", annotations={"2022-03": "New cots"}, trajectory=course)
    assert "Mar 2022: New cots" in words_of(chart.to_dict())
    assert "Trajectory" in words_of(chart.to_dict())


def test_an_annotation_outside_the_chart_is_refused():
    with pytest.raises(FigureError, match=r'"New cots" is at March 2030; expected a date from January 2021'):
        charts.spc(result_of(steady()), y_title="B", annotations={"2030-03": "New cots"})


def test_icons_follow_the_latest_point_and_the_latest_limits():
    chart = charts.spc(result_of(steady(), target=99, improvement="decrease"), y_title="Falls").to_dict()
    assert {"Variation", "Common cause", "Assurance", "Reliably met"} <= set(words_of(chart))
    neutral = charts.spc(result_of(steady(), target=99, improvement="neutral"), y_title="Falls").to_dict()
    assert "Assurance" not in words_of(neutral)
    bare = charts.spc(result_of(steady(), target=99), y_title="Falls", with_icons=False).to_dict()
    assert "Variation" not in words_of(bare)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.rename(columns={"mean": "means"}), r'no column "mean"\. Did you mean "means"\?'),
        (lambda frame: frame.iloc[:0], "has no rows"),
    ],
)
def test_a_frame_that_is_no_result_is_refused(change, message):
    with pytest.raises(FigureError, match=message):
        charts.spc(change(result_of(steady())), y_title="Babies")


def test_a_chart_without_a_title_of_its_axis_is_refused():
    with pytest.raises(FigureError, match="y_title is empty"):
        charts.spc(result_of(steady()), y_title=" ")


def test_the_run_chart_has_a_median_and_no_limits():
    chart = charts.run(spc.run_chart(steady(16)), y_title="Never events").to_dict()
    assert chart["description"].startswith("Run chart of Never events, January 2021 to April 2022")
    assert [words for words in words_of(chart) if words.startswith("Median ")]
    assert not [words for words in words_of(chart) if "limit" in words]


# Trend and stacked bars


def test_trend_says_its_ends_and_its_extremes_and_has_a_gap_where_a_month_is_missing():
    frame = pd.DataFrame({"month": MONTHS[:6], "people": [500.0, 480, None, 520, 470, 475]})
    chart = charts.trend(frame, x="month", y="people", y_title="People").to_dict()
    assert chart["description"] == (
        "Line chart of People, January 2021 to June 2021 (5 points). It goes from 500 to 475; "
        "highest 520 in April 2021, lowest 470 in May 2021."
    )
    assert len({row["path"] for row in rows_of(chart, "line", "path")}) == 2
    assert {"500", "475", "Jun 2021"} <= set(words_of(chart))


def test_trend_refuses_a_month_twice():
    frame = pd.DataFrame({"month": ["2024-09", "2024-09"], "people": [1, 2]})
    with pytest.raises(FigureError, match="2024-09-01 has two rows"):
        charts.trend(frame, x="month", y="people", y_title="People")


BOARDS = pd.DataFrame(
    {
        "quarter": ["2024-25-Q1"] * 3 + ["2024-25-Q2"] * 3,
        "approach": ["Full support", "Another", "None yet"] * 2,
        "boards": [20, 12, 10, 26, 8, 8],
    }
)
COLUMNS = {"x": "quarter", "y": "boards", "category": "approach"}


def test_stacked_parts_add_up_and_follow_the_order():
    order = ["None yet", "Another", "Full support"]
    chart = charts.stacked(BOARDS, **COLUMNS, y_title="Boards", order=order).to_dict()
    bars = rows_of(chart, "bar")
    assert [row["Category"] for row in bars[:3]] == order
    assert [row["to"] for row in bars] == [10, 22, 42, 8, 16, 42]
    assert chart["description"].endswith("In Q1 2024/25, None yet: 10; Another: 12; Full support: 20.")
    assert chart["layer"][0]["encoding"]["y"]["scale"]["domain"][0] == 0


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["2024-08-01", "2024-09-01"], "August 2024 to September 2024"),
        (["2024-08-12", "2024-09-01"], "12 August 2024 to 1 September 2024"),
    ],
)
def test_dates_of_bars_are_said_in_words(days, said):
    frame = pd.DataFrame({"day": pd.to_datetime(days), "n": [3, 4], "kind": "All"})
    assert f", {said} (2 bars)" in charts.stacked(frame, x="day", y="n", category="kind", y_title="Beds").description


def test_a_bar_without_a_name_is_refused():
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-08-01", None]), "n": [3, 4], "kind": "All"})
    with pytest.raises(FigureError, match="column day is empty in row 1"):
        charts.stacked(frame, x="day", y="n", category="kind", y_title="Beds")


def test_a_category_without_a_part_of_the_last_bar_is_named_in_a_legend():
    frame = BOARDS.assign(boards=[20, 12, 10, 34, 8, 0])
    chart = charts.stacked(frame, **COLUMNS, y_title="Boards").to_dict()
    assert "None yet" in words_of(chart)
    assert [row for rows in chart["datasets"].values() for row in rows if row.get("shape") == "square"]


def test_numbers_in_bars_read_on_their_colour():
    for colour in palette.CATEGORIES:
        assert palette.contrast(palette.text_on(colour), colour) >= 4.5


@pytest.mark.parametrize(
    ("frame", "order", "message"),
    [
        (BOARDS, ["Full support", "Another"], 'order has no "None yet"'),
        (pd.concat([BOARDS, BOARDS.head(1)]), None, 'Q1 2024/25 has "Full support" twice'),
        (BOARDS.assign(boards=[20, 12, -1, 26, 8, 8]), None, '"None yet" in Q1 2024/25 is -1'),
        (BOARDS.assign(approach=list("abcabd")), list("abcdefg"), "7 categories; expected 6 at most"),
        (BOARDS.drop(columns="boards"), None, 'no column "boards"'),
    ],
)
def test_bars_that_cannot_be_are_refused(frame, order, message):
    with pytest.raises(FigureError, match=message):
        charts.stacked(frame, **COLUMNS, y_title="Boards", order=order)


# Tables


def test_the_table_of_a_control_chart_has_a_row_a_point_in_words():
    values = steady(14)
    values.iloc[3] = None
    table = charts.spc_table(result_of(values, target=80), value_name="Babies, %")
    assert list(table.columns) == [
        "Month", "Babies, %", "Mean", "Lower limit", "Upper limit", "Target", "What the point shows",
    ]  # fmt: skip
    assert table["Month"].iloc[0] == "January 2021"
    assert table["What the point shows"].iloc[3] == "No value"
    assert table["Mean"].iloc[0] == round(table["Mean"].iloc[0], 1)


def test_tables_of_trend_and_bars():
    frame = pd.DataFrame({"month": ["2024-09", "2024-08"], "people": [947.25, 950.0]})
    assert list(charts.trend_table(frame, x="month", y="people")["Month"]) == ["August 2024", "September 2024"]
    table = charts.stacked_table(BOARDS, **COLUMNS, order=["None yet", "Another", "Full support"])
    assert list(table.columns) == ["Quarter", "None yet", "Another", "Full support"]
    assert table.iloc[-1].tolist() == ["Q2 2024/25", 8, 8, 26]


# What holds for every chart


def every_chart():
    frame = pd.DataFrame({"month": MONTHS, "people": steady()})
    panel = pd.DataFrame({"psc": ["North"] * 20, "measure": ["Warmth"] * 20, "month": MONTHS[:20], "v": steady(20)})
    results = spc.panel(panel, by=["psc", "measure"], value="v", date="month", target=90)
    return {
        "spc": charts.spc(result_of(steady(), rebase=["2022-07"], target=85), y_title="Babies", percent=True),
        "run": charts.run(spc.run_chart(steady()), y_title="Babies"),
        "trend": charts.trend(frame, x="month", y="people", y_title="People"),
        "stacked": charts.stacked(BOARDS, **COLUMNS, y_title="Boards"),
        "multiples": charts.multiples(results, y_title="Babies"),
        "icon_matrix": charts.icon_matrix(spc.summary(results), rows="psc", columns="measure"),
    }


@pytest.fixture(scope="module")
def each():
    return every_chart()


@pytest.mark.parametrize("kind", ["spc", "run", "trend", "stacked", "multiples", "icon_matrix"])
def test_every_chart_is_valid_vega_lite_with_text_and_theme(each, kind):
    specification = each[kind].to_dict(validate=True)
    assert specification["description"].strip()
    assert specification["config"]["font"].endswith("sans-serif")
    assert specification["config"]["aria"] is False
    sizes = [layer["mark"]["fontSize"] for layer in specification["layer"] if layer["mark"]["type"] == "text"]
    assert min(sizes) >= 11
    assert not [layer for layer in specification["layer"] if "title" in layer]


@pytest.mark.parametrize("kind", ["spc", "run", "trend", "stacked", "multiples", "icon_matrix"])
def test_the_same_input_gives_the_same_bytes(each, kind):
    assert json.dumps(each[kind].to_dict()) == json.dumps(every_chart()[kind].to_dict())


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


def test_the_first_value_of_a_falling_line_stands_over_it():
    frame = pd.DataFrame({"month": MONTHS, "people": [900.0 - 10 * n for n in range(len(MONTHS))]})
    specification = charts.trend(frame, x="month", y="people", y_title="People").to_dict()
    texts = [row for rows in specification["datasets"].values() for row in rows if row.get("text") == "900"]
    assert [row["y"] > 8 for row in texts] == [True]


def test_a_narrow_chart_shows_the_same_points(each):
    wide = each["spc"].to_dict()
    narrow = charts.narrow(wide)
    assert narrow["width"] < wide["width"]
    assert "usermeta" not in narrow
    assert rows_of(narrow, "line", "path") == rows_of(wide, "line", "path")
    assert charts.narrow({"mark": "bar"}) is None


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


# Axes


@pytest.mark.parametrize(
    ("values", "options", "low", "high"),
    [
        ([79.1, 92.3], {"percent": True}, (70, 79), (92.3, 100)),
        ([99.0, 100.0], {"percent": True}, (80, 95), (100, 100)),
        ([81.0, 81.2], {"percent": True}, (70, 77), (85, 90)),
        ([1, 40], {}, (0, 0), (40, 50)),
        ([900, 1000], {}, (850, 900), (1000, 1050)),
        ([900, 1000], {"zero": True}, (0, 0), (1000, 1100)),
        ([-3, 5], {}, (-4, -3), (5, 6)),
        ([0, 0], {}, (0, 0), (0.4, 2)),
        ([], {}, (0, 0), (1, 2)),
    ],
)
def test_a_value_axis_neither_flattens_nor_exaggerates(values, options, low, high):
    axis = value_axis(values, **options)
    assert low[0] <= axis.low <= low[1]
    assert high[0] <= axis.high <= high[1]
    assert all(axis.low - 1e-9 <= tick <= axis.high + 1e-9 for tick in axis.ticks)


@pytest.mark.parametrize("months", [2, 3, 12, 36, 45, 60, 120, 400])
@pytest.mark.parametrize("width", [180, 300, 480, 600])
def test_month_labels_have_room_side_by_side(months, width):
    first = pd.Timestamp("1991-03-01")
    ticks = time_ticks(first, first + pd.DateOffset(months=months - 1), width)
    assert 1 <= len(ticks.dates) <= width / 40 + 1
    assert ticks.dates == tuple(sorted(set(ticks.dates)))


def test_an_absent_month_is_noticed_in_a_regular_series_only():
    months = list(pd.date_range("2024-01", periods=8, freq="MS"))
    assert timeline(months, 100).gaps_in(months[:3] + months[4:]) == {3}
    uneven = pd.to_datetime(["2024-01-01", "2024-01-09", "2024-02-01", "2024-02-20"])
    assert timeline(uneven, 100).gaps_in(uneven) == frozenset()


# Colours, icons, typeface


def test_what_is_needed_to_understand_a_chart_has_three_to_one_against_white():
    lines = [palette.PROCESS, palette.LIMIT, palette.MEAN, palette.TARGET, palette.TRAJECTORY, palette.REBASE]
    outlines = [style.outline for style in palette.POINTS.values()]
    strokes = [stroke.colour for icon in icons.ICONS.values() for stroke in icon.strokes]
    for colour in [*lines, *outlines, *strokes]:
        assert palette.contrast(colour, palette.PAPER) >= 3, colour
    for colour in (palette.INK, palette.QUIET, palette.TARGET_TEXT, palette.TRAJECTORY):
        assert palette.contrast(colour, palette.PAPER) >= 4.5, colour


def test_neighbouring_categories_have_three_to_one():
    for one, other in itertools.pairwise(palette.CATEGORIES):
        assert palette.contrast(one, other) >= 3


def test_points_have_the_colours_of_making_data_count():
    assert [style.fill for style in palette.POINTS.values()] == ["#A6A6A6", "#00B0F0", "#E46C0A", "#490092", "#490092"]


def test_icon_files_are_what_the_charts_draw(tmp_path):
    icons.write_all(tmp_path)
    kept = ROOT / "_extensions" / "natpatsip" / "icons"
    for file in tmp_path.iterdir():
        assert file.read_text() == (kept / file.name).read_text(), file.name


def test_icons_have_the_names_that_the_summary_gives():
    from natpatsip.spc.assurance import ASSURANCE_TABLE, VARIATION_TABLE

    for icon in (*VARIATION_TABLE, *ASSURANCE_TABLE):
        assert icon.name in icons.ICONS


@pytest.mark.parametrize(
    "file", sorted((ROOT / "_extensions" / "natpatsip" / "icons").glob("*.svg")), ids=lambda f: f.stem
)
def test_icon_files_are_small_drawings_without_text(file):
    root = ET.fromstring(file.read_text())  # noqa: S314 — our own file
    assert root.get("viewBox") == "0 0 48 48"
    assert not root.findall(".//{http://www.w3.org/2000/svg}text")
    assert len(file.read_text()) < 2500


def test_the_typeface_is_there_in_the_styles_that_charts_pages_and_paper_use():
    kept = ROOT / "_extensions" / "natpatsip" / "fonts"
    assert {file.stem for file in kept.glob("*.ttf")} >= {
        f"OpenSans-{s}" for s in ("Regular", "Italic", "SemiBold", "Bold")
    }
    assert (kept / "OFL.txt").is_file()
    assert theme.CONFIG["font"].startswith("Open Sans")


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
        shorter = svg_minify.saved(drawn)
        before, after = (Image.open(io.BytesIO(vl_convert.svg_to_png(text))) for text in (drawn, shorter))
        assert len(shorter) < len(drawn)
        assert ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox() is None


def test_a_shorter_drawing_keeps_what_is_no_default_where_it_stands():
    drawn = svg_minify.saved(
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


def test_the_table_of_a_percentage_has_its_counts():
    result = result_of(steady(20))
    table = charts.spc_table(result, value_name="Warm, %", also={"Warm": range(20), "Babies": [40] * 20})
    assert list(table.columns)[:4] == ["Month", "Warm", "Babies", "Warm, %"]
    assert table["Warm"].tolist() == list(range(20))
    with pytest.raises(FigureError, match="Babies has 3 values and the chart 20 points; expected a value for each"):
        charts.spc_table(result, also={"Babies": [1, 2, 3]})


def test_a_table_of_whole_numbers_has_no_decimal_points_and_keeps_its_gaps():
    table = charts.spc_table(result_of([1200.4, None, 1250.0, 1190.0, 1210.0]), decimals=0)
    lines = table.to_csv(index=False).splitlines()
    assert lines[1].split(",")[1] == "1200"
    assert lines[2].split(",")[1] == ""
