"""Characters that no format can show: control characters, and what XML, as in Word files and drawings, may not hold.

With them go the marks that turn the order of letters, so that a reader sees another number than the file holds.

Text that people write is refused with its place if it has one. Text from data, of which nobody can see where such a
character came from, is shown with a mark in its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_SHOWN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"  # all but tab, line feed and carriage return
)
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # marks that turn the order of the letters after them
_REFUSED = re.compile(f"[{_NOT_SHOWN}{_TURNS}]")
_IN_PATTERN = re.compile(rf"\\?({_REFUSED.pattern})|\\.", re.DOTALL)  # one of them, escaped or not; another escape
WORDS = 3  # before the character, which cannot be seen


def not_shown(text: str) -> str:
    r"""Return what is wrong with a text that has a character which no format can show; empty if it has none.

    Examples
    --------
    >>> not_shown("All beds are\x00 open.")
    'found a control character (U+0000) after “All beds are”, which no format can show. Take it out.'
    >>> not_shown("One line,\n\ttwo"), not_shown("\x1b[31m")
    ('', 'found a control character (U+001B) at the start, which no format can show. Take it out.')
    >>> not_shown("Beds: \u202e123")
    'found a mark (U+202E) after “Beds:”, after which 123 would read 321. Take it out.'
    """
    found = _REFUSED.search(text)
    if not found:
        return ""
    words = " ".join(text[: found.start()].split()[-WORDS:])[-40:]
    place = f"after “{words}”" if words else "at the start"
    code = f"U+{ord(found[0]):04X}"
    if found[0] in _TURNS:
        return f"found a mark ({code}) {place}, after which 123 would read 321. Take it out."
    return f"found a control character ({code}) {place}, which no format can show. Take it out."


def in_escapes(pattern: str) -> str:
    r"""Return a regular expression that has an escape for each character that no format can show: it finds the same.

    Examples
    --------
    >>> print(in_escapes("[^\x00-\x1f]+"))
    [^\u0000-\u001f]+
    """
    return _IN_PATTERN.sub(lambda found: f"\\u{ord(found[1]):04x}" if found[1] else found[0], pattern)


def visible(text: str) -> str:
    r"""Return a text with a replacement character for each character that no format can show.

    Examples
    --------
    >>> visible("\x1b[31mred\x1b[0m")
    '�[31mred�[0m'
    """
    return _REFUSED.sub("\ufffd", text)


def look_alike(names: Iterable[str]) -> tuple[str, str] | None:
    """Return the first two names that readers cannot tell apart, such as those of one team with and without a space.

    Examples
    --------
    >>> look_alike(["North", "South", "North "]), look_alike(["North", "North", "South"])
    (('North', 'North '), None)
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(_as_seen(name), name)
        if other != name:
            return other, name
    return None


def _as_seen(text: str) -> str:
    """Return what readers see of a text: its letters in their usual form, and one space between words."""
    letters = "".join(each for each in text if unicodedata.category(each) != "Cf")  # the invisible ones
    return " ".join(unicodedata.normalize("NFC", letters).split())
