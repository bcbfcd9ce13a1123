"""The diagrams: well-formed, legible, and with all that they are to say."""

import xml.etree.ElementTree as ET  # our own SVG

import pytest

from helpers import diagrams
from helpers.charts.palette import contrast
from helpers.errors import FigureError
from layouts import true_width

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"seven_phases": diagrams.seven_phases(), "community_cycle": diagrams.community_cycle()}


def texts(name):
    return list(ET.fromstring(DRAWN[name]).iter(f"{SVG}text"))  # noqa: S314


def test_all_seven_phases_are_named_in_order_around_the_network():
    said = " ".join(element.text for element in texts("seven_phases"))
    names = ["1 Set-up", "2 Building the local picture", "3 Mapping the system", "4 Action planning",
             "5 Managing the network", "6 Action", "7 Sustaining"]  # fmt: skip
    places = [said.index(name) for name in names]
    assert places == sorted(places)
    assert said.count("Quality planning") == 2
    assert said.count("Quality improvement") == 3
    assert "The network" in said


def test_a_phase_can_be_set_off_and_reads_there():
    plain, set_off = diagrams.seven_phases(), diagrams.seven_phases(current=4)
    assert plain != set_off
    assert set_off.count(f'fill="{diagrams.PLUM.line}"') > 0
    with pytest.raises(FigureError, match="there is no phase 8; expected 1 to 7"):
        diagrams.seven_phases(current=8)


def test_the_cycle_of_the_community_of_practice_comes_back_to_the_safety_group():
    said = " ".join(element.text for element in texts("community_cycle"))
    for words in ("Community of practice", "stories", "speakers", "safety group"):
        assert words in said


@pytest.mark.parametrize("name", DRAWN)
def test_text_is_text_in_the_reports_typeface_and_is_not_said_twice(name):
    root = ET.fromstring(DRAWN[name])  # noqa: S314
    assert root.get("font-family").startswith("Open Sans")
    assert root.get("font-family").endswith("sans-serif")
    assert root.find(f"{SVG}title") is None
    assert root.get("role") is None
    assert not root.findall(".//*[@id]")


@pytest.mark.parametrize("name", DRAWN)
def test_every_word_stands_inside_the_picture_and_its_box(name):
    root = ET.fromstring(DRAWN[name])  # noqa: S314
    _, _, width, height = map(float, root.get("viewBox").split())
    for element in root.iter(f"{SVG}text"):
        half = true_width(element.text, 14, bold=element.get("font-weight") == "700") / 2
        assert half * 2 < diagrams.BOX_WIDTH - 8, element.text
        assert half < float(element.get("x")) < width - half
        assert 12 < float(element.get("y")) < height - 4


@pytest.mark.parametrize("tone", [diagrams.BLUE, diagrams.NAVY, diagrams.PLUM, diagrams.GREY])
def test_words_and_borders_read_on_their_ground(tone):
    assert contrast(tone.line, tone.ground) >= 4.5
    assert contrast(tone.line, "#FFFFFF") >= 3
