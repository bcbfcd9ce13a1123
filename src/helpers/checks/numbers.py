"""Numbers in prose: which are typed, and which belong to the language.

What passes is what names a thing or a time and does not count anything: terms with digits (NEWTT2), quarters and
years, dates, times and hours, weeks of gestation, numbers of phases and versions, ordinals, number words up to ten,
documents and standards. Each kind is one pattern in `PASSING`; what is left was counted by someone and typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from helpers.checks.sentences import MARK

MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
DAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
TEENS = {
    word: number
    for number, word in enumerate(
        "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), start=11
    )
}
TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
ONES = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)}
SIZES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12}
FRACTIONS = {
    "half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
COUNTED = (  # nouns that a report counts: after one of them a bare 2016 is no year, and "level 57" no name
    "women|babies|baby|people|persons|patients|lives|deaths|births|boards|trusts|teams|units|sites|submissions|"
    "collaboratives|organisations|hospitals|practices|cases|infections|incidents|staff|interventions|sessions|events|"
    "ICBs|PSCs|ICSs|PCNs|mothers|children|infants|survivors|admissions|referrals|calls|reviews|responses|providers|"
    "networks|areas|adults|clinicians|midwives|nurses|leads|partners|specialists|interviews|prescriptions|points|"
    "percentage|per cent|percent|million|thousand|hundred|in all|in total|more|fewer"
)
_N = r"\d+(?:[.,]\d+)*"
_WORD = "|".join([*TEENS, *TENS, *ONES])
_LIST = rf"(?:\s*(?:,|/|–|-|&|,?\s*\b(?:and|or|to|through)\b)\s*{_N}[a-z]?)*"
_LABEL_LIST = rf"{_N}[a-z]?\b{_LIST}"
_NOT_COUNTED = rf"(?!\s*(?:%|per\s?cent\b|(?:\w+\s)?(?:{COUNTED})\b))"
_UNIT_OF_TIME = r"(?:second|minute|hour|day|night|week|month|year)s?"

PASSING: dict[str, str] = {
    "web address": r"(?:https?://|www\.|mailto:)\S+|\S+@\S+\.\w+|\bdoi:\S+",
    "target of a link": r"(?<=\])\([^)\s]*\)|(?<=\])\[[^\]]*\]|^\s*\[[^\]]+\]:\s.*$",
    "attributes": r"\{[#.:][^{}]*\}",
    "reference to a figure": r"@[a-z]+-[\w-]+",
    "telephone or postcode": r"\b0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",
    "emergency number": r"\b(?:NHS|call(?:s|ed|ing)?|dial(?:s|led|ling)?|ring|rang)\s+(?:111|999|119)\b"
    r"|\b(?:111|999)(?=\s+(?:calls?|service|online|option)\b)",
    "address": r"\b\d{1,4}(?:[–-]\d{1,4})?(?=(?:\s[A-Z]\w+)+\s(?:Road|Street|Lane|Square|Avenue|House|Way|Place|Close)\b)",
    "standard or document": r"\b(?:ISO(?:/IEC)?|IEC|BS(?:\sEN)?(?:\sISO)?|BSI|PAS|EN|NICE|NG|CG|QS|TA|DG|PH|WCAG|PDF/[AUX]|"
    r"DCB|DAPB|SCCI|ISB|RFC|ICD|DSM|OPCS|HTM|HBN|HL7|NatPSA|SI|GIRFT|ITIL|JSP|Cm|HC|CP|CQC)"
    r"[ -]?\d[\w./:-]*(?:\s(?:Part|part|AA|level)\s?\d?)?",
    "named with a number": r"\b(?:Microsoft|Office|Windows|Martha's|Core)\s\d+\b(?!\s*%)",
    "gestation": r"\b\d{1,2}\s?\+\s?\d(?:\s*(?:and|to|–|-)\s*\d{1,2}\s?\+\s?\d)?(?:[\s-]weeks?(?:['’]?\s(?:of\s)?(?:gestation|pregnancy))?)?"
    r"|\b(?:[12]\d|3\d|4[0-4])(?:\s*(?:and|to|or|–|-)\s*(?:[12]\d|3\d|4[0-4]))?[\s-](?:completed\s)?weeks?"
    r"(?:['’]?\s(?:of\s)?(?:gestation|pregnancy|gestational\sage)|(?=\spregnant))"
    r"|(?<=\bbefore\s)(?:2\d|3\d)(?=\sweeks\b)|(?<=\bunder\s)(?:2\d|3\d)(?=\sweeks\b)|\b(?:2\d|3\d)-week(?=\s(?:baby|babies|infant))",
    "financial year or quarter": r"\bQ[1-4](?:\s*(?:,|/|–|-|&|\band\b|\bto\b)\s*Q[1-4])*(?:,?\s(?:of\s)?(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?)?"
    r"|\b(?:19|20)\d\d\s?[/–-]\s?(?:(?:19|20)\d\d|\d\d)\b(?:-Q[1-4])?(?!\s*%)|\b(?:FY|fy)\s?\d\d(?:[/–-]\d\d)?\b"
    r"|\b[Qq]uarters?\s[1-4](?:\s(?:and|to)\s[1-4])?\b",
    "date": rf"\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b|\b\d{{1,2}}[/.]\d{{1,2}}[/.](?:20)?\d\d\b"
    rf"|\b(?:{DAYS},?\s)?\d{{1,2}}(?:st|nd|rd|th)?(?:(?:\s*(?:,|–|-|/)\s*|\s(?:and|to|or)\s)\d{{1,2}}(?:st|nd|rd|th)?)*"
    rf"\s(?:of\s)?(?:{MONTHS})\b\.?(?:,?\s(?:19|20)\d\d)?"
    rf"|\b(?:{MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d\b|\b(?:{MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)\b"
    rf"|\bon\s(?:{MONTHS})\s\d{{1,2}}\b(?!\s(?:{COUNTED})\b)"
    rf"|\b(?:{MONTHS})\s['’]?\d\d(?=[,.;)]|$)(?<=['’]\d\d)",
    "year": rf"\b(?:{MONTHS}|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter)\s(?:of\s)?(?:19|20)\d\d\b"
    rf"|(?<![\d.,£$€])\b(?:19[5-9]\d|20[0-9]\d)(?:s\b|(?:\s*(?:–|-|/)\s*|\s(?:and|to|or)\s)(?:19|20)\d\d)?"
    rf"(?![\d,]\d|\.\d|\w|\s*%|\s(?:(?:of|preterm|eligible|pregnant|new)\s)*(?:the\s)?(?:{COUNTED})\b)",
    "time": r"\b\d{1,2}[:.]\d{2}(?:\s?(?:am|pm|hours|hrs))\b|\b(?:[01]?\d|2[0-3]):[0-5]\d\b(?!:\d)|\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|o['’]clock)"
    r"|\b24/7(?:/365)?\b|\b(?:12|24)-hour clock\b",
    "hours": rf"\b(?:\d+(?:\.\d+)?|(?:{_WORD})(?:-(?:{_WORD}))?)(?:(?:\s?(?:–|-)\s?|\s(?:to|or|and)\s)(?:\d+|{_WORD}))?[\s-]?(?:hours?|hrs?|minutes?|mins?|seconds?)\b",
    "length of time": rf"\b(?:[Ii]n|[Ww]ithin|[Oo]ver|[Ff]or|[Aa]fter|[Ee]very|[Ll]ast|[Pp]ast|[Nn]ext|[Ff]irst|[Pp]revious|"
    rf"[Pp]receding|[Ff]ollowing|[Cc]oming|[Ll]atest|[Tt]railing|[Rr]olling)\s(?:the\s)?(?:(?:last|past|next|first|previous|following|coming)\s)?"
    rf"(?:\d{{1,3}}|(?:{_WORD})(?:-(?:{_WORD}))?)(?:\s(?:to|or|and)\s\d{{1,3}})?\s(?:consecutive\s|working\s|calendar\s)?{_UNIT_OF_TIME}\b",
    "named by a length": rf"\b(?:\d{{1,3}}|(?:{_WORD})(?:-(?:{_WORD}))?)-(?:hour|day|week|month|year|minute|point|item|step|stage|phase|part|lead|question|domain)s?(?:-(?:long|old|olds))?\b",
    "age": r"\b(?:aged|ages?)\s(?:of\s)?(?:under\s|over\s|between\s|from\s)?\d{1,2}(?:\s?(?:–|-|to|and)\s?\d{1,2})?(?:\s(?:years?|and\s(?:over|under|above|older)|or\s(?:over|under|older|more)))?"
    r"|\b(?:over|under)-\d{1,2}s\b|\b\d{1,2}(?:\s?(?:–|-|to)\s?\d{1,2})?[\s-]years?[\s-](?:olds?|of\sage)\b",
    "number of a phase or the like": rf"\b(?:[Pp]hase|[Vv]ersion|[Cc]omponent|[Ss]ection|[Ss]tep|[Ss]tage|[Aa]ppendix|[Aa]nnex|[Cc]hapter|[Pp]art|[Ss]chedule|[Aa]rticle|"
    rf"[Rr]egulation|[Ss]tandard|[Pp]rinciple|[Pp]riority|[Oo]bjective|[Rr]ecommendation|[Qq]uestion|[Dd]omain|[Mm]odule|[Dd]river|[Rr]ule|"
    rf"[Tt]ier|[Gg]rade|[Tt]ype|[Bb]and|[Cc]ategory|[Ll]evel|[Cc]lass|[Ww]ave|[Cc]ohort|[Ss]print|[Rr]elease|[Ee]dition|[Vv]olume|[Ii]ssue|[Cc]ycle|"
    rf"[Rr]ound|[Ww]orkstream|[Pp]aragraph|[Cc]lause|[Pp]age|[Ii]tem|[Ll]ine|[Ww]ard|[Rr]oom|[Dd]ay|[Ww]eek|[Yy]ear|[Mm]onth|[Aa]ction|[Oo]ption)s?\s{_LABEL_LIST}{_NOT_COUNTED}"
    rf"|\b(?:v|V|ver\.)\s?\d+(?:\.\d+)*\b|\b(?:[Nn]o\.|[Nn]umber)\s\d{{1,2}}(?=[,.;:)]|$)",
    "table of another document": r"\b[Tt]ables?\s\d+[a-z]?(?=\s(?:of|in)\sthe\b)",
    "ordinal": r"\b\d+(?:st|nd|rd|th)\b",
    "term with digits": r"(?<![\w£$€×.+−-])(?!x\d|X\d|GBP|USD|EUR|n=)[A-Za-z][A-Za-z&]*[-/]?[A-Za-z]*\d[\w]*(?:\.\d+)?(?:-[A-Za-z]\w*)?(?!\s*%)"
    r"|\bCOVID-19\b|\b\d(?![MKBkmb]\b|[xX]\b)[A-Z][A-Za-z]*\b",
}
"""What may stand in prose, by kind; the order matters, since an earlier kind takes its digits away from a later one."""

_COMPILED = {kind: re.compile(pattern, re.MULTILINE) for kind, pattern in PASSING.items()}
_CODE = re.compile(r"`+([^`]*)`+")
_BARE_NUMBER = re.compile(r"[£$€~<>]?\s?[\d.,]+\s?%?")
_SIZE = r"(?:hundred|thousand|million|billion|m|bn|k|M|K)"
DIGITS = re.compile(
    rf"(?P<before>[£$€]|[×xX](?=\s?\d)|(?:GBP|USD|EUR)\s?)?\s?(?P<number>\d+(?:[,\s]\d{{3}})*(?:\.\d+)?)"
    rf"(?:\s?(?:–|-|to)\s?[£$€]?(?P<last>\d+(?:,\d{{3}})*(?:\.\d+)?))?"
    rf"(?P<size>\s?{_SIZE}\b)?(?P<after>\s?(?:%|per\s?cent\b|percentage points\b|[×x]\b|times\b))?"
)
_SCALE = "hundred|thousand|million|billion"
WORDS = re.compile(
    rf"\b(?:(?:an?|{_WORD}|several|half\sa)[\s-])?(?:{_SCALE})(?:[\s-](?:(?:and|{_WORD}|{_SCALE})\b))*(?!\w)(?!s\b)"
    rf"|\b(?:{'|'.join(TENS)})(?:[\s-](?:{'|'.join(ONES)}))?\b|\b(?:{'|'.join(TEENS)})\b"
    rf"|\ba(?:\shalf)?\sdozen\b|\b(?:{'|'.join(ONES)})\sdozen\b",
    re.IGNORECASE,
)
RATIOS = re.compile(
    rf"\b(?:{_WORD}|{MARK}|\d+)\s(?:in|out\sof)\s(?:every\s)?(?:{_WORD}|a\s(?:hundred|thousand)|\d+)\b(?!\s(?:{_UNIT_OF_TIME}|phases?|steps?|stages?|parts?|places?)\b)"
    rf"|\b(?:{_WORD})\sper\s?cent\b"
    rf"|\b(?:an?|one|two|three|four|five|six|seven|eight|nine)[\s-](?:third|fifth|sixth|seventh|eighth|ninth|tenth)s?(?=\s+(?:of|more|fewer|less|higher|lower|are|is|were|was|have|had|has|did|do|said|take|took)\b|\s*[,.;:)]|\s*$)"
    rf"|\btwo[\s-]thirds\b|\bthree[\s-]quarters\b(?!\s(?:into|through)\b)"
    rf"|\b(?:an?|one)\squarter\sof\s(?!an?\s(?:year|hour|century)|the\s(?:year|hour|century|financial)|20)"
    rf"|\bhalf\s(?:of\s)?(?:all\s)?(?:the|our|these|those|its|England['’]s)\s(?!(?:year|quarter|month|week|day|time|way|battle|story|decade|century|hour|risk|odds|chance|size)\b)(?=\w)"
    rf"|\bhalf\sof\s(?:all\s)?(?!(?:the\s)?(?:an?\s|20\d\d|year|quarter|month|week|day|time|way|{'|'.join(MONTHS.split('|'))}))(?=\w)"
    rf"|\b(?:{_WORD}|hundred|thousand|\d+)[\s-]?fold\b"
    rf"|\b(?:doubled|tripled|trebled|quadrupled|quintupled)\b",
    re.IGNORECASE,
)
FIGURE_NUMBER = re.compile(r"\b(?:[Ff]igures?|[Ff]igs?\.?|[Cc]harts?)\s(?:\d+[a-z]?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen)\b"
                           r"(?:(?:\s*(?:,|–|-)\s*|\s(?:and|to)\s)\d+)*")


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
    found = [
        Typed(match[0].strip(), match.start(), match.end(), is_figure=True) for match in FIGURE_NUMBER.finditer(text)
    ]
    left = _without(text, [(each.start, each.end) for each in found])
    code = [(match.start(), match.end()) for match in _CODE.finditer(left) if not _BARE_NUMBER.fullmatch(match[1].strip())]
    left = _without(left, code)
    for term in sorted(terms, key=len, reverse=True):
        if any(letter.isdigit() for letter in term):
            left = _without(left, [m.span() for m in re.finditer(rf"(?<!\w){re.escape(term)}(?!\w)", left)])
    ratios = [match for match in RATIOS.finditer(left) if not _is_time(left, match)]
    found += [_ratio(match) for match in ratios]
    left = _without(left, [match.span() for match in ratios])
    for pattern in _COMPILED.values():
        left = _without(left, [match.span() for match in pattern.finditer(left)])
    digits = list(DIGITS.finditer(left))
    found += [_digits(match) for match in digits]
    left = _without(left, [match.span() for match in digits])
    found += [each for match in WORDS.finditer(left) if (each := _words(match)) is not None]
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
            other is not each and other.start <= each.start and each.end <= other.end and (other.end - other.start) > (each.end - each.start)
            for other in found
        ):
            yield each


def _digits(match: re.Match[str]) -> Typed:
    number = float(re.sub(r"[,\s]", "", match["number"]))
    size = (match["size"] or "").strip()
    number *= {"hundred": 1e2, "thousand": 1e3, "k": 1e3, "K": 1e3, "million": 1e6, "m": 1e6, "M": 1e6, "billion": 1e9, "bn": 1e9}.get(size, 1)
    after, before = (match["after"] or "").strip(), (match["before"] or "").strip()
    unit = "percent" if after in ("%", "per cent", "percent") else "GBP" if before in ("£", "GBP") else ""
    value = None if match["last"] else round(number, 6)
    return Typed(match[0].strip(), match.start() + len(match[0]) - len(match[0].lstrip()), match.end(), value, unit)


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
    >>> value_of("twenty-nine"), value_of("one thousand and sixteen"), value_of("a million"), value_of("several hundred")
    (29.0, 1016.0, 1000000.0, None)
    """
    total, part = 0.0, 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in ("and", "of"):
            continue
        if word in ("a", "an"):
            part += 1
        elif word in TEENS | TENS | ONES:
            part += (TEENS | TENS | ONES)[word]
        elif word in SIZES and SIZES[word] >= 1000:
            total, part = total + (part or 1) * SIZES[word], 0
        elif word in SIZES:
            part = (part or 1) * SIZES[word]
        else:
            return None
    return total + part


def _ratio(match: re.Match[str]) -> Typed:
    text = match[0].strip()
    end = match.start() + len(match[0].rstrip())
    words = re.findall(r"[a-z]+|\d+", text.lower())
    numbers = [ONES.get(word) or TEENS.get(word) or TENS.get(word) or (int(word) if word.isdigit() else None) for word in words]
    value = None
    if "per" in words and (first := numbers[0]):
        return Typed(text, match.start(), end, float(first), "percent")
    known = [number for number in numbers if number]
    if ("in" in words or "out" in words) and len(known) >= 2 and known[-1]:
        value = round(100 * known[0] / known[-1], 1)
    for word in words:
        if (base := FRACTIONS.get(word.removesuffix("s"))) and base > 2:
            value = round(100 * (known[0] if known else 1) / base, 1)
    return Typed(text, match.start(), end, value, "percent" if value else "")
