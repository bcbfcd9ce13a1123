"""What each data file holds: its columns, what identifies a row, and the rules that its rows keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from natpatsip.errors import UsageError
from natpatsip.quarter import Quarter

INTERVENTIONS = (
    "place_of_birth",
    "antenatal_corticosteroids",
    "intrapartum_antibiotics",
    "cord_management",
    "normothermia",
    "early_breast_milk",
    "magnesium_sulphate",
    "volume_targeted_ventilation",
    "caffeine",
)
MEASURES = ("chronic", "high_dose")
APPROACHES = ("full_support", "light_touch", "other_approach", "none_reported")
PROVENANCE = ("reported", "illustrative")


@dataclass(frozen=True)
class Kind:
    """What a column's cells are.

    Parameters
    ----------
    expected : str
        What that is, as a reader expects it.
    holds : callable
        Says whether a text is one.
    words : str
        Instead: the name of the list of words that it is one of.
    parse : callable, optional
        Makes values of texts that hold.
    """

    expected: str
    holds: Callable[[str], bool] = bool
    words: str = ""
    parse: Callable[[pd.Series[Any]], pd.Series[Any]] | None = None


@dataclass(frozen=True)
class Rule:
    """What holds within each row: its columns, what is expected of them (always, or of a row), whether it holds."""

    columns: tuple[str, ...]
    expected: str | Callable[[Mapping[str, str]], str]
    holds: Callable[[pd.DataFrame], pd.Series[bool]]

    def asks(self, row: Mapping[str, str]) -> str:
        """Return what is expected of a row."""
        return self.expected if isinstance(self.expected, str) else self.expected(row)


@dataclass(frozen=True)
class Schema:
    """A data file.

    Parameters
    ----------
    columns : dict
        Its columns and what their cells are.
    key : tuple of str
        The columns that identify a row.
    rules : tuple of Rule
        What holds within each row.
    unique : tuple of str
        Columns whose values stand once.
    same : tuple of str
        Two columns: a value of the first always goes with the same value of the second.
    series : tuple of str
        The columns that tell monthly series apart, organisation first; each member of their lists has every month.
    roll_call : tuple of str
        Two columns: each value of the first (a quarter) names all members of the second once.
    every_quarter : bool
        Whether each quarter from the first on has rows.
    """

    columns: dict[str, Kind]
    key: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    unique: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    roll_call: tuple[str, ...] = ()
    every_quarter: bool = False

    @property
    def subject(self) -> list[str]:
        """What a row is about: its key, without when it was reported."""
        return [column for column in self.key if column != "as_of"]


def like(pattern: str) -> Callable[[str], bool]:
    """Return what says whether the whole of a text has a pattern."""
    compiled = re.compile(pattern)
    return lambda text: bool(compiled.fullmatch(text))


def is_quarter(text: str) -> bool:
    """Say whether a text is a quarter as it is written.

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
    """Say whether a text is a period that a fact can be of.

    Examples
    --------
    >>> [is_period(text) for text in ("2024-25-Q2", "2024-25-YTD", "to-2024-03", "2025-03", "all", "2024")]
    [True, True, True, True, True, False]
    """
    if text.endswith("-YTD"):
        return is_quarter(f"{text.removesuffix('YTD')}Q1")
    return is_quarter(text) or is_month(text.removeprefix("to-")) or text in ("since-baseline", "all")


def value_fits(value: str, unit: str) -> bool:
    """Say whether a value is what its unit asks for: a date, a quarter or a number.

    Examples
    --------
    >>> value_fits("677", "women"), value_fits("2024-08-14", "date"), value_fits("2024-08-14", "women")
    (True, True, False)
    """
    if unit == "date":
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    return is_quarter(value) if unit == "quarter" else is_number(value)


