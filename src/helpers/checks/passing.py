"""What may stand in prose with its digits, since it names a thing or a time and counts nothing.

Each kind is a list of patterns. The order matters: an earlier kind takes its digits away from a later one.
"""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
TEENS: Final = {
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
ONES: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
COUNTED: Final = (
    "women|babies|baby|people|persons|patients|lives|deaths|births|boards|trusts|teams|units|sites|submissions|"
    "collaboratives|organisations|hospitals|practices|cases|infections|incidents|staff|interventions|sessions|events|"
    "ICBs|PSCs|ICSs|PCNs|mothers|children|infants|survivors|admissions|referrals|calls|reviews|responses|providers|"
    "networks|areas|adults|clinicians|midwives|nurses|leads|partners|specialists|interviews|prescriptions|points|"
    "percentage|per cent|percent|million|thousand|hundred|in all|in total|more|fewer"
)
"""What a report counts: before one of these a bare 2016 is no year, and *level 57* names nothing."""

WORD: Final = "|".join([*TEENS, *TENS, *ONES])
UNIT_OF_TIME: Final = r"(?:second|minute|hour|day|night|week|month|year)s?"

_IN_WORDS = rf"(?:{WORD})(?:-(?:{WORD}))?"
_NUMBER = r"\d+(?:[.,]\d+)*"
_AND_MORE = rf"(?:\s*(?:,|/|–|-|&|,?\s*\b(?:and|or|to|through)\b)\s*{_NUMBER}[a-z]?)*"
_UNCOUNTED = rf"(?!\s*(?:%|per\s?cent\b|(?:\w+\s)?(?:{COUNTED})\b))"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKS = r"(?:[12]\d|3\d|4[0-4])"
_GESTATION = r"(?:['’]?\s(?:of\s)?(?:gestation|pregnancy|gestational\sage)|(?=\spregnant))"
_SINCE_WHEN = (
    "in|within|over|for|after|every|last|past|next|first|previous|preceding|following|coming|latest|trailing|rolling"
)
_DOCUMENTS = (
    r"ISO(?:/IEC)?|IEC|BS(?:\sEN)?(?:\sISO)?|BSI|PAS|EN|NICE|NG|CG|QS|TA|DG|PH|WCAG|PDF/[AUX]|DCB|DAPB|SCCI|ISB|RFC|"
    r"ICD|DSM|OPCS|HTM|HBN|HL7|NatPSA|SI|JSP|Cm|HC|CP"
)
_NUMBERED = (
    "phase|version|component|section|step|stage|appendix|annex|chapter|part|schedule|article|regulation|standard|"
    "principle|priority|objective|recommendation|question|domain|module|driver|rule|tier|grade|type|band|category|"
    "level|class|wave|cohort|sprint|release|edition|volume|issue|cycle|round|workstream|paragraph|clause|page|item|"
    "line|column|ward|room|day|week|year|month|action|option"
)
_LED_TO = "hour|day|week|month|year|minute|point|item|step|stage|phase|part|lead|question|domain"  # a 12-month review

PASSING: Final[dict[str, tuple[str, ...]]] = {
    "web address": (r"(?:https?://|www\.|mailto:)\S+", r"\S+@\S+\.\w+", r"\bdoi:\S+"),
    "link": (r"(?<=\])\([^)\s]*\)", r"(?<=\])\[[^\]]*\]", r"^\s*\[[^\]]+\]:\s.*$"),
    "attributes": (r"\{[#.:][^{}]*\}",),
    "reference to a figure": (r"@[a-z]+-[\w-]+",),
    "telephone and postcode": (
        r"\b0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}\b",
        r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",
        r"\b(?:NHS|call(?:s|ed|ing)?|dial(?:s|led|ling)?|ring|rang)\s+(?:111|999|119)\b",
        r"\b(?:111|999)(?=\s+(?:calls?|service|online|option)\b)",
    ),
    "address": (
        r"\b\d{1,4}(?:[–-]\d{1,4})?(?=(?:\s[A-Z]\w+)+\s(?:Road|Street|Lane|Square|Avenue|House|Way|Place|Close)\b)",
    ),
    "standard or document": (
        rf"\b(?:{_DOCUMENTS})[ -]?\d[\w./:-]*(?:\s[Pp]art\s\d)?(?:\s(?:at\s)?(?:level\s)?A{{1,3}}\b)?",
        r"\b(?:Microsoft|Office|Windows)\s\d+\b(?!\s*%)",
    ),
    "weeks of gestation": (
        r"\b\d{1,2}\s?\+\s?\d(?:\s*(?:and|to|–|-)\s*\d{1,2}\s?\+\s?\d)?"
        rf"(?:[\s-]weeks?{_GESTATION}?)?",
        rf"\b{_WEEKS}(?:\s*(?:and|to|or|–|-)\s*{_WEEKS})?[\s-](?:completed\s)?weeks?{_GESTATION}",
        r"(?<=\bbefore\s)(?:2\d|3\d)(?=\sweeks\b)",
        r"(?<=\bunder\s)(?:2\d|3\d)(?=\sweeks\b)",
        r"\b(?:2\d|3\d)-week(?=\s(?:baby|babies|infant))",
    ),
    "quarter or financial year": (
        r"\bQ[1-4](?:\s*(?:,|/|–|-|&|\band\b|\bto\b)\s*Q[1-4])*"
        rf"(?:,?\s(?:of\s)?{_YEAR}(?:\s?[/–-]\s?\d{{2,4}})?)?",
        rf"\b{_YEAR}\s?[/–-]\s?(?:{_YEAR}|\d\d)\b(?:-Q[1-4])?(?!-\d)(?!\s*%)",
        r"\b(?:FY|fy)\s?\d\d(?:[/–-]\d\d)?\b",
        r"\b[Qq]uarters?\s[1-4](?:\s(?:and|to)\s[1-4])?\b",
    ),
    "date": (
        r"\b\d{4}-\d{2}(?:-\d{2})?\b",
        r"\b\d{1,2}[/.]\d{1,2}[/.](?:20)?\d\d\b",
        rf"\b{_DAY}(?:(?:\s*(?:,|–|-|/)\s*|\s(?:and|to|or)\s){_DAY})*\s(?:of\s)?(?:{MONTHS})\b\.?(?:,?\s{_YEAR})?",
        rf"\b(?:{MONTHS})\s{_DAY},?\s{_YEAR}\b",
        rf"\b(?:{MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)\b",
        rf"\bon\s(?:{MONTHS})\s\d{{1,2}}\b(?!\s(?:{COUNTED})\b)",
    ),
    "year": (
        rf"\b(?:{MONTHS}|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter)\s(?:of\s)?{_YEAR}\b",
        rf"(?<![\d.,£$€])\b(?:19[5-9]\d|20\d\d)(?:s\b|(?:\s*(?:–|-|/)\s*|\s(?:and|to|or)\s){_YEAR})?"
        rf"(?![\d,]\d|\.\d|\w|\s*%|\s(?:(?:of|preterm|eligible|pregnant|new)\s)*(?:the\s)?(?:{COUNTED})\b)",
    ),
    "time": (
        r"\b\d{1,2}[:.]\d{2}(?:\s?(?:am|pm|hours|hrs))\b",
        r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b(?!:\d)",
        r"\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|o['’]clock)",
        r"\b24/7(?:/365)?\b",
    ),
    "hours": (
        rf"\b(?:\d+(?:\.\d+)?|{_IN_WORDS})(?:(?:\s?(?:–|-)\s?|\s(?:to|or|and)\s)(?:\d+|{WORD}))?"
        r"[\s-]?(?:hours?|hrs?|minutes?|mins?|seconds?)\b",
    ),
    "span of time": (
        rf"(?i:\b(?:{_SINCE_WHEN})\s(?:the\s)?(?:(?:last|past|next|first|previous|following|coming)\s)?)"
        rf"(?:\d{{1,3}}|{_IN_WORDS})(?:\s(?:to|or|and)\s\d{{1,3}})?"
        rf"\s(?:consecutive\s|working\s|calendar\s)?{UNIT_OF_TIME}\b",
        rf"\b(?:\d{{1,3}}|{_IN_WORDS})-(?:{_LED_TO})s?(?:-(?:long|old|olds))?\b",
    ),
    "age": (
        r"\b(?:aged|ages?)\s(?:of\s)?(?:under\s|over\s|between\s|from\s)?\d{1,2}(?:\s?(?:–|-|to|and)\s?\d{1,2})?"
        r"(?:\s(?:years?|and\s(?:over|under|above|older)|or\s(?:over|under|older|more)))?",
        r"\b(?:over|under)-\d{1,2}s\b",
        r"\b\d{1,2}(?:\s?(?:–|-|to)\s?\d{1,2})?[\s-]years?[\s-](?:olds?|of\sage)\b",
    ),
    "number of a phase or the like": (
        rf"(?i:\b(?:{_NUMBERED}))s?\s{_NUMBER}[a-z]?\b{_AND_MORE}{_UNCOUNTED}",
        rf"(?i:\b(?:{_NUMBERED}))\s[1-9]\b(?![.,]\d|\s*%|\sper\s?cent)",
        r"\b(?:v|V|ver\.)\s?\d+(?:\.\d+)*\b",
        r"\b(?:[Nn]o\.|[Nn]umber)\s\d{1,2}(?=[,.;:)]|$)",
        r"\b[Tt]ables?\s\d+[a-z]?(?=\s(?:of|in)\sthe\b)",
    ),
    "ordinal": (r"\b\d+(?:st|nd|rd|th)\b",),
    "term with digits": (
        r"(?<![\w£$€×.+−-])(?!x\d|X\d|GBP|USD|EUR|n=)[A-Za-z][A-Za-z&]*[-/]?[A-Za-z]*\d\w*(?:\.\d+)?"
        r"(?:-[A-Za-z]\w*)?(?!\s*%)",
        r"\bCOVID-19\b",
        r"\b\d(?![MKBkmb]\b|[xX]\b)[A-Z][A-Za-z]*\b",
    ),
}
