"""A fact: a number that the report prints, and the rows that it was made of, with their fingerprint."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from numbers import Number as AnyNumber
from typing import TYPE_CHECKING, Any

from natpatsip import context, wording
from natpatsip.errors import FactError, closest
from natpatsip.files.digests import sha256
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    import pandas as pd


PUBLISHED = "application/vnd.natpatsip.fact+json"
CITED = "application/vnd.natpatsip.citation+json"
BESIDE = "beside"  # in the record of a citation: other facts that are cited with it
ID = re.compile(r"[a-z][a-z0-9_]*")

UNITS = (
    dict.fromkeys(("percent", "%", "per cent", "percentage", "pct"), "percent")
    | dict.fromkeys(("gbp", "£"), "GBP")
    | {name: name for name in ("date", "quarter", "year")}
)
"""How people write the units in which a value is printed otherwise than as a number, and what the units are called."""

LONG_UNITS = ("percent", "percentage")  # of a short one, such as pct or GBP, too many words are nearly the same
MISSPELT = 0.85  # how similar a misspelt name of a long one is: percnt is, percentile is not

Number = int | float | str | date
COLUMNS = ("id", "period", "unit", "source", "section", "formula", "rows", "rows_sha256")
LABEL = "label"  # the column that reports built by earlier versions lack
FILTER = "filter"  # the attribute of a frame that says which rows of its file it was summed from
OF_REPORTED = ("reported", "inferred")  # kinds of facts in the dataset of reported facts
BETWEEN = "; "
PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)  # a number as a file has it
FIGURES = re.compile(r"[−\d,]+(?:\.(\d+))?%?")  # a printed number that is not in millions or pounds, and its decimals
SUMMED = re.compile(r"\bsummed by|\brolling sums|\bby quarter")  # in such a filter: the rows are no rows of the file


def _asked_by_notebook() -> bool:
    """Return True if the code of a notebook's cell asks a fact something, not a library that looks for it."""
    return context.shell() is not None and sys._getframe(2).f_globals.get("__name__") == "__main__"


COMPARE = "Compare its value: fact.value == 0."


