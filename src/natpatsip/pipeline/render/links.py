"""Links and ids: each link leads somewhere, and each id is one place in the whole report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from natpatsip.errors import nearest
from natpatsip.pipeline.render.chapters import Chapter, attributes_of

CHAPTER = re.compile(r"([\w-]+\.qmd)(?:#(.*))?")
SOURCES = "sources.qmd"
ELSEWHERE = re.compile(r"https?://\S+|mailto:\S+@\S+")


def check_links(chapters: Sequence[Chapter], *, html_only: Collection[str] = ()) -> Iterator[str]:
    """Yield a sentence for each link that leads nowhere and each id that stands twice.

    `html_only` names the chapters that print leaves out: a link to one of them from any other would lead nowhere there.
    """
    ids: dict[str, set[str]] = {}
    owners: dict[str, Chapter] = {}
    for chapter in chapters:
        ids[chapter.name] = set()
        for name in _ids(chapter):
            if name in owners:
                other = owners[name].place(f"#{name}")
                yield (
                    f"{chapter.place(f'#{name}')}: the id {name} is also in {other}. An id is one place in the whole "
                    "report, since the PDF and the Word file are one document: give one of them another."
                )
            owners[name] = chapter
            ids[chapter.name].add(name)
    for chapter in chapters:
        for node in chapter.nodes:
            if node["t"] == "Link":
                target = node["c"][2][0]
                yield from _link(chapter, target, ids)
                found = CHAPTER.fullmatch(target)
                if found and chapter.stem not in html_only and found[1].removesuffix(".qmd") in html_only:
                    yield (
                        f"{chapter.place(f']({target})')}: the link to {target} leads to a chapter that the PDF and "
                        "the Word file leave out (natpatsip.html-only in _quarto.yml). Take the link out."
                    )
            elif node["t"] == "Span" and "page-of" in attributes_of(node)[1]:
                target = attributes_of(node)[2].get("target", "")
                if target and target not in owners:
                    yield (
                        f"{chapter.place(target)}: the page of {target} is asked for, which is no id of the report."
                        f"{nearest(target, owners)}"
                    )
    yield from _check_entries(chapters)


def _check_entries(chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield a sentence for each number that names an entry which the list of all numbers does not have."""
    entries = {
        attributes_of(node)[0]: attributes_of(node)[2].get("entry")
        for chapter in chapters
        if chapter.name == SOURCES
        for node in chapter.nodes
        if node["t"] == "Div" and "passport" in attributes_of(node)[1]
    }
    for chapter in chapters:
        for node in chapter.nodes:
            if node["t"] != "Span" or "fact" not in attributes_of(node)[1]:
                continue
            said = attributes_of(node)[2]
            name = f"fact-{said.get('key')}-{said.get('period')}"
            mark = f'entry="{said.get("entry")}"'
            if "entry" in said and entries.get(name) != said["entry"]:
                yield (
                    f"{chapter.place(mark)}: the .fact span of {said.get('key')} names the entry "
                    f"{said['entry']}; {SOURCES} has {entries.get(name) or 'none'} for it. Stage it again."
                )


def _ids(chapter: Chapter) -> Iterator[str]:
    for node in chapter.nodes:
        if node["t"] in {"Header", "Div", "Span"}:
            name = attributes_of(node)[0]
            if name:
                yield name


def _link(chapter: Chapter, target: str, ids: dict[str, set[str]]) -> Iterator[str]:
    if ELSEWHERE.fullmatch(target):
        return
    place = f"{chapter.place(f']({target})')}: the link to {target}"
    if target.startswith("#"):
        name, fragment = chapter.name, target[1:]
    elif found := CHAPTER.fullmatch(target):
        name, fragment = found[1], found[2] or ""
    else:
        yield f"{place} leads to no chapter and to no https address. Link to name.qmd, name.qmd#id, #id or https://…"
        return
    if name not in ids:
        yield f"{place} leads to no chapter of the report.{nearest(name, ids)}"
    elif fragment and fragment not in ids[name]:
        yield f"{place} leads to no id of {name}.{nearest(fragment, ids[name])}"
