"""A change between two reports, and all of them: as text, as Markdown, as JSON, and as annotations for GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from natpatsip.blocks.values_in_words import escaped
from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.word_diff import ADDED, AROUND, REMOVED, SAME, Stretch, marked
from natpatsip.errors import one_line
from natpatsip.reporters import annotation, counted
from natpatsip.reporters import as_json as json_of

KINDS = {
    "fact-rose": "Numbers that rose",
    "fact-fell": "Numbers that fell",
    "fact-changed": "Other values that changed",
    "fact-began-again": "Years to date that began again",
    "fact-revised": "Numbers of earlier quarters that were revised",
    "fact-redefined": "Numbers that are the same, but called, calculated or listed otherwise",
    "fact-appeared": "Numbers that are new",
    "fact-vanished": "Numbers that are gone",
    "figure-message": "Figures whose message changed",
    "figure-appeared": "Figures that are new",
    "figure-vanished": "Figures that are gone",
    "narrative-reworded": "Narrative that was reworded",
    "narrative-moved": "Narrative that was moved",
    "narrative-added": "Narrative that was added",
    "narrative-removed": "Narrative that was removed",
}
NUMBERS = ("fact-rose", "fact-fell", "fact-changed", "fact-began-again", "fact-revised", "fact-redefined")
NUMBERS_OF_ONE = ("fact-appeared", "fact-vanished")  # in one of the two reports only
FIGURES = ("figure-message", "figure-appeared", "figure-vanished")
NARRATIVE = ("narrative-reworded", "narrative-moved", "narrative-added", "narrative-removed")
NO_BREAK = "\N{NO-BREAK SPACE}"
NO_CHART = "No chart"  # of a number, in a column of what charts show
MARKDOWN = {SAME: "{}", REMOVED: "~~{}~~", ADDED: "**{}**"}


@dataclass(frozen=True)
class Change:
    """One difference, in the form of a finding."""

    check: str  # its kind, one of `KINDS`
    message: str  # a complete sentence
    where: str  # the place in the report: chapter and section
    notebook: str = ""  # what it is about, if it is about one
    cell: str = ""
    fact: str = ""
    label: str = ""  # of the fact, with its period in words
    figure: str = ""
    expected: str = ""  # what the first report says (a number as the second revised it, if it did), and what the second
    found: str = ""
    values: tuple[str, ...] = ()  # both as a table has them, without a unit that is in the label
    otherwise: str = ""  # what a number was called or how it was calculated before, in words, if that has changed
    change: str = ""  # by how much a number changed, or how a passage moved, in words
    # whether the control chart beside a number shows a signal in the quarter; None if it has no such chart
    signal: bool | None = None
    shows: str = ""  # what the chart shows
    words: tuple[Stretch, ...] = ()  # for narrative: stretches of words that are "same", "removed" or "added"

    def record(self) -> dict[str, Any]:
        """Return the change as JSON can hold it, without the fields that do not apply."""
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
    before, now = comparison.before.label, comparison.now.label
    lines = [f"# What changed from {before} to {now}", "", _title(comparison)]
    if numbers := comparison.of(*NUMBERS):
        lines += ["", "## Numbers", "", *number_table(numbers, comparison)]
    for kind in (*NUMBERS_OF_ONE, *FIGURES):
        if changes := comparison.of(kind):
            lines += ["", f"## {KINDS[kind]}", "", *(f"- {escaped(change.message)}" for change in changes)]
    for kind in NARRATIVE:
        if changes := comparison.of(kind):
            lines += ["", f"## {KINDS[kind]}"]
            for where, group in groupby(changes, key=lambda change: change.where):
                lines += ["", f"### {where}", ""]
                lines += [f"- {_passage(each)}" for each in group]
    return "\n".join(lines)


def _passage(change: Change) -> str:
    moved = f" (moved {escaped(change.change)})" if change.check == "narrative-moved" else ""
    return f"{marked(change.words, MARKDOWN, around=AROUND, escape=escaped)}{moved}"


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
    between = f"from {comparison.before.label} to {comparison.now.label}."
    return (
        f"{counted(len(comparison.changes), 'change')} {between}"
        if comparison.changes
        else f"Nothing changed {between}"
    )


def number_table(changes: Sequence[Change], comparison: Comparison) -> Iterator[str]:
    """Yield a Markdown table of changed numbers, line by line: the number, before, now, change, control chart."""
    heads, *rows = number_rows(changes, comparison)
    alignment = (":---", "--:", "--:", ":---", ":---")[: len(heads)]
    for row in (heads, alignment, *rows):
        yield "| " + " | ".join(row if row is alignment else map(escaped, row)) + " |"


def number_rows(changes: Sequence[Change], comparison: Comparison) -> list[tuple[str, ...]]:
    """Return the headings of a table of numbers and its rows, without the column of control charts if none has one."""
    heads = ("Number", comparison.before.label, comparison.now.label, "Change", "Control chart")
    rows = [number_row(change, comparison) for change in changes]
    if not any(change.shows for change in changes):
        return [each[:-1] for each in (heads, *rows)]
    return [heads, *((*row[:-1], row[-1] or NO_CHART) for row in rows)]


def number_row(change: Change, comparison: Comparison) -> tuple[str, str, str, str, str]:
    """Return a changed number's row: what it is, before, now, by how much, and what its control chart shows."""
    verbs = {"fact-rose": "Rose by", "fact-fell": "Fell by", "fact-revised": "Revised by"}
    name = change.label.removesuffix(f" ({comparison.now.quarter.label})")  # the head of the table says so
    by = f"{verbs[change.check]} {change.change}" if change.check in verbs and change.change else "Changed"
    by = by.replace(" ", NO_BREAK) if by.endswith("%)") else by  # an amount and its share stay on a line
    by = {"fact-began-again": "The year began again", "fact-redefined": "The same"}.get(change.check, by)
    by += f"; {change.otherwise}" if change.otherwise else ""
    before, now = change.values
    return name, before, now, by, change.shows[:1].upper() + change.shows[1:]
