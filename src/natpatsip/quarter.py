"""Quarters of the NHS year, which starts in April, and those that a project has params for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from natpatsip.errors import ParamsError, UsageError

FORM = re.compile(r"(\d{4})-(\d{2})-Q([1-4])", re.ASCII)  # a quarter names files: other scripts' digits would not match
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
A_QUARTER = "a quarter such as 2024-25-Q2"  # as messages say what was expected
A_PERIOD = "a period such as 2024-25-Q2, 2024-25-YTD, since-baseline, to-2024-03 or all"
FIRST_MONTH = {1: 4, 2: 7, 3: 10, 4: 1}
PARAMS_FOLDER = "params"  # here and not in params.py, which is slow to import: an unchanged build does not need it


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter, written ``2024-25-Q2`` and printed *Q2 2024/25*.

    Parameters
    ----------
    year : int
        The calendar year in which the NHS year starts (2024 for 2024/25).
    number : int
        1 (April to June) to 4 (January to March).

    Examples
    --------
    >>> quarter = Quarter.parse("2024-25-Q2")
    >>> quarter.label, str(quarter.next().next()), str(quarter.last_month)
    ('Q2 2024/25', '2024-25-Q4', '2024-09-01')
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Return the quarter that a text such as ``2024-25-Q2`` names.

        Raises
        ------
        UsageError
            If the text has another form, or its two years are not consecutive.
        """
        found = FORM.fullmatch(str(text).strip())
        if not found:
            raise UsageError(f'"{text}" is not a quarter. Write it like 2024-25-Q2: NHS year, then Q1 to Q4.')
        year = int(found[1])
        if int(found[2]) != (year + 1) % 100:
            raise UsageError(
                f'"{text}" is not a quarter: {year} is followed by {(year + 1) % 100:02d}, not {found[2]}.'
            )
        return cls(year, int(found[3]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter that a day is in."""
        year = day.year if day.month >= FIRST_MONTH[1] else day.year - 1
        return cls(year, (day.month - FIRST_MONTH[1]) % 12 // 3 + 1)

    def __str__(self) -> str:
        return f"{self.financial_year}-Q{self.number}"

    @property
    def financial_year(self) -> str:
        """The NHS year, ``2024-25``."""
        return f"{self.year}-{(self.year + 1) % 100:02d}"

    @property
    def label(self) -> str:
        """The printed form, *Q2 2024/25*."""
        return f"Q{self.number} {self.financial_year.replace('-', '/')}"

    @property
    def year_to_date(self) -> str:
        """The period from April to the end of the quarter, ``2024-25-YTD``."""
        return f"{self.financial_year}-YTD"

    @property
    def months(self) -> tuple[date, date, date]:
        """The first days of its three months."""
        first = FIRST_MONTH[self.number]
        year = self.year if self.number < 4 else self.year + 1
        return date(year, first, 1), date(year, first + 1, 1), date(year, first + 2, 1)

    @property
    def first_month(self) -> date:
        """The first day of its first month."""
        return self.months[0]

    @property
    def last_month(self) -> date:
        """The first day of its last month."""
        return self.months[2]

    @property
    def so_far(self) -> tuple[Quarter, ...]:
        """The quarters of the NHS year up to and including this one."""
        return tuple(Quarter(self.year, number) for number in range(1, self.number + 1))

    def previous(self) -> Quarter:
        """Return the quarter before."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    def next(self) -> Quarter:
        """Return the quarter after."""
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)


def is_quarter(text: str) -> bool:
    """Return True if a text is a quarter in its written form.

    Examples
    --------
    >>> is_quarter("2024-25-Q2"), is_quarter("2024-26-Q2"), is_quarter("2024-25-Q5")
    (True, False, False)
    """
    try:
        return str(Quarter.parse(text)) == text
    except UsageError:
        return False


def is_period(text: str) -> bool:
    """Return True if a text is a period that a fact can be of.

    Examples
    --------
    >>> [is_period(text) for text in ("2024-25-Q2", "2024-25-YTD", "to-2024-03", "2025-03", "all", "2024")]
    [True, True, True, True, True, False]
    """
    return text in ("since-baseline", "all") or first_month(text) is not None


def first_month(period: str) -> date | None:
    """Return the first month of a period: of a quarter or year to date, or of ``2025-03`` and ``to-2025-03``.

    Examples
    --------
    >>> first_month("2024-25-Q4"), first_month("2024-25-YTD"), first_month("all")
    (datetime.date(2025, 1, 1), datetime.date(2024, 4, 1), None)
    """
    quarter = f"{period.removesuffix('YTD')}Q1" if period.endswith("-YTD") else period
    if is_quarter(quarter):
        return Quarter.parse(quarter).first_month
    month = period.removeprefix("to-")
    return date.fromisoformat(f"{month}-01") if MONTH.fullmatch(month) else None


def known_quarters(project: Path) -> list[Quarter]:
    """Return the quarters that have a params file, earliest first; the files themselves are not read.

    Raises
    ------
    ParamsError
        If the name of a file is not a quarter.
    """
    found = []
    for file in sorted((project / PARAMS_FOLDER).glob("*.y*ml")):
        try:
            found.append(Quarter.parse(file.stem))
        except UsageError as error:
            raise ParamsError(f"{PARAMS_FOLDER}/{file.name}: {error} Name a params file after its quarter.") from None
    return sorted(found)
