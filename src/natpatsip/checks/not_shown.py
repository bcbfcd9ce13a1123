"""What cells make for readers, show to the analyst alone, or change in a copy: it is missing from the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from natpatsip.blocks.figures import FIGURE, PICTURE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding, Place
from natpatsip.context import LEFT_OUT, NOT_SHOWN, digest_of
from natpatsip.facts.fact import CITED, PUBLISHED
from natpatsip.pipeline.review_notes import REVIEW

CHECK = "not-shown"
_PUBLISHED = {BLOCK, FIGURE, PICTURE, CITED, PUBLISHED, "text/markdown"}
_ANALYSTS = {
    "plotly": "a figure of Plotly",
    "vegalite": "a chart",
    "image/": "a picture",
    "text/html": "a table or page",
    "text/latex": "a formula",
}
"""What JupyterLab shows and no chapter takes, by a part of the type."""
_REMEDIES = {
    "a figure of matplotlib": 'figure("fig-…", fig, title=…, description=…, caption=…, data=…)',
    "a figure of Plotly": 'figure("fig-…", fig, title=…, description=…, caption=…, data=…)',
    "a chart": 'figure("fig-…", chart, title=…, description=…, caption=…, data=…)',
}
_SERIES = re.compile(r"\b(?:Name: .*, )?(?:Length: \d+, )?dtype: \S+\s*\Z")
_TILE = re.compile(r"\[?Tile\(")
_LOST = re.compile(r"^\S.*:\d+: ChainedAssignmentError: .*(?:\n(?:\S.*)?)*?\n {2}(?P<line>\S.*)$", re.MULTILINE)
"""What pandas prints about a value set on a copy, and last the line of code. It is a warning, so the cell goes on."""


def check(context: CheckContext) -> list[Finding]:
    """Return what cells make and no cell shows, what they show that no chapter takes, and changes that are lost."""
    found = []
    for name in context.executed:
        found += [_raw(place) for place, cell in context.cells(name) if cell.cell_type == "raw" and _is_text(cell)]
        cells = [(place, cell) for place, cell in context.cells(name) if cell.cell_type == "code"]
        shown = {digest_of(data) for _, cell in cells for data in _outputs(cell)}
        for place, cell in cells:
            found += [_lost(place, line) for line in _lost_lines(cell)]
            for made in cell.metadata.get(NOT_SHOWN, []):
                if made["digest"] not in shown:
                    message = f"{made['what']} is made here and shown nowhere, so it is not in the report. "
                    advice = "Make it the last line of a cell, without a semicolon after it, or remove it."
                    found.append(place.finding(CHECK, message[0].upper() + message[1:] + advice, found=made["what"]))
            for data in _outputs(cell):
                if left_out := data.get(LEFT_OUT):
                    message = f"This cell shows a table that is not in the report. {left_out['message']}"
                    found.append(place.finding(CHECK, message, found="a table"))
                elif kind := _for_analyst(data):
                    remedy = _REMEDIES.get(kind, "table(…), figure(…) or picture(…)")
                    message = (
                        f"This cell shows {kind} in JupyterLab that is not in the report. Publish it with {remedy}; if "
                        "it is for you alone, print it, or remove it."
                    )
                    found.append(place.finding(CHECK, message, found=kind))
    return found


def _is_text(cell: Any) -> bool:
    """Return True if a raw cell is of the author, and not a reviewer's comment."""
    return bool(cell.source.strip()) and REVIEW not in cell.metadata.get("tags", [])


def _raw(place: Place) -> Finding:
    message = (
        "This raw cell is not in the report. If readers are to see it, change it to a Markdown cell (the list of kinds "
        "of cells is above the notebook); if it is for you alone, delete it, or make it a comment in a code cell."
    )
    return place.finding(CHECK, message, found="a raw cell")


def _lost_lines(cell: Any) -> Iterator[str]:
    """Yield each line of code that pandas warns has changed a copy alone."""
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream" and output["name"] == "stderr":
            for lost in _LOST.finditer(output["text"]):
                yield lost["line"].strip()


def _lost(place: Place, line: str) -> Finding:
    message = (
        f"pandas warns that `{line}` changes a copy, so the frame, and the report, have the old values. Assign in one "
        'step: frame.loc[rows, "column"] = value, or frame["column"] = frame["column"].fillna(value).'
    )
    return place.finding(CHECK, message, found=line)


def _outputs(cell: Any) -> Iterator[Mapping[str, Any]]:
    for output in cell.get("outputs", []):
        yield output.get("data", {})


def _for_analyst(data: Mapping[str, Any]) -> str:
    """Return what an output shows in JupyterLab and not in the report; empty if that is nothing."""
    if not _PUBLISHED.isdisjoint(data):
        return ""
    text = data.get("text/plain", "")
    if text.startswith("<Figure size "):
        return "a figure of matplotlib"
    for part, kind in _ANALYSTS.items():
        if any(part in each for each in data):
            return kind
    return "a series" if _SERIES.search(text) else "a tile" if _TILE.match(text) else ""
