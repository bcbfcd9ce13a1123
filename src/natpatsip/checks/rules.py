"""What must hold of the facts: ``data/relations.csv``, one line a rule, beside the facts themselves.

A rule is a relation between facts (*equal*, *sum*, *share of*, *at most*, *at least*), how much a fact may move in a
quarter (*moves at most*), or that a fact is a modelled effect (*estimate*).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from natpatsip.checks.relations import RELATIONS, circle
from natpatsip.errors import DataError, ReportError, nearest, together
from natpatsip.facts import ID, PUBLISHES
from natpatsip.figures import ID as FIGURE_ID
from natpatsip.params import load
from natpatsip.quarter import Quarter

FILE = "data/relations.csv"
COLUMNS = ("fact_id", "period", "relation", "of", "reason")
KINDS = (*RELATIONS, "moves at most", "estimate")
QUARTER, YEAR, EACH = "quarter", "year-to-date", "each quarter"
_TERM = re.compile(r"(?P<fact>[a-z][a-z0-9_]*)(?:\s*\((?P<period>[^)]+)\))?")
_CHART = re.compile(r"(?P<figure>fig-[a-z0-9-]+)\s*:\s*(?P<column>.+)")
_BOUND = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")


@dataclass(frozen=True)
class Term:
    """What a rule refers to: a fact of a period, or what a chart shows in its last row in a column (* for all)."""

    fact: str
    period: str = ""
    column: str = ""


@dataclass(frozen=True)
class Rule:
    """A line of the file."""

    row: int
    fact: str
    period: str
    relation: str
    terms: tuple[Term, ...] = ()
    bound: float = 0.0
    is_percent: bool = False
    reason: str = ""

    @property
    def where(self) -> str:
        """Its place."""
        return f"{FILE}, row {self.row}"


@dataclass(frozen=True)
class Rules:
    """The rules of a project, and the reported values that they are held against."""

    project: Path
    quarter: Quarter
    rules: tuple[Rule, ...] = ()

    @classmethod
    def read(cls, project: Path, quarter: Quarter) -> Rules:
        """Read the file; a project without one has no rules.

        Raises
        ------
        DataError
            Where a line says what cannot be checked, names a fact that nobody knows, or facts are said to follow from
            each other in a circle; all are named.
        """
        file = project / FILE
        if not file.is_file():
            return cls(project, quarter)
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            rows, header = list(reader), list(reader.fieldnames or ())
        if absent := [name for name in COLUMNS if name not in header]:
            raise DataError(f"{FILE}, row 1: {', '.join(absent)} missing. It has the columns {', '.join(COLUMNS)}.")
        known = known_facts(project, quarter)
        found, errors = [], list[ReportError]()
        for number, row in enumerate(rows, start=2):
            try:
                found.append(_rule(number, {name: (row[name] or "").strip() for name in COLUMNS}, known))
            except DataError as error:
                errors.append(error)
        together(errors)
        _refuse_circles(found)
        return cls(project, quarter, tuple(found))

    def of(self, *relations: str) -> list[Rule]:
        """Return the rules of some kinds."""
        return [rule for rule in self.rules if rule.relation in relations]

    def is_estimate(self, fact: str, period: str) -> bool:
        """Say whether a fact is declared to be a modelled effect."""
        return any(rule.fact == fact and rule.period in ("", self.named(period)) for rule in self.of("estimate"))

    def named(self, period: str) -> str:
        """Return a period as the file names it."""
        return {str(self.quarter): QUARTER, self.quarter.year_to_date: YEAR}.get(period, period)

    def written(self, period: str) -> str:
        """Return the period that the file names, as facts have it."""
        return {QUARTER: str(self.quarter), YEAR: self.quarter.year_to_date}.get(period, period)


def known_facts(project: Path, quarter: Quarter) -> set[str]:
    """Return the ids of all facts that the project knows: reported, decided or published by a notebook."""
    known = {row["fact_id"] for row in reported_rows(project)} | set(load(quarter, project=project).values)
    for notebook in (project / "notebooks").glob("*.ipynb"):
        known |= set(PUBLISHES.findall("\n".join(_sources(notebook))))
    return known


def _sources(notebook: Path) -> list[str]:
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    except ValueError:
        return []  # a notebook that is no chapter may be anything; one that is was read before
    return ["".join(cell.get("source", "")) for cell in cells]


def reported_rows(project: Path) -> list[dict[str, str]]:
    """Return the rows of ``data/reported.csv``, empty where there is none."""
    file = project / "data" / "reported.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _rule(number: int, row: dict[str, str], known: Collection[str]) -> Rule:
    where = f"{FILE}, row {number}"
    fact, relation = row["fact_id"], row["relation"]
    if not ID.fullmatch(fact):
        raise DataError(f'{where}, fact_id: found "{fact}"; expected the id of a fact, such as lives_saved.')
    if fact not in known:
        raise DataError(
            f'{where}, fact_id: names "{fact}", a fact that nobody publishes or reports.{nearest(fact, known)}'
        )
    if relation not in KINDS:
        raise DataError(f'{where}, relation: "{relation}" is none of {", ".join(KINDS)}.{nearest(relation, KINDS)}')
    rule = {"row": number, "fact": fact, "period": row["period"], "relation": relation, "reason": row["reason"]}
    if relation == "estimate":
        return Rule(**rule)  # type: ignore[arg-type]
    if relation == "moves at most":
        bound = _BOUND.fullmatch(row["of"])
        if not bound:
            raise DataError(f'{where}, of: found "{row["of"]}"; expected how much {fact} may move, such as 25% or 10.')
        return Rule(**rule, bound=float(bound[1]), is_percent=bool(bound[2]))  # type: ignore[arg-type]
    terms = tuple(_term(where, text.strip(), known) for text in re.split(r"\s\+\s|\s/\s", row["of"]) if text.strip())
    needed = {"equal": 1, "share of": 2, "at most": 1, "at least": 1}.get(relation)
    if not terms or (needed and len(terms) != needed):
        raise DataError(
            f'{where}, of: {relation} takes {needed or "at least one"}, found {len(terms)} ("{row["of"]}").'
        )
    return Rule(**rule, terms=terms)  # type: ignore[arg-type]


def _term(where: str, text: str, known: Collection[str]) -> Term:
    if (chart := _CHART.fullmatch(text)) and FIGURE_ID.fullmatch(chart["figure"]):
        return Term(chart["figure"], column=chart["column"].strip())
    found = _TERM.fullmatch(text)
    if not found:
        raise DataError(
            f'{where}, of: found "{text}"; expected a fact such as iap_survived, one of a period such as '
            "iap_survived (each quarter), or what a chart shows such as fig-icb-approach: None reported yet."
        )
    if found["fact"] not in known:
        raise DataError(
            f'{where}, of: names "{found["fact"]}", a fact that nobody publishes or reports.'
            f"{nearest(found['fact'], known)}"
        )
    return Term(found["fact"], (found["period"] or "").strip())


def _refuse_circles(rules: Sequence[Rule]) -> None:
    named: dict[str, list[str]] = {}
    for rule in rules:
        if rule.relation in ("equal", "sum"):
            named.setdefault(f"{rule.fact} ({rule.period})", []).extend(
                f"{term.fact} ({term.period or rule.period})" for term in rule.terms if not term.column
            )
    if found := circle(named):
        first = found.split(" (")[0]
        row = next(rule.row for rule in rules if rule.fact == first and rule.terms)
        raise DataError(
            f"{FILE}, row {row}: facts are said to follow from each other in a circle: {found}. Take one line out."
        )
