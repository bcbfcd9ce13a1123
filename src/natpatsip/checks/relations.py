"""What must hold between numbers, for facts of the report (``data/relations.csv``) and for claims of a document alike.

A rule is a relation between facts (*equal*, *sum*, *share of*, *at most*, *at least*), how much a fact may move in a
quarter (*moves at most*), or that a fact is a modelled effect (*estimate*).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from natpatsip import wording
from natpatsip.blocks.figures import ID as FIGURE_ID
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.plain_file import PlainFile, records
from natpatsip.errors import DataError, ReportError, nearest, one_line, together
from natpatsip.facts.fact import ID
from natpatsip.quarter import Quarter

FILE = "data/relations.csv"
COLUMNS = ("fact_id", "period", "relation", "of", "reason")
RELATIONS = ("equal", "sum", "share of", "at most", "at least")
MOVES, ESTIMATE = "moves at most", "estimate"
KINDS = (*RELATIONS, MOVES, ESTIMATE)
TERMS = {"equal": 1, "share of": 2, "at most": 1, "at least": 1}  # how many each relation takes; a sum takes any
QUARTER, YEAR, EACH = "quarter", "year-to-date", "each quarter"
_EXPECTED = {  # neutral, since nobody knows which of the numbers is wrong
    "equal": "The two should be equal",
    "sum": "The first should be the sum of {others}, {expected}",
    "share of": "The first should be the share of the second in the third, {expected}",
    "at most": "The first should be {expected}, as the second says",
    "at least": "The first should be {expected}, as the second says",
}
_CLOSE = 1e-6  # relative: the values come from decimal texts, so only the binary rounding of their sums differs
_TERM = re.compile(r"(?P<fact>[a-z][a-z0-9_]*)(?:\s*\((?P<period>[^)]+)\))?")
_CHART = re.compile(r"(?P<figure>fig-[a-z0-9-]+)\s*:\s*(?P<column>.+)")
_BOUND = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(%?)")


@dataclass(frozen=True)
class Operand:
    """A number with its name, its printed text, and the place that says it."""

    name: str
    value: float
    text: str
    place: str


@dataclass(frozen=True)
class Breach:
    """How a relation is broken: the value found, the value expected, and a sentence with all places."""

    found: str
    expected: str
    message: str


def breach(
    # "equal", "sum", "share of" (a percentage: the first of the others divided by the second), "at most" or "at
    # least"
    relation: str,
    subject: Operand,  # the number that must agree
    others: Sequence[Operand],  # what it must agree with
) -> Breach | None:
    """Return how a relation is broken, or None if it holds.

    Examples
    --------
    >>> teams = Operand("all", 29, "29", "page 1")
    >>> full, light = Operand("full", 28, "28", "page 9"), Operand("light", 3, "3", "page 9")
    >>> breach("sum", teams, [full, light]).expected
    '28 + 3 = 31'
    >>> breach("at most", light, [teams]) is None
    True
    """
    total = sum(each.value for each in others)
    parts = " + ".join(each.text for each in others)
    if relation == "sum":
        holds = _same(subject.value, total)
        expected = parts if len(others) == 1 else f"{parts} = {wording.plain(total, 6)}"
    elif relation == "equal":
        holds, expected = _same(subject.value, total), parts
    elif relation == "share of":
        holds, expected = _is_share(subject, others)
    elif relation == "at most":
        holds, expected = subject.value <= total + _CLOSE, f"at most {parts}"
    else:
        holds, expected = subject.value >= total - _CLOSE, f"at least {parts}"
    if holds:
        return None
    places = "; ".join(f"{each.place} has {each.text} for {each.name}" for each in (subject, *others))
    rule = _EXPECTED[relation].format(expected=expected, others="the other" if len(others) == 1 else "the others")
    return Breach(subject.text, expected, f"{places}. {rule}; find out which is right.")


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _CLOSE * max(1.0, abs(one), abs(other))


def _is_share(subject: Operand, others: Sequence[Operand]) -> tuple[bool, str]:
    """Compare a percentage with part and whole, as a relation asks, at the decimals that it is printed with."""
    part, whole = others
    if not whole.value:
        return False, f"{part.text} of {whole.text}, which is not a share"
    text = repr(subject.value)
    decimals = 0 if float(text).is_integer() or "." not in text else len(text.rpartition(".")[2])
    share = wording.round_half_up(100 * part.value / whole.value, decimals)
    return _same(subject.value, share), f"{part.text} of {whole.text} = {wording.percent(share, decimals)}"


def circle(named: Mapping[str, Sequence[str]]) -> str:
    """Return the circle in which relations say that numbers follow from each other; empty if there is none.

    Examples
    --------
    >>> circle({"a": ["b"], "b": ["a"]}), circle({"a": ["b"]})
    ('a → b → a', '')
    """
    try:
        TopologicalSorter(named).prepare()
    except CycleError as error:
        names = list(reversed(error.args[1]))[:-1]
        start = names.index(min(names))
        return " → ".join([*names[start:], *names[:start], names[start]])
    return ""


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
    reason: str = ""
    terms: tuple[Term, ...] = ()
    bound: float = 0.0
    is_percent: bool = False

    @property
    def where(self) -> str:
        """The relation's line in its file."""
        return f"{FILE}, row {self.row}"


