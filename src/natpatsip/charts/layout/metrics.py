"""How wide text is in the report's typeface, so that labels are placed before anything draws them.

The widths are those of Open Sans, in thousandths of the font size: a chart's layout is the same on every machine and
needs no font.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

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
    """Return text wrapped to a width; text that does not fit the lines allowed ends in an ellipsis.

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


def _shorten(line: str, width: float, size: float, bold: bool, *, cut: bool) -> str:
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
    """Return as much of a word as a line holds with a hyphen: at least one letter."""
    stem = word.partition("shire")[0]
    if stem != word and stem and text_width(f"{stem}-", size, bold=bold) <= width:
        return stem
    fits = [cut for cut in range(1, len(word) - 1) if text_width(f"{word[:cut]}-", size, bold=bold) <= width]
    return word[: max(fits, default=1)]


def block_width(lines: Sequence[str], size: float = 13, *, bold: bool = False) -> float:
    """Return the width of the widest line."""
    return max((text_width(line, size, bold=bold) for line in lines), default=0)
