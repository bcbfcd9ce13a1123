"""Every colour a chart uses, and the contrast between any two.

The points of a control chart have NHS England's *Making Data Count* colours. Two of those are too pale on white (WCAG
2.2 asks 3:1 of any part that is needed to understand a picture): #A6A6A6 has 2.4:1 and #00B0F0 2.5:1. So each point
keeps its colour inside a darker outline, and lines, which have no inside, are drawn in the palest grey that passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

INK = "#212B32"  # text; NHS black
QUIET = "#4C6272"  # notes and second lines; NHS dark grey
GRID = "#E3E8EC"  # decoration, not needed to understand the chart
AXIS = "#768692"  # axis line and ticks; NHS mid grey
PAPER = "#FFFFFF"
ACCENT = "#005EB8"  # NHS blue
PALE_BLUE, PALE_NAVY, PALE_PLUM, PALE_GREY = (
    "#E8F1FA",
    "#E3EAF1",
    "#F6E8F0",
    "#EFEFEF",
)  # backgrounds of a diagram's boxes

CATEGORIES = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
"""The Government Analysis Function's categorical palette, in its order: each has 3:1 against its neighbours."""

HUES = (
    ("#12436D", "#6296CA", "#BCD5ED"),  # blue
    ("#801650", "#C77BAD", "#EBC9DD"),  # plum
    ("#1A6D66", "#28A197", "#A5DAD5"),  # teal
)
"""The shades of groups of categories, from dark to pale: a group is a hue, and its categories in order its shades."""
GREYS = ("#6B7780", "#D9DEE2", "#EEF1F3")
"""Shades of the categories that belong to no group."""


@dataclass(frozen=True)
class PointStyle:
    """How a kind of point looks, and its name in the legend."""

    words: str
    fill: str
    outline: str
    shape: str


POINTS = {
    "common_cause": PointStyle("Common cause", "#A6A6A6", "#5E5E5E", "circle"),
    "special_cause_improvement": PointStyle("Improvement", "#00B0F0", "#005EB8", "diamond"),
    "special_cause_concern": PointStyle("Concern", "#E46C0A", "#9C4400", "square"),
    "special_cause_neutral_high": PointStyle("Special cause, high", "#490092", "#490092", "triangle-up"),
    "special_cause_neutral_low": PointStyle("Special cause, low", "#490092", "#490092", "triangle-down"),
}
"""Point types of a control chart, in the order of the legend: colour and shape, never colour alone."""

PROCESS = "#767676"  # the line through the points: #A6A6A6 darkened to 4.5:1
LIMIT = "#767676"
MEAN = "#000000"
TARGET = "#DE1B1B"
TARGET_TEXT = "#B8140F"  # text needs 4.5:1, with room to spare
TRAJECTORY = "#490092"
REBASE = "#4C6272"


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#RRGGBB``, by WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, by WCAG 2.2.

    Examples
    --------
    >>> round(contrast("#FFFFFF", "#000000"))
    21
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Return a mixture of two colours with this share of the first.

    Examples
    --------
    >>> mixed("#000000", "#FFFFFF", 0.2)
    '#CCCCCC'
    """
    parts = (
        round(share * int(colour[at : at + 2], 16) + (1 - share) * int(other[at : at + 2], 16)) for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02X}" for part in parts)


def in_hues(categories: Iterable[str], groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return a colour for each category: those of a group are shades of its hue, all others grey.

    Examples
    --------
    >>> in_hues(["Plan", "Test", "Done"], {"Planning": ["Plan", "Test"]})
    {'Plan': '#12436D', 'Test': '#6296CA', 'Done': '#6B7780'}
    """
    shades = {name: shade for hue, names in zip(HUES, groups.values(), strict=False)
              for name, shade in zip(names, hue, strict=False)}  # fmt: skip
    greys = iter(GREYS)
    return {name: shades.get(name) or next(greys) for name in categories}


def text_on(background: str) -> str:
    """Return white or ink, whichever reads better on a background in a chart.

    Examples
    --------
    >>> text_on("#12436D"), text_on("#28A197")
    ('#FFFFFF', '#212B32')
    """
    return max((PAPER, INK), key=lambda colour: contrast(colour, background))
