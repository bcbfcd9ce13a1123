"""The way to care, drawn."""

from __future__ import annotations

STEPS = ("Referral", "First appointment", "Treatment")
WORDS = "The way to care: referral, then the first appointment, then treatment."
_WIDTH, _HEIGHT, _GAP = 180, 48, 24


def _step(place: int, name: str) -> str:
    left = place * (_WIDTH + _GAP)
    arrow = f'<path d="M{left - _GAP + 4} 24 h14" stroke="#4C6272" stroke-width="2"/>' if place else ""
    box = f'<rect x="{left + 1}" y="1" width="{_WIDTH - 2}" height="{_HEIGHT - 2}" rx="6" fill="none" stroke="#005EB8" stroke-width="2"/>'
    return (
        f"{arrow}{box}"
        f'<text x="{left + _WIDTH // 2}" y="29" text-anchor="middle" font-size="14" fill="#212B32">{name}</text>'
    )


DRAWING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" font-family="Open Sans" '
    f'viewBox="0 0 {len(STEPS) * (_WIDTH + _GAP) - _GAP} {_HEIGHT}" '
    f'width="{len(STEPS) * (_WIDTH + _GAP) - _GAP}" height="{_HEIGHT}">'
    + "".join(_step(place, name) for place, name in enumerate(STEPS))
    + "</svg>"
)
