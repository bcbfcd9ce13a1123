"""The constructs that chapters may use, as docs/chapters.md lists them; any other is refused with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from natpatsip.errors import RenderError, together
from natpatsip.pipeline.render.chapters import Chapter, Node, attributes_of, text_of, walk
from natpatsip.pipeline.render.divs import DivCheck
from natpatsip.pipeline.render.links import check_links
from natpatsip.pipeline.render.staged_report import Report

PLAIN = frozenset(
    [
        "Para",
        "Plain",
        "BulletList",
        "OrderedList",
        "DefinitionList",
        "BlockQuote",
        "Header",
        "Table",
        "Div",
        "Str",
        "Space",
        "SoftBreak",
        "LineBreak",
        "Emph",
        "Strong",
        "Superscript",
        "Subscript",
        "Quoted",
        "Link",
        "Span",
        "Code",
    ]
)
PARTS = re.compile(
    r"Align\w+|ColWidth\w*|Decimal|DefaultStyle|DefaultDelim|Period|OneParen|TwoParens|Example|"
    r"LowerAlpha|UpperAlpha|LowerRoman|UpperRoman|SingleQuote|DoubleQuote|AuthorInText|NormalCitation"
)
SPANS: dict[str, set[str]] = {"fact": {"key", "period"}, "page-of": {"target"}, "added": set(), "removed": set()}
NAMED = ", ".join(f".{name}" for name in SPANS)
REVISIONS = ("added", "removed")  # for pages alone
OPTIONAL = {"fact": {"entry"}}
REFUSED = {
    "RawBlock": "raw {format}",
    "RawInline": "raw {format}",
    "CodeBlock": "a code block",
    "Math": "a formula",
    "Image": "an image outside a figure",
    "Figure": "an image outside a figure",
    "Note": "a footnote",
    "Cite": "a reference that was not resolved",
    "HorizontalRule": "a horizontal rule",
    "LineBlock": "a line block",
    "Strikeout": "struck-out text",
    "SmallCaps": "small capitals",
    "Underline": "underlined text",
}
SEE = "docs/chapters.md lists what chapters may hold."


def check_chapters(report: Report, chapters: Sequence[Chapter]) -> None:
    """Check every chapter's constructs, ids and links.

    Raises
    ------
    RenderError
        With everything found in all chapters, each with file and line.
    """
    errors = [RenderError(text) for chapter in chapters for text in _problems(report, chapter)]
    errors += [RenderError(text) for text in check_links(chapters, html_only=report.html_only)]
    together(errors)


def _problems(report: Report, chapter: Chapter) -> Iterator[str]:
    yield from _headings(chapter)
    divs = DivCheck(report, chapter)
    for node in chapter.nodes:
        kind = node["t"]
        if kind == "Div":
            yield from divs.problems(node)
        elif kind == "Span":
            yield from _span(report, chapter, node)
        elif kind == "Table":
            yield from _table(chapter, node)
        elif kind == "Code" and node["c"][1].startswith("{"):
            code = node["c"][1]
            yield f"{chapter.place(code[:30])}: found `{code}`, which nothing evaluates here. Run its notebook first."
        elif kind == "Str":
            yield from _marks(chapter, node["c"])
        elif kind not in PLAIN and not PARTS.fullmatch(kind):
            yield _refused(chapter, node)


def _refused(chapter: Chapter, node: Node) -> str:
    content: Any = node.get("c")
    needle, form = "", ""
    if node["t"] in {"RawBlock", "RawInline", "Math", "CodeBlock"}:
        needle = next((line for line in str(content[1]).splitlines() if line.strip()), "")
        form = str(content[0]) if node["t"].startswith("Raw") else ""
    elif node["t"] == "Cite":
        needle = "@" + content[0][0]["citationId"]
    elif node["t"] == "HorizontalRule":
        needle = "---"
    elif node["t"] in {"Image", "Figure"}:
        needle = next((inner["c"][2][0] for inner in walk([node]) if inner["t"] == "Image"), "")
    else:
        needle = next((word for word in text_of(content).split() if len(word) > 1), "")
    what = REFUSED.get(node["t"], f"a {node['t']}").format(format=form.upper())
    shown = f' ("{needle.strip()[:60]}")' if needle else ""
    return f"{chapter.place(needle)}: found {what}{shown}, which the report's formats cannot all show. {SEE}"


def _headings(chapter: Chapter) -> Iterator[str]:
    headings = chapter.headings
    first = chapter.blocks[0] if chapter.blocks else {"t": "nothing"}
    if first["t"] != "Header" or headings[0].level != 1 or headings[0].id != chapter.stem:
        yield (
            f"{chapter.name}, line 1: expected the chapter's title as the first thing, with the file's name as its id: "
            f"# Title {{#{chapter.stem}}}."
        )
        return
    level = 1
    for heading in headings[1:]:
        place = chapter.place(f"{'#' * heading.level} {heading.text[:30]}")
        if heading.level == 1:
            yield f'{place}: found a second heading of level 1, "{heading.text}". Only the title is; use ## below it.'
        elif heading.level > level + 1:
            yield (
                f'{place}: the heading "{heading.text}" is of level {heading.level} under one of level {level}. '
                "Go down one level at a time."
            )
        if not heading.text.strip():
            yield f"{place}: found a heading with no text. Say what its section holds."
        level = heading.level


def _span(report: Report, chapter: Chapter, node: Node) -> Iterator[str]:
    _, classes, pairs = attributes_of(node)
    text = text_of(node["c"][1])
    place = chapter.place(f"[{text}]")
    kind = next((name for name in classes if name in SPANS), None)
    if kind is None or len(classes) > 1:
        found = " ".join(f".{name}" for name in classes) or "no class"
        yield f'{place}: found a span with {found} ("{text}"). Spans are {NAMED}. {SEE}'
        return
    if kind in REVISIONS and report.in_print(chapter.name):
        yield f'{place}: found .{kind} ("{text}") in a chapter that is printed; only html-only chapters show it. {SEE}'
    if wrong := sorted(set(pairs) - SPANS[kind] - OPTIONAL.get(kind, set())):
        yield f'{place}: the .{kind} span "{text}" has {wrong[0]}; it takes {", ".join(sorted(SPANS[kind]))}.'
    if missing := sorted(SPANS[kind] - set(pairs)):
        yield f'{place}: the .{kind} span "{text}" has no {missing[0]}. Give it.'


def _table(chapter: Chapter, node: Node) -> Iterator[str]:
    _, _, _, head, bodies, _ = node["c"]
    first = next((part["c"] for part in walk(node) if part["t"] == "Str"), "|")
    place = chapter.place(first)
    if not head[1] or not text_of(head[1]).strip():
        yield f"{place}: found a table without a header row. Name its columns in its first row."
    if not any(body[3] for body in bodies):
        yield f"{place}: found a table without a row under its header. Leave the table out, or give it rows."


def _marks(chapter: Chapter, text: str) -> Iterator[str]:
    if "{{<" in text:
        yield f"{chapter.place('{{<')}: found a shortcode ({{{{< … >}}}}), which only Quarto knows. {SEE}"
    elif re.fullmatch(r":{3,}.*", text):
        yield f"{chapter.place(text)}: found {text} in the text. A div's ::: has a line to itself, below an empty one."
