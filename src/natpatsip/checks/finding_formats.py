"""Findings for people (grouped by notebook), and for GitHub (a warning at the line in the notebook's file)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from natpatsip.checks.outcome import Finding, Outcome
from natpatsip.reporters import annotation, counted

_ROW = re.compile(r"(?P<file>\S+\.\w+)(?:, row (?P<row>\d+))?")


def summary(outcome: Outcome, quarter: object) -> str:
    """Return the line that a build logs: how many findings, of which checks, and the command that shows them."""
    if not outcome.findings:
        accepted = f" ({len(outcome.accepted)} accepted)" if outcome.accepted else ""
        return f"checked: no findings{accepted}"
    checks = ", ".join(f"{check} {count}" for check, count in outcome.counts().items())
    return f"checked: {counted(len(outcome.findings), 'finding')} ({checks}); see them with: natpatsip check {quarter}"


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
