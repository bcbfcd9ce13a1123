"""Sizes: the widths of a chart, its letters, and how wide text is, known without the libraries that build charts.

The widths of text are those of Open Sans, in thousandths of the font size: a chart's layout is the same on every
machine and needs no font. Labels are placed before anything draws them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

FONT = "Open Sans, Arial, sans-serif"  # without a font that exists, vl-convert leaves the text out of a PNG
TEXT_SIZE = 13
NOTE_SIZE = 12
LINE_HEIGHT = 16
WIDTH = 640  # of the whole chart, for a report column of about 680 pixels
NARROW = 340  # the same for a phone, where the wide chart's letters would be half their size
PLOT_HEIGHT = 200
PAPER_WIDTH = 700  # of a chart on paper, over the whole width of the text: no letter is smaller than 8 points
PAPER_HEIGHT = 0.7  # of a plot on paper, of its height on pages: two figures fit on a page with what is said of them
PAGE_HEIGHT = 860  # of a chart on a printed page, beside its title and caption; a higher one is shrunk or paged
_BY_WIDTH = {
    169: "‘’", 219: "'", 252: "ijl", 260: " ,.:;·!", 269: "J", 279: "I`", 295: "()", 322: "-", 327: "[]",
    336: "f", 349: "“”", 356: "t", 367: "/\\", 375: "{}•", 398: '"', 409: "r", 428: "°?", 438: "_", 469: "z",
    477: "sc", 500: "v–y", 516: "FL", 523: "xk", 543: "gS|", 551: "*T", 556: "EaYe", 572: "$+0123456789<=>Z^~£€−×÷≤≥X",
    596: "VPo", 612: "Kbdpqhnu", 617: "R", 630: "CA", 646: "#B", 726: "DG&U", 737: "H", 753: "N", 768: "½w",
    778: "OQ…", 827: "%", 896: "@M", 923: "Wm", 1000: "—",
}  # fmt: skip
_ADVANCE = {character: width for width, characters in _BY_WIDTH.items() for character in characters}
_WIDEST = 1000
_SEMIBOLD = 1.045  # the whole alphabet is this much wider; no word is more


def share_rows(specification: dict[str, Any]) -> dict[str, Any]:
    """Return a chart whose other layouts refer by name to the rows that they share with the wide one."""
    usermeta = specification.get("usermeta", {})
    if "narrow" not in usermeta:
        return specification
    datasets = specification.get("datasets", {})

    def shared(layer: dict[str, Any]) -> dict[str, Any]:
        name = next((name for name, rows in datasets.items() if rows == layer["data"].get("values")), None)
        return {**layer, "data": {"name": name}} if name else layer

    def sharing(layout: Mapping[str, Any]) -> dict[str, Any]:
        return {**layout, "layer": [shared(layer) for layer in layout["layer"]]}

    others: dict[str, Any] = {"narrow": sharing(usermeta["narrow"])}
    if "pages" in usermeta:
        others["pages"] = [sharing(layout) for layout in usermeta["pages"]]
    return {**specification, "usermeta": {**usermeta, **others}}


def narrow(
    specification: Mapping[str, Any],  # the chart as Vega-Lite, as `figure` records it
) -> dict[str, Any] | None:
    """Return a chart as it is laid out for a narrow page, or None if it has no such layout.

    It shows the same points, lines and words, laid out in `NARROW` pixels so that a phone does not shrink the letters.
    """
    layout = specification.get("usermeta", {}).get("narrow")
    return None if layout is None else _whole(specification, layout)


def pages(specification: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a chart as it is printed, on a page or over several, or nothing if it is printed as on a wide page."""
    return [_whole(specification, layout) for layout in specification.get("usermeta", {}).get("pages", ())]


def _whole(specification: Mapping[str, Any], layout: Mapping[str, Any]) -> dict[str, Any]:
    """Return a layout of a chart as a chart, with what it shares with the wide one."""
    shared = {key: specification[key] for key in ("$schema", "config", "description") if key in specification}
    named = {layer["data"]["name"] for layer in layout["layer"] if "name" in layer["data"]}
    rows = {name: rows for name, rows in specification.get("datasets", {}).items() if name in named}
    return {**shared, **layout, "datasets": rows}


@lru_cache(maxsize=4096)  # a chart is laid out at several widths, and its labels are measured wherever they could be
def text_width(text: str, size: float = 13, *, bold: bool = False) -> float:
    """Return the width of a line of text in pixels, slightly overestimated.

    Examples
    --------
    >>> text_width("85%", 10)
    19.71
    >>> text_width("ŵ") == text_width("w")
    True
    """
    thousandths = sum(_ADVANCE.get(_base(character), _WIDEST) for character in text)
    return round(thousandths * size / 1000 * (_SEMIBOLD if bold else 1), 2)


