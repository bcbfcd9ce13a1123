"""The pages: one for each chapter, one of the whole report, and the files that they need."""

from __future__ import annotations

import base64
import json
import mimetypes
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, cast

from natpatsip import look
from natpatsip.files import memory
from natpatsip.files.memory import Same
from natpatsip.pipeline.drawing.staged_drawings import LICENCES, VEGA
from natpatsip.pipeline.render.chapter_parts import (
    frame_of,
    framed,
    pages_metadata,
    part_of_chapter,
)
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.joined_page import joined_page
from natpatsip.pipeline.render.page_cells import with_cells
from natpatsip.pipeline.render.pandoc_ast import attributes_of, classes_of
from natpatsip.pipeline.render.pandoc_tasks import Task, UnwrittenTask, perform
from natpatsip.pipeline.render.programme_colours import programme_style
from natpatsip.pipeline.render.search_index import plain, search_index
from natpatsip.pipeline.render.staged_report import STATEMENT, RenderJob, Report
from natpatsip.pipeline.render.terms import with_terms
from natpatsip.pipeline.render.unbroken import unbroken
from natpatsip.pipeline.staging.data_file import DATA_FILE
from natpatsip.pipeline.staging.project_style import HEAD, STYLE
from natpatsip.settings import OWN, Settings

SINGLE_PAGE = "report.html"
SHEETS = ("brand.css", "page.css", "constructs.css", "passport.css", "organisations.css")
FONT = re.compile(r'url\("\.\./fonts/([\w-]+\.woff2)"\)')
DRAFT_SHEET, DRAFT_SCRIPT = "comments.css", "comments.js"  # for comments on the pages of drafts
PREVIEW = "assets/preview.png"  # shown beside a link to the report
DESCRIBED = 160  # characters of a page's description that search engines show
PASTED = re.compile(r'src="(figures/pasted-[^"]+)"')


def write_pages(job: RenderJob, chapters: Sequence[Chapter]) -> None:
    """Write ``html/``: a page for each chapter, one for the whole report if wanted, assets and the figures' files."""
    folder = job.output / "html"
    folder.mkdir(parents=True, exist_ok=True)
    chapters = for_pages(job.report, chapters)
    write_files(job.report, chapters, folder)

    metadata, tasks = pages_metadata(job.report), _bodies(job.report, chapters)
    for position, chapter in enumerate(chapters):
        variables = page_variables(job, chapters, position)
        tasks.append(
            frame_of(job.report, "html5", "page.html", what=chapter.name, metadata=metadata, variables=variables)
        )
    if job.with_single_page:
        tasks.append(_frame_of_single_page(job, chapters))
    jobs = 1 if "pdf" in job.formats else job.jobs  # beside Typst, which has to wait for the parts of the PDF
    done = perform(tasks, cache=job.cache, jobs=jobs)
    bodies, frames = done[: len(chapters)], done[len(chapters) :]
    for chapter, body, frame in zip(chapters, bodies, frames[: len(chapters)], strict=True):
        page = framed(frame, "html5", body.rstrip("\n"))
        (folder / f"{chapter.stem}.html").write_text(page, encoding="utf-8", newline="\n")
    if job.with_single_page:
        _save_single_page(job, chapters, bodies, frames[-1], folder)


def _bodies(report: Report, chapters: Sequence[Chapter]) -> list[Task | UnwrittenTask]:
    """Return the tasks to make the bodies of pages."""
    return [
        part_of_chapter(report, "html5", each, lambda chapter: unbroken(chapter.blocks), what=each.name)
        for each in chapters
    ]


def for_pages(report: Report, chapters: Sequence[Chapter]) -> list[Chapter]:
    """Return the chapters with what only pages have: terms that open their meaning, and in drafts the cells' marks."""
    if report.is_draft:
        chapters = [memory.once(partial(with_cells, each), "cells", Same(each)) for each in chapters]
    return with_terms(chapters, printed=[each.name for each in chapters if report.in_print(each.name)])


def write_files(report: Report, chapters: Sequence[Chapter], folder: Path) -> None:
    """Write what pages need beside them: style, scripts, typeface, search index, and the figures' files."""
    _copy_assets(report, folder, programme_style(report, chapters))
    if folder != report.root:  # Quarto renders where the figures are
        _copy_figures(report, folder)
    _write_interactive(report, chapters, folder)
    if report.settings.url:
        (folder / PREVIEW).write_bytes(preview_image(report))
    (folder / "assets" / "search-index.js").write_text(search_index(chapters), encoding="utf-8", newline="\n")


