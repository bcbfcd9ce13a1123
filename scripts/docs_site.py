"""Write the documentation as pages, build/docs/html/, with the engine's own reader, template, search and style.

``python scripts/docs_site.py`` writes them; ``make docs`` does the same. Each Markdown file is a chapter. The order is
that in which docs/index.md links to them; files that only they link to follow. Documentation may hold blocks of code,
which a report may not, and its tables have the heading above them as their name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urldefrag

import yaml

from natpatsip.look import EXTENSION, packaged
from natpatsip.pipeline.render import choose
from natpatsip.pipeline.render.chapters import Chapter, parse_chapters
from natpatsip.pipeline.render.constructs import is_line_break
from natpatsip.pipeline.render.html import write_pages
from natpatsip.pipeline.render.pandoc_ast import Node, text_of, walk
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.staged_report import RenderJob, Report, read_report
from natpatsip.pipeline.staging.commonmark import as_pandoc
from natpatsip.pipeline.staging.markdown import pieces, slug
from natpatsip.pipeline.staging.project_style import STYLE
from natpatsip.project import MARK

ROOT = Path(__file__).resolve().parents[1]
INDEX = Path("docs", "index.md")
TITLE, SUBTITLE = "natpatsip", "Documentation"
CSS = """\
pre { overflow-x: auto; padding: .8rem 1rem; background: var(--mist); border: 1px solid var(--rule); line-height: 1.45;
    font-size: .8125rem; }
