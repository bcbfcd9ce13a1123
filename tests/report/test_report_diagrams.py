"""The report's diagrams say all that they should, and their words fit."""

import xml.etree.ElementTree as ET  # our own SVG

import pytest

from helpers import diagrams
from natpatsip.blocks.diagrams import BOX_WIDTH, NARROW_BOX, PLUM
from natpatsip.charts import dark
from natpatsip.errors import FigureError
from support.layouts import true_width

SVG = "{http://www.w3.org/2000/svg}"
DIAGRAMS = {"seven_phases": diagrams.seven_phases(), "community_cycle": diagrams.community_cycle()}
DRAWN = {f"{name}, {layout}": getattr(each, layout) for name, each in DIAGRAMS.items() for layout in ("wide", "narrow")}
LAYOUTS = pytest.mark.parametrize("layout", ["wide", "narrow"])


def texts(name):
    return list(ET.fromstring(DRAWN[name]).iter(f"{SVG}text"))  # noqa: S314


@LAYOUTS
def test_all_seven_phases_are_named_in_order_around_the_network(layout):
    said = " ".join(element.text for element in texts(f"seven_phases, {layout}"))
    names = ["1 Set-up", "2 Building the local picture", "3 Mapping the system", "4 Action planning",
             "5 Managing the network", "6 Action", "7 Sustaining"]  # fmt: skip
    places = [said.index(name) for name in names]
    assert places == sorted(places)
    assert said.count("Quality planning") == 2
    assert said.count("Quality improvement") == 3
    assert "The network" in said


@LAYOUTS
def test_a_phase_can_be_set_off_and_reads_there(layout):
    plain, set_off = (getattr(diagrams.seven_phases(current), layout) for current in (None, 4))
    assert plain != set_off
    assert set_off.count(f'fill="{PLUM.line}"') > 0
    with pytest.raises(FigureError, match="there is no phase 8; expected 1 to 7"):
        diagrams.seven_phases(current=8)


@LAYOUTS
def test_the_cycle_of_the_community_of_practice_comes_back_to_the_safety_group(layout):
    said = " ".join(element.text for element in texts(f"community_cycle, {layout}"))
    for words in ("Community of practice", "stories", "speakers", "improvement group"):
        assert words in said


@pytest.mark.parametrize("name", DRAWN)
def test_every_word_stands_inside_the_picture_and_its_box(name):
    root = ET.fromstring(DRAWN[name])  # noqa: S314
    _, _, width, height = map(float, root.get("viewBox").split())
    for element in root.iter(f"{SVG}text"):
        half = true_width(element.text, 14, bold=element.get("font-weight") == "700") / 2
        assert half * 2 < (BOX_WIDTH if width > 400 else NARROW_BOX) - 8, element.text
        assert half < float(element.get("x")) < width - half
        assert 12 < float(element.get("y")) < height - 4


@pytest.mark.parametrize("drawn", [*DRAWN.values(), diagrams.seven_phases(3).wide])
def test_every_colour_has_a_partner_on_dark_pages(drawn):
    assert 'class="themed"' in dark.marked(drawn)
