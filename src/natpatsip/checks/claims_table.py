"""A table of claims, such as those of a published document, checked against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from natpatsip import wording
from natpatsip.checks.outcome import Finding
from natpatsip.checks.relations import RELATIONS, TERMS, Operand, breach, circle
from natpatsip.datasets.plain_file import PlainFile, records
from natpatsip.errors import DataError, ReportError, UsageError, nearest, together

COLUMNS = ("claim_id", "place", "statement", "value", "related_claim", "relation")
_VALUE = re.compile(
    r"[£$€]?\s*([-−]?\d+(?:[,\s]\d{3})*(?:\.\d+)?)\s*(%|per cent|percent|k|m|bn|thousand|million|billion)?",
    re.IGNORECASE | re.ASCII,
)
_SIZES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


@dataclass(frozen=True)
class Claim:
    """A row of the table."""

    row: int
    claim_id: str
    place: str
    statement: str
    text: str
    value: float
    related: tuple[str, ...]
    relation: str

    @property
    def operand(self) -> Operand:
        """The claim as relations see it."""
        # A table for machines leaves out the separators that people read.
        text = wording.number(self.value) if self.text.isdigit() else self.text
        return Operand(f'"{self.statement}" ({self.claim_id})', self.value, text, self.place)


def check_claims(file: Path) -> list[Finding]:
    """Return the relations of a table of claims that do not hold, in the order of their rows.

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        If the table lacks a column, or a row cannot be checked; all errors are named.
    """
    claims = read_claims(file)
    found = []
    for claim in claims.values():
        others = [claims[name].operand for name in claim.related]
        if claim.relation and (broken := breach(claim.relation, claim.operand, others)):
            found.append(
                Finding(
                    "contradiction",
                    broken.message,
                    where=claim.claim_id,
                    fact=claim.claim_id,
                    found=broken.found,
                    expected=broken.expected,
                )
            )
    return found


def read_claims(file: Path) -> dict[str, Claim]:
    """Return a table's claims by id."""
    if not file.is_file():
        raise UsageError(f"--claims: there is no file {file}. Name a table with the columns {', '.join(COLUMNS)}.")
    rows = records(file.read_bytes(), PlainFile.of(str(file), COLUMNS))
    errors: list[ReportError] = []
    claims: dict[str, Claim] = {}
    for number, row in rows.items():
        cells = {name: " ".join(row[name].split()) for name in COLUMNS}
        try:
            claim = _claim(file, number, cells)
            if claim.claim_id in claims:
                raise DataError(
                    f"{file}, row {number}, claim_id: {claim.claim_id} is in row {claims[claim.claim_id].row} too. "
                    "Give each claim an id of its own."
                )
        except DataError as error:
            errors.append(error)
            continue
        claims[claim.claim_id] = claim
    for claim in claims.values():
        errors += [
            DataError(
                f"{file}, row {claim.row}, related_claim: {claim.claim_id} names {name}, which is not in the table."
                f"{nearest(name, claims)}"
            )
            for name in claim.related
            if name not in claims
        ]
    together(errors)
    if found := circle({claim.claim_id: claim.related for claim in claims.values()}):
        at = claims[found.split(" → ")[0]].row
        raise DataError(
            f"{file}, row {at}, related_claim: claims are related in a circle: {found}. "
            "State a relation at one of its ends only."
        )
    if not claims:
        raise DataError(f"{file}: has no claims. Add rows below the header.")
    return claims


def _claim(file: Path, number: int, row: dict[str, str]) -> Claim:
    where = f"{file}, row {number}"
    if not row["claim_id"]:
        raise DataError(f"{where}, claim_id: is empty. Give the claim an id.")
    value = value_in(row["value"])
    if value is None:
        raise DataError(
            f'{where}, value: found "{row["value"]}" for {row["claim_id"]}; '
            "expected a number such as 1,016, 69% or £18 million."
        )
    relation = " ".join(row["relation"].lower().replace("_", " ").split())
    related = tuple(name.strip() for name in row["related_claim"].split("+") if name.strip())
    if relation and relation not in RELATIONS:
        raise DataError(
            f'{where}, relation: found "{row["relation"]}"; expected one of {", ".join(RELATIONS)}.'
            f"{nearest(relation, RELATIONS)}"
        )
    if bool(relation) != bool(related):
        lacks, has = ("related_claim", "relation") if relation else ("relation", "related_claim")
        raise DataError(f"{where}: {row['claim_id']} has a {has} but no {lacks}. Fill in both or neither.")
    needed = TERMS.get(relation)
    if needed and len(related) != needed:
        raise DataError(
            f"{where}, related_claim: {relation} takes {needed}, found {len(related)} ({row['related_claim']})."
        )
    return Claim(number, row["claim_id"], row["place"], row["statement"], row["value"], value, related, relation)


def value_in(text: str) -> float | None:
    """Return the number that a claim's cell holds, without its separators, signs and sizes; None if it is not a number.

    Examples
    --------
    >>> value_in("10,310"), value_in("69%"), value_in("£18 million"), value_in("many")
    (10310.0, 69.0, 18000000.0, None)
    """
    found = _VALUE.fullmatch(text.strip())
    if not found:
        return None
    number = float(re.sub(r"[,\s]", "", found[1]).replace("−", "-"))
    return number * _SIZES.get((found[2] or "").lower(), 1)