pre code { font-size: inherit; overflow-wrap: normal; }
main img { max-width: 100%; height: auto; border: 1px solid var(--rule); }
main table caption, main .sideways .caption { position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap; }
@media print { pre { white-space: pre-wrap; } }
"""


class DocumentationError(Exception):
    """A page has a link that leads to nothing, or what pages cannot show."""


def main() -> None:
    """Write the pages and print where they are."""
    output = ROOT / "build" / "docs"
    try:
        write_site(output)
    except DocumentationError as error:
        sys.exit(f"the documentation was not built:\n{error}")
    print((output / "html" / "index.html").relative_to(ROOT))  # noqa: T201


def write_site(output: Path) -> list[Chapter]:
    """Write ``html/`` and the staged project into `output`, and return the chapters.

    Raises
    ------
    DocumentationError
        If a link leads to a file or a heading that does not exist, a page has HTML in it, or a column has no heading;
        all of them are named.
    """
    shutil.rmtree(output, ignore_errors=True)
    pages = {page: stem_of(page) for page in files()}
    report = staged(output / "book", list(pages.values()))
    cache = RenderCache(report.root)
    sources = [Chapter(f"{stem}.qmd", source_of(page, stem), {}) for page, stem in pages.items()]
    parsed = parse_chapters(report, sources, cache, jobs=os.cpu_count() or 1)
    linked = Linked(pages, dict(zip(pages, map(shown, parsed), strict=True)))
    chapters = [linked.chapter(page) for page in pages]
    if linked.problems:
        raise DocumentationError("\n".join(linked.problems))
    for source, name in linked.pictures.items():
        copied(ROOT / source, report.root / "figures" / name)
    job = RenderJob(report, output, ("html",), choose("pandoc"), 0, os.cpu_count() or 1, False, cache)
    write_pages(job, chapters)
    for source in linked.others:
        copied(ROOT / source, output / "html" / beside(source))
    return chapters


def files() -> list[Path]:
    """Return the Markdown files of the documentation: docs/index.md, what it links to, and what that links to."""
    found = [INDEX]
    for page in found:  # which grows
        for target in targets(ROOT / page):
            path = resolved(page, target)
            if path and path.suffix == ".md" and (ROOT / path).is_file() and path not in found:
                found.append(path)
    return found


def targets(file: Path) -> Iterator[str]:
    """Yield what the links of a file lead to, without its code; those of tables last, which pick from the lists."""
    text = re.sub(r"^ *(`{3,}).*?^ *\1 *$|`[^`\n]+`", "", file.read_text(encoding="utf-8"), flags=re.M | re.S)
    text = "\n".join(sorted(text.splitlines(), key=lambda line: line.startswith("|")))
    yield from re.findall(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)", text)


def resolved(page: Path, target: str) -> Path | None:
    """Return the file of the repository that a link of a page leads to, or None if it leads elsewhere."""
    path = urldefrag(target)[0]
    if re.match(r"[a-z]+:", target) or not path:
        return None
    return Path(os.path.normpath(ROOT / page.parent / unquote(path))).relative_to(ROOT)


def stem_of(page: Path) -> str:
    """Return the name of the page that a file becomes: ``docs/qa/README.md`` is ``qa-readme``."""
    return slug(page.with_suffix("").as_posix().removeprefix("docs/"))


def beside(source: Path) -> str:
    """Return the name that a file has beside the pages that link to it; a web server may hide names with a dot."""
    return f"files/{source.as_posix().replace('/', '-').lstrip('.')}.txt"


def copied(source: Path, target: Path) -> None:
    """Copy a file into a folder that may not be there yet."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def staged(folder: Path, stems: Sequence[str]) -> Report:
    """Write the staged project: its settings and the look with the style of code."""
    shutil.copytree(packaged(), folder / EXTENSION)
    (folder / EXTENSION / "assets" / STYLE).write_text(CSS, encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    own = {"label": f"Version {version}", "subtitle": SUBTITLE, "not-programmes": list(stems)}
    book = {"title": TITLE, "subtitle": SUBTITLE, "chapters": [f"{stem}.qmd" for stem in stems]}
    settings = {"book": book, "lang": "en-GB", "natpatsip": own}
    (folder / MARK).write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return read_report(folder)


def source_of(page: Path, stem: str) -> str:
    """Return a file as the source of a chapter; its headings have the ids that GitHub gives them, after its name."""
    parts, taken = [], Counter[str]()
    for part in pieces((ROOT / page).read_text(encoding="utf-8")):
        if isinstance(part, str):
            parts.append(part)
        else:
            name = anchor(part.text, taken)
            is_title = part.level == 1 and not parts
            parts.append(f"{'#' * part.level} {part.text} {{#{stem if is_title else f'{stem}--{name}'}}}")
    return as_pandoc("\n\n".join(parts), notes=stem)


def shown(chapter: Chapter) -> Chapter:
    """Return a chapter with its blocks as pages have them."""
    return chapter.with_document({**chapter.document, "blocks": list(written(chapter.blocks))}, "shown")


def anchor(heading: str, taken: Counter[str]) -> str:
    """Return the id that GitHub gives to a heading; `taken` counts those of the page."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    name = re.sub(r"[^\w\- ]", "", re.sub(r"[*`]", "", text).lower()).replace(" ", "-")
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}-{taken[name] - 1}"


def written(blocks: Sequence[Node]) -> Iterator[Node]:
    """Yield blocks as pages show them: code can be scrolled by keyboard, tables are named by their heading."""
    heading, count = "", 0
    for block in blocks:
        if block["t"] == "Header":
            heading, count = text_of(block["c"][2]), 0
        for node in walk(block):
            if node["t"] == "CodeBlock":
                node["c"][0] = ["", [], [["tabindex", "0"]]]
            elif node["t"] == "Table" and not node["c"][1][1]:
                count += 1
                words = f"{heading}, table {count}" if count > 1 else heading
                node["c"][1][1] = [{"t": "Plain", "c": [{"t": "Str", "c": words}]}]
        yield block


def has_headings(table: Node) -> bool:
    """Return True if each column of a table has a heading, by which screen readers name its cells."""
    rows = table["c"][3][1]
    return bool(rows) and all(text_of(cell[4]) for cell in rows[0][1])


class Linked:
    """The chapters with links that lead from page to page; what they show and offer besides; what leads nowhere."""

    def __init__(self, pages: dict[Path, str], read: dict[Path, Chapter]) -> None:
        self._pages, self._read = pages, read
        self._ids = {page: {each.id for each in chapter.headings} for page, chapter in read.items()}
        self.problems: list[str] = []
        self.pictures: dict[Path, str] = {}
        self.others: set[Path] = set()

    def chapter(self, page: Path) -> Chapter:
        """Return a page's chapter; what leads nowhere is added to `problems`."""
        document = json.loads(json.dumps(self._read[page].document))
        heading = ""
        for node in walk(document["blocks"]):
            kind = node["t"]
            if kind == "Header":
                heading = text_of(node["c"][2])
            elif kind == "Link":
                self._lead(page, node)
            elif kind == "Image":
                self._show(page, node)
            elif kind in ("RawInline", "RawBlock") and not is_line_break(node):
                self.problems.append(
                    f"{page}: found {node['c'][1]}, which is not Markdown; write \\< for the sign itself"
                )
            elif kind == "Table" and not has_headings(node):
                self.problems.append(f"{page}: a table has a column without a heading, below {heading}")
        return self._read[page].with_document(document, "links")

    def _lead(self, page: Path, link: Node) -> None:
        target = link["c"][2][0]
        if re.match(r"[a-z]+:", target):
            return
        path, fragment = resolved(page, target) or page, unquote(urldefrag(target)[1])
        if path in self._pages:
            name = f"{self._pages[path]}--{fragment}" if fragment else ""
            if name and name not in self._ids[path]:
                self.problems.append(f"{page}: {target}: {path} has no heading for #{fragment}")
            link["c"][2][0] = f"{self._pages[path]}.qmd" + (f"#{name}" if name else "")
        elif (ROOT / path).is_file():
            self.others.add(path)
            link["c"][2][0] = beside(path)
        elif (ROOT / path).is_dir():  # a folder has no page: its name stays
            link.update(t="Span", c=[["", [], []], link["c"][1]])
        else:
            self.problems.append(f"{page}: {target}: there is no {path}")

    def _show(self, page: Path, image: Node) -> None:
        target = image["c"][2][0]
        path = resolved(page, target)
        if path is None or not (ROOT / path).is_file():
            self.problems.append(f"{page}: there is no picture {target}")
        else:
            self.pictures[path] = f"pasted-{path.name}"
            image["c"][2][0] = f"figures/pasted-{path.name}"


if __name__ == "__main__":
    main()
