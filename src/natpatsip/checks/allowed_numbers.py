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
_SOFTWARE = (
    "Microsoft|Office|Windows|Word|Excel|Python|R|Pandoc|Typst|Quarto|Jupyter(?:Lab)?|Chromium|Chrome|Firefox|Edge|"
    "Android|iOS|macOS|Ubuntu|Debian|HTML|CSS|Unicode|Power\\sBI|SQL\\sServer"
)
_NAMED = (  # one of these after a number above one is singular: the number is part of a name, as in the Sepsis 6 bundle
    "bundle|tool|toolkit|chart|score|pathway|programme|framework|checklist|survey|guideline|trial|study|app|system|"
    "model|scale|form|questionnaire|protocol|policy|collection|dataset|edition"
)
_PATIENTS = "people|persons?|patients?|adults?|children|child|women|men|mothers|residents|those|anyone|everyone"
_NUMBERED = (
    "phase|version|component|section|step|stage|appendix|annex|chapter|part|schedule|article|regulation|standard|"
    "principle|priority|objective|recommendation|question|domain|module|driver|rule|tier|grade|type|band|category|"
    "level|class|wave|cohort|sprint|release|edition|volume|issue|cycle|round|workstream|paragraph|clause|page|item|"
    "line|column|ward|room|day|week|year|month|action|option|element|scale|zone|group|criterion|indicator|pillar|theme|study|footnote"
)
_EVENTS = (
    "birth|delivery|discharge|admission|transfer|surgery|labour|referral|death|diagnosis|treatment|induction|launch|"
    "publication|quarter|year|month|deadline|cut-off|meeting|start|end"
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
        r"\b(?:BS\s)?EN\s\d{3}\s\d{3}(?:\s[Vv][\d.]+)?\b",
        rf"\b(?:{_DOCUMENTS})[ /-]?\d[\w./:-]*(?:\s[Pp]art\s\d)?(?:\s(?:at\s)?(?:level\s)?A{{1,3}}\b)?",
        rf"\b(?:{_SOFTWARE})\s\d+(?:\.\d+)*\b(?!\s*%|,\d|\s(?:{COUNTED})\b)",
        r"(?<![\d.,£$€])\b\d+\.\d+\.\d+\b(?!\s*%)",
        rf"\b[A-Z]\w+\s\d{{1,2}}(?=\s(?:{_NAMED})\b)",
    ),
    "weeks of gestation": (
        r"\b\d{1,2}\s?\+\s?\d(?:\s*(?:and|to|–|-)\s*\d{1,2}\s?\+\s?\d)?"
        rf"(?:[\s-]weeks?{_GESTATION}?)?",
        rf"\b{_WEEKS}(?:\s*(?:and|to|or|–|-)\s*{_WEEKS})?[\s-](?:completed\s)?weeks?{_GESTATION}",
        r"\b(?:before|under|below|until|beyond|from|at|by|than)\s(?:2[2-9]|3\d|4[0-2])(?=\s(?:completed\s)?weeks\b"
        r"(?!\s(?:of|after|ago|on|long)\b))",
        r"\b(?:2\d|3\d)-week(?=\s(?:baby|babies|infant))",
    ),
    "quarter or financial year": (
        r"\bQ[1-4](?:\s*(?:,|/|–|-|&|\band\b|\bto\b)\s*Q[1-4])*"
        rf"(?:,?\s(?:of\s)?{_YEAR}(?:\s?[/–-]\s?\d{{2,4}})?)?",
        rf"\b{_YEAR}/\d\d\s?(?:–|-)\s?{_YEAR}/\d\d\b",
        rf"\b{_YEAR}\s?[/–-]\s?(?:{_YEAR}|\d\d)\b(?:-Q[1-4])?(?!-\d)(?!\s*%)",
        r"\b(?:FY|fy)\s?(?:20)?\d\d(?:[/–-]\d\d)?\b",
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
        rf"(?i:\b(?:in|since))\s1[89]\d\d\b(?!\s(?:\w+\s)?(?:{COUNTED})\b|,\d)",
        r"\b[A-Z][\w’'-]+(?:\s(?:et\sal\.?|(?:and|&)\s[A-Z][\w’'-]+))?,?\s\(1[89]\d\d[a-z]?\)",
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
        rf"(?:\d{{1,3}}|1,?00[01]|{_IN_WORDS})(?:\s(?:to|or|and)\s\d{{1,3}})?"
        rf"\s(?:consecutive\s|working\s|calendar\s)?{UNIT_OF_TIME}\b",
        rf"\b(?:\d{{1,3}}|{_IN_WORDS})\s(?:working\s|calendar\s)?{UNIT_OF_TIME}\s"
        r"(?:after|before|from|since|following|prior\sto|post)\s(?:the\s|their\s|its\s|a\s)?"
        rf"(?:{_EVENTS})\b",
        rf"\b(?:\d{{1,3}}|{_IN_WORDS})\s{UNIT_OF_TIME}\s(?:a|per|each)\s(?:day|week|month|year)\b",
        rf"\b(?:at|after|every)\s\d{{1,2}}(?:,\s\d{{1,2}})*\s(?:and|or)\s\d{{1,2}}\s{UNIT_OF_TIME}\b",
        rf"(?i:\bup\sto)\s(?:\d{{1,2}}|{_IN_WORDS})\s(?:days|weeks)\s(?:after|of\s(?:age|life))\b",
        rf"(?i:\b(?:deaths?|mortality|survival|outcomes?|follow(?:ed)?[\s-]up))\s(?:\w+\s)?(?:up\sto|at|to|by)\s"
        rf"(?:\d{{1,2}}|{_IN_WORDS})\s{UNIT_OF_TIME}\b",
        rf"\b(?:\d{{1,3}}|{_IN_WORDS})-(?:{_LED_TO})s?(?:-(?:long|old|olds))?\b",
    ),
    "age": (
        r"\b(?:aged|ages?)\s(?:of\s)?(?:under\s|over\s|between\s|from\s)?\d{1,2}(?:\s?(?:–|-|to|and)\s?\d{1,2})?"
        r"(?:\s(?:years?|and\s(?:over|under|above|older)|or\s(?:over|under|older|more)))?",
        r"\b(?:over|under)[ -]\d{1,2}s\b",
        rf"(?i:\b(?:{_PATIENTS}))\s(?:under|over|below|above)\s\d{{1,2}}\b"
        rf"(?!\s*%|[,.]\d|\s(?:per\s?cent|{COUNTED})\b)",
        r"\b\d{1,2}(?:\s?(?:–|-|to)\s?\d{1,2})?[\s-]years?[\s-](?:olds?|of\sage)\b",
    ),
    "number of a phase or the like": (
        r"(?i:\b(?:article|regulation|section|schedule|paragraph|clause|rule|part)s?)\s\d+[A-Z]?(?:\(\w{1,4}\))+",
        r"(?i:\b(?:band|grade|level|tier|type|category|class))s?\s[1-9]\s(?:and|or|to)\s[1-9]\b(?![.,]\d|\s*%)",
        rf"(?i:\b(?:{_NUMBERED}))s?\s{_NUMBER}[a-z]?\b{_AND_MORE}{_UNCOUNTED}",
        rf"(?i:\b(?:{_NUMBERED}))\s[1-9]\b(?![.,]\d|\s*%|\sper\s?cent)",
        r"(?i:\b(?:rev|vol|ver|sect?|art|ch|para|app|p|pp)\.)\s?\d+(?:\.\d+)*\b(?!\s*%)",
        r"(?i:\bP\.?O\.?\sbox)\s\d+\b",
        r"\b1(?:-to-|:)1\b(?!:)",
        r"\b(?:360|180)[\s-]degrees?\b",
        r"\b\d{1,2}(?:\.\d)?\s?(?:pt|px|dpi)\b",
        r"\b(?:v|V|ver\.)\s?\d+(?:\.\d+)*\b",
        r"\b[Mm]easures?\s\d+[a-z]\b",
        r"\b(?:[Tt]oolkit|[Ff]ramework|[Gg]uideline|[Pp]olicy|[Ss]pecification|[Pp]rotocol|[Ss]tandards?)\s\d\.\d\b"
        r"(?!\s*%|\s(?:million|thousand|times|per\s?cent)\b)",
        r"\b[Tt]ables?\s\d+\.\d+\b",
        r"(?:\b[Nn]o\.|(?<!s\s)\b[Nn]umber)\s\d{1,2}(?=[,.;:)]|$)",
        r"\b[Tt]ables?\s\d+[a-z]?(?=\s(?:of|in)\sthe\b)",
    ),
    "ordinal": (r"\b\d+(?:st|nd|rd|th)\b",),
    "term with digits": (
        r"(?<![\w£$€×.+−-])(?!x\d|X\d|GBP|USD|EUR|n=)[A-Za-z][A-Za-z&]*[-/]?[A-Za-z]*\d\w*(?:\.\d+)?"
        r"(?:-[A-Za-z]\w*)?(?!\s*%)",
        r"\bCOVID-19\b",
        r"\b[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)+-\d{1,2}\b(?!\s*%)",
        r"\b\d(?![MKBkmb]\b|[xX]\b)[A-Z][A-Za-z]*\b",
    ),
}
