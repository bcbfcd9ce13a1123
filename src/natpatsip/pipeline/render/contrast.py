"""The contrast of the look's colours, computed from ``_brand.yml``: each colour on its background, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from natpatsip.charts import dark, palette
from natpatsip.errors import RenderError, together

TEXT, PART = 4.5, 3.0  # WCAG 2.2: criteria 1.4.3 and 1.4.11
GROUNDS = {
    "white": ("ink", "slate", "blue", "navy"),
    "mist": ("ink", "slate", "blue", "navy"),
    "sky": ("ink", "slate", "blue", "navy"),
}
"""The text colours on each background colour of the pages."""

CHART_TEXTS = (palette.INK, palette.QUIET, palette.TARGET_TEXT, palette.TRAJECTORY)
CHART_PARTS = (
    palette.PROCESS,
    palette.LIMIT,
    palette.MEAN,
    palette.TARGET,
    palette.REBASE,
    *(style.outline for style in palette.POINTS.values()),
)


@dataclass(frozen=True)
class Pair:
    """Two colours that meet, the place, and the least ratio that WCAG asks for."""

    where: str
    front: str
    ground: str
    least: float

    @property
    def ratio(self) -> float:
        """The contrast ratio."""
        return palette.contrast(self.front, self.ground)


def read_pairs(brand: Path) -> dict[str, list[Pair]]:
    """Return every pair of the look that was held against WCAG: pages and the charts on them, light and dark.

    Raises
    ------
    RenderError
        Naming each pair that is below what WCAG 2.2 AA asks.
    """
    look = yaml.safe_load(brand.read_text(encoding="utf-8"))
    light = look["color"]["palette"]
    tints = {kind: (each["colour"], each["tint"]) for kind, each in look["callouts"].items()}
    dark_tints = {kind: (colour, look["dark"]["mist"]) for kind, (colour, _) in tints.items()}
    pairs = {
        "light": list(_page("light", light, tints, banner=light["navy"])),
        "dark": list(_page("dark", look["dark"], dark_tints, banner=light["navy"])),
        "light charts": list(_charts("light", lambda colour: colour)),
        "dark charts": list(_charts("dark", lambda colour: dark.PARTNERS[colour])),
    }
    together(
        [
            RenderError(
                f"{brand.name}: {each.where}, {each.front} on {each.ground}, has a contrast of {each.ratio:.1f} to 1; "
                f"WCAG 2.2 AA asks for {each.least:g} to 1. Change one of the two colours."
            )
            for group in pairs.values()
            for each in group
            if each.ratio < each.least
        ]
    )
    return pairs


def _page(
    theme: str, colours: Mapping[str, Any], tints: Mapping[str, tuple[str, str]], *, banner: str
) -> Iterator[Pair]:
    for ground, fronts in GROUNDS.items():
        for front in fronts:
            yield Pair(f"{front} on {ground} ({theme})", colours[front], colours[ground], TEXT)
    for kind, (colour, tint) in tints.items():
        yield Pair(f"the title of a {kind} callout ({theme})", colours[colour], tint, TEXT)
        yield Pair(f"the text of a {kind} callout ({theme})", colours["ink"], tint, TEXT)
    yield Pair(f"the heading of a table ({theme})", "#FFFFFF", banner, TEXT)


def _charts(theme: str, shown: Callable[[str], str]) -> Iterator[Pair]:
    """Return what meets in charts; `shown` gives the colour that a page of the theme shows for a drawing's own."""
    paper = shown(palette.PAPER)
    for each in CHART_TEXTS:
        yield Pair(f"text in a chart ({theme})", shown(each), paper, TEXT)
    for each in CHART_PARTS:
        yield Pair(f"a part of a chart ({theme})", shown(each), paper, PART)
    for one, other in pairwise(palette.CATEGORIES):
        yield Pair(f"neighbouring categories ({theme})", shown(one), shown(other), PART)
