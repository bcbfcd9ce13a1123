"""Diagrams drawn as SVG: boxes in a ring around a middle, joined in order.

Words are text in the report's typeface, so that readers can search them and they scale with the page. The text
alternative is given where the diagram is shown, by `natpatsip.picture`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from natpatsip.charts import palette
from natpatsip.charts.layout.sizes import FONT, NARROW
from natpatsip.errors import FigureError
from natpatsip.known_drawings import noted

FEWEST, MOST = 5, 7  # boxes of a ring
WIDTH, HEIGHT = 640, 440
BOX_WIDTH, BOX_HEIGHT = 164, 64
RADIUS_X, RADIUS_Y = 226, 182
MIDDLE_Y = 226  # below half: a ring of an odd number of boxes reaches further up than down
MIDDLE = 62  # radius of the circle in the middle
TEXT_SIZE = 14
NARROW_BOX = 156
GAP = 28  # in the narrow layout, between two rows of boxes, and between a row and the circle
PITCH = BOX_HEIGHT + GAP
ROOM = 3  # around the boxes: half of a border, 2 wide, and what a browser rounds away


@dataclass(frozen=True)
class Tone:
    """The colours of a kind of box: border and text on a pale ground, 4.5:1 and more."""

    line: str
    ground: str


BLUE = Tone(palette.ACCENT, palette.PALE_BLUE)
NAVY = Tone("#12436D", palette.PALE_NAVY)
PLUM = Tone("#801650", palette.PALE_PLUM)
GREY = Tone("#3D3D3D", palette.PALE_GREY)


@dataclass(frozen=True)
class Box:
    """A step: the lines of its name in bold, the lines below it, its colours."""

    name: tuple[str, ...]
    lines: tuple[str, ...]
    tone: Tone


@dataclass(frozen=True)
class Diagram:
    """A diagram as SVG, laid out for a page's column and for a phone."""

    wide: str
    narrow: str

    def _repr_svg_(self) -> str:
        return self.wide


def ring(boxes: Sequence[Box], middle: Sequence[str]) -> Diagram:
    """Return five to seven boxes in a ring around a middle, with an arrow from each to the next.

    Parameters
    ----------
    boxes : sequence of Box
        Clockwise, the first at the top.
    middle : sequence of str
        The lines of text in the middle.

    Raises
    ------
    FigureError
        If there are fewer or more boxes than stand apart from one another in both layouts.

    Examples
    --------
    >>> steps = [Box((name,), (), BLUE) for name in ("Refer", "Triage", "Assess", "Treat", "Review")]
    >>> "Triage" in ring(steps, ("The", "pathway")).wide
    True
    """
    if not FEWEST <= len(boxes) <= MOST:
        raise FigureError(f"diagrams.ring: there are {len(boxes)} boxes; expected {FEWEST} to {MOST}.")
    return noted(Diagram(_ring(boxes, middle), _column_ring(boxes, middle)))


def _ring(boxes: Sequence[Box], middle: Sequence[str]) -> str:
    """Return the diagram's layout for a page: boxes on an ellipse."""
    x, y = WIDTH / 2, MIDDLE_Y
    angles = [2 * math.pi * place / len(boxes) - math.pi / 2 for place in range(len(boxes))]
    centres = [(x + RADIUS_X * math.cos(angle), y + RADIUS_Y * math.sin(angle)) for angle in angles]
    path = (
        f'<ellipse cx="{x:g}" cy="{y:g}" rx="{RADIUS_X}" ry="{RADIUS_Y}" fill="none" stroke="{palette.AXIS}" '
        'stroke-width="2.5"/>'
    )
    arrows = [_arrow_on_ellipse(angle + math.pi / len(boxes)) for angle in angles]
    height = max(HEIGHT, max(foot for _, foot in centres) + BOX_HEIGHT / 2 + ROOM)
    return _svg(WIDTH, height, [path, *arrows, *_middle(x, y, middle), *_boxes(boxes, centres)])


