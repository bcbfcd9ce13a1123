"""The embedded renderer: Pandoc with the extension's filter, and Typst for the PDF."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers.build.render.chapters import Chapter, Node
from helpers.build.render.pages import write_pages
from helpers.build.render.pdf import write_pdf
from helpers.build.render.program import run_pandoc
from helpers.build.render.report import FILTERS, Report
from helpers.build.render.word import finish_word


def render(
    report: Report,
    chapters: Sequence[Chapter],
    output: Path,
    formats: Collection[str],
    *,
    timestamp: int,
    jobs: int,
) -> None:
    """Write each of `formats` into `output`, as many at once as `jobs` allows."""
    printed = [chapter for chapter in chapters if report.in_print(chapter.name)]
    tasks: list[Callable[[], None]] = []
    if "pdf" in formats:
        tasks.append(lambda: _pdf(report, printed, output / "report.pdf", timestamp))
    if "docx" in formats:
        tasks.append(lambda: _word(report, printed, output / "report.docx", timestamp))
    if "html" in formats:
        tasks.append(lambda: write_pages(report, chapters, output / "html", jobs=jobs))
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()


def _pdf(report: Report, chapters: Sequence[Chapter], output: Path, timestamp: int) -> None:
    template = report.extension / "report.typ"
    source = _convert(report, chapters, "report.pdf", "--to=typst", "--standalone", f"--template={template}")
    write_pdf(source, report, output, timestamp=timestamp)


def _word(report: Report, chapters: Sequence[Chapter], output: Path, timestamp: int) -> None:
    reference = report.extension / "natpatsip-reference.docx"
    _convert(report, chapters, "report.docx", "--to=docx", f"--reference-doc={reference}", f"--output={output}")
    finish_word(output, report, chapters, timestamp=timestamp)


def _convert(report: Report, chapters: Sequence[Chapter], what: str, *arguments: str) -> str:
    """Convert all chapters as one document."""
    blocks: list[Node] = [block for chapter in chapters for block in chapter.blocks]
    document = {**chapters[0].document, "blocks": blocks, "meta": meta(report.metadata)["c"]}
    return run_pandoc("--from=json", *FILTERS, *arguments, folder=report.root, what=what, text=json.dumps(document))


def meta(value: object) -> Node:
    """Return a value of ``_quarto.yml`` as the metadata of pandoc's documents."""
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {str(key): meta(each) for key, each in value.items()}}
    if isinstance(value, list | tuple):
        return {"t": "MetaList", "c": [meta(each) for each in value]}
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    return {"t": "MetaInlines", "c": [{"t": "Str", "c": str(value)}]}
