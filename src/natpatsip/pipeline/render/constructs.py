"""The constructs that chapters may have, as docs/chapters.md lists them; all others are rejected.

Everything that is wrong is reported at once, each thing with its file and line. What staging writes by itself, such as
the list of all numbers, is tested with its writer and not checked here again.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from natpatsip.errors import RenderError, together
from natpatsip.files.digests import files_in, sha256_of
from natpatsip.pipeline.options import FORMATS
from natpatsip.pipeline.render.chapters import Chapter, cells_of_nodes
from natpatsip.pipeline.render.citations import problems_of_citations
from natpatsip.pipeline.render.divs import HERE, lacks, problems_of_div
from natpatsip.pipeline.render.links import links_and_ids
from natpatsip.pipeline.render.pandoc import run_pandoc
from natpatsip.pipeline.render.pandoc_ast import Node, attributes_of, text_of, walk
from natpatsip.pipeline.render.staged_report import Report
from natpatsip.pipeline.render.typefaces import missing_characters

PYTHON_ALONE = "Inline code is of Python: write `{python} …`."
SEE = "docs/chapters.md lists what chapters may hold."
ALLOWED = re.compile(  # pandoc's names of elements, then of their parts
    "Para|Plain|BulletList|OrderedList|DefinitionList|BlockQuote|Header|Table|Div|Str|Space|SoftBreak|LineBreak|Emph|"
    "Strong|Superscript|Subscript|Quoted|Link|Span|Code|Note|Math|InlineMath|DisplayMath|Figure|"
    r"Align\w+|ColWidth\w*|Decimal|DefaultStyle|DefaultDelim|Period|OneParen|TwoParens|Example|"
    "LowerAlpha|UpperAlpha|LowerRoman|UpperRoman|SingleQuote|DoubleQuote|AuthorInText|NormalCitation"
)
REFUSED = {  # what is found, and what to write instead
    "RawBlock": ("raw {format}", "Write it in markdown; of HTML only <br> and comments may be typed"),
    "RawInline": ("raw {format}", "Write it in markdown; of HTML only <br> and comments may be typed"),
    "CodeBlock": ("a code block", "Put short code in a sentence, between backticks"),
    "Image": ("an image outside a figure", "Show it with picture(…) in a code cell, or paste it into the cell"),
    "Cite": ("a reference that was not resolved", "Refer to a figure as @fig-name; write \\@ for the sign itself"),
    "HorizontalRule": ("a horizontal rule", "Begin a section with a heading"),
    "LineBlock": ("a line block", "End lines with <br>"),
    "Strikeout": ("struck-out text", "Take the text out"),
    "SmallCaps": ("small capitals", "Use **bold** or *italic* text"),
    "Underline": ("underlined text", "Use **bold** or *italic* text"),
}
PASTED = re.compile(r"figures/pasted-[0-9a-f]+\.\w+")  # an image that was pasted into a cell, as staging names it
RULE = re.compile(r"\s*([-*_])(?:\s*\1){2,}\s*")
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
ALTERNATIVE = "Say in its brackets what it shows: ![North has the most beds](attachment:image.png)."
SPANS = {
    "fact": {"key", "period"},
    "page-of": {"target"},
    "drawing": {"name", "kind", "svg", "png", "alt"},
    **{mark: set[str]() for mark in ("spanner", "group", "added", "removed")},
}
LONGEST_NAME = 300  # letters of a column's name: a printed header is on each of its table's pages
REVISIONS = ("added", "removed")  # for pages alone
SHORTCODE = "{{<"
COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")  # in LaTeX
LEFT_OUT = re.compile(r"\\(?:tag|label)(?![A-Za-z])")  # commands that pandoc reads and writes nothing for
NOT_DRAWN = "<menclose"  # in MathML: browsers that follow MathML Core draw 5 for a 5 that is struck out, or in a box
FENCE = re.compile(r":{3,}")
ESCAPED_FENCE = re.compile(r"(?<![^\s*_\[\"'])(?:\\:){3,}")  # at the beginning of a word, or of what is emphasised


def check_chapters(report: Report, chapters: Sequence[Chapter], *, formats: Collection[str] = FORMATS) -> None:
    """Check every chapter's constructs, ids and links, and, for a PDF, that there are typefaces for its letters.

    Raises
    ------
    RenderError
        With everything found in all chapters, each with its cell, or its file and line if it is from no cell.
    """
    works = tuple(sha256_of(report.root / name) for name in report.bibliography)
    by = (repr(replace(report, places={})), tuple(formats), _files(report), works)

    def problems(chapter: Chapter) -> list[str]:
        made = _Constructs(report, chapter, formats)
        return chapter.once(lambda: list(made.problems()), "constructs", *by)

    found = [text for chapter in chapters for text in problems(chapter)]
    found += missing_characters(report, chapters) if "pdf" in formats else ()
    found += links_and_ids(chapters, html_only=report.settings.html_only)
    together([RenderError(text) for text in dict.fromkeys(found)])


def _files(report: Report) -> tuple[str, ...]:
    """Return the files of a report that its chapters may name."""
    return tuple(sorted(str(file) for folder in (report.root, report.extension) for file in files_in(folder)))


def constructs_of(report: Report, chapter: Chapter) -> list[str]:
    """Return a sentence for each construct that is wrong in what was typed for a chapter, which is not staged yet."""
    return list(_Constructs(report, chapter, is_staged=False).problems())


@dataclass(frozen=True)
class _Constructs:
    """The checks of one chapter's constructs; each yields a sentence for each thing that is wrong."""

    report: Report
    chapter: Chapter
    formats: Collection[str] = FORMATS
    is_staged: bool = True

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the chapter's constructs."""
        yield from self._headings() if self.is_staged else ()
        yield from self._shortcodes()
        yield from self._formulas()
        yield from problems_of_citations(self.report, self.chapter)
        counted, divs = Counter[str](), Counter[str]()
        escaped = self._escaped_fences()
        for node in self.chapter.nodes:
            kind = node["t"]
            if kind == "Div":
                needle, nth = self._needle_of_div(node, divs)
                yield from (text.replace(HERE, self._place(node, needle, nth)) for text in self._div(node))
            elif kind == "Span":
                for text in self._span(node):
                    yield text.replace(HERE, self._place(node, f"[{text_of(node['c'][1])}]"))
            elif kind == "Table":
                for text in self._table(node):
                    yield text.replace(HERE, self._cells.get(id(node)) or self._place_of_table(node))
            elif kind == "Code" and node["c"][1].startswith("{"):
                code, place = node["c"][1], self._place(node, node["c"][1][:30])
                why = " here. Run its notebook first." if code.startswith("{python}") else f". {PYTHON_ALONE}"
                yield f"{place}: found `{code}`, which nothing evaluates{why}"
            elif kind == "Code" and node["c"][0] != ["", [], []]:
                code = node["c"][1]
                yield f"{self._place(node, code)}: found `{code}` with attributes, which no format shows. {SEE}"
            elif kind == "Str" and FENCE.match(node["c"]):
                text, cell = node["c"], self._cells.get(id(node), "")
                escaped[cell] -= 1
                if escaped[cell] >= 0:
                    continue  # text from data: staging has escaped it
                place = self._place(node, text)
                yield f"{place}: found {text} in the text. A div's ::: has a line to itself, below an empty one."
            elif is_line_break(node):
                continue
            elif kind == "Image" and PASTED.fullmatch(node["c"][2][0]):
                if not text_of(node["c"][1]).strip():
                    place = self._place(node, node["c"][2][0])
                    yield f"{place}: found a pasted image without alternative text. {ALTERNATIVE}"
            elif not ALLOWED.fullmatch(kind):
                yield self._refused(node, counted)

    @cached_property
    def _cells(self) -> dict[int, str]:
        return cells_of_nodes(self.report, self.chapter) if self.chapter.places else {}

    def _place(self, node: Node, needle: str, nth: int = 1) -> str:
        """Return the cell that an element is from; if that is not known, that of the nth line with `needle`."""
        return self._cells.get(id(node)) or self.chapter.place(needle, nth)

    def _escaped_fences(self) -> Counter[str]:
        """Count the signs of divs in text from data, by cell: staging has escaped them."""
        found = Counter[str]()
        for number, line in enumerate(self.chapter.lines, start=1):
            if count := len(ESCAPED_FENCE.findall(line)):
                found[self.chapter.place_of_line(number) if self._cells else ""] += count
        return found

    def _shortcodes(self) -> Iterator[str]:
        """Yield a sentence for each line of the chapter with a shortcode.

        Quarto looks for them in the source, in code and attributes too, before pandoc reads it. So text from data, of
        which staging escapes the signs, is not a shortcode to either renderer.
        """
        for number, line in enumerate(self.chapter.lines, start=1):
            if SHORTCODE in line:
                place = self.chapter.place_of_line(number)
                yield f"{place}: found a shortcode ({SHORTCODE} … >}}}}), which only Quarto knows. {SEE}"

    def _formulas(self) -> Iterator[str]:
        """Yield a sentence for each formula of the chapter of which something would be lost.

        If pandoc cannot turn it into MathML, pages would show its source; of some MathML browsers draw a part.
        """
        formulas = [node["c"] for node in self.chapter.nodes if node["t"] == "Math"]
        for _, tex in formulas:
            if COMMENT.search(tex):
                place = self.chapter.place(tex.strip().splitlines()[0])
                yield (
                    f'{place}: found a % in a formula ("{tex.strip()[:60]}"): '
                    f"LaTeX takes what follows it for a comment, and leaves it out. Write \\% for the sign. {SEE}"
                )
        formulas = [each for each in formulas if not COMMENT.search(each[1])]
        if formulas and not _can_convert(self.report, formulas):
            for _, tex in (each for each in formulas if not _can_convert(self.report, [each])):
                yield (
                    f"{self.chapter.place(tex.strip().splitlines()[0])}: found a formula that cannot be converted "
                    f'("{tex.strip()[:60]}"). Use the commands of LaTeX mathematics alone, and none that numbers it, '
                    f"strikes something out or puts it in a box. {SEE}"
                )

    def _refused(self, node: Node, counted: Counter[str]) -> str:
        """Return the sentence for an element of pandoc's that no chapter may have."""
        content: Any = node.get("c")
        needle, form = "", ""
        if node["t"] in {"RawBlock", "RawInline", "CodeBlock"}:
            needle = next((line for line in str(content[1]).splitlines() if line.strip()), "")
            form = str(content[0]) if node["t"].startswith("Raw") else ""
        elif node["t"] == "Cite":
            needle = "@" + content[0][0]["citationId"]
        elif node["t"] == "HorizontalRule":
            rules = [line for line in self.chapter.lines if RULE.fullmatch(line)]
            needle = rules[min(counted["rules"], len(rules) - 1)] if rules else "---"
            counted["rules"] += 1
        elif node["t"] == "Image":
            needle = f"]({node['c'][2][0]}"
        else:
            needle = next((word for word in text_of(content).split() if len(word) > 1), "")
        what, instead = REFUSED.get(node["t"], (f"a {node['t']}", "Write it in another way"))
        shown = f' ("{needle.strip().removeprefix("](")[:60]}")' if needle else ""
        counted[needle] += 1
        place = self._cells.get(id(node)) or self.chapter.place_of_markup(needle, counted[needle])
        return (
            f"{place}: found {what.format(format=form.upper())}{shown}, which the report's formats cannot all show. "
            f"{instead}. {SEE}"
        )

    def _headings(self) -> Iterator[str]:
        """Yield what is wrong with the chapter's headings."""
        chapter, headings = self.chapter, self.chapter.headings
        first = chapter.blocks[0] if chapter.blocks else {"t": "nothing"}
        if first["t"] != "Header" or headings[0].level != 1 or headings[0].id != chapter.stem:
            yield (
                f"{chapter.place_of_line(1)}: expected the chapter's title as the first thing, with the file's name as "
                f"its id: # Title {{#{chapter.stem}}}."
            )
            return
        level = 1
        for heading in headings[1:]:
            place = chapter.place(f"{'#' * heading.level} {heading.text[:30]}")
            if heading.level == 1:
                yield (
                    f'{place}: found a second heading of level 1, "{heading.text}". Only the title is; use ## below it.'
                )
            elif heading.level > level + 1:
                yield (
                    f'{place}: the heading "{heading.text}" is of level {heading.level} under one of level {level}. '
                    "Go down one level at a time."
                )
            if not heading.text.strip():
                yield f"{place}: found a heading with no text. Say what its section holds."
            level = heading.level

    def _span(self, node: Node) -> Iterator[str]:
        """Yield what is wrong with a span of the chapter."""
        _, classes, pairs = attributes_of(node)
        text = text_of(node["c"][1])
        kind = next((name for name in classes if name in SPANS), None)
        if kind is None or len(classes) > 1:
            found = " ".join(f".{name}" for name in classes) or "no class"
            known = ", ".join(f".{name}" for name in SPANS)
            yield f'{HERE}: found a span with {found} ("{text}"). Spans are {known}. {SEE}'
            return
        if kind in REVISIONS and self.report.in_print(self.chapter.name):
            yield (
                f'{HERE}: found .{kind} ("{text}") in a chapter that is printed; only html-only chapters show it '
                f"(natpatsip.html-only in _quarto.yml). {SEE}"
            )
        if wrong := sorted(set(pairs) - SPANS[kind] - {"entry"}):  # the entry is staging's
            yield f'{HERE}: the .{kind} span "{text}" has {wrong[0]}; it takes {", ".join(sorted(SPANS[kind]))}.'
        if missing := sorted(SPANS[kind] - set(pairs)):
            yield f'{HERE}: the .{kind} span "{text}" has no {missing[0]}. Give it.'
        elif kind == "drawing":
            yield from self._drawing(text, pairs)

    def _drawing(self, text: str, pairs: Mapping[str, str]) -> Iterator[str]:
        """Yield what is wrong with a small drawing in the chapter."""
        where = f'{HERE}: the .drawing span "{text}"'
        if not (pairs["alt"].strip() or text.strip()):
            yield f"{where} has neither words nor an alternative text. Say in words what it shows."
        for key in ("svg", "png"):
            if lacks(self.report, key, pairs, self.formats):
                yield f"{where} names {pairs[key]} as its {key}, which is missing. Stage it again: natpatsip build."

    def _div(self, node: Node) -> Iterator[str]:
        name, formats = self.chapter.name, self.formats
        return problems_of_div(node, self.report, name, formats=formats, is_staged=self.is_staged)

    def _table(self, node: Node) -> Iterator[str]:
        """Yield what is wrong with a table of the chapter."""
        _, _, _, head, bodies, _ = node["c"]
        if not head[1] or not text_of(head[1]).strip():
            yield f"{HERE}: found a table without a header row. Name its columns in its first row."
        for name in (text_of(cell) for row in head[1] for cell in row[1]):
            if len(name) > LONGEST_NAME:
                yield (
                    f'{HERE}: found a column\'s name of {len(name):,} letters, "{name[:40]}…"; expected '
                    f"{LONGEST_NAME} at most, which are printed on each page of the table. Say the rest below it."
                )
        if not any(body[3] for body in bodies):
            yield f"{HERE}: found a table without a row under its header. Leave the table out, or give it rows."

    def _place_of_table(self, node: Node) -> str:
        """Return the place of a table in the chapter, by the words that its first row begins with."""
        _, _, _, head, bodies, _ = node["c"]
        row = head[1] or [row for body in bodies for row in body[3]]
        words = [
            next((part["c"] for part in walk(cell) if part["t"] == "Str"), "") for cell in (row[0][1] if row else ())
        ]
        lines = enumerate(self.chapter.lines, start=1)
        return self.chapter.place_of_line(next((number for number, line in lines if _is_row(line, words)), 1))

    def _needle_of_div(self, div: Node, counted: Counter[str]) -> tuple[str, int]:
        """Return what is typed of a div, and which of the lines with it is this one's."""
        name, classes, pairs = attributes_of(div)
        kind, icon = classes[0] if classes else "", pairs.get("icon", "")
        needles = (name and f"#{name}", icon and f'icon="{icon}"', icon and f"icon={icon}", kind and f".{kind}", "<div")
        needle = next((each for each in needles if each and each in self.chapter.source), ":::")
        counted[needle] += 1
        return needle, counted[needle]


def _is_row(line: str, words: Sequence[str]) -> bool:
    """Return True if the cells of a chapter's line begin with these words, each in a cell of its own."""
    if not any(words):
        return line.lstrip().startswith("|")
    cells = iter(line.split("|"))
    return "|" in line and all(any(word in cell for cell in cells) for word in words if word)


def is_line_break(node: Node) -> bool:
    """Return True if an element is a line break that was typed as HTML: ``<br>``."""
    return node["t"] == "RawInline" and node["c"][0] == "html" and bool(BREAK.fullmatch(node["c"][1]))


def _can_convert(report: Report, formulas: Sequence[Node]) -> bool:
    """Return True if pages show all of the formulas."""
    if any(LEFT_OUT.search(tex) for _, tex in formulas):
        return False
    document = {
        "pandoc-api-version": [1, 23, 1],
        "meta": {},
        "blocks": [{"t": "Para", "c": [{"t": "Math", "c": each} for each in formulas]}],
    }
    try:
        arguments = ("--from=json", "--to=html5", "--mathml")
        return NOT_DRAWN not in run_pandoc(*arguments, folder=report.root, what="", text=json.dumps(document))
    except RenderError:
        return False
