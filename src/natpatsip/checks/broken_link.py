"""Broken cross-references: figures, chapters and headings that are not in this quarter's report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlparse

from natpatsip.blocks.figures import FIGURE, PICTURE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding
from natpatsip.checks.sentences import Sentence
from natpatsip.errors import nearest
from natpatsip.pipeline.inline_code import INLINE
from natpatsip.pipeline.notebook_outputs import tables_of
from natpatsip.pipeline.plan import GENERATED
from natpatsip.pipeline.staging.markdown import Heading, pieces, slug, without_empty_headings

CHECK = "broken-link"
_REFERENCE = re.compile(r"(?<![\w\\@`.])@((?:fig|pic|tbl|tab|sec|eq)-[\w-]*\w)")
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]*)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"`[^`]*`")


def check(context: CheckContext) -> list[Finding]:
    """Return the references and links that lead nowhere."""
    headings = {name: set(_headings(context, name)) for name in context.executed}
    found = []
    for sentence in context.narrative:
        text = _CODE.sub("", sentence.text)
        for reference in _REFERENCE.findall(text):
            if problem := _reference(reference, context):
                found.append(_finding(sentence, f"@{reference}", problem))
        for link in _LINK.finditer(text):
            if problem := _link(link["target"], sentence.place.notebook, context, headings):
                found.append(_finding(sentence, link[0], problem))
    return found


def _finding(sentence: Sentence, found: str, problem: str) -> Finding:
    return sentence.place.finding(CHECK, f"{found} {problem}", found=found)


def _reference(name: str, context: CheckContext) -> str:
    if name in context.figures:
        return ""
    if name.startswith("fig-"):
        return f"is not a figure of this quarter's report.{nearest(name, context.figures)}"
    if name.startswith("tbl-"):
        tables = tables_of(context.executed, context.plan.quarter)
        return "" if name in tables else f"is not a table of this quarter's report.{nearest(name, tables)}"
    return (
        "is not a reference that the report knows: figures are referred to as @fig-…, tables as @tbl-…. "
        "Write a link instead."
    )


def _link(target: str, here: str, context: CheckContext, headings: Mapping[str, set[str]]) -> str:
    """Return what is wrong with a link's target; empty if nothing is."""
    if not target:
        return "leads nowhere: the link has no target. Add one, or remove the brackets."
    if re.match(r"[a-z][a-z+.-]*:", target):
        address = urlparse(target)
        is_whole = address.path if address.scheme in ("mailto", "tel") else "." in address.netloc
        return "" if is_whole else "is not a complete address. Write it as https://www.example.org/."
    file, _, fragment = target.partition("#")
    name = re.sub(r"\.(?:ipynb|qmd)$", "", file) if file else here
    chapters = {*context.executed, *(set(GENERATED) & set(context.plan.chapters))}
    if file and (name == file or name not in chapters):
        return f"is not a chapter of the report.{nearest(name, chapters)} Link to a notebook, such as waits.ipynb."
    if not fragment or name not in headings:
        return ""
    ids = headings[name] | {each for each, (place, _) in context.figures.items() if place.notebook == name}
    meant = fragment if fragment in ids or not file.endswith(".ipynb") else f"{name}-{slug(fragment)}"
    if meant in ids:
        return ""
    return f"is not a heading or figure of {name} in this quarter.{nearest(meant, ids)}"


def _headings(context: CheckContext, name: str) -> Iterator[str]:
    """Yield the ids of a chapter's headings, without those that have nothing under them."""
    yield name
    parts: list[Heading | str] = []
    for _, cell in context.cells(name):
        if cell.cell_type == "markdown":
            parts += pieces(INLINE.sub("0", cell.source))
        elif any(
            {FIGURE, PICTURE, BLOCK, "text/markdown"} & set(each.get("data", {})) for each in cell.get("outputs", [])
        ):
            parts.append("shown")
    counted: dict[str, int] = {}
    for part, _ in without_empty_headings((each, "") for each in parts):
        if isinstance(part, Heading):
            base = part.id or f"{name}-{slug(part.text)}"
            counted[base] = counted.get(base, 0) + 1
            yield base if counted[base] == 1 else f"{base}-{counted[base]}"
