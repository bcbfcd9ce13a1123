"""What a passport says, line by line: in the list of all numbers, and on the card that a page shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from natpatsip.blocks.values_in_words import escaped
from natpatsip.facts.fact import BETWEEN, SUMMED, Fact, of_inputs
from natpatsip.facts.fact_descriptions import NO_UNITS, Units, in_full, kind, named, period, unit_of
from natpatsip.pipeline.staging.passports import Key, Passport, Use
from natpatsip.quarter import Quarter

MAY_EQUAL = (
    "A number that rests on illustrative data may equal a published one, where the illustrative data were drawn to "
    "give it."
)
AUDIT_TRAIL = "Audit trail"  # the heading of ids, cells, rows and fingerprints; passport.js has it too
SHOWN = 12  # characters of a fingerprint; facts.csv and the manifest have all 64
_OPERAND = r"(?:£?[\d.,]+%?|\([^()]*\))"  # a number, or what is in brackets
BEFORE_OPERAND = re.compile(rf" - (?={_OPERAND}(?:$| [-+×/] ))")
AFTER_OPERAND = re.compile(rf"((?:^| [−+×/] ){_OPERAND}) - ")
Piece = str | Passport | Use
Uses = Mapping[Key, Sequence[Use]]


def lines(passport: Passport, uses: Sequence[Use]) -> Iterator[tuple[str, Sequence[Piece]]]:
    """Yield what a passport says below its value, a term and its text at a time; what is not known has no line."""
    fact = passport.fact
    yield "Source", (_sentence(fact.source),)
    if fact.formula:
        yield "Formula", (_sentence(_with_signs(fact.formula)),)
    if passport.inputs:
        yield "Made from", _between(passport.inputs)
    if uses:
        yield "Printed in", _between(uses)


def _with_signs(formula: str) -> str:
    """Return a passport's formula with the signs of arithmetic for the letters that are typed for them.

    Between words a hyphen may be a dash, as in "crude rate - all ages": it is a minus beside a number or a bracket.
    """
    formula = formula.replace(" x ", " × ").replace(" * ", " × ")
    return AFTER_OPERAND.sub(r"\1 − ", BEFORE_OPERAND.sub(" − ", formula))


def audit_trail(passport: Passport, units: Units = NO_UNITS) -> Iterator[tuple[str, Sequence[Piece]]]:
    """Yield what only those ask for who check or repeat the calculation: ids, cells, rows and fingerprints."""
    fact, home = passport.fact, passport.home
    yield "Cited as", (f"{fact.id}, period {fact.period}, unit {unit_of(fact, units)}",)
    verb = "" if fact.kind == "published" else "First used in "
    yield "Notebook", (f"{verb}{home.notebook}.ipynb, cell {home.cell}",)
    if fact.rows or passport.files:
        yield "Data", (_data(passport),)


def about(fact: Fact, quarter: Quarter) -> str:
    """Return what a passport says of its fact: the period, and what kind of number it is.

    Examples
    --------
    >>> about(Fact("a", "since-baseline", 36, "referrals", "", is_estimate=True), Quarter(2024, 2))
    'Since the baseline · Modelled estimate'
    """
    return f"{_sentence(period(fact.period, quarter))} · {kind(fact)}"


def _data(passport: Passport) -> str:
    """Return what a passport says of its rows: the filter that picks them, their fingerprint and that of their files.

    The rows of a number that was calculated from others alone are in the entries of those.
    """
    fact = passport.fact
    is_of_inputs = bool(passport.inputs) and fact.rows == of_inputs(fact.inputs)[0]
    is_named = not is_of_inputs and any(fact.rows.startswith(name) for name in passport.files)
    picked = "the rows of what it is made from" if is_of_inputs else fact.rows or "files that its notebook opens"
    rows = "sums" if SUMMED.search(fact.rows) else "rows"
    marks = [f"{rows} {fact.rows_sha256[:SHOWN]}"] if fact.rows_sha256 else []
    marks += [f"{'file' if is_named else name} {sha256[:SHOWN]}" for name, sha256 in passport.files.items()]
    return f"{_sentence(picked) if is_of_inputs else picked} (SHA-256: {', '.join(marks)})" if marks else picked


def _named(passport: Passport, quarter: Quarter, units: Units) -> str:
    return f"{named(passport.fact, quarter)}: {in_full(passport.fact, units)}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


def _between(pieces: Sequence[Piece]) -> list[Piece]:
    """Return a passport's pieces with a semicolon between each two."""
    return [part for piece in pieces for part in (BETWEEN, piece)][1:]


