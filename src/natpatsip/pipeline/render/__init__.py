"""Rendering: a staged project becomes the report in HTML, PDF and Word, by Quarto or by the embedded renderer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.errors import UsageError, nearest

if TYPE_CHECKING:
    from natpatsip.pipeline.caching.store import Cache

FORMATS = ("html", "pdf", "docx")
RENDERERS = ("auto", "quarto", "pandoc")


def choose(renderer: str) -> str:
    """Return the renderer that is meant: "quarto" or "pandoc".

    Parameters
    ----------
    renderer : str
        "auto" takes Quarto where a new enough one is on PATH, else the embedded renderer.

    Raises
    ------
    UsageError
        Where it is none of the three.
    RenderError
        Where Quarto is asked for and is not there, or is too old.
    """
    if renderer not in RENDERERS:
        choices = ", ".join(RENDERERS)
        raise UsageError(f'renderer "{renderer}": expected one of {choices}.{nearest(renderer, RENDERERS)}')
    if renderer == "pandoc":
        return renderer
    from natpatsip.pipeline.render import quarto

    if renderer == "quarto":
        quarto.find()
        return renderer
    return "quarto" if quarto.is_usable() else "pandoc"


def render(
    staged: Path,
    output: Path,
    formats: Collection[str],
    *,
    renderer: str,
    timestamp: int,
    jobs: int = 2,
    cached: Cache | None = None,
    means: str = "",
    draw: Callable[[], object] = lambda: None,
    with_whole: bool = True,
) -> None:
    """Render a staged project into `output`: ``html/``, ``report.pdf`` and ``report.docx``.

    Parameters
    ----------
    staged : Path
        The folder with ``_quarto.yml``, the chapters, their figures and the extension.
    output : Path
        The report's folder; it is made where it is not there.
    formats : collection of str
        Of "html", "pdf" and "docx".
    renderer : str
        "quarto" or "pandoc", as `choose` returns it.
    timestamp : int
        Seconds since 1970 that the files bear as their date, so that equal chapters give equal bytes.
    jobs : int
        How many programs run at once.
    cached : Cache, optional
        Where earlier builds have kept what they rendered, and this one shall.
    means : str
        The hash of what renders besides the chapters: the helpers, the packages, the look.
    draw : callable
        Draws the figures into the staged project, while its chapters are read.
    with_whole : bool
        Whether the pages of the embedded renderer have the whole report on one page beside them.

    Raises
    ------
    UsageError
        Where a format or the renderer is none that there is.
    RenderError
        Where a chapter has a construct that is not in docs/chapters.md or a link that leads nowhere, or a program
        could not make a format.
    """
    for name in formats:
        if name not in FORMATS:
            raise UsageError(f'format "{name}": expected any of {", ".join(FORMATS)}.{nearest(name, FORMATS)}')
    from natpatsip.pipeline.render.chapters import read_chapters
    from natpatsip.pipeline.render.constructs import check_chapters
    from natpatsip.pipeline.render.render_cache import Remembered
    from natpatsip.pipeline.render.staged_report import read_report
    from natpatsip.pipeline.render.statement import with_statement

    root = staged.resolve()
    report = read_report(root, Remembered(root, cached, means))
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(draw)
        chapters = read_chapters(report, jobs=jobs)
        drawing.result()
    check_chapters(report, chapters)
    chosen = choose(renderer)
    chapters = with_statement(report, chapters, formats, renderer=chosen)
    output.mkdir(parents=True, exist_ok=True)
    if chosen == "quarto":
        from natpatsip.pipeline.render import quarto

        quarto.render(report, chapters, output.resolve(), formats, timestamp=timestamp)
    else:
        from natpatsip.pipeline.render import pandoc

        pandoc.render(
            report, chapters, output.resolve(), formats, timestamp=timestamp, jobs=jobs, with_whole=with_whole
        )
