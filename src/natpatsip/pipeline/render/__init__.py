"""Rendering: a staged project becomes the report in HTML, PDF and Word, by Quarto or by the embedded Pandoc."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from natpatsip.errors import ReportError, UsageError, nearest, together
from natpatsip.files import memory
from natpatsip.pipeline.options import FORMATS, Log
from natpatsip.pipeline.render.renderer import PANDOC, Renderer, choose

if TYPE_CHECKING:
    from natpatsip.pipeline.caching.store import Cache
    from natpatsip.pipeline.render.chapters import Chapter
    from natpatsip.pipeline.render.staged_report import RenderJob

__all__ = ["PANDOC", "Renderer", "choose", "render"]
Found = TypeVar("Found")


def render(
    staged: Path,  # the folder with ``_quarto.yml``, the chapters, their figures and the extension
    output: Path,  # the report's folder; it is made if it is missing
    formats: Collection[str],  # of "html", "pdf" and "docx"
    *,
    renderer: Renderer,  # as `choose` returns it
    timestamp: int,  # seconds since 1970 that the files have as their date, so that equal chapters give equal bytes
    jobs: int = 2,  # how many programs run at once
    cache: Cache | None = None,  # what earlier builds have rendered
    toolchain: str = "",  # the hash of what renders besides the chapters: the code, the packages, the look
    draw: Callable[[], object] = lambda: None,  # draws the figures into the staged project, while its chapters are read
    # what this process does while other programs write the formats
    meanwhile: Callable[[], Found] = lambda: None,  # type: ignore[assignment,return-value]
    with_single_page: bool = True,  # whether to make one page of the whole report too
    log: Log = lambda _: None,  # receives what Quarto warns of
) -> Found:
    """Render a staged project into `output`, and return what `meanwhile` returns.

    There are then ``html/``, ``report.pdf`` and ``report.docx``.

    Raises
    ------
    UsageError
        If a format is not one of the three.
    RenderError
        If a chapter has a construct that is not in docs/chapters.md or a link that leads nowhere, or a program could
        not make a format.
    """
    for name in formats:
        if name not in FORMATS:
            raise UsageError(f'format "{name}": expected any of {", ".join(FORMATS)}.{nearest(name, FORMATS)}')
    from natpatsip.pipeline.caching.saved_results import SavedResults
    from natpatsip.pipeline.render.accessibility_statement import with_statement
    from natpatsip.pipeline.render.chapters import read_chapters
    from natpatsip.pipeline.render.constructs import check_chapters
    from natpatsip.pipeline.render.page_cells import marked_source
    from natpatsip.pipeline.render.render_cache import RenderCache
    from natpatsip.pipeline.render.staged_report import RenderJob, read_report

    root = staged.resolve()
    results = SavedResults(cache, toolchain, root, "chapters") if cache and not memory.is_on() else None
    report, saved = read_report(root), RenderCache(root, cache, toolchain, results)
    job = RenderJob(report, output.resolve(), tuple(formats), renderer, timestamp, jobs, with_single_page, saved, log)
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(draw)
        chapters = read_chapters(report, saved, jobs=jobs, with_marks=marked_source if _has_marks(job) else None)
        drawing.result()
    check_chapters(report, chapters, formats=formats)
    chapters = with_statement(job, chapters)
    output.mkdir(parents=True, exist_ok=True)
    if renderer.name == "quarto":  # in a process group of its own, which Ctrl-C reaches through the main thread alone
        found = meanwhile()
        _write(job, chapters)
    else:
        found = _both(partial(_write, job, chapters), meanwhile)
    if results:
        results.save()
    return found


def _write(job: RenderJob, chapters: Sequence[Chapter]) -> None:
    """Write each format by the job's renderer."""
    if job.renderer.name == "quarto":
        from natpatsip.pipeline.render import quarto

        quarto.render(job, chapters)
    else:
        _render_embedded(job, chapters)


def _both(write: Callable[[], object], meanwhile: Callable[[], Found]) -> Found:
    """Do two things at once, and return what the second returns; if both fail, raise both errors."""
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            found = meanwhile()
        except ReportError as error:
            stopped = writing.exception()
            if isinstance(stopped, ReportError):
                together([error, stopped])
            elif stopped:
                raise stopped from error
            raise
        writing.result()
        return found


def _has_marks(job: RenderJob) -> bool:
    """Return True if any format shows which cell each part is from; Quarto reads the Word file's chapters itself."""
    is_word = "docx" in job.formats and job.renderer.name != "quarto"
    return is_word or ("html" in job.formats and job.report.is_draft)


def _render_embedded(job: RenderJob, chapters: Sequence[Chapter]) -> None:
    """Write each format with Pandoc and Typst, as many at once as the job allows."""
    from natpatsip.pipeline.render.html import write_pages
    from natpatsip.pipeline.render.pdf import write_pdf

    printed = [chapter for chapter in chapters if job.report.in_print(chapter.name)]
    with ThreadPoolExecutor(max_workers=max(1, job.jobs)) as pool:
        tasks = [pool.submit(write_pdf, job, printed)] if "pdf" in job.formats else []
        if "docx" in job.formats:
            from natpatsip.pipeline.render.word import write_word  # only for Word: python-docx takes long to import

            tasks.append(pool.submit(write_word, job, printed))
        if "html" in job.formats:
            tasks.append(pool.submit(write_pages, job, chapters))
        for task in tasks:
            task.result()
