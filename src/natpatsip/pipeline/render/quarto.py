"""Quarto, the program, if it is installed: the same chapters through the same extension."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import yaml

from natpatsip.errors import RenderError, how_it_ended
from natpatsip.files.digests import sha256_of_folder
from natpatsip.look import EXTENSION
from natpatsip.pipeline.render.cell_bookmarks import with_marks
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.html import for_pages, page_variables, write_files, write_single_page
from natpatsip.pipeline.render.pdf import with_open_bookmarks
from natpatsip.pipeline.render.program import run_program
from natpatsip.pipeline.render.renderer import Renderer
from natpatsip.pipeline.render.staged_report import RenderJob, Report
from natpatsip.pipeline.render.unbroken import unbroken

TARGETS = {"html": "natpatsip-html", "pdf": "natpatsip-typst", "docx": "natpatsip-docx"}
STAGED = "NATPATSIP_STAGED"  # tells the project's pre-render hook that the chapters are staged already
PAGES = "pages.json"  # in the staged book; pages.lua reads it
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
OUTER = ("QUARTO_PROJECT_", "QUARTO_DOCUMENT_", "QUARTO_RENDER_", "QUARTO_EXECUTE_")


def render(job: RenderJob, chapters: Sequence[Chapter]) -> None:
    """Render the book once for each format and collect what it wrote: each run empties the folder of the others."""
    report, program = job.report, job.renderer.program
    if "html" in job.formats:
        _stage_pages(job, chapters)
    staged = sha256_of_folder(report.root)
    for name in job.formats:
        made = job.output / ("html" if name == "html" else f"report.{name}")
        save = job.cache.folder if name == "html" else job.cache.file
        parts = [name, staged, job.timestamp, program, Path(program).resolve().stat().st_mtime_ns]
        save(f"quarto-{name}", made, parts, make=partial(_make, job, name))
    if "html" in job.formats and job.with_single_page:
        write_single_page(job, for_pages(job.report, chapters), job.output / "html")
    if "docx" in job.formats:
        printed = [chapter for chapter in chapters if report.in_print(chapter.name)]
        from natpatsip.pipeline.render.word import finish_word  # only for Word: python-docx takes long to import

        finish_word(job.output / "report.docx", report, printed, timestamp=job.timestamp)


def _stage_pages(job: RenderJob, chapters: Sequence[Chapter]) -> None:
    """Put what pages need into the book: the files beside them, and for pages.lua the text and variables of each."""
    root = job.report.root
    chapters = for_pages(job.report, chapters)
    write_files(job.report, chapters, root)
    pages = {
        chapter.stem: {
            "variables": page_variables(job, chapters, position),
            "document": json.dumps({**chapter.document, "blocks": unbroken(chapter.blocks)}),
        }
        for position, chapter in enumerate(chapters)
    }
    (root / PAGES).write_text(json.dumps(pages, ensure_ascii=False, indent=1), encoding="utf-8")


def _make(job: RenderJob, name: str) -> None:
    """Have Quarto render the book in one format."""
    with book_of(job.report, name, job.renderer):
        done = run_program(
            command(job.renderer.program, job.report, name),
            what=TARGETS[name],
            folder=job.report.root,
            environment=environment(job.report, timestamp=job.timestamp),
            starts_others=True,
        )
    said = done.stderr.decode("utf-8", "replace")
    if complaint := complaint_of(TARGETS[name], done.returncode, said):
        raise RenderError(complaint)
    for warning in warnings_of(said):
        job.log(f"Quarto, {name}: {warning}")
    collect(job.report, job.output, name)


@contextmanager
def book_of(report: Report, name: str, renderer: Renderer) -> Iterator[None]:
    """List in ``_quarto.yml`` the chapters of one format while it is rendered.

    An older Quarto is asked for PDF/UA alone: its Typst refuses a second standard.
    """
    settings = report.root / "_quarto.yml"
    before = settings.read_text(encoding="utf-8")
    book = yaml.safe_load(before)
    if name != "html" and report.settings.html_only:
        book["book"]["chapters"] = [each for each in report.chapters if report.in_print(each)]
    own = (book.get("format") or {}).get(TARGETS[name]) or {}
    if name == "pdf" and len(renderer.pdf_standards) == 1 and isinstance(own.get("pdf-standard"), list):
        own["pdf-standard"] = [each for each in own["pdf-standard"] if str(each).startswith("ua-")]
    settings.write_text(yaml.safe_dump(book, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    chapters = _mark_cells(report) if name == "docx" else {}
    try:
        yield
    finally:
        for file, source in {**chapters, settings: before}.items():
            file.write_text(source, encoding="utf-8")


def _mark_cells(report: Report) -> dict[Path, str]:
    """Mark in the staged chapters which cell each part is from; return the chapters as they were."""
    before = {}
    for stem, places in report.places.items():
        file = report.root / f"{stem}.qmd"
        before[file] = file.read_text(encoding="utf-8")
        file.write_text(with_marks(before[file], stem, places), encoding="utf-8")
    return before


def command(quarto: str, report: Report, name: str) -> list[str]:
    """Return the command line that renders the staged book in one format."""
    return [quarto, "render", str(report.root), "--to", TARGETS[name], "--no-execute"]


def environment(report: Report, *, timestamp: int) -> dict[str, str]:
    """Return Quarto's environment: the report's date and typeface, and nothing of a Quarto around it.

    The project's pre-render hook runs this within another rendering, whose variables name the wrong project for ours.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OUTER)}
    return {
        **inherited,
        STAGED: "1",
        "SOURCE_DATE_EPOCH": str(timestamp),
        "TYPST_FONT_PATHS": str(report.extension / "fonts"),
        "TYPST_IGNORE_SYSTEM_FONTS": "true",
    }


