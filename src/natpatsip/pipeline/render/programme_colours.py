"""The programmes' colours on pages: on banners, tiles and the contents, light and dark, readable by WCAG 2.2 AA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from natpatsip import look
from natpatsip.charts import palette
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.staged_report import Report

LEAST = 4.5  # contrast of text with its ground, by WCAG 2.2, criterion 1.4.3
TINT, DARK_TINT = 0.1, 0.22  # how much of a programme's colour is in the ground of its tiles
WHITE, BLACK = "#FFFFFF", "#000000"


def colours_of(report: Report, chapters: Sequence[Chapter]) -> dict[str, str]:
    """Return the colour of each programme by its chapter: that of the settings, else the look's, in order."""
    look = _look(report)["programmes"]
    stems = [each.stem for each in chapters if report.is_programme(each.name)]
    return {stem: report.settings.colours.get(stem, look[n % len(look)]) for n, stem in enumerate(stems)}


def programme_style(report: Report, chapters: Sequence[Chapter]) -> str:
    """Return the style sheet that gives the parts of each programme its colours."""
    light, dark = shades_by_theme(report, chapters).values()
    return "\n".join([*(_rule("", stem, found) for stem, found in light.items()), *_dark_rules(dark)]) + "\n"


def shades_by_theme(report: Report, chapters: Sequence[Chapter]) -> dict[str, dict[str, dict[str, str]]]:
    """Return the shades of each programme's colour by its chapter, on light pages and on dark ones."""
    colours = colours_of(report, chapters)
    grounds = {"light": (WHITE, TINT), "dark": (dark_ground(report), DARK_TINT)}
    return {
        theme: {stem: shades(colour, ground=ground, share=share) for stem, colour in colours.items()}
        for theme, (ground, share) in grounds.items()
    }


def dark_ground(report: Report) -> str:
    """Return the colour of a dark page."""
    return str(_look(report)["dark"]["white"])


def shades(colour: str, *, ground: str, share: float) -> dict[str, str]:
    """Return a programme's colour, the ground of its tiles, and its text on that ground and on the page.

    Examples
    --------
    >>> shades("#00666B", ground="#FFFFFF", share=0.1)
    {'': '#00666B', '-tint': '#E6F0F0', '-text': '#00666B'}
    """
    tint = palette.mixed(colour, ground, share)
    goal = max(WHITE, BLACK, key=lambda each: palette.contrast(each, tint))
    steps = (palette.mixed(colour, goal, 1 - step / 20) for step in range(21))
    text = next(each for each in steps if min(palette.contrast(each, other) for other in (tint, ground)) >= LEAST)
    return {"": colour, "-tint": tint, "-text": text}


def _dark_rules(shades_by_stem: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the style rules of dark pages, chosen by a reader or by the system."""
    chosen, by_system = ':root.np[data-theme="dark"] ', ':root.np:not([data-theme="light"]) '
    yield "@media screen {"
    yield from (_rule(chosen, stem, found) for stem, found in shades_by_stem.items())
    yield "}\n@media screen and (prefers-color-scheme: dark) {"
    yield from (_rule(by_system, stem, found) for stem, found in shades_by_stem.items())
    yield "}"


def _rule(where: str, stem: str, found: Mapping[str, str]) -> str:
    properties = " ".join(f"--programme{name}: {value};" for name, value in found.items())
    return f'{where}[data-programme="{stem}"] {{ {properties} }}'


def _look(report: Report) -> Mapping[str, Any]:
    return look.brand(report.extension)
