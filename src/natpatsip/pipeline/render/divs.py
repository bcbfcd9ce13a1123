"""Divs: figures, pictures, tiles, callouts and case studies, each with what it must have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from natpatsip.errors import nearest
from natpatsip.pipeline.render.chapters import Chapter, Node, attributes_of, classes_of, text_of
from natpatsip.pipeline.render.staged_report import Report

CALLOUTS = ("callout-note", "callout-important", "callout-warning", "callout-tip")
REQUIRED = {
    "report-figure": ("number", "programme", "title", "description", "svg", "png", "alt", "data"),
    "picture": ("svg", "png", "alt"),
    "tile": ("icon",),
    "passport": ("entry",),
}
OPTIONAL = {"report-figure": {"note", "narrow", "interactive"}, "picture": {"credit", "narrow"}}
KINDS = ("report-figure", "picture", "tiles", "tile", "case-study", "passports", "passport", *CALLOUTS)
FILES = ("svg", "png", "data", "narrow", "interactive")
IDS = {"report-figure": "fig-", "picture": "pic-", "passport": "fact-"}
HOLDS = {"tiles": "tile", "passports": "passport"}


@dataclass(frozen=True)
class DivCheck:
    """Checks the divs of one chapter."""

    report: Report
    chapter: Chapter

    def problems(self, div: Node) -> Iterator[str]:
        """Yield a sentence for each thing that is wrong with `div`."""
        name, classes, pairs = attributes_of(div)
        kind = classes[0] if classes else ""
        if len(classes) != 1 or kind not in KINDS:
            shown = " ".join(f".{each}" for each in classes) or "no class"
            choices = ", ".join(f".{each}" for each in KINDS)
            place = self._place(kind, name, pairs)
            yield f"{place}: found a div with {shown}. Divs are {choices}.{nearest(kind, KINDS)} See docs/chapters.md."
            return
        where = f"{self._place(kind, name, pairs)}: the .{kind}{f' #{name}' if name else ''}"
        yield from self._attributes(where, kind, pairs)
        if kind in IDS and not name.startswith(IDS[kind]):
            yield f"{where} has no id that begins with {IDS[kind]}. Give it: ::: {{.{kind} #{IDS[kind]}name …}}."
        yield from self._content(where, kind, div["c"][1])

    def _place(self, kind: str, name: str, pairs: dict[str, str]) -> str:
        icon = pairs.get("icon", "")
        needles = (f"#{name}" if name else "", f'icon="{icon}"' if icon else "", f"icon={icon}" if icon else "")
        found = next((needle for needle in needles if self.chapter.line_of(needle)), f".{kind}")
        return self.chapter.place(found)

    def _attributes(self, where: str, kind: str, pairs: dict[str, str]) -> Iterator[str]:
        required = REQUIRED.get(kind, ())
        for key in required:
            if not pairs.get(key, "").strip():
                yield f"{where} has no {key}. Give it; it must have {', '.join(required)}."
        known = set(required) | OPTIONAL.get(kind, set())
        for key in sorted(set(pairs) - known):
            yield f'{where} has "{key}", which it does not take.{nearest(key, known)}'
        for key in FILES:
            if key in known and pairs.get(key) and not (self.report.root / pairs[key]).is_file():
                yield f"{where} names {pairs[key]} as its {key}, which is not there. Stage it again: natpatsip build."
        if kind == "report-figure" and pairs.get("number") and not pairs["number"].isdecimal():
            yield f'{where} has the number "{pairs["number"]}"; expected a whole number such as 3.'
        icon = pairs.get("icon", "")
        icons = [path.stem for path in (self.report.extension / "icons").glob("*.svg")]
        if kind == "tile" and icon and icon not in icons:
            yield f'{where} has the icon "{icon}"; the extension has {", ".join(sorted(icons))}.{nearest(icon, icons)}'

    def _content(self, where: str, kind: str, blocks: list[Node]) -> Iterator[str]:
        shapes = [block["t"] for block in blocks]
        if kind in HOLDS and not (
            blocks and all(each["t"] == "Div" and HOLDS[kind] in classes_of(each) for each in blocks)
        ):
            yield f"{where} holds something other than {kind}. Put ::: {{.{HOLDS[kind]} …}} in it, and no more."
        elif kind == "tile" and shapes != ["Para", "Para"]:
            yield f"{where} must hold two paragraphs, the value and its label; found {len(shapes)} blocks."
        elif kind == "passport" and shapes != ["Para", "Para", "DefinitionList"]:
            yield f"{where} must hold the number, its period and kind, and a list of terms; found {len(shapes)} blocks."
        elif kind == "report-figure" and not text_of(blocks).strip():
            yield f"{where} has no caption. Put a paragraph in it that says what a reader should know."
        elif kind in CALLOUTS and "Header" in shapes[1:]:
            yield f"{where} has a heading after its first line. Only its title, the first thing in it, may be one."
        elif kind in (*CALLOUTS, "case-study") and len(blocks) < (2 if shapes[:1] == ["Header"] else 1):
            yield f"{where} is empty. Say something in it, or take it out."