def complaint_of(target: str, status: int, stderr: str) -> str | None:
    """Return what is wrong with a run of Quarto, by its status and its words, or None if it went well.

    Examples
    --------
    >>> complaint_of("natpatsip-typst", 0, "Output created: _book/Report.pdf")
    >>> complaint_of("natpatsip-typst", 1, "ERROR: waits.qmd: no such filter")
    'Quarto could not make natpatsip-typst (waits.qmd): ERROR: waits.qmd: no such filter'
    """
    words = COLOUR.sub("", stderr)
    warned = re.search(r"unknown font family.*", words)
    if not status and not warned:
        return None
    place = re.search(r"[\w-]+\.qmd", words)
    where = f" ({place[0]})" if place else ""
    last = " ".join(words.split())[-1500:] or f"it {how_it_ended(status)}"
    return f"Quarto could not make {target}{where}: {warned[0] if warned else last}"


def warnings_of(stderr: str) -> list[str]:
    r"""Return what a run of Quarto that ended well warns of, each warning once and on one line.

    Examples
    --------
    >>> warnings_of("WARN: PDF standard validation requested but verapdf is not installed.\nOutput created: a.pdf")
    ['PDF standard validation requested but verapdf is not installed.']
    """
    lines = COLOUR.sub("", stderr).splitlines()
    return list(dict.fromkeys(line.partition("WARN")[2].lstrip(":] ").strip() for line in lines if "WARN" in line))


def collect(report: Report, output: Path, name: str) -> None:
    """Copy what Quarto wrote for one format to its place in the report.

    Raises
    ------
    RenderError
        If it wrote nothing, or more than one file of a kind.
    """
    book = report.root / "_book"
    if name == "html":
        if not (book / "index.html").is_file():
            raise RenderError(
                f"Quarto ended well but wrote no {book / 'index.html'}. Look at {EXTENSION}/_extension.yml."
            )
        shutil.copytree(book, output / "html", ignore=shutil.ignore_patterns("search.json"), dirs_exist_ok=True)
        return
    ending = {"pdf": ".pdf", "docx": ".docx"}[name]
    found = sorted(book.glob(f"*{ending}"))
    if len(found) != 1:
        raise RenderError(f"Quarto ended well but left {len(found)} {ending} files in {book}; expected one.")
    made = output / f"report{ending}"
    shutil.copy2(found[0], made)
    if name == "pdf":
        made.write_bytes(with_open_bookmarks(made.read_bytes()))