@dataclass(frozen=True, eq=False)
class Fact:
    """A number that the report prints, with where it comes from.

    ``str()`` of it is the printed text (*677*, *£18 million*, *85.9%*); ``value`` is the number.
    """

    id: str
    period: str
    value: Number
    unit: str
    source: str
    kind: str = "published"  # or one of OF_REPORTED; of a value of the params, "model" or "target"
    section: str = ""
    formula: str = ""
    inputs: tuple[Fact, ...] = ()
    rows: str = ""
    rows_sha256: str = ""
    is_estimate: bool = False
    is_illustrative: bool = False
    cell: str = field(default="", compare=False)
    label: str = ""
    """What it is, in words: *People seen within 18 weeks*. Readers see it in place of the id."""
    decimals: int | None = field(default=None, compare=False)
    """The decimals that it is printed with, those of its chart; by default as many as it needs."""

    @property
    def key(self) -> tuple[str, str]:
        """The fact's identity: id and period."""
        return self.id, self.period

    @property
    def name(self) -> str:
        """What messages and lists call the fact: its label, or its id while it has none."""
        return self.label or self.id

    @property
    def text(self) -> str:
        """The fact's printed value; of the units only £ and % are part of it."""
        return printed(self.value, self.unit, self.decimals)

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        """Return True for the same fact. Authors who compare facts mean their values, which would never be equal here.

        Raises
        ------
        FactError
            If it is compared with a number or a date, or by a notebook's own code with another fact.
        """
        is_other = isinstance(other, Fact) and self.key != other.key
        if isinstance(other, AnyNumber | date) or (is_other and _asked_by_notebook()):
            raise FactError(f"{self.id} ({self.period}) is a fact, not its number: they are never equal. {COMPARE}")
        if not isinstance(other, Fact):
            return NotImplemented
        return self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def _compared(self) -> tuple[Any, ...]:
        return tuple(getattr(self, each.name) for each in fields(self) if each.compare)

    def __bool__(self) -> bool:
        """Return True; in a notebook raise a FactError: its author means the value, and 0 would pass for true."""
        if _asked_by_notebook():
            raise FactError(f"{self.id} ({self.period}) is a fact, which is neither true nor false. {COMPARE}")
        return True

    def record(self) -> dict[str, Any]:
        """Return the fact as JSON can hold it, with the facts that it was calculated from."""
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return {
            "id": self.id,
            "period": self.period,
            "label": self.label,
            "value": value,
            "text": self.text,
            "decimals": self.decimals,
            "unit": self.unit,
            "source": self.source,
            "kind": self.kind,
            "section": self.section,
            "formula": self.formula,
            "inputs": [fact.record() for fact in self.inputs],
            "rows": self.rows,
            "rows_sha256": self.rows_sha256,
            "is_estimate": self.is_estimate,
            "is_illustrative": self.is_illustrative,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Fact:
        """Return the fact that a `record` was made of."""
        names = {*COLUMNS, LABEL, "kind", "is_estimate", "is_illustrative", "decimals"} & record.keys()
        return cls(
            value=parse_value(record["value"], record["unit"]),
            inputs=tuple(map(cls.from_record, record.get("inputs", ()))),
            **{name: record[name] for name in names},
        )

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Fact:
        """Return the fact of a row of ``facts.csv``, which has neither its kind nor its inputs."""
        texts: dict[str, Any] = {name: row[name] for name in (*COLUMNS, "cell")}
        texts[LABEL] = row.get(LABEL, "")
        figures = FIGURES.fullmatch(row["text"])
        value = parse_value(row["value"], row["unit"])
        return cls(value=value, decimals=len(figures[1] or "") if figures else None, **texts)

    @classmethod
    def cited(cls, record: Mapping[str, Any]) -> Iterator[Fact]:
        """Yield the facts of a citation's record: the cited one, and those beside it."""
        yield cls.from_record(record)
        yield from map(cls.from_record, record.get(BESIDE, ()))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": self.text, "text/markdown": self.text, CITED: self.record()}


def printed(value: Number, unit: str, decimals: int | None = None) -> str:
    """Return a fact's value as the report prints it: with that many decimals, by default as many as it needs.

    Without decimals that are given, no number but 100 is printed as 100: its unit may be a percentage by another name.

    Examples
    --------
    >>> printed(18_000_000, "GBP"), printed(83.0, "percent"), printed("2024-25-Q3", "quarter"), printed(10310, "people")
    ('£18 million', '83%', 'Q3 2024/25', '10,310')
    >>> printed(83.0, "percent", 1), printed(12.0, "days", 1), printed(99.98, "percent", 1)
    ('83.0%', '12.0', '99.98%')
    >>> printed(83.46, "percent", 0), printed(1_000_000, "people", 0)
    ('83%', '1,000,000')
    """
    if isinstance(value, date):
        return wording.date(value)
    if isinstance(value, str):
        return Quarter.parse(value).label if unit == "quarter" else value
    if unit == "GBP":
        return (
            wording.money(value) if decimals is None else f"{'−' * (value < 0)}£{wording.number(abs(value), decimals)}"
        )
    if unit == "year":
        return str(value)
    if decimals is not None:
        is_percent = unit == "percent"
        return wording.number(value, decimals, is_percent=is_percent) + "%" * is_percent
    if unit == "percent":
        return wording.percent(value)
    return wording.large(value) if float(value).is_integer() else wording.plain(value, 2, is_percent=True)


def told_apart(one: Fact, other: Fact) -> tuple[str, str] | None:
    """Return two values of one fact as messages name them, with their units if those differ; None if they agree.

    Examples
    --------
    >>> teams, share, four = (Fact("a", "all", n, unit, "") for n, unit in ((3, "teams"), (3, "percent"), (4, "teams")))
    >>> told_apart(teams, share), told_apart(teams, four), told_apart(teams, teams)
    (('3 (teams)', '3% (percent)'), ('3', '4'), None)
    """
    if one.unit != other.unit:
        return f"{one.text} ({one.unit})", f"{other.text} ({other.unit})"
    return None if one.value == other.value else (one.text, other.text)


def number_of(fact: Fact) -> float:
    """Return the value of a fact that is a number, as all facts of measures are."""
    return float(fact.value)  # type: ignore[arg-type]


def unit_expected(unit: str) -> str:
    """Return what a fact's unit is called if it was written in another way or misspelt, else an empty text.

    A number of a unit that is not known is printed without a sign, so a misspelt one would lose it. A unit of several
    words (per centre) is another one.

    Examples
    --------
    >>> unit_expected("%"), unit_expected("percnt"), unit_expected("percent"), unit_expected("percentiles")
    ('percent', 'percent', '', '')
    """
    name = unit.lower()
    meant = name if name in UNITS or " " in name else closest(name, LONG_UNITS, cutoff=MISSPELT)
    usual = UNITS.get(meant, unit)
    return "" if usual == unit else usual


def parse_value(value: Any, unit: str) -> Number:
    """Return the value of a fact that a text or a number of a file stands for; whole numbers become int."""
    if usual := unit_expected(unit):
        raise FactError(f'The unit of {value} is "{unit}"; expected "{usual}", which says how it is printed.')
    if unit == "date":
        return _day(value)
    if unit == "quarter":
        return str(Quarter.parse(value))
    if isinstance(value, date) or (isinstance(value, str) and not PLAIN.fullmatch(value.strip())):
        raise ValueError(f"{value!r} is not a number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a finite number")
    whole = int(number) if number.is_integer() else None
    if whole is not None and isinstance(value, int | str) and Decimal(value) != whole:
        raise FactError(
            f"{value} has more digits than a number keeps. Round it, or publish it in thousands or millions."
        )
    return number if whole is None else whole


def _day(value: Any) -> date:
    """Return the day that a fact's value is; a time of day would be lost, and so would the zone that it is in."""
    day = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    if not isinstance(day, datetime):
        return day
    if day != datetime(day.year, day.month, day.day):  # which no time with a zone equals
        raise ValueError(f"{value} has a time or a time zone")
    return day.date()


@dataclass(frozen=True)
class UsedRows:
    """The rows that several numbers rest on, described and hashed once."""

    described: str
    sha256: str
    is_illustrative: bool


def of_rows(rows: str | pd.DataFrame | UsedRows) -> tuple[str, str]:
    """Return what picks the rows that a fact rests on, and their SHA-256; of a filter in words only the words."""
    if isinstance(rows, UsedRows):
        return rows.described, rows.sha256
    return (rows, "") if isinstance(rows, str) else (described(rows), rows_hash(rows))


def of_inputs(inputs: Iterable[Fact]) -> tuple[str, str]:
    """Return the rows that a fact's inputs rest on, and a SHA-256 that changes when any of them does."""
    known = list(inputs)
    texts = dict.fromkeys(text for each in known for text in each.rows.split(BETWEEN) if text)
    hashes = [each.rows_sha256 for each in known]
    return BETWEEN.join(texts), hash_of(*hashes) if all(hashes) and hashes else ""


def described(frame: pd.DataFrame) -> str:
    """Return which rows a fact rests on: their file, what all have in common, the months, and how many.

    Rows that were summed are called sums, since the file has others.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.to_datetime(["2024-08-01", "2024-09-01"])
    >>> frame = pd.DataFrame({"month": months, "team": "North", "seen": [12, 10]})
    >>> frame.attrs["file"] = "data/waits_monthly.csv"
    >>> described(frame)
    'data/waits_monthly.csv: month 2024-08 to 2024-09, team North, 2 rows'
    >>> described(frame.iloc[:0])
    'data/waits_monthly.csv: 0 rows'
    """
    file = frame.attrs.get("file", "")
    picked = frame.attrs.get(FILTER, "")
    parts = [picked] if picked else []
    for name in frame.columns if len(frame) else ():
        column = frame[name]
        if column.dtype.kind == "M":
            first, last = column.min(), column.max()
            parts.append(f"{name} {first:%Y-%m}" + (f" to {last:%Y-%m}" if last > first else ""))
        elif column.dtype.kind not in "iuf" and name != "provenance" and column.nunique(dropna=False) == 1:
            parts.append(f"{name} {column.iloc[0]}")
    row = "sum" if SUMMED.search(picked) else "row"
    parts.append(f"{len(frame):,} {wording.plural(len(frame), row, f'{row}s')}")
    return f"{file + ': ' if file else ''}{', '.join(parts)}"


def rows_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of the rows that a fact rests on, as CSV."""
    return sha256(frame.to_csv(index=False, lineterminator="\n"))


def hash_of(*parts: Any) -> str:
    """Return the SHA-256 of what a fact rests on, one value a line."""
    return sha256("\n".join(map(str, parts)))


def with_inputs(fact: Fact) -> Iterator[Fact]:
    """Yield a fact, and every fact that it was calculated from."""
    yield fact
    for each in fact.inputs:
        yield from with_inputs(each)
