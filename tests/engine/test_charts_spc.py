"""What a control chart and a run chart show, and what they refuse."""

import itertools

import numpy as np
import pandas as pd
import pytest

from natpatsip import charts, spc
from natpatsip.charts import palette
from natpatsip.errors import FigureError, SettingsError
from support.chart_samples import MONTHS, result_of, rows_of, steady, texts_of, words_of
from support.spc_charts import CHARTS


def test_the_line_is_broken_at_rebase_missing_value_and_absent_month():
    values = steady(24)
    values.iloc[5] = None
    values = values.drop(values.index[10])
    specification = charts.spc(result_of(values, rebase=["2022-04"]), y_title="Seen in time").to_dict()
    points = rows_of(specification, "line", "path")
    paths = [len(list(same)) for _, same in itertools.groupby(points, key=lambda row: row["path"])]
    assert paths == [5, 4, 4, 9]
    assert all(row["value"] is not None for row in points)
    assert "A gap in the line is a month without data." in " ".join(words_of(specification))


def test_mean_and_limits_are_drawn_by_segment_and_target_across():
    specification = charts.spc(result_of(steady(), rebase=["2022-07"], target=85), y_title="Seen in time").to_dict()
    drawn = [
        (layer["mark"].get("color"), len(specification["datasets"][layer["data"]["name"]]))
        for layer in specification["layer"]
        if layer["mark"]["type"] == "rule" and "from" in str(layer["encoding"]["x"])
    ]
    assert (palette.LIMIT, 4) in drawn
    assert (palette.MEAN, 2) in drawn
    assert (palette.TARGET, 1) in drawn


@pytest.mark.parametrize("missing", [set(), {0}, {5}, {11}, {0, 1, 11}, {0, 9}])
@pytest.mark.parametrize("rebase", [[], ["2021-10"]])
def test_equal_limits_are_one_line_from_end_to_end_wherever_a_point_is_missing(missing, rebase):
    shares = [(None, None) if month in missing else (5 + month % 3, 20) for month in range(12)]
    result = spc.p_chart(*zip(*shares, strict=True), dates=MONTHS[:12], rebase=rebase)
    specification = charts.spc(result, percent=True, y_title="Seen in time").to_dict()
    (drawn,) = [
        specification["datasets"][layer["data"]["name"]]
        for layer in specification["layer"]
        if layer["mark"].get("color") == palette.LIMIT and layer["mark"]["type"] == "rule"
    ]
    assert len(drawn) == 2 * (1 + len(rebase))


def test_points_differ_in_colour_and_shape_and_the_legend_names_those_that_occur():
    values = steady()
    values.iloc[-7:] = 82.0
    specification = charts.spc(result_of(values, rebase=["2021-09"]), y_title="Seen in time").to_dict()
    layer = next(layer for layer in specification["layer"] if "tooltip" in layer["encoding"])
    shapes, fills = layer["encoding"]["shape"]["scale"]["range"], layer["encoding"]["fill"]["scale"]["range"]
    assert len(set(shapes)) == len(shapes) == len(set(fills))
    assert "Improvement" in words_of(specification)
    assert "Special cause, high" not in words_of(specification)


@pytest.mark.parametrize("points", [12, 45, 120, 400])
def test_a_special_cause_is_never_too_small_to_see_its_shape(points):
    values = pd.Series(70.0 + np.arange(points) % 2, index=pd.date_range("1990-01", periods=points, freq="MS"))
    values.iloc[points // 2] = 90
    specification = charts.spc(result_of(values), y_title="Seen in time").to_dict()
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
    points = rows_of(charts.spc(result_of(values), y_title="Seen in time", percent=True).to_dict(), "point", "Shows")
    assert points[20]["Month"] == "September 2022"
    assert points[20]["Value"] == "120%"
    assert points[20]["Shows"] == "Improvement: above the upper limit"
    assert points[0]["Shows"].startswith("Common cause")


def test_alternative_text_says_level_latest_points_and_target_in_under_150_characters():
    values = pd.concat([steady(30), steady(15, level=80, seed=6).set_axis(MONTHS[30:])])
    result = result_of(values, rebase=["2023-07"], target=99)
    text = charts.spc(result, y_title="%", percent=True, target_label="Aim").description
    before, now = result["mean"].iloc[0], result["mean"].iloc[-1]
    assert text == (
        f"Control chart: average rose from {before:.1f}% to {now:.1f}% in July 2023; "
        "latest point shows normal variation. Aim 99%, reliably missed."
    )
    assert len(text) < 150


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "average 60.0"),
        ([70], "average rose from 60.0 to 70.0 in January 2022"),
        ([70, 80], "average rose in 2 steps from 60.0 to 80.0"),
        ([70, 65], "average rose from 60.0 to 70.0, then fell to 65.0"),
        ([50, 65, 55], "average went from 60.0 to 55.0 in 3 steps"),
        ([60], "average 60.0"),
    ],
)
def test_alternative_text_says_how_the_average_moved(steps, said):
    dates = pd.date_range("2021-01", periods=12 * (len(steps) + 1), freq="MS")
    values = [level + (-1) ** n for level in (60, *steps) for n in range(12)]
    result = result_of(values, dates=dates, rebase=[f"{2022 + n}-01" for n in range(len(steps))])
    assert charts.spc(result, y_title="%").description.startswith(f"Control chart: {said}; ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("steady", "all points show normal variation"),
        ("shift up", "normal variation since"),
        ("seven above", "last 7 months above average"),
        ("rising", "latest point above the upper limit"),
        ("outlier at the end", "latest point above the upper limit"),
        ("outlier before", "latest point shows normal variation"),
    ],
)
def test_alternative_text_says_what_the_latest_points_show(name, said):
    assert said in charts.spc(CHARTS[name], y_title="%").description


