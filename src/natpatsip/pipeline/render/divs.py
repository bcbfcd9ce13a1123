"""The divs that chapters may have: what each kind must have, may have and holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from natpatsip.errors import nearest
from natpatsip.pipeline.render.pandoc_ast import Node, attributes_of, classes_of, text_of
from natpatsip.pipeline.render.staged_report import Report

HERE = "\0"  # in a sentence: the place of what it is about, which is looked for only where there is a sentence
CALLOUTS = ("callout-note", "callout-important", "callout-warning", "callout-tip")
FILES = ("svg", "png", "data", "table", "narrow", "interactive")  # attributes that name a file
SHOWN_BY = {"png": "docx", "narrow": "html", "interactive": "html"}  # those that one format alone shows


@dataclass(frozen=True)
class DivKind:
    """What a kind of div must have: attributes, the beginning of its id, and the divs in it."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    id: str = ""
    holds: str = ""


DIVS: Mapping[str, DivKind] = {
    "report-figure": DivKind(
        ("number", "programme", "title", "description", "svg", "png", "alt", "data"),
        ("note", "mark", "narrow", "interactive", "pages"),
        id="fig-",
    ),
    "picture": DivKind(("svg", "png", "alt"), ("credit", "narrow"), id="pic-"),
    "table-notes": DivKind(),
    "tiles": DivKind(optional=("programme",), holds="tile"),
    "tile": DivKind(("icon",)),
    "case-study": DivKind(),
    "organisations": DivKind(("data", "table"), id="organisations-"),
    "passports": DivKind(),
    "passport": DivKind(("entry",)),
    **dict.fromkeys(CALLOUTS, DivKind()),
}


def problems_of_div(
    div: Node, report: Report, chapter: str, *, formats: Collection[str], is_staged: bool
) -> Iterator[str]:
    """Yield what is wrong with a div of a chapter's file; `HERE` stands for its place."""
    name, classes, pairs = attributes_of(div)
    kind, icon = classes[0] if classes else "", pairs.get("icon", "")
    if len(classes) != 1 or kind not in DIVS:
        shown = " ".join(f".{each}" for each in classes) or "no class"
        choices = ", ".join(f".{each}" for each in DIVS)
        yield f"{HERE}: found a div with {shown}. Divs are {choices}.{nearest(kind, DIVS)} See docs/chapters.md."
        return
    rules, where = DIVS[kind], f"{HERE}: the .{kind}{f' #{name}' if name else ''}"
    for key in rules.required:
        if not pairs.get(key, "").strip():
            yield f"{where} has no {key}. Give it; it must have {', '.join(rules.required)}."
    known = {*rules.required, *rules.optional}
    for key in sorted(set(pairs) - known):
        yield f'{where} has "{key}", which it does not take.{nearest(key, known)}'
    for key in FILES if is_staged else ():
        if key in known and lacks(report, key, pairs, formats):
            yield f"{where} names {pairs[key]} as its {key}, which is missing. Stage it again: natpatsip build."
    if rules.id and not name.startswith(rules.id):
        yield f"{where} has no id that begins with {rules.id}. Give it: ::: {{.{kind} #{rules.id}name …}}."
    icons = [path.stem for path in (report.extension / "icons").glob("*.svg")] if kind == "tile" else []
    if icon and kind == "tile" and icon not in icons:
        yield f'{where} has the icon "{icon}"; the extension has {", ".join(sorted(icons))}.{nearest(icon, icons)}'
    chapters = [each.removesuffix(".qmd") for each in report.chapters]
    if kind == "organisations" and is_staged and report.in_print(chapter):
        yield (
            f"{where} is in a chapter that is printed, and only pages can show it. Give it a chapter of its own, "
            "and list that under natpatsip.html-only in _quarto.yml."
        )
    if kind == "tiles" and chapters and (programme := pairs.get("programme")) and programme not in chapters:
        yield f'{where} are of the programme "{programme}", which has no chapter.{nearest(programme, chapters)}'
    yield from _content(where, kind, div["c"][1])


def _content(where: str, kind: str, blocks: list[Node]) -> Iterator[str]:
    """Yield what is wrong with what a div holds."""
    shapes, inner = [block["t"] for block in blocks], DIVS[kind].holds
    if inner and not (blocks and all(each["t"] == "Div" and inner in classes_of(each) for each in blocks)):
        yield f"{where} holds something other than {kind}. Put ::: {{.{inner} …}} in it, and no more."
    elif kind == "tile" and shapes not in (["Para"] * 2, ["Para"] * 3):
        yield (
            f"{where} must hold two paragraphs, the value and its label, and may hold a drawing as a third; "
            f"found {len(shapes)} blocks."
        )
    elif kind == "report-figure" and not text_of(blocks).strip():
        yield f"{where} has no caption. Put a paragraph in it that says what a reader should know."
    elif kind in CALLOUTS and "Header" in shapes[1:]:
        yield f"{where} has a heading after its first line. Only its title, the first thing in it, may be one."
    elif kind in (*CALLOUTS, "case-study") and len(blocks) < (2 if shapes[:1] == ["Header"] else 1):
        yield f"{where} is empty. Say something in it, or take it out."


def lacks(report: Report, key: str, pairs: Mapping[str, str], formats: Collection[str]) -> bool:
    """Return True if a div's attribute names a file that is missing and that one of the formats shows."""
    is_shown = SHOWN_BY.get(key, key) in (key, *formats)
    return is_shown and bool(pairs.get(key)) and not (report.root / pairs[key]).is_file()
