"""A comparison as text, as Markdown, as JSON, and as annotations for GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from natpatsip.compare.changes import FIGURES, KINDS, NARRATIVE, NUMBERS, NUMBERS_OF_ONE, Change, Comparison
from natpatsip.compare.narrative_changes import AROUND
from natpatsip.compare.word_diff import ADDED, REMOVED, SAME, marked
from natpatsip.errors import one_line
from natpatsip.plain_text import escaped
from natpatsip.reporters import annotation, counted
from natpatsip.reporters import as_json as json_of

MARKDOWN = {SAME: "{}", REMOVED: "~~{}~~", ADDED: "**{}**"}


def as_text(comparison: Comparison) -> str:
    """Return a comparison for a terminal, by kind, with the cell to open."""
    lines = [_title(comparison)]
    for kind, title in KINDS.items():
        if not (changes := comparison.of(kind)):
            continue
        lines += ["", f"{title}: {len(changes)}"]
        for where, group in groupby(changes, key=lambda change: change.where if kind in NARRATIVE else ""):
            lines += [f"  {where}"] if where else []
            for change in group:
                cell = f'  [{change.notebook}, cell "{change.cell}"]' if change.cell else ""
                lines.append(one_line(f"  - {change.message}{cell}"))
    return "\n".join(lines)


def as_markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown, for a pull request or an e-mail."""
    before, now = comparison.before.quarter.label, comparison.now.quarter.label
    lines = [f"# What changed from {before} to {now}", "", _title(comparison)]
    if numbers := comparison.of(*NUMBERS):
        lines += ["", "## Numbers", "", *number_table(numbers, before, now)]
    for kind in (*NUMBERS_OF_ONE, *FIGURES):
        if changes := comparison.of(kind):
            lines += ["", f"## {KINDS[kind]}", "", *(f"- {escaped(change.message)}" for change in changes)]
    for kind in NARRATIVE:
        if changes := comparison.of(kind):
            lines += ["", f"## {KINDS[kind]}"]
            for where, group in groupby(changes, key=lambda change: change.where):
                lines += ["", f"### {where}", ""]
                lines += [f"- {marked(each.words, MARKDOWN, around=AROUND, escape=escaped)}" for each in group]
    return "\n".join(lines)


def as_json(comparison: Comparison) -> str:
    """Return the changes as a JSON list of findings."""
    return json_of(comparison.changes)


def as_github(comparison: Comparison) -> str:
    """Return a notice for each change, which GitHub shows beside the notebook."""
    return "\n".join(
        annotation(
            "notice",
            f"{change.where}: {change.message}",
            title=KINDS[change.check],
            file=f"notebooks/{change.notebook}" if change.notebook else "",
        )
        for change in comparison.changes
    )


FORMATS: Mapping[str, Callable[[Comparison], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
    "github": as_github,
}


def _title(comparison: Comparison) -> str:
    between = f"from {comparison.before.quarter.label} to {comparison.now.quarter.label}."
    return (
        f"{counted(len(comparison.changes), 'change')} {between}"
        if comparison.changes
        else f"Nothing changed {between}"
    )


def number_table(changes: Sequence[Change], before: str, now: str) -> Iterator[str]:
    """Yield the lines of a Markdown table of numbers: the number, before, now, by how much, and its control chart."""
    yield f"| Number | {before} | {now} | Change | Control chart |"
    yield "|:---|--:|--:|:---|:---|"
    verbs = {"fact-rose": "Rose by", "fact-fell": "Fell by", "fact-revised": "Revised by"}
    for change in changes:
        name = change.message.split(") ")[0] + ")"
        by = f"{verbs[change.check]} {change.change}" if change.check in verbs and change.change else "Changed"
        chart = "" if change.signal is None else f"{'Signal' if change.signal else 'No signal'}: {change.shows}"
        yield "| " + " | ".join(map(escaped, (name, change.expected, change.found, by, chart))) + " |"
