"""The drawing of a chart whose texts have been placed: Vega draws a letter or two for each, which are then replaced.

Vega measures each text that it draws, and for each letter of it vl-convert opens the font's file: three quarters of the
time of a chart of ours. Nothing depends on what it measures, since `natpatsip.charts.layout` has placed all texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from html import escape
from string import ascii_letters
from typing import Any

PLACED = {"x", "y", "text"}  # the columns of what `natpatsip.charts.layout.canvas` writes
BLANK = "\t\n \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Vega takes from the ends of a text, besides what no chart holds (`charts_to_svg`)."""
CODES = len(ascii_letters) * (1 + len(ascii_letters))  # of one letter and of two
_CODE = re.compile(r">([A-Za-z]{1,2})</text>")  # as no axis has: those have numbers, months and years


def drawn(vega: Mapping[str, Any], draw: Callable[[Mapping[str, Any]], str]) -> str:
    """Return what `draw` draws of a chart, the same as if it had been given the whole texts."""
    texts: dict[str, str] = {}
    svg = draw({**vega, "data": [_shortened(each, texts) for each in vega.get("data", ())]})
    if Counter(_CODE.findall(svg)) != Counter(texts.keys()):  # something else is drawn of them, or they are not alone
        return draw(vega)
    return _CODE.sub(lambda found: f">{escape(texts[found[1]], quote=False)}</text>", svg)


def _shortened(data: Mapping[str, Any], texts: dict[str, str]) -> Mapping[str, Any]:
    """Return a dataset with a code for each text, which is put into `texts` as Vega draws it.

    Any other dataset is returned as it is, and so is one with more texts than there are codes.
    """
    rows = data.get("values")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() == PLACED for row in rows):
        return data
    if len(texts) + len(rows) > CODES:
        return data
    shortened = []
    for row in rows:
        code, text = _code(len(texts)), str(row["text"]).strip(BLANK)
        if text:
            texts[code] = text
        shortened.append({**row, "text": code if text else ""})
    return {**data, "values": shortened}


def _code(number: int) -> str:
    """Return the letters that Vega draws for the text of a number.

    Examples
    --------
    >>> _code(0), _code(51), _code(52), _code(104)
    ('a', 'Z', 'aa', 'ba')
    """
    rest, last = divmod(number, len(ascii_letters))
    return (ascii_letters[rest - 1] if rest else "") + ascii_letters[last]
