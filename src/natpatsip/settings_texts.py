"""Which texts of ``_quarto.yml`` cannot be printed where they belong: with shortcodes, names in braces, or too long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from natpatsip.files.yaml_models import texts_in

LINE = 255  # letters: as many as a property of a Word file
TITLE = 120  # of the title and the subtitle each, which are one such property
PASSAGES = ("banner", "contact", "cover", "disclaimer", "figure")  # which may be some sentences
PASSAGE = 600  # as many as the cover has room for
IN_BRACES = re.compile(r"(?<!\{)\{[\w-]+\}(?!\})")
FILLED = {"subtitle": "{quarter}", "description": "{quarter}", "illustrative-data": "{stand-ins}"}
"""What a build fills in, by the key under which it does."""
QUARTO = (("book", "title"), ("book", "author"))  # texts of Quarto's own that are printed; nothing is filled in there

Place = tuple[str | int, ...]
"""The keys that lead to a text."""


def not_printed(book: Any, own: str) -> Iterator[tuple[Place, str]]:
    """Yield the keys of such texts, each with what is wrong; this package's settings are under the key `own`."""
    for loc, text in texts_in(book):
        most = _room(loc, own)
        if "{{<" in text:
            yield loc, "found a shortcode ({{< … >}}), which only Quarto knows. Write the text itself."
        filled = FILLED.get(str(loc[1]), "") if loc[:1] == (own,) and len(loc) > 1 else ""
        is_printed = loc[:1] == (own,) or loc[:2] in QUARTO
        if is_printed and (others := [each for each in IN_BRACES.findall(text) if each != filled]):
            known = f"; {filled} is filled in here" if filled else ""
            yield loc, f"found {others[0]}, which readers would see as it stands{known}. Write the text itself."
        if most and len(text) > most:
            yield loc, f"found a text of {len(text):,} letters. There is room for {most}. Shorten it."


def _room(loc: Place, own: str) -> int:
    """Return how many letters a text may have; 0 for any number."""
    if loc in (("book", "title"), (own, "subtitle")):
        return TITLE
    if loc[:1] != (own,):
        return 0
    return PASSAGE if loc[-1] in PASSAGES else LINE