def _months(texts: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(texts, format="%Y-%m")


def _whole(texts: pd.Series[Any]) -> pd.Series[Any]:
    return texts.astype("int64")


def _values_fit(frame: pd.DataFrame) -> pd.Series[bool]:
    pairs = zip(frame["value"], frame["unit"], strict=True)
    return pd.Series([value_fits(value, unit) for value, unit in pairs], frame.index, dtype=bool)


def _value_expected(row: Mapping[str, str]) -> str:
    forms = {"date": "a date such as 2024-08-14", "quarter": "a quarter such as 2024-25-Q2"}
    return forms.get(row["unit"], "a number, in digits alone, such as 677 or 85.9")


is_month = like(r"\d{4}-(0[1-9]|1[0-2])")
is_number = like(r"-?\d+(\.\d+)?")
TEXT = Kind("a text", like(r"(?s).*\S.*"))
ANY = Kind("a text or nothing", lambda text: True)
FACT = Kind("an id such as mgso4_women", like(r"[a-z][a-z0-9_]*"))
MONTH = Kind("a month such as 2024-09", is_month, parse=_months)
QUARTER = Kind("a quarter such as 2024-25-Q2", is_quarter)
PERIOD = Kind("a period such as 2024-25-Q2, 2024-25-YTD, since-baseline, to-2024-03 or all", is_period)
COUNT = Kind("a whole number, 0 or more", like(r"\d{1,15}"), parse=_whole)
PHASE = Kind("a phase from 2 to 7", like(r"[2-7]"), parse=_whole)
SLUG = Kind("lower-case words joined by hyphens", like(r"[a-z0-9]+(-[a-z0-9]+)*"))
CLAIMED = Kind("a number, with separators, £ or % if need be", like(r"-?£?\d[\d,]*(\.\d+)?%?"))
PSC = Kind("a collaborative of data/organisations.csv", words="psc")
ICB = Kind("an integrated care board of data/organisations.csv", words="icb")
WHENCE = Kind("reported or illustrative", words="provenance")
NO_LATER = Rule(("quarter", "as_of"), "a quarter no later than as_of", lambda frame: frame["quarter"] <= frame["as_of"])

SCHEMAS = {
    "reported": Schema(
        {
            "fact_id": FACT,
            "as_of": QUARTER,
            "period": PERIOD,
            "value": TEXT,
            "unit": TEXT,
            "provenance": WHENCE,
            "source": TEXT,
        },
        key=("fact_id", "as_of", "period"),
        rules=(Rule(("value", "unit"), _value_expected, _values_fit),),
        same=("fact_id", "unit"),
    ),
    "maternity_monthly": Schema(
        {
            "month": MONTH,
            "psc": PSC,
            "intervention": Kind("one of the nine interventions", words="intervention"),
            "numerator": COUNT,
            "denominator": COUNT,
            "provenance": WHENCE,
        },
        key=("month", "psc", "intervention"),
        rules=(
            Rule(
                ("numerator", "denominator"),
                "a numerator no greater than the denominator",
                lambda frame: frame["numerator"] <= frame["denominator"],
            ),
        ),
        series=("psc", "intervention"),
    ),
    "opioids_monthly": Schema(
        {
            "month": MONTH,
            "icb": ICB,
            "measure": Kind("chronic or high_dose", words="measure"),
            "people": COUNT,
            "provenance": WHENCE,
        },
        key=("month", "icb", "measure"),
        series=("icb", "measure"),
    ),
    "icb_approach": Schema(
        {
            "as_of": QUARTER,
            "quarter": QUARTER,
            "icb": ICB,
            "approach": Kind(f"one of {', '.join(APPROACHES)}", words="approach"),
            "provenance": WHENCE,
        },
        key=("as_of", "quarter", "icb"),
        rules=(NO_LATER,),
        roll_call=("quarter", "icb"),
        every_quarter=True,
    ),
    "icb_phases": Schema(
        {"as_of": QUARTER, "quarter": QUARTER, "icb": ICB, "phase": PHASE, "provenance": WHENCE},
        key=("as_of", "quarter", "icb"),
        rules=(NO_LATER,),
        every_quarter=True,
    ),
    "interviews": Schema(
        {
            "as_of": QUARTER,
            "psc": PSC,
            "psychotropics_learning_disability": COUNT,
            "falls_in_frailty": COUNT,
            "provenance": WHENCE,
        },
        key=("as_of", "psc"),
        roll_call=("as_of", "psc"),
    ),
    "published_claims": Schema(
        {
            "claim_id": SLUG,
            "place": TEXT,
            "statement": TEXT,
            "value": CLAIMED,
            "related_claim": ANY,
            "relation": Kind("equal, sum or nothing", like("(equal|sum)?")),
        },
        key=("claim_id",),
    ),
    "organisations": Schema(
        {"kind": Kind("psc or icb", like("psc|icb")), "code": TEXT, "name": TEXT, "slug": SLUG, "psc": ANY},
        key=("kind", "name"),
        unique=("code", "slug"),
    ),
}
"""By the name of the dataset; the file is ``data/<name>.csv``."""

FIXED_WORDS = {
    "intervention": INTERVENTIONS,
    "measure": MEASURES,
    "approach": APPROACHES,
    "provenance": PROVENANCE,
}
"""The lists of words that are ours; those of organisations stand in ``data/organisations.csv``."""
