"""A comparison for its readers: as text, as Markdown, as JSON, and as annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from natpatsip.compare.changes import KINDS, Change, Comparison
from natpatsip.compare.narrative import AROUND, cut, marked
from natpatsip.compare.words import ADDED, REMOVED, SAME, Stretch

NUMBERS = ("fact-rose", "fact-fell", "fact-changed", "fact-revised")
NARRATIVE = ("narrative-reworded", "narrative-added", "narrative-removed")


def as_text(comparison: Comparison) -> str:
    """Return a comparison for a terminal, by kind, with the cell to open."""
    lines = [_title(comparison)]
    for kind, title in KINDS.items():
        changes = comparison.of(kind)
        if not changes:
            continue
        lines += ["", f"{title}: {len(changes)}"]
        where = ""
        for change in changes:
            if kind in NARRATIVE and change.where != where:
                where = change.where
                lines.append(f"  {where}")
            cell = f'  [{change.notebook}, cell "{change.cell}"]' if change.cell else ""
            lines.append(f"  - {change.message}{cell}")
    return "\n".join(lines)


def as_markdown(comparison: Comparison) -> str:
    """Return a comparison as Markdown, for a pull request or an e-mail."""
    before, now = comparison.before.quarter.label, comparison.now.quarter.label
    lines = [f"# What changed from {before} to {now}", "", _title(comparison)]
    if numbers := comparison.of(*NUMBERS):
        lines += [
            "",
            "## Numbers",
            "",
            f"| Number | {before} | {now} | Change | Control chart |",
            "|:--|--:|--:|:--|:--|",
        ]
        lines += ["| " + " | ".join(map(_cell, number_row(change))) + " |" for change in numbers]
    for kind in ("fact-appeared", "fact-vanished", "figure-message", "figure-appeared", "figure-vanished"):
        if changes := comparison.of(kind):
            lines += ["", f"## {KINDS[kind]}", "", *(f"- {escaped(change.message)}" for change in changes)]
    for kind in NARRATIVE:
        if changes := comparison.of(kind):
            lines += ["", f"## {KINDS[kind]}"]
            lines += list(_narrative(changes))
    return "\n".join(lines)


def as_json(comparison: Comparison) -> str:
    """Return the changes as a list of findings."""
    return json.dumps([change.record() for change in comparison.changes], indent=2, ensure_ascii=False)


def as_github(comparison: Comparison) -> str:
    """Return a notice for each change, which GitHub shows beside the notebook's file."""
    return "\n".join(_notice(change) for change in comparison.changes)


FORMATS: Mapping[str, Callable[[Comparison], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
    "github": as_github,
}


def _title(comparison: Comparison) -> str:
    before, now = comparison.before.quarter.label, comparison.now.quarter.label
    count = len(comparison.changes)
    if not count:
        return f"Nothing changed from {before} to {now}."
    return f"{count} {'change' if count == 1 else 'changes'} from {before} to {now}."


def number_row(change: Change) -> tuple[str, str, str, str, str]:
    """Return a changed number as a row: what, before, now, by how much, and what its control chart says."""
    verbs = {"fact-rose": "Rose by", "fact-fell": "Fell by", "fact-revised": "Revised by"}
    by = f"{verbs[change.check]} {change.change}" if change.check in verbs and change.change else "Changed"
    chart = "" if change.signal is None else f"{'Signal' if change.signal else 'No signal'}: {change.shows}"
    return change.message.split(") ")[0] + ")", change.expected, change.found, by, chart


def _narrative(changes: Sequence[Change]) -> Iterator[str]:
    where = ""
    for change in changes:
        if change.where != where:
            where = change.where
            yield from ("", f"### {where}", "")
        yield f"- {in_markdown(cut(change.words, AROUND))}"


def in_markdown(words: Sequence[Stretch]) -> str:
    """Return stretches of words, what was removed struck out and what was added in bold."""
    forms = {SAME: "{}", REMOVED: "~~{}~~", ADDED: "**{}**"}
    return " ".join(forms[kind].format(escaped(text)) for kind, text in words)


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return "".join(f"\\{each}" if each in "\\`*_{}[]<>#|~" else each for each in text)


def _cell(text: str) -> str:
    return escaped(text)


def _notice(change: Change) -> str:
    def data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def quoted(text: str) -> str:
        return data(text).replace(":", "%3A").replace(",", "%2C")

    properties = [f"title={quoted(KINDS[change.check])}"]
    if change.notebook:
        properties.insert(0, f"file=notebooks/{change.notebook}")
    text = marked(change.words) if change.check == "narrative-reworded" else change.message
    return f"::notice {','.join(properties)}::{data(f'{change.where}: {text}')}"