def _common_variables(report: Report) -> dict[str, Any]:
    """Return what both templates read of the report."""
    return {
        "lang": report.lang,
        "report-title": escape(report.title),
        "subtitle": escape(report.subtitle),
        "date": escape(report.date.replace(" ", "\N{NO-BREAK SPACE}")),
        "draft": report.is_draft,
        "published": escape(report.published),
        "published-by": escape(report.settings.publisher),
        "illustrative": report.is_illustrative,
        "imprint": _imprint(report.settings),
        "logo": report.settings.logo_file,
        "publisher": escape(report.settings.publisher or report.title),
    }


def description_of(chapter: Chapter) -> str:
    """Return a chapter's first paragraph, at most `DESCRIBED` characters of it, for its page's head."""
    return chapter.once(partial(_description, chapter), "description")


def _description(chapter: Chapter) -> str:
    paragraphs = (plain([block]) for block in chapter.blocks if block["t"] == "Para")
    return textwrap.shorten(next((text for text in paragraphs if text), chapter.title), DESCRIBED, placeholder=" …")


def _imprint(settings: Settings) -> str:
    """Return the line at the foot of pages, with a link to the publisher."""
    text = escape(settings.imprint)
    if not (settings.publisher and settings.url):
        return text
    link = f'<a href="{escape(settings.url)}">{escape(settings.publisher)}</a>'
    return text.replace(escape(f"{settings.publisher} ({settings.url})"), link)


def _links(chapter: Chapter, page: str) -> dict[str, Any]:
    """Return a chapter and its sections as entries of the contents."""
    sections = [heading for heading in chapter.headings if heading.level == 2]
    return {
        "href": page or f"#{chapter.stem}",
        "title": escape(chapter.title),
        "sections": [{"href": f"{page}#{each.id}", "title": escape(each.text)} for each in sections],
    }


# Pages of chapters ----------------------------------------------------------------------------------------------------


def page_variables(job: RenderJob, chapters: Sequence[Chapter], position: int) -> dict[str, Any]:
    """Return what a chapter's page says besides the chapter, by the names that ``page.html`` has for it."""
    report, chapter = job.report, chapters[position]
    is_front = position == 0
    title = report.title if is_front else f"{chapter.title} – {report.title}"
    around = {"previous": position - 1, "next": position + 1}
    return {
        **_common_variables(report),
        "page-title": escape(f"{title}, {report.label}"),
        "description": escape(description_of(chapter)),
        "preview": escape(f"{report.settings.url.rstrip('/')}/{PREVIEW}") if report.settings.url else "",
        "head": (report.extension / HEAD).read_text(encoding="utf-8") if (report.extension / HEAD).is_file() else "",
        "label": escape(report.label),
        "front": is_front,
        "page": f"{chapter.stem}.html",
        "quarter": escape(str(report.metadata[OWN].get("quarter", ""))),
        "notebook": chapter.stem,
        "programme": chapter.stem if report.is_programme(chapter.name) else "",
        "charts": any("interactive" in pairs for _, pairs in _charts(chapter)),
        "organisations": any(True for _ in _organisations([chapter])),
        "statement": f"{Path(STATEMENT).stem}.html" if STATEMENT in report.chapters else "",
        "chapter-title": escape(chapter.title),
        "programmes": [
            {"href": f"{each.stem}.html", "title": escape(each.title), "stem": each.stem}
            for each in chapters
            if is_front and each is not chapter and report.is_programme(each.name)
        ],
        "contents": [{**_links(each, f"{each.stem}.html"), "current": each is chapter} for each in chapters],
        **{
            name: {"href": f"{chapters[at].stem}.html", "title": escape(chapters[at].title)}
            for name, at in around.items()
            if 0 <= at < len(chapters)
        },
        "forms": _other_forms(job),
    }


def _other_forms(job: RenderJob) -> list[dict[str, str]]:
    """Return the other forms of the report that a reader may want, as links from a page."""
    names = {"pdf": ("../report.pdf", "PDF"), "docx": ("../report.docx", "Word file")}
    links = [(SINGLE_PAGE, "Whole report on one page")] if job.with_single_page else []
    links += [names[name] for name in ("pdf", "docx") if name in job.formats]
    links += [(DATA_FILE, "All data (Excel)")] if (job.report.root / DATA_FILE).is_file() else []
    return [{"href": href, "title": title} for href, title in links]