STEPS = {
    "shift up": "Up, improvement",
    "shift down": "Down, concern",
    "shift down, lower is better": "Down, improvement",
    "neutral": "",
    "six after the rebase": "",
    "steady": "",
}


@pytest.mark.parametrize(("name", "words"), STEPS.items())
def test_a_step_change_that_matters_has_a_badge_and_a_ground_of_its_colour(name, words):
    chart = charts.spc(CHARTS[name], y_title="%").to_dict()
    rects = [each["mark"]["color"] for each in chart["layer"] if each["mark"]["type"] == "rect"]
    grounds = [colour for colour in rects if colour != palette.PAPER]  # which is that of words
    if words:
        assert {"Step change", words} <= set(words_of(chart))
        verdict = words.split(", ")[1]
        assert grounds == [palette.POINTS[f"special_cause_{verdict}"].fill]
        assert ("improving" if verdict == "improvement" else "worsening") in chart["usermeta"]["shows"]
    else:
        assert "Step change" not in words_of(chart)
        assert grounds == []


def test_the_mean_of_each_earlier_period_is_at_its_own_line():
    values = pd.concat([steady(30), steady(15, level=80, seed=6).set_axis(MONTHS[30:])])
    result = result_of(values, rebase=["2023-07"])
    chart = charts.spc(result, y_title="%").to_dict()
    low, high = next(
        each["encoding"]["y"]["scale"]["domain"] for each in chart["layer"] if each["mark"]["type"] == "line"
    )
    mean = result["mean"].iloc[0]
    for layout in (chart, charts.narrow(chart)):
        rows = texts_of(layout, chart["datasets"])
        line = (high - mean) / (high - low) * layout["height"]
        (label,) = [row["y"] for row in rows if row.get("text") == f"Mean {mean:.1f}"]
        leaders = [row["y"] for row in rows if row.get("x2") == row["x"] and row["y2"] == pytest.approx(line, abs=0.1)]
        assert abs(label - line) < 14 or min(abs(start - label) for start in leaders) < 8


def test_words_of_marks_that_would_take_more_than_a_fifth_of_the_height_are_below_the_chart():
    result = result_of(steady(), rebase=["2022-04", "2023-05"])
    short, long = {"2022-04": "New clinic"}, {"2022-04": "A new clinic in two of three areas " * 4}
    assert "Apr 2022: New clinic" in words_of(charts.spc(result, y_title="%", rebase_reasons=short).to_dict())
    chart = charts.spc(result, y_title="%", rebase_reasons=long).to_dict()
    for drawn in (chart, charts.narrow(chart)):
        texts = [row for row in texts_of(drawn, chart["datasets"]) if "text" in row]
        marks = [row["y"] for row in texts if row["text"] in ("1", "2")]
        assert sorted(y < 0 for y in marks) == [False, False, True, True], "once above the plot, once below"
        said = [
            row["y"] for row in texts if row["text"].startswith(("Apr 2022: A new clinic", "New limits from May 2023"))
        ]
        assert len(said) == 2
        assert min(said) > drawn["height"]


def test_labels_of_lines_are_within_a_narrow_plot_so_that_it_takes_the_width():
    chart = charts.spc(result_of(steady(), target=85), y_title="%").to_dict()
    narrow = charts.narrow(chart)
    assert narrow["padding"]["right"] <= 8
    assert chart["padding"]["right"] > 60


def test_few_points_have_trial_limits_and_the_chart_says_so():
    chart = charts.spc(result_of(steady(12)), y_title="Seen in time").to_dict()
    assert "Trial limits, which may still move: fewer than 13 points." in words_of(chart)
    assert "Trial limits, from fewer than 13 points." in chart["description"]
    assert not [
        words for words in words_of(charts.spc(result_of(steady(13)), y_title="B").to_dict()) if "Trial" in words
    ]


@pytest.mark.parametrize(
    ("values", "why"), [([73.2], "they need two neighbouring points or more"), ([5.0] * 14, "all values are the same")]
)
def test_undefined_limits_are_not_drawn_and_the_chart_says_why(values, why):
    chart = charts.spc(result_of(values, dates=MONTHS[: len(values)]), y_title="Seen in time").to_dict()
    assert f"No limits: {why}." in words_of(chart)
    assert not [layer for layer in chart["layer"] if "strokeDash" in layer["mark"]]


