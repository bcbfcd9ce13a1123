"""What the cells of a field may be: each declared type and constraint, as a check and as words for a message."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from pydantic.alias_generators import to_camel

from natpatsip.datasets.descriptor import DataField
from natpatsip.datasets.plain_file import Fault
from natpatsip.errors import nearest
from natpatsip.files.yaml_models import shown
from natpatsip.quarter import A_PERIOD, A_QUARTER, MONTH, is_period, is_quarter

MOST_WORDS = 12  # of a list of words in a message
SPREADSHEET_DATE = re.compile(  # Jan-21, January 2021, 01/04/2024, 1-Apr-24, 2024-04-01 00:00:00, or days since 1900
    r"[A-Z][a-z]{2,8}[- ][0-9]{2,4}|[0-9]{1,2}([-/. ])([0-9]{1,2}|[A-Z][a-z]{2})\1[0-9]{2,4}"
    r"|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}( [0-9:]+)?|[0-9]{5}"
)
SPREADSHEET = "A spreadsheet has changed the {}: format the column as text or as {}, and save the file as CSV again."
SPREADSHEET_FORMS = {"yearmonth": ("months", "yyyy-mm"), "date": ("dates", "yyyy-mm-dd")}
INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
UNSEEN = re.compile(r"\A\s|\s\Z|[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
UNSEEN_CAUSE = "A space at its end, or a letter that is not seen, makes it another text than the same one without."
NUMBER_IN_TEXT = re.compile(r"([^0-9+-]*)([+-]?[0-9](?:.*[0-9])?)([^0-9]*)")
MAKES_ANOTHER_NUMBER = re.compile(r"[()<>≤≥~≈±−–—+*/×-]|\b(?:k|m|mn|bn|b|thousand|million|billion)\b", re.IGNORECASE)
YEAR = re.compile(r"[0-9]{4}")
EXAMPLES = {
    "quarter": A_QUARTER,
    "period": A_PERIOD,
    "yearmonth": "a month such as 2024-09",
    "year": "a year such as 2024",
    "date": "a date such as 2024-08-14",
    "datetime": "a date and time such as 2024-08-14T09:30:00",
    "time": "a time such as 09:30:00",
    "integer": "a whole number",
    "number": "a number",
}


def value_fits(value: str, unit: str) -> bool:
    """Return True if a cell's value is what its unit asks for: a date, a quarter or a number.

    Examples
    --------
    >>> value_fits("677", "people"), value_fits("2024-08-14", "date"), value_fits("2024-08-14", "people")
    (True, True, False)
    """
    if unit == "date":
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    return is_quarter(value) if unit == "quarter" else bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value))


def value_expected(unit: str) -> str:
    """Return what a unit asks of a cell, in words."""
    forms = {"date": EXAMPLES["date"], "quarter": EXAMPLES["quarter"]}
    return forms.get(unit, "a number, in digits alone, such as 677 or 85.9")


@dataclass(frozen=True)
class CellRule:
    """What the cells of a column may be.

    ``words`` maps each text that is accepted to what it is read as (an alias to the organisation's name); None where
    the column has no list.
    """

    field: DataField
    missing: Mapping[str, str]
    is_required: bool
    words: Mapping[str, str] | None
    listed_in: str = ""  # "a team of data/organisations.csv"

    @property
    def expected(self) -> str:
        """What a cell should have been, in words."""
        text = self.listed_in or _expected(self.field)
        if self.is_required:
            return text
        others = [f'"{value}" for {label}' if label else f'"{value}"' for value, label in self.missing.items() if value]
        others += ["nothing"] if "" in self.missing else []
        return f"{text}, or {', '.join(others)}" if others else text

    def parse(self, text: str) -> Any:
        """Return the value of a cell, None where it is missing.

        Raises
        ------
        ValueError
            If it is not what the field may hold.
        """
        if text in self.missing and not self.is_required:
            return None
        if text in self.missing or (self.is_required and not text.strip()):
            raise ValueError(text)
        if self.words is not None:
            return _as_type(self.words[text], self.field) if text in self.words else _refuse(text)
        value = _as_type(text, self.field)
        _check_constraints(text, value, self.field)
        return value

    def read(self, texts: Sequence[str], lines: Sequence[int]) -> tuple[list[Any], list[Fault]]:
        """Return the values of a column, and the cells that are not what they may be (their values are None)."""
        known: dict[str, Any] = {}
        wrong: dict[str, Fault] = {}
        for text in set(texts):  # a column repeats its texts, and each is checked once
            try:
                known[text] = self.parse(text)
            except ValueError:
                wrong[text] = self._fault(text)
        amounts = [text for text in texts if known.get(text)]  # 0 is the same with any sign
        wrong |= self._other_signs(amounts)
        if not wrong:
            return list(map(known.__getitem__, texts)), []
        faults = [replace(wrong[text], line=line) for text, line in zip(texts, lines, strict=True) if text in wrong]
        return list(map(known.get, texts)), faults

    def _other_signs(self, texts: Sequence[str]) -> dict[str, Fault]:
        """Return the numbers beside which another sign stands than in the first cell: £5 and 50p are not 5 and 50."""
        if self.field.bare_number or self.field.type not in ("integer", "number"):
            return {}
        signs, column = {text: sign_beside(text) for text in dict.fromkeys(texts)}, self.field.name
        first = next(iter(signs), "")
        expected = f'expected the same sign beside it as in "{first}".'
        others = [text for text, sign in signs.items() if sign != signs[first]]
        return {text: Fault(f'found "{text}", {expected}', column=column) for text in others}

    def _fault(self, text: str) -> Fault:
        hint = nearest(text, self.words) if self.words and text else ""
        form = SPREADSHEET_FORMS.get(self.field.type)
        cause = SPREADSHEET.format(*form) if form and SPREADSHEET_DATE.fullmatch(text) else ""
        if self.field.type == "string" and self.words is None and UNSEEN.search(text):
            cause = UNSEEN_CAUSE
        return Fault(f'found "{text}", expected {self.expected}.{hint}', column=self.field.name, cause=cause)


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _as_type(text: str, field: DataField) -> Any:
    """Return a cell's text as its field's type, or raise a ValueError."""
    if field.natpatsip.form:
        holds = is_quarter if field.natpatsip.form == "quarter" else is_period
        return text if holds(text) else _refuse(text)
    return PARSERS.get(field.type, _same)(text, field)


def _same(text: str, field: DataField) -> str:
    return text if field.type != "string" or not UNSEEN.search(text) else _refuse(text)


def _number(text: str, field: DataField) -> float:
    plain = _plain(text, field)
    return float(plain) if NUMBER.fullmatch(plain) else float(_refuse(text))


def _integer(text: str, field: DataField) -> int:
    plain = _plain(text, field)
    return int(plain) if INTEGER.fullmatch(plain) else int(_refuse(text))


def _plain(text: str, field: DataField) -> str:
    """Return a number without what the field allows around and in it.

    A sign or word beside it that makes it another number (``<5``, ``(5)``, ``1.2m``) and digits that are not in groups
    of three (``1,5``) are refused.
    """
    if not field.bare_number:
        parts = NUMBER_IN_TEXT.fullmatch(text)
        if parts is None or MAKES_ANOTHER_NUMBER.search(f"{parts[1]} {parts[3]}"):
            return str(_refuse(text))
        text = parts[2]
    group, point = re.escape(field.group_char), re.escape(field.decimal_char)
    if group and field.group_char in text:
        if not re.fullmatch(rf"[+-]?[0-9]{{1,3}}({group}[0-9]{{3}})+({point}[0-9]+)?", text):
            return str(_refuse(text))
        text = text.replace(field.group_char, "")
    if field.decimal_char == ".":
        return text
    return str(_refuse(text)) if "." in text else text.replace(field.decimal_char, ".")


def sign_beside(text: str) -> str:
    """Return the signs around a cell's number: of a currency, %, ‰ and the p of pence. Words do not count.

    Examples
    --------
    >>> [sign_beside(text) for text in ("85 %", "£5", "50p", "1 child", "2 children", "7")]
    ['%', '£', 'p', '', '', '']
    """
    parts = NUMBER_IN_TEXT.fullmatch(text)
    if parts is None:
        return text
    if parts[3].strip().lower() == "p":
        return "p"
    return "".join(each for each in f"{parts[1]}{parts[3]}" if each in "%‰" or unicodedata.category(each) == "Sc")


def _boolean(text: str, field: DataField) -> bool:
    return True if text in field.true_values else False if text in field.false_values else bool(_refuse(text))


def _date(text: str, field: DataField) -> date:
    if field.format not in ("default", "any"):
        return _strptime(text, field).date()
    found = date.fromisoformat(text)
    return found if found.isoformat() == text else _refuse(text)


def _datetime(text: str, field: DataField) -> datetime:
    if field.format not in ("default", "any"):
        return _strptime(text, field)
    return datetime.fromisoformat(text)


def _strptime(text: str, field: DataField) -> datetime:
    return datetime.strptime(text if text.isascii() else _refuse(text), field.format)  # it takes digits of any script


def _time(text: str, field: DataField) -> str:
    time.fromisoformat(text)
    return text


def _year(text: str, field: DataField) -> int:
    return int(text) if YEAR.fullmatch(text) else int(_refuse(text))


def _month(text: str, field: DataField) -> date:
    return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) else _refuse(text)


PARSERS: Mapping[str, Callable[[str, DataField], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "year": _year,
    "yearmonth": _month,
}


def _check_constraints(text: str, value: Any, field: DataField) -> None:
    """Raise a ValueError where a value breaks a constraint of its field."""
    limits = field.constraints
    bounds = (
        limits.minimum is None or value >= _bound(limits.minimum, field),
        limits.maximum is None or value <= _bound(limits.maximum, field),
        limits.exclusive_minimum is None or value > _bound(limits.exclusive_minimum, field),
        limits.exclusive_maximum is None or value < _bound(limits.exclusive_maximum, field),
        limits.min_length is None or len(text) >= limits.min_length,
        limits.max_length is None or len(text) <= limits.max_length,
        limits.pattern is None or re.fullmatch(limits.pattern, text) is not None,
    )
    if not all(bounds):
        raise ValueError(text)


def bounds_expected(field: DataField) -> list[str]:
    """Return what is wrong with the bounds that a field declares: each is a value that its cells may have."""
    limits, wrong = field.constraints, []
    for name in ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum"):
        bound = getattr(limits, name)
        try:
            if bound is not None and not _is_comparable(_bound(bound, field), field):
                raise ValueError
        except ValueError:
            expected = EXAMPLES.get(field.natpatsip.form or field.type, "a text")
            wrong.append(f"constraints.{to_camel(name)}: found {shown(bound)}, expected {expected}.")
    return wrong


def _is_comparable(bound: Any, field: DataField) -> bool:
    """Return True if a bound can be compared with the values of a field's cells."""
    if field.type in ("integer", "number", "year"):
        return isinstance(bound, int | float) and not isinstance(bound, bool) and math.isfinite(bound)
    kinds = {"date": date, "yearmonth": date, "datetime": datetime}
    return isinstance(bound, kinds.get(field.type, str))


def _bound(bound: Any, field: DataField) -> Any:
    """Return a bound of the descriptor as a value; YAML reads dates as dates, and quoted ones as text."""
    if isinstance(bound, str):
        return _as_type(bound, field)
    return bound.strftime("%Y-%m") if isinstance(bound, date) and field.type == "string" else bound


def _expected(field: DataField) -> str:
    """Return what a cell of a field is, in words."""
    if field.words:
        return words_expected(field.words)
    kind = field.natpatsip.form or field.type
    if kind in ("integer", "number"):
        return EXAMPLES[kind] + _range(field)
    if kind in EXAMPLES:
        return EXAMPLES[kind]
    if kind == "boolean":
        return f"{field.true_values[0]} or {field.false_values[0]}"
    return f"a text such as {field.example}" if field.example is not None else "a text" + _range(field)


def words_expected(words: Collection[str]) -> str:
    """Return a list of words as what is expected of a cell."""
    named = list(words)
    if len(named) == 2:
        return " or ".join(named)
    more = f" and {len(named) - MOST_WORDS} more" if len(named) > MOST_WORDS else ""
    return f"one of {', '.join(named[:MOST_WORDS])}{more}"


def _range(field: DataField) -> str:
    """Return the bounds of a field, in words."""
    limits = field.constraints
    if limits.minimum is not None and limits.maximum is not None:
        return f" from {limits.minimum} to {limits.maximum}"
    parts = {
        "{}, or more": limits.minimum,
        "{}, or less": limits.maximum,
        "more than {}": limits.exclusive_minimum,
        "less than {}": limits.exclusive_maximum,
        "at least {} characters": limits.min_length,
        "at most {} characters": limits.max_length,
        "of the pattern {}": limits.pattern,
    }
    texts = [form.format(value).replace(", or", " or") for form, value in parts.items() if value is not None]
    return ", " + ", ".join(texts) if texts else ""
