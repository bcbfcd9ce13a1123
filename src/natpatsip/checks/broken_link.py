"""Broken cross-references: figures, chapters and headings that are not in this quarter's report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlparse

from natpatsip.blocks import BLOCK
from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding
from natpatsip.checks.sentences import Sentence
from natpatsip.errors import nearest
from natpatsip.figures import FIGURE, PICTURE
from natpatsip.pipeline.inline_code import INLINE
from natpatsip.pipeline.plan import GENERATED
from natpatsip.pipeline.staging.markdown import Heading, pieces, slug, without_empty_headings

CHECK = "broken-link"
_REFERENCE = re.compile(r"(?<![\w\\@`.])@((?:fig|pic|tbl|tab|sec|eq)-[\w-]*\w)")
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]*)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"`[^`]*`")


def check(material: Material) -> list[Finding]:
    """Return the references and links that lead nowhere."""
    headings = {name: set(_headings(material, name)) for name in material.executed}
    found = []
    for sentence in material.narrative:
        text = _CODE.sub("", sentence.text)
        for reference in _REFERENCE.findall(text):
            if problem := _reference(reference, material):
                found.append(_finding(sentence, f"@{reference}", problem))
        for link in _LINK.finditer(text):
            if problem := _link(link["target"], sentence.place.notebook, material, headings):
                found.append(_finding(sentence, link[0], problem))
    return found


def _finding(sentence: Sentence, found: str, problem: str) -> Finding:
    return sentence.place.finding(CHECK, f"{found} {problem}", found=found)


def _reference(name: str, material: Material) -> str:
    if name in material.figures:
        return ""
    if name.startswith("fig-"):
        return f"refers to no figure of this quarter's report.{nearest(name, material.figures)}"
    return "is a reference that the report does not know: figures alone are referred to, as @fig-…; else write a link."


def _link(target: str, here: str, material: Material, headings: Mapping[str, set[str]]) -> str:
    """Return what is wrong with a link's target, or nothing."""
    if not target:
        return "leads nowhere: the link has no target. Name one, or take the brackets off."
    if re.match(r"[a-z][a-z+.-]*:", target):
        address = urlparse(target)
        is_whole = address.path if address.scheme in ("mailto", "tel") else "." in address.netloc
        return "" if is_whole else "is no whole address. Write it as https://www.england.nhs.uk/."
    file, _, fragment = target.partition("#")
    name = re.sub(r"\.(?:ipynb|qmd)$", "", file) if file else here
    chapters = {*material.executed, *(set(GENERATED) & set(material.plan.chapters))}
    if file and (name == file or name not in chapters):
        return (
            f"leads to no chapter of the report.{nearest(name, chapters)} Link to a notebook, such as medicines.ipynb."
        )
    if not fragment or name not in headings:
        return ""
    ids = headings[name] | {each for each, (place, _) in material.figures.items() if place.notebook == name}
    meant = fragment if fragment in ids or not file.endswith(".ipynb") else f"{name}-{slug(fragment)}"
    if meant in ids:
        return ""
    return f"leads to no heading or figure of {name} in this quarter.{nearest(meant, ids)}"


def _headings(material: Material, name: str) -> Iterator[str]:
    """Go through the ids that the headings of a chapter get, those with nothing under them left out."""
    yield name
    parts: list[Heading | str] = []
    for place, cell in material.cells():
        if place.notebook != name:
            continue
        if cell.cell_type == "markdown":
            parts += pieces(INLINE.sub("0", cell.source))
        elif any(
            {FIGURE, PICTURE, BLOCK, "text/markdown"} & set(each.get("data", {})) for each in cell.get("outputs", [])
        ):
            parts.append("shown")
    counted: dict[str, int] = {}
    for part in without_empty_headings(parts):
        if isinstance(part, Heading):
            base = part.id or f"{name}-{slug(part.text)}"
            counted[base] = counted.get(base, 0) + 1
            yield base if counted[base] == 1 else f"{base}-{counted[base]}"