def _column_ring(boxes: Sequence[Box], middle: Sequence[str]) -> str:
    """Return the diagram's layout for a phone: boxes down the right side and back up the left, the middle between."""
    right, left, half = NARROW - NARROW_BOX / 2 - ROOM, NARROW_BOX / 2 + ROOM, NARROW / 2
    down, rest = boxes[1 : 1 + (len(boxes) - 1) // 2], (len(boxes) - 1) % 2
    top = BOX_HEIGHT / 2 + ROOM
    rows = [top + PITCH + number * PITCH + (2 * MIDDLE + GAP if number else 0) for number in range(len(down))]
    foot = rows[-1] + PITCH * rest
    centres = [
        (half, top),
        *((right, y) for y in rows),
        *((half, foot) for _ in range(rest)),
        *((left, y) for y in reversed(rows)),
    ]
    path = (
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{foot - top:g}" rx="24" fill="none" '
        f'stroke="{palette.AXIS}" stroke-width="2.5"/>'
    )
    between = [(above + below) / 2 for above, below in pairwise([top, *rows])]
    arrows = [_arrow(right, y, 90) for y in between] + [_arrow(left, y, -90) for y in between]
    beside = NARROW_BOX / 2 + 8  # of the lowest box
    arrows += [_arrow(x, foot, 180) for x in ((half + beside, half - beside) if rest else (half,))]
    circle = _middle(half, rows[0] + PITCH / 2 + MIDDLE + GAP / 2, middle)
    return _svg(NARROW, foot + BOX_HEIGHT / 2 + ROOM, [path, *arrows, *circle, *_boxes(boxes, centres, NARROW_BOX)])


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    """Return a diagram from its boxes and arrows."""
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="{FONT}" font-size="{TEXT_SIZE}">',
            f'<rect width="{width:g}" height="{height:g}" fill="{palette.PAPER}"/>',
            *parts,
            "</svg>",
        ]
    )


def _middle(x: float, y: float, lines: Sequence[str]) -> list[str]:
    circle = f'<circle cx="{x:g}" cy="{y:g}" r="{MIDDLE}" fill="{palette.ACCENT}"/>'
    return [circle, *_lines(x, y, lines, colour=palette.PAPER, bold=len(lines))]


def _arrow_on_ellipse(angle: float) -> str:
    """Return a diagram's arrowhead on the ellipse, pointing clockwise."""
    x, y = WIDTH / 2 + RADIUS_X * math.cos(angle), MIDDLE_Y + RADIUS_Y * math.sin(angle)
    return _arrow(x, y, math.degrees(math.atan2(RADIUS_Y * math.cos(angle), -RADIUS_X * math.sin(angle))))


def _arrow(x: float, y: float, turn: float) -> str:
    """Return a diagram's arrowhead, turned clockwise by degrees from pointing right."""
    head = f'fill="{palette.QUIET}" transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f})"'
    return f'<path d="M-8 -8L9 0L-8 8Z" {head}/>'


def _boxes(boxes: Sequence[Box], centres: Sequence[tuple[float, float]], width: float = BOX_WIDTH) -> list[str]:
    return [_box(box, *centre, width) for box, centre in zip(boxes, centres, strict=True)]


def _box(box: Box, x: float, y: float, width: float) -> str:
    """Return a box of a diagram, centred on a point."""
    frame = (
        f'<rect x="{x - width / 2:.1f}" y="{y - BOX_HEIGHT / 2:.1f}" width="{width}" height="{BOX_HEIGHT}" '
        f'rx="8" fill="{box.tone.ground}" stroke="{box.tone.line}" stroke-width="2"/>'
    )
    return frame + "".join(_lines(x, y, (*box.name, *box.lines), colour=box.tone.line, bold=len(box.name)))


def _lines(x: float, y: float, lines: Sequence[str], *, colour: str, bold: int) -> list[str]:
    """Return lines of a diagram's text centred on a point, the first `bold` of them in bold."""
    first = y - (len(lines) - 1) * 9 + 5
    return [
        f'<text x="{x:.1f}" y="{first + 18 * place:.1f}" text-anchor="middle" fill="{colour}" '
        f'font-weight="{700 if place < bold else 400}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    ]
