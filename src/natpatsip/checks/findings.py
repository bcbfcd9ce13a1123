"""A finding: what a check has against the report, where, and what should stand there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CHECKS = (
    "typed-number",
    "stale",
    "contradiction",
    "unsupported-claim",
    "unhedged-estimate",
    "uncited-fact",
    "unmentioned-figure",
    "glossary",
    "moved",
    "old-data",
    "broken-link",
)
RECORD = ("check", "message", "where", "notebook", "cell", "fact", "found", "expected")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Parameters
    ----------
    check : str
        One of `CHECKS`.
    message : str
        A sentence: what was found, what is expected, what to do.
    where : str
        The place, as errors name it: *notebooks/index.ipynb, cell "maternity"*, or a file, or a claim's id.
    notebook, cell : str
        ``index.ipynb`` and the cell's id, where it is in a notebook.
    fact : str
        The id of the fact that it is about.
    found, expected : str
        What stands there, and what should.
    position : int
        Which cell of the notebook it is, counted from 1 as JupyterLab's reader does; 0 where it is none.
    """

    check: str
    message: str
    where: str
    notebook: str = ""
    cell: str = ""
    fact: str = ""
    found: str = ""
    expected: str = ""
    position: int = 0

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it, without what does not apply."""
        return {name: value for name in RECORD if (value := getattr(self, name))}


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding that the quarter's params accept, and why."""

    finding: Finding
    reason: str

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**self.finding.record(), "reason": self.reason}


@dataclass(frozen=True)
class Outcome:
    """What all checks found.

    Parameters
    ----------
    findings : tuple
        What is open: a final edition waits for it.
    accepted : tuple
        What the params accept, with reasons.
    listed : tuple
        Cells tagged ``typed-number``: they pass, and a reviewer should know them.
    notes : tuple of str
        What could not be compared, and why.
    """

    findings: tuple[Finding, ...] = ()
    accepted: tuple[AcceptedFinding, ...] = ()
    listed: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return how many findings are open, by check."""
        names = [finding.check for finding in self.findings]
        return {check: names.count(check) for check in CHECKS if check in names}

    def record(self) -> dict[str, Any]:
        """Return it for the manifest: open, accepted, and typed numbers that pass by their tag."""
        return {
            "findings": [finding.record() for finding in self.findings],
            "accepted_findings": [each.record() for each in self.accepted],
            "typed_numbers": [finding.record() for finding in self.listed],
        }
