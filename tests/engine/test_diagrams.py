"""Boxes in a ring: well-formed, legible, and apart from one another."""

import xml.etree.ElementTree as ET  # our own SVG

import pytest

from natpatsip.blocks import diagrams
from natpatsip.charts.palette import contrast
from natpatsip.errors import FigureError
from support.layouts import true_width

SVG = "{http://www.w3.org/2000/svg}"
TONES = [diagrams.BLUE, diagrams.NAVY, diagrams.PLUM, diagrams.GREY]
COUNTS = (5, 6, 7)


def ring_of(count):
    boxes = [
        diagrams.Box((f"{number} Refer the", "person"), ("to the team",), TONES[number % 4]) for number in range(count)
    ]
    return diagrams.ring(boxes, ("The", "pathway"))


RINGS = pytest.mark.parametrize(
    "drawn",
    [getattr(ring_of(count), layout) for count in COUNTS for layout in ("wide", "narrow")],
    ids=[f"{count}, {layout}" for count in COUNTS for layout in ("wide", "narrow")],
)


@RINGS
def test_text_is_text_in_the_reports_typeface_and_is_not_said_twice(drawn):
    root = ET.fromstring(drawn)  # noqa: S314
    assert root.get("font-family").startswith("Open Sans")
    assert root.get("font-family").endswith("sans-serif")
    assert root.find(f"{SVG}title") is None
    assert root.get("role") is None
    assert not root.findall(".//*[@id]")


@RINGS
def test_every_word_stands_inside_the_picture_and_its_box(drawn):
    root = ET.fromstring(drawn)  # noqa: S314
    _, _, width, height = map(float, root.get("viewBox").split())
    for element in root.iter(f"{SVG}text"):
        half = true_width(element.text, 14, bold=element.get("font-weight") == "700") / 2
        assert half * 2 < (diagrams.BOX_WIDTH if width > 400 else diagrams.NARROW_BOX) - 8, element.text
        assert half < float(element.get("x")) < width - half
        assert 12 < float(element.get("y")) < height - 4


@pytest.mark.parametrize("tone", TONES)
def test_words_and_borders_read_on_their_ground(tone):
    assert contrast(tone.line, tone.ground) >= 4.5
    assert contrast(tone.line, "#FFFFFF") >= 3


@RINGS
def test_boxes_arrows_and_middle_stand_apart(drawn):
    root = ET.fromstring(drawn)  # noqa: S314
    _, _, width, height = map(float, root.get("viewBox").split())
    boxes = [
        tuple(float(each.get(side)) for side in ("x", "y", "width", "height"))
        for each in root.iter(f"{SVG}rect")
        if each.get("rx") == "8"
    ]
    (circle,) = root.iter(f"{SVG}circle")
    x, y, radius = (float(circle.get(part)) for part in ("cx", "cy", "r"))
    for number, (left, top, wide, tall) in enumerate(boxes):
        assert 2 <= left <= width - wide - 2, "half of a border, and what a browser rounds away"
        assert 2 <= top <= height - tall - 2
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


@RINGS
def test_words_are_said_as_they_are_given(drawn):
    said = [element.text for element in ET.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314
    assert said[:2] == ["The", "pathway"]
    assert said[2:5] == ["0 Refer the", "person", "to the team"]


def test_signs_in_words_are_escaped():
    boxes = [diagrams.Box(("<A & B>",), (), diagrams.BLUE)] * 5
    root = ET.fromstring(diagrams.ring(boxes, ("The", "ward")).wide)  # noqa: S314
    assert [element.text for element in root.iter(f"{SVG}text")].count("<A & B>") == 5


@pytest.mark.parametrize("count", [0, 4, 8])
def test_a_ring_whose_boxes_would_meet_is_refused(count):
    with pytest.raises(FigureError, match=f"there are {count} boxes; expected 5 to 7"):
        ring_of(count)