def _write_interactive(report: Report, chapters: Sequence[Chapter], folder: Path) -> None:
    """Write the charts' specifications as scripts, which pages from disk can load where they cannot fetch."""
    named = {name: pairs["interactive"] for each in chapters for name, pairs in _charts(each) if "interactive" in pairs}
    for name, path in named.items():
        specification = (report.root / path).read_text(encoding="utf-8").strip()
        (folder / "figures" / f"{name}.js").write_text(
            f"natpatsipChart({json.dumps(name)},{specification});\n", encoding="utf-8", newline="\n"
        )
    if named:
        for file in (VEGA, LICENCES):
            shutil.copyfile(file, folder / "assets" / file.name)
    for name, path in _organisations(chapters):
        data = (report.root / path).read_text(encoding="utf-8")
        (folder / "figures" / f"{name}.js").write_text(
            f"natpatsipOrganisations({data});\n", encoding="utf-8", newline="\n"
        )


def _charts(chapter: Chapter) -> Iterator[tuple[str, dict[str, str]]]:
    return _divs(chapter, "report-figure")


def _organisations(chapters: Sequence[Chapter]) -> Iterator[tuple[str, str]]:
    """Yield the tables of organisations, each with the file of its data."""
    return ((name, pairs["data"]) for each in chapters for name, pairs in _divs(each, "organisations"))


