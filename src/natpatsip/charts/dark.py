"""The partner of every colour on dark pages: drawings stay light, and the page's style sheet replaces their colours.

Colours keep their meaning: blue is improvement, orange concern, grey common cause, red the target. In stacked bars,
light and dark change places, so that each part still has 3:1 against its neighbours and each number in it 4.5:1.
"""

from __future__ import annotations

import re

from natpatsip.charts import icons, palette

PARTNERS = {
    palette.PAPER: "#121A21",
    palette.INK: "#E8EDF2",
    palette.QUIET: "#B4C0CB",
    palette.GRID: "#2B3742",
    palette.AXIS: "#8796A3",
    palette.MEAN: "#FFFFFF",
    palette.PROCESS: "#AEB6BD",
    palette.TARGET: "#FF7B72",
    palette.TARGET_TEXT: "#FF9A91",
    palette.TRAJECTORY: "#C9A6F5",
    palette.ACCENT: "#8DC3F7",
    "#A6A6A6": "#A6A6A6",  # points: common cause, improvement and concern have contrast on either background
    "#00B0F0": "#00B0F0",
    "#E46C0A": "#E46C0A",
    "#5E5E5E": "#D5DADE",  # and their outlines
    "#9C4400": "#FFB27A",
    icons.BLUE: "#5FB4F7",
    icons.ORANGE: "#FF8A3D",
    icons.PURPLE: "#C58BF2",
    icons.GREY: "#9AA3AB",
    icons.INNER: "#A8B0B7",
    "#12436D": "#A9CFF5",
    "#28A197": "#15766D",
    "#801650": "#F3BAD8",
    "#F46A25": "#AF4A10",
    "#3D3D3D": "#CCD2D7",
    "#A285D1": "#7A57B0",
    "#6296CA": "#2F6BA6",  # shades of hues, and greys
    "#BCD5ED": "#1F4468",
    "#C77BAD": "#9A4A80",
    "#EBC9DD": "#5C2A4A",
    "#1A6D66": "#9FDDD6",
    "#A5DAD5": "#0E4A45",
    "#6B7780": "#A3AEB8",
    "#D9DEE2": "#3A444D",
    "#EEF1F3": "#2B343C",
    palette.PALE_BLUE: "#16293C",
    palette.PALE_NAVY: "#1A2C3D",
    palette.PALE_PLUM: "#371F2D",
    palette.PALE_GREY: "#2A2F34",
}
"""The colour on a dark page, by the colour in a drawing."""

NOT_A_COLOUR = {"none", "transparent"}
_COLOUR = re.compile(r'\s(?:fill|stroke|stop-color|color)="([^"]*)"')
_OTHER_COLOURS = re.compile(r"<(?:style|image|linearGradient|radialGradient|pattern)\b|\sstyle=")


def marked(svg: str) -> str:
    """Return a drawing with the class ``themed`` if every colour in it has a partner.

    Any other drawing, such as an analyst's own map, keeps its colours and a light background.

    Examples
    --------
    >>> marked('<svg width="9"><path fill="#212B32"/></svg>')
    '<svg class="themed" width="9"><path fill="#212B32"/></svg>'
    >>> marked('<svg width="9"><path fill="tomato"/></svg>')
    '<svg width="9"><path fill="tomato"/></svg>'
    """
    known = PARTNERS.keys() | NOT_A_COLOUR
    if _OTHER_COLOURS.search(svg) or not {colour.strip() for colour in _COLOUR.findall(svg)} <= known:
        return svg
    return re.sub(r"<svg\b", '<svg class="themed"', svg, count=1)


def style_rules() -> list[str]:
    """Return the style rules that give a themed drawing the colours of the page, if the page defines them."""
    black = "#000000"  # the colour of what has no colour of its own
    return [
        f".themed:not([fill]) {{ fill: var(--{_name(black)}, {black}); }}",
        *(
            f'.themed [{part}="{light}"] {{ {part}: var(--{_name(light)}, {light}); }}'
            for light, dark in PARTNERS.items()
            for part in ("fill", "stroke")
            if dark != light
        ),
    ]


def properties() -> dict[str, str]:
    """Return the custom properties that a dark page defines."""
    return {_name(light): dark for light, dark in PARTNERS.items() if dark != light}


def _name(colour: str) -> str:
    return f"drawn-{colour.removeprefix('#').lower()}"
