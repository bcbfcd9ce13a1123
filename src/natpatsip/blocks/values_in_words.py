"""Values as prose and tables print them: a single value, and text as markdown."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from natpatsip import wording
from natpatsip.characters import visible
from natpatsip.facts.fact import Fact, printed
from natpatsip.quarter import Quarter
from natpatsip.worded import Worded

REMEDIES = {
    "DataFrame": "Show a table as the last line of a code cell: table(…)",
    "Styler": "Show a table as the last line of a code cell: table(…)",
    "Series": "Take one value of it, or show it as a table: table(…)",
    "ndarray": "Take one value of it",
    "list": "Write it as words: wording.listing(…)",
    "tuple": "Write it as words: wording.listing(…)",
    "Timedelta": "Write it as a number of days or hours",
    "timedelta": "Write it as a number of days or hours",
    "timedelta64": "Write it as a number of days or hours",
    "Block": "Show it as the last line of a code cell",
    "Figure": "Show it as the last line of a code cell, and refer to it as @fig-…",
    "Picture": "Show it as the last line of a code cell",
}
"""What to write instead of a value that is not a single one, by the name of its type."""
# What pandoc reads as markup anywhere in a text. Dots and hyphens are typography only in a row; a colon opens a fence
# only in a row; an ampersand begins a character's name only before one.
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|@^~$]|&(?=#?\w+;)|(?<=-)-|-(?=-)|(?<=\.\.)\.|\.(?=\.\.)|(?<=:):|:(?=:)")
_LIST_MARK = re.compile(r"(\A[ \t]*(?:\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+))?)([-+:.)=])(?=\s|\Z)")
_SPACES = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")  # not those that do not break


class NotPrintableError(ValueError):
    """A value that is missing, infinite, or not a single value; the message ends a sentence that names its place."""


def is_missing(value: Any) -> bool:
    """Return True for a value that is printed as missing: None, nan, NaT and NA.

    Examples
    --------
    >>> [is_missing(each) for each in (None, float("nan"), Decimal("NaN"), 0, "", [])]
    [True, True, True, False, False, False]
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    is_number = isinstance(value, Real | Decimal) or type(value).__name__ in ("datetime64", "timedelta64")
    return is_number and bool(value != value)


def text_of_value(value: Any, *, number: Callable[[float], str] = lambda value: printed(value, "")) -> str:
    """Return a single value as the report prints it.

    Parameters
    ----------
    value : str, number, date, period, bool, Quarter, Fact or Worded
        Of Python, NumPy or pandas. Text is returned as it is.
    number : callable
        How a number is printed; by default as facts are.

    Raises
    ------
    NotPrintableError
        If it is missing, infinite or anything else.

    Examples
    --------
    >>> text_of_value(677), text_of_value(3.15), text_of_value(Decimal("2725.00")), text_of_value(True)
    ('677', '3.15', '2,725', 'yes')
    >>> text_of_value(datetime.date(2024, 9, 1)), text_of_value(datetime.datetime(2024, 9, 1, 14, 30))
    ('1 September 2024', '1 September 2024, 14:30')
    """
    if isinstance(value, str | Fact | Worded):
        return str(value)
    if is_missing(value):
        raise NotPrintableError(f"is {value!r}: there is no value. Say in words what is not known, or leave it out")
    if isinstance(value, Quarter):
        return value.label
    kind = type(value)
    if isinstance(value, bool) or kind.__name__ in ("bool", "bool_"):
        return "yes" if value else "no"
    if kind.__name__ == "datetime64":
        import pandas as pd

        value = _of_numpy(value, pd)
        kind = type(value)
    if isinstance(value, datetime.datetime):
        clock = "" if value.time() == datetime.time() else f", {value:%H:%M}"
        return f"{wording.date(value)}{clock}"
    if isinstance(value, datetime.date):
        return wording.date(value)
    if kind.__name__ == "Period":
        return _period(value)
    if isinstance(value, Real | Decimal) and kind.__name__ != "timedelta64":
        if not math.isfinite(value):
            raise NotPrintableError(f"is {value!r}, which is not a number that can be printed")
        if isinstance(value, Integral):  # a float would lose digits beyond the fifteenth
            return number(int(value))
        plain = float(value)
        return number(int(plain) if plain.is_integer() else plain)
    remedy = REMEDIES.get(kind.__name__, "Write the text that is meant, such as str(…)")
    raise NotPrintableError(f"is of type {kind.__name__}, not a single number, date or text. {remedy}")


def _of_numpy(value: Any, pandas: Any) -> Any:
    """Return a date of NumPy, to be printed, as one of pandas: those of months and years are periods."""
    frequency = {"datetime64[M]": "M", "datetime64[Y]": "Y"}.get(str(value.dtype))
    return pandas.Period(str(value), frequency) if frequency else pandas.Timestamp(value)


def _period(value: Any) -> str:
    """Return a period of pandas as it is printed: a day, a month, a year, or its first and its last month or day."""
    first, last = value.start_time, value.end_time
    if first.date() == last.date():
        return text_of_value(first)
    if not (first.is_month_start and last.is_month_end):
        return f"{wording.date(first)} to {wording.date(last)}"
    if first.year != last.year:
        return f"{wording.month(first)} to {wording.month(last)}"
    if first.month == last.month:
        return wording.month(first)
    return str(first.year) if last.month - first.month == 11 else f"{first:%B} to {wording.month(last)}"


@dataclass(frozen=True)
class _Text:
    """A text that Jupyter shows without quotes."""

    text: str

    def __repr__(self) -> str:
        return self.text


def inline(value: Any, *, is_year: bool = False) -> Any:
    """Return what an inline expression shows of its value: facts and Markdown as they are, anything else as text.

    Called in the notebook's process, around each inline expression. A year is a number from 1900 to 2099 whose
    expression calls it so, such as ``here.year``.

    Raises
    ------
    NotPrintableError
        If a reader could not make sense of it.
    """
    if isinstance(value, Fact | Worded) or callable(getattr(value, "_repr_markdown_", None)):
        return value
    if isinstance(value, str):
        return str(value)
    return _Text(text_of_value(value, number=_year) if is_year else text_of_value(value))


def _year(value: float) -> str:
    return printed(value, "year" if isinstance(value, int) and 1900 <= value < 2100 else "")


def escaped(text: str) -> str:
    r"""Return a value's text on one line, with everything escaped that markdown would read as markup.

    A control character, which no format can show, becomes a replacement character.

    Examples
    --------
    >>> print(escaped("A&E, R&D; <b> and &copy; 1"))
    A&E, R\&D; \<b\> and \&copy; 1
    >>> print(escaped("- x"), escaped("2024. That"), escaped("a---b"), escaped("(c) Crown"))
    \- x 2024\. That a\-\-\-b (c\) Crown
    """
    line = visible(_SPACES.sub(" ", text.replace("\ufeff", "")).strip(" "))  # no PDF/A may hold a mark
    return _LIST_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", line))


def escaped_part(text: str) -> str:
    """Return a part of a printed line escaped, with the space at its ends that separates it from the other parts."""
    if not text.strip():
        return " " if text else ""
    return f"{' ' * text[0].isspace()}{escaped(text)}{' ' * text[-1].isspace()}"
