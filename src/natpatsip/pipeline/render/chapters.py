"""The staged chapters as pandoc reads them: once, for the check of their constructs and for every format."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeVar

from natpatsip.errors import RenderError, together
from natpatsip.files import memory
from natpatsip.files.digests import key, sha256_of
from natpatsip.files.memory import Same
from natpatsip.pipeline.caching.saved_results import SavedResults
from natpatsip.pipeline.render.pandoc import run_pandoc
from natpatsip.pipeline.render.pandoc_ast import Node, attributes_of, classes_of, find, read_document, text_of, walk
from natpatsip.pipeline.render.pandoc_tasks import Task, attempt, raised
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.staged_report import STATEMENT, Report
from natpatsip.pipeline.staging.markdown import Heading, Place, slug

READER = "markdown-auto_identifiers"
MARK = "natpatsip-cell"  # the format of raw blocks that no writer knows
CITATION = re.compile(r"\[[^\]\n]*@\w")

Found = TypeVar("Found")


@dataclass(frozen=True)
class Chapter:
    """One staged file: its source, what pandoc reads in it, and which cell each part of the source is from.

    What a build before has found in the same chapter is not looked for again. So most documents are never parsed.
    """

    name: str
    source: str
    content: Node | Callable[[], Node]  # the document, or what parses it
    places: Sequence[Place] = ()
    marks: Node | Callable[[], Node] | None = None  # the same with a mark where each cell begins; see `page_cells`
    digest: str = ""  # of all that it is made of
    results: SavedResults | None = None  # what was found in chapters before, by their digests

    @cached_property
    def document(self) -> Node:
        """What pandoc reads in it."""
        return self.content() if callable(self.content) else self.content

    @cached_property
    def marked(self) -> Node | None:
        """The document with a mark where each cell begins."""
        return self.marks() if callable(self.marks) else self.marks

    def with_document(self, content: Node | Callable[[], Node], *made_of: object) -> Chapter:
        """Return the chapter with another document, which is made of its own and of some more."""
        return replace(self, content=content, digest=key(self.digest, *made_of) if self.digest else "")

    def once(self, make: Callable[[], Found], what: str, *made_of: Hashable) -> Found:
        """Return what `make` finds in the chapter, as JSON has it, or what it found when all this was the same."""
        if self.results is None:
            return memory.once(make, what, Same(self), *made_of)
        found: Found = self.results.once(make, what, self.digest, *made_of)
        return found

    @property
    def stem(self) -> str:
        """The staged file's name without its ending, which is also the id of the chapter's first heading."""
        return self.name.removesuffix(".qmd")

    @cached_property
    def blocks(self) -> list[Node]:
        """The chapter's blocks, as pandoc's JSON has them."""
        return list(self.document["blocks"])

    @cached_property
    def nodes(self) -> list[Node]:
        """Every element of the chapter in reading order, the outer before the inner."""
        return list(walk(self.blocks))

    @cached_property
    def divs(self) -> list[Node]:
        """The chapter's divs in reading order, the outer before the inner, without what they hold."""
        return self.once(lambda: [{"t": "Div", "c": [div["c"][0], []]} for div in find(self.blocks, "Div")], "divs")

    @cached_property
    def kinds(self) -> Counter[str]:
        """How many of pandoc's elements of each kind the chapter has."""
        return Counter(self.once(lambda: Counter(node["t"] for node in self.nodes), "kinds"))

    @cached_property
    def ids(self) -> list[str]:
        """The ids that links to the chapter can lead to, in reading order."""
        kinds = {"Header", "Div", "Span", "Table"}
        found = self.once(lambda: [attributes_of(node)[0] for node in self.nodes if node["t"] in kinds], "ids")
        return [name for name in found if name]

    @cached_property
    def targets(self) -> list[str]:
        """What the links of the chapter lead to, in reading order."""
        return self.once(lambda: [node["c"][2][0] for node in self.nodes if node["t"] == "Link"], "targets")

    @cached_property
    def headings(self) -> list[Heading]:
        """The chapter's headings in reading order, without the titles of callouts."""

        def found() -> list[tuple[int, str, str]]:
            nodes = find(self.blocks, "Header", but=_is_callout)
            return [(node["c"][0], text_of(node["c"][2]), node["c"][1][0]) for node in nodes]

        return [Heading(*each) for each in self.once(found, "headings")]

    @property
    def heading(self) -> Node:
        """The first heading as pandoc has it."""
        return self.once(lambda: self.blocks[0], "heading")

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the chapter's source, as its cells were counted: no other sign, such as U+2028, ends one."""
        return self.source.split("\n")

    @property
    def title(self) -> str:
        """The text of the chapter's first heading."""
        return self.headings[0].text

    def line_of(self, needle: str, nth: int = 1) -> int | None:
        """Return the number of the chapter's nth line with `needle` in it, of the last if they are fewer, or None."""
        lines = [number for number, line in enumerate(self.lines, start=1) if needle and needle in line]
        return lines[min(nth, len(lines)) - 1] if lines else None

    def place(self, needle: str = "", nth: int = 1) -> str:
        """Return the cell that the nth line with `needle` is from; ``name.qmd, line 12`` if it is of no cell."""
        line = self.line_of(needle, nth)
        return self.name if line is None else self.place_of_line(line)

    def place_of_markup(self, needle: str, nth: int = 1) -> str:
        r"""Return the cell of the nth `needle` that may be markup, unlike in attributes or after a ``\``."""
        markup, seen = re.compile(rf"(?<!\\){re.escape(needle)}"), 0
        for number, line in enumerate(self.lines, start=1):
            seen += 0 if line.startswith(":::") else len(markup.findall(line))
            if needle and seen >= nth:
                return self.place_of_line(number)
        return self.place(needle, nth)

    def place_of_line(self, line: int) -> str:
        """Return the cell that a line is from, or the line."""
        place = next((place for place in reversed(self.places) if place.line <= line), None)
        return place.name if place else f"{self.name}, line {line}"


