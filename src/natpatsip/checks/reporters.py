"""What was found, told to people, to machines and to GitHub."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from natpatsip.checks.findings import Finding, Outcome

FORMATS = ("text", "json", "github")
_ROW = re.compile(r"(?P<file>\S+\.\w+)(?:, row (?P<row>\d+))?")


def counted(count: int) -> str:
    """Return how many findings there are, in words for a line.

    Examples
    --------
    >>> counted(0), counted(1), counted(3)
    ('no findings', '1 finding', '3 findings')
    """
    return f"{count or 'no'} finding{'' if count == 1 else 's'}"


def summary(outcome: Outcome, quarter: object) -> str:
    """Return what a build says of its findings: how many, of which checks, and the command that shows them."""
    if not outcome.findings:
        accepted = f" ({len(outcome.accepted)} accepted)" if outcome.accepted else ""
        return f"checked: no findings{accepted}"
    checks = ", ".join(f"{check} {count}" for check, count in outcome.counts().items())
    return f"checked: {counted(len(outcome.findings))} ({checks}); see them with: natpatsip check {quarter}"


def as_text(outcome: Outcome) -> Iterator[str]:
    """Go through the lines for people: by notebook, each with the cell to open."""
    for (notebook, where), group in groupby(
        outcome.findings, key=lambda each: (each.notebook, "" if each.notebook else each.where)
    ):
        yield f"notebooks/{notebook}" if notebook else where
        for (position, cell), findings in groupby(group, key=lambda each: (each.position, each.cell)):
            if notebook:
                yield f'  cell {position}, "{cell}"'
            yield from (f"    {each.check}: {each.message}" for each in findings)
        yield ""
    for each in outcome.accepted:
        yield f"accepted: {each.finding.where}: {each.finding.check}: {each.finding.found}. {each.reason}"
    by_cell = groupby(outcome.listed, key=lambda each: each.where)
    for where, listed in by_cell:
        yield f"tagged typed-number: {where}: {', '.join(each.found for each in listed)}"
    yield from (f"note: {note}" for note in outcome.notes)
    yield counted(len(outcome.findings))


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as a JSON list."""
    return json.dumps([finding.record() for finding in findings], indent=2, ensure_ascii=False)


def as_github(findings: Sequence[Finding], project: Path) -> Iterator[str]:
    """Go through the findings as annotations of GitHub's workflows: file, line in the file, message."""
    lines = _Lines(project)
    for each in findings:
        file, line = lines.of(each)
        place = [f"file={_property(file)}", f"line={line}"] if file else []
        place.append(f"title={_property(f'natpatsip check: {each.check}')}")
        shown = f'cell "{each.cell}": {each.message}' if each.cell else each.message
        yield f"::warning {','.join(place)}::{_data(shown)}"


class _Lines:
    """Finds the line that a finding is about in the file as it stands on disk."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._read: dict[str, list[str]] = {}

    def of(self, finding: Finding) -> tuple[str, int]:
        """Return file and line, from 1; no file where a finding is about none."""
        if finding.notebook:
            return f"notebooks/{finding.notebook}", self._in_notebook(finding)
        found = _ROW.match(finding.where)
        return (found["file"], int(found["row"] or 1)) if found else ("", 1)

    def _in_notebook(self, finding: Finding) -> int:
        lines = self._lines(f"notebooks/{finding.notebook}")
        identity = f'"id": {json.dumps(finding.cell)}'
        start = next((number for number, line in enumerate(lines) if identity in line), None)
        if start is None:
            return 1
        end = next((n for n in range(start + 1, len(lines)) if '"id": ' in lines[n]), len(lines))
        told = json.dumps(finding.found, ensure_ascii=False)[1:-1].removesuffix("…")
        sources = [n for n in range(start, end) if told and told in lines[n]]
        return (sources or [start])[0] + 1

    def _lines(self, name: str) -> list[str]:
        if name not in self._read:
            file = self._project / name
            self._read[name] = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        return self._read[name]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
