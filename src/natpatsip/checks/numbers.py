"""Numbers in prose: which are typed, and which belong to the language.

What passes names a thing or a time and does not count anything: terms with digits (NEWS2), quarters and years, dates,
times and hours, units of rates (per 1,000), numbers of phases and versions, ordinals, number words up to ten, documents
and standards. Each kind has its rows in ``words/allowed_numbers.csv``; what is left was counted by someone and typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from natpatsip.checks.patterns import compiled, read_table, word_list

ONES = {word: number for number, word in enumerate(word_list("ones").split("|"), start=1)}
TENS = {word: 10 * number for number, word in enumerate(word_list("tens").split("|"), start=2)}
_TEENS = {word: 11 + number for number, word in enumerate(word_list("teens").split("|"))}
_SMALL = {**ONES, **TENS, **_TEENS}
_SIZES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "K": 1e3, "million": 1e6, "m": 1e6, "M": 1e6, "billion": 1e9, "bn": 1e9,
    "dozen": 12,
}  # fmt: skip
_FRACTIONS = ("half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_CODE = re.compile(r"`+([^`]*)`+")
_BARE_NUMBER = re.compile(r"[£$€~<>]?\s?[\d.,]+\s?%?")
_DIGITS = re.compile(
    r"(?P<before>[£$€]|[×xX](?=\s?\d)|(?:GBP|USD|EUR)\s?)?\s?(?P<number>\d+(?:[,\s]\d{3})*(?:\.\d+)?)"
    r"(?:\s?(?:–|-|to)\s?[£$€]?(?P<last>\d+(?:,\d{3})*(?:\.\d+)?))?"
    r"(?P<size>\s?(?:hundred|thousand|million|billion|m|bn|k|M|K)\b)?"
    r"(?P<after>\s?(?:%|per\s?cent\b|percentage points\b|[×x]\b|times\b))?"
)
_WORD, _SCALE = word_list("number_word"), word_list("scale")
_WORDS = re.compile(
    rf"\b(?:(?:an?|{_WORD}|several|half\sa)[\s-])?(?:{_SCALE})(?:[\s-](?:(?:and|{_WORD}|{_SCALE})\b))*(?!\w)"
    rf"|\b(?:{'|'.join(TENS)})(?:[\s-](?:{'|'.join(ONES)}))?\b|\b(?:{'|'.join(_TEENS)})\b"
    rf"|\ba(?:\shalf)?\sdozen\b|\b(?:{'|'.join(ONES)})\sdozen\b",
    re.IGNORECASE,
)
_TIME_AFTER = re.compile(rf"\s*(?:(?:{word_list('month')})\b|20\d\d|o['’]clock)")  # one in July, half of 2024
_FIGURE_NUMBER = re.compile(
    rf"\b(?:[Ff]igures?|[Ff]igs?\.?|[Cc]harts?)\s(?:\d+[a-z]?|{_WORD})\b(?:(?:\s*(?:,|–|-)\s*|\s(?:and|to)\s)\d+)*"
)


@dataclass(frozen=True)
class Typed:
    """A number that someone typed: its words, their place in the text, and its value if it has one."""

    text: str
    start: int
    end: int
    value: float | None = None
    unit: str = ""
    is_figure: bool = False


@cache
def allowed_numbers(nouns: Sequence[str] = (), documents: Sequence[str] = ()) -> dict[str, re.Pattern[str]]:
    """Return the patterns of numbers that may be typed, by kind.

    The order matters: an earlier kind takes its digits away from a later one.

    Parameters
    ----------
    nouns, documents : tuple of str
        What the report counts, and the names of its field's documents, beside those that all reports have.
    """
    return compiled(read_table("allowed_numbers"), re.MULTILINE, more={"noun": nouns, "document": documents})


@cache
def _ratios() -> tuple[re.Pattern[str], ...]:
    return tuple(compiled(read_table("ratios"), re.IGNORECASE).values())


def typed_numbers(
    text: str,  # a sentence, with `sentences.MARK` for each expression
    *,
    terms: Collection[str] = (),  # terms that may hold digits, such as those of the glossary
    allowed: Iterable[re.Pattern[str]] | None = None,  # what passes; by default `allowed_numbers`
) -> list[Typed]:
    """Return the numbers of a sentence that were typed and are not part of a name or a time.

    Examples
    --------
    >>> [each.text for each in typed_numbers("In Q2 2024/25 some 677 people, or 66.5 per cent, were seen.")]
    ['677', '66.5 per cent']
    >>> typed_numbers("Phase 6 began on 14 August 2024, by version 3 of the policy (NEWS2).")
    []
    """
    left, found = text, list[Typed]()

    def take(matches: Iterable[re.Match[str]]) -> list[re.Match[str]]:
        """Blank out what was matched, so that it is found once; what is left keeps its place."""
        nonlocal left
        taken = list(matches)
        for match in taken:
            left = left[: match.start()] + "\x00" * len(match[0]) + left[match.end() :]
        return taken

    for match in take(_FIGURE_NUMBER.finditer(left)):
        found.append(Typed(match[0].strip(), *match.span(), is_figure=True))
    take(match for match in _CODE.finditer(left) if not _BARE_NUMBER.fullmatch(match[1].strip()))
    for term in sorted(terms, key=len, reverse=True):
        if term in left and any(letter.isdigit() for letter in term):
            take(re.finditer(rf"(?<!\w){re.escape(term)}(?!\w)", left))
    for pattern in _ratios():
        found += map(
            _ratio, take(match for match in pattern.finditer(left) if not _TIME_AFTER.match(left, match.end()))
        )
    if re.search(r"\d", left) or _WORDS.search(left):  # most sentences have neither, and these are many patterns
        for pattern in allowed_numbers().values() if allowed is None else allowed:
            take(pattern.finditer(left))
        found += map(_digits, take(_DIGITS.finditer(left)))
        found += filter(None, map(_words, _WORDS.finditer(left)))
    return sorted(found, key=lambda each: each.start)


def _digits(match: re.Match[str]) -> Typed:
    """Return a number that was typed in digits."""
    number = float(re.sub(r"[,\s]", "", match["number"])) * _SIZES.get((match["size"] or "").strip(), 1)
    after, before = (match["after"] or "").strip(), (match["before"] or "").strip()
    unit = "percent" if after in ("%", "per cent", "percent") else "GBP" if before in ("£", "GBP") else ""
    text = match[0].strip()
    start = match.start() + match[0].index(text)
    return Typed(text, start, start + len(text), None if match["last"] else round(number, 6), unit)


def _words(match: re.Match[str]) -> Typed | None:
    text = match[0].strip(" -\x00")
    if text.lower() in ONES:
        return None
    unit = "percent" if re.match(r"\s(?:per\s?cent|percent)\b", match.string[match.end() :]) else ""
    return Typed(text, match.start(), match.end(), value_of(text), unit)


def value_of(words: str) -> float | None:
    """Return the value of a number that was typed in words.

    Examples
    --------
    >>> value_of("twenty-nine"), value_of("one thousand and sixteen"), value_of("a million"), value_of("several dozen")
    (29.0, 1016.0, 1000000.0, None)
    """
    total, part = 0.0, 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        size = _SIZES.get(word, 0)
        if word in ("a", "an"):
            part += 1
        elif word in _SMALL:
            part += _SMALL[word]
        elif size >= 1000:
            total, part = total + (part or 1) * size, 0
        elif size:
            part = (part or 1) * size
        elif word != "and":
            return None
    return total + part


def _ratio(match: re.Match[str]) -> Typed:
    """Return a share that was typed in words, such as one in five."""
    text = match[0].strip()
    words = re.findall(r"[a-z]+|\d+", text.lower())
    known = [number for word in words if (number := _SMALL.get(word, 0) or (int(word) if word.isdigit() else 0))]
    fractions = [_FRACTIONS.index(base) + 2 for word in words if (base := word.removesuffix("s")) in _FRACTIONS[1:]]
    value = None
    if "per" in words or "percent" in words:
        value = float(sum(known))
    elif "in" in words or "out" in words:
        value = round(100 * known[0] / known[1], 1) if len(known) == 2 else None
    elif fractions:
        value = round(100 * (known[0] if known else 1) / fractions[0], 1)
    return Typed(text, match.start(), match.start() + len(match[0].rstrip()), value, "percent" if value else "")
