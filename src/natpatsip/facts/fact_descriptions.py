"""What the report calls a fact wherever it speaks of one: its name, value, unit, period and kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from natpatsip import wording
from natpatsip.facts.fact import Fact
from natpatsip.quarter import FORM, Quarter

WORDS = {"all": "all periods", "since-baseline": "since the baseline"}  # of periods
NAMED = {"inferred": "Inferred from reported numbers", "model": "Model parameter", "target": "Target"}  # kinds of facts
Units = Mapping[str, str]
NO_UNITS: Units = {}  # all units are printed as the data have them


def named(fact: Fact, quarter: Quarter) -> str:
    """Return what passports call a fact in a sentence: its label and, unless it is of all periods, its period.

    Examples
    --------
    >>> fact = Fact("seen", "2024-25-YTD", 36, "people", "", label="People seen within 18 weeks")
    >>> named(fact, Quarter(2024, 2))
    'People seen within 18 weeks (2024/25 year to date)'
    >>> named(Fact("standard", "all", 75, "percent", "", label="Standard for waits"), Quarter(2024, 2))
    'Standard for waits'
    """
    return fact.name if fact.period == "all" else f"{fact.name} ({period(fact.period, quarter)})"


def kind(fact: Fact) -> str:
    """Return what kind of number a fact is: reported, of params, calculated, modelled; and if on illustrative data.

    Examples
    --------
    >>> kind(Fact("a", "all", 1, "beds", "", kind="reported", is_illustrative=True)), kind(Fact("b", "all", 1, "", ""))
    ('Illustrative', 'Calculated')
    """
    if fact.kind == "reported":
        return "Illustrative" if fact.is_illustrative else "Reported"
    if fact.kind in NAMED:
        return NAMED[fact.kind]
    made = "Modelled estimate" if fact.is_estimate else "Calculated"
    return f"{made}, rests on illustrative data" if fact.is_illustrative else made


def unit_of(fact: Fact, units: Units = NO_UNITS) -> str:
    """Return what the report, in passports and elsewhere, calls a fact's unit."""
    return units.get(fact.unit, fact.unit)


def in_full(fact: Fact, units: Units = NO_UNITS) -> str:
    """Return a fact's value with its unit, as in passports; `units` may have the name that the report prints.

    Examples
    --------
    >>> in_full(Fact("a", "all", 1_000_000, "people", "")), in_full(Fact("b", "all", 20, "percent", ""))
    ('1,000,000 people', '20%')
    >>> beds = {"beds": "hospital beds"}
    >>> in_full(Fact("a", "all", 3, "beds", ""), beds), in_full(Fact("a", "all", 1, "beds", ""), {"beds": "cots"})
    ('3 hospital beds', '1 cot')
    >>> in_full(Fact("c", "all", 1, "reviews", "")), in_full(Fact("d", "all", 2.2, "adjusted odds ratio", ""))
    ('1 review', '2.2 (adjusted odds ratio)')
    >>> in_full(Fact("e", "all", 37, "days", "", decimals=1)), in_full(Fact("f", "all", 1, "boxes", ""))
    ('37.0 days', '1 (boxes)')
    """
    if not isinstance(fact.value, int | float) or fact.unit in ("percent", "GBP", "year"):
        return fact.text
    is_short = fact.decimals is None and float(fact.value).is_integer()  # its text may be "1 million"
    count = wording.number(fact.value) if is_short else fact.text
    if fact.unit.startswith("number ") or fact.unit.endswith("ratio"):
        return f"{count} ({unit_of(fact, units)})"
    unit = unit_of(fact, units)
    named = wording.singular(unit) if count in ("1", "−1") else unit
    return f"{count} {named or f'({unit})'}"


def period(text: str, quarter: Quarter) -> str:
    """Return a fact's period as passports print it within a sentence.

    Examples
    --------
    >>> quarter = Quarter(2024, 2)
    >>> [period(text, quarter) for text in ("2024-25-Q2", "2024-25-YTD", "2023-24-YTD", "since-baseline", "to-2024-03")]
    ['Q2 2024/25', '2024/25 year to date', 'year 2023/24', 'since the baseline', 'to March 2024']
    """
    if FORM.fullmatch(text):
        return Quarter.parse(text).label
    if text.endswith("-YTD"):
        year = text[:-4].replace("-", "/")
        return f"{year} year to date" if text == quarter.year_to_date else f"year {year}"
    if text in WORDS:
        return WORDS[text]
    start, month = text.split("-", 1) if text.startswith(("to-", "by-")) else ("", text)
    try:
        return f"{start} {wording.month(date.fromisoformat(f'{month}-01'))}".strip()
    except ValueError:
        return text.replace("-", " ")
