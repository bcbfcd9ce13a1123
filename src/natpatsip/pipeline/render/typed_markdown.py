"""What authors have typed in cells of Markdown, judged before any notebook runs: it is known by then.

The rules are those of the staged chapters, over a text in which each inline expression is a number and each reference
a word. What comes from results (figures, tables, values) and links to them are judged when the chapters are staged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from natpatsip import look
from natpatsip.characters import not_shown, visible
from natpatsip.errors import RenderError, ReportError, StagingError, apart, together
from natpatsip.files.digests import key, sha256_of
from natpatsip.files.yaml_models import place_of, texts_in
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.inline_code import INLINE
from natpatsip.pipeline.notebook import Notebook, appears_in, name_of, numbered
from natpatsip.pipeline.plan import GENERATED, Plan
from natpatsip.pipeline.render.chapters import Chapter, parse_each
from natpatsip.pipeline.render.citations import without_brackets, works_of
from natpatsip.pipeline.render.constructs import constructs_of
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.staged_report import Report
from natpatsip.pipeline.render.typefaces import drawn, known_characters, missing_characters, named
from natpatsip.pipeline.staging.chapter import ATTACHED, check_chapter_links, pasted_image, refuse_what_is_lost
from natpatsip.pipeline.staging.commonmark import FORMULA, as_pandoc, without_code
from natpatsip.pipeline.staging.markdown import Heading, Place, pieces, skipped_level
from natpatsip.project import MARK
from natpatsip.settings import OWN, bibliography_of

REFERENCE = re.compile(r"(?<![\w\\@`])@(?:fig|tbl)-[\w-]*\w")
OF_OWN = ("publisher", "url", "licence", "disclaimer", "contact", "subtitle", "cover", "headings", "labels")
PRINTED = (  # keys of _quarto.yml, with what is under them
    ("book", "title"),
    *((OWN, key) for key in (*OF_OWN, "illustrative-data", "programmes")),
)
JUDGED = "typed"  # the kind of entries of the cache
ATTRIBUTES = re.compile(r"\{\s*(?:-(?=[\s}])|[.:][\w-]|[\w-]+=)[^{}]*\}$")  # of headings: {.unnumbered}, {-}, {key=1}
FORMULA_OF_JUPYTERLAB = re.compile(r"(?<!\\)(?:\\\\\(.+?\\\\\)|\\\\\[.+?\\\\\])", re.DOTALL)
MARKDOWN = re.compile("markdown", re.IGNORECASE)  # in code that may show headings


def check_typed(plan: Plan, cache: Cache, toolchain: str, *, is_printed: bool, jobs: int, rules: str = "") -> None:
    """Check what authors have typed in all notebooks of a plan.

    Parameters
    ----------
    plan : Plan
        What the report is made of.
    cache : Cache
        What earlier builds have read of the same texts.
    toolchain : str
        The hash of what reads them.
    is_printed : bool
        Whether there is to be a PDF, which needs typefaces for all characters.
    jobs : int
        How many notebooks are read at once.
    rules : str
        The digest of what they are judged by besides themselves; without one, each is judged again.

    Raises
    ------
    RenderError
        With everything that is wrong, each thing with its notebook and cell.
    """
    saved = RenderCache(plan.project, cache, toolchain)
    entries = _entries(plan, is_printed=is_printed, rules=rules) if rules else []
    known = [cache.get(JUDGED, entry) for entry in entries] or [None] * len(plan.notebooks)
    found: list[list[str]] = [json.loads(each or b"[]") for each in known]
    new = [at for at, each in enumerate(known) if each is None]
    notebooks = [*plan.notebooks.values()]
    for at, texts in zip(new, _judged(plan, [notebooks[at] for at in new], saved, is_printed, jobs), strict=True):
        found[at] = texts
        if entries and not texts:  # what is wrong may be pandoc's: it was out of memory, or took too long
            cache.put(JUDGED, entries[at], json.dumps(texts).encode())
    settings = _letters_of_settings(plan) if is_printed else ()
    together([RenderError(text) for text in dict.fromkeys(chain(settings, chain.from_iterable(found)))])


def _entries(plan: Plan, *, is_printed: bool, rules: str) -> list[str]:
    """Return the name in the cache of what is found in each notebook; works to cite may be in a folder of sources.

    Of a quarter it matters only which cells appear in it.
    """
    works = [sha256_of(plan.project / name) for name in bibliography_of(plan.book)]
    judged_by = key(rules, is_printed, *plan.chapters, "works", *works)
    return [
        key(judged_by, each.name, each.text, [appears_in(cell, plan.quarter) for cell in each.content.cells])
        for each in plan.notebooks.values()
    ]


def _judged(
    plan: Plan,
    notebooks: Sequence[Notebook],
    saved: RenderCache,
    is_printed: bool,
    jobs: int,
) -> list[list[str]]:
    """Return what is wrong with what was typed in each of some notebooks."""
    report = _report(plan)
    found: list[list[str]] = [[] for _ in notebooks]
    drafts = [_draft(plan, *each) for each in zip(notebooks, found, strict=True)]
    for texts, chapter in zip(found, parse_each(report, drafts, saved, jobs=jobs), strict=True):
        if isinstance(chapter, RenderError):  # a work that is not there, or a div that is never closed
            texts += apart(str(chapter))
        else:
            texts += constructs_of(report, chapter)
            texts += missing_characters(report, [chapter]) if is_printed else ()
    return found


def _letters_of_settings(plan: Plan) -> Iterator[str]:
    """Yield a sentence for each character of the settings that are printed which no typeface has."""
    known, written = known_characters(_report(plan)), (plan.project / MARK).read_bytes()
    for loc, text in texts_in(plan.book):
        if any(loc[: len(keys)] == keys for keys in PRINTED):
            for character in sorted(drawn(text) - known):
                yield f"{place_of(MARK, written, loc)}: found {named(character)}"


def _draft(plan: Plan, notebook: Notebook, found: list[str]) -> Chapter:
    """Return what was typed for a chapter, which pandoc has not read yet; add what is wrong with it."""
    title = f"notebooks/{notebook.path.name}, {name_of(1, notebook.content.cells[0])}"
    if fault := not_shown(notebook.title):
        found.append(f"{title}: {fault}")
    written, places, line = [f"# {visible(notebook.title)} {{#{notebook.name}}}"], [Place(1, title)], 3
    for text, place in _typed(plan, notebook, found):
        places.append(Place(line, place))
        written.append(text)
        line += text.count("\n") + 2
    return Chapter(f"{notebook.name}.qmd", "\n\n".join(written) + "\n", {}, places)


def _typed(plan: Plan, notebook: Notebook, found: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the text of each cell of Markdown with its place; add what is wrong with headings, images and links."""
    level: int | None = 1
    works = works_of(plan.project, bibliography_of(plan.book)) if "@" in notebook.source else []
    keys = frozenset(work.key for each in works for work in each.works)
    for number, cell in list(numbered(notebook.content.cells))[1:]:  # the first is for the analyst
        if not appears_in(cell, plan.quarter):
            continue
        if cell.cell_type != "markdown":
            level = None if MARKDOWN.search(cell.source) else level
            continue
        place = f"notebooks/{notebook.path.name}, {name_of(number, cell)}"
        images = {}
        for match in ATTACHED.finditer(cell.source):
            try:
                images[match[0]] = pasted_image(match, cell.get("attachments", {}))[0]
            except StagingError as error:
                found.append(f"{place}: {error}")
        text = ATTACHED.sub(lambda match: images.get(match[0], match[1]), INLINE.sub("0", cell.source))  # noqa: B023
        for heading in (each for each in pieces(text) if isinstance(each, Heading)):
            if level is not None and (fault := skipped_level(heading, level)):
                found.append(f"{place}: {fault}")
            level = heading.level
            if other := ATTRIBUTES.search(heading.text):
                found.append(
                    f"{place}: found {other[0]} in a heading, which readers would see as it is typed. Take it out; a "
                    "heading may have an id, such as {#ward-waits}."
                )
        for formula in (each for each in FORMULA.findall(cell.source) if INLINE.search(each)):
            found.append(
                f"{place}: found inline code in a formula ({' '.join(formula.split())[:80]}): there a value's %, "
                "commas and words would be read as LaTeX. End the formula before it: $p =$ `{python} rate`."
            )
        for match in FORMULA_OF_JUPYTERLAB.finditer(FORMULA.sub("", without_code(text))):
            found.append(
                f"{place}: found {' '.join(match[0].split())[:80]}, which only JupyterLab shows as a formula; readers "
                "would see its backslashes. Write $x$, or $$x$$ on a line of its own."
            )
        for key_ in without_brackets(cell.source, keys):
            found.append(
                f"{place}: found @{key_} without brackets, which readers would see as it is typed. Cite the work as "
                f"[@{key_}], or write \\@ for the sign itself."
            )
        try:
            refuse_what_is_lost(text)
        except StagingError as error:
            found.append(f"{place}: {error}")
            continue  # pandoc would say it again in its own words
        try:
            check_chapter_links(text, {*plan.notebooks, *(set(GENERATED) & set(plan.chapters))})
        except ReportError as error:
            found.append(f"{place}: {error}")
        yield REFERENCE.sub("Figure", as_pandoc(text, notes=cell.get("id", ""))), place


def _report(plan: Plan) -> Report:
    """Return what the rules of rendering ask of a report, when typed Markdown is looked at before it is staged."""
    return Report(
        root=plan.project,
        title="",
        subtitle="",
        date="",
        lang=str(plan.book.get("lang", "en-GB")),
        status="",
        label="",
        is_illustrative=False,
        chapters=(),
        settings=plan.settings,
        metadata={},
        places={},
        bibliography=tuple(bibliography_of(plan.book)),
        look=look.folder(plan.project),
    )
