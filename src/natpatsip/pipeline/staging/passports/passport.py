"""The passport of a number: what a reader who asks where it comes from is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from natpatsip.facts import Fact

Key = tuple[str, str]


@dataclass(frozen=True)
class Home:
    """The cell that a number belongs to: the one that publishes it, else the first that prints or uses it."""

    notebook: str
    cell: str


@dataclass(frozen=True)
class Use:
    """A place that prints a number: its chapter's title, and what a link to it is written as."""

    title: str
    target: str


@dataclass(frozen=True)
class Passport:
    """A fact with its entry in the list of all numbers.

    Parameters
    ----------
    fact : Fact
        The number.
    entry : str
        What paper refers to it by: "a12".
    home : Home
        The notebook and cell that it belongs to.
    files : mapping
        The files that it rests on, with their SHA-256.
    inputs : tuple of Passport
        Those of the numbers it was calculated from.
    """

    fact: Fact
    entry: str
    home: Home
    files: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Passport, ...] = ()

    @property
    def id(self) -> str:
        """The place of its entry in the report: one id for each key, since ids of facts have no hyphen."""
        return f"fact-{self.fact.id}-{self.fact.period}"
