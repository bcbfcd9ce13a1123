"""The PDF: one Typst document, tagged and fit for the archive, the same bytes from the same chapters.

Typst runs in a process of its own (``typst_process.py``): it keeps what it has laid out in memory, a hundred megabytes
for each report, for as long as its process lives, and one build may make many reports.
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.errors import RenderError, how_it_ended
from natpatsip.look import EXTENSION
from natpatsip.pipeline.render.chapter_parts import frame_of, framed, part_of_chapter
from natpatsip.pipeline.render.pandoc import meta
from natpatsip.pipeline.render.pandoc_ast import classes_of
from natpatsip.pipeline.render.pandoc_tasks import perform
from natpatsip.pipeline.render.program import run_program
from natpatsip.settings import OWN

if TYPE_CHECKING:
    from natpatsip.pipeline.render.chapters import Chapter
    from natpatsip.pipeline.render.staged_report import RenderJob, Report

PROCESS = Path(__file__).with_name("typst_process.py")
CATALOG = re.compile(rb"\n\d+ 0 obj\n<<\s*/Type\s*/Catalog(?!.*/PageMode)")
CARRIAGE_RETURN_AT_END = re.compile(rb"\r(?=\nendstream\b)")
TABLE = re.compile(rb"xref\r?\n0 (\d+)\r?\n((?:\d{10} \d{5} [nf][ \r]\n|\d{10} \d{5} [nf]\r\n)+)")


def write_pdf(job: RenderJob, chapters: Sequence[Chapter]) -> None:
    """Write ``report.pdf``.

    Raises
    ------
    RenderError
        If Typst cannot compile it, or warns: a missing font or letter would be missing from the page.
    """
    report, output = job.report, job.output / "report.pdf"
    headings = [chapter.heading for chapter in chapters]
    has_figures = any("report-figure" in classes_of(div) for chapter in chapters for div in chapter.divs)
    metadata = {**report.metadata, OWN: {**report.metadata[OWN], "has-figures": has_figures}}
    frame = frame_of(report, "typst", "report.typ", what=output.name, metadata=meta(metadata)["c"], headings=headings)
    parts = [
        part_of_chapter(report, "typst", each, lambda chapter: chapter.blocks, what=output.name) for each in chapters
    ]
    frame_text, *texts = perform([frame, *parts], cache=job.cache, jobs=job.jobs)
    bodies = (text.strip("\n") for text in texts)
    source = framed(frame_text, "typst", "\n\n".join(filter(None, bodies)))
    job.cache.file(
        "pdf", output, source, job.timestamp, make=lambda: output.write_bytes(_compiled(source, report, job.timestamp))
    )


def _compiled(source: str, report: Report, timestamp: int) -> bytes:
    """Return the PDF of a Typst document, whose paths are relative to the staged project."""
    from natpatsip.pipeline.render import pandoc_process

    fonts = report.extension / "fonts"
    if not any(fonts.glob("*.ttf")):
        raise RenderError(f"{EXTENSION / 'fonts'}: has no .ttf file. The extension comes with its fonts; restore them.")
    command = [
        sys.executable,
        "-P",
        str(PROCESS),
        str(report.root),
        str(fonts),
        str(timestamp),
    ]
    pandoc_process.stop()  # those that wait: nothing needs more memory than Typst
    done = run_program(command, what="report.pdf, Typst", content=source.encode("utf-8"))
    answer, _, content = done.stdout.partition(b"\n")
    if done.returncode or not answer:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"it {how_it_ended(done.returncode)}"]
        raise RenderError(
            f"report.pdf: the process that runs Typst ended unexpectedly: {words[-1]}. Build again, and report this if "
            "it happens again."
        )
    found = json.loads(answer)
    if problems := [found["error"]] if found["error"] else found["warnings"]:
        sentences = " ".join(dict.fromkeys(_sentence(problem, source) for problem in problems))
        raise RenderError(f"report.pdf: {sentences}")
    return with_open_bookmarks(with_plain_ends(content))


def _sentence(problem: Mapping[str, Any], source: str) -> str:
    """Return Typst's words with the chapter they are about, if they name a line of the document."""
    hints = "".join(f" {hint}." for hint in problem["hints"])
    found = re.search(r"<?main>?(?:\.typ)?:(\d+)", problem["trace"])
    chapter = f" (in {_chapter_at(source, int(found[1]))})" if found else ""
    return f"Typst says: {problem['message']}.{hints}{chapter} Fix the chapter's notebook, or the look in {EXTENSION}."


def _chapter_at(source: str, line: int) -> str:
    before = "\n".join(source.splitlines()[:line])
    titles = re.findall(r"^= (.+)$", before, flags=re.MULTILINE)
    return titles[-1] if titles else "the template"


def with_plain_ends(pdf: bytes) -> bytes:
    """Return `pdf` with a line end of its own after each stream, and its table of offsets corrected.

    Typst ends a stream's data with a line feed and ``endstream``. If the data's own last byte is a carriage return (one
    stream in 256), the two look like one line end, and PDF/A checkers find the data one byte shorter than its length.

    Raises
    ------
    RenderError
        If the file has no table of offsets of the kind that Typst writes.
    """
    return _with_inserted(pdf, [match.end() for match in CARRIAGE_RETURN_AT_END.finditer(pdf)], b"\r")


def with_open_bookmarks(pdf: bytes) -> bytes:
    """Return `pdf` as one that opens with its bookmarks beside the page, which Typst has no setting for.

    Raises
    ------
    RenderError
        As for `with_plain_ends`.
    """
    return _with_inserted(pdf, [match.end() for match in CATALOG.finditer(pdf)], b"/PageMode/UseOutlines")


def _with_inserted(pdf: bytes, places: Sequence[int], inserted: bytes) -> bytes:
    """Return `pdf` with bytes inserted at some places, and its table of offsets corrected."""
    if not places:
        return pdf
    start = re.search(rb"startxref\r?\n(\d+)\r?\n%%EOF\s*$", pdf)
    table = TABLE.match(pdf, int(start[1])) if start else None
    if start is None or table is None:
        raise RenderError("report.pdf: Typst wrote no table of offsets. Install its locked version: uv sync.")

    def moved(offset: int) -> int:
        return offset + len(inserted) * bisect_left(places, offset)

    entries = re.sub(rb"(\d{10})(?= \d{5} n)", lambda match: b"%010d" % moved(int(match[1])), table[2])
    tail = b"%d" % moved(int(start[1])) + pdf[start.end(1) :]
    parts = [pdf[begin:end] for begin, end in pairwise([0, *places, table.start(2)])]
    return inserted.join(parts) + entries + pdf[table.end(2) : start.start(1)] + tail
