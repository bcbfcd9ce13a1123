"""The embedded renderer: Pandoc with the extension's filter, and Typst for the PDF."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from natpatsip.pipeline.render.chapters import Chapter, Node
from natpatsip.pipeline.render.pages import write_pages
from natpatsip.pipeline.render.pandoc_cli import run_pandoc
from natpatsip.pipeline.render.pdf import write_pdf
from natpatsip.pipeline.render.staged_report import FILTERS, Report, meta


def render(
    report: Report,
    chapters: Sequence[Chapter],
    output: Path,
    formats: Collection[str],
    *,
    timestamp: int,
    jobs: int,
    with_whole: bool,
) -> None:
    """Write each of `formats` into `output`, as many at once as `jobs` allows."""
    printed = [chapter for chapter in chapters if report.in_print(chapter.name)]
    tasks: list[Callable[[], None]] = []
    if "pdf" in formats:
        tasks.append(lambda: _pdf(report, printed, output / "report.pdf", timestamp))
    if "docx" in formats:
        tasks.append(lambda: _word(report, printed, output / "report.docx", timestamp))
    if "html" in formats:
        tasks.append(
            lambda: write_pages(report, chapters, output / "html", formats=formats, jobs=jobs, with_whole=with_whole)
        )
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()


def _pdf(report: Report, chapters: Sequence[Chapter], output: Path, timestamp: int) -> None:
    template = report.extension / "report.typ"
    document = _document(report, chapters)

    def make() -> None:
        source = _convert(report, document, "report.pdf", "--to=typst", "--standalone", f"--template={template}")
        write_pdf(source, report, output, timestamp=timestamp)

    report.remembered.file("pdf", output, document, timestamp, make=make)


def _word(report: Report, chapters: Sequence[Chapter], output: Path, timestamp: int) -> None:
    reference = report.extension / "natpatsip-reference.docx"
    document = _document(report, chapters)

    def make() -> None:
        arguments = ("--to=docx", f"--reference-doc={reference}", f"--output={output}")
        _convert(report, document, "report.docx", *arguments)
        from natpatsip.pipeline.render.word import finish_word  # only for Word: python-docx takes long to import

        finish_word(output, report, chapters, timestamp=timestamp)

    settings = (report.root / "_quarto.yml").read_bytes()
    report.remembered.file("docx", output, document, settings, timestamp, make=make)


def _document(report: Report, chapters: Sequence[Chapter]) -> str:
    """Return all chapters as one document of pandoc's."""
    blocks: list[Node] = [block for chapter in chapters for block in chapter.blocks]
    return json.dumps({**chapters[0].document, "blocks": blocks, "meta": meta(report.metadata)["c"]})


def _convert(report: Report, document: str, what: str, *arguments: str) -> str:
    return run_pandoc("--from=json", *FILTERS, *arguments, folder=report.root, what=what, text=document)