def test_a_limit_beyond_what_can_be_is_said_not_drawn():
    values = pd.Series([95.0, 99, 100, 93, 98, 100, 91, 99, 100, 97, 92, 100, 99], index=MONTHS[:13])
    chart = charts.spc(result_of(values), y_title="Seen in time", percent=True).to_dict()
    assert "Upper limit above 100%" in words_of(chart)
    assert max(row["at"] for row in rows_of(chart, "rule", "at")) <= 100


def test_a_target_that_changes_is_drawn_in_steps():
    result = result_of(steady(24))
    result["target"] = [60.0] * 12 + [75.0] * 12
    specification = charts.spc(result, y_title="Seen in time").to_dict()
    layer = next(layer for layer in specification["layer"] if layer["mark"].get("color") == palette.TARGET)
    assert [row["at"] for row in specification["datasets"][layer["data"]["name"]]] == [60.0, 75.0]


def test_annotations_and_trajectory_are_drawn():
    course = pd.Series([60.0, 80.0], index=pd.to_datetime(["2021-01", "2025-03"]))
    chart = charts.spc(result_of(steady()), y_title="B", annotations={"2022-03": "New clinic"}, trajectory=course)
    assert "Mar 2022: New clinic" in words_of(chart.to_dict())
    assert "Trajectory" in words_of(chart.to_dict())


def test_an_annotation_outside_the_chart_is_refused():
    with pytest.raises(FigureError, match=r'"New clinic" is at March 2030; expected a date from January 2021'):
        charts.spc(result_of(steady()), y_title="B", annotations={"2030-03": "New clinic"})


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
        charts.spc(change(result_of(steady())), y_title="Seen in time")


def test_a_chart_without_a_title_of_its_axis_is_refused():
    with pytest.raises(FigureError, match="y_title is empty"):
        charts.spc(result_of(steady()), y_title=" ")


def test_the_run_chart_has_a_median_and_no_limits():
    chart = charts.run(spc.run_chart(steady(16)), y_title="Never events").to_dict()
    assert chart["description"] == "Run chart: median 70.6; all points show normal variation."
    assert [words for words in words_of(chart) if words.startswith("Median ")]
    assert not [words for words in words_of(chart) if "limit" in words]


@pytest.mark.parametrize("name", ["rebase_reasons", "annotations"])
def test_words_at_something_that_is_not_a_date_are_refused(name):
    with pytest.raises(FigureError, match=rf"Row 1: {name} is '01/04/2021'; expected a date"):
        charts.spc(result_of(steady()), y_title="Seen", **{name: {"01/04/2021": "New clinic"}})


def test_a_planned_course_at_something_that_is_not_a_date_is_refused():
    with pytest.raises(FigureError, match="Row 2: trajectory is '01/05/2021'; expected a date"):
        charts.spc(result_of(steady()), y_title="Seen", trajectory=pd.Series([1, 2.0], index=["2021-04", "01/05/2021"]))


def test_a_result_read_back_from_a_file_is_drawn_like_the_result():
    result = result_of(steady(20))
    read = result.assign(date=result["date"].dt.strftime("%Y-%m-%d"))
    assert charts.spc(read, y_title="Seen").description == charts.spc(result, y_title="Seen").description
    british = result.assign(date=result["date"].dt.strftime("%d/%m/%Y"))
    with pytest.raises(FigureError, match="Row 1: date is '01/01/2021'; Row 2"):
        charts.spc_table(british)


def test_a_target_is_called_what_the_settings_say(tmp_path, monkeypatch):
    def words(**options):
        return set(words_of(charts.spc(result_of(steady(), target=99), y_title="Seen", **options).to_dict()))

    monkeypatch.chdir(tmp_path)
    assert "Target 99" in words()
    (tmp_path / "_quarto.yml").write_text("natpatsip:\n  labels:\n    target: Standard\n", encoding="utf-8")
    assert "Standard 99" in words()
    assert "Aim 99" in words(target_label="Aim")


def test_the_settings_are_read_only_for_a_chart_with_a_target(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "_quarto.yml").write_text("natpatsip: 3\n", encoding="utf-8")
    charts.spc(result_of(steady()), y_title="Seen")
    with pytest.raises(SettingsError):
        charts.spc(result_of(steady(), target=99), y_title="Seen")


def test_a_run_chart_names_itself_in_what_it_refuses():
    with pytest.raises(FigureError, match=r"charts\.run: Row 1: annotations is '01/04/2021'"):
        charts.run(spc.run_chart(steady()), y_title="Seen", annotations={"01/04/2021": "New clinic"})
    with pytest.raises(FigureError, match=r"charts\.run: annotations 1 is '2021-04'; expected the number of a point"):
        charts.run(spc.run_chart([3, 4, 5, 3]), y_title="Seen", annotations={"2021-04": "New clinic"})
