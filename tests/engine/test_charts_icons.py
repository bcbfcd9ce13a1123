"""Colours, icons and the typeface."""

import itertools
import xml.etree.ElementTree as ET  # our own SVG

import pandas as pd
import pytest

from natpatsip import charts, look, spc
from natpatsip.charts import icons, palette, theme
from natpatsip.charts.alt_text import matrix_text, multiples_text
from natpatsip.charts.layout.time_axis import timeline
from natpatsip.errors import FigureError
from support.chart_samples import ROOT


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
    kept = look.fonts(ROOT)
    assert {file.stem for file in kept.glob("*.ttf")} >= {
        f"OpenSans-{s}" for s in ("Regular", "Italic", "SemiBold", "Bold")
    }
    assert (kept / "OFL.txt").is_file()
    assert theme.CONFIG["font"].startswith("Open Sans")


@pytest.mark.parametrize("count", [1, 15, 42, 200])
def test_the_alternative_text_of_many_series_has_under_150_characters(count):
    kinds = [*icons.VARIATION, None]
    series = {f"An organisation with a long name {number}": kinds[number % len(kinds)] for number in range(count)}
    dates = timeline(pd.Series(pd.date_range("2021-01-01", periods=45, freq="MS")))
    text = multiples_text(series, dates)
    assert len(text) < 150
    assert text.startswith(f"Small control charts of {count} series, January 2021 to September 2024. Latest points: ")


def test_what_needs_a_look_comes_before_common_cause_in_alternative_texts():
    common, concern = icons.ICONS["variation-common-cause"], icons.ICONS["variation-concern-low"]
    cells = {("North", "Waits"): (common, common), ("South", "Waits"): (concern, common), ("East", "Waits"): None}
    assert matrix_text(cells, ["North", "South", "East"], ["Waits"]) == (
        "Icons of 1 measure for 3 organisations. Variation: concern, low in 1; common cause in 1; no value in 1."
    )


def summary_of(*names):
    frame = pd.DataFrame({"team": [name for name in names for _ in range(3)], "measure": "Waits"})
    frame = frame.assign(value=[71.0, 74.0, 70.0] * len(names), month=["2024-07", "2024-08", "2024-09"] * len(names))
    return spc.summary(spc.panel(frame, by=["team", "measure"], value="value", date="month"))


def test_a_grid_counts_the_icons_that_it_shows():
    grid = charts.icon_matrix(summary_of("North", "South"), rows="team", columns="measure", row_order=["South"])
    assert grid.description == "Icons of 1 measure for 1 organisation. Variation: common cause in 1."


def test_a_cell_of_the_grid_has_one_series():
    several = pd.concat([summary_of("North").assign(age=age) for age in ("Adults", "Children")])
    with pytest.raises(FigureError, match='"Waits" of "North" is there twice'):
        charts.icon_matrix(several, rows="team", columns="measure")


def test_names_that_look_the_same_are_refused_in_grids_and_small_charts():
    with pytest.raises(FigureError, match="look the same"):
        charts.icon_matrix(summary_of("North", "North "), rows="team", columns="measure")
    frame = pd.DataFrame({"team": ["North", "North "] * 2, "month": ["2024-08"] * 2 + ["2024-09"] * 2, "n": range(4)})
    with pytest.raises(FigureError, match="look the same"):
        charts.multiples(spc.panel(frame, by="team", value="n", date="month"), y_title="People")
