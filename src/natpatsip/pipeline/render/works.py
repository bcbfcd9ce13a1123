"""The works of a ``.bib`` file, and what is wrong in one of which pandoc takes a part without a word.

It takes the last of two works with one key and of two fields with one name, a misspelt abbreviation as it stands, month
13 for spring, and leaves out a date in words. Files that are not BibTeX at all it refuses by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from natpatsip.wording import listing

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NOT_WORKS = ("comment", "preamble")
NAMES = ("author", "editor", "translator")
MOST_PARTS = 3  # of a name with commas: Bloggs, Jr, Jo
_ENTRY = re.compile(r"@\s*(\w+)\s*[{(]")
_COMMENT = re.compile(r"^[ \t]*%.*$", re.MULTILINE)
_KEY = re.compile(r"\s*([^,\s{}()]+)\s*,")
_FIELD = re.compile(r"[\s,]*([A-Za-z][\w:-]*)\s*=\s*")
_WORD = re.compile(r"[^\s,#{}()\"]+")
_PART = re.compile(r"\b(?:family|given)\s*=")  # of a name in the extended form of biblatex
_JOIN = re.compile(r"\s*#\s*")
_DATE = re.compile(r"(-?\d{4})(?:-(\d{2})(?:-(\d{2})(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?)?)?[?~%]*")
_SEASONS = range(21, 25)  # of the Extended Date/Time Format


@dataclass(frozen=True)
class Field:
    """A field of a work: its name, its text, and the words in it that are abbreviations."""

    name: str
    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """A work: its key, its line and its fields."""

    key: str
    line: int
    fields: tuple[Field, ...]

    def text(self, name: str) -> str:
        """Return the text of a work's field, empty if it has none."""
        return next((field.text for field in self.fields if field.name == name), "")


@dataclass(frozen=True)
class Works:
    """The works of a file, and the abbreviations that it defines."""

    file: str
    works: Sequence[Work]
    abbreviations: Collection[str]


def read_works(file: str, text: str) -> Works:
    """Return the works of a ``.bib`` file; of one that is not BibTeX, those that can be read."""
    works, abbreviations, at = list[Work](), list(MONTHS), 0
    text = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    while entry := _ENTRY.search(text, at):
        at, kind = entry.end(), entry[1].lower()
        if kind in NOT_WORKS:
            at = _closing(text, at)
            continue
        key = None if kind == "string" else _KEY.match(text, at)
        at = key.end() if key else at
        fields = tuple(_fields(text, at))
        at = _closing(text, at)
        if kind == "string":
            abbreviations += [field.name for field in fields]
        elif key:
            works.append(Work(key[1], text.count("\n", 0, entry.start()) + 1, fields))
    return Works(file, works, abbreviations)


def _fields(text: str, at: int) -> Iterator[Field]:
    """Yield the fields of a work in a ``.bib`` file."""
    while field := _FIELD.match(text, at):
        at, parts, words = field.end(), list[str](), list[str]()
        while True:
            start = at
            if text[at : at + 1] in ("{", '"'):
                at = _closing(text, at + 1, '"' if text[at] == '"' else "}")
                parts.append(text[start + 1 : at - 1])
            elif word := _WORD.match(text, at):
                at = word.end()
                parts.append(word[0])
                words += [] if word[0][0].isdigit() else [word[0].lower()]
            if not (join := _JOIN.match(text, at)):
                break
            at = join.end()
        yield Field(field[1].lower(), "".join(parts).strip(), tuple(words))


def _closing(text: str, at: int, sign: str = "") -> int:
    """Return the place after the sign in a ``.bib`` file that closes what was opened; by default any bracket."""
    depth = 0
    for place in range(at, len(text)):
        if depth == 0 and (text[place] == sign or (not sign and text[place] in "})")):
            return place + 1
        depth += (text[place] == "{") - (text[place] == "}")
    return len(text)


def faults_of(key: str, files: Sequence[Works]) -> Iterator[str]:
    """Yield what is wrong in the work that a key of a citation names, a sentence each with its place."""
    found = [(each, work) for each in files for work in each.works if work.key == key]
    if len(found) > 1:
        places = listing([f"{each.file}, line {work.line}" for each, work in found])
        yield f"{places}: {key} is the key of {len(found)} works, of which one would be cited. Give each its own."
    known = {work.key for each in files for work in each.works}
    for each, work in found:
        place = f"{each.file}, line {work.line}, {key}"
        yield from (f"{place}: {text}" for text in _faults(work, each.abbreviations, known))


def _faults(work: Work, abbreviations: Collection[str], known: Collection[str]) -> Iterator[str]:
    names = [field.name for field in work.fields]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"the field {name} is there {names.count(name)} times. Keep one."
    lower = {each.lower() for each in abbreviations}
    for field in work.fields:
        if unknown := [word for word in field.words if word not in lower]:
            yield f'{field.name} is "{field.text}", and no @string defines {unknown[0]}. Put braces around a text.'
        if field.name in NAMES:
            for name in re.split(r"\s+and\s+", field.text):
                if _top_level_commas(name) >= MOST_PARTS and not _PART.search(name):
                    yield f'{field.name} has the name "{name}". Join several people with "and", not commas.'
    yield from _faults_of_dates(work)
    for name in ("crossref", "xdata"):
        if (other := work.text(name)) and other not in known:
            yield f'{name} is "{other}", which is the key of no work. Add it, or take the field out.'


def _faults_of_dates(work: Work) -> Iterator[str]:
    month, day = work.text("month"), work.text("date")
    if month.isdigit() and not 1 <= int(month) <= len(MONTHS):
        yield f'month is "{month}". Write a number from 1 to 12, or jan to dec without braces.'
    if day and not all(_is_date(part) for part in day.split("/") if part not in ("", "..")):
        yield f'date is "{day}". Write it like 2024-08-14, 2024-08 or 2024.'
    elif day and (year := work.text("year")) and year not in day:
        yield f"year is {year}, and date is {day}. Keep one of them."


def _is_date(text: str) -> bool:
    """Return True if a work's date is one: a year, a month or a season, a day."""
    found = _DATE.fullmatch(text)
    if not found:
        return False
    year, month, day = (int(part or 1) for part in found.groups())
    if not found[3] and month in _SEASONS:
        return True
    try:
        date(max(abs(year), 1), month, day)
    except ValueError:
        return False
    return True


def _top_level_commas(name: str) -> int:
    while name != (name := re.sub(r"\{[^{}]*\}", "", name)):
        pass
    return name.count(",")