# The list of all numbers ----------------------------------------------------------------------------------------------


def listing(
    passports: Sequence[Passport], uses: Uses, titles: Mapping[str, str], quarter: Quarter, units: Units = NO_UNITS
) -> str:
    """Return the chapter of passports as markdown, its entries grouped by the chapter that each number belongs to."""
    return "\n\n".join(_parts(passports, uses, titles, quarter, units)) + "\n"


def _parts(
    passports: Sequence[Passport], uses: Uses, titles: Mapping[str, str], quarter: Quarter, units: Units
) -> Iterator[str]:
    """Yield the parts of the chapter that lists all passports."""
    yield "# Where every number comes from {#sources}"
    yield (
        "This list says where each number of the report comes from. Each is reported, inferred from reported numbers, "
        "a target, a model parameter, calculated, a modelled estimate or illustrative, and is the same wherever it "
        "is printed. In the PDF and the Word file, a code in brackets leads to the number's entry here. On web pages, "
        "select the number itself. The file `facts.csv` has these numbers and others as data, and `manifest.json` "
        "lists the report's files with their checksums."
    )
    if any(each.fact.is_illustrative and each.fact.kind != "reported" for each in passports):
        yield MAY_EQUAL
    for name, group in groupby(passports, key=lambda each: each.home.notebook):
        yield f"## {titles[name]} {{#sources-{name}}}"
        entries = "\n\n".join(_entry(each, uses.get(each.fact.key, ()), quarter, units) for each in group)
        yield f":::: {{.passports}}\n{entries}\n::::"


def _entry(passport: Passport, uses: Sequence[Use], quarter: Quarter, units: Units) -> str:
    """Return a passport as its entry in the chapter's markdown."""
    fact = passport.fact
    heads = "\n\n".join(map(escaped, (fact.name, in_full(fact, units), about(fact, quarter))))
    lists = f"\n\n{AUDIT_TRAIL}\n\n".join(
        "\n\n".join(f"{term}\n: {''.join(_linked(piece, quarter, units) for piece in pieces)}" for term, pieces in said)
        for said in (lines(passport, uses), audit_trail(passport, units))
    )
    return f'::: {{.passport #{passport.id} entry="{passport.entry}"}}\n{heads}\n\n{lists}\n:::'


def _linked(piece: Piece, quarter: Quarter, units: Units) -> str:
    if isinstance(piece, Use):
        return f"[{escaped(piece.title)}]({piece.target})"
    if isinstance(piece, Passport):
        return f"[{escaped(_named(piece, quarter, units))}](#{piece.id})"
    return piece if piece == BETWEEN else escaped(piece)


# The cards of pages ---------------------------------------------------------------------------------------------------


def script(passports: Sequence[Passport], uses: Uses, quarter: Quarter, units: Units = NO_UNITS) -> str:
    """Return ``passports.js``: one call that hands every passport to ``passport.js``, by the id of its entry.

    Pages load it when a reader first asks: pages opened from disk cannot fetch data.
    """
    records = {each.id: _card(each, uses.get(each.fact.key, ()), quarter, units) for each in passports}
    content = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    return f"window.natpatsipPassports({content.replace('<', chr(92) + 'u003c')});\n"


def _card(passport: Passport, uses: Sequence[Use], quarter: Quarter, units: Units) -> dict[str, Any]:
    """Return a passport as the card that pages show, for JSON."""
    said = {"lines": lines(passport, uses), "audit": audit_trail(passport, units)}
    return {
        "entry": passport.entry,
        "label": _typeset(passport.fact.name),
        "value": in_full(passport.fact, units),
        "about": about(passport.fact, quarter),
        **{
            name: [[term, [_card_piece(piece, quarter, units) for piece in pieces]] for term, pieces in group]
            for name, group in said.items()
        },
    }


def _card_piece(piece: Piece, quarter: Quarter, units: Units) -> str | dict[str, str]:
    if isinstance(piece, Use):
        return {"text": piece.title, "page": piece.target.replace(".qmd", ".html", 1)}
    if isinstance(piece, Passport):
        return {"text": _typeset(_named(piece, quarter, units)), "passport": piece.id}
    return _typeset(piece)


def _typeset(text: str) -> str:
    """Return a text of a passport's card with the apostrophes that pandoc writes in the list of all numbers."""
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)