def read_chapters(
    report: Report,
    cache: RenderCache,
    *,
    jobs: int = 2,
    with_marks: Callable[[Chapter], str] | None = None,  # the source with a mark where each cell begins, if need be
) -> list[Chapter]:
    """Return the staged chapters in reading order, each heading with an id; the statement is not yet written."""
    chapters = [_staged(report, name) for name in report.chapters if name != STATEMENT]
    marked = {
        each.name: replace(each, source=with_marks(each), places=()) for each in chapters if with_marks and each.places
    }
    plain, documents = len(chapters), parse_chapters(report, [*chapters, *marked.values()], cache, jobs=jobs)
    marks = {each.name: each for each in documents[plain:]}
    return [_with_marks(each, marks[each.name]) if each.name in marks else each for each in documents[:plain]]


def _with_marks(chapter: Chapter, marked: Chapter) -> Chapter:
    digest = key(chapter.digest, marked.digest)
    made = partial(replace, chapter, marks=lambda: marked.document, digest=digest)
    return memory.once(made, "marks", Same(chapter), Same(marked))


def read_chapter(report: Report, name: str, cache: RenderCache) -> Chapter:
    """Return one staged file, each of its headings with an id."""
    return parse_chapters(report, [_staged(report, name)], cache)[0]


def _staged(report: Report, name: str) -> Chapter:
    """Return one staged file, which is not read by pandoc yet."""
    source = (report.root / name).read_text(encoding="utf-8")
    return Chapter(name, source, {}, report.places.get(name.removesuffix(".qmd"), ()))


def parse_chapter(report: Report, name: str, source: str, places: Sequence[Place], cache: RenderCache) -> Chapter:
    """Return a chapter of this source, each of its headings with an id."""
    return parse_chapters(report, [Chapter(name, source, {}, places)], cache)[0]


