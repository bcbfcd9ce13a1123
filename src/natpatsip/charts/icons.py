"""The variation and assurance icons of *Making Data Count*, drawn by us to their description.

Which icon a series has is decided in `natpatsip.spc`; here are the drawings, by name. Each is a few strokes in a square
from -1 to 1, so that one drawing serves charts (as symbols) and pages (as SVG). Ring colours are those of the
convention, except the grey ring (#BFBFBF, 1.8:1 on white) and the orange one (#FF6600, 2.9:1), which are darkened until
they pass 3:1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.charts import palette
from natpatsip.known_drawings import noted

if TYPE_CHECKING:
    from natpatsip.charts.layout.canvas import Canvas

BLUE, ORANGE, PURPLE, GREY = "#0072C6", "#E85D00", "#8000C0", "#8C8C8C"
INNER, DASH = "#7F7F7F", "#3D3D3D"
STROKE = 0.13  # of a line, where the ring's radius is 1


@dataclass(frozen=True)
class Stroke:
    """A path in a square from -1 to 1: a line of a colour, or a filled dot."""

    path: str
    colour: str
    is_filled: bool = False
    width: float = STROKE


@dataclass(frozen=True)
class Icon:
    """An icon: its name, its meaning in few words, its strokes, and the colour of its words."""

    name: str
    words: str
    strokes: tuple[Stroke, ...]
    ink: str = palette.INK

    @property
    def kind(self) -> str:
        """Variation, Assurance or Step change."""
        return {"variation": "Variation", "assurance": "Assurance", "step": "Step change"}[self.name.partition("-")[0]]


_LETTERS = {  # each where its icon has it
    "H": "M -0.46 -0.6 V -0.12 M -0.14 -0.6 V -0.12 M -0.46 -0.36 H -0.14",
    "L": "M 0.17 -0.6 V -0.12 H 0.46",
    "P": "M -0.13 -0.22 V -0.7 H 0.03 A 0.135 0.135 0 0 1 0.03 -0.43 H -0.13",
    "F": "M -0.13 -0.22 V -0.7 H 0.16 M -0.13 -0.46 H 0.1",
    "?": "M -0.14 -0.59 A 0.145 0.145 0 1 1 0.05 -0.46 Q 0 -0.43 0 -0.36 M 0 -0.27 V -0.14",
}
_RING = "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z"
_LEVEL = ((-0.6, 0.12), (-0.3, -0.24), (0.0, 0.2), (0.3, -0.2), (0.6, 0.06))
_RISING = ((-0.6, 0.4), (-0.32, 0.26), (-0.02, 0.34), (0.28, 0.0), (0.56, -0.3))
_FALLING = ((-0.56, -0.3), (-0.28, 0.0), (0.02, 0.34), (0.32, 0.26), (0.6, 0.4))
_WAVE = ((-0.68, -0.51, -1), (-0.34, -0.17, 1), (0.0, 0.17, -1), (0.34, 0.51, 1))  # from, by, to which side
_DASHES = "M-.7,{y}H-.44M-.13,{y}H.13M.44,{y}H.7"


def _number(value: float) -> str:
    return f"{round(value, 3):g}"


def _ring(colour: str) -> Stroke:
    return Stroke(_RING, colour, width=0.16)


def _letter(letter: str, colour: str) -> Stroke:
    return Stroke(_LETTERS[letter], colour, width=STROKE * 0.95)


def _dots(points: Sequence[tuple[float, float]], colours: Sequence[str]) -> tuple[Stroke, ...]:
    joined = "M" + "L".join(f"{_number(x)},{_number(y)}" for x, y in points)
    dots = tuple(
        Stroke(f"M{_number(x + 0.12)},{_number(y)}a.12,.12 0 1 1 -.24,0a.12,.12 0 1 1 .24,0Z", colour, is_filled=True)
        for (x, y), colour in zip(points, colours, strict=True)
    )
    return (Stroke(joined, INNER, width=0.07), *dots)


def _variation(name: str, words: str, colour: str, *, is_high: bool) -> Icon:
    points, letter = (_RISING, "H") if is_high else (_FALLING, "L")
    coloured = (INNER, INNER, INNER, colour, colour)
    strokes = (_ring(colour), *_dots(points, coloured), _letter(letter, colour))
    return Icon(name, words, strokes)


def _neutral(name: str, words: str, *, turn: int) -> Icon:
    shaft = f"M-.42,{_number(0.42 * turn)}L.42,{_number(-0.42 * turn)}"
    head = f"M-.06,{_number(-0.42 * turn)}H.42V{_number(0.06 * turn)}"
    return Icon(name, words, (_ring(PURPLE), Stroke(shaft + head, PURPLE, width=0.18)))


def _wave(y: float) -> str:
    bends = (
        f"Q{_number(by)},{_number(y + 0.36 * side)} {_number(start + 0.34)},{_number(y)}" for start, by, side in _WAVE
    )
    return f"M-.68,{_number(y)}" + "".join(bends)


def _assurance(name: str, words: str, colour: str, letter: str, *, wave: float, target: float) -> Icon:
    strokes = (
        _ring(colour),
        Stroke(_wave(wave), INNER, width=0.09),
        Stroke(_DASHES.format(y=_number(target)), DASH if colour == GREY else colour, width=0.12),
        _letter(letter, colour),
    )
    return Icon(name, words, strokes)


def _broken_ring() -> tuple[Stroke, ...]:
    arcs = (
        (1, 0, 0.707, 0.707), (0.383, 0.924, -0.383, 0.924), (-0.707, 0.707, -1, 0),
        (-0.924, -0.383, -0.383, -0.924), (0.0, -1, 0.707, -0.707),
    )  # fmt: skip
    return tuple(
        Stroke(f"M{_number(x)},{_number(y)}A1,1 0 0 1 {_number(x2)},{_number(y2)}", GREY, width=0.16)
        for x, y, x2, y2 in arcs
    )


def _step(verdict: str, *, is_up: bool) -> Icon:
    colour = BLUE if verdict == "improvement" else ORANGE
    y = 0.36 if is_up else -0.36
    stairs = f"M-.62,{_number(y)}H-.02V{_number(-y)}H.36"
    tip = f"M.3,{_number(-y - 0.26)}L.66,{_number(-y)}L.3,{_number(-y + 0.26)}Z"
    direction = "up" if is_up else "down"
    strokes = (_ring(colour), Stroke(stairs, colour, width=0.18), Stroke(tip, colour, is_filled=True))
    ink = palette.POINTS[f"special_cause_{verdict}"].outline
    return Icon(f"step-{direction}-{verdict}", f"{direction.capitalize()}, {verdict}", strokes, ink)


VARIATION = (
    Icon("variation-common-cause", "Common cause", (_ring(GREY), *_dots(_LEVEL, (INNER,) * 5))),
    _variation("variation-improvement-high", "Improvement, high", BLUE, is_high=True),
    _variation("variation-improvement-low", "Improvement, low", BLUE, is_high=False),
    _variation("variation-concern-high", "Concern, high", ORANGE, is_high=True),
    _variation("variation-concern-low", "Concern, low", ORANGE, is_high=False),
    _neutral("variation-neutral-high", "Special cause, high", turn=1),
    _neutral("variation-neutral-low", "Special cause, low", turn=-1),
)
ASSURANCE = (
    _assurance("assurance-pass", "Reliably met", BLUE, "P", wave=0.14, target=0.52),
    _assurance("assurance-fail", "Reliably missed", ORANGE, "F", wave=0.46, target=0.04),
    _assurance("assurance-hit-and-miss", "Hit and miss", GREY, "?", wave=0.24, target=0.24),
    Icon("assurance-none", "No target", _broken_ring()),
)
ICONS = {icon.name: icon for icon in (*VARIATION, *ASSURANCE)}
"""Icons by the name that `natpatsip.spc.summary` gives, in the order of the convention."""

STEPS = {
    (direction, verdict): _step(verdict, is_up=direction == "up")
    for direction in ("up", "down")
    for verdict in ("improvement", "concern")
}
"""The badge of a step change, by its direction and verdict; the convention has no such icon, so it is drawn here."""


def _merged(strokes: Sequence[Stroke]) -> tuple[Stroke, ...]:
    """Return strokes with consecutive ones of the same look joined into one path."""
    merged: list[Stroke] = []
    for stroke in strokes:
        if merged and replace(merged[-1], path="") == replace(stroke, path=""):
            merged[-1] = replace(stroke, path=merged[-1].path + stroke.path)
        else:
            merged.append(stroke)
    return tuple(merged)


def svg(icon: Icon) -> str:
    """Return an icon as an SVG picture of 48 by 48, titled with its words."""
    drawn = "".join(
        f'<path d="{stroke.path}" fill="{stroke.colour}"/>'
        if stroke.is_filled
        else f'<path d="{stroke.path}" fill="none" stroke="{stroke.colour}" stroke-width="{_number(stroke.width)}"/>'
        for stroke in _merged(icon.strokes)
    )
    return noted(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f"<title>{icon.words}</title>"
        f'<g transform="translate(24 24) scale(21)" stroke-linecap="round" stroke-linejoin="round">{drawn}</g></svg>\n'
    )


def draw(canvas: Canvas, icon: Icon, x: float, y: float, *, size: float) -> None:
    """Draw an icon into a chart, centred on x and y, with a ring of a size in pixels."""
    area = round(float(size) ** 2, 1)
    for stroke in _merged(icon.strokes):
        fill, outline = (stroke.colour, "transparent") if stroke.is_filled else ("transparent", stroke.colour)
        width = round(stroke.width * size / 2, 2)
        canvas.symbol(stroke.path, x, y, fill=fill, outline=outline, size=area, width=width)


def write_all(folder: Path) -> None:
    """Write each icon as a file, for the extension's `icons` folder; a test keeps that folder up to date."""
    for icon in ICONS.values():
        (folder / f"{icon.name}.svg").write_text(svg(icon), encoding="utf-8")
