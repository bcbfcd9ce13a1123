"""The diagrams: well-formed, legible, and with all that they are to say."""

import xml.etree.ElementTree as ET  # our own SVG

import pytest

from helpers import diagrams
from layouts import true_width
from natpatsip.charts.palette import contrast
from natpatsip.errors import FigureError

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
    assert set_off.count(f'fill="{diagrams.PLUM.line}"') > 0
    with pytest.raises(FigureError, match="there is no phase 8; expected 1 to 7"):
        diagrams.seven_phases(current=8)


@LAYOUTS
def test_the_cycle_of_the_community_of_practice_comes_back_to_the_safety_group(layout):
    said = " ".join(element.text for element in texts(f"community_cycle, {layout}"))
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
        assert half * 2 < (diagrams.BOX_WIDTH if width > 400 else diagrams.NARROW_BOX) - 8, element.text
        assert half < float(element.get("x")) < width - half
        assert 12 < float(element.get("y")) < height - 4


@pytest.mark.parametrize("tone", [diagrams.BLUE, diagrams.NAVY, diagrams.PLUM, diagrams.GREY])
def test_words_and_borders_read_on_their_ground(tone):
    assert contrast(tone.line, tone.ground) >= 4.5
    assert contrast(tone.line, "#FFFFFF") >= 3


@pytest.mark.parametrize("name", DRAWN)
def test_boxes_arrows_and_middle_stand_apart(name):
    root = ET.fromstring(DRAWN[name])  # noqa: S314
    _, _, width, height = map(float, root.get("viewBox").split())
    boxes = [
        tuple(float(each.get(side)) for side in ("x", "y", "width", "height"))
        for each in root.iter(f"{SVG}rect")
        if each.get("rx") == "8"
    ]
    (circle,) = root.iter(f"{SVG}circle")
    x, y, radius = (float(circle.get(part)) for part in ("cx", "cy", "r"))
    for number, (left, top, wide, tall) in enumerate(boxes):
        assert 0 <= left <= width - wide
        assert 0 <= top <= height - tall
        nearest = (min(max(x, left), left + wide), min(max(y, top), top + tall))
        assert (nearest[0] - x) ** 2 + (nearest[1] - y) ** 2 >= (radius + 8) ** 2
        for other in boxes[number + 1 :]:
            apart_x = abs(left - other[0]) - wide
            apart_y = abs(top - other[1]) - tall
            assert max(apart_x, apart_y) >= 8
    arrows = [each.get("transform") for each in root.iter(f"{SVG}path")]
    assert len(set(arrows)) == len(boxes), "one arrow from each box to the next"
    for arrow in arrows:
        at = [float(part) for part in arrow.removeprefix("translate(").partition(")")[0].split()]
        for left, top, wide, tall in boxes:
            assert not (left - 6 < at[0] < left + wide + 6 and top - 6 < at[1] < top + tall + 6)


@pytest.mark.parametrize("count", [5, 6, 7, 8])
def test_a_ring_of_five_boxes_or_more_has_an_arrow_from_each_to_the_next(count):
    boxes = diagrams.PHASES[:1] * count
    for drawn in (diagrams._ring(boxes, ("The", "middle")), diagrams._column_ring(boxes, ("The", "middle"))):
        root = ET.fromstring(drawn)  # noqa: S314
        assert len({each.get("transform") for each in root.iter(f"{SVG}path")}) == count