def parse_chapters(report: Report, chapters: Sequence[Chapter], cache: RenderCache, *, jobs: int = 1) -> list[Chapter]:
    """Return chapters with what pandoc reads in their sources, each of their headings with an id."""
    return list(map(raised, parse_each(report, chapters, cache, jobs=jobs)))


def parse_each(
    report: Report, chapters: Sequence[Chapter], cache: RenderCache, *, jobs: int = 1
) -> list[Chapter | RenderError]:
    """Return chapters as `parse_chapters` does, or what is wrong with those that pandoc cannot read."""
    tasks = [_reading(report, chapter) for chapter in chapters]
    texts = attempt(tasks, cache=cache, jobs=jobs)
    return [
        text if isinstance(text, RenderError) else _with_document(chapter, task, text, cache.results)
        for chapter, task, text in zip(chapters, tasks, texts, strict=True)
    ]


def _reading(report: Report, chapter: Chapter) -> Task:
    """Return the task for pandoc to read a chapter."""
    cites = tuple(_citing(report, chapter.source))
    arguments = (f"--from={READER}", "--to=json", *cites)
    return Task(
        kind="chapters",
        orders={} if cites else {"do": "read", "from": READER},
        content=chapter.source,
        alone=partial(_read_alone, report, chapter, arguments),
        key=(*arguments, chapter.source),
        has_figures=False,
    )


def _read_alone(report: Report, chapter: Chapter, arguments: Sequence[str]) -> str:
    """Return a chapter as pandoc's command line reads it; an error says in which cell."""
    name = chapter.name
    try:
        return run_pandoc(*arguments, folder=report.root, what=name, text=chapter.source)
    except RenderError as error:
        if unknown := re.findall(r"citation (\S+) not found", str(error)):
            files = ", ".join(report.bibliography)
            together(
                [
                    RenderError(f"{chapter.place(f'@{key}')}: cites {key}, which is not in {files}. Add it there.")
                    for key in dict.fromkeys(unknown)
                ]
            )
        unclosed = sorted(map(int, re.findall(r"Div at line (\d+)", str(error))))
        words = "found a div that is never closed. Each ::: {.class} needs its :::."
        together([RenderError(f"{chapter.place_of_line(line)}: {words}") for line in unclosed])
        line = re.search(r"line (\d+)", str(error))
        if line is None:
            raise
        place = chapter.place_of_line(int(line[1]))
        raise RenderError(f"{place}: {str(error).removeprefix(f'{name}: ')}") from error


def _with_document(chapter: Chapter, task: Task, text: str, results: SavedResults | None) -> Chapter:
    made_of = (chapter.name, chapter.source, tuple(chapter.places), bool(task.orders), text)
    content = partial(_read, chapter.stem, text, has_citations=not task.orders)
    made = partial(replace, chapter, content=content, digest=key(*made_of), results=results)
    return memory.once(made, "document", *made_of)


def _read(stem: str, text: str, *, has_citations: bool) -> Node:
    """Return what pandoc has read of a chapter, with ids for its headings."""
    document = read_document(text)
    if has_citations:
        document["blocks"] = _without_citations(document["blocks"], stem)
    _name_headings(document["blocks"], stem)
    return document


