"""Numbers in prose: which are typed, and which belong to the language.

What passes is what names a thing or a time and does not count anything: terms with digits (NEWTT2), quarters and
years, dates, times and hours, weeks of gestation, numbers of phases and versions, ordinals, number words up to ten,
documents and standards. Each kind is one pattern in `PASSING`; what is left was counted by someone and typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from natpatsip.checks.allowed_numbers import MONTHS, ONES, PASSING, TEENS, TENS, UNIT_OF_TIME, WORD
from natpatsip.checks.sentences import MARK

_COMPILED = tuple(re.compile("|".join(patterns), re.MULTILINE) for patterns in PASSING.values())
_CODE = re.compile(r"`+([^`]*)`+")
_BARE_NUMBER = re.compile(r"[£$€~<>]?\s?[\d.,]+\s?%?")
_SIZES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "K": 1e3, "million": 1e6, "m": 1e6, "M": 1e6, "billion": 1e9, "bn": 1e9,
    "dozen": 12,
}  # fmt: skip
_GROUPED = r"\d+(?:,\d{3})*(?:\.\d+)?"
_DIGITS = re.compile(
    rf"(?P<before>[£$€]|[×xX](?=\s?\d)|(?:GBP|USD|EUR)\s?)?\s?(?P<number>\d+(?:[,\s]\d{{3}})*(?:\.\d+)?)"
    rf"(?:\s?(?:–|-|to)\s?[£$€]?(?P<last>{_GROUPED}))?(?P<size>\s?(?:hundred|thousand|million|billion|m|bn|k|M|K)\b)?"
    r"(?P<after>\s?(?:%|per\s?cent\b|percentage points\b|[×x]\b|times\b))?"
)
_SCALE = "hundred|thousand|million|billion"
_WORDS = re.compile(
    rf"\b(?:(?:an?|{WORD}|several|half\sa)[\s-])?(?:{_SCALE})(?:[\s-](?:(?:and|{WORD}|{_SCALE})\b))*(?!\w)"
    rf"|\b(?:{'|'.join(TENS)})(?:[\s-](?:{'|'.join(ONES)}))?\b|\b(?:{'|'.join(TEENS)})\b"
    rf"|\ba(?:\shalf)?\sdozen\b|\b(?:{'|'.join(ONES)})\sdozen\b",
    re.IGNORECASE,
)
_PARTS = ("third", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# a third more and a third of them are shares, a third day is none
_AFTER_A_SHARE = "of|more|fewer|less|higher|lower|are|is|were|was|have|had|has|did|do|said|take|took"
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_SPAN = "year|quarter|month|week|day|time|way|battle|story|decade|century|hour"
_RATIOS = re.compile(
    rf"\b(?:{WORD}|{MARK}|\d{{1,3}})\s(?:in|out\sof)\s(?:every\s)?(?:{WORD}|a\s(?:hundred|thousand)|\d+)\b"
    rf"(?!\s(?:{UNIT_OF_TIME}|phases?|steps?|stages?|parts?|places?)\b)"
    rf"|\b(?:(?:{'|'.join(TENS)})[\s-])?(?:{WORD})\sper\s?cent\b"
    rf"|\b(?:an?|{'|'.join(ONES)})[\s-](?:{'|'.join(_PARTS)})s?"
    rf"(?=\s+(?:{_AFTER_A_SHARE})\b|\s*[,.;:)]|\s*$)"
    r"|\btwo[\s-]thirds\b|\bthree[\s-]quarters\b"
    r"|\b(?:an?|one)\squarter\sof\s(?!an?\s(?:year|hour|century)|the\s(?:year|hour|century|financial)|20)"
    rf"|\bhalf\s(?:of\s)?(?:all\s)?(?:the|our|these|those|its)\s(?!(?:{_SPAN}|risk|odds|chance|size)\b)(?=\w)"
    rf"|\bhalf\sof\s(?:all\s)?(?!(?:the\s)?(?:an?\s|20\d\d|{_SPAN}|{MONTHS}))(?=\w)"
    rf"|\b(?:{WORD}|hundred|thousand|\d+)[\s-]?fold\b"
    r"|\bevery\s(?:fourth|fifth|sixth|seventh|eighth|ninth|tenth)\s"
    rf"(?!(?:{UNIT_OF_TIME}|quarter|weekday|{DAYS})\b)(?=\w)"
    r"|\b(?:twice|thrice)\s(?:as\s(?:many|much|high|often|likely)|the\s(?:number|rate|share|figure|level|mean|total))\b"
    r"|\bhalved\b(?!\s(?:\w+\s)?(?:risk|odds|chance)\b)"
    r"|\b(?:doubled|tripled|trebled|quadrupled|quintupled)\b",
    re.IGNORECASE,
)
_DENOMINATORS = {
    name: number for number, name in enumerate(("third", "quarter", "fifth", "sixth", "seventh"), start=3)
} | {
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_FIGURE_NUMBER = re.compile(
    rf"\b(?:[Ff]igures?|[Ff]igs?\.?|[Cc]harts?)\s(?:\d+[a-z]?|{WORD})\b(?:(?:\s*(?:,|–|-)\s*|\s(?:and|to)\s)\d+)*"
)


_HINT = re.compile(  # at what a sentence must have to hold a number at all: most have none of it
    rf"\d|(?i:\b(?:half|third|quarter|[a-z]+ths?|{'|'.join([*TENS, *TEENS])}|{_SCALE}|dozen|cent)s?\b)"
    rf"|\b(?:fold|[a-z]+fold)\b"
    rf"|(?i:\b(?:{WORD})\s(?:in|out)\s|halved|twice|thrice|doubled|tripled|trebled|quadrupled|quintupled|\b(?:figures?|figs?\.?|charts?)\s(?:{WORD})\b)"
)


@dataclass(frozen=True)
class Typed:
    """A number that someone typed: its words, where they stand in the text, and its value where it has one."""

    text: str
    start: int
    end: int
    value: float | None = None
    unit: str = ""
    is_figure: bool = False


def typed_numbers(text: str, *, terms: Collection[str] = ()) -> list[Typed]:
    """Return the numbers of a sentence that were typed and name nothing.

    Parameters
    ----------
    text : str
        A sentence; expressions stand in it as `MARK`.
    terms : collection of str
        Terms with digits that the glossary knows.

    Examples
    --------
    >>> [each.text for each in typed_numbers("In Q2 2024/25 some 677 women, or 66.5 per cent, were treated.")]
    ['677', '66.5 per cent']
    >>> typed_numbers("Phase 6 began on 14 August 2024, for babies born before 34+0 weeks (NEWTT2).")
    []
    """
    if not _HINT.search(text):
        return []
    found = [
        Typed(match[0].strip(), match.start(), match.end(), is_figure=True) for match in _FIGURE_NUMBER.finditer(text)
    ]
    left = _without(text, [(each.start, each.end) for each in found])
    code = [
        (match.start(), match.end()) for match in _CODE.finditer(left) if not _BARE_NUMBER.fullmatch(match[1].strip())
    ]
    left = _without(left, code)
    for term in sorted(terms, key=len, reverse=True):
        if term in left and any(letter.isdigit() for letter in term):
            left = _without(left, [m.span() for m in re.finditer(rf"(?<!\w){re.escape(term)}(?!\w)", left)])
    ratios = [match for match in _RATIOS.finditer(left) if not _is_time(left, match)]
    found += [_ratio(match) for match in ratios]
    left = _without(left, [match.span() for match in ratios])
    for pattern in _COMPILED:
        left = _without(left, [match.span() for match in pattern.finditer(left)])
    digits = list(_DIGITS.finditer(left))
    found += [_digits(match) for match in digits]
    left = _without(left, [match.span() for match in digits])
    found += [each for match in _WORDS.finditer(left) if (each := _words(match)) is not None]
    return sorted(_apart(found), key=lambda each: each.start)


def _without(text: str, spans: Collection[tuple[int, int]]) -> str:
    """Blank out parts of a text; what stays keeps its place."""
    for start, end in spans:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text


def _is_time(text: str, match: re.Match[str]) -> bool:
    """Say whether a ratio is part of a date or time: one in July, half of 2024."""
    rest = text[match.end() :].lstrip()
    return bool(re.match(rf"(?:{MONTHS})\b|20\d\d|o['’]clock", rest))


def _apart(found: list[Typed]) -> Iterator[Typed]:
    """Leave out a number that lies within another one."""
    for each in found:
        if not any(
            other is not each
            and other.start <= each.start
            and each.end <= other.end
            and (other.end - other.start) > (each.end - each.start)
            for other in found
        ):
            yield each


def _digits(match: re.Match[str]) -> Typed:
    number = float(re.sub(r"[,\s]", "", match["number"])) * _SIZES.get((match["size"] or "").strip(), 1)
    after, before = (match["after"] or "").strip(), (match["before"] or "").strip()
    unit = "percent" if after in ("%", "per cent", "percent") else "GBP" if before in ("£", "GBP") else ""
    value = None if match["last"] else round(number, 6)
    text = match[0].strip()
    start = match.start() + match[0].index(text)
    return Typed(text, start, start + len(text), value, unit)


def _words(match: re.Match[str]) -> Typed | None:
    text = match[0].strip(" -\x00")
    if text.lower() in ONES:
        return None
    unit = "percent" if re.match(r"\s(?:per\s?cent|percent)\b", match.string[match.end() :]) else ""
    return Typed(text, match.start(), match.end(), value_of(text), unit)


def value_of(words: str) -> float | None:
    """Return the value of a number in words.

    Examples
    --------
    >>> value_of("twenty-nine"), value_of("one thousand and sixteen"), value_of("a million"), value_of("several dozen")
    (29.0, 1016.0, 1000000.0, None)
    """
    total, part = 0.0, 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word == "and":
            continue
        if word in ("a", "an"):
            part += 1
        elif small := _small(word):
            part += small
        elif (size := _SIZES.get(word, 0)) >= 1000:
            total, part = total + (part or 1) * size, 0
        elif size:
            part = (part or 1) * size
        else:
            return None
    return total + part


def _small(word: str) -> int:
    return ONES.get(word, 0) or TEENS.get(word, 0) or TENS.get(word, 0)


def _ratio(match: re.Match[str]) -> Typed:
    text = match[0].strip()
    words = re.findall(r"[a-z]+|\d+", text.lower())
    known = [number for word in words if (number := _small(word) or (int(word) if word.isdigit() else 0))]
    value = None
    if "per" in words or "percent" in words:
        value = float(sum(known))
    elif "in" in words or "out" in words:
        value = round(100 * known[0] / known[-1], 1) if len(known) == 2 else None
    elif parts := [base for word in words if (base := _DENOMINATORS.get(word.removesuffix("s")))]:
        value = round(100 * (known[0] if known else 1) / parts[0], 1)
    return Typed(text, match.start(), match.start() + len(match[0].rstrip()), value, "percent" if value else "")
