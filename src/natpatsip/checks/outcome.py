"""Findings: what a check has found, in which cell or file, what was expected, which params accept; and their formats.

Findings are grouped by notebook for people. GitHub gets a warning at the line in the notebook's file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.errors import ParamsError, nearest
from natpatsip.pipeline.notebook import name_of
from natpatsip.reporters import annotation, counted

if TYPE_CHECKING:
    from natpatsip.params import Acceptance


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
    "not-shown",
    "own-drawing",
    "undeclared-data",
    "inline-syntax",
    "missing-as-zero",
    "sign-off",
    "small-number",
)
OWN_DRAWING = "own-drawing"
SIGN_OFF = "sign-off"
SMALL_NUMBER = "small-number"
NOT_ALLOWED = "not-allowed"  # what a build would reject in the text of a cell, listed with their findings
NOT_CHECKED = "not-checked"  # what stopped some of the checks, listed with their findings
RECORD = ("check", "message", "where", "notebook", "cell", "fact", "found", "expected")
SEEN = re.compile(r"(?P<drawing>.+) [0-9a-f]{8}")  # a drawing's name, and the digest of what is to be looked at
_ROW = re.compile(r"(?P<file>\S+\.\w+)(?:, row (?P<row>\d+))?")


@dataclass(frozen=True)
class Finding:
    """One problem that a check found, and where."""

    check: str  # one of CHECKS
    message: str  # a sentence: what was found, what is expected, what to do
    where: str  # the place, as errors name it: notebooks/waits.ipynb, cell 5 "We saw" (id news); a file; or a claim
    notebook: str = ""  # waits.ipynb
    cell: str = ""  # its id
    fact: str = ""  # its id
    found: str = ""  # what the report says
    expected: str = ""  # what it should say
    position: int = 0  # of the cell in the notebook, from 1 as readers of JupyterLab count; 0 if in no notebook

    def record(self) -> dict[str, Any]:
        """Return the finding as JSON holds it, without the fields that do not apply."""
        return {name: value for name in RECORD if (value := getattr(self, name))}


@dataclass(frozen=True)
class Place:
    """A cell of a notebook, so that a finding leads to the cell to open."""

    notebook: str
    cell: str
    position: int
    tags: tuple[str, ...] = ()
    name: str = ""  # as messages name the cell

    @classmethod
    def of(cls, notebook: str, position: int, cell: Any) -> Place:
        """Return the place of a cell that a finding is in, given the cell's position from 1."""
        tags = tuple(cell.metadata.get("tags", []))
        return cls(notebook, str(cell.get("id", "")), position, tags, name_of(position, cell))

    @property
    def where(self) -> str:
        """The cell's place as findings and errors name it."""
        return f"notebooks/{self.notebook}.ipynb, {self.name}"

    def finding(self, check: str, message: str, *, fact: str = "", found: str = "", expected: str = "") -> Finding:
        """Return a finding at this place."""
        notebook = f"{self.notebook}.ipynb"
        return Finding(check, message, self.where, notebook, self.cell, fact, found, expected, self.position)


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding that the quarter's params accept, and why."""

    finding: Finding
    reason: str

    def record(self) -> dict[str, Any]:
        """Return the accepted finding as JSON holds it."""
        return {**self.finding.record(), "reason": self.reason}


@dataclass(frozen=True)
class Outcome:
    """The result of all checks."""

    findings: tuple[Finding, ...] = ()  # open: a final edition is refused until there are none
    accepted: tuple[AcceptedFinding, ...] = ()  # by the params, with reasons
    listed: tuple[Finding, ...] = ()  # typed numbers in cells tagged typed-number: they pass, and reviewers see them
    notes: tuple[str, ...] = ()  # what could not be compared, and why

    def counts(self) -> dict[str, int]:
        """Return the number of open findings by check."""
        names = [finding.check for finding in self.findings]
        return {check: names.count(check) for check in CHECKS if check in names}

    def summary(self, quarter: object) -> str:
        """Return the line that a build logs: how many findings, of which checks, and the command that shows them."""
        if not self.findings:
            accepted = f" ({len(self.accepted)} accepted)" if self.accepted else ""
            return f"checked: no findings{accepted}"
        checks = ", ".join(f"{check} {count}" for check, count in self.counts().items())
        return f"checked: {counted(len(self.findings), 'finding')} ({checks}); see them with: natpatsip check {quarter}"

    def record(self) -> dict[str, Any]:
        """Return the findings for the manifest: open, accepted, and typed numbers that pass because of their tag."""
        return {
            "findings": [finding.record() for finding in self.findings],
            "accepted_findings": [each.record() for each in self.accepted],
            "typed_numbers": [finding.record() for finding in self.listed],
        }