def _divs(chapter: Chapter, kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    for node in chapter.divs:
        if kind in classes_of(node):
            name, _, pairs = attributes_of(node)
            yield name, pairs


def _copy_assets(report: Report, folder: Path, programmes: str) -> None:
    """Put style sheet, scripts and typeface beside the pages."""
    assets, fonts = folder / "assets", folder / "assets" / "fonts"
    left_out = shutil.ignore_patterns("*.css", *([] if report.is_draft else [DRAFT_SCRIPT]))
    shutil.copytree(report.extension / "assets", assets, ignore=left_out, dirs_exist_ok=True)
    # One style sheet: a browser shows nothing of a page before it has read all that the page names.
    style = "\n".join(
        [*_sheets(report.extension, *([DRAFT_SHEET] if report.is_draft else [])), programmes, running_lines(report)]
    ).replace("../fonts/", "fonts/")
    (assets / "style.css").write_text(style, encoding="utf-8", newline="\n")
    fonts.mkdir(exist_ok=True)
    for font in sorted((report.extension / "fonts").glob("*.woff2")):
        shutil.copy2(font, fonts / font.name)
    shutil.copy2(report.extension / "fonts" / "OFL.txt", fonts / "OFL.txt")


def _copy_figures(report: Report, folder: Path) -> None:
    """Put the figures' drawings and data beside the pages."""
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    for pattern in ("*.svg", "*.csv", "pasted-*"):
        for file in sorted((report.root / "figures").glob(pattern)):
            shutil.copy2(file, figures / file.name)
    if (report.root / DATA_FILE).is_file():
        shutil.copy2(report.root / DATA_FILE, folder)


def _sheets(extension: Path, *more: str) -> Iterator[str]:
    """Yield the style sheets of the look, and last the project's own."""
    for name in (*SHEETS, *more, STYLE):
        file = extension / "assets" / name
        if name not in (STYLE, DRAFT_SHEET) or file.is_file():  # a look of before comments has no sheet for them
            yield file.read_text(encoding="utf-8")


def running_lines(report: Report) -> str:
    """Return the style that puts the report, its quarter and that it is a draft on each printed page."""
    status = f"{report.label} · Draft" if report.is_draft else report.label
    margins = {"top-left": _css_string(report.title), "top-right": _css_string(status), "bottom-right": "counter(page)"}
    boxes = " ".join(f"@{place} {{ content: {text}; font: 9pt sans-serif; }}" for place, text in margins.items())
    return f"@page {{ size: A4; margin: 20mm 16mm 18mm; {boxes} }}\n"


def _css_string(text: str) -> str:
    r"""Return a text as CSS and the ``<style>`` of a page may hold it.

    Examples
    --------
    >>> print(_css_string('The "Q" </style>'))
    "The \22 Q\22  \3c /style>"
    """
    return '"' + re.sub(r'["\\<\n]', lambda match: f"\\{ord(match[0]):x} ", text) + '"'


def preview_image(report: Report) -> bytes:
    """Return the cover as a PNG of 1,200 by 630 pixels, which other sites show beside a link to the report.

    Typst draws it, since it is given its fonts each time: vl-convert keeps the first folder that a process gave it, and
    draws no letters once that folder is gone.
    """
    import typst

    navy = look.brand(report.extension)["color"]["palette"]["navy"]
    title = textwrap.wrap(report.title, 26)[:4]
    small = [report.subtitle, *(["Draft"] if report.is_draft else [])]
    lines = [(line, 68, 700, 88) for line in title] + [(line, 36, 600, 60) for line in small]
    font = json.dumps(report.font, ensure_ascii=False)
    texts = [
        f'#set page(width: 1200pt, height: 630pt, margin: 0pt, fill: rgb("{navy}"))',
        f'#set text(font: {font}, fill: white, top-edge: "baseline")',
    ]
    place = 150
    for line, size, weight, step in lines:
        place += step
        words = json.dumps(line, ensure_ascii=False)
        texts.append(f"#place(dx: 80pt, dy: {place}pt, text(size: {size}pt, weight: {weight}, {words}))")
    compiler = typst.Compiler(font_paths=[str(report.extension / "fonts")], ignore_system_fonts=True)
    return cast(bytes, compiler.compile("\n".join(texts).encode(), format="png", ppi=72))  # of its one page


# The whole report on one page -----------------------------------------------------------------------------------------


def write_single_page(job: RenderJob, chapters: Sequence[Chapter], folder: Path) -> None:
    """Write all chapters as one self-contained page, for printing and sending: no other file, no network, no script.

    Each chapter's title is a heading of level 2 under the report's.
    """
    *bodies, frame = perform(
        [*_bodies(job.report, chapters), _frame_of_single_page(job, chapters)], cache=job.cache, jobs=job.jobs
    )
    _save_single_page(job, chapters, bodies, frame, folder)


def _frame_of_single_page(job: RenderJob, chapters: Sequence[Chapter]) -> Task:
    """Return the task to fill in the template of the single page."""
    report = job.report
    variables = {
        **_common_variables(report),
        "page-title": escape(f"{report.title}, {report.subtitle}"),
        "description": escape(report.settings.description),
        "contents": [_links(each, "") for each in chapters],
    }
    return frame_of(
        report, "html5", "whole.html", what=SINGLE_PAGE, metadata=pages_metadata(report), variables=variables
    )


def _save_single_page(
    job: RenderJob, chapters: Sequence[Chapter], bodies: Sequence[str], frame: str, folder: Path
) -> None:
    """Write the single page, with style and pictures inside."""
    report, file = job.report, folder / SINGLE_PAGE
    text = framed(frame, "html5", joined_page(bodies))
    # The style sheets go in at the end: as a variable they would be longer than a command line may be.
    text = text.replace(
        "/* style */", f"{_style(report.extension)}\n{programme_style(report, chapters)}{running_lines(report)}", 1
    )
    if logo := report.settings.logo_file:
        kind = {".svg": "svg+xml", ".png": "png"}[Path(logo).suffix]
        data = base64.b64encode((report.extension / "assets" / logo).read_bytes()).decode()
        text = text.replace(f'src="assets/{logo}"', f'src="data:image/{kind};base64,{data}"', 1)
    file.write_text(PASTED.sub(partial(_inlined, report.root), text), encoding="utf-8", newline="\n")


def _inlined(root: Path, match: re.Match[str]) -> str:
    """Return the address of a pasted image with the image in it."""
    data = base64.b64encode((root / match[1]).read_bytes()).decode()
    return f'src="data:{mimetypes.guess_type(match[1])[0]};base64,{data}"'


def _style(extension: Path) -> str:
    """Return the style sheets as one, with the typeface inside."""

    def inside(match: re.Match[str]) -> str:
        font = base64.b64encode((extension / "fonts" / match[1]).read_bytes()).decode()
        return f'url("data:font/woff2;base64,{font}")'

    return "\n".join(FONT.sub(inside, sheet) for sheet in _sheets(extension, "whole.css"))