def cells_of_nodes(report: Report, chapter: Chapter) -> dict[int, str]:
    """Return the cell that each of a chapter's elements is from, by the `id` of the element in `chapter.nodes`.

    Pandoc does not say where an element is from. So the source is read again, with a mark before each cell's text. It
    is read only where there is something to report. An element that reads otherwise with the marks, as one with a
    citation in it, is from the cell of the first that it holds and that does not; if there is none, it has no cell.
    """
    starts = {place.line: number for number, place in enumerate(chapter.places)}
    lines = [
        f"\n```{{={MARK}}}\n{starts[number]}\n```\n\n{line}" if number in starts else line
        for number, line in enumerate(chapter.source.split("\n"), start=1)
    ]
    try:
        text = run_pandoc(f"--from={READER}", "--to=json", folder=report.root, what="", text="\n".join(lines))
    except RenderError:  # it was read before: some mark is in what has no place for it
        return {}
    found: dict[str, list[str]] = {}
    cell = ""
    for node in walk(json.loads(text)["blocks"]):
        if _is_mark(node):
            cell = chapter.places[int(node["c"][1])].name
        else:
            found.setdefault(json.dumps(_as_typed(node)), []).append(cell)
    known = {name: iter(cells) for name, cells in found.items()}
    cells = {id(node): next(known.get(json.dumps(_as_typed(node)), iter(())), "") for node in chapter.nodes}
    met = Counter(map(id, chapter.nodes))  # the same word is the same object, wherever it stands: see `read_document`
    cells = {name: cell for name, cell in cells.items() if met[name] == 1}
    for node in chapter.nodes:
        inner = (cells.get(id(each), "") for each in walk(node))
        cells[id(node)] = next(filter(None, inner), "")
    return {name: cell for name, cell in cells.items() if cell}


def _is_mark(value: Any) -> bool:
    return isinstance(value, dict) and value.get("t") == "RawBlock" and value["c"][0] == MARK


def _as_typed(value: Any) -> Any:
    """Return elements without marks and without the ids that headings are given after pandoc has read them."""
    if isinstance(value, list):
        return [_as_typed(each) for each in value if not _is_mark(each)]
    if not isinstance(value, dict):
        return value
    if value.get("t") == "Header":
        level, (_, classes, pairs), text = value["c"]
        value = {"t": "Header", "c": [level, ["", classes, pairs], text]}
    return {key: _as_typed(each) for key, each in value.items()}


def _citing(report: Report, source: str) -> Iterator[str]:
    """Yield pandoc's options for a chapter that cites works; the digests tell the cache of other files of that name."""
    if report.bibliography and CITATION.search(source):
        yield "--citeproc"
        yield f"--metadata=lang:{report.lang}"
        for name in report.bibliography:
            yield f"--bibliography={name}"
            yield f"--metadata=digest-of-{slug(name)}:{sha256_of(report.root / name)}"


def _without_citations(value: Any, stem: str) -> Any:
    """Return blocks with citations as text, and the works in a list: their ids would be in more than one chapter."""
    if isinstance(value, dict):
        return {**value, "c": _without_citations(value["c"], stem)} if "c" in value else value
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    for each in value:
        kind = each.get("t") if isinstance(each, dict) else ""
        if kind == "Cite" or (kind == "Span" and not each["c"][0][0] and set(each["c"][0][1]) <= {"nocase"}):
            found += _without_citations(each["c"][1], stem)
        elif kind == "Div" and each["c"][0][0] == "refs":
            works = [_without_citations(entry["c"][1], stem) for entry in each["c"][1]]
            heading = {"t": "Header", "c": [2, [f"{stem}-references", [], []], [{"t": "Str", "c": "References"}]]}
            found += [heading, {"t": "BulletList", "c": works}]
        else:
            found.append(_without_citations(each, stem))
    return found


def _name_headings(blocks: list[Node], stem: str) -> None:
    """Give each heading without an id, such as one in a case study, an id that no other chapter has."""
    headings = list(find(blocks, "Header"))
    taken = {node["c"][1][0] for node in headings}
    for node in headings:
        if not node["c"][1][0]:
            base = f"{stem}--{slug(text_of(node['c'][2])) or 'section'}"
            name, count = base, 2
            while name in taken:
                name, count = f"{base}-{count}", count + 1
            taken.add(name)
            node["c"][1][0] = name


def _is_callout(node: Node) -> bool:
    return node["t"] == "Div" and any(name.startswith("callout-") for name in classes_of(node))