def split_accepted(
    findings: Iterable[Finding], acceptances: Sequence[Acceptance], place: Callable[..., str]
) -> tuple[tuple[Finding, ...], tuple[AcceptedFinding, ...]]:
    """Return the open findings and the accepted ones.

    An acceptance that matches nothing is a finding itself, since it would hide the next fault of its kind. `place`
    takes keys of the params and returns the place of their value, as errors name it.

    Raises
    ------
    ParamsError
        If an acceptance names an unknown check.
    """
    for number, acceptance in enumerate(acceptances):
        if acceptance.check not in CHECKS:
            raise ParamsError(
                f'{place("accepted", number, "check")}: there is no check "{acceptance.check}".'
                f"{nearest(acceptance.check, CHECKS)} Choose from {', '.join(CHECKS)}."
            )
        if acceptance.check == SIGN_OFF:
            raise ParamsError(
                f"{place('accepted', number, 'check')}: what changed after it was signed off cannot be accepted. "
                "Have it signed again: natpatsip sign"
            )
        if acceptance.check == OWN_DRAWING and not drawing_in(acceptance.found):
            raise ParamsError(
                f"{place('accepted', number)}: has no drawing with what was looked at, such as found: fig-waits "
                "7f3a91c2. natpatsip check writes it."
            )
    still_open, accepted, used = [], [], set()
    for finding in findings:
        matching = [number for number, each in enumerate(acceptances) if _matches(each, finding)]
        if matching:
            used.add(matching[0])
            accepted.append(AcceptedFinding(finding, acceptances[matching[0]].reason))
        else:
            still_open.append(finding)
    # A finding says itself that its drawing was accepted as another.
    drawings = {drawing_in(each.found) for each in still_open if each.check == OWN_DRAWING}
    for number, acceptance in enumerate(acceptances):
        was_other_drawing = acceptance.check == OWN_DRAWING and drawing_in(acceptance.found) in drawings
        if number not in used and not was_other_drawing:
            named = acceptance.model_dump(exclude={"reason"}, exclude_defaults=True)
            shown = ", ".join(f"{name} {text}" for name, text in named.items())
            message = f"The params accept a finding that no longer exists ({shown}). Remove the entry."
            still_open.append(Finding(acceptance.check, message, place("accepted", number), found=shown))
    return tuple(still_open), tuple(accepted)


def drawing_in(found: str) -> str:
    """Return the name of the drawing that a finding or an acceptance of `own-drawing` is about; empty if it has none.

    Examples
    --------
    >>> drawing_in("fig-waits 7f3a91c2"), drawing_in("table in cell beds 7f3a91c2"), drawing_in("fig-waits")
    ('fig-waits', 'table in cell beds', '')
    """
    seen = SEEN.fullmatch(found)
    return seen["drawing"] if seen else ""


def _matches(acceptance: Acceptance, finding: Finding) -> bool:
    """Return True if a finding has the check and everything else that an acceptance names."""
    names = ("notebook", "cell", "fact", "found")
    wanted = {name: getattr(acceptance, name).removesuffix(".ipynb") for name in names}
    named = {name: getattr(finding, name).removesuffix(".ipynb") for name in names}
    return acceptance.check == finding.check and all(not text or text == named[name] for name, text in wanted.items())


def as_text(outcome: Outcome) -> Iterator[str]:
    """Yield the lines for people: by notebook, each finding under the cell to open."""
    for (notebook, where), group in groupby(
        outcome.findings, key=lambda each: (each.notebook, "" if each.notebook else each.where)
    ):
        yield f"notebooks/{notebook}" if notebook else where
        for place, findings in groupby(group, key=lambda each: each.where):
            if notebook:
                yield f"  {place.partition(', ')[2]}"
            yield from (f"    {each.check}: {each.message}" for each in findings)
        yield ""
    for each in outcome.accepted:
        yield f"accepted: {each.finding.where}: {each.finding.check}: {each.finding.found}. {each.reason}"
    for where, listed in groupby(outcome.listed, key=lambda each: each.where):
        yield f"tagged typed-number: {where}: {', '.join(each.found for each in listed)}"
    yield from (f"note: {note}" for note in outcome.notes)
    yield counted(len(outcome.findings), "finding")


def as_github(findings: Iterable[Finding], project: Path) -> Iterator[str]:
    """Yield a warning for each finding, at its line in the file on disk."""

    @cache
    def lines_of(file: str) -> list[str]:
        path = project / file
        return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []

    for each in findings:
        file, line = "", 0
        if each.notebook:
            file = f"notebooks/{each.notebook}"
            line = _line_in_notebook(lines_of(file), each)
        elif row := _ROW.match(each.where):
            file, line = row["file"], int(row["row"] or 1)
        message = f"{each.where.partition(', ')[2]}: {each.message}" if each.cell else each.message
        yield annotation("warning", message, title=f"natpatsip check: {each.check}", file=file, line=line)


def _line_in_notebook(lines: list[str], finding: Finding) -> int:
    """Return the line, from 1, of the cell's source that holds what was found, else of the cell's id."""
    identity = f'"id": {json.dumps(finding.cell)}'
    start = next((number for number, line in enumerate(lines) if identity in line), None)
    if start is None:
        return 1
    end = next((number for number in range(start + 1, len(lines)) if '"id": ' in lines[number]), len(lines))
    found = json.dumps(finding.found, ensure_ascii=False)[1:-1].removesuffix("…")
    return next((number for number in range(start, end) if found and found in lines[number]), start) + 1
