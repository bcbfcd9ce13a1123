"""What a passport says, line by line: the same in the list of all numbers and in the card on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from natpatsip import wording
from natpatsip.facts import Fact
from natpatsip.lineage import of_inputs
from natpatsip.pipeline.staging.passports.passport import Passport, Use
from natpatsip.quarter import FORM, Quarter

SHOWN = 12  # characters of a fingerprint; facts.csv and the manifest have all 64
BETWEEN = "; "
Piece = str | Passport | Use


@dataclass(frozen=True)
class Line:
    """One thing that is said: its name, and text, numbers and places in a row."""

    term: str
    pieces: tuple[Piece, ...]


def lines(passport: Passport, uses: Sequence[Use]) -> Iterator[Line]:
    """Go through what a passport says below its value; what is not known has no line."""
    fact, home = passport.fact, passport.home
    yield Line("Source", (_sentence(fact.source),))
    if fact.formula:
        yield Line("Formula", (_sentence(fact.formula),))
    if passport.inputs:
        yield Line("Made from", tuple(_between(passport.inputs)))
    if fact.rows:
        yield Line("Data", (_data(passport),))
    verb = "" if fact.kind == "published" else "First used in "
    yield Line("Notebook", (f"{verb}{home.notebook}.ipynb, cell {home.cell}",))
    yield Line("Cited as", (f"{fact.id}, period {fact.period}, unit {fact.unit}",))
    if uses:
        yield Line("Printed in", tuple(_between(uses)))


def about(fact: Fact, quarter: Quarter) -> str:
    """Return a fact's period and what kind of number it is.

    Examples
    --------
    >>> about(Fact("a", "2024-25-YTD", 36, "babies", "", is_estimate=True), Quarter(2024, 2))
    'Year to date · Modelled estimate'
    """
    return f"{period(fact.period, quarter)} · {kind(fact)}"


def kind(fact: Fact) -> str:
    """Return whether a number is reported, decided, calculated or modelled, and whether on illustrative data.

    Examples
    --------
    >>> kind(Fact("a", "all", 1, "women", "", kind="reported", is_illustrative=True)), kind(Fact("b", "all", 1, "", ""))
    ('Illustrative', 'Calculated')
    """
    if fact.kind == "reported":
        return "Illustrative" if fact.is_illustrative else "Reported"
    if fact.kind == "params":
        return "Set in the parameters"
    made = "Modelled estimate" if fact.is_estimate else "Calculated"
    return f"{made}, rests on illustrative data" if fact.is_illustrative else made


def in_full(fact: Fact) -> str:
    """Return a fact's value with its unit.

    Examples
    --------
    >>> in_full(Fact("a", "all", 1_000_000, "people", "")), in_full(Fact("b", "all", 20, "percent", ""))
    ('1,000,000 people', '20%')
    >>> in_full(Fact("c", "all", 1, "reviews", "")), in_full(Fact("d", "all", 2.2, "adjusted odds ratio", ""))
    ('1 review', '2.2 (adjusted odds ratio)')
    """
    if not isinstance(fact.value, int | float) or fact.unit in ("percent", "GBP"):
        return fact.text
    count = wording.number(fact.value) if float(fact.value).is_integer() else fact.text
    if fact.unit.startswith("number ") or fact.unit.endswith("ratio"):
        return f"{count} ({fact.unit})"
    return f"{count} {wording.singular(fact.unit) if abs(fact.value) == 1 else fact.unit}"


def period(text: str, quarter: Quarter) -> str:
    """Return a period as a reader has it.

    Examples
    --------
    >>> [period(text, Quarter(2024, 2)) for text in ("2024-25-Q2", "2024-25-YTD", "since-baseline", "to-2024-03")]
    ['Q2 2024/25', 'Year to date', 'Since baseline', 'To March 2024']
    """
    if FORM.fullmatch(text):
        return Quarter.parse(text).label
    if text.endswith("-YTD"):
        return "Year to date" if text == quarter.year_to_date else f"Year {text[:-4].replace('-', '/')}"
    if text == "all":
        return "All periods"
    words = text.split("-", 1) if text.startswith(("to-", "by-")) else ["", text]
    try:
        month = wording.month(date.fromisoformat(f"{words[1]}-01"))
    except ValueError:
        return text.replace("-", " ").capitalize()
    return f"{words[0].capitalize()} {month}".strip()


def _data(passport: Passport) -> str:
    """Return what picks the rows, with the fingerprints of the rows and of their files.

    Of a number that was calculated from others alone, the rows are said in the entries of those.
    """
    fact = passport.fact
    is_of_inputs = bool(passport.inputs) and fact.rows == of_inputs(fact.inputs)[0]
    picked = "the rows of what it is made from" if is_of_inputs else fact.rows
    marks = [f"rows {fact.rows_sha256[:SHOWN]}"] if fact.rows_sha256 else []
    marks += [f"{name if is_of_inputs else 'file'} {sha256[:SHOWN]}" for name, sha256 in passport.files.items()]
    return f"{_sentence(picked) if is_of_inputs else picked} (SHA-256: {', '.join(marks)})" if marks else picked


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


def _between(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Go through pieces with a semicolon between each two."""
    for position, piece in enumerate(pieces):
        if position:
            yield BETWEEN
        yield piece