@dataclass(frozen=True)
class Rules:
    """The rules of a project, as a quarter reads them."""

    quarter: Quarter
    rules: tuple[Rule, ...] = ()

    @classmethod
    def read(cls, project: Path, quarter: Quarter, *, known: Collection[str]) -> Rules:
        """Read ``data/relations.csv``, given the ids of all facts that are known; a project without it has no rules.

        Raises
        ------
        DataError
            If a line cannot be checked or names an unknown fact, or facts follow from each other in a circle; all
            errors are named.
        """
        file = project / FILE
        if not file.is_file():
            return cls(quarter)
        resource = PlainFile.of(FILE, COLUMNS, declared=declared(project).resources)
        rows = records(file.read_bytes(), resource)
        found, errors = [], list[ReportError]()
        for line, row in rows.items():
            try:
                found.append(_rule(line, {name: row[name].strip() for name in COLUMNS}, known))
            except DataError as error:
                errors.append(DataError(one_line(str(error))))
        together(errors)
        _refuse_circles(found)
        return cls(quarter, tuple(found))

    def of(self, *relations: str) -> list[Rule]:
        """Return the rules of some relations."""
        return [rule for rule in self.rules if rule.relation in relations]

    def is_estimate(self, fact: str, period: str) -> bool:
        """Return True if a fact is declared to be a modelled effect."""
        named = {str(self.quarter): QUARTER, self.quarter.year_to_date: YEAR}.get(period, period)
        return any(rule.fact == fact and rule.period in ("", named) for rule in self.of(ESTIMATE))

    def written(self, period: str) -> str:
        """Return the period that a relation names, as facts have it."""
        return {QUARTER: str(self.quarter), YEAR: self.quarter.year_to_date}.get(period, period)


def _rule(number: int, row: Mapping[str, str], known: Collection[str]) -> Rule:
    """Return a line of ``data/relations.csv`` as a rule."""
    where = f"{FILE}, row {number}"
    fact, period, relation, of, reason = (row[name] for name in COLUMNS)
    if not ID.fullmatch(fact):
        raise DataError(f'{where}, fact_id: found "{fact}"; expected the id of a fact, such as waits_seen_in_time.')
    _refuse_unknown(f"{where}, fact_id", fact, known)
    if relation not in KINDS:
        raise DataError(
            f'{where}, relation: found "{relation}"; expected one of {", ".join(KINDS)}.{nearest(relation, KINDS)}'
        )
    if relation == ESTIMATE:
        return Rule(number, fact, period, relation, reason)
    if relation == MOVES:
        bound = _BOUND.fullmatch(of)
        if not bound:
            raise DataError(f'{where}, of: found "{of}"; expected how much {fact} may move, such as 25% or 10.')
        return Rule(number, fact, period, relation, reason, bound=float(bound[1]), is_percent=bool(bound[2]))
    terms = tuple(_term(where, text.strip(), known) for text in re.split(r"\s\+\s|\s/\s", of) if text.strip())
    needed = TERMS.get(relation)
    if not terms or (needed and len(terms) != needed):
        raise DataError(f'{where}, of: {relation} takes {needed or "at least one"}, found {len(terms)} ("{of}").')
    return Rule(number, fact, period, relation, reason, terms)


def _term(where: str, text: str, known: Collection[str]) -> Term:
    """Return what a relation compares with: a fact, or what a chart shows."""
    if (chart := _CHART.fullmatch(text)) and FIGURE_ID.fullmatch(chart["figure"]):
        return Term(chart["figure"], column=chart["column"].strip())
    found = _TERM.fullmatch(text)
    if not found:
        raise DataError(
            f'{where}, of: found "{text}"; expected a fact such as waits_seen_in_time, one of a period such as '
            "waits_seen_in_time (each quarter), or what a chart shows such as fig-waits: North."
        )
    _refuse_unknown(f"{where}, of", found["fact"], known)
    return Term(found["fact"], (found["period"] or "").strip())


def _refuse_unknown(where: str, fact: str, known: Collection[str]) -> None:
    if fact not in known:
        raise DataError(f'{where}: names "{fact}", a fact that nobody publishes or reports.{nearest(fact, known)}')


def _refuse_circles(rules: Sequence[Rule]) -> None:
    """Raise a DataError if relations say that facts follow from each other in a circle."""
    named: dict[str, list[str]] = {}
    for rule in rules:
        if rule.relation in ("equal", "sum"):
            named.setdefault(f"{rule.fact} ({rule.period})", []).extend(
                f"{term.fact} ({term.period or rule.period})" for term in rule.terms if not term.column
            )
    if found := circle(named):
        first = found.split(" (")[0]
        row = next(rule.row for rule in rules if rule.fact == first and rule.terms)
        raise DataError(f"{FILE}, row {row}: facts follow from each other in a circle: {found}. Remove one line.")
