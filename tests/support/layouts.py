"""What a chart looks like, measured: where each text stands, by the report's own typeface."""

import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd
import vl_convert

from natpatsip import charts
from natpatsip.charts.layout.sizes import pages

FONTS = Path(__file__).parents[2] / "_extensions" / "natpatsip" / "fonts"


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float
    text: str

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Layout(NamedTuple):
    width: float
    height: float
    texts: list[Box]
    verticals: list[tuple[float, float, float]]  # x, from, to
    symbols: list[Box]

    def problems(self) -> list[str]:
        """Return texts that are cut off, texts that meet, and lines through texts."""
        cut = [
            f"cut off: {box}"
            for box in self.texts
            if box.left < -1 or box.top < -1 or box.right > self.width + 1 or box.bottom > self.height + 1
        ]
        met = [
            f"{one.text!r} meets {other.text!r}: {one} {other}"
            for number, one in enumerate(self.texts)
            for other in self.texts[number + 1 :]
            if one.meets(other)
        ]
        crossed = [
            f"line at {x} through {box}"
            for x, top, bottom in self.verticals
            for box in self.texts
            if box.left + 1 < x < box.right - 1 and top < box.bottom - 1 and box.top + 1 < bottom
        ]
        return [*cut, *met, *crossed]


@cache
def advances(style: str) -> tuple[dict[int, int], list[int], int]:
    """Return which glyph a character has, how wide each glyph is, and the size of the em."""
    font = (FONTS / f"OpenSans-{style}.ttf").read_bytes()
    tables = {}
    for number in range(struct.unpack(">H", font[4:6])[0]):
        tag, _, offset, length = struct.unpack(">4sIII", font[12 + 16 * number : 28 + 16 * number])
        tables[tag.decode()] = font[offset : offset + length]
    em = struct.unpack(">H", tables["head"][18:20])[0]
    count = struct.unpack(">H", tables["hhea"][34:36])[0]
    widths = [struct.unpack(">H", tables["hmtx"][4 * n : 4 * n + 2])[0] for n in range(count)]
    glyphs: dict[int, int] = {}
    for number in range(struct.unpack(">H", tables["cmap"][2:4])[0]):
        _, _, offset = struct.unpack(">HHI", tables["cmap"][4 + 8 * number : 12 + 8 * number])
        sub = tables["cmap"][offset:]
        if struct.unpack(">H", sub[:2])[0] != 4:
            continue
        doubled = struct.unpack(">H", sub[6:8])[0]
        ends, starts, deltas, ranges = (
            [struct.unpack(">H", sub[at + 2 * n : at + 2 * n + 2])[0] for n in range(doubled // 2)]
            for at in (14, 16 + doubled, 16 + 2 * doubled, 16 + 3 * doubled)
        )
        for n, (start, end, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
            for code in range(start, min(end, 0xFFFE) + 1):
                if shift == 0:
                    glyphs[code] = (code + delta) % 65536
                else:
                    at = 16 + 3 * doubled + 2 * n + shift + 2 * (code - start)
                    glyphs[code] = struct.unpack(">H", sub[at : at + 2])[0]
    return glyphs, widths, em


def true_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text as the typeface has it."""
    glyphs, widths, em = advances("SemiBold" if bold else "Regular")
    return sum(widths[min(glyphs[ord(character)], len(widths) - 1)] for character in text) * size / em


def measure(specification: dict[str, Any]) -> Layout:
    """Draw a chart and return where its texts and upright lines are."""
    drawn = vl_convert.vegalite_to_scenegraph(specification)
    found: list[Box] = []
    symbols: list[Box] = []
    verticals: list[tuple[float, float, float]] = []
    x, y = drawn["origin"]
    _walk(drawn["scenegraph"], x, y, found, verticals, symbols)
    return Layout(drawn["width"], drawn["height"], found, verticals, symbols)


def _walk(
    node: dict[str, Any],
    x: float,
    y: float,
    found: list[Box],
    verticals: list[tuple[float, float, float]],
    symbols: list[Box],
) -> None:
    for item in node.get("items", []):
        at_x, at_y = x + item.get("x", 0), y + item.get("y", 0)
        if node.get("marktype") == "text":
            found.extend(_boxes(item, at_x, at_y))
        elif node.get("marktype") == "symbol":
            half = item["size"] ** 0.5 / 2
            symbols.append(Box(at_x - half, at_y - half, at_x + half, at_y + half, "symbol"))
        elif node.get("marktype") == "rule" and node.get("role") == "mark" and item.get("x2") == item.get("x"):
            top, bottom = sorted((at_y, y + item["y2"]))
            verticals.append((at_x, top, bottom))
        elif node.get("marktype") == "group" or "marktype" in item:
            inside = node.get("marktype") == "group"
            _walk(item, at_x if inside else x, at_y if inside else y, found, verticals, symbols)


def _boxes(item: dict[str, Any], x: float, y: float) -> list[Box]:
    size, text = item["fontSize"], item.get("text", "")
    lines = text if isinstance(text, list) else [text]
    tall = 0.72 * size  # capitals and figures
    boxes = []
    for number, line in enumerate(map(str, lines)):
        if not line.strip():
            continue
        wide = true_width(line, size, bold=item.get("fontWeight") == 600)
        left = x - {"left": 0, "center": wide / 2, "right": wide}[item.get("align", "left")]
        top = y + number * 1.15 * size + (0.1 * size if item.get("baseline") == "top" else -tall / 2)
        boxes.append(Box(left, top, left + wide, top + tall, line))
    return boxes


def series(
    points: int,
    *,
    level: float = 80.0,
    spread: float = 3.0,
    start: str = "2021-01",
    steps: Sequence[tuple[int, float]] = (),
    seed: int = 1,
) -> "pd.Series[float]":
    drawn = level + np.random.default_rng(seed).normal(0, spread, points)
    for place, step in steps:
        drawn[place:] += step
    return pd.Series(drawn.round(1), index=pd.date_range(start, periods=points, freq="MS"))


def check(chart: alt.TopLevelMixin) -> list[Layout]:
    """Return a chart's layouts for pages, after a check that no text is cut off or meets another, on paper neither."""
    specification = chart.to_dict()
    layouts = [measure(specification), measure(charts.narrow(specification) or {})]
    for layout in [*layouts, *map(measure, pages(specification))]:
        assert layout.texts
        assert not layout.problems(), layout.width
    return layouts


def written(layout: Layout) -> str:
    """Return all texts as one, hyphenated words joined again."""
    return " ".join(box.text for box in layout.texts).replace("- ", "")
