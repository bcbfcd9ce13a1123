"""One engine for what must hold between numbers: facts of the report, or claims of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from natpatsip import wording

RELATIONS = ("equal", "sum", "share of", "at most", "at least")
_EXPECTED = {  # what should hold, without a word on which of the numbers is wrong
    "equal": "The two should be equal",
    "sum": "The first should be the sum of {others}, {expected}",
    "share of": "The first should be the share of the second in the third, {expected}",
    "at most": "The first should be {expected}, as the second says",
    "at least": "The first should be {expected}, as the second says",
}
_CLOSE = 1e-6


@dataclass(frozen=True)
class Operand:
    """A number with its name, its printed text, and the place that says it."""

    name: str
    value: float
    text: str
    place: str


@dataclass(frozen=True)
class Breach:
    """What does not hold: the value that was found, what it should have been, and a sentence with both places."""

    found: str
    expected: str
    message: str


def breach(relation: str, subject: Operand, others: Sequence[Operand]) -> Breach | None:
    """Return how a relation is broken, or None where it holds.

    Parameters
    ----------
    relation : str
        "equal", "sum", "share of" (a percentage: the first of the others divided by the second), "at most" or
        "at least".
    subject : Operand
        The number that must agree.
    others : sequence of Operand
        What it must agree with.

    Examples
    --------
    >>> boards = Operand("all", 29, "29", "page 1")
    >>> full, light = Operand("full", 28, "28", "page 9"), Operand("light", 3, "3", "page 9")
    >>> breach("sum", boards, [full, light]).expected
    '28 + 3 = 31'
    >>> breach("at most", light, [boards]) is None
    True
    """
    total = sum(each.value for each in others)
    parts = " + ".join(each.text for each in others)
    if relation == "sum":
        is_right, expected = _same(subject.value, total), parts if len(others) == 1 else f"{parts} = {_shown(total)}"
    elif relation == "equal":
        is_right, expected = _same(subject.value, total), parts
    elif relation == "share of":
        is_right, expected = _is_share(subject, others)
    elif relation == "at most":
        is_right, expected = subject.value <= total + _CLOSE, f"at most {parts}"
    else:
        is_right, expected = subject.value >= total - _CLOSE, f"at least {parts}"
    if is_right:
        return None
    said = f"{subject.place} has {subject.text} for {subject.name}"
    against = "; ".join(f"{each.place} has {each.text} for {each.name}" for each in others)
    rule = _EXPECTED[relation].format(
        expected=expected,
        others="the other" if len(others) == 1 else "the others",
    )
    return Breach(subject.text, expected, f"{said}; {against}. {rule}; find out which is right.")


def circle(named: Mapping[str, Sequence[str]]) -> str:
    """Return the circle in which numbers are said to follow from each other, or nothing where there is none.

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


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _CLOSE * max(1.0, abs(one), abs(other))


def _shown(value: float) -> str:
    return wording.plain(value, 6)


def _is_share(subject: Operand, others: Sequence[Operand]) -> tuple[bool, str]:
    """Hold a percentage against part and whole, at the decimals that it is printed with."""
    part, whole = others
    if not whole.value:
        return False, f"{part.text} of {whole.text}, which is no share"
    decimals = (
        len(text.rpartition(".")[2]) if "." in (text := repr(subject.value)) and not subject.value.is_integer() else 0
    )
    share = wording.round_half_up(100 * part.value / whole.value, decimals)
    return _same(subject.value, share), f"{part.text} of {whole.text} = {wording.percent(share, decimals)}"
