"""All that changed between two editions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from natpatsip.compare.edition import Edition

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


@dataclass(frozen=True)
class Change:
    """One difference, in the form of a finding.

    Parameters
    ----------
    check : str
        Its kind, one of `KINDS`.
    message : str
        A sentence that says it all.
    where : str
        The place in the report: chapter and section.
    notebook, cell, fact, figure : str
        What it is about, where it has them.
    expected, found : str
        What the first edition says, and what the second.
    change : str
        By how much, in words.
    signal : bool, optional
        Whether the control chart beside a number shows a signal in the quarter; None where it has no such chart.
    shows : str
        What the chart shows.
    words : tuple
        For narrative: stretches of words that are the "same", "removed" or "added".
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
    words: tuple[tuple[str, str], ...] = ()

    def record(self) -> dict[str, Any]:
        """Return it as JSON can hold it; what it does not have is left out."""
        texts = ("notebook", "cell", "fact", "figure", "expected", "found", "change", "shows")
        found: dict[str, Any] = {"check": self.check, "message": self.message, "where": self.where}
        found |= {name: getattr(self, name) for name in texts if getattr(self, name)}
        if self.signal is not None:
            found["signal"] = self.signal
        if self.words:
            found["words"] = [list(each) for each in self.words]
        return found


@dataclass(frozen=True)
class Comparison:
    """Two editions and what changed from the first to the second."""

    before: Edition
    now: Edition
    changes: tuple[Change, ...]

    def of(self, *kinds: str) -> list[Change]:
        """Return the changes of some kinds, in reading order."""
        return [change for change in self.changes if change.check in kinds]
