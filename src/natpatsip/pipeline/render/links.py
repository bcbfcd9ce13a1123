"""Links between chapters and the ids that they lead to: each link leads somewhere, and each id is one place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from natpatsip.errors import nearest
from natpatsip.pipeline.render.chapters import Chapter

LINK = re.compile(r"([\w-]+\.qmd)(?:#(.*))?")
ELSEWHERE = re.compile(r"https?://\S+|mailto:\S+@\S+")


def links_and_ids(chapters: Sequence[Chapter], *, html_only: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each link that leads nowhere and each id that occurs twice.

    `html_only` names the chapters that print leaves out: a link to one of them from any other would lead nowhere there.
    """
    ids: dict[str, set[str]] = {chapter.name: set() for chapter in chapters}
    owners: dict[str, Chapter] = {}
    for chapter, name in ((each, name) for each in chapters for name in each.ids):
        if name in owners:
            other = owners[name].place(f"#{name}")
            yield (
                f"{chapter.place(f'#{name}')}: the id {name} is also in {other}. An id is one place in the whole "
                "report, since the PDF and the Word file are one document: give one of them another."
            )
        owners[name] = chapter
        ids[chapter.name].add(name)
    for chapter in chapters:
        counted = Counter[str]()
        for target in chapter.targets:
            counted[target] += 1
            for words in _link(chapter, target, ids, html_only):
                yield f"{chapter.place_of_markup(f']({target})', counted[target])}: the link to {target} {words}"


def _link(chapter: Chapter, target: str, ids: Mapping[str, set[str]], html_only: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a link of a chapter, as the end of a sentence."""
    if ELSEWHERE.fullmatch(target):
        return
    found = LINK.fullmatch(target)
    if target.startswith("#"):
        name, fragment = chapter.name, target[1:]
    elif found:
        name, fragment = found[1], found[2] or ""
    else:
        yield "leads to no chapter and to no https address. Link to name.qmd, name.qmd#id, #id or https://…"
        return
    if name not in ids:
        yield f"leads to no chapter of the report.{nearest(name, ids)}"
    elif fragment and fragment not in ids[name]:
        yield f"leads to no id of {name}.{nearest(fragment, ids[name])}"
    if found and chapter.stem not in html_only and found[1].removesuffix(".qmd") in html_only:
        yield (
            "leads to a chapter that the PDF and the Word file leave out "
            "(natpatsip.html-only in _quarto.yml). Take the link out."
        )
