"""A change between two reports, and all changes between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.word_diff import Stretch

KINDS = {
    "fact-rose": "Numbers that rose",
    "fact-fell": "Numbers that fell",
    "fact-changed": "Dates and quarters that changed",
    "fact-revised": "Numbers of earlier quarters that were revised",
    "fact-appeared": "Numbers that are new",
    "fact-vanished": "Numbers that are gone",
    "figure-message": "Figures whose message changed",
    "figure-appeared": "Figures that are new",
    "figure-vanished": "Figures that are gone",
    "narrative-reworded": "Narrative that was reworded",
    "narrative-added": "Narrative that was added",
    "narrative-removed": "Narrative that was removed",
}
NUMBERS = ("fact-rose", "fact-fell", "fact-changed", "fact-revised")
NUMBERS_OF_ONE = ("fact-appeared", "fact-vanished")  # in one of the two reports only
FIGURES = ("figure-message", "figure-appeared", "figure-vanished")
NARRATIVE = ("narrative-reworded", "narrative-added", "narrative-removed")


@dataclass(frozen=True)
class Change:
    """One difference, in the form of a finding.

    Parameters
    ----------
    check : str
        Its kind, one of `KINDS`.
    message : str
        A complete sentence.
    where : str
        The place in the report: chapter and section.
    notebook, cell, fact, figure : str
        What it is about, if it is about one.
    expected, found : str
        What the first report says, and what the second.
    change : str
        By how much, in words.
    signal : bool, optional
        Whether the control chart beside a number shows a signal in the quarter; None if it has no such chart.
    shows : str
        What the chart shows.
    words : tuple
        For narrative: stretches of words that are "same", "removed" or "added".
    """

    check: str
    message: str
    where: str
    notebook: str = ""
    cell: str = ""
    fact: str = ""
    figure: str = ""
    expected: str = ""
    found: str = ""
    change: str = ""
    signal: bool | None = None
    shows: str = ""
    words: tuple[Stretch, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return it as JSON can hold it, without the fields that do not apply."""
        return {name: value for name, value in vars(self).items() if value not in ("", None, ())}


@dataclass(frozen=True)
class Comparison:
    """Two reports, and what changed from the first to the second."""

    before: BuiltReport
    now: BuiltReport
    changes: tuple[Change, ...]

    def of(self, *kinds: str) -> list[Change]:
        """Return the changes of some kinds, in reading order."""
        return [change for change in self.changes if change.check in kinds]