def _base(character: str) -> str:
    if character in _ADVANCE:
        return character
    plain = {"ł": "l", "Ł": "L", "ø": "o", "ß": "B", " ": " "}.get(character)
    return plain or unicodedata.normalize("NFD", character)[0]


def wrap(text: str, width: float, size: float = 13, *, bold: bool = False, lines: int = 99) -> list[str]:
    """Return a chart's text wrapped to a width; text that does not fit the lines allowed ends in an ellipsis.

    Examples
    --------
    >>> wrap("Process change in two areas", 90)
    ['Process', 'change in two', 'areas']
    >>> wrap("Process change in two areas", 90, lines=2)
    ['Process', 'change in…']
    """
    broken: list[str] = []
    for word in text.split():
        joined = f"{broken[-1]} {word}" if broken else word
        if broken and text_width(joined, size, bold=bold) <= width:
            broken[-1] = joined
        else:
            broken.append(word)
    shown = broken[:lines]
    if len(broken) > lines or any(text_width(line, size, bold=bold) > width for line in shown):
        shown = [_shorten(line, width, size, bold, cut=number == lines - 1 < len(broken) - 1)
                 for number, line in enumerate(shown)]  # fmt: skip
    return shown


def wrap_evenly(text: str, width: float, size: float = 13) -> list[str]:
    """Return a chart's text wrapped to as few lines as a width allows, in lines about as long as one another.

    Examples
    --------
    >>> wrap("Jul 2023: sustained fall, reason not published", 240)
    ['Jul 2023: sustained fall, reason not', 'published']
    >>> wrap_evenly("Jul 2023: sustained fall, reason not published", 240)
    ['Jul 2023: sustained fall,', 'reason not published']
    """
    lines = wrap(text, width, size)
    least, most = text_width(text, size) / len(lines) / 2, width
    while most - least > 1:
        middle = (least + most) / 2
        tried = wrap(text, middle, size)
        if len(tried) == len(lines) and not any(line.endswith("…") for line in tried):
            lines, most = tried, middle
        else:
            least = middle
    return lines


def _shorten(line: str, width: float, size: float, bold: bool, *, cut: bool) -> str:
    """Return a line of a chart's text cut to a width, with an ellipsis."""
    if not cut and text_width(line, size, bold=bold) <= width:
        return line
    while line and text_width(f"{line}…", size, bold=bold) > width:
        line = line.rpartition(" ")[0] if " " in line else line[:-1]
    return f"{line.rstrip(' ,;:')}…"


def wrap_name(
    name: str, width: float, size: float = 13, *, bold: bool = False, first: float | None = None
) -> list[str]:
    """Return the name of an organisation wrapped to as many lines as it needs: a name is never cut short.

    A word wider than a line is hyphenated, a county before its *shire*.

    Parameters
    ----------
    first : float, optional
        The width of the first line, if it differs.

    Examples
    --------
    >>> wrap_name("Nottingham and Nottinghamshire", 90)
    ['Nottingham', 'and', 'Nottingham-', 'shire']
    >>> wrap_name("Northamptonshire", 90)
    ['Northampton-', 'shire']
    """
    lines: list[str] = []
    for word in name.split():
        rest = word
        while rest:
            room = width if lines or first is None else first
            joined = f"{lines[-1]} {rest}" if lines and rest == word else ""
            line_room = first if len(lines) == 1 and first is not None else width
            if joined and text_width(joined, size, bold=bold) <= line_room:
                lines[-1] = joined
                break
            if text_width(rest, size, bold=bold) <= room:
                lines.append(rest)
                break
            part = _part_of_word(rest, room, size, bold)
            lines.append(f"{part}-")
            rest = rest[len(part) :]
    return lines


def _part_of_word(word: str, width: float, size: float, bold: bool) -> str:
    """Return as much of a word as a line in a chart holds with a hyphen: at least one letter."""
    stem = word.partition("shire")[0]
    if stem != word and stem and text_width(f"{stem}-", size, bold=bold) <= width:
        return stem
    fits = [cut for cut in range(1, len(word) - 1) if text_width(f"{word[:cut]}-", size, bold=bold) <= width]
    return word[: max(fits, default=1)]


def block_width(lines: Sequence[str], size: float = 13, *, bold: bool = False) -> float:
    """Return the width in pixels of the widest line of text."""
    return max((text_width(line, size, bold=bold) for line in lines), default=0)
